/* Platform files: exact round trips, clear refusals, and estimates that equal sums worked out by hand. */
#include "test_support.h"

#include "model/platform_model.h"

#include <math.h>
#include <unistd.h>

static const char FILE_TEXT[] =
        "{\"schema\": \"neuralpower/platform/1\", \"name\": \"toy\", \"device\": \"d\", \"software\": \"s\", \"dtype\": "
        "\"fp32\",\n"
        "\"idle_power_w\": null, \"limit_power_w\": 250, \"source\": \"nobody\", \"seed\": 1, \"interval_level\": 0.9,\n"
        "\"data\": [{\"file\": \"rows.csv\", \"rows\": 40, \"rejected\": 2, \"sha256\": \"00\"}],\n"
        "\"fallback\": {\"bytes_per_ms\": 1000000, \"least_ms\": 0.01, \"interval_factor\": 2, \"power_w\": 50,\n"
        "  \"power_interval_factor\": null},\n"
        "\"models\": [\n"
        "{\"type\": \"fc\", \"target\": \"runtime_ms\", \"method\": \"paper\", \"rows\": 40, \"folds\": 10, \"degree\": 2,\n"
        " \"lambda\": 0.1, \"in_sample\": {\"rmspe\": 0.1, \"rmse\": 1, \"mape\": 0.05},\n"
        " \"cross_validated\": {\"rmspe\": 0.2, \"rmse\": 2, \"mape\": 0.1}, \"interval_factor\": 1.5, \"floor\": 0.125,\n"
        " \"ceiling\": null, \"range\": {\"batch\": [1, 64], \"out_c\": [10, 4096], \"in_h\": [1, 7], \"in_w\": [1, 7],\n"
        "  \"in_c\": [16, 9216]}, \"intercept\": 0.1, \"terms\": [\n"
        "  {\"coefficient\": 0.0009765625, \"factors\": {\"batch\": 2, \"out_c\": 1}},\n"
        "  {\"coefficient\": 1.0000000000000002e-9, \"factors\": {\"macs\": 1}}]},\n"
        "{\"type\": \"fc\", \"target\": \"power_w\", \"method\": \"paper\", \"rows\": 40, \"folds\": 10, \"degree\": 1,\n"
        " \"lambda\": 0.1, \"in_sample\": {\"rmspe\": 0.1, \"rmse\": 1, \"mape\": 0.05},\n"
        " \"cross_validated\": {\"rmspe\": 0.2, \"rmse\": 2, \"mape\": 0.1}, \"interval_factor\": 1.25, \"floor\": 20,\n"
        " \"ceiling\": 200, \"range\": {\"batch\": [1, 64], \"out_c\": [10, 4096], \"in_h\": [1, 7], \"in_w\": [1, 7],\n"
        "  \"in_c\": [16, 9216]}, \"intercept\": 60, \"terms\": [\n"
        "  {\"coefficient\": 8, \"factors\": {\"log2(batch)\": 1}}]}]}\n";

static np_status load_text(const char *text, np_platform **platform, np_error *err)
{
	char path[] = "/tmp/np_platform_XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	np_status status = np_platform_load(path, platform, err);
	unlink(path);
	return status;
}

static np_layer_config fc(int64_t batch, int64_t inputs, int64_t outputs)
{
	return (np_layer_config){.kind = NP_FC,
	                         .batch = batch,
	                         .in_c = inputs,
	                         .out_c = outputs,
	                         .in_h = 1,
	                         .in_w = 1,
	                         .out_h = 1,
	                         .out_w = 1,
	                         .groups = 1,
	                         .inputs = 1};
}

static void estimates_are_the_stated_sums(void **state)
{
	(void)state;
	np_error err = {0};
	np_platform *platform;
	assert_ok(load_text(FILE_TEXT, &platform, &err), &err);
	np_estimate e;
	np_layer_config config = fc(4, 1024, 512);
	np_platform_estimate(platform, &config, 0, &e);
	/* 0.1 + 4^2 x 512 / 1024 + 1.0000000000000002e-9 x 4 x 1024 x 512 */
	assert_true(fabs(e.runtime_ms.value - (0.1 + 8 + 0.002097152)) < 1e-12);
	assert_true(e.power_w.value == 60 + 8 * 2);
	assert_true(e.energy_mj.value == e.runtime_ms.value * e.power_w.value);
	assert_int_equal(e.source, NP_FROM_MODEL);
	assert_null(e.extrapolated);
	assert_false(e.clamped);
	assert_true(e.runtime_ms.low == e.runtime_ms.value / 1.5 && e.power_w.high == e.power_w.value * 1.25);
	config = fc(128, 1024, 512);
	np_platform_estimate(platform, &config, 0, &e);
	assert_string_equal(e.extrapolated, "batch");
	np_platform_free(platform);
}

