/* Predictions: intervals hold the values, what is unknown stays unknown in every layer, and warnings say what is guessed. */
#include "test_support.h"

#include "model/platform_model.h"

#include <math.h>

static np_platform *load_platform(const char *name)
{
	char place[128], path[512];
	np_error err = {0};
	np_platform *platform;
	snprintf(place, sizeof place, "tests/cli/data/platforms/%s.json", name);
	assert_ok(np_platform_load(source_path(place, path, sizeof path), &platform, &err), &err);
	return platform;
}

static int add(np_network *network, np_layer_desc desc, int input)
{
	np_error err = {0};
	int output;
	desc.inputs = &input;
	desc.input_count = 1;
	assert_ok(np_network_add_layer(network, &desc, &output, &err), &err);
	return output;
}

/* A convolution, an activation without a model, a dropout that costs nothing, and a fully connected layer. */
static np_network *make_network(int64_t batch, int element_bytes)
{
	np_error err = {0};
	np_network *network;
	const int64_t dims[] = {batch, 8, 16, 16};
	int tensor;
	assert_ok(np_network_create("net", &network, &err), &err);
	assert_ok(np_network_add_input(network, "data", (np_shape){4, dims}, element_bytes, &tensor, &err), &err);
	tensor = add(network,
	             (np_layer_desc){.kind = NP_CONV, .name = "conv", .spatial_rank = 2, .kernel = {3, 3}, .out_channels = 16},
	             tensor);
	tensor = add(network, (np_layer_desc){.kind = NP_ACTIVATION, .name = "act"}, tensor);
	tensor = add(network, (np_layer_desc){.kind = NP_DROPOUT, .name = "drop", .free = true}, tensor);
	add(network, (np_layer_desc){.kind = NP_FC, .name = "fc", .axis = 1, .out_channels = 100, .bias = true}, tensor);
	assert_ok(np_network_finish(network, &err), &err);
	return network;
}

static np_prediction *predict(const np_network *network, const np_platform *platform)
{
	np_error err = {0};
	np_prediction *prediction;
	assert_ok(np_predict(network, platform, &prediction, &err), &err);
	return prediction;
}

static void assert_near(double actual, double expected)
{
	if (!(fabs(actual - expected) <= 1e-12 * fabs(expected)))
		fail_msg("%.17g, expected %.17g", actual, expected);
}

static void intervals_hold_the_values(void **state)
{
	(void)state;
	np_platform *platform = load_platform("toy");
	np_network *network = make_network(2, 4);
	np_prediction *p = predict(network, platform);
	const np_value *const values[] = {&p->runtime_ms, &p->power_w, &p->energy_mj, &p->energy_per_item_mj};
	for (int i = 0; i < 4; i++) {
		assert_true(values[i]->has && values[i]->has_interval);
		assert_true(values[i]->low < values[i]->value && values[i]->value < values[i]->high);
	}
	np_prediction_free(p);
	np_network_free(network);
	np_platform_free(platform);
}

/* Layers' errors may go together, or cancel as independent ones do, or something between. */
static void totals_have_the_interval_of_their_layers(void **state)
{
	(void)state;
	static const double TOGETHER[] = {0, 0.25, 1};
	np_platform *platform = load_platform("toy");
	np_network *network = make_network(2, 4);
	for (int k = 0; k < 3; k++) {
		double c = TOGETHER[k], linear = 0, square = 0;
		platform->totals.correlation[NP_RUNTIME] = c;
		np_prediction *p = predict(network, platform);
		for (int i = 0; i < p->layer_count; i++) {
			np_value t = p->layers[i].runtime_ms;
			double part = t.value > 0 ? t.value / p->runtime_ms.value * log(t.high / t.value) : 0;
			linear += part;
			square += part * part;
		}
		double factor = exp(sqrt(c * linear * linear + (1 - c) * square));
		assert_true(factor > 1.01);
		assert_near(p->runtime_ms.high, p->runtime_ms.value * factor);
		assert_near(p->runtime_ms.low, p->runtime_ms.value / factor);
		np_prediction_free(p);
	}
	np_network_free(network);
	np_platform_free(platform);
}

