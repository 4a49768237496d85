/* See correction.h. Inner folds, the choice of members, and the final fit; combine.c makes one sum of the members. */
#include "fit/correction.h"

#include "base/error.h"
#include "features/shape.h"
#include "fit/blend.h"
#include "fit/combine.h"
#include "fit/folds.h"
#include "fit/quality.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	int degree;
	bool steps;
} CONFIGURATIONS[NP_CONFIGURATIONS] = {{1, true}, {2, true}, {3, true}, {2, false}};
static const int SIZES[] = {3, 5, 8, 12, 16, 20, 25, 30, 40, 50, 60, 80, 100};
static const double PENALTIES[] = {1e-4, 3e-3, 3e-2, 1.5e-1};
enum {
	SIZE_COUNT = sizeof SIZES / sizeof *SIZES,
	PENALTY_COUNT = sizeof PENALTIES / sizeof *PENALTIES,
	OF_ONE = SIZE_COUNT * PENALTY_COUNT,          /* candidates of a configuration */
	FIRST_BLEND = 1 + NP_CONFIGURATIONS * OF_ONE, /* the first of all is no correction */
	CANDIDATES = FIRST_BLEND + NP_BLENDS,
	MANY_ROWS = 2500,
};
/* Of the loss: a simpler member may be this much worse. A further member must be better by one row's share. */
static const double SIMPLER = 0.003;

typedef struct learner {
	np_corrected_problem *p;
	int rows, most; /* most: terms of one selection */
	int base_terms;
	int *fold, folds;
	int *train; /* rows of the current training part */
	int train_count;
	double *base, *out_of_fold_base;
	double *target, *root_weight; /* of the training part */
	np_range *held;               /* per row: bounds learned without its fold */
	double *prediction;           /* candidates x rows: h from models without the row's fold */
	double *sum;                  /* of the members so far */
	int member[NP_MEMBERS], members;
	int blend_terms[NP_BLENDS]; /* the most in a fold */
	np_blend blend;
	np_selection selection[NP_CONFIGURATIONS];
	np_dictionary dictionary;
} learner;

static np_candidate candidate_of(const learner *l, int index)
{
	int blend = index - FIRST_BLEND, place = index - 1;
	if (!index)
		return (np_candidate){.configuration = NP_NO_CORRECTION};
	if (blend >= 0)
		return (np_candidate){.configuration = NP_BLENDED, .size = l->blend_terms[blend], .lambda = blend};
	return (np_candidate){.configuration = place / OF_ONE,
	                      .size = SIZES[place / PENALTY_COUNT % SIZE_COUNT],
	                      .penalty = PENALTIES[place % PENALTY_COUNT]};
}

static bool may_use(const learner *l, int configuration)
{
	return CONFIGURATIONS[configuration].degree <= l->p->most_degree;
}

static bool is_open(const learner *l, int index)
{
	np_candidate c = candidate_of(l, index);
	bool selected = c.configuration >= 0 && c.configuration < NP_CONFIGURATIONS;
	return c.size <= l->most && (!selected || may_use(l, c.configuration));
}

/* ---- searching on a part of the rows ---- */

static np_range bounds_of(const learner *l, double *ratios)
{
	double widest = l->p->widest > 0 ? l->p->widest : INFINITY;
	np_range bounds = {np_quality_quantile(ratios, l->train_count, l->p->tail),
	                   np_quality_quantile(ratios, l->train_count, 1 - l->p->tail)};
	bounds.low = fmin(fmax(bounds.low, 1 / widest), 1);
	bounds.high = fmax(fmin(bounds.high, widest), 1);
	return bounds;
}

