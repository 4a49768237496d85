/*
 * Runtime does not fall as the batch grows. A corrected model may: its correction is a sum of steps and hinges, and devices
 * themselves do run some batches slower than the next. So the model is asked at a few batches only, the rungs of a ladder.
 * At each, the most that it says from there down and the least that it says from there up both never fall with the batch,
 * and neither does their geometric mean, which sides with neither. Between two rungs the runtime rises as the base does.
 * Held within the correction's bounds around the base, which never falls, it stays so.
 */
#include "model/model_plan.h"

#include <math.h>

enum { RUNGS = 8 /* per octave */ };
static const int64_t LAST = (int64_t)1 << 40; /* beyond it every feature has long left its range and nothing falls */

/* What a model says at a batch, and the base it says it of. */
typedef struct answer {
	double base, value;
} answer;

/* Answers to rungs one after the other, upwards or downwards, several at a time. */
typedef struct run {
	bool up;
	int64_t next; /* the rung of the first that was not asked */
	int taken;
	np_plan_answers answers;
} run;

typedef struct ladder {
	const np_model *model;
	const np_layer_config *config;
	np_plan_rows rows;
} ladder;

/* The largest rung that is not above a batch, and the distance to the next: all small numbers, then RUNGS per octave. */
static int64_t rung_below(int64_t batch, int64_t *step)
{
	const int64_t all = 2 * RUNGS - 1; /* up to there */
	int shift = __builtin_clzll((unsigned long long)all) - __builtin_clzll((unsigned long long)(batch | all));
	*step = (int64_t)1 << shift;
	return batch >> shift << shift;
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

static int64_t rung_after(const run *r, int64_t rung)
{
	int64_t step;
	return r->up ? next_rung(rung) : rung > 1 ? rung_below(rung - 1, &step) : 1;
}

/* Rungs are round numbers, which many devices favour: every second one is asked about an odd batch instead. */
static double batch_of(int64_t rung)
{
	int64_t step;
	rung_below(rung, &step);
	return (double)(step > 1 && rung & step ? rung + 1 : rung);
}

/* Term by term, for models that have no plan. */
static void ask_plainly(const ladder *l, np_plan_answers *answers)
{
	const np_model *model = l->model;
	np_layer_config config = *l->config;
	double features[NP_MAX_FEATURES];
	for (int i = 0; i < NP_BATCHES; i++) {
		config.batch = (int64_t)answers->batches[i];
		np_feature_values(model->set, &config, features);
		answers->bases[i] = np_model_base(model, features);
		answers->values[i] = larger(np_model_value(model, features), model->floor);
	}
}

static void ask(ladder *l, np_plan_answers *answers)
{
	if (l->model->plan)
		np_plan_ask(l->model, l->config, &l->rows, answers);
	else
		ask_plainly(l, answers);
}

/* Fills the places of a run from one on with the rungs that follow. */
static void line_up(run *r, int from)
{
	for (int i = from; i < NP_BATCHES; i++) {
		r->answers.batches[i] = batch_of(r->next);
		r->next = rung_after(r, r->next);
	}
	r->taken = from;
}

static answer take(ladder *l, run *r)
{
	if (r->taken == NP_BATCHES) {
		line_up(r, 0);
		ask(l, &r->answers);
	}
	int i = r->taken++;
	return (answer){r->answers.bases[i], r->answers.values[i]};
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
static double most_up_to(ladder *l, int64_t rung, answer here, run *below)
{
	double most = here.value;
	while (rung > 1 && !cannot_exceed(l, here.base, most)) {
		rung = rung_after(below, rung);
		here = take(l, below);
		most = larger(most, here.value);
	}
	return most;
}

/* The least at rungs from one on, likewise. Going up, no rung can say less once its base is too large. */
static double least_from(ladder *l, int64_t rung, answer here, run *above)
{
	double least = here.value;
	while (rung < LAST && !cannot_undercut(l, here.base, least)) {
		rung = next_rung(rung);
		here = take(l, above);
		least = here.value < least ? here.value : least;
	}
	return least;
}

enum { HERE, ABOVE, AT, FIRST, FURTHER /* what is asked before the runs go on */ };

/* The layer's own rung and the next, the bases there and at its batch, and the first rungs below, all at once. */
static void begin(ladder *l, int64_t batch, int64_t rung, int64_t next, run *below)
{
	double *batches = below->answers.batches;
	batches[HERE] = batch_of(rung);
	batches[ABOVE] = batch_of(next);
	batches[AT] = (double)batch;
	batches[FIRST] = batches[HERE] == (double)rung ? (double)next : (double)rung;
	below->next = rung_after(below, rung);
	line_up(below, FURTHER);
	ask(l, &below->answers);
}

double np_model_runtime_of(const np_model *model, const np_layer_config *config, const double *features)
{
	ladder l;
	run below, above;
	l.model = model;
	l.config = config;
	if (model->plan)
		np_plan_begin(model->plan, features, &l.rows);
	int64_t batch = config->batch > 1 ? config->batch : 1, step, rung = rung_below(batch, &step), next = rung + step;
	below.up = false;
	begin(&l, batch, rung, next, &below);
	const double *bases = below.answers.bases, *values = below.answers.values;
	const answer here = {bases[HERE], values[HERE]}, there = {bases[ABOVE], values[ABOVE]};
	const double base = bases[AT];
	/* Of a rung and the next, one at most is asked about another batch. */
	bool moved = below.answers.batches[HERE] != (double)rung;
	double first = moved ? bases[FIRST] : here.base, last = moved ? there.base : bases[FIRST];
	double most = most_up_to(&l, rung, here, &below), next_most = larger(most, there.value);
	above.up = true;
	above.next = next_rung(next);
	above.taken = NP_BATCHES;
	double next_least = least_from(&l, next, there, &above), least = here.value < next_least ? here.value : next_least;
	double value = sqrt(most * least), next_value = sqrt(next_most * next_least);
	value += (next_value - value) * (last > first ? (base - first) / (last - first) : 0);
	double low = base * model->factor_held.low, high = base * model->factor_held.high;
	return larger(value < low ? low : value > high ? high : value, model->floor);
}

double np_model_runtime(const np_model *model, const np_layer_config *config)
{
	double features[NP_MAX_FEATURES];
	if (model->plan)
		np_feature_values_needed(model->set, config, &model->need, features);
	return np_model_runtime_of(model, config, features);
}
