/*
 * The correction of a base: value = base x (1 + h), h the mean of a few sparse sums of products of hinges and steps:
 * greedy selections fitted by least squares with a ridge, and Lasso fits over all that the selections found.
 * Relative squared error is a weighted least squares problem in h, (y / base - 1) against weights (base / y)^2, so no
 * logarithm biases it. Where values span decades about the base, base x exp(h) fits better: log(y / base) unweighted.
 * Degree, steps, size, ridge, lambda and the members of the mean are chosen by cross-validation within the rows, where layers
 * that differ only in their batch stay together: a new layer is the case that matters.
 */
#ifndef NP_FIT_CORRECTION_H
#define NP_FIT_CORRECTION_H

#include "fit/dictionary.h"

#include <stdint.h>

/* What is to be corrected, and how. Row numbers run over the columns' rows. */
typedef struct np_corrected_problem {
	np_columns columns;
	int base_column; /* the column that holds log2 of the base and is filled in here; -1: none */
	const double *target;
	const int *group; /* layers of one shape */
	uint64_t seed;
	int most_terms;  /* of the whole model */
	int most_degree; /* factors of a term */
	np_form form;
	double tail;   /* the factor is held between the quantiles tail and 1 - tail of y / base */
	double widest; /* and within [1 / widest, widest]; 0: no such bound */
	/* The base learned from rows where fold[row] != left_out (fold may be NULL), for all rows; and its number of terms. */
	np_status (*base)(void *context, const int *fold, int left_out, double *base, int *terms, np_error *err);
	void *context;
} np_corrected_problem;

/* Sets corrected, correction, factor_held, holds and degree. `out_of_fold`: predictions by models without the row's fold. */
np_status np_correction_learn(np_corrected_problem *problem, np_arena *arena, np_model *model, double *out_of_fold,
                              np_error *err) NP_MUST_CHECK;

#endif
