/* The kernels against sums in extended precision, against each other, and the updated factor against a fresh one. */
#include "test_support.h"

#include "linalg/cholesky.h"

#include <math.h>

/* Numbers in (-1, 1) from a linear congruence. */
static double next_number(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (double)(int64_t)(*state >> 11) / (double)(1ll << 52) - 1;
}

static void fill(double *values, size_t count, uint64_t seed)
{
	for (size_t i = 0; i < count; i++)
		values[i] = next_number(&seed);
}

static void dot_is_exact_enough(void **state)
{
	(void)state;
	double a[200], b[200];
	fill(a, 200, 1);
	fill(b, 200, 2);
	for (size_t n = 0; n <= 200; n++) {
		long double sum = 0;
		for (size_t i = 0; i < n; i++)
			sum += (long double)a[i] * b[i];
		assert_true(fabsl(np_kernels_best()->dot(a, b, n) - sum) < 1e-14L);
	}
}

static void block_gram(const np_kernels *kernels, const double *block, size_t rows, size_t columns, double *triangle)
{
	memset(triangle, 0, np_triangle(columns) * sizeof *triangle);
	kernels->gram(block, rows, columns, triangle);
}

static void gram_is_the_product(void **state)
{
	(void)state;
	enum { COLUMNS = 21, PADDED = 24 };
	static double block[NP_BLOCK_ROWS * PADDED], triangle[COLUMNS * (COLUMNS + 1) / 2];
	fill(block, sizeof block / sizeof *block, 3);
	for (size_t rows = 1; rows <= NP_BLOCK_ROWS; rows += 21) {
		block_gram(np_kernels_best(), block, rows, COLUMNS, triangle);
		for (size_t i = 0; i < COLUMNS; i++)
			for (size_t j = 0; j <= i; j++) {
				long double sum = 0;
				for (size_t r = 0; r < rows; r++)
					sum += (long double)block[(i / 8 * NP_BLOCK_ROWS + r) * 8 + i % 8] *
					       block[(j / 8 * NP_BLOCK_ROWS + r) * 8 + j % 8];
				assert_true(fabsl(triangle[np_triangle(i) + j] - sum) < 1e-13L);
			}
	}
}

/* Every instruction set gives the same bits. */
static void versions_agree(void **state)
{
	(void)state;
	enum { N = 203, COLUMNS = 93, PADDED = 96 };
	static double a[N], b[N], rows[9 * N], block[NP_BLOCK_ROWS * PADDED];
	static double first_gram[COLUMNS * (COLUMNS + 1) / 2], gram[COLUMNS * (COLUMNS + 1) / 2];
	double x[2][N], y[2][N + 1], z[2][N], w[2][N];
	fill(a, N, 4);
	fill(b, N, 5);
	fill(rows, sizeof rows / sizeof *rows, 6);
	fill(block, sizeof block / sizeof *block, 7);
	double first_dot = 0;
	for (int v = 0; np_kernels_at(v); v++) {
		const np_kernels *kernels = np_kernels_at(v);
		print_message("%s\n", kernels->name);
		int to = v > 0;
		memcpy(x[to], a, sizeof a);
		memcpy(y[to] + 1, b, sizeof b);
		memcpy(z[to], a, sizeof a);
		memcpy(w[to], a, sizeof a);
		y[to][0] = 0;
		double dot = kernels->dot(a, b, N);
		kernels->rotate(0.6, 0.8, x[to], y[to] + 1, N);
		kernels->axpy(0.1, b, z[to], N);
		kernels->subtract_rows(b, rows, N, 9, w[to], N);
		block_gram(kernels, block, NP_BLOCK_ROWS - 1, COLUMNS, to ? gram : first_gram);
		if (!to) {
			first_dot = dot;
			continue;
		}
		assert_memory_equal(&dot, &first_dot, sizeof dot);
		assert_memory_equal(x[0], x[1], sizeof x[0]);
		assert_memory_equal(y[0], y[1], sizeof y[0] - sizeof(double));
		assert_memory_equal(z[0], z[1], sizeof z[0]);
		assert_memory_equal(w[0], w[1], sizeof w[0]);
		assert_memory_equal(gram, first_gram, sizeof gram);
	}
}

