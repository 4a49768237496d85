/* Measures of accuracy. */
#include <neuralpower/evaluate.h>

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof *values, compare);
	int middle = count / 2;
	return count % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

np_status np_accuracy_of(const double *predicted, const double *actual, int rows, np_accuracy *accuracy, np_error *err)
{
	*accuracy = (np_accuracy){.rows = rows};
	if (rows < 1)
		return NP_OK;
	double *errors = malloc((size_t)rows * sizeof *errors);
	if (!errors)
		return np_fail_memory(err);
	double squares = 0, relative_squares = 0, sum = 0;
	int within = 0;
	for (int i = 0; i < rows; i++) {
		double difference = predicted[i] - actual[i];
		errors[i] = fabs(difference / actual[i]);
		squares += difference * difference;
		relative_squares += errors[i] * errors[i];
		sum += errors[i];
		within += errors[i] <= 0.1;
	}
	accuracy->rmspe = sqrt(relative_squares / rows);
	accuracy->rmse = sqrt(squares / rows);
	accuracy->mape = sum / rows;
	accuracy->within_10pct = (double)within / rows;
	accuracy->median_ape = median(errors, rows);
	free(errors);
	return NP_OK;
}