/* The training part of a fold (-1: all rows), the base learned from it, and what is left to explain. */
static np_status take_part(learner *l, int left_out, np_range *bounds, np_error *err)
{
	np_corrected_problem *p = l->p;
	int terms;
	NP_TRY(p->base(p->context, l->fold, left_out, l->base, &terms, err));
	if (left_out < 0)
		l->base_terms = terms;
	for (int i = 0; p->base_column >= 0 && i < l->rows; i++)
		p->columns.values[(size_t)p->base_column * (size_t)l->rows + (size_t)i] = np_log2(l->base[i]);
	l->train_count = 0;
	for (int i = 0; i < l->rows; i++)
		if (l->fold[i] != left_out)
			l->train[l->train_count++] = i;
	for (int r = 0; r < l->train_count; r++)
		l->target[r] = p->target[l->train[r]] / l->base[l->train[r]];
	memcpy(l->root_weight, l->target, (size_t)l->train_count * sizeof *l->target);
	*bounds = bounds_of(l, l->root_weight);
	for (int r = 0; r < l->train_count; r++) {
		double ratio = l->target[r];
		bool exponential = p->form == NP_EXPONENTIAL;
		l->root_weight[r] = exponential ? 1 : 1 / ratio;
		l->target[r] = exponential ? (double)logl((long double)ratio) : ratio - 1;
	}
	return NP_OK;
}

static np_status search(learner *l, int configuration, np_error *err)
{
	np_selection *s = &l->selection[configuration];
	int least = (int)fmin(fmax(8, 0.03 * l->train_count), 40);
	np_greedy_options options = {.degree = CONFIGURATIONS[configuration].degree,
	                             .steps = CONFIGURATIONS[configuration].steps,
	                             .most = l->most,
	                             .least_rows = least};
	NP_TRY(np_greedy_select(&l->dictionary, l->target, l->root_weight, &options, &s->greedy, err));
	return np_ridge_make(&s->greedy, l->target, l->root_weight, &s->ridge, err);
}

static void forget(learner *l)
{
	np_blend_free(&l->blend);
	for (int c = 0; c < NP_CONFIGURATIONS; c++) {
		np_greedy_free(&l->selection[c].greedy);
		np_ridge_free(&l->selection[c].ridge);
	}
	np_dictionary_free(&l->dictionary);
}

/* ---- inner folds ---- */

static double *prediction_of(const learner *l, int candidate)
{
	return l->prediction + (size_t)candidate * (size_t)l->rows;
}

static np_status predict_candidates(learner *l, int left_out, int configuration, np_error *err)
{
	np_selection *s = &l->selection[configuration];
	size_t count = (size_t)s->greedy.count;
	double *b = malloc(OF_ONE * count * sizeof *b), *values = malloc(count * sizeof *values);
	int first = 1 + configuration * OF_ONE;
	for (int k = 0; b && values && k < OF_ONE; k++) {
		np_candidate c = candidate_of(l, first + k);
		np_ridge_solve(&s->ridge, np_selection_terms(s, c.size), c.penalty, b + (size_t)k * count);
	}
	for (int i = 0; b && values && i < l->rows; i++) {
		if (l->fold[i] != left_out)
			continue;
		np_greedy_values(&s->greedy, (int)count, &l->dictionary, &l->p->columns, i, values);
		for (int k = 0; k < OF_ONE && is_open(l, first + k); k++) {
			int terms = np_selection_terms(s, candidate_of(l, first + k).size);
			double h = 0;
			for (int t = 0; t < terms; t++)
				h += b[(size_t)k * count + (size_t)t] * values[s->ridge.order[t]];
			prediction_of(l, first + k)[i] = h;
		}
	}
	bool ok = b && values;
	free(b);
	free(values);
	return ok ? NP_OK : np_fail_memory(err);
}

/* What a blend says of rows, whose columns are given one row after the other. */
static void predict_blend(learner *l, int index, const int *rows, int count, const double *values)
{
	np_linear linear = np_blend_model(&l->blend, index, INT_MAX);
	double *prediction = prediction_of(l, FIRST_BLEND + index);
	for (int r = 0; r < count; r++, values += l->blend.count) {
		double h = linear.intercept;
		for (int t = 0; t < linear.terms; t++)
			h += linear.value[t] * values[linear.column[t]];
		prediction[rows[r]] = h;
	}
	if (linear.terms > l->blend_terms[index])
		l->blend_terms[index] = linear.terms;
}

