/* Reports: units and cells against texts worked out by hand; any name survives every format. */
#include "test_support.h"

#include "report/html.h"
#include "report/table.h"
#include "report/units.h"
#include "text/csv.h"
#include "text/utf8.h"

#include <jansson.h>

static void check(const char *(*format)(double, char *), double value, const char *expected)
{
	char text[NP_UNIT_TEXT];
	assert_string_equal(format(value, text), expected);
}

static void units_suit(void **state)
{
	(void)state;
	check(np_unit_time, 0, "0 ms");
	check(np_unit_time, 0.0123, "12.3 us");
	check(np_unit_time, 0.9999, "1.00 ms");
	check(np_unit_time, 999.4, "999 ms");
	check(np_unit_time, 999.6, "1.00 s");
	check(np_unit_time, 90e3, "1.50 min");
	check(np_unit_time, 7.2e6, "2.00 h");
	check(np_unit_power, 75.46, "75.5 W");
	check(np_unit_power, 0.152, "152 mW");
	check(np_unit_energy, 24412.11, "24.4 J");
	check(np_unit_energy, 6489227, "6.49 kJ");
	check(np_unit_energy, 9.99, "9.99 mJ");
	check(np_unit_energy, 9.996, "10.0 mJ");
	check(np_unit_count, 12, "12");
	check(np_unit_count, 4.09e9, "4.09 G");
	check(np_unit_count, 1.5, "1.50");
	check(np_unit_bytes, 1024, "1.00 KiB");
	check(np_unit_bytes, 102e6, "97.3 MiB");
	check(np_unit_percent, 0.1234, "12.3 %");
	check(np_unit_percent, 1, "100 %");
}

static void check_cell(const char *text, int width, bool ascii, const char *left, const char *right)
{
	const np_report_options options = {.ascii = ascii};
	np_text out = {0};
	np_cell_left(&out, &options, text, width);
	assert_string_equal(out.data, left);
	out.size = 0;
	np_cell_right(&out, &options, text, width);
	assert_string_equal(out.data, right);
	np_text_free(&out);
}

static void cells_have_their_width(void **state)
{
	(void)state;
	check_cell("conv1", 7, false, "conv1  ", "  conv1");
	check_cell("conv1", 5, false, "conv1", "conv1");
	check_cell("inception_4a/3x3_reduce", 12, true, "incep..educe", "incep..educe");
	check_cell("inception_4a/3x3_reduce", 12, false,
	           "incep\xE2\x80\xA6"
	           "reduce",
	           "incep\xE2\x80\xA6"
	           "reduce");
	check_cell("\xE5\xB1\xA4\xE5\xB1\xA4", 5, false, "\xE5\xB1\xA4\xE5\xB1\xA4 ", " \xE5\xB1\xA4\xE5\xB1\xA4");
	check_cell("a\x1b[2Jb\n\xff", 9, false, "a?[2Jb?? ", " a?[2Jb??");
}

static void bars_have_their_width(void **state)
{
	(void)state;
	const double fractions[] = {0, 0.001, 0.1, 0.55, 0.999, 1};
	for (int ascii = 0; ascii < 2; ascii++)
		for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
			const np_report_options options = {.ascii = ascii};
			np_text out = {0};
			np_cell_bar(&out, &options, fractions[i], 10);
			assert_int_equal(np_utf8_columns(out.data), 10);
			np_text_free(&out);
		}
}

/* ---- reports of a network with names nobody should use ---- */

static const char *const NAMES[] = {"plain",
                                    "a,b \"c\"",
                                    "line\nbreak",
                                    "\x1b[31mred",
                                    "bad\xFFxyz",
                                    "/features/stage1/unit2/branch3/deep/and/very/long/Conv_output_0_quantized",
                                    ""};
enum { NAME_COUNT = sizeof NAMES / sizeof *NAMES };

