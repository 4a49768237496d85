/*
 * Forward selection of products: each step adds the term, an earlier term times one factor of a dictionary, that leaves
 * the least squared error when all terms so far are fitted anew (orthogonal matching pursuit over the products of
 * Friedman's adaptive splines). All candidates are tried exactly: sums over bins give every knot's products at once.
 */
#ifndef NP_FIT_GREEDY_H
#define NP_FIT_GREEDY_H

#include "fit/dictionary.h"

/* A term: an earlier one times a factor. The first is the constant 1 and has no parent. */
typedef struct np_step {
	int parent; /* -1 for the first */
	int entry;  /* of the dictionary */
	np_factor_kind kind;
	double knot;
	double low, high; /* of the term on the rows; equal for a single factor, whose feature is held */
} np_step;

typedef struct np_greedy_options {
	int degree;     /* most factors of a term */
	bool steps;     /* whether features with more than two values may have steps */
	int most;       /* terms beside the constant */
	int least_rows; /* rows on which a factor must not be zero */
} np_greedy_options;

typedef struct np_greedy {
	int rows, count;
	np_step *steps;
	double *columns; /* of each term, count x rows, times the square root of the weight */
} np_greedy;

/* Row i has `target` and the square root of its weight. Free it in any case. */
np_status np_greedy_select(const np_dictionary *dictionary, const double *target, const double *root_weight,
                           const np_greedy_options *options, np_greedy *greedy, np_error *err) NP_MUST_CHECK;
void np_greedy_free(np_greedy *greedy);

/* The terms' values on a row, whose features are read from the columns. */
void np_greedy_values(const np_greedy *greedy, int count, const np_dictionary *dictionary, const np_columns *columns, int row,
                      double *values);

#endif
