/*
 * The short cuts of estimates change nothing: logarithms side by side, features taken again, the ladder of batches that
 * leaves out what cannot matter, and the predictor that remembers, each against the plain way, bit for bit.
 */
#include "test_support.h"

#include "features/shape.h"
#include "model/model_plan.h"

#include <math.h>

static int layers = 20000; /* over all platforms; the program's argument asks for another number */

static uint64_t state_of_random = 88172645463325252u;

static uint64_t bits(void)
{
	state_of_random ^= state_of_random << 13;
	state_of_random ^= state_of_random >> 7;
	state_of_random ^= state_of_random << 17;
	return state_of_random;
}

static int64_t between(int64_t least, int64_t most)
{
	return least + (int64_t)(bits() % (uint64_t)(most - least + 1));
}

static bool same(double a, double b)
{
	return memcmp(&a, &b, sizeof a) == 0;
}

/* ---- logarithms ---- */

/* The series as its definition has it, one value at a time. */
static double plain_log2(double value)
{
	static const double INVERSE[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
	                                 1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};
	if (!(value > 0 && isfinite(value)))
		return 0;
	int exponent;
	double m = frexp(value, &exponent);
	if (m < 0.70710678118654752)
		m *= 2, exponent--;
	double s = (m - 1) / (m + 1), square = s * s, sum = 0;
	for (size_t i = 0; i < sizeof INVERSE / sizeof *INVERSE; i++)
		sum = (sum + INVERSE[i]) * square;
	return exponent + 2.8853900817779268 * (s + s * sum);
}

static void logarithms_side_by_side_are_those_alone(void **state)
{
	(void)state;
	double values[11], logs[11];
	static const double SPECIAL[11] = {0,          -1, INFINITY, -INFINITY,         NAN, 0x1p-1074, 0x1p-1022,
	                                   0x1.8p1023, 1,  2,        0.7071067811865476};
	for (int round = 0; round < 200000; round++) {
		for (int i = 0; i < 11; i++) {
			uint64_t b = bits();
			memcpy(&values[i], &b, sizeof b);
			if (round % 2)
				values[i] = (double)(b >> (b & 63));
			if (round == 0)
				values[i] = SPECIAL[i];
		}
		np_log2_each(values, logs, 11);
		for (int i = 0; i < 11; i++) {
			assert_true(same(logs[i], plain_log2(values[i])));
			assert_true(same(np_log2(values[i]), logs[i]));
		}
	}
	np_log2_each(values, logs, 0);
}

/* ---- layers ---- */

static const np_kind KINDS[] = {NP_CONV, NP_CONV, NP_CONV,    NP_FC,        NP_FC,      NP_MAXPOOL, NP_AVGPOOL,
                                NP_RELU, NP_LRN,  NP_ELTWISE, NP_BATCHNORM, NP_SOFTMAX, NP_DROPOUT, NP_MATMUL};

static np_layer_config draw_layer(void)
{
	np_layer_config c = {.kind = KINDS[bits() % (sizeof KINDS / sizeof *KINDS)], .inputs = 1};
	c.batch = bits() % 3 ? between(1, 300) : (int64_t)1 << between(0, 12);
	c.in_c = bits() % 2 ? between(1, 600) : (int64_t)1 << between(0, 10);
	c.out_c = c.in_c;
	c.in_h = c.in_w = c.out_h = c.out_w = bits() % 4 ? between(1, 230) : 1;
	c.kernel_h = c.kernel_w = c.stride_h = c.stride_w = c.dilation_h = c.dilation_w = c.groups = 1;
	if (c.kind == NP_FC || c.kind == NP_CONV || c.kind == NP_MATMUL)
		c.out_c = between(1, 1000);
	if (c.kind == NP_FC)
		c.in_h = c.in_w = c.out_h = c.out_w = 1;
	if (c.kind == NP_CONV || c.kind == NP_MAXPOOL || c.kind == NP_AVGPOOL) {
		c.kernel_h = c.kernel_w = between(1, c.in_h < 11 ? c.in_h : 11);
		c.stride_h = c.stride_w = between(1, 4);
		c.pad_h = c.pad_w = bits() % 2 ? c.kernel_h / 2 : 0;
		c.out_h = c.out_w = (c.in_h + 2 * c.pad_h - c.kernel_h) / c.stride_h + 1;
	}
	if (c.kind == NP_CONV && bits() % 8 == 0)
		c.groups = c.out_c = c.in_c;
	return c;
}

