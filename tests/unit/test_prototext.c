/* The protobuf text format: what it accepts, what it means, and where it says that something is wrong. */
#include "test_support.h"

#include "base/arena.h"
#include "caffe/prototext.h"

typedef struct fixture {
	np_arena arena;
	np_proto *root;
	np_error err;
} fixture;

static np_status parse_bytes(fixture *f, const char *text, size_t size)
{
	*f = (fixture){0};
	return np_proto_parse(text, size, &f->arena, &f->root, &f->err);
}

static fixture parse(const char *text)
{
	fixture f;
	assert_ok(parse_bytes(&f, text, strlen(text)), &f.err);
	return f;
}

/* ---- accepted ---- */

static void every_way_to_write_a_message(void **state)
{
	(void)state;
	static const char *const TEXTS[] = {
	        "m { a: 1 }",
	        "m: { a: 1 }",
	        "m < a: 1 >",
	        "m: < a: 1; >",
	        "m{a:1,}",
	        "m { a : 1 };",
	        "m: [ { a: 1 } ]",
	        "m [ { a: 1 } ]",
	        "# c\nm # d\n { a: # e\n 1 }",
	        "\xef\xbb\xbfm { a: 1 }",
	        "m: [ < a: 1 >, { b: 2 } ]",
	        "m\v{\fa:\r1}",
	};
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
		fixture f = parse(TEXTS[i]);
		int64_t a = 0;
		const np_proto *m = np_proto_find(f.root, "m");
		assert_non_null(m);
		assert_ok(np_proto_int(m, "a", 1, 1, &a, &f.err), &f.err);
		assert_int_equal(a, 1);
		np_arena_free(&f.arena);
	}
}

static void integers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t value;
	} CASES[] = {{"a: 12", 12},  {"a: -7", -7}, {"a: 0x1F", 31}, {"a: -0XfF", -255},
	             {"a: 017", 15}, {"a: 0", 0},   {"a: - 3", -3},  {"a: 9223372036854775807", INT64_MAX}};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		fixture f = parse(CASES[i].text);
		int64_t a = 99;
		assert_ok(np_proto_int(f.root, "a", INT64_MIN, INT64_MAX, &a, &f.err), &f.err);
		assert_int_equal(a, CASES[i].value);
		np_arena_free(&f.arena);
	}
}

static void no_integers(void **state)
{
	(void)state;
	static const char *const TEXTS[] = {"a: 1.5",
	                                    "a: 1e3",
	                                    "a: \"1\"",
	                                    "a: ten",
	                                    "a { }",
	                                    "a: inf",
	                                    "a: 2f",
	                                    "a: 9223372036854775808",
	                                    "a: 0xffffffffffffffff",
	                                    "a: 1 a: 2"};
	for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
		fixture f = parse(TEXTS[i]);
		int64_t a = 0;
		assert_int_equal(np_proto_int(f.root, "a", INT64_MIN, INT64_MAX, &a, &f.err), NP_ERR_DATA);
		assert_int_equal(f.err.line, 1);
		np_arena_free(&f.arena);
	}
}

static void numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		double value;
	} CASES[] = {{"a: 1.5", 1.5},      {"a: -.25", -0.25}, {"a: 3", 3},      {"a: 1e3", 1000},
	             {"a: 125e-2f", 1.25}, {"a: 2.", 2},       {"a: 1E+2", 100}, {"a: 4F", 4}};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		fixture f = parse(CASES[i].text);
		double a = 0;
		assert_ok(np_proto_as_number(np_proto_find(f.root, "a"), &a, &f.err), &f.err);
		assert_true(a == CASES[i].value);
		np_arena_free(&f.arena);
	}
}