/* The good file with something before the intercept of its first model. */
static const char *with_correction(const char *correction, char *text, size_t size)
{
	const char *from = "\"intercept\": 0.1", *at = strstr(FILE_TEXT, from);
	snprintf(text, size, "%.*s\"correction\": %s, %s", (int)(at - FILE_TEXT), FILE_TEXT, correction, at);
	return text;
}

static double runtime_at(const np_platform *platform, int64_t batch)
{
	np_estimate e;
	np_layer_config config = fc(batch, 1024, 512);
	np_platform_estimate(platform, &config, 0, &e);
	return e.runtime_ms.value;
}

/* 0.5 above log2(batch) = 2, times 0.25 where log2(batch) is over 4.5; features beyond 6 count as 6. */
static const char CORRECTION[] =
        "{\"form\": \"ratio\", \"factor_held\": [0.5, 1.75], \"features_held\": {\"log2(batch)\": [0, 6], \"log2(work)\": [0, "
        "60]},"
        " \"intercept\": 0.125, \"terms\": [{\"coefficient\": 0.25, \"factors\": {\"log2(batch)\": {\"above\": 2}}},"
        " {\"coefficient\": -0.5, \"factors\": {\"log2(batch)\": {\"step\": 4.5}, \"log2(work)\": {\"centred\": 24}}},"
        " {\"coefficient\": -0.125, \"factors\": {\"log2(batch)\": {\"below\": 1}}}]}";

static void a_correction_is_a_held_factor(void **state)
{
	(void)state;
	static const struct {
		int64_t batch;
		double factor;
	} CASES[] = {
	        {1, 1.0},     /* 1 + 0.125 - 0.125 x (1 - 0) */
	        {2, 1.125},   /* no hinge is open */
	        {16, 1.625},  /* 1.125 + 0.25 x (4 - 2) */
	        {32, 1.75},   /* 1.125 + 0.25 x 3 - 0.5 x 1 x (24 - 24) = 1.875 is held */
	        {64, 1.625},  /* 1.125 + 0.25 x 4 - 0.5 x 1 x (25 - 24) */
	        {128, 1.125}, /* log2(batch) counts as 6, log2(work) is 26: 1.125 + 1 - 0.5 x 2 */
	        {512, 0.5},   /* 1.125 + 1 - 0.5 x 4 = 0.125 is held */
	};
	char text[sizeof FILE_TEXT + sizeof CORRECTION + 64];
	np_error err = {0};
	np_platform *plain, *corrected;
	assert_ok(load_text(FILE_TEXT, &plain, &err), &err);
	assert_ok(load_text(with_correction(CORRECTION, text, sizeof text), &corrected, &err), &err);
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		double factor = runtime_at(corrected, CASES[i].batch) / runtime_at(plain, CASES[i].batch);
		if (fabs(factor - CASES[i].factor) > 1e-12)
			fail_msg("batch %d: factor %g, %g expected", (int)CASES[i].batch, factor, CASES[i].factor);
	}
	np_platform_free(plain);
	np_platform_free(corrected);
}

static void an_exponential_correction(void **state)
{
	(void)state;
	char text[sizeof FILE_TEXT + 256];
	np_error err = {0};
	np_platform *plain, *corrected;
	assert_ok(load_text(FILE_TEXT, &plain, &err), &err);
	assert_ok(load_text(with_correction("{\"form\": \"exponential\", \"factor_held\": [0.5, 8], \"features_held\": "
	                                    "{\"log2(batch)\": [0, 9]}, \"intercept\": -0.25, \"terms\": "
	                                    "[{\"coefficient\": 0.5, \"factors\": {\"log2(batch)\": 1}}]}",
	                                    text, sizeof text),
	                    &corrected, &err),
	          &err);
	assert_true(fabs(runtime_at(corrected, 8) / runtime_at(plain, 8) - exp(1.25)) < 1e-12);
	assert_true(fabs(runtime_at(corrected, 512) / runtime_at(plain, 512) - 8) < 1e-12);
	np_platform_free(plain);
	np_platform_free(corrected);
}