/* Every feature that is asked for is what it is when all are computed, whatever else is asked for. */
static void features_that_are_needed_are_those_of_all(void **state)
{
	(void)state;
	for (int i = 0; i < layers; i++) {
		np_layer_config c = draw_layer();
		const np_feature_set *set = np_feature_set_of(c.kind);
		np_feature_need need = {0};
		double some[NP_MAX_FEATURES], all[NP_MAX_FEATURES];
		bool asked[NP_MAX_FEATURES] = {false};
		for (int f = 0; f < np_feature_first_given(set); f++) {
			asked[f] = bits() % 3 == 0;
			if (asked[f])
				np_feature_need_add(set, f, &need);
			some[f] = NAN;
		}
		np_feature_values_needed(set, &c, &need, some);
		np_feature_values(set, &c, all);
		for (int f = 0; f < np_feature_first_given(set); f++)
			assert_true(!asked[f] || same(some[f], all[f]));
	}
}

/* Rows of features side by side, with every instruction set that this machine has, are the features one by one. */
static void features_side_by_side_are_those_alone(void **state)
{
	(void)state;
	const np_feature_kernels *const widths[] = {&np_features_2, np_feature_kernels_best()};
	for (int i = 0; i < layers; i++) {
		np_layer_config c = draw_layer();
		const np_feature_set *set = np_feature_set_of(c.kind);
		const np_feature_kernels *wide = widths[i % 2];
		double batches[NP_BATCHES], physical[NP_MAX_PHYSICAL][NP_BATCHES], shape[NP_MAX_SHAPE][NP_BATCHES],
		        first[NP_MAX_SHAPE];
		for (int k = 0; k < NP_BATCHES; k++)
			batches[k] = (double)between(1, (int64_t)1 << between(1, 40));
		wide->physical[set->family](&c, batches, UINT64_MAX, physical[0]);
		wide->shape[set->family](&c, batches, UINT64_MAX, shape[0]);
		for (int k = 0; k < NP_BATCHES; k++) {
			double alone[NP_MAX_PHYSICAL];
			np_features_single.physical[set->family](&c, &batches[k], UINT64_MAX, alone);
			for (int f = 0; f < set->physical_count; f++)
				assert_true(same(physical[f][k], alone[f]));
			np_features_single.shape[set->family](&c, &batches[k], UINT64_MAX, alone);
			for (int f = 0; f < set->shape_count; f++) {
				assert_true(same(shape[f][k], alone[f]));
				assert_true(k == 0 || np_shape_varying(set->family) >> f & 1 || same(alone[f], first[f]));
				first[f] = alone[f];
			}
		}
	}
}

/* ---- the ladder, as it reads without short cuts ---- */

typedef struct answer {
	double base, value;
} answer;

static double larger(double a, double b)
{
	return a > b ? a : b;
}

static int64_t rung_below(int64_t batch, int64_t *step)
{
	*step = 1;
	while (batch / *step >= 16)
		*step *= 2;
	return batch / *step * *step;
}

static double base_at(const np_model *model, np_layer_config c, int64_t batch, double *features)
{
	c.batch = batch;
	np_feature_values(model->set, &c, features);
	return np_model_base(model, features);
}

static answer ask(const np_model *model, const np_layer_config *c, int64_t rung)
{
	int64_t step;
	double features[NP_MAX_FEATURES];
	rung_below(rung, &step);
	double base = base_at(model, *c, step > 1 && rung / step % 2 ? rung + 1 : rung, features);
	return (answer){base, larger(np_model_value(model, features), model->floor)};
}

static double plain_runtime(const np_model *model, const np_layer_config *c)
{
	double features[NP_MAX_FEATURES];
	int64_t batch = c->batch > 1 ? c->batch : 1, step, rung = rung_below(batch, &step), next = rung + step;
	answer here = ask(model, c, rung), above = ask(model, c, next), at = here;
	double most = here.value, next_least = above.value;
	for (int64_t r = rung; r > 1 && larger(at.base * model->factor_held.high, model->floor) > most;) {
		r = rung_below(r - 1, &step);
		at = ask(model, c, r);
		most = larger(most, at.value);
	}
	at = above;
	for (int64_t r = next; r < (int64_t)1 << 40 && larger(at.base * model->factor_held.low, model->floor) < next_least;) {
		rung_below(r, &step);
		r += step;
		at = ask(model, c, r);
		next_least = at.value < next_least ? at.value : next_least;
	}
	double next_most = larger(most, above.value), least = here.value < next_least ? here.value : next_least;
	double value = sqrt(most * least), next_value = sqrt(next_most * next_least);
	double first = base_at(model, *c, rung, features), last = base_at(model, *c, next, features);
	double base = base_at(model, *c, batch, features);
	value += (next_value - value) * (last > first ? (base - first) / (last - first) : 0);
	double low = base * model->factor_held.low, high = base * model->factor_held.high;
	return larger(value < low ? low : value > high ? high : value, model->floor);
}

static np_platform *open_platform(const char *name)
{
	char path[1024], file[128];
	np_error err = {0};
	np_platform *platform;
	snprintf(file, sizeof file, "platforms/%s.json", name);
	assert_ok(np_platform_load(source_path(file, path, sizeof path), &platform, &err), &err);
	return platform;
}