static np_status predict_blends(learner *l, int left_out, np_error *err)
{
	NP_TRY(np_blend_make(l->selection, l->train_count, l->target, l->root_weight, &l->blend, err));
	size_t columns = (size_t)l->blend.count, most = (size_t)(l->rows - l->train_count);
	double *values = malloc((most * columns + 1) * sizeof *values), *scratch = malloc((columns + 1) * sizeof *scratch);
	int *rows = malloc((most + 1) * sizeof *rows), count = 0;
	bool ok = values && scratch && rows;
	for (int i = 0; ok && i < l->rows; i++) {
		if (l->fold[i] != left_out)
			continue;
		np_blend_values(&l->blend, &l->dictionary, &l->p->columns, i, scratch, values + (size_t)count * columns);
		rows[count++] = i;
	}
	for (int k = 0; ok && k < NP_BLENDS; k++)
		predict_blend(l, k, rows, count, values);
	free(values);
	free(scratch);
	free(rows);
	return ok ? NP_OK : np_fail_memory(err);
}

static np_status run_fold(learner *l, int left_out, np_error *err)
{
	np_range bounds;
	NP_TRY(take_part(l, left_out, &bounds, err));
	for (int i = 0; i < l->rows; i++)
		if (l->fold[i] == left_out) {
			l->held[i] = bounds;
			l->out_of_fold_base[i] = l->base[i];
		}
	np_status status = np_dictionary_make(&l->p->columns, l->train, l->train_count, &l->dictionary, err);
	for (int c = 0; status == NP_OK && c < NP_CONFIGURATIONS; c++) {
		if (!may_use(l, c))
			continue;
		status = search(l, c, err);
		if (status == NP_OK)
			status = predict_candidates(l, left_out, c, err);
	}
	if (status == NP_OK)
		status = predict_blends(l, left_out, err);
	forget(l);
	return status;
}

/* ---- the members ---- */

static double out_of_fold(const learner *l, double h, int row)
{
	return l->out_of_fold_base[row] * np_form_factor(l->p->form, h, l->held[row]);
}

/*
 * Root mean square relative error when a candidate joins the members, and half of their mean error, in which larger rows
 * weigh more: a network's total is mostly its large layers, whose common error does not cancel.
 */
static double loss_with(const learner *l, int candidate)
{
	const double *h = prediction_of(l, candidate);
	double square = 0, bias = 0, weights = 0;
	for (int i = 0; i < l->rows; i++) {
		double actual = l->p->target[i], weight = sqrt(actual);
		double error = out_of_fold(l, (l->sum[i] + h[i]) / (l->members + 1), i) / actual - 1;
		square += error * error;
		bias += weight * error;
		weights += weight;
	}
	return sqrt(square / l->rows) + fabs(bias / weights) / 2;
}

/* Terms of the model when a candidate joins: members of one configuration share their first terms. */
static int terms_with(const learner *l, int candidate)
{
	int longest[NP_CONFIGURATIONS + 1] = {0}, terms = l->base_terms;
	for (int m = 0; m <= l->members; m++) {
		np_candidate c = candidate_of(l, m < l->members ? l->member[m] : candidate);
		if (c.configuration != NP_NO_CORRECTION && c.size > longest[c.configuration])
			longest[c.configuration] = c.size;
	}
	for (int c = 0; c <= NP_BLENDED; c++)
		terms += longest[c];
	return terms;
}

/* The smallest of those nearly as good as the best; -1 when no further member helps enough. */
static int next_member(const learner *l, double *best)
{
	double loss[CANDIDATES], least = INFINITY;
	int chosen = -1;
	for (int k = 0; k < CANDIDATES; k++) {
		bool fits = is_open(l, k) && terms_with(l, k) <= l->p->most_terms - 1;
		loss[k] = fits ? loss_with(l, k) : INFINITY;
		least = fmin(least, loss[k]);
	}
	if (!isfinite(least) || (l->members && least > *best * (1 - 1.0 / l->rows)))
		return -1;
	if (!l->members && loss[0] <= least * (1 + 5.0 / l->rows))
		chosen = 0;
	for (int k = 0; chosen != 0 && k < CANDIDATES; k++) {
		if (!(loss[k] <= least * (1 + SIMPLER)))
			continue;
		int fewer = chosen < 0 ? -1 : terms_with(l, k) - terms_with(l, chosen);
		if (fewer < 0 || (fewer == 0 && loss[k] < loss[chosen]))
			chosen = k;
	}
	*best = loss[chosen];
	return chosen;
}

static void choose_members(learner *l)
{
	double best = INFINITY;
	while (l->members < NP_MEMBERS) {
		int k = next_member(l, &best);
		if (k < 0)
			break;
		const double *h = prediction_of(l, k);
		for (int i = 0; i < l->rows; i++)
			l->sum[i] += h[i];
		l->member[l->members++] = k;
	}
}

