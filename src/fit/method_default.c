/*
 * The default estimator. Runtime is T0 x exp(g): T0 a sum of physical terms with non-negative coefficients, fitted to
 * relative errors; g a sparse polynomial of the logarithms of the layer's shape, fitted to what T0 leaves of the logarithm
 * and held between the quantiles of that remainder, so that a prediction is always positive and far outside the data grows
 * like work and traffic. Power is bounded by nature: a constant times exp(g), held between the observed extremes.
 */
#include "base/error.h"
#include "fit/folds.h"
#include "fit/least_squares.h"
#include "fit/quality.h"

#include <math.h>
#include <stdlib.h>

enum { ENOUGH_TO_CORRECT = 60, SHAPE_DEGREE = 2 };

static double natural_log(double value)
{
	return (double)logl((long double)value);
}

/* ---- the physical part ---- */

static int physical_terms(const np_feature_set *set, np_term *terms)
{
	for (int i = 0; i < set->physical_count; i++) {
		short feature = (short)(np_feature_first_physical(set) + i);
		terms[i] = (np_term){.factor_count = 1, .factors = {{feature, 1}}};
	}
	return set->physical_count;
}

static np_status learn_physical(const np_sample *sample, const np_method_options *options, np_arena *arena, np_model *model,
                                np_error *err)
{
	np_term terms[NP_MAX_PHYSICAL];
	double *weight = malloc((size_t)sample->rows * sizeof *weight);
	if (!weight)
		return np_fail_memory(err);
	for (int i = 0; i < sample->rows; i++)
		weight[i] = 1 / (sample->target_values[i] * sample->target_values[i]);
	np_regression regression = {.sample = sample,
	                            .terms = terms,
	                            .term_count = physical_terms(sample->set, terms),
	                            .target = sample->target_values,
	                            .weight = weight,
	                            .positive = true};
	np_regression_result result;
	np_status status = np_regress(&regression, options, arena, &result, NULL, err);
	free(weight);
	if (status == NP_OK) {
		model->sum = result.sum;
		model->lambda = result.lambda;
	}
	return status;
}

/* Power has no physical part: the geometric mean. */
static void learn_level(const np_sample *sample, np_model *model)
{
	long double sum = 0;
	for (int i = 0; i < sample->rows; i++)
		sum += logl((long double)sample->target_values[i]);
	model->sum = (np_sum){.intercept = (double)expl(sum / sample->rows)};
}

/* ---- the correction ---- */

/* Monomials up to the second degree of the shape's logarithms. */
static int shape_terms(const np_feature_set *set, np_term *terms)
{
	int count = 0;
	short first = (short)np_feature_first_shape(set), end = (short)(first + set->shape_count);
	for (short i = first; i < end; i++)
		terms[count++] = (np_term){.factor_count = 1, .factors = {{i, 1}}};
	for (short i = first; i < end; i++) {
		terms[count++] = (np_term){.factor_count = 1, .factors = {{i, 2}}};
		for (short j = (short)(i + 1); j < end; j++)
			terms[count++] = (np_term){.factor_count = 2, .factors = {{i, 1}, {j, 1}}};
	}
	return count;
}

static np_status learn_correction_of(const np_sample *sample, const np_method_options *options, np_arena *arena,
                                     np_model *model, double *remainder, np_error *err)
{
	np_term terms[NP_MAX_SHAPE * (NP_MAX_SHAPE + 3) / 2];
	for (int i = 0; i < sample->rows; i++) {
		double base = fmax(np_sum_value(&model->sum, np_sample_features(sample, i)), model->floor);
		remainder[i] = natural_log(sample->target_values[i] / base);
	}
	np_regression regression = {
	        .sample = sample, .terms = terms, .term_count = shape_terms(sample->set, terms), .target = remainder};
	np_regression_result result;
	NP_TRY(np_regress(&regression, options, arena, &result, NULL, err));
	model->corrected = true;
	model->correction = result.sum;
	model->degree = SHAPE_DEGREE;
	double slack = sample->target == NP_POWER ? 0 : 0.005;
	model->correction_held.low = np_quality_quantile(remainder, sample->rows, slack);
	model->correction_held.high = np_quality_quantile(remainder, sample->rows, 1 - slack);
	return NP_OK;
}

static np_status learn_correction(const np_sample *sample, const np_method_options *options, np_arena *arena, np_model *model,
                                  np_error *err)
{
	double *remainder = malloc((size_t)sample->rows * sizeof *remainder);
	if (!remainder)
		return np_fail_memory(err);
	np_status status = learn_correction_of(sample, options, arena, model, remainder, err);
	free(remainder);
	return status;
}

static np_status learn(const np_sample *sample, const np_method_options *options, np_arena *arena, np_model *model,
                       np_error *err)
{
	model->degree = 1;
	if (sample->target == NP_POWER)
		learn_level(sample, model);
	else
		NP_TRY(learn_physical(sample, options, arena, model, err));
	return sample->rows < ENOUGH_TO_CORRECT ? NP_OK : learn_correction(sample, options, arena, model, err);
}

/* ---- held-out predictions: everything is learned again without each fold ---- */

static np_status predict_fold(const np_sample *sample, const np_method_options *options, const int *fold, int k,
                              const np_model *like, double *held_out, np_error *err)
{
	np_arena arena = {0};
	np_sample training;
	np_model model = *like;
	np_status status = np_sample_subset(sample, fold, k, &training, err);
	if (status == NP_OK)
		status = learn(&training, options, &arena, &model, err);
	for (int i = 0; status == NP_OK && i < sample->rows; i++)
		if (fold[i] == k)
			held_out[i] = np_model_value(&model, np_sample_features(sample, i));
	np_sample_free(&training);
	np_arena_free(&arena);
	return status;
}

np_status np_method_default(const np_sample *sample, const np_method_options *options, np_arena *arena, np_model *model,
                            double *held_out, np_error *err)
{
	int *fold = calloc((size_t)sample->rows, sizeof *fold);
	np_status status = NP_OK;
	if (!fold || !np_folds_deal(sample->rows, options->folds, options->seed, NULL, fold))
		status = np_fail_memory(err);
	for (int k = 0; status == NP_OK && k < options->folds; k++)
		status = predict_fold(sample, options, fold, k, model, held_out, err);
	free(fold);
	return status == NP_OK ? learn(sample, options, arena, model, err) : status;
}
