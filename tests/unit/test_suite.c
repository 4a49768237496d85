/* Suite files: what is read, what is refused and where. The suites that are shipped are checked by tests/suites. */
#include "test_support.h"

#include "measure/suite.h"

#include <unistd.h>

static np_status load_bytes(const char *data, size_t size, np_suite *suite, np_error *err)
{
	char path[] = "/tmp/np_suite_XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), (ssize_t)size);
	close(fd);
	np_error_clear(err);
	np_status status = np_suite_load(path, suite, err);
	unlink(path);
	if (status != NP_OK) {
		assert_int_equal(err->status, status);
		assert_string_equal(err->path, path);
		assert_null(suite->layers);
	}
	return status;
}

static void check_layers(const char *data, const char *expected)
{
	np_suite suite;
	np_error err = {0};
	char seen[512] = "", text[NP_LAYER_TEXT_SIZE];
	assert_ok(load_bytes(data, strlen(data), &suite, &err), &err);
	for (int i = 0; i < suite.count; i++) {
		size_t used = strlen(seen);
		snprintf(seen + used, sizeof seen - used, "%d %s;", suite.lines[i],
		         np_layer_text_write(&suite.layers[i], text));
	}
	assert_string_equal(seen, expected);
	np_suite_free(&suite);
}

static void test_layers(void **state)
{
	(void)state;
	check_layers("fc:1x8:4\nrelu:1x8\n", "1 fc:1x8:4;2 relu:1x8;");
	check_layers("relu:1x8", "1 relu:1x8;");
	check_layers("# name: value\r\n\r\n \t fc:1x8:4 \t# last\r\n#\r\nadd:1x8:x2\r\n", "3 fc:1x8:4;5 eltwise:1x8;");
	check_layers("\xEF\xBB\xBFrelu:1x8\n\n", "1 relu:1x8;");
	np_suite_free(NULL);
}

static void check_refused(const char *data, size_t size, np_status status, int line, int column, const char *message)
{
	np_suite suite;
	np_error err = {0};
	assert_int_equal(load_bytes(data, size, &suite, &err), status);
	if (err.line != line || err.column != column || !strstr(err.message, message))
		fail_msg("%d:%d: '%s', expected %d:%d: '%s'", err.line, err.column, err.message, line, column, message);
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		np_status status;
		int line, column;
		const char *message;
	} BAD[] = {
	        {"", NP_ERR_DATA, 1, 1, "no layer"},
	        {"# nothing\n\n", NP_ERR_DATA, 1, 1, "no layer"},
	        {"relu:1x8\n\n  relu:1x\n", NP_ERR_SYNTAX, 3, 10, "a number"},
	        {"relu:1x8\tfc:1x8:4\n", NP_ERR_SYNTAX, 1, 9, "byte 0x09"},
	        {"\n fc:1x8:4:k3\n", NP_ERR_DATA, 2, 11, "fc has no kernel"},
	        {"relu:1x8\nfc:1x8:4\n\nlinear:1x8x1x1:4\n", NP_ERR_DATA, 4, 1, "fc:1x8:4 stands in line 2 already"},
	        {"relu:1x8\nrelu:1x9\nrelu:1x9\nrelu:1x8\nrelu:1x8\n", NP_ERR_DATA, 3, 1, "relu:1x9 stands in line 2"},
	        {"relu:1x8\nrelu:1x9\nrelu:1x8\nrelu:1x8\n", NP_ERR_DATA, 3, 1, "relu:1x8 stands in line 1"},
	};
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		check_refused(BAD[i].text, strlen(BAD[i].text), BAD[i].status, BAD[i].line, BAD[i].column, BAD[i].message);
	check_refused("relu:1x8\nrelu\0:1x9", 18, NP_ERR_SYNTAX, 2, 5, "byte 0x00");
}

static void test_limits(void **state)
{
	(void)state;
	static char lines[100001], line[2000];
	memset(lines, '\n', sizeof lines);
	check_refused(lines, 100000, NP_ERR_DATA, 1, 1, "no layer");
	check_refused(lines, 100001, NP_ERR_LIMIT, 100001, 1, "more than 100000 lines");
	memset(line, ' ', sizeof line);
	line[0] = '\n';
	check_refused(line, sizeof line, NP_ERR_LIMIT, 2, 1, "more than 1024 bytes");
}

static void test_no_file(void **state)
{
	(void)state;
	np_suite suite;
	np_error err = {0};
	assert_int_equal(np_suite_load("/nowhere/suite.txt", &suite, &err), NP_ERR_IO);
	assert_string_equal(err.path, "/nowhere/suite.txt");
	assert_int_equal(suite.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_layers),
	        cmocka_unit_test(test_refused),
	        cmocka_unit_test(test_limits),
	        cmocka_unit_test(test_no_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
