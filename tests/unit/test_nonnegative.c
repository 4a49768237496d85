/* Coefficients >= 0 by their optimality conditions, with the errors worked out from the rows. */
#include "test_support.h"

#include "fit/nonnegative.h"

#include <math.h>

enum { ROWS = 40, SIZE = 12 };

static uint64_t state_of_numbers;

static double uniform(void)
{
	state_of_numbers = state_of_numbers * 6364136223846793005u + 1442695040888963407u;
	return (double)(state_of_numbers >> 11) / (double)(1ull << 53);
}

typedef struct rows {
	double x[SIZE][ROWS], y[ROWS]; /* columns of length 1 or 0 */
	double gram[SIZE * SIZE], product[SIZE];
	np_nonnegative problem;
} rows;

static double dot(const double *a, const double *b)
{
	double sum = 0;
	for (int i = 0; i < ROWS; i++)
		sum += a[i] * b[i];
	return sum;
}

static void form_problem(rows *r)
{
	for (int j = 0; j < SIZE; j++) {
		r->product[j] = dot(r->x[j], r->y);
		for (int k = 0; k < SIZE; k++)
			r->gram[j * SIZE + k] = dot(r->x[j], r->x[k]);
	}
	r->problem = (np_nonnegative){.size = SIZE, .gram = r->gram, .product = r->product, .total = dot(r->y, r->y)};
}

/*
 * Correlated columns; the last is zero, the one before a copy, the one before that nearly a sum of two that matter: it
 * looks best at first, and must leave when both are there.
 */
static void random_rows(rows *r)
{
	for (int i = 0; i < ROWS; i++) {
		for (int j = 0; j < SIZE; j++)
			r->x[j][i] = uniform() + (j % 2 ? 0.5 : -0.5) * uniform();
		r->x[SIZE - 3][i] = r->x[0][i] + r->x[1][i] + 0.2 * uniform();
		r->x[SIZE - 2][i] = r->x[2][i];
		r->x[SIZE - 1][i] = 0;
		r->y[i] = 2 * r->x[0][i] + r->x[1][i] + 0.5 * r->x[3][i] - r->x[4][i] + 0.4 * r->x[5][i] + 0.5 * uniform();
	}
	for (int j = 0; j < SIZE - 1; j++) {
		double length = sqrt(dot(r->x[j], r->x[j]));
		for (int i = 0; i < ROWS; i++)
			r->x[j][i] /= length;
	}
	form_problem(r);
}

static void find_rest(const rows *r, const np_support *s, double *rest)
{
	memcpy(rest, r->y, sizeof r->y);
	for (int i = 0; i < s->count; i++)
		for (int row = 0; row < ROWS; row++)
			rest[row] -= s->value[i] * r->x[s->column[i]][row];
}

static bool contains(const np_support *s, int column)
{
	for (int i = 0; i < s->count; i++)
		if (s->column[i] == column)
			return true;
	return false;
}

/* Slopes are zero where a coefficient is not; with `all`, no column outside would help either. The loss is that of the rows. */
static void expect_optimum(const rows *r, const np_support *s, bool all)
{
	double rest[ROWS];
	find_rest(r, s, rest);
	assert_true(fabs(s->loss - dot(rest, rest)) < 1e-9);
	for (int i = 0; i < s->count; i++)
		assert_true(s->value[i] > 0);
	for (int j = 0; j < SIZE; j++) {
		double slope = dot(r->x[j], rest);
		assert_true(contains(s, j) ? fabs(slope) < 1e-9 : !all || slope < 1e-9);
	}
}

static void solution_is_optimal(void **state)
{
	(void)state;
	state_of_numbers = 1;
	for (int trial = 0; trial < 100; trial++) {
		rows r;
		np_support s;
		random_rows(&r);
		np_nonnegative_solve(&r.problem, &s);
		expect_optimum(&r, &s, true);
	}
}

/* The loss stays under the slack where many terms are allowed, and as few remain as are allowed where the slack is small. */
static void pruning_keeps_its_bounds(void **state)
{
	(void)state;
	state_of_numbers = 2;
	int pruned = 0;
	for (int trial = 0; trial < 100; trial++) {
		rows r;
		np_support s;
		random_rows(&r);
		np_nonnegative_solve(&r.problem, &s);
		np_support roomy = s, tight = s;
		np_nonnegative_prune(&r.problem, SIZE, 1.1, &roomy);
		assert_true(roomy.loss <= 1.1 * s.loss && roomy.count <= s.count);
		expect_optimum(&r, &roomy, false);
		pruned += roomy.count < s.count;
		np_nonnegative_prune(&r.problem, 3, 1, &tight);
		assert_true(tight.count <= 3 && tight.count >= (s.count < 2 ? s.count : 2));
		expect_optimum(&r, &tight, false);
		np_nonnegative_prune(&r.problem, 0, 1e9, &tight);
		assert_true(tight.count >= (s.count < 2 ? s.count : 2));
	}
	assert_true(pruned > 50);
}

/* Two columns and a little noise: whatever else helps a little goes. */
static void planted_columns_remain(void **state)
{
	(void)state;
	state_of_numbers = 3;
	for (int trial = 0; trial < 20; trial++) {
		rows r;
		np_support s;
		random_rows(&r);
		for (int i = 0; i < ROWS; i++)
			r.y[i] = 2 * r.x[0][i] + 3 * r.x[1][i] + 0.001 * (uniform() - 0.5);
		form_problem(&r);
		np_nonnegative_solve(&r.problem, &s);
		np_nonnegative_prune(&r.problem, SIZE, 2, &s);
		assert_int_equal(s.count, 2);
		assert_true(contains(&s, 0) && contains(&s, 1));
		for (int i = 0; i < 2; i++)
			assert_true(fabs(s.value[i] - (s.column[i] == 0 ? 2 : 3)) < 0.01);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(solution_is_optimal),
	        cmocka_unit_test(pruning_keeps_its_bounds),
	        cmocka_unit_test(planted_columns_remain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
