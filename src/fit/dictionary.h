/*
 * The factors that a sparse model may use, found from rows: for each feature that varies and is no copy of an earlier one,
 * knots at quantiles, between which rows lie in bins.
 */
#ifndef NP_FIT_DICTIONARY_H
#define NP_FIT_DICTIONARY_H

#include "features/terms.h"
#include "model/platform_model.h"

#include <neuralpower/status.h>

enum { NP_MOST_KNOTS = 200 };

/* Columns of numbers, one per feature, over the rows of a sample. */
typedef struct np_columns {
	int rows, count;
	const short *feature; /* numbers in the kind's feature set */
	double *values;       /* column j at values + j * rows */
} np_columns;

typedef struct np_entry {
	int column; /* of the columns */
	short feature;
	np_range range;
	double mean;
	int knots;
	double knot[NP_MOST_KNOTS];
	bool binary;
} np_entry;

typedef struct np_dictionary {
	int rows, count;
	np_entry *entries;
	int stride;         /* the largest number of bins */
	double *values;     /* rows x count */
	unsigned char *bin; /* rows x count: how many knots lie below the value */
} np_dictionary;

/* From `count` of the columns' rows. Free it in any case. */
np_status np_dictionary_make(const np_columns *columns, const int *rows, int count, np_dictionary *dictionary,
                             np_error *err) NP_MUST_CHECK;
void np_dictionary_free(np_dictionary *dictionary);

#endif
