/* See cholesky.h. L lies by columns, so that solves and Givens rotations run along memory. */
#include "linalg/cholesky.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool np_cholesky_init(np_cholesky *factor, size_t capacity)
{
	*factor = (np_cholesky){.kernels = np_kernels_best(), .capacity = capacity};
	factor->stride = np_padded(capacity + 1);
	if (factor->stride % 64 == 0)
		factor->stride += NP_PANEL; /* columns that lie a power of two apart would evict each other from the cache */
	factor->columns = calloc(factor->stride * (capacity + 1), sizeof(double));
	factor->work = calloc(capacity + 1, sizeof(double));
	bool ok = factor->columns && factor->work;
	for (int i = 0; i < NP_CHOLESKY_CARRIED; i++) {
		factor->carried[i] = calloc(capacity + 1, sizeof(double));
		ok = ok && factor->carried[i];
	}
	return ok;
}

void np_cholesky_free(np_cholesky *factor)
{
	free(factor->columns);
	free(factor->work);
	for (int i = 0; i < NP_CHOLESKY_CARRIED; i++)
		free(factor->carried[i]);
	*factor = (np_cholesky){0};
}

void np_cholesky_clear(np_cholesky *factor)
{
	factor->size = 0;
}

void np_cholesky_solve_lower(const np_cholesky *factor, double *v)
{
	for (size_t j = 0; j < factor->size; j++) {
		const double *column = factor->columns + j * factor->stride;
		v[j] /= column[j];
		factor->kernels->axpy(-v[j], column + j + 1, v + j + 1, factor->size - j - 1);
	}
}

void np_cholesky_solve_upper(const np_cholesky *factor, double *v)
{
	for (size_t j = factor->size; j-- > 0;) {
		const double *column = factor->columns + j * factor->stride;
		v[j] = (v[j] - factor->kernels->dot(column + j + 1, v + j + 1, factor->size - j - 1)) / column[j];
	}
}

bool np_cholesky_append(np_cholesky *factor, double *row, double diagonal, const double carried[NP_CHOLESKY_CARRIED],
                        double tolerance)
{
	size_t k = factor->size;
	np_cholesky_solve_lower(factor, row);
	double pivot = diagonal - factor->kernels->dot(row, row, k);
	if (!(pivot > tolerance)) {
		np_cholesky_solve_upper(factor, row);
		return false;
	}
	for (size_t j = 0; j < k; j++)
		factor->columns[j * factor->stride + k] = row[j];
	double root = sqrt(pivot);
	factor->columns[k * factor->stride + k] = root;
	for (int i = 0; i < NP_CHOLESKY_CARRIED; i++)
		factor->carried[i][k] = (carried[i] - factor->kernels->dot(row, factor->carried[i], k)) / root;
	factor->size++;
	return true;
}

/*
 * Without row `at` the factor has one element above its diagonal in every later column pair; a rotation of columns j and
 * j + 1 removes it, and turns the carried vectors the same way.
 */
void np_cholesky_delete(np_cholesky *factor, size_t at)
{
	size_t k = factor->size, stride = factor->stride;
	for (size_t j = 0; j <= at; j++) {
		double *column = factor->columns + j * stride;
		memmove(column + at, column + at + 1, (k - at - 1) * sizeof(double));
	}
	/* Columns after `at` keep their place; their rows are one lower from here on: element i of the new matrix is i + 1. */
	double *left = factor->columns + at * stride;
	for (size_t j = at; j + 1 < k; j++) {
		double *right = factor->columns + (j + 1) * stride;
		double u = left[j], v = right[j + 1], r = sqrt(u * u + v * v);
		double c = u / r, s = v / r;
		left[j] = r;
		size_t below = k - j - 2;
		factor->kernels->rotate(c, s, left + j + 1, right + j + 2, below);
		for (int i = 0; i < NP_CHOLESKY_CARRIED; i++) {
			double *w = factor->carried[i], x = w[j], y = w[j + 1];
			w[j] = c * x + s * y;
			w[j + 1] = c * y - s * x;
		}
		left = right;
	}
	factor->size--;
}
