/*
 * Runtime does not fall as the batch grows. A corrected model may, a little: its correction is a sum of steps and hinges.
 * So it is asked at a few batches only, the anchors; what it says there is made non-decreasing, and between two anchors a
 * straight line is drawn. Held within the correction's bounds around the base, which never falls, it stays so.
 */
#include "model/platform_model.h"

enum { ANCHORS = 4 /* per octave */ };

/* The largest anchor that is not above a batch: all small numbers, then ANCHORS numbers per octave. */
static int64_t anchor_below(int64_t batch, int64_t *step)
{
	*step = 1;
	while (batch / *step >= 2 * ANCHORS)
		*step *= 2;
	return batch / *step * *step;
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

typedef struct ladder {
	const np_model *model;
	np_layer_config config;
	double features[NP_MAX_FEATURES];
} ladder;

static double base_at(ladder *l, int64_t batch)
{
	l->config.batch = batch;
	np_feature_values(l->model->set, &l->config, l->features);
	return np_model_base(l->model, l->features);
}

/* Of the batch that base_at() was asked about last. */
static double value_there(const ladder *l)
{
	return larger(np_model_value(l->model, l->features), l->model->floor);
}

/* The most that the model says at anchors up to one. Going down, no anchor can say more once its base is too small. */
static double most_up_to(ladder *l, int64_t anchor)
{
	double most = 0;
	for (int64_t step; anchor >= 1; anchor = anchor_below(anchor - 1, &step)) {
		double base = base_at(l, anchor);
		if (larger(base * l->model->factor_held.high, l->model->floor) <= most)
			break;
		most = larger(most, value_there(l));
	}
	return most;
}

double np_model_runtime(const np_model *model, const np_layer_config *config)
{
	ladder l = {.model = model, .config = *config};
	int64_t batch = config->batch > 1 ? config->batch : 1, step, anchor = anchor_below(batch, &step);
	double value = most_up_to(&l, anchor);
	if (anchor == batch)
		return value;
	base_at(&l, anchor + step);
	double next = larger(value_there(&l), value);
	value += (next - value) * ((double)(batch - anchor) / (double)step);
	double base = base_at(&l, batch);
	double low = base * model->factor_held.low, high = base * model->factor_held.high;
	return larger(value < low ? low : value > high ? high : value, model->floor);
}