/* ---- the whole ---- */

/* Learns from all rows what the members need. */
static np_status search_all(learner *l, const bool *needed, np_error *err)
{
	NP_TRY(np_dictionary_make(&l->p->columns, l->train, l->train_count, &l->dictionary, err));
	for (int c = 0; c < NP_CONFIGURATIONS; c++)
		if (needed[c] || (needed[NP_BLENDED] && may_use(l, c)))
			NP_TRY(search(l, c, err));
	if (!needed[NP_BLENDED])
		return NP_OK;
	return np_blend_make(l->selection, l->train_count, l->target, l->root_weight, &l->blend, err);
}

static np_status finish(learner *l, np_arena *arena, np_model *model, np_error *err)
{
	np_candidate members[NP_MEMBERS];
	bool needed[NP_CONFIGURATIONS + 1] = {0};
	for (int m = 0; m < l->members; m++) {
		members[m] = candidate_of(l, l->member[m]);
		if (members[m].configuration != NP_NO_CORRECTION)
			needed[members[m].configuration] = true;
	}
	model->corrected = true;
	model->form = l->p->form;
	NP_TRY(take_part(l, -1, &model->factor_held, err));
	NP_TRY(search_all(l, needed, err));
	return np_combine(l->selection, &l->blend, members, l->members, &l->dictionary, arena, model, err);
}

/* Rows of one shape stay together, unless there are too few shapes to hold any out. */
static bool deal_folds(learner *l)
{
	bool seen[64] = {0};
	l->folds = l->rows < MANY_ROWS ? 5 : 3;
	if (!np_folds_deal(l->rows, l->folds, l->p->seed, l->p->group, l->fold))
		return false;
	int filled = 0;
	for (int i = 0; i < l->rows; i++)
		filled += !seen[l->fold[i]], seen[l->fold[i]] = true;
	return filled == l->folds || np_folds_deal(l->rows, l->folds, l->p->seed, NULL, l->fold);
}

static bool allocate(learner *l)
{
	size_t n = (size_t)l->rows + 1;
	l->fold = calloc(n, sizeof *l->fold);
	l->train = calloc(n, sizeof *l->train);
	l->base = calloc(n, sizeof *l->base);
	l->out_of_fold_base = calloc(n, sizeof *l->out_of_fold_base);
	l->target = calloc(n, sizeof *l->target);
	l->root_weight = calloc(n, sizeof *l->root_weight);
	l->held = calloc(n, sizeof *l->held);
	l->prediction = calloc(n * CANDIDATES, sizeof *l->prediction);
	l->sum = calloc(n, sizeof *l->sum);
	return l->fold && l->train && l->base && l->out_of_fold_base && l->target && l->root_weight && l->held &&
	       l->prediction && l->sum;
}

static void release(learner *l)
{
	free(l->fold);
	free(l->train);
	free(l->base);
	free(l->out_of_fold_base);
	free(l->target);
	free(l->root_weight);
	free(l->held);
	free(l->prediction);
	free(l->sum);
	forget(l);
}

static np_status learn(learner *l, np_arena *arena, np_model *model, double *predictions, np_error *err)
{
	if (!allocate(l) || !deal_folds(l))
		return np_fail_memory(err);
	np_range bounds;
	NP_TRY(take_part(l, -1, &bounds, err));
	int room = l->p->most_terms - l->base_terms - 2, few = l->rows / 8 > 10 ? l->rows / 8 : 10;
	l->most = few < room ? few : room;
	l->most = l->most < SIZES[SIZE_COUNT - 1] ? l->most : SIZES[SIZE_COUNT - 1];
	for (int k = 0; k < l->folds; k++)
		NP_TRY(run_fold(l, k, err));
	choose_members(l);
	for (int i = 0; i < l->rows; i++)
		predictions[i] = out_of_fold(l, l->sum[i] / l->members, i);
	return finish(l, arena, model, err);
}

np_status np_correction_learn(np_corrected_problem *problem, np_arena *arena, np_model *model, double *out_of_fold,
                              np_error *err)
{
	learner l = {.p = problem, .rows = problem->columns.rows};
	np_status status = learn(&l, arena, model, out_of_fold, err);
	release(&l);
	return status;
}
