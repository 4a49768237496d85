/* What the unit tests share: cmocka with its includes, and where data lies. */
#ifndef NP_TEST_SUPPORT_H
#define NP_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <neuralpower/neuralpower.h>

/* A call that must succeed; its error text is shown when it does not. */
#define assert_ok(call, err)                                                     \
	do {                                                                     \
		np_status np_test_status = (call);                               \
		if (np_test_status != NP_OK) {                                   \
			char np_test_text[1024];                                 \
			np_error_format(err, np_test_text, sizeof np_test_text); \
			fail_msg("%s: %s", #call, np_test_text);                 \
		}                                                                \
	} while (0)

/* "ROOT/name" in `path`, where ROOT is an environment variable the test runner sets. */
static inline const char *path_under(const char *root, const char *name, char *path, size_t size)
{
	const char *base = getenv(root);
	snprintf(path, size, "%s/%s", base ? base : ".", name);
	return path;
}

/* A file of the source tree. */
static inline const char *source_path(const char *name, char *path, size_t size)
{
	return path_under("NP_SOURCE", name, path, size);
}

/* A file of the reference data beside the source tree; leaves the test as skipped where that is absent. */
static inline const char *shared_path(const char *name, char *path, size_t size)
{
	path_under("NP_SHARED", name, path, size);
	FILE *file = fopen(path, "r");
	if (!file) {
		print_message("skipped: reference data %s is not here\n", name);
		skip();
	} else {
		fclose(file);
	}
	return path;
}

#endif
