/*
 * The roofline against the program that fits its constants, which computes the same formula in another language; and what
 * must hold of any device: nothing below idle or above the limit, no power where no measurement speaks of it.
 */
#include "test_support.h"

#include <dirent.h>
#include <math.h>

static np_platform *open_sheet(const char *name, const np_sheet *figures)
{
	char file[300], path[1400];
	np_error err = {0};
	np_platform *platform;
	snprintf(file, sizeof file, "sheets/%s.json", name);
	assert_ok(np_platform_from_figures(source_path(file, path, sizeof path), figures, "roofline", &platform, &err), &err);
	return platform;
}

static void expect_near(const char *what, const char *layer, np_value value, const char *expected)
{
	double number = strtod(expected, NULL);
	if (value.has != (expected[0] != '\0') || (value.has && !(fabs(value.value - number) <= 1e-9 * number)))
		fail_msg("%s of %s: %.12g, %s was expected", what, layer, value.value, expected[0] ? expected : "none");
}

/* layer,sheet,bytes,runtime_ms,power_w */
static void check_row(char *line)
{
	char *fields[5] = {0}, *rest = line;
	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < 5; i++)
		fields[i] = strsep(&rest, ",");
	assert_non_null(fields[4]);
	np_error err = {0};
	np_layer_config config;
	np_estimate e;
	assert_ok(np_layer_text_read(fields[0], &config, &err), &err);
	np_platform *platform = open_sheet(fields[1], NULL);
	np_platform_estimate(platform, &config, strtoll(fields[2], NULL, 10), &e);
	expect_near("runtime", line, e.runtime_ms, fields[3]);
	expect_near("power", line, e.power_w, fields[4]);
	assert_int_equal(e.source, NP_FROM_FORMULA);
	np_platform_free(platform);
}

static void two_programs_agree(void **state)
{
	(void)state;
	char path[1024], line[512];
	int rows = 0;
	FILE *csv = fopen(source_path("tests/data/roofline.csv", path, sizeof path), "r");
	assert_non_null(csv);
	while (fgets(line, sizeof line, csv))
		if (line[0] != '#' && strncmp(line, "layer,", 6) != 0) {
			check_row(line);
			rows++;
		}
	fclose(csv);
	assert_true(rows >= 40);
}

/* ---- every sheet that is shipped ---- */

static void check_layer(const np_platform *platform, const np_layer_config *config)
{
	const np_sheet *s = np_platform_sheet(platform);
	np_estimate e;
	np_platform_estimate(platform, config, 1 << 20, &e);
	assert_true(e.runtime_ms.has && e.runtime_ms.value > 0 && isfinite(e.runtime_ms.value));
	bool gpu = strcmp(s->kind, "gpu") == 0;
	assert_true(e.runtime_ms.has_interval == gpu);
	assert_true(e.power_w.has == (gpu && s->limit_w > 0));
	assert_true(e.power_w.has == np_platform_has_power(platform));
	if (!e.power_w.has)
		return;
	assert_true(e.power_w.value > s->idle_w && e.power_w.value <= s->limit_w);
	assert_true(e.power_w.low < e.power_w.value && e.power_w.high <= s->limit_w);
	assert_true(e.energy_mj.value == e.runtime_ms.value * e.power_w.value);
}

static void check_sheet(const char *name)
{
	np_layer_config config = {NP_CONV, 1, 16, 14, 14, 32, 14, 14, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1};
	np_platform *platform = open_sheet(name, NULL);
	assert_string_equal(np_platform_name(platform), name);
	assert_true(np_platform_source(platform)[0] != '\0');
	for (int kind = 0; kind < NP_KIND_COUNT; kind++)
		for (config.batch = 1; config.batch <= 4096; config.batch *= 64) {
			config.kind = (np_kind)kind;
			check_layer(platform, &config);
		}
	np_platform_free(platform);
}

static void every_sheet_holds(void **state)
{
	(void)state;
	char path[1024];
	int sheets = 0;
	DIR *directory = opendir(source_path("sheets", path, sizeof path));
	assert_non_null(directory);
	for (struct dirent *entry; (entry = readdir(directory));) {
		char *end = strstr(entry->d_name, ".json");
		if (!end)
			continue;
		*end = '\0';
		check_sheet(entry->d_name);
		sheets++;
	}
	closedir(directory);
	assert_true(sheets >= 30);
}

static void levels_widen_intervals(void **state)
{
	(void)state;
	np_error err = {0};
	np_layer_config config = {NP_CONV, 1, 16, 14, 14, 32, 14, 14, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1};
	np_platform *platform = open_sheet("titan_x", NULL);
	double last = 0;
	for (double level = 0.5; level < 0.96; level += 0.1) {
		np_estimate e;
		assert_ok(np_platform_set_interval(platform, level, &err), &err);
		np_platform_estimate(platform, &config, 0, &e);
		double width = e.runtime_ms.high / e.runtime_ms.low;
		assert_true(width > last);
		last = width;
	}
	np_platform_free(platform);
}

static void a_larger_layer_takes_longer(void **state)
{
	(void)state;
	np_layer_config config = {NP_CONV, 1, 64, 28, 28, 64, 28, 28, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1};
	np_platform *platform = open_sheet("gtx_1070", NULL);
	double last = 0;
	for (config.batch = 1; config.batch <= 1024; config.batch++) {
		np_estimate e;
		np_platform_estimate(platform, &config, 0, &e);
		assert_true(e.runtime_ms.value >= last);
		last = e.runtime_ms.value;
	}
	np_platform_free(platform);
}

static void no_percent_of_peak(void **state)
{
	(void)state;
	np_error err = {0};
	np_platform *platform;
	np_sheet figures = {.peak_gflops = 1000, .bandwidth_gbs = 100, .percent_of_peak = 0.5};
	assert_int_equal(np_platform_from_figures(NULL, &figures, "roofline", &platform, &err), NP_ERR_ARGUMENT);
	assert_null(platform);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(two_programs_agree),     cmocka_unit_test(every_sheet_holds),
	        cmocka_unit_test(levels_widen_intervals), cmocka_unit_test(a_larger_layer_takes_longer),
	        cmocka_unit_test(no_percent_of_peak),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
