/* Terms over features as the columns of a Lasso. */
#include "fit/least_squares.h"

#include "base/error.h"
#include "fit/folds.h"
#include "fit/lasso.h"

#include <stdlib.h>

static void fill_rows(void *context, const int *rows, int count, double *values, size_t stride)
{
	const np_regression *r = context;
	for (int i = 0; i < count; i++)
		for (int j = 0; j < r->term_count; j++)
			values[(size_t)i * stride + (size_t)j] =
			        np_term_value(&r->terms[j], np_sample_features(r->sample, rows[i]));
}

static np_status keep_sum(const np_regression *r, const np_linear *linear, np_arena *arena, np_sum *sum, np_error *err)
{
	*sum = (np_sum){.intercept = linear->intercept, .count = linear->terms};
	sum->terms = np_arena_array(arena, (size_t)linear->terms, sizeof *sum->terms);
	sum->coefficients = np_arena_copy(arena, linear->value, (size_t)linear->terms * sizeof *sum->coefficients);
	if (!sum->terms || !sum->coefficients)
		return np_fail_memory(err);
	for (int i = 0; i < linear->terms; i++)
		sum->terms[i] = r->terms[linear->column[i]];
	return NP_OK;
}

static np_status take_best(const np_regression *r, const np_lasso *lasso, np_arena *arena, np_regression_result *result,
                           double *held_out, np_error *err)
{
	int best = np_lasso_best(lasso);
	np_linear linear = np_lasso_model(lasso, best);
	result->lambda = np_lasso_lambda(lasso, best);
	result->cv_mse = np_lasso_cv_mse(lasso, best);
	NP_TRY(keep_sum(r, &linear, arena, &result->sum, err));
	return held_out ? np_lasso_cv_predict(lasso, best, held_out, err) : NP_OK;
}

static np_status solve(const np_regression *r, const np_design *design, int threads, np_arena *arena,
                       np_regression_result *result, double *held_out, np_error *err)
{
	np_moments moments = {0};
	np_lasso *lasso = NULL;
	np_lasso_options options = {.nonnegative = r->positive, .threads = threads};
	np_status status = np_moments_make(design, threads, &moments, err);
	if (status == NP_OK)
		status = np_lasso_fit(&moments, NULL, design->columns, &options, &lasso, err);
	if (status == NP_OK)
		status = take_best(r, lasso, arena, result, held_out, err);
	np_lasso_free(lasso);
	np_moments_free(&moments);
	return status;
}

np_status np_regress(const np_regression *regression, const np_method_options *options, np_arena *arena,
                     np_regression_result *result, double *held_out, np_error *err)
{
	int rows = regression->sample->rows;
	int *fold = calloc((size_t)rows, sizeof *fold);
	if (!fold || !np_folds_deal(rows, options->folds, options->seed, regression->sample->fold_group, fold)) {
		free(fold);
		return np_fail_memory(err);
	}
	np_design design = {.rows = rows,
	                    .columns = regression->term_count,
	                    .fill = fill_rows,
	                    .context = (void *)regression,
	                    .target = regression->target,
	                    .weight = regression->weight,
	                    .fold = fold,
	                    .folds = options->folds,
	                    .through_origin = regression->positive};
	np_status status = solve(regression, &design, options->threads, arena, result, held_out, err);
	free(fold);
	return status;
}
