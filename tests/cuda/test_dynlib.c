/* Finding libraries: by places, by the system, by an override; and saying why not. */
#include "../unit/test_support.h"

#include "dynlib/dynlib.h"

#include <sys/stat.h>
#include <unistd.h>

typedef struct table {
	int (*version)(int *version);
	int (*missing)(void);
	int (*renamed)(int *count);
} table;

static const np_dynlib_symbol symbols[] = {
        {{"cudaRuntimeGetVersion"}, offsetof(table, version), true},
        {{"noSuchFunction"}, offsetof(table, missing), false},
        {{"cudaGetDeviceCount_v9", "cudaGetDeviceCount"}, offsetof(table, renamed), true},
};
static const char *const stub_names[] = {"libnothing.so.9", "libcudart_stub.so", NULL};
static const char *const missing_names[] = {"libnothing.so.9", "libnothing.so", NULL};

/* A tree as Python's installers make it, with the stub in it. */
static void make_wheels(char *root)
{
	char path[512], target[512];
	assert_non_null(mkdtemp(root));
	static const char *const steps[] = {"lib",
	                                    "lib/python3.11",
	                                    "lib/python3.11/site-packages",
	                                    "lib/python3.11/site-packages/vendor",
	                                    "lib/python3.11/site-packages/vendor/part",
	                                    "lib/python3.11/site-packages/vendor/part/lib"};
	for (int i = 0; i < 6; i++) {
		snprintf(path, sizeof path, "%s/%s", root, steps[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	snprintf(target, sizeof target, "%s", getenv("NP_CUDART_LIB"));
	snprintf(path, sizeof path, "%s/%s/libcudart_stub.so", root, steps[5]);
	assert_int_equal(symlink(target, path), 0);
}

static void remove_wheels(const char *root)
{
	char command[600];
	snprintf(command, sizeof command, "rm -r '%s'", root);
	assert_int_equal(system(command), 0);
}

static void test_wheels(void **state)
{
	(void)state;
	char root[] = "/tmp/np-dynlib-XXXXXX";
	np_places places = {0};
	np_dynlib library;
	np_error err = {0};
	table functions = {0};
	int version = 0;
	make_wheels(root);
	np_places_wheels(&places, root, "vendor");
	np_places_wheels(&places, root, "vendor"); /* each once */
	np_places_wheels(&places, "/nonexistent", "vendor");
	assert_int_equal(places.count, 1);
	const np_dynlib_request request = {.title = "Stub", .names = stub_names, .first = &places, .remedy = "install it"};
	assert_ok(np_dynlib_open(&request, &library, &err), &err);
	assert_non_null(strstr(library.path, "site-packages/vendor/part/lib/libcudart_stub.so"));
	assert_ok(np_dynlib_fill(&library, symbols, 3, &functions, &err), &err);
	assert_int_equal(functions.version(&version), 0);
	assert_int_equal(version, 13000);
	assert_null(functions.missing);
	assert_non_null(functions.renamed);
	np_dynlib_close(&library);
	np_dynlib_close(&library);
	np_places_free(&places);
	remove_wheels(root);
}

static void test_lists(void **state)
{
	(void)state;
	np_places places = {0};
	np_places_add_list(&places, NULL);
	np_places_add_list(&places, "");
	np_places_add_list(&places, ":/nonexistent:/usr::/usr/lib:");
	bool has_usr = false, has_lib = false;
	for (int i = 0; i < places.count; i++) {
		has_usr |= !strcmp(places.items[i], "/usr");
		has_lib |= !strcmp(places.items[i], "/usr/lib");
	}
	assert_true(has_usr && has_lib && !places.failed);
	char *too_long = malloc(100001);
	memset(too_long, 'x', 100000);
	too_long[100000] = '\0';
	int before = places.count;
	np_places_add_list(&places, too_long);
	np_places_wheels(&places, too_long, "vendor");
	assert_int_equal(places.count, before);
	free(too_long);
	np_places_free(&places);
}

static void expect_message(const np_dynlib_request *request, const char *text)
{
	np_dynlib library;
	np_error err = {0};
	assert_int_equal(np_dynlib_open(request, &library, &err), NP_ERR_UNAVAILABLE);
	assert_null(library.handle);
	if (!strstr(err.message, text))
		fail_msg("\"%s\" is not in \"%s\"", text, err.message);
}

static void test_messages(void **state)
{
	(void)state;
	np_places places = {0};
	np_places_add(&places, "/usr");
	np_dynlib_request request = {.title = "Stub", .names = missing_names, .remedy = "install it"};
	expect_message(&request,
	               "Stub not found: no libnothing.so.9 or libnothing.so where the system's loader looks, nor in 0 "
	               "further directories; install it");
	request.last = &places;
	expect_message(&request, "nor in 1 further directory (/usr); install it");
	request.given = "/nonexistent/lib.so";
	request.given_by = "NP_STUB_LIB";
	expect_message(&request, "Stub: NP_STUB_LIB=/nonexistent/lib.so cannot be loaded: no such file");
	/* A file that is there and no library: the loader's reason is the useful one. */
	char text[512];
	snprintf(text, sizeof text, "%s/meson.build", getenv("NP_SOURCE"));
	request.given = text;
	expect_message(&request, "cannot be loaded: ");
	request.given = "";
	char directory[] = "/tmp/np-dynlib-XXXXXX", path[600];
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/libnothing.so", directory);
	assert_int_equal(symlink(text, path), 0);
	np_places_add(&places, directory);
	expect_message(&request, "was found and cannot be loaded: ");
	remove_wheels(directory);
	np_places_free(&places);
}

static void test_missing_function(void **state)
{
	(void)state;
	const np_dynlib_symbol strict[] = {{{"noSuchFunction", "norThis"}, offsetof(table, missing), true}};
	const np_dynlib_request request = {
	        .title = "Stub", .names = stub_names, .given = getenv("NP_CUDART_LIB"), .remedy = ""};
	np_dynlib library;
	np_error err = {0};
	table functions;
	assert_ok(np_dynlib_open(&request, &library, &err), &err);
	assert_int_equal(np_dynlib_fill(&library, strict, 1, &functions, &err), NP_ERR_UNAVAILABLE);
	assert_non_null(strstr(err.message, "has no function noSuchFunction"));
	np_dynlib_close(&library);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_wheels),
	        cmocka_unit_test(test_lists),
	        cmocka_unit_test(test_messages),
	        cmocka_unit_test(test_missing_function),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
