/* Places in JSON texts, worked out by hand. */
#include "test_support.h"

#include "text/json_locate.h"

static const char TEXT[] = "{\n"
                           "  \"name\": \"a \\\"quoted\\\" {name}\",\n"
                           "  \"layers\": {\n"
                           "    \"x/1\": {\"k\": [1, [2, 3], {\"deep\": null}], \"n\": -1.5e3},\n"
                           "    \"\xc3\xbc\": true, \"esc\\u00e9\\n\": {\"\\ud83d\\ude00\": 1},\n"
                           "    \"last\" : \"]}\" , \"\": 0\n"
                           "  }\n"
                           "}\n";

static void expect(bool found, int line, int column, int depth, const char *const *path)
{
	int at_line, at_column;
	assert_int_equal(np_json_locate(TEXT, sizeof TEXT - 1, path, depth, &at_line, &at_column), found);
	assert_int_equal(at_line, line);
	assert_int_equal(at_column, column);
}

#define EXPECT(found, line, column, ...) \
	expect(found, line, column, sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *), (const char *[]){__VA_ARGS__})

static void found(void **state)
{
	(void)state;
	EXPECT(true, 2, 3, "name");
	EXPECT(true, 3, 3, "layers");
	EXPECT(true, 4, 5, "layers", "x/1");
	EXPECT(true, 4, 13, "layers", "x/1", "k");
	EXPECT(true, 4, 19, "layers", "x/1", "k", "0");
	EXPECT(true, 4, 26, "layers", "x/1", "k", "1", "1");
	EXPECT(true, 4, 31, "layers", "x/1", "k", "2", "deep");
	EXPECT(true, 4, 47, "layers", "x/1", "n");
	EXPECT(true, 5, 5, "layers", "\xc3\xbc");
	EXPECT(true, 5, 16, "layers", "esc\xc3\xa9\n");
	EXPECT(true, 5, 32, "layers", "esc\xc3\xa9\n", "\xf0\x9f\x98\x80");
	EXPECT(true, 6, 5, "layers", "last");
	EXPECT(true, 6, 21, "layers", "");
}

static void not_found(void **state)
{
	(void)state;
	EXPECT(false, 1, 1, "nowhere");
	EXPECT(false, 3, 3, "layers", "nowhere");
	EXPECT(false, 4, 13, "layers", "x/1", "k", "3");
	EXPECT(false, 2, 3, "name", "below a text");
}

static void the_document(void **state)
{
	(void)state;
	int line, column;
	assert_true(np_json_locate("\xef\xbb\xbf\n  []", 7, NULL, 0, &line, &column));
	assert_int_equal(line, 2);
	assert_int_equal(column, 3);
}

/* Any prefix of the text is no JSON, and still nothing beyond it is read (the copy ends where the prefix does). */
static void never_beyond_the_end(void **state)
{
	(void)state;
	const char *path[] = {"layers", "x/1", "k", "2", "deep"};
	for (size_t size = 0; size < sizeof TEXT; size++) {
		int line, column;
		char *copy = malloc(size + 1);
		assert_non_null(copy);
		memcpy(copy + 1, TEXT, size); /* the end of the block is the end of the prefix */
		np_json_locate(copy + 1, size, path, 5, &line, &column);
		assert_true(line >= 1 && column >= 1);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(found),
	        cmocka_unit_test(not_found),
	        cmocka_unit_test(the_document),
	        cmocka_unit_test(never_beyond_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
