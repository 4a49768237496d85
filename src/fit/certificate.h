/* Proof that a Lasso path is the optimum: duality gaps, from the rows themselves and in extended precision. */
#ifndef NP_FIT_CERTIFICATE_H
#define NP_FIT_CERTIFICATE_H

#include "fit/lasso.h"

/*
 * For each lambda how far, at most, the objective of the models fitted without fold `left_out` (-1: of all rows) lies above
 * its minimum, relative to the objective. Nothing is taken from the moments or the solver but the coefficients: means,
 * deviations and products are formed anew, so that the gap also bounds what taking folds away has cost. `gap` has
 * np_lasso_count() numbers. Takes rows x columns x lambdas operations in extended precision.
 */
np_status np_lasso_certify(const np_lasso *lasso, int left_out, double *gap, np_error *err) NP_MUST_CHECK;

#endif
