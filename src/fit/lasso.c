/* See lasso.h. */
#include "fit/lasso.h"

#include "base/error.h"
#include "fit/parallel.h"
#include "fit/path.h"
#include "linalg/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The models of one set of rows along the path, in columns standardised over all rows. */
typedef struct models {
	np_path path;
	double *intercept; /* per lambda */
	double *mse;       /* per lambda, on the rows left out, in units of the target's variance */
	np_error error;
	np_status status;
} models;

struct np_lasso {
	const np_moments *moments;
	np_lasso_options options;
	int *columns, count;
	double *grid; /* lambdas, in units of the target's deviation */
	int lambdas, best;
	models *sets; /* one per fold, then the one of all rows */
	double *cv_mse;
	int *column; /* of the model asked for */
	double *value;
};

/* ---- Fitting one set of rows ------------------------------------------------------------------------------------------ */

/* From coefficients of the problem's standardised columns to those of columns standardised over all rows. */
static void unscale(const np_lasso *lasso, const np_problem *problem, models *set)
{
	np_path *path = &set->path;
	for (int l = 0; l < lasso->lambdas; l++) {
		double intercept = problem->target_shift;
		for (int i = path->start[l]; i < path->start[l + 1]; i++) {
			int j = path->column[i];
			path->value[i] /= problem->spread[j];
			intercept -= path->value[i] * problem->shift[j];
		}
		set->intercept[l] = intercept;
	}
}

static np_status follow(const np_lasso *lasso, const np_problem *problem, models *set)
{
	np_path_options options = {lasso->grid, lasso->lambdas, lasso->options.nonnegative, lasso->options.ridge};
	NP_TRY(np_path_follow(problem, &options, &set->path, &set->error));
	set->intercept = calloc((size_t)lasso->lambdas, sizeof *set->intercept);
	set->mse = calloc((size_t)lasso->lambdas, sizeof *set->mse);
	if (!set->intercept || !set->mse)
		return np_fail_memory(&set->error);
	unscale(lasso, problem, set);
	return NP_OK;
}

/* ---- Scoring the rows left out ---------------------------------------------------------------------------------------- */

/* A fold's coefficients as a table: one line per column that any of its models uses, one place per lambda. */
typedef struct table {
	int lines;
	int *column; /* of the design */
	size_t stride;
	double *cells;
	double *scaled; /* one row's values of the columns, standardised */
	double *error;  /* of one row at every lambda */
	double *raw;    /* a block of rows */
	size_t raw_stride;
} table;

static void free_table(table *t)
{
	free(t->column);
	free(t->cells);
	free(t->scaled);
	free(t->error);
	free(t->raw);
}

static bool make_table(const np_lasso *lasso, const models *set, table *t)
{
	const np_path *path = &set->path;
	int *line = calloc((size_t)lasso->count + 1, sizeof *line);
	t->column = malloc(((size_t)lasso->count + 1) * sizeof *t->column);
	t->stride = np_padded((size_t)lasso->lambdas);
	t->raw_stride = np_padded((size_t)lasso->moments->design->columns);
	t->error = malloc(t->stride * sizeof *t->error);
	t->raw = malloc((t->raw_stride + 1) * NP_BLOCK_ROWS * sizeof *t->raw);
	if (!line || !t->column || !t->error || !t->raw) {
		free(line);
		return false;
	}
	for (int i = 0; i < path->start[lasso->lambdas]; i++)
		if (!line[path->column[i]]) {
			t->column[t->lines++] = lasso->columns[path->column[i]];
			line[path->column[i]] = t->lines;
		}
	t->cells = calloc(t->stride * (size_t)t->lines + 1, sizeof *t->cells);
	t->scaled = malloc(((size_t)t->lines + 1) * sizeof *t->scaled);
	for (int l = 0; t->cells && l < lasso->lambdas; l++)
		for (int i = path->start[l]; i < path->start[l + 1]; i++)
			t->cells[(size_t)(line[path->column[i]] - 1) * t->stride + (size_t)l] = path->value[i];
	free(line);
	return t->cells && t->scaled;
}

/* The row's error at every lambda, in units of the target's deviation. */
static void row_errors(const np_lasso *lasso, const models *set, table *t, const double *raw, int row)
{
	const np_moments *m = lasso->moments;
	double target = np_moments_target(m, row);
	for (int i = 0; i < t->lines; i++)
		t->scaled[i] = (raw[t->column[i]] - m->mean[t->column[i]]) / m->scale[t->column[i]];
	for (int l = 0; l < lasso->lambdas; l++)
		t->error[l] = target - set->intercept[l];
	np_kernels_best()->subtract_rows(t->scaled, t->cells, t->stride, (size_t)t->lines, t->error, (size_t)lasso->lambdas);
}