enum { SIZE = 40, SAMPLES = 60 };

/* A positive definite matrix: X'X of random X. */
static void make_matrix(double matrix[SIZE][SIZE])
{
	double x[SAMPLES][SIZE];
	fill(&x[0][0], (size_t)SAMPLES * SIZE, 8);
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			matrix[i][j] = 0;
			for (int r = 0; r < SAMPLES; r++)
				matrix[i][j] += x[r][i] * x[r][j];
		}
}

static bool append(np_cholesky *factor, double matrix[SIZE][SIZE], const int *members, int candidate)
{
	double row[SIZE];
	for (size_t i = 0; i < factor->size; i++)
		row[i] = matrix[candidate][members[i]];
	const double carried[NP_CHOLESKY_CARRIED] = {candidate + 1.0, 1 - 2.0 * (candidate % 2)};
	return np_cholesky_append(factor, row, matrix[candidate][candidate], carried, 1e-9);
}

static void expect_solution(const np_cholesky *factor, double matrix[SIZE][SIZE], const int *members)
{
	double carried[SIZE], solved[SIZE];
	size_t k = factor->size;
	for (size_t i = 0; i < k; i++)
		solved[i] = members[i] + 1.0;
	memcpy(carried, factor->carried[0], k * sizeof(double));
	np_cholesky_solve_lower(factor, solved);
	for (size_t i = 0; i < k; i++)
		assert_true(fabs(solved[i] - carried[i]) < 1e-10);
	np_cholesky_solve_upper(factor, solved);
	for (size_t i = 0; i < k; i++) {
		double product = 0;
		for (size_t j = 0; j < k; j++)
			product += matrix[members[i]][members[j]] * solved[j];
		assert_true(fabs(product - (members[i] + 1.0)) < 1e-9);
	}
}

static void factor_grows_and_shrinks(void **state)
{
	(void)state;
	static double matrix[SIZE][SIZE];
	make_matrix(matrix);
	np_cholesky factor;
	assert_true(np_cholesky_init(&factor, SIZE));
	int members[SIZE], used[SIZE] = {0};
	uint64_t seed = 9;
	for (int event = 0; event < 500; event++) {
		int candidate = (int)((next_number(&seed) + 1) * SIZE / 2);
		if (!used[candidate]) {
			assert_true(append(&factor, matrix, members, candidate));
			members[factor.size - 1] = candidate;
			used[candidate] = 1;
		} else {
			int at = 0;
			while (members[at] != candidate)
				at++;
			np_cholesky_delete(&factor, (size_t)at);
			memmove(members + at, members + at + 1, (factor.size - (size_t)at) * sizeof *members);
			used[candidate] = 0;
		}
		expect_solution(&factor, matrix, members);
	}
	np_cholesky_free(&factor);
}

/* A row that is a combination of the earlier ones is refused, and the combination is returned. */
static void dependent_row_is_refused(void **state)
{
	(void)state;
	static double matrix[SIZE][SIZE];
	make_matrix(matrix);
	np_cholesky factor;
	assert_true(np_cholesky_init(&factor, 5));
	const int members[] = {0, 1, 2};
	for (int i = 0; i < 3; i++)
		assert_true(append(&factor, matrix, members, i));
	/* v = 2 x0 - 3 x2 */
	double row[3], diagonal = 4 * matrix[0][0] - 12 * matrix[0][2] + 9 * matrix[2][2];
	for (int i = 0; i < 3; i++)
		row[i] = 2 * matrix[i][0] - 3 * matrix[i][2];
	assert_false(np_cholesky_append(&factor, row, diagonal, (const double[2]){0, 0}, 1e-9));
	assert_int_equal(factor.size, 3);
	assert_true(fabs(row[0] - 2) < 1e-12 && fabs(row[1]) < 1e-12 && fabs(row[2] + 3) < 1e-12);
	np_cholesky_free(&factor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(dot_is_exact_enough),      cmocka_unit_test(gram_is_the_product),
	        cmocka_unit_test(versions_agree),           cmocka_unit_test(factor_grows_and_shrinks),
	        cmocka_unit_test(dependent_row_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
