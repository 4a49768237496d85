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

/* The correction multiplies by exp of its sum, and is held: exp(0.5 x log2(64)) would be exp(3), exp(0.25) is allowed. */
static void a_correction_is_held(void **state)
{
	(void)state;
	static const char CORRECTION[] = "\"correction\": {\"held_between\": [-0.5, 0.25], \"intercept\": 0, \"terms\": "
	                                 "[{\"coefficient\": 0.5, \"factors\": {\"log2(batch)\": 1}}]}, \"intercept\": 0.1";
	char text[sizeof FILE_TEXT + sizeof CORRECTION];
	const char *from = "\"intercept\": 0.1", *at = strstr(FILE_TEXT, from);
	snprintf(text, sizeof text, "%.*s%s%s", (int)(at - FILE_TEXT), FILE_TEXT, CORRECTION, at + strlen(from));
	np_error err = {0};
	np_platform *plain, *corrected;
	assert_ok(load_text(FILE_TEXT, &plain, &err), &err);
	assert_ok(load_text(text, &corrected, &err), &err);
	np_estimate a, b;
	np_layer_config config = fc(64, 1024, 512);
	np_platform_estimate(plain, &config, 0, &a);
	np_platform_estimate(corrected, &config, 0, &b);
	assert_true(fabs(b.runtime_ms.value / a.runtime_ms.value - exp(0.25)) < 1e-12);
	config = fc(1, 1024, 512);
	np_platform_estimate(plain, &config, 0, &a);
	np_platform_estimate(corrected, &config, 0, &b);
	assert_true(b.runtime_ms.value == a.runtime_ms.value);
	np_platform_free(plain);
	np_platform_free(corrected);
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

static void a_file_reads_back_as_it_was(void **state)
{
	(void)state;
	np_error err = {0};
	np_platform *first, *second;
	char *text, *again;
	size_t size, again_size;
	assert_ok(load_text(FILE_TEXT, &first, &err), &err);
	assert_ok(np_platform_write(first, &text, &size, &err), &err);
	assert_ok(load_text(text, &second, &err), &err);
	assert_ok(np_platform_write(second, &again, &again_size, &err), &err);
	assert_int_equal(size, again_size);
	assert_memory_equal(text, again, size);
	assert_true(second->models[0].sum.coefficients[1] == 1.0000000000000002e-9);
	assert_true(isinf(second->models[0].ceiling));
	free(text);
	free(again);
	np_platform_free(first);
	np_platform_free(second);
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
	        cmocka_unit_test(estimates_are_the_stated_sums),    cmocka_unit_test(a_correction_is_held),
	        cmocka_unit_test(layers_without_a_model_fall_back), cmocka_unit_test(values_are_held_between_floor_and_ceiling),
	        cmocka_unit_test(a_file_reads_back_as_it_was),      cmocka_unit_test(bad_files_are_refused),
	        cmocka_unit_test(truncated_files_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