/* Files say how wide intervals are at seven levels; between them it is interpolated, and unknown is not zero. */
static void intervals_have_the_level_asked_for(void **state)
{
	(void)state;
	np_platform *platform = load_platform("toy");
	np_error err = {0};
	np_model *model = &platform->models[0];
	model->spread = (np_spread){{1.1, 1.2, 1.3, 1.4, 1.5, 2, 0}};
	assert_int_equal(np_platform_set_interval(platform, 0.4, &err), NP_ERR_ARGUMENT);
	assert_true(np_platform_interval(platform) == 0.9 && model->interval_factor == 1.5);
	assert_ok(np_platform_set_interval(platform, 0.8, &err), &err);
	assert_near(model->interval_factor, 1.4);
	assert_ok(np_platform_set_interval(platform, 0.925, &err), &err);
	assert_near(model->interval_factor, 1.75);
	assert_ok(np_platform_set_interval(platform, 0.97, &err), &err);
	assert_true(model->interval_factor == 0);
	np_platform_free(platform);
}

static bool warns(const np_prediction *p, const char *text)
{
	for (int i = 0; i < p->warning_count; i++)
		if (strstr(p->warnings[i], text))
			return true;
	return false;
}

static void unknown_power_is_not_zero(void **state)
{
	(void)state;
	np_platform *platform = load_platform("dark");
	np_network *network = make_network(1, 4);
	np_prediction *p = predict(network, platform);
	assert_true(p->runtime_ms.has && p->runtime_ms.value > 0);
	assert_false(p->power_w.has || p->energy_mj.has || p->energy_per_item_mj.has);
	for (int i = 0; i < p->layer_count; i++)
		assert_false(p->layers[i].power_w.has || p->layers[i].energy_mj.has);
	assert_true(warns(p, "no power data"));
	np_prediction_free(p);
	np_network_free(network);
	np_platform_free(platform);
}

static void warnings_say_what_is_guessed(void **state)
{
	(void)state;
	np_platform *platform = load_platform("toy");
	np_network *network = make_network(32, 2);
	np_prediction *p = predict(network, platform);
	assert_true(warns(p, "1 of 4 layers: no learned model, estimated from the bytes moved: act"));
	assert_true(warns(p, "1 of 4 layers: outside the range the platform was learned from: conv (batch)"));
	assert_true(warns(p, "the network's values have 2 bytes, the platform was measured with fp32"));
	assert_int_equal(p->layers[1].source, NP_FROM_FALLBACK);
	assert_int_equal(p->layers[2].source, NP_FREE);
	np_prediction_free(p);
	np_network_free(network);
	np_platform_free(platform);
	np_prediction_free(NULL);
}

/* A network's own warnings come along. */
static void network_warnings_come_along(void **state)
{
	(void)state;
	np_error err = {0};
	np_platform *platform = load_platform("toy");
	np_network *network;
	const int64_t dims[] = {1, 8};
	int tensor;
	assert_ok(np_network_create("net", &network, &err), &err);
	assert_ok(np_network_add_input(network, "data", (np_shape){2, dims}, 4, &tensor, &err), &err);
	add(network, (np_layer_desc){.kind = NP_DROPOUT, .name = "drop", .free = true}, tensor);
	np_network_warn(network, "watch %s", "out");
	assert_ok(np_network_finish(network, &err), &err);
	np_prediction *p = predict(network, platform);
	assert_true(warns(p, "watch out"));
	/* Nothing to do takes no time; a mean power over no time is unknown. */
	assert_true(p->runtime_ms.has && p->runtime_ms.value == 0);
	assert_false(p->power_w.has);
	np_prediction_free(p);
	np_network_free(network);
	np_platform_free(platform);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(intervals_hold_the_values),
	        cmocka_unit_test(totals_have_the_interval_of_their_layers),
	        cmocka_unit_test(intervals_have_the_level_asked_for),
	        cmocka_unit_test(unknown_power_is_not_zero),
	        cmocka_unit_test(warnings_say_what_is_guessed),
	        cmocka_unit_test(network_warnings_come_along),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
