/*
 * The default estimator: a base that is right by its nature (base.c) times a sparse correction (correction.c). Far outside
 * the rows the correction is at its bounds, and a prediction grows like work and traffic. Power is corrected by what the
 * predicted runtime says of the device's load, too.
 */
#include "base/error.h"
#include "fit/base.h"
#include "fit/correction.h"
#include "fit/folds.h"
#include "fit/method.h"
#include "fit/parallel.h"
#include "fit/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	ENOUGH_TO_CORRECT = 40,
	ENOUGH_POWER_TO_CORRECT = 60,
	MOST_TERMS = 120,
	MOST_POWER_TERMS = 60,
	MANY_ROWS = 2000,
	MOST_POWER_TERMS_OF_MANY = 100
};
static const double WIDEST = 2.9; /* a correction of runtime stays within a factor of three of the physical part */

/* Rows to learn from, and what is known of them. */
typedef struct part {
	const np_sample *sample;
	const double *runtime; /* of each row of the sample, as predicted by a model that had not seen it; NULL = unknown */
	int *rows, count;
	double floor;
	uint64_t seed;
	np_arena scratch;
	int *chosen; /* room for a choice of rows */
} part;

/* ---- learning from a part ---- */

static double at_least(double value, double floor)
{
	return value >= floor ? value : floor;
}

/* See np_corrected_problem. */
static np_status learn_base(void *context, const int *fold, int left_out, double *base, int *terms, np_error *err)
{
	part *p = context;
	np_sum sum;
	int count = 0;
	for (int i = 0; i < p->count; i++)
		if (!fold || fold[i] != left_out)
			p->chosen[count++] = p->rows[i];
	NP_TRY(np_base_learn(p->sample, p->chosen, count, &p->scratch, &sum, err));
	for (int i = 0; i < p->count; i++)
		base[i] = at_least(np_sum_value(&sum, np_sample_features(p->sample, p->rows[i])), p->floor);
	*terms = sum.count + (sum.intercept != 0);
	return NP_OK;
}

/* The features of a row with the runtime that a power model may know. */
static void take_features(const part *p, int row, double *features)
{
	memcpy(features, np_sample_features(p->sample, row), NP_MAX_FEATURES * sizeof *features);
	if (p->runtime)
		np_feature_give_runtime(p->sample->set, p->runtime[row], features);
}

/* Shape features and log2 of the base; for power, shape features and what the runtime says. */
static int list_features(const part *p, short *feature)
{
	const np_feature_set *set = p->sample->set;
	int count = 0, given = np_feature_first_given(set);
	for (int i = np_feature_first_shape(set); i < given; i++)
		feature[count++] = (short)i;
	if (p->sample->target == NP_RUNTIME)
		feature[count++] = (short)given;
	for (int i = given + 1; p->runtime && i < np_feature_count(set); i++)
		feature[count++] = (short)i;
	return count;
}

static int most_terms(const np_sample *sample)
{
	if (sample->target == NP_RUNTIME)
		return MOST_TERMS;
	return sample->rows >= MANY_ROWS ? MOST_POWER_TERMS_OF_MANY : MOST_POWER_TERMS;
}

/* Groups are numbered over the whole sample; a part needs them below its own number of rows. */
static bool number_groups(int *group, int count, int rows)
{
	int *number = malloc(((size_t)rows + 1) * sizeof *number), next = 0;
	if (!number)
		return false;
	memset(number, -1, ((size_t)rows + 1) * sizeof *number);
	for (int i = 0; i < count; i++) {
		if (number[group[i]] < 0)
			number[group[i]] = next++;
		group[i] = number[group[i]];
	}
	free(number);
	return true;
}

/* Power spans decades on some devices and a few per cent on others: the form with the lower error on rows left out. */
static np_status choose_form(np_corrected_problem *problem, np_arena *arena, np_model *model, double *out_of_fold,
                             np_error *err)
{
	int rows = problem->columns.rows;
	double *other = malloc(((size_t)rows + 1) * sizeof *other);
	np_model exponential = *model;
	if (!other)
		return np_fail_memory(err);
	problem->form = NP_RATIO;
	np_status status = np_correction_learn(problem, arena, model, out_of_fold, err);
	problem->form = NP_EXPONENTIAL;
	if (status == NP_OK)
		status = np_correction_learn(problem, arena, &exponential, other, err);
	if (status == NP_OK &&
	    np_quality(other, problem->target, rows).rmspe < np_quality(out_of_fold, problem->target, rows).rmspe) {
		*model = exponential;
		memcpy(out_of_fold, other, (size_t)rows * sizeof *other);
	}
	free(other);
	return status;
}

