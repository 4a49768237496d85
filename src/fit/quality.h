/* How good predictions are, and how wide their interval must be. */
#ifndef NP_FIT_QUALITY_H
#define NP_FIT_QUALITY_H

#include "model/platform_model.h"

/* Root mean square percentage error, root mean square error and mean absolute percentage error (fractions). */
np_errors np_quality(const double *predicted, const double *actual, int rows);

/*
 * The factor f such that [predicted / f, predicted x f] held `level` of these rows: the order statistic of the absolute
 * log ratio with the finite-sample correction of split conformal prediction. 0 when there are too few rows to say.
 */
double np_quality_interval(const double *predicted, const double *actual, int rows, double level);

/* The same at every level of a spread. */
np_spread np_quality_spread(const double *predicted, const double *actual, int rows);

/*
 * The share of rows that lie in an interval calibrated on the others: rows are dealt in turn into ten parts. 0 when there
 * are too few rows, or no memory.
 */
double np_quality_coverage(const double *predicted, const double *actual, int rows, double level);

/* The q-quantile (0..1) of `values`, which are sorted in place; linear between order statistics. */
double np_quality_quantile(double *values, int count, double q);

#endif
