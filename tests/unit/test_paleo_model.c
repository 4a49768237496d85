/*
 * Paleo's model against what the original program computes: every layer of every network on all eight devices, Table 4 of
 * Cai et al. 2017, and what a data sheet must say.
 */
#include "test_support.h"

#include <math.h>

enum { DEVICES = 8, COLUMNS = 3 + 2 * DEVICES };

/* In the order of the reference's columns. */
static const char *const SHEETS[DEVICES] = {"titan_x",        "k20",           "k20x",  "k40", "k80",
                                            "geforce_780_ti", "geforce_750_m", "cpu_i7"};

static np_platform *open_sheet(const char *name, const char *method, const np_sheet *figures)
{
	char file[128], path[1024];
	np_error err = {0};
	np_platform *platform;
	snprintf(file, sizeof file, "sheets/%s.json", name);
	assert_ok(np_platform_from_figures(source_path(file, path, sizeof path), figures, method, &platform, &err), &err);
	return platform;
}

static int split(char *line, char **fields, int most)
{
	int count = 0;
	line[strcspn(line, "\r\n")] = '\0';
	for (char *at = line; at && count < most;) {
		fields[count++] = at;
		at = strchr(at, ',');
		if (at)
			*at++ = '\0';
	}
	return count;
}

/* ---- the reference ---- */

typedef struct loaded {
	char name[64];
	np_network *network; /* NULL: refused */
	np_prediction *predictions[DEVICES];
} loaded;

typedef struct checker {
	np_platform *platforms[DEVICES];
	const char *directory; /* of the networks, from the root */
	const char *root;
	loaded at;
	int layers, networks, refused;
} checker;

static void close_network(checker *c)
{
	for (int d = 0; d < DEVICES; d++)
		np_prediction_free(c->at.predictions[d]);
	np_network_free(c->at.network);
	c->at = (loaded){0};
}

/* norm_bvlc_alexnet_40 is norm/bvlc_alexnet_40.json. */
static void open_network(checker *c, const char *name)
{
	char file[256], path[1024];
	np_error err = {0};
	bool normal = strncmp(name, "norm_", 5) == 0;
	close_network(c);
	snprintf(c->at.name, sizeof c->at.name, "%s", name);
	snprintf(file, sizeof file, "%s/%s%s.json", c->directory, normal ? "norm/" : "", normal ? name + 5 : name);
	np_status status = np_network_load(path_under(c->root, file, path, sizeof path), NULL, &c->at.network, &err);
	c->networks++;
	/* As converted, its last pool has no output at all: a shape that no network has. */
	if (status != NP_OK && strstr(name, "googlenet")) {
		c->refused++;
		return;
	}
	assert_ok(status, &err);
	for (int d = 0; d < DEVICES; d++)
		assert_ok(np_predict(c->at.network, c->platforms[d], &c->at.predictions[d], &err), &err);
}

static int find_layer(const np_network *network, const char *name)
{
	for (int i = 0; i < np_network_layer_count(network); i++)
		if (strcmp(np_network_layer(network, i)->name, name) == 0)
			return i;
	return -1;
}

static void check_row(checker *c, char **row)
{
	if (strcmp(c->at.name, row[0]) != 0)
		open_network(c, row[0]);
	int layer = c->at.network ? find_layer(c->at.network, row[2]) : -1;
	if (!c->at.network || strcmp(row[1], "0") == 0)
		return; /* the input is no layer */
	if (layer < 0)
		fail_msg("%s: no layer '%s'", row[0], row[2]);
	for (int d = 0; d < DEVICES; d++) {
		double expected = strtod(row[3 + 2 * d], NULL) + strtod(row[4 + 2 * d], NULL);
		np_value value = c->at.predictions[d]->layers[layer].runtime_ms;
		if (!value.has || !(fabs(value.value - expected) <= 1e-8 * expected))
			fail_msg("%s %s on %s: %.12g ms, the reference has %.12g", row[0], row[2], SHEETS[d], value.value,
			         expected);
	}
	c->layers++;
}

static void check_file(checker *c, const char *path)
{
	char line[4096], *row[COLUMNS];
	FILE *csv = fopen(path, "r");
	assert_non_null(csv);
	for (int d = 0; d < DEVICES; d++)
		c->platforms[d] = open_sheet(SHEETS[d], "paleo", NULL);
	assert_non_null(fgets(line, sizeof line, csv));
	while (fgets(line, sizeof line, csv)) {
		assert_int_equal(split(line, row, COLUMNS), COLUMNS);
		check_row(c, row);
	}
	close_network(c);
	for (int d = 0; d < DEVICES; d++)
		np_platform_free(c->platforms[d]);
	fclose(csv);
}

static void committed_layers_agree(void **state)
{
	(void)state;
	char path[1024];
	checker c = {.root = "NP_SOURCE", .directory = "tests/data/paleo"};
	check_file(&c, source_path("tests/data/paleo/layer_times.csv", path, sizeof path));
	assert_int_equal(c.networks, 3);
	assert_int_equal(c.layers, 7 + 14 + 18);
}

static void every_layer_of_the_reference_agrees(void **state)
{
	(void)state;
	char path[1024];
	checker c = {.root = "NP_SHARED", .directory = "nets/paleo"};
	check_file(&c, shared_path("reference/paleo/layer_times_all_devices.csv", path, sizeof path));
	print_message("%d layers of %d networks on %d devices, %d networks refused\n", c.layers, c.networks, DEVICES,
	              c.refused);
	assert_true(c.networks == 34 && c.refused == 3);
}

/* ---- the paper ---- */

static const struct {
	const char *file;
	double ms; /* Table 4, Paleo */
} TABLE4[] = {{"vgg16", 345.83}, {"alex_v2", 33.16}, {"nin", 45.68}, {"overfeat", 114.71}, {"cifar10_6conv", 28.75}};

