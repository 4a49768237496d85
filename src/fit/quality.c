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

static double log_ratio(double predicted, double actual)
{
	return fabs((double)logl((long double)predicted / (long double)actual));
}

/* Sorted; NULL when memory is short. Rows whose number in turn is `left_out` of ten are passed over (-1: none). */
static double *sort_ratios(const double *predicted, const double *actual, int rows, int left_out, int *count)
{
	double *ratios = malloc(((size_t)rows + 1) * sizeof *ratios);
	*count = 0;
	for (int i = 0; ratios && i < rows; i++)
		if (i % 10 != left_out)
			ratios[(*count)++] = log_ratio(predicted[i], actual[i]);
	if (ratios)
		qsort(ratios, (size_t)*count, sizeof *ratios, compare);
	return ratios;
}

/* The order statistic that holds `level` of rows still to come; infinite when there are too few. */
static double bound_at(const double *sorted, int count, double level)
{
	int rank = (int)ceil((count + 1) * level - 1e-9);
	return rank <= count ? sorted[rank - 1] : INFINITY;
}

/* 0 for an infinite bound: unknown. */
static double factor_of(double bound)
{
	return isfinite(bound) ? (double)expl((long double)bound) : 0;
}

double np_quality_interval(const double *predicted, const double *actual, int rows, double level)
{
	int count;
	double *ratios = sort_ratios(predicted, actual, rows, -1, &count);
	double factor = ratios ? factor_of(bound_at(ratios, count, level)) : 0;
	free(ratios);
	return factor;
}

np_spread np_quality_spread(const double *predicted, const double *actual, int rows)
{
	np_spread spread = {{0}};
	int count;
	double *ratios = sort_ratios(predicted, actual, rows, -1, &count);
	for (int i = 0; ratios && i < NP_LEVELS; i++)
		spread.factor[i] = factor_of(bound_at(ratios, count, np_spread_level(i)));
	free(ratios);
	return spread;
}

double np_quality_coverage(const double *predicted, const double *actual, int rows, double level)
{
	int inside = 0;
	for (int part = 0; part < 10; part++) {
		int count;
		double *ratios = sort_ratios(predicted, actual, rows, part, &count);
		double bound = ratios ? bound_at(ratios, count, level) : INFINITY;
		free(ratios);
		if (!isfinite(bound))
			return 0;
		for (int i = part; i < rows; i += 10)
			inside += log_ratio(predicted[i], actual[i]) <= bound;
	}
	return rows ? (double)inside / rows : 0;
}