static void strings(void **state)
{
	(void)state;
	static const struct {
		const char *text, *value;
	} CASES[] = {
	        {"a: \"x y\"", "x y"},
	        {"a: 'x\"y'", "x\"y"},
	        {"a: \"one\" 'two'\n# between\n \"three\"", "onetwothree"},
	        {"a: \"\\n\\t\\\\\\'\\\"\\?\\a\"", "\n\t\\'\"?\a"},
	        {"a: \"\\101\\x42\\x4\"", "AB\x04"},
	        {"a: \"\\u00e9\\U0001F600\"", "\xc3\xa9\xf0\x9f\x98\x80"},
	        {"a: \"# no comment\"", "# no comment"},
	        {"a: \"\"", ""},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		fixture f = parse(CASES[i].text);
		const char *a = NULL;
		assert_ok(np_proto_string(f.root, "a", &a, &f.err), &f.err);
		assert_string_equal(a, CASES[i].value);
		np_arena_free(&f.arena);
	}
}

static void lists_are_repeated_fields(void **state)
{
	(void)state;
	fixture f = parse("a: [1, 2,3] a: 4 b: [] c: [{ x: 1 }, <>, { }] d: 'z'");
	assert_int_equal(np_proto_count(f.root, "a"), 4);
	assert_int_equal(np_proto_count(f.root, "b"), 0);
	assert_int_equal(np_proto_count(f.root, "c"), 3);
	assert_int_equal(np_proto_count(f.root, "d"), 1);
	const np_proto *third = np_proto_again(np_proto_again(np_proto_find(f.root, "a")));
	assert_int_equal(third->column, 10);
	np_arena_free(&f.arena);
}

static void words_and_extensions(void **state)
{
	(void)state;
	static const char *const WORDS[] = {"MAX", "AVE"};
	fixture f = parse("pool: AVE on: true off: 0 [some.ext/x-y] { z: -inf } n: nan by_number: 1");
	int choice = 0;
	bool on = false, off = true;
	assert_ok(np_proto_choice(f.root, "pool", WORDS, 2, &choice, &f.err), &f.err);
	assert_int_equal(choice, 1);
	choice = 0;
	assert_ok(np_proto_choice(f.root, "by_number", WORDS, 2, &choice, &f.err), &f.err);
	assert_int_equal(choice, 1);
	assert_ok(np_proto_bool(f.root, "on", &on, &f.err), &f.err);
	assert_ok(np_proto_bool(f.root, "off", &off, &f.err), &f.err);
	assert_true(on && !off);
	assert_non_null(np_proto_find(f.root, "some.ext/x-y"));
	assert_int_equal(np_proto_choice(f.root, "n", WORDS, 2, &choice, &f.err), NP_ERR_DATA);
	assert_non_null(strstr(f.err.message, "MAX, AVE"));
	np_arena_free(&f.arena);
}

/* A column is a character: the umlaut before it is one. */
static void places(void **state)
{
	(void)state;
	fixture f = parse("# first\n  layer {\n    name: \"\xc3\xbc\" type: 'x'\n  }");
	const np_proto *layer = np_proto_find(f.root, "layer"), *type = np_proto_find(layer, "type");
	assert_int_equal(layer->line, 2);
	assert_int_equal(layer->column, 3);
	assert_int_equal(type->line, 3);
	assert_int_equal(type->column, 15);
	np_arena_free(&f.arena);
}

/* ---- refused ---- */

