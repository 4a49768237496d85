/*
 * The paper's procedure (Section 4.1): standardised Lasso on polynomial terms, ten-fold cross-validation over 100
 * lambdas, and the degree with the least cross-validated mean square error.
 */
#include "base/error.h"
#include "fit/least_squares.h"

#include <stdlib.h>
#include <string.h>

/* Runtime up to the third degree, power (whose terms have logarithms beside the features) up to the second. */
static int highest_degree(np_target target)
{
	return target == NP_POWER ? 2 : 3;
}

static np_status try_degree(const np_sample *sample, const np_method_options *options, int degree, np_arena *arena,
                            np_regression_result *result, double *held_out, np_error *err)
{
	np_term *terms = calloc(NP_MAX_TERMS, sizeof *terms);
	if (!terms)
		return np_fail_memory(err);
	np_regression regression = {.sample = sample, .terms = terms, .target = sample->target_values};
	regression.term_count = np_terms_paper(sample->set, sample->target, degree, terms, NP_MAX_TERMS);
	np_status status = np_regress(&regression, options, arena, result, held_out, err);
	free(terms);
	return status;
}

np_status np_method_paper(const np_sample *sample, const np_method_options *options, np_arena *arena, np_model *model,
                          double *held_out, np_error *err)
{
	double least = 0, *predictions = calloc((size_t)sample->rows, sizeof *predictions);
	np_status status = predictions ? NP_OK : np_fail_memory(err);
	for (int degree = 1; status == NP_OK && degree <= highest_degree(sample->target); degree++) {
		np_regression_result result;
		status = try_degree(sample, options, degree, arena, &result, predictions, err);
		if (status != NP_OK || (degree > 1 && result.cv_mse >= least))
			continue;
		least = result.cv_mse;
		model->degree = degree;
		model->lambda = result.lambda;
		model->sum = result.sum;
		memcpy(held_out, predictions, (size_t)sample->rows * sizeof *predictions);
	}
	free(predictions);
	return status;
}