static np_status score(const np_lasso *lasso, int fold, models *set)
{
	const np_moments *m = lasso->moments;
	const np_design *design = m->design;
	table t = {0};
	if (!make_table(lasso, set, &t)) {
		free_table(&t);
		return np_fail_memory(&set->error);
	}
	double weight = 0;
	for (int first = m->start[fold]; first < m->start[fold + 1]; first += NP_BLOCK_ROWS) {
		int left = m->start[fold + 1] - first, count = left < NP_BLOCK_ROWS ? left : NP_BLOCK_ROWS;
		design->fill(design->context, m->order + first, count, t.raw, t.raw_stride);
		for (int r = 0; r < count; r++) {
			double w = np_design_weight(design, m->order[first + r]);
			row_errors(lasso, set, &t, t.raw + (size_t)r * t.raw_stride, m->order[first + r]);
			weight += w;
			for (int l = 0; l < lasso->lambdas; l++)
				set->mse[l] += w * (t.error[l] * t.error[l]);
		}
	}
	for (int l = 0; l < lasso->lambdas; l++)
		set->mse[l] = weight > 0 ? set->mse[l] / weight : 0;
	free_table(&t);
	return NP_OK;
}

/* ---- The whole -------------------------------------------------------------------------------------------------------- */

static void fit_fold(void *context, int fold)
{
	const np_lasso *lasso = context;
	models *set = &lasso->sets[fold];
	np_problem problem = {0};
	set->status = np_problem_make(lasso->moments, fold, lasso->columns, lasso->count, &problem, &set->error);
	if (set->status == NP_OK)
		set->status = follow(lasso, &problem, set);
	np_problem_free(&problem);
	if (set->status == NP_OK)
		set->status = score(lasso, fold, set);
}

static bool make_grid(np_lasso *lasso, const np_problem *problem)
{
	double largest = 0;
	for (int j = 0; j < problem->size; j++)
		largest = fmax(largest, lasso->options.nonnegative ? problem->product[j] : fabs(problem->product[j]));
	lasso->grid = calloc((size_t)lasso->lambdas, sizeof *lasso->grid);
	if (!lasso->grid)
		return false;
	/* Extended precision: the power is then the same whatever processor the mathematical library is tuned for. */
	long double ratio = lasso->options.ratio;
	for (int l = 0; l < lasso->lambdas; l++)
		lasso->grid[l] = l ? (double)(largest * powl(ratio, (long double)l / (lasso->lambdas - 1))) : largest;
	return true;
}

static np_status fit_all(np_lasso *lasso, np_error *err)
{
	int folds = lasso->moments->design->folds;
	models *set = &lasso->sets[folds];
	np_problem problem = {0};
	np_status status = np_problem_make(lasso->moments, -1, lasso->columns, lasso->count, &problem, &set->error);
	if (status == NP_OK && !make_grid(lasso, &problem))
		status = np_fail_memory(&set->error);
	if (status == NP_OK)
		status = follow(lasso, &problem, set);
	np_problem_free(&problem);
	if (status != NP_OK)
		return np_fail(err, status, "%s", set->error.message);
	np_parallel(folds, lasso->options.threads, fit_fold, lasso);
	for (int f = 0; f < folds; f++)
		if (lasso->sets[f].status != NP_OK)
			return np_fail(err, lasso->sets[f].status, "%s", lasso->sets[f].error.message);
	return NP_OK;
}

static void average_folds(np_lasso *lasso)
{
	int folds = lasso->moments->design->folds;
	for (int l = 0; l < lasso->lambdas; l++) {
		for (int f = 0; f < folds; f++)
			lasso->cv_mse[l] += lasso->sets[f].mse[l];
		if (folds)
			lasso->cv_mse[l] /= folds;
		if (lasso->cv_mse[l] < lasso->cv_mse[lasso->best])
			lasso->best = l;
	}
}

static np_status set_columns(np_lasso *lasso, const int *columns, int count, np_error *err)
{
	lasso->count = columns ? count : lasso->moments->design->columns;
	size_t size = (size_t)lasso->count + 1;
	lasso->columns = malloc(size * sizeof *lasso->columns);
	lasso->column = malloc(size * sizeof *lasso->column);
	lasso->value = malloc(size * sizeof *lasso->value);
	lasso->cv_mse = calloc((size_t)lasso->lambdas, sizeof *lasso->cv_mse);
	lasso->sets = calloc((size_t)lasso->moments->design->folds + 1, sizeof *lasso->sets);
	if (!lasso->columns || !lasso->column || !lasso->value || !lasso->cv_mse || !lasso->sets)
		return np_fail_memory(err);
	for (int i = 0; i < lasso->count; i++) {
		lasso->columns[i] = columns ? columns[i] : i;
		if (lasso->columns[i] < 0 || lasso->columns[i] >= lasso->moments->design->columns ||
		    (i && lasso->columns[i] <= lasso->columns[i - 1]))
			return np_fail(err, NP_ERR_ARGUMENT, "the columns of a fit must ascend");
	}
	return NP_OK;
}

np_status np_lasso_fit(const np_moments *moments, const int *columns, int count, const np_lasso_options *options,
                       np_lasso **result, np_error *err)
{
	*result = NULL;
	np_lasso *lasso = calloc(1, sizeof *lasso);
	if (!lasso)
		return np_fail_memory(err);
	lasso->moments = moments;
	lasso->options = options ? *options : (np_lasso_options){0};
	lasso->lambdas = lasso->options.lambdas > 0 ? lasso->options.lambdas : 100;
	if (!(lasso->options.ratio > 0))
		lasso->options.ratio = 1e-4;
	np_status status = set_columns(lasso, columns, count, err);
	if (status == NP_OK)
		status = fit_all(lasso, err);
	if (status == NP_OK) {
		average_folds(lasso);
		*result = lasso;
	} else {
		np_lasso_free(lasso);
	}
	return status;
}

