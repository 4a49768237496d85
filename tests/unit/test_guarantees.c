/*
 * What the default estimator promises wherever it is asked: on random layers up to four times outside the training range
 * of each size, every bundled platform answers with a positive runtime that is within a factor of three of its physical
 * part and does not fall when the batch grows, and with a power within what was measured.
 */
#include "test_support.h"

#include "model/platform_model.h"

#include <math.h>

static int layers = 100000; /* over all models; the program's argument asks for another number */

static uint64_t state = 88172645463325252u;

static double uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) * 0x1p-53;
}

/* Log-uniform from a quarter of the least to four times the most that the model was trained on. */
static int64_t draw(const np_model *model, const char *name)
{
	for (int i = 0; i < model->set->base_count; i++)
		if (strcmp(model->set->base[i], name) == 0) {
			double low = log(fmax(model->ranges[i].low / 4, 1)), high = log(fmax(model->ranges[i].high * 4, 1));
			int64_t value = (int64_t)(exp(low + uniform() * (high - low)) + 0.5);
			return value > 1 ? value : 1;
		}
	return 1;
}

static int64_t windows(int64_t in, int64_t kernel, int64_t stride)
{
	return in < kernel ? 1 : (in - kernel) / stride + 1;
}

static np_layer_config draw_window(const np_model *model, np_layer_config c, const char *kernel)
{
	c.in_h = c.in_w = draw(model, "in_h");
	c.kernel_h = c.kernel_w = draw(model, kernel);
	c.stride_h = c.stride_w = 1 + (int64_t)(uniform() * (double)(c.kernel_h < 4 ? c.kernel_h : 4));
	c.pad_h = c.pad_w = uniform() < 0.5 ? 0 : c.kernel_h / 2;
	c.out_h = c.out_w = windows(c.in_h + 2 * c.pad_h, c.kernel_h, c.stride_h);
	return c;
}

static np_layer_config draw_layer(const np_model *model)
{
	np_layer_config c = {.kind = model->kind,
	                     .batch = draw(model, "batch"),
	                     .in_h = 1,
	                     .in_w = 1,
	                     .out_h = 1,
	                     .out_w = 1,
	                     .kernel_h = 1,
	                     .kernel_w = 1,
	                     .stride_h = 1,
	                     .stride_w = 1,
	                     .dilation_h = 1,
	                     .dilation_w = 1,
	                     .groups = 1,
	                     .inputs = 1};
	if (strcmp(model->set->name, "conv") == 0) {
		c.in_c = draw(model, "filter_in_c");
		c.out_c = draw(model, "out_c");
		if (uniform() < 0.2)
			c.groups = c.in_c = c.out_c;
		return draw_window(model, c, "kernel_w");
	}
	if (strcmp(model->set->name, "pool") == 0) {
		c.in_c = c.out_c = draw(model, "channels");
		return draw_window(model, c, "kernel_h");
	}
	bool fc = strcmp(model->set->name, "fc") == 0;
	c.in_c = draw(model, fc ? "in_c" : "values_per_item");
	c.out_c = fc ? draw(model, "out_c") : c.in_c;
	return c;
}

static void describe_failure(const np_platform *platform, const np_layer_config *c, const char *what, double a, double b)
{
	fail_msg("%s %s: %s: %.17g, %.17g at batch %lld, %lldx%lldx%lld to %lld, kernel %lld, stride %lld, groups %lld",
	         platform->name, np_kind_name(c->kind), what, a, b, (long long)c->batch, (long long)c->in_c, (long long)c->in_h,
	         (long long)c->in_w, (long long)c->out_c, (long long)c->kernel_h, (long long)c->stride_h, (long long)c->groups);
}

static void check_layer(const np_platform *platform, const np_model *asked)
{
	np_estimate e, larger;
	np_layer_config c = draw_layer(asked), routed = np_feature_route(&c);
	const np_model *model = platform->by_kind[routed.kind][NP_RUNTIME], *power = platform->by_kind[routed.kind][NP_POWER];
	double features[NP_MAX_FEATURES];
	if (!model)
		return;
	np_platform_estimate(platform, &c, 0, &e);
	double runtime = e.runtime_ms.value;
	np_feature_values(model->set, &routed, features);
	double base = np_model_base(model, features);
	if (!(runtime > 0) || !isfinite(runtime))
		describe_failure(platform, &c, "runtime", runtime, 0);
	if (!(runtime <= 3 * base) || !(runtime >= base / 3))
		describe_failure(platform, &c, "runtime and its physical part", runtime, base);
	if (power && !(e.power_w.value >= power->floor && e.power_w.value <= power->ceiling))
		describe_failure(platform, &c, "power", e.power_w.value, power->ceiling);
	np_layer_config more = c;
	more.batch += 1 + (int64_t)(uniform() * uniform() * 2 * (double)c.batch);
	np_platform_estimate(platform, &more, 0, &larger);
	if (!(larger.runtime_ms.value >= runtime * (1 - 1e-12)))
		describe_failure(platform, &more, "runtime falls to, from", larger.runtime_ms.value, runtime);
}

static void promises_hold(void **context)
{
	(void)context;
	static const char *const NAMES[] = {"jetson-pytorch", "raptorlake-pytorch", "xeon-5120-pytorch"};
	int corrected = 0;
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
		char name[128], path[1024];
		np_platform *platform;
		np_error err = {0};
		snprintf(name, sizeof name, "platforms/%s.json", NAMES[i]);
		assert_ok(np_platform_load(source_path(name, path, sizeof path), &platform, &err), &err);
		for (int m = 0; m < platform->model_count; m++) {
			const np_model *model = &platform->models[m];
			if (model->target != NP_RUNTIME)
				continue;
			corrected += model->corrected;
			for (int k = 0; k < layers / 9; k++)
				check_layer(platform, model);
		}
		np_platform_free(platform);
	}
	assert_true(corrected >= 7);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		layers = atoi(argv[1]);
	const struct CMUnitTest tests[] = {cmocka_unit_test(promises_hold)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
