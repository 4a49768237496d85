/*
 * The standardised Lasso with cross-validation: sparse linear models for a sequence of penalties, and how well each
 * predicts rows it was not fitted to.
 *
 *     minimise  sum w (y - b0 - x'b)^2 / (2 sum w)  +  lambda sum sd_j |b_j|  (+ ridge / 2 sum (sd_j b_j)^2)
 *
 * sd_j is the deviation of column j over the rows fitted (population form). Each fold's models are fitted, and their
 * columns standardised, on the other rows, at the lambdas of all rows.
 */
#ifndef NP_FIT_LASSO_H
#define NP_FIT_LASSO_H

#include "fit/moments.h"

/* Zero-initialise for the defaults. */
typedef struct np_lasso_options {
	int lambdas;      /* 0 = 100, geometric from the smallest lambda at which all coefficients are zero */
	double ratio;     /* of the last lambda to the first; 0 = 1e-4 */
	bool nonnegative; /* only coefficients >= 0 */
	double ridge;     /* on standardised columns */
	int threads;      /* 0 = 1; the result does not depend on it */
} np_lasso_options;

/* A sparse linear model: intercept + sum of value[i] * x[column[i]], i < terms. */
typedef struct np_linear {
	double intercept;
	int terms;
	const int *column; /* of the design, ascending */
	const double *value;
} np_linear;

typedef struct np_lasso np_lasso;

/*
 * Fits `count` columns of the moments' design (ascending; NULL = all). `*lasso` refers to the moments and their design: keep
 * both. Free it with np_lasso_free().
 */
np_status np_lasso_fit(const np_moments *moments, const int *columns, int count, const np_lasso_options *options,
                       np_lasso **lasso, np_error *err) NP_MUST_CHECK;
void np_lasso_free(np_lasso *lasso);

int np_lasso_count(const np_lasso *lasso); /* of lambdas */
double np_lasso_lambda(const np_lasso *lasso, int index);
/* The model of all rows at a lambda; borrowed until the next call or the end of the lasso. */
np_linear np_lasso_model(const np_lasso *lasso, int index);
/* The same of the rows without a fold (-1: of all rows). */
np_linear np_lasso_fold_model(const np_lasso *lasso, int left_out, int index);
/* Mean over the folds of the (weighted) mean squared error on the fold's rows; 0 without folds. */
double np_lasso_cv_mse(const np_lasso *lasso, int index);
/* The lambda of least cv_mse; ties go to the larger. */
int np_lasso_best(const np_lasso *lasso);
/* For each row, what the model fitted without its fold says at a lambda. NP_ERR_ARGUMENT without folds. */
np_status np_lasso_cv_predict(const np_lasso *lasso, int index, double *prediction, np_error *err) NP_MUST_CHECK;

/* What the lasso was fitted to and how, defaults filled in. */
const np_moments *np_lasso_moments(const np_lasso *lasso);
const np_lasso_options *np_lasso_settings(const np_lasso *lasso);
const int *np_lasso_columns(const np_lasso *lasso, int *count);
/* How many lambdas, over all folds, missed the optimality conditions (0 unless arithmetic failed), and columns moved. */
int np_lasso_unsettled(const np_lasso *lasso);
int64_t np_lasso_changes(const np_lasso *lasso);

#endif
