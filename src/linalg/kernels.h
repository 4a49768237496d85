/*
 * The few dense kernels that fitting needs: dot products, sums of rows, and Gram matrices.
 *
 * Not BLAS, on purpose: a fitted platform file must be the same to the last byte on every machine, and BLAS libraries
 * choose their order of summation by the processor; nor should a program that only predicts load one. Here the order
 * of every sum is fixed by the source, multiplication and addition are rounded separately, and the instruction set only
 * decides how many of these independent operations are done at a time.
 */
#ifndef NP_LINALG_KERNELS_H
#define NP_LINALG_KERNELS_H

#include <stddef.h>

enum {
	NP_PANEL = 8,       /* columns of a panel */
	NP_BLOCK_ROWS = 64, /* rows of a block: its sums are formed apart, then added, which also bounds rounding */
};

/* Rounded up to whole panels. */
static inline size_t np_padded(size_t columns)
{
	return (columns + NP_PANEL - 1) / NP_PANEL * NP_PANEL;
}

/* Doubles in a packed lower triangle, and where its row i starts. */
static inline size_t np_triangle(size_t n)
{
	return n * (n + 1) / 2;
}

/* One instruction set's versions. All give the same bits. */
typedef struct np_kernels {
	const char *name;
	/* sum of a[i] * b[i], in 16 interleaved partial sums */
	double (*dot)(const double *a, const double *b, size_t n);
	/* y[i] += a * x[i] */
	void (*axpy)(double a, const double *x, double *y, size_t n);
	/* y[i] -= sum over r < rows of a[r] * x[r * stride + i], added in the order of r */
	void (*subtract_rows)(const double *a, const double *x, size_t stride, size_t rows, double *y, size_t n);
	/* a Givens rotation that moves its second vector down by one: (x[i], y[i - 1]) <- (c x[i] + s y[i], c y[i] - s x[i]) */
	void (*rotate)(double c, double s, double *x, double *y, size_t n);
	/*
	 * triangle += X'X for a block of `rows` <= NP_BLOCK_ROWS rows and `columns` columns, stored in panels: the value of
	 * row r, column j lies at block[(j / 8 * NP_BLOCK_ROWS + r) * 8 + j % 8]; columns beyond the last are zero.
	 * `triangle` is the packed lower triangle by rows.
	 */
	void (*gram)(const double *block, size_t rows, size_t columns, double *triangle);
} np_kernels;

/* The fastest versions this processor runs. */
const np_kernels *np_kernels_best(void);

/* All versions that this processor runs, by index, for comparison; NULL past the last. */
const np_kernels *np_kernels_at(int index);

#endif
