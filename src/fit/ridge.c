/* See ridge.h. */
#include "fit/ridge.h"

#include "base/error.h"
#include "linalg/kernels.h"

#include <math.h>
#include <stdlib.h>

static bool allocate(np_ridge *ridge, int rows, double **weighted)
{
	size_t n = (size_t)ridge->count;
	ridge->gram = malloc(n * n * sizeof(double));
	ridge->product = malloc(n * sizeof(double));
	ridge->scale = malloc(n * sizeof(double));
	ridge->work = malloc(n * n * sizeof(double));
	*weighted = malloc(((size_t)rows + 1) * sizeof(double));
	return ridge->gram && ridge->product && ridge->scale && ridge->work && *weighted;
}

static void fill(np_ridge *ridge, const np_greedy *greedy, const double *weighted)
{
	const np_kernels *kernels = np_kernels_best();
	size_t rows = (size_t)greedy->rows, n = (size_t)ridge->count;
	for (size_t i = 0; i < n; i++) {
		const double *column = greedy->columns + i * rows;
		ridge->scale[i] = sqrt(kernels->dot(column, column, rows));
		ridge->product[i] = kernels->dot(column, weighted, rows) / ridge->scale[i];
		for (size_t j = 0; j <= i; j++)
			ridge->gram[i * n + j] =
			        kernels->dot(column, greedy->columns + j * rows, rows) / (ridge->scale[i] * ridge->scale[j]);
	}
}

np_status np_ridge_make(const np_greedy *greedy, const double *target, const double *root_weight, np_ridge *ridge,
                        np_error *err)
{
	double *weighted;
	*ridge = (np_ridge){.count = greedy->count};
	bool ok = allocate(ridge, greedy->rows, &weighted);
	for (int i = 0; ok && i < greedy->rows; i++)
		weighted[i] = target[i] * root_weight[i];
	if (ok)
		fill(ridge, greedy, weighted);
	free(weighted);
	return ok ? NP_OK : np_fail_memory(err);
}

void np_ridge_free(np_ridge *ridge)
{
	free(ridge->gram);
	free(ridge->product);
	free(ridge->scale);
	free(ridge->work);
	*ridge = (np_ridge){0};
}

/* Cholesky; the penalty keeps every pivot above 0. */
void np_ridge_solve(np_ridge *ridge, int terms, double penalty, double *b)
{
	int n = ridge->count;
	double *l = ridge->work;
	for (int i = 0; i < terms; i++) {
		double y = ridge->product[i];
		for (int j = 0; j <= i; j++) {
			double sum = ridge->gram[i * n + j] + (i == j ? penalty : 0);
			for (int k = 0; k < j; k++)
				sum -= l[i * n + k] * l[j * n + k];
			l[i * n + j] = j < i ? sum / l[j * n + j] : sqrt(fmax(sum, penalty));
		}
		for (int k = 0; k < i; k++)
			y -= l[i * n + k] * b[k];
		b[i] = y / l[i * n + i];
	}
	for (int i = terms - 1; i >= 0; i--) {
		for (int k = i + 1; k < terms; k++)
			b[i] -= l[k * n + i] * b[k];
		b[i] /= l[i * n + i];
	}
	for (int i = 0; i < terms; i++)
		b[i] /= ridge->scale[i];
}
