/* JSON, numbers, UTF-8 and tables against texts written by hand. */
#include "test_support.h"

#include "text/json_writer.h"
#include "text/number.h"
#include "text/utf8.h"

#include <locale.h>
#include <math.h>

static void assert_text(np_text *text, const char *expected)
{
	assert_true(np_text_ok(text));
	assert_string_equal(text->data ? text->data : "", expected);
	np_text_free(text);
}

static void test_json_layout(void **state)
{
	(void)state;
	np_text text = {0};
	np_json json = np_json_on(&text);
	const int64_t shape[] = {1, 3, 224, 224};
	np_json_object(&json);
	np_json_put_string(&json, "name", "a");
	np_json_key(&json, "shape");
	np_json_ints(&json, shape, 4);
	np_json_key(&json, "rows");
	np_json_array(&json);
	np_json_object_compact(&json);
	np_json_put_int(&json, "i", -1);
	np_json_put_bool(&json, "b", true);
	np_json_key(&json, "inner");
	np_json_array(&json);
	np_json_null(&json);
	np_json_null(&json);
	np_json_close(&json);
	np_json_close(&json);
	np_json_close(&json);
	np_json_key(&json, "empty");
	np_json_array(&json);
	np_json_close(&json);
	np_json_close(&json);
	assert_text(&text, "{\n  \"name\": \"a\",\n  \"shape\": [1, 3, 224, 224],\n  \"rows\": [\n"
	                   "    {\"i\": -1, \"b\": true, \"inner\": [null, null]}\n  ],\n  \"empty\": []\n}\n");
}

static void check_string(const char *value, const char *expected)
{
	np_text text = {0};
	np_json json = np_json_on(&text);
	np_json_string(&json, value);
	assert_text(&text, expected);
}

static void test_json_strings(void **state)
{
	(void)state;
	check_string("", "\"\"");
	check_string("a\"b\\c/\n\t\x01\x7f", "\"a\\\"b\\\\c/\\n\\t\\u0001\\u007f\"");
	check_string("gr\xC3\xBC\xC3\x9F", "\"gr\xC3\xBC\xC3\x9F\"");
	check_string("\xF0\x9F\x94\xA5", "\"\xF0\x9F\x94\xA5\"");
	check_string("bad\xFFtail\xC3", "\"bad\xEF\xBF\xBDtail\xEF\xBF\xBD\"");
	check_string("\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""); /* a surrogate */
	check_string("\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");                 /* an overlong '/' */
	check_string(NULL, "null");
}

static void check_double(double value, const char *expected)
{
	np_text text = {0};
	np_json json = np_json_on(&text);
	np_json_double(&json, value);
	assert_text(&text, expected);
}

static void test_json_doubles(void **state)
{
	(void)state;
	check_double(0.1, "0.1");
	check_double(0.1 + 0.2, "0.30000000000000004");
	check_double(5, "5");
	check_double(-0.0, "-0.0");
	check_double(1e22, "1e+22");
	check_double(1.7976931348623157e308, "1.7976931348623157e+308");
	check_double(4.9406564584124654e-324, "4.94065645841247e-324");
	check_double(9007199254740993.0, "9007199254740992.0");
	check_double(NAN, "null");
	check_double(-INFINITY, "null");
}

static void test_numbers_round_trip(void **state)
{
	(void)state;
	uint64_t bits = 0x9E3779B97F4A7C15u;
	for (int i = 0; i < 20000; i++) {
		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		double value, back;
		memcpy(&value, &bits, sizeof value);
		if (!isfinite(value))
			continue;
		char text[NP_NUMBER_SIZE];
		assert_true(np_number_read(np_number_write(value, text), &back));
		assert_memory_equal(&value, &back, sizeof value);
	}
}

static void test_numbers_read(void **state)
{
	(void)state;
	double value;
	assert_true(np_number_read(" 1.5e3 ", &value));
	assert_true(value == 1500);
	const char *const bad[] = {"", " ", "nan", "inf", "0x10", "1,5", "1.5x", "1 2", "e", "-", "1e999", "1..2", NULL};
	for (int i = 0; bad[i]; i++)
		if (np_number_read(bad[i], &value))
			fail_msg("'%s' was read as %g", bad[i], value);
}

/* A program may have set a locale with a decimal comma: files are written and read the same. */
static void test_numbers_ignore_the_locale(void **state)
{
	(void)state;
	if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
		skip();
	char text[NP_NUMBER_SIZE];
	double value;
	assert_string_equal(np_number_write(0.5, text), "0.5");
	assert_true(np_number_read("0.5", &value) && value == 0.5);
	setlocale(LC_NUMERIC, "C");
}

static void test_columns(void **state)
{
	(void)state;
	assert_int_equal(np_utf8_columns("conv1"), 5);
	assert_int_equal(np_utf8_columns("gr\xC3\xBC\xC3\x9F"), 4);
	assert_int_equal(np_utf8_columns("\xE5\xB1\xA4"), 2); /* a Han character */
	assert_int_equal(np_utf8_columns("e\xCC\x81"), 1);    /* e + combining acute */
	assert_int_equal(np_utf8_columns("\xFF\xFE"), 2);     /* one mark per bad byte */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_json_layout),  cmocka_unit_test(test_json_strings),
	        cmocka_unit_test(test_json_doubles), cmocka_unit_test(test_numbers_round_trip),
	        cmocka_unit_test(test_numbers_read), cmocka_unit_test(test_numbers_ignore_the_locale),
	        cmocka_unit_test(test_columns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
