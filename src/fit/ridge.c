/* See ridge.h. */
#include "fit/ridge.h"

#include "base/error.h"
#include "linalg/kernels.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static bool allocate(np_ridge *ridge, int rows, double **weighted)
{
	size_t n = (size_t)ridge->count;
	size_t room = n * n + 2 * n; /* of both, which change places: reorder() */
	ridge->gram = malloc(room * sizeof(double));
	ridge->product = malloc(n * sizeof(double));
	ridge->scale = malloc(n * sizeof(double));
	ridge->order = malloc(n * sizeof(int));
	ridge->work = malloc(room * sizeof(double));
	*weighted = malloc(((size_t)rows + 1) * sizeof(double));
	return ridge->gram && ridge->product && ridge->scale && ridge->order && ridge->work && *weighted;
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

/* ---- the order of terms ---- */

enum { CONSTANT = 0 };
static const double SETTLING = 1e-6; /* ridge that makes the inverse exist */

/* The inverse of the symmetric positive definite `a` (n x n, destroyed), by Gauss-Jordan without pivoting. */
static void invert(double *a, size_t n, double *inverse)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			inverse[i * n + j] = i == j;
	for (size_t k = 0; k < n; k++) {
		double pivot = 1 / fmax(a[k * n + k], SETTLING / 2);
		for (size_t j = 0; j < n; j++)
			a[k * n + j] *= pivot, inverse[k * n + j] *= pivot;
		for (size_t i = 0; i < n; i++) {
			double factor = a[i * n + k];
			if (i == k || factor == 0)
				continue;
			np_kernels_best()->axpy(-factor, a + k * n, a + i * n, n);
			np_kernels_best()->axpy(-factor, inverse + k * n, inverse + i * n, n);
		}
	}
}

/* The term whose removal raises the error least. */
static int least_missed(const double *inverse, const double *b, const bool *gone, size_t n)
{
	int least = -1;
	double cost = INFINITY;
	for (size_t j = CONSTANT + 1; j < n; j++) {
		double here = b[j] * b[j] / inverse[j * n + j];
		if (!gone[j] && !(here >= cost))
			cost = here, least = (int)j;
	}
	return least;
}

static void remove_term(double *inverse, double *b, size_t n, size_t j)
{
	const double *row = inverse + j * n;
	double pivot = row[j], value = b[j];
	for (size_t i = 0; i < n; i++) {
		double factor = inverse[i * n + j] / pivot;
		if (i == j)
			continue;
		np_kernels_best()->axpy(-factor, row, inverse + i * n, n);
		b[i] -= factor * value;
	}
}

/* Fills ridge->order. */
static bool order_terms(np_ridge *ridge)
{
	size_t n = (size_t)ridge->count;
	double *inverse = malloc(n * n * sizeof *inverse), *b = calloc(n, sizeof *b);
	bool *gone = calloc(n, sizeof *gone), ok = inverse && b && gone;
	if (ok) {
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < n; j++)
				ridge->work[i * n + j] =
				        (i >= j ? ridge->gram[i * n + j] : ridge->gram[j * n + i]) + (i == j ? SETTLING : 0);
		invert(ridge->work, n, inverse);
		for (size_t i = 0; i < n; i++)
			b[i] = np_kernels_best()->dot(inverse + i * n, ridge->product, n);
		ridge->order[0] = CONSTANT;
		for (size_t left = n; --left > 0;) {
			int j = least_missed(inverse, b, gone, n);
			ridge->order[left] = j;
			gone[j] = true;
			remove_term(inverse, b, n, (size_t)j);
		}
	}
	free(inverse);
	free(b);
	free(gone);
	return ok;
}

/* Puts the Gram matrix, products and scales in order. */
static void reorder(np_ridge *ridge)
{
	size_t n = (size_t)ridge->count;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++) {
			size_t p = (size_t)ridge->order[i], q = (size_t)ridge->order[j];
			ridge->work[i * n + j] = p >= q ? ridge->gram[p * n + q] : ridge->gram[q * n + p];
		}
	double *old = ridge->gram;
	ridge->gram = ridge->work;
	ridge->work = old;
	for (size_t i = 0; i < n; i++)
		ridge->work[i] = ridge->product[ridge->order[i]], ridge->work[n + i] = ridge->scale[ridge->order[i]];
	for (size_t i = 0; i < n; i++)
		ridge->product[i] = ridge->work[i], ridge->scale[i] = ridge->work[n + i];
}

np_status np_ridge_make(const np_greedy *greedy, const double *target, const double *root_weight, np_ridge *ridge,
                        np_error *err)
{
	double *weighted;
	*ridge = (np_ridge){.count = greedy->count};
	bool ok = allocate(ridge, greedy->rows, &weighted);
	for (int i = 0; ok && i < greedy->rows; i++)
		weighted[i] = target[i] * root_weight[i];
	if (ok) {
		fill(ridge, greedy, weighted);
		ok = order_terms(ridge);
	}
	if (ok)
		reorder(ridge);
	free(weighted);
	return ok ? NP_OK : np_fail_memory(err);
}

void np_ridge_free(np_ridge *ridge)
{
	free(ridge->gram);
	free(ridge->product);
	free(ridge->scale);
	free(ridge->order);
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
