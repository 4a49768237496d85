/* Order statistics of a sample, for times of batches and powers of ticks. */
#ifndef NP_MEASURE_STATISTICS_H
#define NP_MEASURE_STATISTICS_H

#include <neuralpower/status.h>

typedef struct np_series {
	double *values;
	int count, capacity;
} np_series;

np_status np_series_add(np_series *sample, double value, np_error *err) NP_MUST_CHECK;
void np_series_clear(np_series *sample);
void np_series_free(np_series *sample);

/* NAN throughout for an empty sample. */
typedef struct np_summary {
	int count;
	double mean, sd;
	double p10, median, p90;
	double iqr; /* between the quartiles, as a share of the median */
	/* Half the 95 % confidence interval of the median as a share of the mean: 1.96 x 1.253 x sd / sqrt(count), if normal.
	 */
	double ci95;
} np_summary;

/* Sorts the sample. Quantiles are interpolated between neighbours. */
np_summary np_series_summary(np_series *sample);
/* The median alone. */
double np_series_median(np_series *sample);
/* The quantile `share` (0 to 1). */
double np_series_quantile(np_series *sample, double share);

#endif
