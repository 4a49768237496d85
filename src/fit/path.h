/*
 * The Lasso along a falling sequence of penalties, exactly: for each lambda the b that minimises
 *
 *     b'Gb / 2 - b'c + ridge / 2 b'b + lambda sum |b_j|        (optionally with all b_j >= 0)
 *
 * where G holds the columns' correlations and c those with the target. An active set with a Cholesky factor, warm from
 * one lambda to the next, finishes only when every column satisfies the optimality conditions. Coordinate descent is no
 * alternative here: products of layer sizes are so collinear that it needs millions of passes.
 */
#ifndef NP_FIT_PATH_H
#define NP_FIT_PATH_H

#include "fit/moments.h"

typedef struct np_path_options {
	const double *lambda; /* falling */
	int lambdas;
	bool nonnegative;
	double ridge;
} np_path_options;

/* Coefficients of standardised columns that are not zero: for lambda l, entries start[l]..start[l + 1]. */
typedef struct np_path {
	int lambdas;
	int *start, *column; /* column: position in the problem */
	double *value;
	int unsettled;   /* lambdas at which the optimality conditions were not met: 0 unless arithmetic failed */
	int64_t changes; /* columns that entered or left */
} np_path;

/* Free the path in any case. */
np_status np_path_follow(const np_problem *problem, const np_path_options *options, np_path *path, np_error *err) NP_MUST_CHECK;
void np_path_free(np_path *path);

#endif