/* 60 + 8 log2(batch) becomes 60 + 8 log2(runtime): the power model is asked after the runtime model. */
static void power_sees_the_predicted_runtime(void **state)
{
	(void)state;
	char text[sizeof FILE_TEXT + 64];
	const char *from = "\"log2(batch)\"", *at = strstr(FILE_TEXT, from);
	snprintf(text, sizeof text, "%.*s\"log2(work/runtime)\"%s", (int)(at - FILE_TEXT), FILE_TEXT, at + strlen(from));
	np_error err = {0};
	np_platform *platform;
	np_estimate e;
	assert_ok(load_text(text, &platform, &err), &err);
	platform->models[1].floor = 1e-9;
	platform->models[1].ceiling = 1e9;
	np_layer_config config = fc(4, 1024, 512);
	np_platform_estimate(platform, &config, 0, &e);
	assert_true(fabs(e.power_w.value - (60 + 8 * (21 - log2(e.runtime_ms.value)))) < 1e-9);
	np_platform_free(platform);
}

static void layers_without_a_model_fall_back(void **state)
{
	(void)state;
	np_error err = {0};
	np_platform *platform;
	assert_ok(load_text(FILE_TEXT, &platform, &err), &err);
	np_estimate e;
	np_platform_estimate(platform, NULL, 3000000, &e);
	assert_int_equal(e.source, NP_FROM_FALLBACK);
	assert_true(e.runtime_ms.value == 3 && e.power_w.value == 50 && e.energy_mj.value == 150);
	assert_true(e.runtime_ms.has_interval && !e.power_w.has_interval && !e.energy_mj.has_interval);
	np_platform_estimate(platform, NULL, 0, &e);
	assert_true(e.runtime_ms.value == 0.01);
	np_platform_free(platform);
}

static void values_are_held_between_floor_and_ceiling(void **state)
{
	(void)state;
	np_error err = {0};
	np_platform *platform;
	assert_ok(load_text(FILE_TEXT, &platform, &err), &err);
	np_model *runtime = &platform->models[0], *power = &platform->models[1];
	runtime->sum.intercept = -1000;
	power->sum.intercept = 1000;
	np_layer_config config = fc(4, 1024, 512);
	np_estimate e;
	np_platform_estimate(platform, &config, 0, &e);
	assert_true(e.clamped);
	assert_true(e.runtime_ms.value == 0.125 && e.power_w.value == 200);
	np_platform_free(platform);
}

static void check_round_trip(const char *from)
{
	np_error err = {0};
	np_platform *first, *second;
	char *text, *again;
	size_t size, again_size;
	assert_ok(load_text(from, &first, &err), &err);
	assert_ok(np_platform_write(first, &text, &size, &err), &err);
	assert_ok(load_text(text, &second, &err), &err);
	assert_ok(np_platform_write(second, &again, &again_size, &err), &err);
	assert_int_equal(size, again_size);
	assert_memory_equal(text, again, size);
	assert_true(second->models[0].sum.coefficients[1] == 1.0000000000000002e-9);
	assert_true(isinf(second->models[0].ceiling));
	for (int64_t batch = 1; batch < 3000; batch = batch * 2 + 1)
		assert_true(runtime_at(first, batch) == runtime_at(second, batch));
	free(text);
	free(again);
	np_platform_free(first);
	np_platform_free(second);
}

static void a_file_reads_back_as_it_was(void **state)
{
	(void)state;
	char text[sizeof FILE_TEXT + sizeof CORRECTION + 64];
	check_round_trip(FILE_TEXT);
	check_round_trip(with_correction(CORRECTION, text, sizeof text));
}

