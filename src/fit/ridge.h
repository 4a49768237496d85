/*
 * Least squares over a part of a greedy selection, for several numbers of terms from one Gram matrix. The terms are put in
 * the order in which they are missed: all of them are fitted together, then the one whose loss raises the error least is
 * taken away, again and again; the last to go comes first. What a forward search took early and later terms made
 * superfluous is found so.
 */
#ifndef NP_FIT_RIDGE_H
#define NP_FIT_RIDGE_H

#include "fit/greedy.h"

typedef struct np_ridge {
	int count;
	double *gram; /* of the columns scaled to length 1, count x count */
	double *product, *scale;
	int *order; /* the selection's terms; the constant stays first */
	double *work;
} np_ridge;

/* Target as given to the selection. Free it in any case. */
np_status np_ridge_make(const np_greedy *greedy, const double *target, const double *root_weight, np_ridge *ridge,
                        np_error *err) NP_MUST_CHECK;
void np_ridge_free(np_ridge *ridge);

/* Coefficients of the first `terms` (at most count) terms in order, with `penalty` on the squares of scaled coefficients. */
void np_ridge_solve(np_ridge *ridge, int terms, double penalty, double *coefficients);

#endif
