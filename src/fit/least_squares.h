/* The Lasso as the methods use it: terms over a sample's features in, the sum that cross-validation prefers out. */
#ifndef NP_FIT_LEAST_SQUARES_H
#define NP_FIT_LEAST_SQUARES_H

#include "fit/method.h"

typedef struct np_regression {
	const np_sample *sample;
	const np_term *terms;
	int term_count;
	const double *target; /* what the terms are fitted to: the sample's target, or its logarithm */
	const double *weight; /* NULL = 1 */
	bool positive;        /* coefficients >= 0 and no intercept */
} np_regression;

typedef struct np_regression_result {
	np_sum sum; /* only terms with a coefficient; in the arena */
	double lambda, cv_mse;
} np_regression_result;

/* `held_out` (rows, may be NULL) gets predictions of the target for rows left out. */
np_status np_regress(const np_regression *regression, const np_method_options *options, np_arena *arena,
                     np_regression_result *result, double *held_out, np_error *err) NP_MUST_CHECK;

#endif