/* The good file, its power model by another list of features. */
static const char *with_list(const char *list, char *text, size_t size)
{
	const char *at = strstr(FILE_TEXT, "{\"type\": \"fc\", \"target\": \"power_w\"");
	snprintf(text, size,
	         "%.*s{\"type\": \"fc\", \"target\": \"power_w\", \"method\": \"paper\", \"features\": \"%s\", \"rows\": 40,"
	         " \"folds\": 10, \"degree\": 1, \"lambda\": 0.1, \"in_sample\": {\"rmspe\": 0.1, \"rmse\": 1, \"mape\": 0.05},"
	         " \"cross_validated\": {\"rmspe\": 0.2, \"rmse\": 2, \"mape\": 0.1}, \"interval_factor\": 1.25,"
	         " \"floor\": 20, \"ceiling\": 2000, \"range\": {\"batch\": [1, 64], \"inputs\": [16, 1000],"
	         " \"outputs\": [10, 4096]}, \"intercept\": 60, \"terms\": ["
	         "{\"coefficient\": 8, \"factors\": {\"log2(batch)\": 1}}, {\"coefficient\": 0.25, \"factors\": {\"inputs\": "
	         "1}}]}]}",
	         (int)(at - FILE_TEXT), FILE_TEXT, list);
	return text;
}

/* The list of features is kept with the model, and each model of a layer is asked by its own: 60 + 8 x 2 + 1024 / 4. */
static void the_list_of_features_is_kept(void **state)
{
	(void)state;
	char text[sizeof FILE_TEXT + 256];
	np_error err = {0};
	np_platform *platform;
	np_model_info info;
	np_estimate e;
	np_layer_config config = fc(4, 1024, 512);
	check_round_trip(with_list("text", text, sizeof text));
	assert_ok(load_text(text, &platform, &err), &err);
	assert_true(np_platform_model(platform, 0, &info));
	assert_string_equal(info.features, "authors");
	assert_true(np_platform_model(platform, 1, &info));
	assert_string_equal(info.features, "text");
	np_platform_estimate(platform, &config, 0, &e);
	assert_true(e.power_w.value == 60 + 8 * 2 + 256);
	assert_true(fabs(e.runtime_ms.value - (0.1 + 8 + 0.002097152)) < 1e-12);
	assert_string_equal(e.extrapolated, "inputs");
	assert_int_equal(np_platform_degree_count(platform), 0);
	np_platform_free(platform);
	assert_int_equal(load_text(with_list("other", text, sizeof text), &platform, &err), NP_ERR_DATA);
	assert_non_null(strstr(err.message, "models[1].features: authors or text"));
}

static void bad_corrections_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to, *message;
	} EDITS[] = {
	        {"\"ratio\"", "\"product\"", "models[0].correction.form: ratio or exponential"},
	        {"[0.5, 1.75]", "[0, 1.75]", "models[0].correction.factor_held: two numbers above 0"},
	        {"[0.5, 1.75]", "[1.75, 0.5]", "models[0].correction.factor_held: two numbers above 0"},
	        {"\"log2(work)\": [0, 60]", "\"log2(wrok)\": [0, 60]", "models[0].correction.log2(wrok): a feature"},
	        {"\"log2(work)\": [0, 60]", "\"log2(rows)\": [0, 60]", "models[0].correction.log2(work): a range in features"},
	        {"[0, 60]", "[60, 0]", "models[0].correction.log2(work): two numbers"},
	        {"\"above\": 2", "\"over\": 2", "models[0].correction.terms[0].log2(batch): one of centred, above"},
	        {"\"above\": 2", "\"above\": 2, \"below\": 1", "models[0].correction.terms[0].log2(batch): one of"},
	        {"\"below\": 1", "\"below\": \"1\"", "models[0].correction.terms[2].log2(batch): one of"},
	        {"\"coefficient\": -0.5", "\"coefficient\": null", "models[0].correction.terms[1].coefficient: a number"},
	};
	for (size_t i = 0; i < sizeof EDITS / sizeof *EDITS; i++) {
		char edited[sizeof CORRECTION + 64], text[sizeof FILE_TEXT + sizeof CORRECTION + 128];
		const char *at = strstr(CORRECTION, EDITS[i].from);
		assert_non_null(at);
		snprintf(edited, sizeof edited, "%.*s%s%s", (int)(at - CORRECTION), CORRECTION, EDITS[i].to,
		         at + strlen(EDITS[i].from));
		np_error err = {0};
		np_platform *platform;
		assert_int_equal(load_text(with_correction(edited, text, sizeof text), &platform, &err), NP_ERR_DATA);
		if (!strstr(err.message, EDITS[i].message))
			fail_msg("edit %zu: '%s' does not say '%s'", i, err.message, EDITS[i].message);
	}
}