static np_status correct_with(part *p, np_columns *columns, double *target, int *group, np_arena *arena, np_model *model,
                              double *out_of_fold, np_error *err)
{
	double features[NP_MAX_FEATURES];
	for (int i = 0; i < p->count; i++) {
		take_features(p, p->rows[i], features);
		for (int j = 0; j < columns->count; j++)
			columns->values[(size_t)j * (size_t)p->count + (size_t)i] = features[columns->feature[j]];
		target[i] = p->sample->target_values[p->rows[i]];
		group[i] = p->sample->group[p->rows[i]];
	}
	if (!number_groups(group, p->count, p->sample->rows))
		return np_fail_memory(err);
	bool runtime = p->sample->target == NP_RUNTIME;
	np_corrected_problem problem = {.columns = *columns,
	                                .base_column = runtime ? columns->count - 1 : -1,
	                                .target = target,
	                                .group = group,
	                                .seed = p->seed,
	                                .most_terms = most_terms(p->sample),
	                                .most_degree = runtime || p->sample->rows >= MANY_ROWS ? 3 : 2,
	                                .tail = runtime ? 0.005 : 0.002,
	                                .widest = runtime ? WIDEST : 0,
	                                .base = learn_base,
	                                .context = p};
	if (runtime)
		return np_correction_learn(&problem, arena, model, out_of_fold, err);
	return choose_form(&problem, arena, model, out_of_fold, err);
}

static np_status correct(part *p, np_arena *arena, np_model *model, double *out_of_fold, np_error *err)
{
	short feature[NP_MAX_FEATURES];
	size_t n = (size_t)p->count + 1;
	np_columns columns = {.rows = p->count, .count = list_features(p, feature), .feature = feature};
	columns.values = malloc(n * (size_t)columns.count * sizeof *columns.values);
	double *target = malloc(n * sizeof *target);
	int *group = malloc(n * sizeof *group);
	np_status status = columns.values && target && group
	                           ? correct_with(p, &columns, target, group, arena, model, out_of_fold, err)
	                           : np_fail_memory(err);
	free(columns.values);
	free(target);
	free(group);
	return status;
}

/* `out_of_fold` (count): what models that had not seen a row say of it; with few rows, what the base says. */
static np_status learn(part *p, np_arena *arena, np_model *model, double *out_of_fold, np_error *err)
{
	model->degree = 1;
	NP_TRY(np_base_learn(p->sample, p->rows, p->count, arena, &model->sum, err));
	bool runtime = p->sample->target == NP_RUNTIME;
	if (p->count >= (runtime ? ENOUGH_TO_CORRECT : ENOUGH_POWER_TO_CORRECT))
		return correct(p, arena, model, out_of_fold, err);
	for (int i = 0; i < p->count; i++)
		out_of_fold[i] = np_model_base(model, np_sample_features(p->sample, p->rows[i]));
	return NP_OK;
}

/* ---- one model without each fold, and one of all rows ---- */

typedef struct task {
	np_status status;
	np_error err;
} task;

typedef struct course {
	const np_sample *sample;
	const np_method_options *options;
	const int *fold;
	const double *runtime; /* (folds + 1) x rows, for power; NULL = unknown */
	double *views;         /* the same, of what is learned here */
	np_arena *arena;
	np_model *model;
	double *held_out;
	task *tasks;
} course;

