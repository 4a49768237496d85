/* See statistics.h. */
#include "measure/statistics.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

np_status np_series_add(np_series *sample, double value, np_error *err)
{
	if (sample->count == sample->capacity) {
		int capacity = sample->capacity ? 2 * sample->capacity : 64;
		double *larger = realloc(sample->values, (size_t)capacity * sizeof *larger);
		if (!larger)
			return np_fail_memory(err);
		sample->values = larger;
		sample->capacity = capacity;
	}
	sample->values[sample->count++] = value;
	return NP_OK;
}

void np_series_clear(np_series *sample)
{
	sample->count = 0;
}

void np_series_free(np_series *sample)
{
	free(sample->values);
	*sample = (np_series){0};
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double sorted_quantile(const np_series *sample, double share)
{
	if (!sample->count)
		return NAN;
	double at = share * (sample->count - 1);
	int low = (int)at, high = low + 1 < sample->count ? low + 1 : low;
	return sample->values[low] + (at - low) * (sample->values[high] - sample->values[low]);
}

double np_series_quantile(np_series *sample, double share)
{
	if (sample->count)
		qsort(sample->values, (size_t)sample->count, sizeof *sample->values, compare);
	return sorted_quantile(sample, share);
}

double np_series_median(np_series *sample)
{
	return np_series_quantile(sample, 0.5);
}

np_summary np_series_summary(np_series *sample)
{
	np_summary s = {.count = sample->count, .median = np_series_median(sample)};
	double sum = 0, squares = 0;
	for (int i = 0; i < s.count; i++)
		sum += sample->values[i];
	s.mean = sum / s.count; /* NAN when empty */
	for (int i = 0; i < s.count; i++)
		squares += (sample->values[i] - s.mean) * (sample->values[i] - s.mean);
	s.sd = s.count > 1 ? sqrt(squares / (s.count - 1)) : NAN;
	s.p10 = sorted_quantile(sample, 0.1);
	s.p90 = sorted_quantile(sample, 0.9);
	s.iqr = (sorted_quantile(sample, 0.75) - sorted_quantile(sample, 0.25)) / s.median;
	s.ci95 = s.count > 1 ? 1.96 * 1.253 * s.iqr / 1.349 / sqrt(s.count) : NAN;
	return s;
}
