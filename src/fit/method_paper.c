/*
 * The paper's procedure (Section 4.1): standardised Lasso on polynomial terms, ten-fold cross-validation over 100
 * lambdas, and the degree with the least cross-validated mean square error. A degree that would have more than
 * NP_MAX_TERMS terms is not tried; what came of the others stays with the model.
 */
#include "base/error.h"
#include "fit/least_squares.h"
#include "fit/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Runtime up to the fourth degree. Power, whose terms have logarithms beside the features, up to the second, the paper's
 * choice: the third gains next to nothing and takes minutes. The caller may ask for another.
 */
static int highest_degree(np_target target, const np_method_options *options)
{
	if (options->degree)
		return options->degree;
	return target == NP_POWER ? 2 : NP_MAX_FACTORS;
}

typedef struct degree_fit {
	np_regression_result result;
	double *predictions; /* of every row, by models that did not see it */
} degree_fit;

/* Terms are `trial->offered` at most NP_MAX_TERMS. */
static np_status learn_degree(const np_sample *sample, const np_method_options *options, np_arena *arena, np_trial *trial,
                              degree_fit *fit, np_error *err)
{
	np_term *terms = calloc((size_t)trial->offered, sizeof *terms);
	if (!terms)
		return np_fail_memory(err);
	np_regression regression = {.sample = sample, .terms = terms, .target = sample->target_values};
	regression.term_count = np_terms_paper(sample->set, sample->target, trial->degree, terms, trial->offered);
	np_status status = np_regress(&regression, options, arena, &fit->result, fit->predictions, err);
	free(terms);
	if (status != NP_OK)
		return status;
	trial->tried = true;
	trial->terms = np_sum_size(&fit->result.sum);
	trial->cv_rmse = sqrt(fit->result.cv_mse);
	trial->cv_rmspe = np_quality(fit->predictions, sample->target_values, sample->rows).rmspe;
	return NP_OK;
}

static void keep_degree(const np_sample *sample, const np_trial *trial, const degree_fit *fit, np_model *model,
                        double *held_out)
{
	model->degree = trial->degree;
	model->lambda = fit->result.lambda;
	model->sum = fit->result.sum;
	memcpy(held_out, fit->predictions, (size_t)sample->rows * sizeof *held_out);
}

/* Degree after degree; the first with the least error is kept. */
static np_status try_degrees(const np_sample *sample, const np_method_options *options, np_arena *arena, degree_fit *fit,
                             np_model *model, double *held_out, np_error *err)
{
	double least = INFINITY;
	for (int degree = 1; degree <= highest_degree(sample->target, options); degree++) {
		np_trial *trial = &model->trials[model->trial_count++];
		*trial = (np_trial){.degree = degree, .offered = np_terms_paper(sample->set, sample->target, degree, NULL, 0)};
		if (trial->offered > NP_MAX_TERMS)
			continue;
		NP_TRY(learn_degree(sample, options, arena, trial, fit, err));
		if (degree > 1 && fit->result.cv_mse >= least)
			continue;
		least = fit->result.cv_mse;
		keep_degree(sample, trial, fit, model, held_out);
	}
	return NP_OK;
}

np_status np_method_paper(const np_sample *sample, const np_method_options *options, np_arena *arena, np_model *model,
                          double *held_out, np_error *err)
{
	degree_fit fit = {.predictions = calloc((size_t)sample->rows, sizeof *fit.predictions)};
	if (!fit.predictions)
		return np_fail_memory(err);
	np_status status = try_degrees(sample, options, arena, &fit, model, held_out, err);
	free(fit.predictions);
	return status;
}
