/*
 * Network totals: Equations 3, 4 and 5 recomputed in extended precision from the layers, on a platform made by hand and on
 * every bundled one; and what is unknown stays unknown.
 */
#include "test_support.h"

#include "model/platform_model.h"

#include <math.h>

/* A platform with one model: fc runtime = 0.001 x batch x out_c, fc power = 40 + log2(batch) x 5. */
static np_platform *toy_platform(bool power)
{
	static np_term runtime_terms[] = {{.factor_count = 2,
	                                   .factors = {{.feature = 0, .power = 1}, {.feature = 1, .power = 1}}}},
	               power_terms[] = {{.factor_count = 1, .factors = {{.feature = 5, .power = 1}}}};
	static double runtime_coefficients[] = {0.001}, power_coefficients[] = {5};
	static np_model models[2];
	np_platform *platform = np_platform_create();
	assert_non_null(platform);
	const np_feature_set *set = np_feature_set_of(NP_FC);
	models[0] = (np_model){.kind = NP_FC,
	                       .target = NP_RUNTIME,
	                       .method = "hand",
	                       .set = set,
	                       .floor = 1e-3,
	                       .ceiling = INFINITY,
	                       .interval_factor = 2};
	models[0].sum = (np_sum){0, 1, runtime_terms, runtime_coefficients};
	models[1] = (np_model){.kind = NP_FC,
	                       .target = NP_POWER,
	                       .method = "hand",
	                       .set = set,
	                       .floor = 1,
	                       .ceiling = 500,
	                       .interval_factor = 1.25};
	models[1].sum = (np_sum){40, 1, power_terms, power_coefficients};
	for (int m = 0; m < 2; m++)
		for (int i = 0; i < NP_MAX_BASE; i++)
			models[m].ranges[i] = (np_range){1, 1e6};
	platform->dtype = "fp32";
	platform->name = "toy";
	platform->models = models;
	platform->model_count = power ? 2 : 1;
	platform->fallback =
	        (np_fallback){.bytes_per_ms = 1e6, .least_ms = 0.001, .power_w = power ? 30 : 0, .interval_factor = 3};
	np_platform_index(platform);
	return platform;
}

/* fc 1000 -> 200, relu, dropout, fc 200 -> 10, at batch 8. */
static np_network *small_network(void)
{
	np_error err = {0};
	np_network *network;
	int x, a, r, d;
	assert_ok(np_network_create("small", &network, &err), &err);
	assert_ok(np_network_add_input(network, "x", (np_shape){2, (int64_t[]){8, 1000}}, 4, &x, &err), &err);
	np_layer_desc fc = {.kind = NP_FC, .name = "fc1", .inputs = &x, .input_count = 1, .axis = 1, .out_channels = 200};
	assert_ok(np_network_add_layer(network, &fc, &a, &err), &err);
	np_layer_desc relu = {.kind = NP_RELU, .name = "relu1", .inputs = &a, .input_count = 1};
	assert_ok(np_network_add_layer(network, &relu, &r, &err), &err);
	np_layer_desc drop = {.kind = NP_DROPOUT, .name = "drop1", .inputs = &r, .input_count = 1, .free = true};
	assert_ok(np_network_add_layer(network, &drop, &d, &err), &err);
	fc.name = "fc2";
	fc.inputs = &d;
	fc.out_channels = 10;
	assert_ok(np_network_add_layer(network, &fc, NULL, &err), &err);
	assert_ok(np_network_finish(network, &err), &err);
	return network;
}

static void assert_close(double value, long double expected)
{
	if (fabsl((long double)value - expected) > 1e-12L * fabsl(expected))
		fail_msg("%.17g, %.17Lg expected", value, expected);
}