void np_lasso_free(np_lasso *lasso)
{
	if (!lasso)
		return;
	for (int f = 0; lasso->sets && f <= lasso->moments->design->folds; f++) {
		np_path_free(&lasso->sets[f].path);
		free(lasso->sets[f].intercept);
		free(lasso->sets[f].mse);
	}
	free(lasso->sets);
	free(lasso->columns);
	free(lasso->grid);
	free(lasso->cv_mse);
	free(lasso->column);
	free(lasso->value);
	free(lasso);
}

/* ---- Looking ---------------------------------------------------------------------------------------------------------- */

int np_lasso_count(const np_lasso *lasso)
{
	return lasso->lambdas;
}

/* A target that does not vary is fitted by the intercept alone. */
static double target_unit(const np_lasso *lasso)
{
	return lasso->moments->target_scale;
}

double np_lasso_lambda(const np_lasso *lasso, int index)
{
	return lasso->grid[index] * target_unit(lasso);
}

double np_lasso_cv_mse(const np_lasso *lasso, int index)
{
	return lasso->cv_mse[index] * (target_unit(lasso) * target_unit(lasso));
}

int np_lasso_best(const np_lasso *lasso)
{
	return lasso->best;
}

/* A set's model at a lambda in the design's own units, columns ascending; returns the terms. */
static int own_units(const np_lasso *lasso, const models *set, int index, double *intercept, int *column, double *value)
{
	const np_moments *m = lasso->moments;
	const np_path *path = &set->path;
	int terms = 0;
	*intercept = m->target_mean + target_unit(lasso) * set->intercept[index];
	for (int i = path->start[index]; i < path->start[index + 1]; i++) {
		int c = lasso->columns[path->column[i]], at = terms++;
		for (; at > 0 && column[at - 1] > c; at--) {
			column[at] = column[at - 1];
			value[at] = value[at - 1];
		}
		column[at] = c;
		value[at] = path->value[i] / m->scale[c] * target_unit(lasso);
	}
	for (int i = 0; i < terms; i++)
		*intercept -= value[i] * m->mean[column[i]];
	return terms;
}

np_linear np_lasso_fold_model(const np_lasso *lasso, int left_out, int index)
{
	np_linear model = {.column = lasso->column, .value = lasso->value};
	const models *set = &lasso->sets[left_out < 0 ? lasso->moments->design->folds : left_out];
	model.terms = own_units(lasso, set, index, &model.intercept, lasso->column, lasso->value);
	return model;
}

np_linear np_lasso_model(const np_lasso *lasso, int index)
{
	return np_lasso_fold_model(lasso, -1, index);
}

static double apply(np_linear model, const double *x)
{
	double sum = model.intercept;
	for (int i = 0; i < model.terms; i++)
		sum += model.value[i] * x[model.column[i]];
	return sum;
}

np_status np_lasso_cv_predict(const np_lasso *lasso, int index, double *prediction, np_error *err)
{
	const np_moments *m = lasso->moments;
	const np_design *design = m->design;
	if (!design->folds)
		return np_fail(err, NP_ERR_ARGUMENT, "cross-validation needs folds");
	size_t stride = np_padded((size_t)design->columns);
	double *raw = malloc((stride + 1) * NP_BLOCK_ROWS * sizeof *raw);
	if (!raw)
		return np_fail_memory(err);
	for (int f = 0; f < design->folds; f++) {
		np_linear model = np_lasso_fold_model(lasso, f, index);
		for (int first = m->start[f]; first < m->start[f + 1]; first += NP_BLOCK_ROWS) {
			int left = m->start[f + 1] - first, count = left < NP_BLOCK_ROWS ? left : NP_BLOCK_ROWS;
			design->fill(design->context, m->order + first, count, raw, stride);
			for (int r = 0; r < count; r++)
				prediction[m->order[first + r]] = apply(model, raw + (size_t)r * stride);
		}
	}
	free(raw);
	return NP_OK;
}

const np_moments *np_lasso_moments(const np_lasso *lasso)
{
	return lasso->moments;
}

const np_lasso_options *np_lasso_settings(const np_lasso *lasso)
{
	return &lasso->options;
}

const int *np_lasso_columns(const np_lasso *lasso, int *count)
{
	*count = lasso->count;
	return lasso->columns;
}

int np_lasso_unsettled(const np_lasso *lasso)
{
	int sum = 0;
	for (int f = 0; f <= lasso->moments->design->folds; f++)
		sum += lasso->sets[f].path.unsettled;
	return sum;
}

int64_t np_lasso_changes(const np_lasso *lasso)
{
	int64_t sum = 0;
	for (int f = 0; f <= lasso->moments->design->folds; f++)
		sum += lasso->sets[f].path.changes;
	return sum;
}