/* The text with the first `from` replaced. */
static const char *with_edit(const char *whole, const char *from, const char *to, char *text, size_t size)
{
	const char *at = strstr(whole, from);
	assert_non_null(at);
	snprintf(text, size, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
	return text;
}

/* log2(work) is 26 and 28 there; the product may be 1 at most. */
static void a_product_is_held_to_its_range(void **state)
{
	(void)state;
	char edited[sizeof CORRECTION + 64], text[sizeof FILE_TEXT + sizeof CORRECTION + 128];
	np_error err = {0};
	np_platform *plain, *held;
	with_edit(CORRECTION, "{\"centred\": 24}}", "{\"centred\": 24}}, \"held\": [0, 1]", edited, sizeof edited);
	with_correction(edited, text, sizeof text);
	assert_ok(load_text(FILE_TEXT, &plain, &err), &err);
	assert_ok(load_text(text, &held, &err), &err);
	for (int64_t batch = 128; batch <= 512; batch *= 4)
		assert_true(fabs(runtime_at(held, batch) / runtime_at(plain, batch) - 1.625) < 1e-12);
	np_platform_free(plain);
	np_platform_free(held);
	check_round_trip(text);
	with_edit(CORRECTION, "{\"centred\": 24}}", "{\"centred\": 24}}, \"held\": [1]", edited, sizeof edited);
	assert_int_equal(load_text(with_correction(edited, text, sizeof text), &plain, &err), NP_ERR_DATA);
	assert_non_null(strstr(err.message, "models[0].correction.terms[1].held: two numbers"));
}

static const char ENERGY[] =
        "\"totals\": {\"networks\": 2, \"totals\": 30, \"runtime_ms\": 0.5, \"power_w\": 0, "
        "\"energy_mj\": 0.25}, \"folds_by\": \"shape\",\n\"models\": [{\"type\": \"fc\", \"target\": "
        "\"energy_mj\", \"method\": \"product\", \"rows\": 40, \"folds\": 10, \"degree\": 0, \"lambda\": 0, "
        "\"in_sample\": {\"rmspe\": 0.1, \"rmse\": 1, \"mape\": 0.05}, \"cross_validated\": {\"rmspe\": "
        "0.2, \"rmse\": 2, \"mape\": 0.1}, \"interval_factor\": 1.25, \"interval_factors\": [1.1, 1.15, 1.2, "
        "1.22, 1.25, 1.5, 0], \"interval_coverage\": 0.9},";

/* A model of energy is the product of the others, with an interval of its own. */
static void energy_has_its_own_interval(void **state)
{
	(void)state;
	static const char *const EDITS[][3] = {
	        {"1.5, 0]", "1.5]", "models[0].interval_factors: seven factors"},
	        {"[1.1,", "[0.9,", "models[0].interval_factors: seven factors"},
	        {"\"interval_coverage\": 0.9", "\"interval_coverage\": 9", "models[0].interval_coverage: a number from 0 to 1"},
	        {"\"runtime_ms\": 0.5", "\"runtime_ms\": 2", "runtime_ms: a number from 0 to 1"},
	};
	char text[sizeof FILE_TEXT + sizeof ENERGY + 64], bad[sizeof text + 64];
	np_error err = {0};
	np_platform *platform;
	np_totals_info totals;
	np_estimate e;
	np_layer_config config = fc(4, 1024, 512);
	with_edit(FILE_TEXT, "\"models\": [", ENERGY, text, sizeof text);
	assert_ok(load_text(text, &platform, &err), &err);
	np_platform_estimate(platform, &config, 0, &e);
	assert_true(e.energy_mj.value == e.runtime_ms.value * e.power_w.value);
	assert_true(e.energy_mj.low == e.energy_mj.value / 1.25 && e.energy_mj.high == e.energy_mj.value * 1.25);
	np_platform_totals(platform, &totals);
	assert_true(totals.networks == 2 && totals.totals == 30 && totals.correlation[NP_ENERGY] == 0.25);
	assert_string_equal(np_platform_folds_by(platform), "shape");
	np_platform_free(platform);
	for (size_t i = 0; i < sizeof EDITS / sizeof *EDITS; i++) {
		assert_int_equal(load_text(with_edit(text, EDITS[i][0], EDITS[i][1], bad, sizeof bad), &platform, &err),
		                 NP_ERR_DATA);
		if (!strstr(err.message, EDITS[i][2]))
			fail_msg("edit %zu: '%s' does not say '%s'", i, err.message, EDITS[i][2]);
		np_error_clear(&err);
	}
}

/* Every edit of the good file is refused with a message that names the member. */
static void bad_files_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to, *message;
		np_status status;
	} EDITS[] = {
	        {"platform/1", "platform/2", "newer program", NP_ERR_VERSION},
	        {"neuralpower/platform", "other/platform", "schema", NP_ERR_DATA},
	        {"\"name\": \"toy\"", "\"name\": 7", "name: a text", NP_ERR_DATA},
	        {"\"type\": \"fc\"", "\"type\": \"other\"", "models[0].type", NP_ERR_DATA},
	        {"\"macs\": 1", "\"mac\": 1", "models[0].terms[1].mac: a feature", NP_ERR_DATA},
	        {"\"batch\": 2", "\"batch\": 9", "a power from 1 to 4", NP_ERR_DATA},
	        {"\"floor\": 0.125", "\"floor\": 0", "models[0].floor", NP_ERR_DATA},
	        {"\"bytes_per_ms\": 1000000", "\"bytes_per_ms\": 0", "fallback", NP_ERR_DATA},
	        {"\"target\": \"power_w\"", "\"target\": \"runtime_ms\"", "one model of each", NP_ERR_DATA},
	        {"\"intercept\": 60", "\"intercept\": \"60\"", "models[1].intercept: a number", NP_ERR_DATA},
	        {"[16, 9216]", "[16]", "models[0].in_c: a range", NP_ERR_DATA},
	        {"\"seed\": 1,", "\"seed\": 1", "expected", NP_ERR_SYNTAX},
	};
	for (size_t i = 0; i < sizeof EDITS / sizeof *EDITS; i++) {
		char text[sizeof FILE_TEXT + 64];
		const char *at = strstr(FILE_TEXT, EDITS[i].from);
		assert_non_null(at);
		snprintf(text, sizeof text, "%.*s%s%s", (int)(at - FILE_TEXT), FILE_TEXT, EDITS[i].to,
		         at + strlen(EDITS[i].from));
		np_error err = {0};
		np_platform *platform;
		assert_int_equal(load_text(text, &platform, &err), EDITS[i].status);
		assert_null(platform);
		if (!strstr(err.message, EDITS[i].message))
			fail_msg("edit %zu: '%s' does not say '%s'", i, err.message, EDITS[i].message);
	}
}

static void truncated_files_are_refused(void **state)
{
	(void)state;
	char text[sizeof FILE_TEXT];
	for (size_t length = 0; length + 2 < sizeof FILE_TEXT; length += 7) {
		memcpy(text, FILE_TEXT, length);
		text[length] = '\0';
		np_error err = {0};
		np_platform *platform;
		assert_int_equal(load_text(text, &platform, &err), NP_ERR_SYNTAX);
		assert_true(err.line > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(estimates_are_the_stated_sums),
	        cmocka_unit_test(a_correction_is_a_held_factor),
	        cmocka_unit_test(an_exponential_correction),
	        cmocka_unit_test(power_sees_the_predicted_runtime),
	        cmocka_unit_test(layers_without_a_model_fall_back),
	        cmocka_unit_test(values_are_held_between_floor_and_ceiling),
	        cmocka_unit_test(the_list_of_features_is_kept),
	        cmocka_unit_test(a_file_reads_back_as_it_was),
	        cmocka_unit_test(bad_files_are_refused),
	        cmocka_unit_test(bad_corrections_are_refused),
	        cmocka_unit_test(a_product_is_held_to_its_range),
	        cmocka_unit_test(energy_has_its_own_interval),
	        cmocka_unit_test(truncated_files_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