static np_network *make_network(void)
{
	np_error err = {0};
	np_network *network;
	const int64_t dims[] = {2, 8, 16, 16};
	int tensor;
	assert_ok(np_network_create("n\x1b]0;evil", &network, &err), &err);
	assert_ok(np_network_add_input(network, "data", (np_shape){4, dims}, 4, &tensor, &err), &err);
	for (int i = 0; i < NAME_COUNT; i++) {
		int input = tensor;
		const np_layer_desc desc = {.kind = NP_CONV,
		                            .name = NAMES[i],
		                            .op = NAMES[i],
		                            .inputs = &input,
		                            .input_count = 1,
		                            .spatial_rank = 2,
		                            .kernel = {1, 1},
		                            .out_channels = 8};
		assert_ok(np_network_add_layer(network, &desc, &tensor, &err), &err);
	}
	np_network_warn(network, "w\xFF");
	assert_ok(np_network_finish(network, &err), &err);
	return network;
}

typedef struct subject {
	np_network *network;
	np_platform *platform;
	np_prediction *prediction;
} subject;

static subject make_subject(void)
{
	char path[512];
	np_error err = {0};
	subject s = {.network = make_network()};
	assert_ok(np_platform_load(source_path("tests/cli/data/platforms/toy.json", path, sizeof path), &s.platform, &err),
	          &err);
	assert_ok(np_predict(s.network, s.platform, &s.prediction, &err), &err);
	return s;
}

static void subject_free(subject *s)
{
	np_prediction_free(s->prediction);
	np_platform_free(s->platform);
	np_network_free(s->network);
}

/* Report number `which` on `count` times the same subject. */
static char *render(const subject *s, int which, int count, np_report_options options)
{
	const np_network *networks[] = {s->network, s->network};
	const np_prediction *predictions[] = {s->prediction, s->prediction};
	const np_platform *platforms[] = {s->platform, s->platform};
	np_error err = {0};
	char *text;
	size_t size;
	if (which == 0)
		assert_ok(np_report_inspect(networks, count, &options, &text, &size, &err), &err);
	else if (which == 1)
		assert_ok(np_report_predict(predictions, count, &options, &text, &size, &err), &err);
	else
		assert_ok(np_report_platforms(platforms, count, &options, &text, &size, &err), &err);
	assert_int_equal(strlen(text), size);
	return text;
}

static void json_is_json(void **state)
{
	(void)state;
	subject s = make_subject();
	for (int which = 0; which < 3; which++)
		for (int count = 1; count <= 2; count++) {
			char *text = render(&s, which, count, (np_report_options){.format = NP_REPORT_JSON});
			json_error_t error;
			json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
			if (!json)
				fail_msg("report %d: line %d: %s", which, error.line, error.text);
			assert_int_equal(json_is_array(json), count == 2);
			json_decref(json);
			free(text);
		}
	char *text = render(&s, 0, 1, (np_report_options){.format = NP_REPORT_JSON});
	json_t *json = json_loads(text, 0, NULL), *layers = json_object_get(json, "layers");
	assert_int_equal(json_array_size(layers), NAME_COUNT);
	assert_string_equal(json_string_value(json_object_get(json_array_get(layers, 3), "name")), NAMES[3]);
	json_decref(json);
	free(text);
	subject_free(&s);
}

static np_status count_rows(void *context, const np_csv_row *row, np_error *err)
{
	(void)err;
	int *counts = context; /* rows, fields of the header */
	if (!counts[0]++)
		counts[1] = row->count;
	assert_int_equal(row->count, counts[1]);
	return NP_OK;
}

static void csv_is_csv(void **state)
{
	(void)state;
	const int rows[] = {2 * NAME_COUNT, 2 * NAME_COUNT, 8};
	subject s = make_subject();
	for (int which = 0; which < 3; which++) {
		char *text = render(&s, which, 2, (np_report_options){.format = NP_REPORT_CSV});
		int counts[2] = {0};
		np_error err = {0};
		np_csv_reader *reader;
		assert_ok(np_csv_reader_create(count_rows, counts, &reader, &err), &err);
		assert_ok(np_csv_reader_feed(reader, text, strlen(text), &err), &err);
		assert_ok(np_csv_reader_finish(reader, &err), &err);
		np_csv_reader_free(reader);
		assert_int_equal(counts[0], rows[which] + 1);
		free(text);
	}
	subject_free(&s);
}

/* No control characters but line breaks; no row wider than the terminal. */
static void check_table(char *text, int width, bool wide_head)
{
	int number = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), number++) {
		for (const char *c = line; *c; c++)
			assert_true((unsigned char)*c >= 0x20);
		bool prose = wide_head || strchr(line, ';') || strchr(line, ':');
		if (!prose && np_utf8_columns(line) > width)
			fail_msg("%d columns: %s", np_utf8_columns(line), line);
	}
}

