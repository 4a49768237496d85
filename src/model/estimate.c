/* The estimate of one layer: a learned model where there is one, else the bytes it moves. */
#include "model/platform_model.h"

#include "features/shape.h"
#include "model/model_plan.h"

#include <math.h>

double np_sum_value(const np_sum *sum, const double *features)
{
	double value = sum->intercept;
	for (int i = 0; i < sum->count; i++)
		value += sum->coefficients[i] * np_term_value(&sum->terms[i], features);
	return value;
}

static double held(double value, np_range range)
{
	return value < range.low ? range.low : value > range.high ? range.high : value;
}

double np_form_factor(np_form form, double sum, np_range range)
{
	/* In extended precision: the double version depends on the processor's instructions. */
	return held(form == NP_EXPONENTIAL ? (double)expl((long double)sum) : 1 + sum, range);
}

double np_model_base(const np_model *model, const double *features)
{
	double base = np_sum_value(&model->sum, features);
	return base >= model->floor ? base : model->floor;
}

/* A feature of a correction, held to its range. */
static double hold_feature(const np_model *model, const np_hold *hold, double base, const double *features)
{
	bool is_base = hold->feature == np_feature_first_given(model->set);
	return held(is_base ? np_log2(base) : features[hold->feature], hold->range);
}

double np_model_value(const np_model *model, const double *features)
{
	if (!model->corrected)
		return np_sum_value(&model->sum, features);
	double within[NP_MAX_FEATURES], base = np_model_base(model, features);
	if (model->plan && model->target == NP_POWER)
		return np_plan_asker_at(0)->value(model, base, features);
	for (int i = 0; i < model->hold_count; i++)
		within[model->holds[i].feature] = hold_feature(model, &model->holds[i], base, features);
	return base * np_form_factor(model->form, np_sum_value(&model->correction, within), model->factor_held);
}

const char *np_model_extrapolated(const np_model *model, const double *features)
{
	/* Sizes are whole numbers: one part in 10^9 only forgives rounding. */
	const double slack = 1e-9;
	for (int i = 0; i < model->set->base_count; i++)
		if (features[i] < model->ranges[i].low * (1 - slack) || features[i] > model->ranges[i].high * (1 + slack))
			return model->set->base[i];
	return NULL;
}

static np_value with_interval(double value, double factor)
{
	np_value v = {.value = value, .has = true, .has_interval = factor > 0};
	v.low = factor > 0 ? value / factor : value;
	v.high = factor > 0 ? value * factor : value;
	return v;
}

static np_value from_model(const np_model *model, const np_layer_config *config, const double *features, np_estimate *estimate)
{
	bool rises = model->corrected && model->target == NP_RUNTIME;
	double value = rises ? np_model_runtime_of(model, config, features) : np_model_value(model, features);
	/* Written so that a value that is no number takes the floor too. */
	double kept = value >= model->floor ? value : model->floor;
	if (kept > model->ceiling)
		kept = model->ceiling;
	estimate->clamped |= kept != value;
	const char *outside = np_model_extrapolated(model, features);
	if (outside && !estimate->extrapolated)
		estimate->extrapolated = outside;
	return with_interval(kept, model->interval_factor);
}

static np_value fallback_runtime(const np_fallback *fallback, int64_t bytes)
{
	double runtime = (double)bytes / fallback->bytes_per_ms;
	return with_interval(fmax(runtime, fallback->least_ms), fallback->interval_factor);
}

static np_value fallback_power(const np_fallback *fallback)
{
	if (!(fallback->power_w > 0))
		return (np_value){0};
	return with_interval(fallback->power_w, fallback->power_interval_factor);
}

/* The bounds of a product of two uncertain values, as if both erred the same way, unless it is known how good it is. */
static np_value product(np_value a, np_value b, const np_model *known)
{
	if (!a.has || !b.has)
		return (np_value){0};
	if (known)
		return with_interval(a.value * b.value, known->interval_factor);
	return (np_value){.value = a.value * b.value,
	                  .low = a.low * b.low,
	                  .high = a.high * b.high,
	                  .has = true,
	                  .has_interval = a.has_interval && b.has_interval};
}

/* The model of a layer for a target; NULL when there is none. */
static const np_model *find_model(const np_platform *platform, const np_layer_config *config, np_target target)
{
	return config ? platform->by_kind[config->kind][target] : NULL;
}

/* The features that one model needs, or one of two that have the same set. */
static void find_features(const np_model *model, const np_model *other, const np_layer_config *config, double *features)
{
	np_feature_need need = model->need;
	if (other && other->set == model->set) {
		need.base |= other->need.base;
		need.physical |= other->need.physical;
		need.shape |= other->need.shape;
	}
	np_feature_values_needed(model->set, config, &need, features);
}

/* Power models see the runtime that was predicted, where there is a model of it. */
static void estimate_routed(const np_platform *platform, const np_layer_config *config, int64_t bytes, np_estimate *estimate)
{
	double features[NP_MAX_FEATURES];
	const np_model *runtime = find_model(platform, config, NP_RUNTIME);
	const np_model *power = find_model(platform, config, NP_POWER);
	if (runtime) {
		estimate->source = NP_FROM_MODEL;
		find_features(runtime, power, config, features);
		estimate->runtime_ms = from_model(runtime, config, features, estimate);
	} else {
		estimate->runtime_ms = fallback_runtime(&platform->fallback, bytes);
	}
	if (power) {
		estimate->power_source = NP_FROM_MODEL;
		if (!runtime || runtime->set != power->set)
			find_features(power, NULL, config, features);
		if (runtime)
			np_feature_give_runtime(power->set, estimate->runtime_ms.value, features);
		estimate->power_w = from_model(power, config, features, estimate);
	} else {
		estimate->power_w = fallback_power(&platform->fallback);
	}
}

void np_platform_estimate(const np_platform *platform, const np_layer_config *config, int64_t bytes, np_estimate *estimate)
{
	np_layer_config routed;
	if (platform->formula.method) {
		platform->formula.estimate(platform, config, bytes, estimate);
		estimate->energy_mj = product(estimate->runtime_ms, estimate->power_w, NULL);
		return;
	}
	if (config && np_feature_routes(config)) {
		routed = np_feature_route(config);
		config = &routed;
	}
	estimate->source = estimate->power_source = NP_FROM_FALLBACK;
	estimate->clamped = false;
	estimate->extrapolated = NULL;
	estimate_routed(platform, config, bytes, estimate);
	estimate->energy_mj = product(estimate->runtime_ms, estimate->power_w, find_model(platform, config, NP_ENERGY));
}