static void refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int line, column;
		const char *message;
	} CASES[] = {
	        {"a", 1, 2, "':' or '{' was expected, not the end of the file"},
	        {"a:", 1, 3, "a value was expected"},
	        {"a: {", 1, 5, "the file ends inside 'a', which begins at 1:1: '}' was expected"},
	        {"a {\n b: 1\n>", 3, 1, "'}' was expected, not '>'"},
	        {"a < }", 1, 5, "'>' was expected"},
	        {"}", 1, 1, "the name of a field was expected, not '}'"},
	        {"a: 1 }", 1, 6, "the name of a field"},
	        {"a 1", 1, 3, "':' or '{'"},
	        {"a: 1 : 2", 1, 6, "the name of a field"},
	        {"1: 2", 1, 1, "the name of a field"},
	        {"a: -x", 1, 5, "a number was expected"},
	        {"a: 0x", 1, 6, "hexadecimal digit"},
	        {"a: 08", 1, 5, "octal"},
	        {"a: 1.2.3", 1, 7, "second decimal point"},
	        {"a: 12kg", 1, 6, "white space"},
	        {"a: 1e", 1, 6, "exponent"},
	        {"a: \"x\ny\"", 1, 6, "does not end on its line"},
	        {"a: 'x", 1, 6, "ends inside a string"},
	        {"a: '\\q'", 1, 6, "escape"},
	        {"a: '\\", 1, 6, "escape"},
	        {"a: '\\u12'", 1, 9, "escape"},
	        {"a: '\\UFFFFFFFF'", 1, 15, "Unicode"},
	        {"a: [1, ]", 1, 8, "a value was expected"},
	        {"a: [1 2]", 1, 7, "',' or ']'"},
	        {"a: [{} {}]", 1, 8, "',' or ']'"},
	        {"a: [[1]]", 1, 5, "a value"},
	        {"a [1]", 1, 4, "'{' was expected"},
	        {"[a.b: 1", 1, 5, "']' was expected"},
	        {"[]: 1", 1, 2, "the name of an extension"},
	        {"a: \x01", 1, 4, "the byte 0x01"},
	        {"a: \xff", 1, 4, "the byte 0xff"},
	        {"a { b: \"c }\n}", 1, 12, "does not end on its line"},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		fixture f;
		assert_int_equal(parse_bytes(&f, CASES[i].text, strlen(CASES[i].text)), NP_ERR_SYNTAX);
		if (f.err.line != CASES[i].line || f.err.column != CASES[i].column || !strstr(f.err.message, CASES[i].message))
			fail_msg("%s -> %d:%d: %s", CASES[i].text, f.err.line, f.err.column, f.err.message);
		np_arena_free(&f.arena);
	}
}

static void nul_is_a_byte_like_others(void **state)
{
	(void)state;
	fixture f;
	static const char INSIDE[] = "a: 'x\0y' b: 1", OUTSIDE[] = "a: 1\0 b: 2";
	assert_ok(parse_bytes(&f, INSIDE, sizeof INSIDE - 1), &f.err);
	assert_int_equal(np_proto_find(f.root, "a")->length, 3);
	np_arena_free(&f.arena);
	assert_int_equal(parse_bytes(&f, OUTSIDE, sizeof OUTSIDE - 1), NP_ERR_SYNTAX);
	assert_int_equal(f.err.column, 5);
	np_arena_free(&f.arena);
}

static void depth_is_limited(void **state)
{
	(void)state;
	enum { DEEP = 200 };
	char text[3 * DEEP + 1];
	fixture f;
	for (int i = 0; i < DEEP; i++)
		memcpy(text + 2 * i, "a{", 2);
	memset(text + 2 * DEEP, '}', DEEP);
	assert_int_equal(parse_bytes(&f, text, sizeof text - 1), NP_ERR_LIMIT);
	assert_int_equal(f.err.column, 202); /* the brace of the 101st */
	np_arena_free(&f.arena);
}

static void memory_is_limited(void **state)
{
	(void)state;
	fixture f = {.arena.limit = 64 << 10};
	char text[8000];
	for (size_t i = 0; i < sizeof text; i += 4)
		memcpy(text + i, "a:1 ", 4);
	assert_int_equal(np_proto_parse(text, sizeof text, &f.arena, &f.root, &f.err), NP_ERR_LIMIT);
	assert_int_equal(f.err.line, 1);
	np_arena_free(&f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_way_to_write_a_message),
	        cmocka_unit_test(integers),
	        cmocka_unit_test(no_integers),
	        cmocka_unit_test(numbers),
	        cmocka_unit_test(strings),
	        cmocka_unit_test(lists_are_repeated_fields),
	        cmocka_unit_test(words_and_extensions),
	        cmocka_unit_test(places),
	        cmocka_unit_test(refused),
	        cmocka_unit_test(nul_is_a_byte_like_others),
	        cmocka_unit_test(depth_is_limited),
	        cmocka_unit_test(memory_is_limited),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
