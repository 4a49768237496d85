/*
 * Runtime does not fall as the batch grows. A corrected model may: its correction is a sum of steps and hinges, and devices
 * themselves do run some batches slower than the next. So the model is asked at a few batches only, the rungs of a ladder.
 * At each, the most that it says from there down and the least that it says from there up both never fall with the batch,
 * and neither does their geometric mean, which sides with neither. Between two rungs the runtime rises as the base does.
 * Held within the correction's bounds around the base, which never falls, it stays so.
 */
#include "model/platform_model.h"

#include <math.h>

enum { RUNGS = 8 /* per octave */ };
static const int64_t LAST = (int64_t)1 << 40; /* beyond it every feature has long left its range and nothing falls */

typedef struct ladder {
	const np_model *model;
	np_layer_config config;
	np_feature_memo memo;
	np_value_memo values;
	double features[NP_MAX_FEATURES];
} ladder;

/* What a model says at a batch, and the base it says it of. */
typedef struct answer {
	int64_t batch;
	double base, value;
} answer;

/* The largest rung that is not above a batch, and the distance to the next: all small numbers, then RUNGS per octave. */
static int64_t rung_below(int64_t batch, int64_t *step)
{
	*step = 1;
	while (batch / *step >= 2 * RUNGS)
		*step *= 2;
	return batch / *step * *step;
}

static int64_t next_rung(int64_t rung)
{
	int64_t step;
	rung_below(rung, &step);
	return rung + step;
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

static double base_at(ladder *l, int64_t batch)
{
	l->config.batch = batch;
	np_feature_values_again(l->model->set, &l->config, &l->memo, l->features);
	return np_model_base(l->model, l->features);
}

/* Rungs are round numbers, which many devices favour: every second one is asked about an odd batch instead. */
static answer ask_base(ladder *l, int64_t rung)
{
	int64_t step;
	rung_below(rung, &step);
	answer a = {.batch = step > 1 && rung / step % 2 ? rung + 1 : rung};
	a.base = base_at(l, a.batch);
	return a;
}

/* The rest of an answer; the features must still be those of its base. */
static void ask_value(ladder *l, answer *a)
{
	a->value = larger(np_model_value_again(l->model, a->base, l->features, &l->values), l->model->floor);
}

static answer ask(ladder *l, int64_t rung)
{
	answer a = ask_base(l, rung);
	ask_value(l, &a);
	return a;
}

/* Whether a base is too small for its value to be above `most`, whatever the correction; likewise too large. */
static bool cannot_exceed(const ladder *l, double base, double most)
{
	return larger(base * l->model->factor_held.high, l->model->floor) <= most;
}

static bool cannot_undercut(const ladder *l, double base, double least)
{
	return larger(base * l->model->factor_held.low, l->model->floor) >= least;
}

/* The most at rungs up to one, whose answer is `here`. Going down, no rung can say more once its base is too small. */
static double most_up_to(ladder *l, int64_t rung, answer here)
{
	double most = here.value;
	while (rung > 1 && !cannot_exceed(l, here.base, most)) {
		int64_t step;
		rung = rung_below(rung - 1, &step);
		here = ask_base(l, rung);
		if (cannot_exceed(l, here.base, most))
			break;
		ask_value(l, &here);
		most = larger(most, here.value);
	}
	return most;
}

/* The least at rungs from one on, likewise. Going up, no rung can say less once its base is too large. */
static double least_from(ladder *l, int64_t rung, answer here)
{
	double least = here.value;
	while (rung < LAST && !cannot_undercut(l, here.base, least)) {
		rung = next_rung(rung);
		here = ask_base(l, rung);
		if (cannot_undercut(l, here.base, least))
			break;
		ask_value(l, &here);
		least = here.value < least ? here.value : least;
	}
	return least;
}

/* The base at a batch, which an answer may know. */
static double known_base(ladder *l, int64_t batch, const answer *a, const answer *b)
{
	return a->batch == batch ? a->base : b->batch == batch ? b->base : base_at(l, batch);
}

double np_model_runtime(const np_model *model, const np_layer_config *config)
{
	ladder l;
	l.model = model;
	l.config = *config;
	l.memo.skip = model->unused;
	l.memo.filled = l.values.filled = false;
	int64_t batch = config->batch > 1 ? config->batch : 1, step, rung = rung_below(batch, &step), next = rung + step;
	answer here = ask(&l, rung), above = ask(&l, next);
	double most = most_up_to(&l, rung, here), next_most = larger(most, above.value);
	double next_least = least_from(&l, next, above), least = here.value < next_least ? here.value : next_least;
	double value = sqrt(most * least), next_value = sqrt(next_most * next_least);
	double first = known_base(&l, rung, &here, &above), last = known_base(&l, next, &here, &above);
	double base = known_base(&l, batch, &here, &above);
	value += (next_value - value) * (last > first ? (base - first) / (last - first) : 0);
	double low = base * model->factor_held.low, high = base * model->factor_held.high;
	return larger(value < low ? low : value > high ? high : value, model->floor);
}