static np_status learn_part(const course *c, int k, part *p, np_error *err)
{
	const np_sample *sample = c->sample;
	size_t n = (size_t)sample->rows + 1;
	double *view = c->views + (size_t)k * (size_t)sample->rows, *out_of_fold = malloc(n * sizeof *out_of_fold);
	bool all = k == c->options->folds;
	np_arena own = {0};
	np_model model = *c->model;
	p->rows = malloc(n * sizeof *p->rows);
	p->chosen = malloc(n * sizeof *p->chosen);
	np_status status = out_of_fold && p->rows && p->chosen ? NP_OK : np_fail_memory(err);
	for (int i = 0; status == NP_OK && i < sample->rows; i++)
		if (all || c->fold[i] != k)
			p->rows[p->count++] = i;
	if (status == NP_OK)
		status = learn(p, all ? c->arena : &own, &model, out_of_fold, err);
	if (status == NP_OK && !all)
		status = np_model_prepare(&model, &own, err);
	for (int i = 0; status == NP_OK && i < p->count; i++)
		view[p->rows[i]] = at_least(out_of_fold[i], model.floor);
	for (int i = 0; status == NP_OK && !all && i < sample->rows; i++) {
		double features[NP_MAX_FEATURES];
		if (c->fold[i] != k)
			continue;
		take_features(p, i, features);
		c->held_out[i] = np_sample_predict(sample, i, &model, features);
		view[i] = at_least(c->held_out[i], model.floor);
	}
	if (all)
		*c->model = model;
	free(out_of_fold);
	np_arena_free(&own);
	return status;
}

static void run_task(void *context, int k)
{
	course *c = context;
	part p = {.sample = c->sample, .floor = c->model->floor, .seed = c->options->seed};
	p.runtime = c->runtime ? c->runtime + (size_t)k * (size_t)c->sample->rows : NULL;
	c->tasks[k].status = learn_part(c, k, &p, &c->tasks[k].err);
	free(p.rows);
	free(p.chosen);
	np_arena_free(&p.scratch);
}

static np_status run_tasks(course *c, np_error *err)
{
	int count = c->options->folds + 1;
	np_parallel(count, c->options->threads, run_task, c);
	for (int k = 0; k < count; k++)
		if (c->tasks[k].status != NP_OK) {
			if (err)
				*err = c->tasks[k].err;
			return c->tasks[k].status;
		}
	return NP_OK;
}

/* ---- what power learns of runtime ---- */

void np_views_free(np_views *views)
{
	free(views->row);
	free(views->fold);
	free(views->runtime);
	*views = (np_views){0};
}

/* Runtimes and folds of the sample's rows, where runtime was learned from every one of them. */
static bool find_views(const np_sample *sample, const np_views *views, int *fold, double *runtime)
{
	size_t rows = (size_t)sample->rows;
	int at = 0;
	for (int i = 0; i < sample->rows; i++) {
		while (at < views->rows && views->row[at] < sample->row[i])
			at++;
		if (at == views->rows || views->row[at] != sample->row[i])
			return false;
		fold[i] = views->fold[at];
		for (int k = 0; k <= views->folds; k++)
			runtime[(size_t)k * rows + (size_t)i] = views->runtime[(size_t)k * (size_t)views->rows + (size_t)at];
	}
	return true;
}

static np_status keep_views(const np_sample *sample, int folds, int **fold, double **runtime, np_views *views, np_error *err)
{
	int *row = malloc(((size_t)sample->rows + 1) * sizeof *row);
	if (!row)
		return np_fail_memory(err);
	memcpy(row, sample->row, (size_t)sample->rows * sizeof *row);
	*views = (np_views){sample->rows, folds, row, *fold, *runtime};
	*fold = NULL;
	*runtime = NULL;
	return NP_OK;
}

np_status np_method_default(const np_sample *sample, const np_method_options *options, np_arena *arena, np_model *model,
                            double *held_out, np_error *err)
{
	size_t n = (size_t)sample->rows + 1, parts = (size_t)options->folds + 1;
	int *fold = calloc(n, sizeof *fold);
	double *runtime = calloc(n * parts, sizeof *runtime), *views = calloc(n * parts, sizeof *views);
	task *tasks = calloc(parts, sizeof *tasks);
	bool ok = fold && runtime && views && tasks;
	bool power = sample->target == NP_POWER, known = ok && power && find_views(sample, options->views, fold, runtime);
	ok = ok && (known || np_folds_deal(sample->rows, options->folds, options->seed, sample->fold_group, fold));
	course c = {sample, options, fold, known ? runtime : NULL, views, arena, model, held_out, tasks};
	np_status status = ok ? run_tasks(&c, err) : np_fail_memory(err);
	if (status == NP_OK && !power)
		status = keep_views(sample, options->folds, &fold, &views, options->views, err);
	free(fold);
	free(runtime);
	free(views);
	free(tasks);
	return status;
}