/* Whatever instructions they use, plans answer what their terms do. */
static void assert_plan_holds(const np_model *runtime, const np_model *power, const np_layer_config *c)
{
	np_model plain = *runtime, plain_power = power ? *power : (np_model){0};
	double features[NP_MAX_FEATURES], again[NP_MAX_FEATURES];
	const np_plan_asker *asker;
	assert_non_null(runtime->plan);
	np_feature_values(runtime->set, c, features);
	for (int way = 0; (asker = np_plan_asker_at(way)); way++) {
		np_plan_rows rows;
		np_plan_answers answers;
		for (int i = 0; i < NP_BATCHES; i++)
			answers.batches[i] = (double)between(1, i % 2 ? 300 : (int64_t)1 << between(1, 40));
		asker->begin(runtime->plan, features, &rows);
		asker->ask(runtime, c, &rows, &answers);
		for (int i = 0; i < NP_BATCHES; i++) {
			np_layer_config at = *c;
			at.batch = (int64_t)answers.batches[i];
			np_feature_values(runtime->set, &at, again);
			assert_true(same(answers.bases[i], np_model_base(runtime, again)));
			assert_true(same(answers.values[i], larger(np_model_value(runtime, again), runtime->floor)));
		}
	}
	plain.plan = plain_power.plan = NULL;
	assert_true(same(np_model_runtime(&plain, c), np_model_runtime(runtime, c)));
	if (!power)
		return;
	np_feature_give_runtime(power->set, np_model_runtime(runtime, c), features);
	for (int way = 0; power->plan && (asker = np_plan_asker_at(way)); way++)
		assert_true(same(asker->value(power, np_model_base(power, features), features),
		                 np_model_value(&plain_power, features)));
}

static const char *const PLATFORMS[] = {"xeon-5120-pytorch", "jetson-pytorch", "raptorlake-pytorch"};
enum { PLATFORM_COUNT = sizeof PLATFORMS / sizeof *PLATFORMS };

static void the_ladder_without_short_cuts_says_the_same(void **state)
{
	(void)state;
	int compared = 0;
	for (int p = 0; p < PLATFORM_COUNT; p++) {
		np_platform *platform = open_platform(PLATFORMS[p]);
		for (int i = 0; i < layers / PLATFORM_COUNT; i++) {
			np_layer_config c = draw_layer();
			c = np_feature_route(&c);
			const np_model *model = platform->by_kind[c.kind][NP_RUNTIME];
			if (!model || !model->corrected)
				continue;
			compared++;
			if (i % 4 == 0)
				assert_plan_holds(model, platform->by_kind[c.kind][NP_POWER], &c);
			if (!same(np_model_runtime(model, &c), plain_runtime(model, &c)))
				fail_msg("%s: another runtime of %s at batch %lld", PLATFORMS[p], np_kind_name(c.kind),
				         (long long)c.batch);
		}
		np_platform_free(platform);
	}
	assert_true(compared > layers / 4);
}

/* A number between two bounds; now and then one of them. */
static double draw_between(double low, double high)
{
	return low + (high - low) * (double)between(0, 16) / 16;
}

/* A term of one to four factors of every kind, of features that a model holds; many are held themselves, some away from 0. */
static np_term draw_term(const np_model *model)
{
	np_term term = {.factor_count = (int)between(1, NP_MAX_FACTORS)};
	for (int k = 0; k < term.factor_count; k++) {
		const np_hold *hold = &model->holds[between(0, model->hold_count - 1)];
		term.factors[k] = (np_factor){.feature = hold->feature,
		                              .power = 1,
		                              .kind = (np_factor_kind)between(0, NP_FACTOR_KINDS - 1),
		                              .knot = draw_between(hold->range.low, hold->range.high)};
	}
	if (bits() % 3) {
		term.low = draw_between(-1, 3);
		term.high = term.low + draw_between(0.5, 4);
	}
	return term;
}

static void plans_of_any_terms_answer_what_the_terms_do(void **state)
{
	(void)state;
	enum { MOST = 60 };
	np_platform *platform = open_platform(PLATFORMS[0]);
	np_term terms[MOST];
	double coefficients[MOST];
	for (int i = 0; i < layers / 40; i++) {
		np_layer_config c = draw_layer();
		c = np_feature_route(&c);
		const np_model *learned = platform->by_kind[c.kind][NP_RUNTIME];
		if (!learned || !learned->hold_count)
			continue;
		np_arena arena = {0};
		np_error err = {0};
		np_model model = *learned;
		model.correction = (np_sum){draw_between(-0.1, 0.1), (int)between(1, MOST), terms, coefficients};
		for (int k = 0; k < model.correction.count; k++) {
			terms[k] = draw_term(learned);
			coefficients[k] = draw_between(-0.01, 0.01);
		}
		assert_ok(np_model_prepare(&model, &arena, &err), &err);
		np_model power = model;
		power.target = NP_POWER;
		assert_ok(np_model_prepare(&power, &arena, &err), &err);
		assert_non_null(power.plan);
		assert_plan_holds(&model, &power, &c);
		assert_true(same(np_model_runtime(&model, &c), plain_runtime(&model, &c)));
		np_arena_free(&arena);
	}
	np_platform_free(platform);
}

