/*
 * What a least squares problem needs to know of its rows: means, scales and Gram matrices per fold, from three passes
 * over rows that are made on the fly. Memory does not grow with the rows beyond a few numbers per row.
 *
 * Columns are centred and scaled by the mean and deviation of all rows first; only then are products formed and folds
 * taken away, so that what is subtracted is of the size of what remains.
 */
#ifndef NP_FIT_MOMENTS_H
#define NP_FIT_MOMENTS_H

#include <neuralpower/status.h>

/* Of a column's largest value: a deviation below is rounding, the column is constant. */
#define NP_CONSTANT_BELOW 1e-13

/* Rows and a target. Everything is borrowed and must outlive the moments. */
typedef struct np_design {
	int rows, columns;
	/* Writes the columns of `count` rows, row r of them at values + r * stride. Called from several threads. */
	void (*fill)(void *context, const int *rows, int count, double *values, size_t stride);
	void *context;
	const double *target;
	const double *weight; /* of each row's squared error, >= 0; NULL = 1 */
	const int *fold;      /* of each row, 0..folds-1; NULL when folds is 0 */
	int folds;
	bool through_origin; /* no intercept: columns and target are scaled but not centred */
} np_design;

static inline double np_design_weight(const np_design *design, int row)
{
	return design->weight ? design->weight[row] : 1;
}

typedef struct np_moments {
	const np_design *design;
	double *mean, *scale; /* per column; scale 0 marks a column that does not vary */
	double target_mean, target_scale;
	int *order;        /* rows, fold after fold */
	int *start;        /* fold f is order[start[f]..start[f + 1]) */
	double **products; /* one packed lower triangle per fold and one of all rows, of [columns, target, 1] */
} np_moments;

/* NP_ERR_DATA when a number is not finite. Free the moments in any case. The result does not depend on `threads`. */
np_status np_moments_make(const np_design *design, int threads, np_moments *moments, np_error *err) NP_MUST_CHECK;
void np_moments_free(np_moments *moments);

/* A row's target, standardised over all rows. */
static inline double np_moments_target(const np_moments *moments, int row)
{
	double difference = moments->design->target[row] - moments->target_mean;
	return moments->target_scale > 0 ? difference / moments->target_scale : 0;
}

/*
 * The least squares problem of all rows but those of fold `left_out` (-1: none is left out) in the columns chosen, in
 * ascending order: correlations of the columns with each other and with the target. Columns here have mean 0 and
 * deviation 1 over the rows of this problem: column j is (z - shift[j]) / spread[j] where z is the column as standardised
 * over all rows; spread 0 marks a column that does not vary. The target, standardised over all rows, is shifted only.
 */
typedef struct np_problem {
	int size;
	size_t stride;
	double *gram;    /* size rows of stride */
	double *product; /* with the target */
	double *shift, *spread;
	double target_shift, target_square; /* mean, and mean square about it */
	int rows;
} np_problem;

np_status np_problem_make(const np_moments *moments, int left_out, const int *columns, int count, np_problem *problem,
                          np_error *err) NP_MUST_CHECK;
void np_problem_free(np_problem *problem);

#endif