static void tables_fit(void **state)
{
	(void)state;
	const int widths[] = {80, 100, 200};
	subject s = make_subject();
	for (int which = 0; which < 3; which++)
		for (int i = 0; i < 3; i++)
			for (int ascii = 0; ascii < 2; ascii++) {
				char *text = render(&s, which, 2,
				                    (np_report_options){.width = widths[i], .ascii = ascii, .verbose = true});
				check_table(text, widths[i], which == 2);
				free(text);
			}
	subject_free(&s);
}

/* ---- pages ---- */

static void names_are_no_markup(void **state)
{
	(void)state;
	static const char *const CASES[][2] = {
	        {"<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"},
	        {"a\x01\x7F\xFFz", "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"},
	        {"\xE2\x80\xAE"
	         "abc\xE2\x81\xA6",
	         "\xEF\xBF\xBD"
	         "abc\xEF\xBF\xBD"},
	        {"\xE5\xB1\xA4", "\xE5\xB1\xA4"},
	        {"", ""},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		np_text out = {0};
		np_text_puts(&out, "");
		np_html_text(&out, CASES[i][0]);
		assert_string_equal(out.data, CASES[i][1]);
		np_text_free(&out);
	}
}

static void json_cannot_end_its_script(void **state)
{
	(void)state;
	static const char JSON[] = "{\"</script>\": \"<!-- \xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA\xE2\x80\"}";
	np_text out = {0};
	np_html_json(&out, JSON, sizeof JSON - 1);
	assert_string_equal(out.data, "{\"\\u003c/script>\": \"\\u003c!-- \\u2028\\u2029\xE2\x80\xAA\xE2\x80\"}");
	np_text_free(&out);
}

static void tables_of_pages(void **state)
{
	(void)state;
	static const char CSV[] = "name,skipped,runtime_ms,rows,energy_per_item_mj\n\"<a>,b\",x,12.345678,1234567,\n";
	np_error err = {0};
	np_text out = {0};
	assert_ok(np_html_table(&out, CSV, sizeof CSV - 1, "runtime_ms,name,rows,energy_per_item_mj", &err), &err);
	assert_string_equal(out.data,
	                    "<div class=\"scroll\"><table>\n"
	                    "<thead><tr><th scope=\"col\">name</th><th scope=\"col\">runtime, ms</th><th scope=\"col\">rows"
	                    "</th><th scope=\"col\">energy per item, mJ</th></tr></thead>\n<tbody>\n"
	                    "<tr><td>&lt;a&gt;,b</td><td class=\"n\">12.35</td><td class=\"n\">1234567</td><td></td></tr>\n"
	                    "</tbody></table></div>\n");
	np_text_free(&out);
}

/* Names nobody should use leave a page with the scripts it came with; other reports have no page. */
static void pages_are_whole(void **state)
{
	(void)state;
	subject s = make_subject();
	for (int count = 1; count <= 2; count++) {
		char *text = render(&s, 1, count, (np_report_options){.format = NP_REPORT_HTML});
		int scripts = 0;
		for (const char *at = text; (at = strstr(at, "</script>")); at++)
			scripts++;
		assert_int_equal(scripts, 2);
		assert_non_null(strstr(text, "\"neuralpower/predict/1\""));
		assert_non_null(strstr(text, "</html>\n"));
		free(text);
	}
	const np_network *networks[] = {s.network};
	np_error err = {0};
	char *text;
	size_t size;
	assert_int_equal(np_report_inspect(networks, 1, &(np_report_options){.format = NP_REPORT_HTML}, &text, &size, &err),
	                 NP_ERR_ARGUMENT);
	assert_null(text);
	subject_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(units_suit),
	        cmocka_unit_test(cells_have_their_width),
	        cmocka_unit_test(bars_have_their_width),
	        cmocka_unit_test(json_is_json),
	        cmocka_unit_test(csv_is_csv),
	        cmocka_unit_test(tables_fit),
	        cmocka_unit_test(names_are_no_markup),
	        cmocka_unit_test(json_cannot_end_its_script),
	        cmocka_unit_test(tables_of_pages),
	        cmocka_unit_test(pages_are_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
