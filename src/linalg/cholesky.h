/*
 * The Cholesky factor of a growing and shrinking symmetric positive definite matrix: rows are appended and deleted in
 * O(k^2), and vectors of the form inverse(L) v are kept up to date along with it.
 */
#ifndef NP_LINALG_CHOLESKY_H
#define NP_LINALG_CHOLESKY_H

#include "linalg/kernels.h"

#include <stdbool.h>

enum { NP_CHOLESKY_CARRIED = 2 };

typedef struct np_cholesky {
	const np_kernels *kernels;
	size_t size, capacity, stride;
	double *columns;                      /* L by columns: L[i][j] lies at columns[j * stride + i] */
	double *carried[NP_CHOLESKY_CARRIED]; /* inverse(L) v, for vectors v that grow and shrink with the matrix */
	double *work;
} np_cholesky;

/* Room for matrices up to capacity x capacity; false without memory. np_cholesky_free() in any case. */
bool np_cholesky_init(np_cholesky *factor, size_t capacity);
void np_cholesky_free(np_cholesky *factor);
void np_cholesky_clear(np_cholesky *factor);

/*
 * Appends a row: `row` holds the `size` products with the earlier ones and `diagonal` its own; `carried` the new elements
 * of the carried vectors. When the new pivot's square is below `tolerance` (the row depends on the earlier ones) nothing
 * is appended, false is returned and `row` holds inverse(matrix) row: the combination that makes it. Otherwise `row` is
 * overwritten.
 */
bool np_cholesky_append(np_cholesky *factor, double *row, double diagonal, const double carried[NP_CHOLESKY_CARRIED],
                        double tolerance);

/* Deletes row and column `at`. */
void np_cholesky_delete(np_cholesky *factor, size_t at);

/* v <- inverse(L) v and v <- inverse(L') v */
void np_cholesky_solve_lower(const np_cholesky *factor, double *v);
void np_cholesky_solve_upper(const np_cholesky *factor, double *v);

#endif