/* ---- the predictor ---- */

static void assert_same_value(np_value a, np_value b)
{
	assert_true(a.has == b.has && a.has_interval == b.has_interval);
	assert_true(same(a.value, b.value) && same(a.low, b.low) && same(a.high, b.high));
}

static void assert_same_estimate(const np_estimate *a, const np_estimate *b)
{
	assert_same_value(a->runtime_ms, b->runtime_ms);
	assert_same_value(a->power_w, b->power_w);
	assert_same_value(a->energy_mj, b->energy_mj);
	assert_true(a->source == b->source && a->power_source == b->power_source && a->clamped == b->clamped);
	assert_true(a->extrapolated == b->extrapolated);
}

/* A small room, so that most layers are forgotten and asked about again. */
static void a_predictor_says_what_its_platform_says(void **state)
{
	(void)state;
	static const int ROOMS[] = {1, 64, 0};
	np_error err = {0};
	for (int p = 0; p < PLATFORM_COUNT; p++) {
		np_platform *platform = open_platform(PLATFORMS[p]);
		np_predictor *predictor;
		np_predictor_statistics counts;
		np_layer_config seen[256];
		assert_ok(np_predictor_create(platform, ROOMS[p], &predictor, &err), &err);
		for (int i = 0; i < layers; i++) {
			int at = (int)(bits() % 256);
			if (i < 256 || i % 8 == 0)
				seen[i < 256 ? i : at] = draw_layer();
			np_estimate a, b;
			const np_layer_config *c = i % 50 == 49 ? NULL : &seen[i < 256 ? i : at];
			int64_t bytes = i % 3 ? 1000 : 4000;
			np_predictor_layer(predictor, c, bytes, &a);
			np_platform_estimate(platform, c, bytes, &b);
			assert_same_estimate(&a, &b);
		}
		np_predictor_counts(predictor, &counts);
		assert_int_equal(counts.asked, layers);
		assert_true(counts.found > 0 && counts.kept <= counts.room && counts.room >= ROOMS[p]);
		np_predictor_free(predictor);
		np_platform_free(platform);
	}
}

static void totals_are_those_of_a_prediction(void **state)
{
	(void)state;
	static const char *const FILES[] = {"networks/alexnet.prototxt", "networks/googlenet.prototxt",
	                                    "networks/resnet50.onnx"};
	np_error err = {0};
	np_platform *platform = open_platform(PLATFORMS[0]);
	np_predictor *predictor;
	assert_ok(np_predictor_create(platform, 0, &predictor, &err), &err);
	for (int i = 0; i < 6; i++) {
		char path[1024];
		np_network *network;
		np_prediction *p;
		np_totals t;
		const np_load_options options = {.batch = 1 + i};
		assert_ok(np_network_load(source_path(FILES[i % 3], path, sizeof path), &options, &network, &err), &err);
		assert_ok(np_predict(network, platform, &p, &err), &err);
		assert_ok(np_predictor_network(predictor, network, &t, &err), &err);
		assert_same_value(t.runtime_ms, p->runtime_ms);
		assert_same_value(t.power_w, p->power_w);
		assert_same_value(t.energy_mj, p->energy_mj);
		assert_same_value(t.energy_per_item_mj, p->energy_per_item_mj);
		assert_true(same(t.items_per_s, p->items_per_s) && same(t.runtime_coverage, p->runtime_coverage));
		np_prediction_free(p);
		np_network_free(network);
	}
	np_predictor_free(predictor);
	np_predictor_free(NULL);
	np_platform_free(platform);
	assert_int_equal(np_predictor_create(platform, -1, &predictor, NULL), NP_ERR_ARGUMENT);
	assert_null(predictor);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(logarithms_side_by_side_are_those_alone),
	        cmocka_unit_test(features_that_are_needed_are_those_of_all),
	        cmocka_unit_test(features_side_by_side_are_those_alone),
	        cmocka_unit_test(the_ladder_without_short_cuts_says_the_same),
	        cmocka_unit_test(plans_of_any_terms_answer_what_the_terms_do),
	        cmocka_unit_test(a_predictor_says_what_its_platform_says),
	        cmocka_unit_test(totals_are_those_of_a_prediction),
	};
	if (argc > 1)
		layers = atoi(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