static np_prediction *predict_named(const char *name, const np_platform *platform, np_network **network)
{
	char file[128], path[1024];
	np_error err = {0};
	np_prediction *p;
	snprintf(file, sizeof file, "tests/data/paleo/%s.json", name);
	assert_ok(np_network_load(source_path(file, path, sizeof path), NULL, network, &err), &err);
	assert_ok(np_predict(*network, platform, &p, &err), &err);
	return p;
}

static void table_4_is_reproduced(void **state)
{
	(void)state;
	np_platform *titan = open_sheet("titan_x", "paleo", NULL);
	for (size_t i = 0; i < sizeof TABLE4 / sizeof *TABLE4; i++) {
		np_network *network;
		np_prediction *p = predict_named(TABLE4[i].file, titan, &network);
		assert_true(fabs(p->runtime_ms.value - TABLE4[i].ms) < 0.005);
		assert_false(p->power_w.has || p->energy_mj.has);
		np_prediction_free(p);
		np_network_free(network);
	}
	np_network *vgg;
	np_prediction *p = predict_named("vgg16", titan, &vgg);
	assert_true(fabs(p->layers[find_layer(vgg, "fc6")].runtime_ms.value - 3.30) < 0.005);
	np_prediction_free(p);
	np_network_free(vgg);
	np_platform_free(titan);
}

/* ---- figures ---- */

static double alexnet_ms(const np_platform *platform)
{
	char path[1024];
	np_error err = {0};
	np_network *network;
	np_prediction *p;
	assert_ok(np_network_load(source_path("tests/data/paleo/alex_v2.json", path, sizeof path), NULL, &network, &err), &err);
	assert_ok(np_predict(network, platform, &p, &err), &err);
	double ms = p->runtime_ms.value;
	np_prediction_free(p);
	np_network_free(network);
	return ms;
}

static void figures_stand_in_for_a_sheet(void **state)
{
	(void)state;
	np_error err = {0};
	np_platform *titan = open_sheet("titan_x", "paleo", NULL), *half, *described;
	half = open_sheet("titan_x", "paleo", &(np_sheet){.percent_of_peak = 0.5});
	np_sheet figures = {.peak_gflops = 6144, .bandwidth_gbs = 336.5, .clock_mhz = 1000};
	assert_ok(np_platform_from_figures(NULL, &figures, "paleo", &described, &err), &err);
	assert_true(fabs(alexnet_ms(half) / alexnet_ms(titan) - 2) < 1e-12);
	assert_true(alexnet_ms(described) == alexnet_ms(titan));
	assert_string_equal(np_platform_method(titan), "paleo");
	assert_true(np_platform_sheet(titan)->peak_gflops == 6604.8);
	np_platform *none;
	assert_int_equal(np_platform_from_figures(NULL, &figures, "guess", &none, &err), NP_ERR_ARGUMENT);
	assert_null(none);
	np_error_clear(&err);
	assert_int_equal(np_platform_from_figures(NULL, &(np_sheet){.peak_gflops = 1}, "paleo", &none, &err), NP_ERR_DATA);
	char *text;
	size_t size;
	assert_int_equal(np_platform_write(titan, &text, &size, NULL), NP_ERR_ARGUMENT);
	assert_null(text);
	np_platform_free(titan);
	np_platform_free(half);
	np_platform_free(described);
}

static void bad_sheets_are_refused(void **state)
{
	(void)state;
	static const char GOOD[] =
	        "\"schema\": \"neuralpower/sheet/1\", \"name\": \"x\", \"device\": \"X\", \"kind\": \"gpu\", "
	        "\"source\": \"made up\"";
	static const struct {
		const char *members, *expected;
		np_status status;
	} CASES[] = {
	        {"\"peak_gflops\": 100, \"bandwidth_gbs\": 10", NULL, NP_OK},
	        {"\"peak_gflops\": 100", "bandwidth_gbs", NP_ERR_DATA},
	        {"\"peak_gflops\": -1, \"bandwidth_gbs\": 10", "peak_gflops", NP_ERR_DATA},
	        {"\"peak_gflops\": 1e300, \"bandwidth_gbs\": 10", "peak_gflops", NP_ERR_DATA},
	        {"\"peak_gflops\": \"fast\", \"bandwidth_gbs\": 10", "peak_gflops", NP_ERR_DATA},
	        {"\"peak_gflop\": 100, \"bandwidth_gbs\": 10", "peak_gflop:", NP_ERR_DATA},
	        {"\"peak_gflops\": 100, \"bandwidth_gbs\": 10, \"idle_w\": 9, \"limit_w\": 8", "idle_w", NP_ERR_DATA},
	        {"\"peak_gflops\": 100, \"bandwidth_gbs\": 10,", "JSON", NP_ERR_SYNTAX},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		char path[] = "/tmp/np-sheet-XXXXXX";
		int descriptor = mkstemp(path);
		FILE *file = fdopen(descriptor, "w");
		assert_non_null(file);
		fprintf(file, "{%s, %s}", GOOD, CASES[i].members);
		fclose(file);
		np_error err = {0};
		np_platform *platform;
		assert_int_equal(np_platform_from_sheet(path, "paleo", &platform, &err), CASES[i].status);
		if (CASES[i].expected)
			assert_non_null(strstr(err.message, CASES[i].expected));
		np_platform_free(platform);
		remove(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(committed_layers_agree), cmocka_unit_test(every_layer_of_the_reference_agrees),
	        cmocka_unit_test(table_4_is_reproduced),  cmocka_unit_test(figures_stand_in_for_a_sheet),
	        cmocka_unit_test(bad_sheets_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
