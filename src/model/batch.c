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
enum { LAST = 304 /* of rungs, 2^40: beyond it every feature has long left its range and nothing falls */ };

/* The layer's own rung, the next, and the bases at its batch and at one of the two rungs: what is asked first. */
enum { HERE, ABOVE, AT, OTHER, FIRST_ASKED };
enum { SPLIT = 8 /* where rungs above begin among those that are asked together: below, more are needed */ };

/* A walk from one rung down for the most that is said there, or up for the least. */
typedef struct walk {
	bool up, over;
	int next; /* the rung that is asked next */
	double extreme;
} walk;

/* Rungs are numbered: all small numbers, then RUNGS per octave. The distance from one to the next is 1 << spacing(). */
static int spacing(int rung)
{
	return rung < 2 * RUNGS ? 0 : rung / RUNGS - 1;
}

/* The batch that a rung stands for. */
static double batch_at(int rung)
{
	return (double)(rung - RUNGS * spacing(rung)) * (double)((int64_t)1 << spacing(rung));
}

/* The last rung that is not above a batch. */
static int rung_below(int64_t batch)
{
	const int64_t all = 2 * RUNGS - 1; /* up to there */
	int shift = __builtin_clzll((unsigned long long)all) - __builtin_clzll((unsigned long long)(batch | all));
	return (int)(batch >> shift) + RUNGS * shift;
}

/* The batch that is asked about: rungs are round numbers, which many devices favour, so every second one is made odd. */
static double asked_at(int rung)
{
	return batch_at(rung) + (spacing(rung) && rung % 2);
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* Term by term, for models that have no plan. */
static void ask_plainly(const np_model *model, np_layer_config config, np_plan_answers *answers)
{
	double features[NP_MAX_FEATURES];
	for (int i = 0; i < NP_BATCHES; i++) {
		config.batch = (int64_t)answers->batches[i];
		np_feature_values(model->set, &config, features);
		answers->bases[i] = np_model_base(model, features);
		answers->values[i] = larger(np_model_value(model, features), model->floor);
	}
}

static void ask(const np_model *model, const np_layer_config *config, np_plan_rows *rows, np_plan_answers *answers)
{
	if (model->plan)
		np_plan_asker_at(0)->ask(model, config, rows, answers);
	else
		ask_plainly(model, *config, answers);
}

/* Places of what is asked next from one on, up to another, for the rungs that follow. */
static void line_up(walk *w, double *batches, int from, int to)
{
	for (int i = from; i < to; i++) {
		batches[i] = asked_at(w->next);
		w->next += w->up ? w->next < LAST : -(w->next > 1);
	}
}

/*
 * Takes one answer. Going down, no rung can say more than the most once a base is too small for its value to be above,
 * whatever the correction; going up likewise.
 */
static void take(const np_model *model, walk *w, double batch, double base, double value)
{
	if (w->up ? value < w->extreme : value > w->extreme)
		w->extreme = value;
	if (w->up)
		w->over = batch >= 0x1p40 || larger(base * model->factor_held.low, model->floor) >= w->extreme;
	else
		w->over = batch <= 1 || larger(base * model->factor_held.high, model->floor) <= w->extreme;
}

static void take_lanes(const np_model *model, walk *w, const np_plan_answers *a, int from, int to)
{
	for (int i = from; i < to && !w->over; i++)
		take(model, w, a->batches[i], a->bases[i], a->values[i]);
}

/* Asks until both walks are over; the first answers are there. */
static void walk_both(const np_model *model, const np_layer_config *config, np_plan_rows *rows, np_plan_answers *a, walk *below,
                      walk *above)
{
	int from = FIRST_ASKED, split = SPLIT;
	for (;;) {
		take_lanes(model, below, a, from, split);
		take_lanes(model, above, a, split, NP_BATCHES);
		if (below->over && above->over)
			return;
		from = 0;
		split = below->over ? 0 : above->over ? NP_BATCHES : SPLIT;
		line_up(below, a->batches, from, split);
		line_up(above, a->batches, split, NP_BATCHES);
		ask(model, config, rows, a);
	}
}

double np_model_runtime_of(const np_model *model, const np_layer_config *config, const double *features)
{
	np_plan_rows rows;
	np_plan_answers a;
	if (model->plan)
		np_plan_asker_at(0)->begin(model->plan, features, &rows);
	const int64_t batch = config->batch > 1 ? config->batch : 1;
	const int rung = rung_below(batch), next = rung + 1;
	walk below = {.next = rung}, above = {.up = true, .next = next};
	line_up(&below, a.batches, HERE, HERE + 1);
	line_up(&above, a.batches, ABOVE, ABOVE + 1);
	/* Of a rung and the next, one at most is asked about another batch. */
	const bool moved = a.batches[HERE] != batch_at(rung);
	a.batches[AT] = (double)batch;
	a.batches[OTHER] = batch_at(moved ? rung : next);
	line_up(&below, a.batches, FIRST_ASKED, SPLIT);
	line_up(&above, a.batches, SPLIT, NP_BATCHES);
	ask(model, config, &rows, &a);
	const double here = a.values[HERE], there = a.values[ABOVE], base = a.bases[AT];
	const double first = a.bases[moved ? OTHER : HERE], last = a.bases[moved ? ABOVE : OTHER];
	below.extreme = here;
	above.extreme = there;
	take(model, &below, a.batches[HERE], a.bases[HERE], here);
	take(model, &above, a.batches[ABOVE], a.bases[ABOVE], there);
	walk_both(model, config, &rows, &a, &below, &above);
	double value = sqrt(below.extreme * (here < above.extreme ? here : above.extreme));
	double next_value = sqrt(larger(below.extreme, there) * above.extreme);
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
