/* Least squares over the first terms of a greedy selection, for several numbers of terms from one Gram matrix. */
#ifndef NP_FIT_RIDGE_H
#define NP_FIT_RIDGE_H

#include "fit/greedy.h"

typedef struct np_ridge {
	int count;
	double *gram; /* of the columns scaled to length 1, count x count */
	double *product, *scale;
	double *work;
} np_ridge;

/* Target as given to the selection. Free it in any case. */
np_status np_ridge_make(const np_greedy *greedy, const double *target, const double *root_weight, np_ridge *ridge,
                        np_error *err) NP_MUST_CHECK;
void np_ridge_free(np_ridge *ridge);

/* Coefficients of the first `terms` (at most count) terms, with `penalty` on the squares of scaled coefficients. */
void np_ridge_solve(np_ridge *ridge, int terms, double penalty, double *coefficients);

#endif
