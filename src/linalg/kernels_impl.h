/*
 * The kernels for one width of vectors: included once per instruction set by kernels.c, with
 *   NP_LANES   doubles per vector (divides 8)
 *   NP_TARGET  the function attribute that allows the instruction set
 *   NP_NAME(f) the function's name
 * Every loop works element by element or on the same 16 partial sums whatever NP_LANES is, so the bits cannot differ.
 */
#ifndef NP_LANES
#error "kernels.c includes this file"
#else

#define NP_VECTOR NP_NAME(vector)
#define NP_LOAD(p) (*(const NP_VECTOR *)(const void *)(p))
#define NP_STORE(p) (*(NP_VECTOR *)(void *)(p))

typedef double NP_VECTOR __attribute__((vector_size(NP_LANES * sizeof(double)), aligned(sizeof(double)), may_alias));

NP_TARGET static double NP_NAME(dot)(const double *a, const double *b, size_t n)
{
	enum { SUMS = 16 / NP_LANES };
	NP_VECTOR sum[SUMS] = {0};
	size_t i = 0;
	for (; i + 16 <= n; i += 16) {
		NP_UNROLL
		for (int v = 0; v < SUMS; v++)
			sum[v] += NP_LOAD(a + i + v * NP_LANES) * NP_LOAD(b + i + v * NP_LANES);
	}
	double lane[16];
	NP_UNROLL
	for (int v = 0; v < SUMS; v++)
		NP_STORE(lane + v * NP_LANES) = sum[v];
	for (int k = 0; i < n; i++, k++)
		lane[k] += a[i] * b[i];
	for (int half = 8; half; half /= 2)
		for (int k = 0; k < half; k++)
			lane[k] += lane[k + half];
	return lane[0];
}

NP_TARGET static void NP_NAME(axpy)(double a, const double *x, double *y, size_t n)
{
	size_t i = 0;
	for (; i + NP_LANES <= n; i += NP_LANES)
		NP_STORE(y + i) += a * NP_LOAD(x + i);
	for (; i < n; i++)
		y[i] += a * x[i];
}

NP_TARGET static void NP_NAME(subtract_rows)(const double *a, const double *x, size_t stride, size_t rows, double *y, size_t n)
{
	enum { SUMS = 8 };
	size_t i = 0;
	for (; i + SUMS * NP_LANES <= n; i += SUMS * NP_LANES) {
		NP_VECTOR sum[SUMS];
		NP_UNROLL
		for (int v = 0; v < SUMS; v++)
			sum[v] = NP_LOAD(y + i + v * NP_LANES);
		for (size_t r = 0; r < rows; r++) {
			NP_UNROLL
			for (int v = 0; v < SUMS; v++)
				sum[v] -= a[r] * NP_LOAD(x + r * stride + i + v * NP_LANES);
		}
		NP_UNROLL
		for (int v = 0; v < SUMS; v++)
			NP_STORE(y + i + v * NP_LANES) = sum[v];
	}
	for (; i + NP_LANES <= n; i += NP_LANES) {
		NP_VECTOR sum = NP_LOAD(y + i);
		for (size_t r = 0; r < rows; r++)
			sum -= a[r] * NP_LOAD(x + r * stride + i);
		NP_STORE(y + i) = sum;
	}
	for (; i < n; i++)
		for (size_t r = 0; r < rows; r++)
			y[i] -= a[r] * x[r * stride + i];
}

NP_TARGET static void NP_NAME(rotate)(double c, double s, double *x, double *y, size_t n)
{
	size_t i = 0;
	for (; i + NP_LANES <= n; i += NP_LANES) {
		NP_VECTOR u = NP_LOAD(x + i), v = NP_LOAD(y + i);
		NP_STORE(x + i) = c * u + s * v;
		NP_STORE(y + i - 1) = c * v - s * u;
	}
	for (; i < n; i++) {
		double u = x[i], v = y[i];
		x[i] = c * u + s * v;
		*(y + i - 1) = c * v - s * u;
	}
}

/* NP_LANES rows of a tile: sums over the block of a[.., i] * b[.., 0..8), for NP_LANES values of i. */
NP_TARGET static void NP_NAME(tile)(const double *a, const double *b, size_t rows, double tile[NP_LANES][NP_PANEL])
{
	enum { SUMS = NP_PANEL / NP_LANES };
	NP_VECTOR sum[NP_LANES][SUMS] = {{{0}}};
	for (size_t r = 0; r < rows; r++) {
		NP_VECTOR right[SUMS];
		NP_UNROLL
		for (int v = 0; v < SUMS; v++)
			right[v] = NP_LOAD(b + r * NP_PANEL + v * NP_LANES);
		NP_UNROLL
		for (int i = 0; i < NP_LANES; i++) {
			NP_UNROLL
			for (int v = 0; v < SUMS; v++)
				sum[i][v] += a[r * NP_PANEL + i] * right[v];
		}
	}
	NP_UNROLL
	for (int i = 0; i < NP_LANES; i++) {
		NP_UNROLL
		for (int v = 0; v < SUMS; v++)
			NP_STORE(&tile[i][v * NP_LANES]) = sum[i][v];
	}
}

NP_TARGET static void NP_NAME(gram)(const double *block, size_t rows, size_t columns, double *triangle)
{
	const size_t panel = (size_t)NP_BLOCK_ROWS * NP_PANEL;
	double tile[NP_LANES][NP_PANEL];
	for (size_t i = 0; i < columns; i += NP_LANES)
		for (size_t j = 0; j <= i; j += NP_PANEL) {
			NP_NAME(tile)(block + i / NP_PANEL * panel + i % NP_PANEL, block + j / NP_PANEL * panel, rows, tile);
			for (size_t r = 0; r < NP_LANES && i + r < columns; r++) {
				double *row = triangle + np_triangle(i + r) + j;
				size_t width = i + r + 1 - j < NP_PANEL ? i + r + 1 - j : NP_PANEL;
				for (size_t c = 0; c < width; c++)
					row[c] += tile[r][c];
			}
		}
}

static const np_kernels NP_NAME(kernels) = {NP_STRING(NP_NAME(kernels)), NP_NAME(dot),    NP_NAME(axpy),
                                            NP_NAME(subtract_rows),      NP_NAME(rotate), NP_NAME(gram)};

#undef NP_VECTOR
#undef NP_LOAD
#undef NP_STORE
#undef NP_LANES
#undef NP_TARGET
#undef NP_NAME
#endif