static void check_equations(const np_prediction *p)
{
	long double runtime = 0, energy = 0;
	for (int i = 0; i < p->layer_count; i++) {
		const np_estimate *e = &p->layers[i];
		runtime += e->runtime_ms.value;
		energy += (long double)e->runtime_ms.value * e->power_w.value;
		assert_true(e->source == NP_FREE || e->runtime_ms.value > 0);
		assert_true(!e->energy_mj.has || e->energy_mj.value == e->runtime_ms.value * e->power_w.value);
		assert_true(e->runtime_ms.low <= e->runtime_ms.value && e->runtime_ms.value <= e->runtime_ms.high);
	}
	assert_close(p->runtime_ms.value, runtime);
	if (!p->energy_mj.has)
		return;
	assert_close(p->energy_mj.value, energy);
	assert_close(p->power_w.value, energy / runtime);
	assert_close(p->energy_per_item_mj.value, energy / np_network_batch(p->network));
	assert_close(p->items_per_s, 1000 * np_network_batch(p->network) / runtime);
}

static void totals_follow_the_equations(void **state)
{
	(void)state;
	np_error err = {0};
	np_network *network = small_network();
	np_platform *platform = toy_platform(true);
	np_prediction *p;
	assert_ok(np_predict(network, platform, &p, &err), &err);
	check_equations(p);
	/* fc 0.001 x 8 x 200 = 1.6 ms and 0.08 ms at 40 + 5 x 3 = 55 W; relu moves 2 x 8 x 200 x 4 bytes at 30 W */
	assert_close(p->runtime_ms.value, 1.6L + 0.08L + 0.0128L);
	assert_close(p->energy_mj.value, 1.68L * 55 + 0.0128L * 30);
	assert_close(p->runtime_coverage, 1.68L / 1.6928L);
	assert_int_equal(p->layers[2].source, NP_FREE);
	assert_true(p->layers[2].runtime_ms.value == 0);
	assert_true(p->warning_count == 1 && strstr(p->warnings[0], "1 of 4 layers: no learned model"));
	np_prediction_free(p);
	np_platform_free(platform);
	np_network_free(network);
}

static void unknown_power_is_not_zero(void **state)
{
	(void)state;
	np_error err = {0};
	np_network *network = small_network();
	np_platform *platform = toy_platform(false);
	np_prediction *p;
	assert_ok(np_predict(network, platform, &p, &err), &err);
	check_equations(p);
	assert_false(p->power_w.has || p->energy_mj.has || p->energy_per_item_mj.has || p->layers[0].energy_mj.has);
	char *text;
	size_t size;
	const np_prediction *one = p;
	np_report_options json = {.format = NP_REPORT_JSON};
	assert_ok(np_report_predict(&one, 1, &json, &text, &size, &err), &err);
	assert_non_null(strstr(text, "\"power_w\": null"));
	assert_non_null(strstr(text, "\"energy_mj\": null"));
	free(text);
	np_prediction_free(p);
	np_platform_free(platform);
	np_network_free(network);
}

static void bundled_platforms_follow_them_too(void **state)
{
	(void)state;
	static const char *const PLATFORMS[] = {"xeon-5120-pytorch", "jetson-pytorch", "raptorlake-pytorch"};
	static const char *const NETWORKS[] = {"alexnet.prototxt", "googlenet.prototxt", "resnet50.onnx", "mobilenet_v2.onnx"};
	for (int p = 0; p < 3; p++)
		for (int n = 0; n < 4; n++) {
			char name[128], path[1024];
			np_error err = {0};
			np_network *network;
			np_platform *platform;
			np_prediction *prediction;
			snprintf(name, sizeof name, "platforms/%s.json", PLATFORMS[p]);
			assert_ok(np_platform_load(source_path(name, path, sizeof path), &platform, &err), &err);
			snprintf(name, sizeof name, "networks/%s", NETWORKS[n]);
			np_load_options options = {.batch = 1 + 7 * n};
			assert_ok(np_network_load(source_path(name, path, sizeof path), &options, &network, &err), &err);
			assert_ok(np_predict(network, platform, &prediction, &err), &err);
			check_equations(prediction);
			assert_true(prediction->energy_mj.has);
			np_prediction_free(prediction);
			np_network_free(network);
			np_platform_free(platform);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(totals_follow_the_equations),
	        cmocka_unit_test(unknown_power_is_not_zero),
	        cmocka_unit_test(bundled_platforms_follow_them_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
