/* Errors and intervals. Logarithms and exponentials in extended precision: the same on every processor. */
#include "fit/quality.h"

#include <math.h>
#include <stdlib.h>

np_errors np_quality(const double *predicted, const double *actual, int rows)
{
	double squared_relative = 0, squared = 0, relative = 0;
	for (int i = 0; i < rows; i++) {
		double error = predicted[i] - actual[i], ratio = error / actual[i];
		squared += error * error;
		squared_relative += ratio * ratio;
		relative += fabs(ratio);
	}
	return (np_errors){.rmspe = sqrt(squared_relative / rows), .rmse = sqrt(squared / rows), .mape = relative / rows};
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double np_quality_quantile(double *values, int count, double q)
{
	qsort(values, (size_t)count, sizeof *values, compare);
	double at = q * (count - 1);
	int below = (int)at;
	if (below + 1 >= count)
		return values[count - 1];
	return values[below] + (at - below) * (values[below + 1] - values[below]);
}

double np_quality_interval(const double *predicted, const double *actual, int rows, double level)
{
	int rank = (int)ceil((rows + 1) * level);
	double *ratios = malloc((size_t)rows * sizeof *ratios);
	if (!ratios || rank > rows) {
		free(ratios);
		return 0;
	}
	for (int i = 0; i < rows; i++)
		ratios[i] = fabs((double)logl((long double)predicted[i] / (long double)actual[i]));
	qsort(ratios, (size_t)rows, sizeof *ratios, compare);
	double factor = (double)expl((long double)ratios[rank - 1]);
	free(ratios);
	return factor;
}
