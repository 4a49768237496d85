/*
 * The Lasso solver by its own truths: duality gaps in extended precision, brute force, invariances, and the curves of an
 * independent program.
 */
#include "test_support.h"

#include "fit/certificate.h"
#include "fit/folds.h"
#include "fit/lasso.h"
#include "fit/path.h"
#include "linalg/kernels.h"

#include <math.h>

enum { MOST_ROWS = 240, MOST_COLUMNS = 1000 };

typedef struct problem {
	int rows, columns;
	double x[MOST_ROWS][MOST_COLUMNS];
	double y[MOST_ROWS], weight[MOST_ROWS];
	int fold[MOST_ROWS];
	np_design design;
	np_moments moments;
} problem;

static void fill_rows(void *context, const int *rows, int count, double *values, size_t stride)
{
	const problem *p = context;
	for (int r = 0; r < count; r++)
		memcpy(values + (size_t)r * stride, p->x[rows[r]], (size_t)p->columns * sizeof(double));
}

static uint64_t state_of_numbers;

static double uniform(void)
{
	state_of_numbers = state_of_numbers * 6364136223846793005u + 1442695040888963407u;
	return (double)(state_of_numbers >> 11) / (double)(1ull << 53);
}

static double normal(void)
{
	double sum = -6;
	for (int i = 0; i < 12; i++)
		sum += uniform();
	return sum;
}

static int one_of(const int *choices, int count)
{
	return choices[(int)(uniform() * count)];
}

static problem *begin(int rows, int columns)
{
	problem *p = test_calloc(1, sizeof *p);
	p->rows = rows;
	p->columns = columns;
	assert_true(np_folds_deal(rows, 10, 1, NULL, p->fold));
	return p;
}

static np_lasso *fit(problem *p, bool folds, const np_lasso_options *options)
{
	np_error err = {0};
	np_lasso *lasso;
	p->design = (np_design){.rows = p->rows,
	                        .columns = p->columns,
	                        .fill = fill_rows,
	                        .context = p,
	                        .target = p->y,
	                        .weight = p->design.weight,
	                        .fold = folds ? p->fold : NULL,
	                        .folds = folds ? 10 : 0,
	                        .through_origin = p->design.through_origin};
	assert_ok(np_moments_make(&p->design, 1, &p->moments, &err), &err);
	assert_ok(np_lasso_fit(&p->moments, NULL, 0, options, &lasso, &err), &err);
	return lasso;
}

static void finish(problem *p, np_lasso *lasso)
{
	np_lasso_free(lasso);
	np_moments_free(&p->moments);
}

static double predict(np_linear model, const double *x)
{
	double sum = model.intercept;
	for (int i = 0; i < model.terms; i++)
		sum += model.value[i] * x[model.column[i]];
	return sum;
}

/* ---- Problems --------------------------------------------------------------------------------------------------------- */

/* Layer sizes, their logarithms, and all products of two: collinear, and spanning many decades. */
static problem *layers(int rows)
{
	static const int batch[] = {1, 2, 4, 8, 16, 32, 64}, side[] = {7, 14, 28, 56, 112, 224}, kernel[] = {1, 3, 5, 7, 11};
	static const int channels[] = {3, 16, 32, 64, 96, 128, 256, 512, 1024};
	problem *p = begin(rows, 0);
	for (int r = 0; r < rows; r++) {
		double in = one_of(side, 6), c = one_of(channels, 9), k = one_of(channels + 1, 8), w = one_of(kernel, 5);
		double out = uniform() < 0.7 ? in : floor(in / 2);
		double size[7] = {one_of(batch, 7), out, out, w, c, k, in}, base[14], *x = p->x[r];
		int columns = 0;
		for (int i = 0; i < 7; i++) {
			base[i] = size[i];
			base[7 + i] = log2(size[i]);
		}
		for (int i = 0; i < 14; i++)
			x[columns++] = base[i];
		for (int i = 0; i < 14; i++)
			for (int j = i; j < 14; j++)
				x[columns++] = base[i] * base[j];
		x[columns++] = size[0] * out * out * w * w * c * k;
		x[columns++] = size[0] * out * out * k;
		x[columns++] = size[0] * in * in * c;
		p->columns = columns;
		p->y[r] = 0.1 + 1e-9 * x[columns - 3] * (1 + 0.2 * normal()) + 1e-7 * x[columns - 2] + 0.02 * uniform();
	}
	return p;
}

/* Random columns with duplicates, opposites, constants, sums, and one 1e12 times the others. */
static problem *degenerate(int rows)
{
	problem *p = begin(rows, 14);
	for (int r = 0; r < rows; r++) {
		double *x = p->x[r];
		for (int j = 0; j < 6; j++)
			x[j] = normal();
		x[6] = x[0];
		x[7] = -x[1];
		x[8] = 3;
		x[9] = 0;
		x[10] = x[0] + x[2];
		x[11] = x[2] - 2 * x[3] + x[4];
		x[12] = 1e12 * normal();
		x[13] = r == 0;
		p->y[r] = 1 + 2 * x[0] - x[2] + x[10] + 1e-12 * x[12] + 0.1 * normal() + 5 * x[13];
	}
	return p;
}

/* Many more columns than rows: sums of a few hidden ones, every fifth with a trace of its own, in units twelve decades apart.
 */
static problem *wide(int rows, int columns)
{
	problem *p = begin(rows, columns);
	for (int r = 0; r < rows; r++) {
		double *x = p->x[r], hidden[8];
		for (int i = 0; i < 8; i++)
			hidden[i] = normal();
		for (int j = 0; j < columns; j++) {
			double sum = hidden[j % 8] + hidden[j / 8 % 8] + 2 * hidden[j / 64 % 8];
			x[j] = pow(10, 12.0 * j / (columns - 1) - 6) * (5 + sum + (j % 5 ? 0 : 1e-5 * normal()));
		}
		p->y[r] = 2 + hidden[0] - 0.5 * hidden[3] + 0.3 * normal();
	}
	return p;
}

static problem *random_rows(int rows, int columns)
{
	problem *p = begin(rows, columns);
	for (int r = 0; r < rows; r++) {
		p->y[r] = normal();
		for (int j = 0; j < columns; j++)
			p->x[r][j] = normal() + (j ? 0.7 * p->x[r][j - 1] : 0);
		for (int j = 0; j < columns; j += 3)
			p->y[r] += p->x[r][j] * (j % 2 ? 1 : -0.5);
	}
	return p;
}

/* ---- The duality gap -------------------------------------------------------------------------------------------------- */

static long double column_mean(const problem *p, int j)
{
	long double sum = 0;
	for (int r = 0; r < p->rows; r++)
		sum += p->x[r][j];
	return sum / p->rows;
}

static long double column_deviation(const problem *p, int j, long double mean)
{
	long double sum = 0;
	for (int r = 0; r < p->rows; r++)
		sum += (p->x[r][j] - mean) * (p->x[r][j] - mean);
	return sqrtl(sum / p->rows);
}

/*
 * Primal: |e|^2 / 2n + lambda sum sd |b|, e = y - b0 - Xb, which the best intercept makes sum to zero. Dual, for u = s e
 * with |z_j' u| / n <= lambda for every standardised column: (|y|^2 - |y - u|^2) / 2n with centred y. The gap bounds how
 * far the primal is from its minimum.
 */
static long double relative_gap(const problem *p, np_linear model, double lambda, bool nonnegative)
{
	long double e[MOST_ROWS], y[MOST_ROWS], y_mean = 0, e_mean = 0, primal = 0, dual = 0, penalty = 0, largest = 0;
	int n = p->rows;
	for (int r = 0; r < n; r++) {
		e[r] = (long double)p->y[r] - model.intercept;
		for (int i = 0; i < model.terms; i++)
			e[r] -= (long double)model.value[i] * p->x[r][model.column[i]];
		y_mean += p->y[r] / (long double)n;
		e_mean += e[r] / n;
	}
	for (int i = 0; i < model.terms; i++) {
		assert_true(!nonnegative || model.value[i] >= 0);
		penalty += fabsl(model.value[i] * column_deviation(p, model.column[i], column_mean(p, model.column[i])));
	}
	for (int r = 0; r < n; r++) {
		primal += e[r] * e[r] / (2 * n);
		y[r] = p->y[r] - y_mean;
		e[r] -= e_mean;
	}
	primal += lambda * penalty;
	for (int j = 0; j < p->columns; j++) {
		long double mean = column_mean(p, j), deviation = column_deviation(p, j, mean), product = 0;
		if (deviation <= 1e-13L * fabsl(mean))
			continue;
		for (int r = 0; r < n; r++)
			product += (p->x[r][j] - mean) / deviation * e[r] / n;
		largest = fmaxl(largest, nonnegative ? product : fabsl(product));
	}
	long double shrink = largest > lambda ? lambda / largest : 1;
	for (int r = 0; r < n; r++)
		dual += (y[r] * y[r] - (y[r] - shrink * e[r]) * (y[r] - shrink * e[r])) / (2 * n);
	return primal > 0 ? (primal - dual) / primal : 0;
}

static void expect_exact(problem *p, bool nonnegative)
{
	np_lasso_options options = {.nonnegative = nonnegative};
	np_lasso *lasso = fit(p, true, &options);
	long double worst = 0;
	assert_int_equal(np_lasso_count(lasso), 100);
	assert_int_equal(np_lasso_model(lasso, 0).terms, 0);
	assert_true(np_lasso_model(lasso, 1).terms > 0);
	for (int l = 0; l < np_lasso_count(lasso); l++) {
		long double gap = relative_gap(p, np_lasso_model(lasso, l), np_lasso_lambda(lasso, l), nonnegative);
		worst = fmaxl(worst, fabsl(gap));
	}
	long double all = worst;
	for (int fold = -1; fold < 10; fold++) {
		double gap[100];
		assert_ok(np_lasso_certify(lasso, fold, gap, NULL), NULL);
		for (int l = 0; l < 100; l++)
			worst = fmaxl(worst, fabs(gap[l]));
	}
	print_message("%d x %d: worst relative gap %.1Le, with folds %.1Le, %lld changes\n", p->rows, p->columns, all, worst,
	              (long long)np_lasso_changes(lasso));
	assert_true(worst <= 1e-9L);
	assert_int_equal(np_lasso_unsettled(lasso), 0);
	finish(p, lasso);
}

static void gap_closes(void **state)
{
	(void)state;
	state_of_numbers = 1;
	for (int kind = 0; kind < 6; kind++)
		for (int nonnegative = 0; nonnegative < 2; nonnegative++) {
			problem *p = kind == 0   ? layers(240)
			             : kind == 1 ? layers(60) /* fewer rows than columns */
			             : kind == 2 ? degenerate(100)
			             : kind == 3 ? random_rows(200, 50)
			             : kind == 4 ? random_rows(30, 60)
			                         : wide(30, 1000);
			expect_exact(p, nonnegative);
			test_free(p);
		}
}

/* ---- Special cases ---------------------------------------------------------------------------------------------------- */

static void degenerate_columns_are_harmless(void **state)
{
	(void)state;
	state_of_numbers = 2;
	problem *p = degenerate(100);
	np_lasso *lasso = fit(p, true, NULL);
	for (int l = 0; l < 100; l++) {
		np_linear model = np_lasso_model(lasso, l);
		for (int i = 0; i < model.terms; i++)
			assert_true(model.column[i] != 8 && model.column[i] != 9);
	}
	/* With little penalty the rule that made the target is found, whichever of the equivalent columns carry it. */
	np_linear last = np_lasso_model(lasso, 99);
	for (int r = 0; r < p->rows; r++)
		assert_true(fabs(predict(last, p->x[r]) - p->y[r]) < 0.5);
	finish(p, lasso);
	test_free(p);
}

/* Multiplying a column by 2^40 divides its coefficient and changes nothing else, to the bit. */
static void units_do_not_matter(void **state)
{
	(void)state;
	state_of_numbers = 3;
	problem *p = random_rows(100, 20), *q = test_calloc(1, sizeof *q);
	*q = *p;
	for (int r = 0; r < q->rows; r++)
		q->x[r][4] *= 0x1p40;
	np_lasso *a = fit(p, true, NULL), *b = fit(q, true, NULL);
	for (int l = 0; l < 100; l++) {
		np_linear u = np_lasso_model(a, l), v = np_lasso_model(b, l);
		assert_int_equal(u.terms, v.terms);
		for (int i = 0; i < u.terms; i++)
			assert_true(u.value[i] == v.value[i] * (v.column[i] == 4 ? 0x1p40 : 1));
		assert_true(np_lasso_cv_mse(a, l) == np_lasso_cv_mse(b, l));
	}
	finish(p, a);
	finish(q, b);
	test_free(p);
	test_free(q);
}

/*
 * Two columns so alike that the factor would hold but one of them, whose gradients differ by more than the slack all the
 * same: the conditions are met all the same, instead of one replacing the other for ever.
 */
static void near_copies_do_not_take_turns(void **state)
{
	(void)state;
	static const double lambda[] = {1, 1e-2, 1e-4};
	for (double apart = 1e-16; apart < 1e-6; apart *= 1.5) {
		double gram[2 * NP_PANEL] = {1, 1 - apart, [NP_PANEL] = 1 - apart, 1};
		double product[NP_PANEL] = {1, 1}, spread[] = {1, 1};
		np_problem q = {.size = 2, .stride = NP_PANEL, .gram = gram, .product = product, .spread = spread, .rows = 9};
		np_path path;
		assert_ok(np_path_follow(&q, &(np_path_options){.lambda = lambda, .lambdas = 3}, &path, NULL), NULL);
		assert_int_equal(path.unsettled, 0);
		for (int l = 0; l < 3; l++) {
			double gradient[] = {1, 1};
			for (int i = path.start[l]; i < path.start[l + 1]; i++)
				for (int j = 0; j < 2; j++)
					gradient[j] -= path.value[i] * gram[j * NP_PANEL + path.column[i]];
			assert_true(fmax(gradient[0], gradient[1]) <= lambda[l] * (1 + 5e-10));
		}
		np_path_free(&path);
	}
}

static void constant_target_needs_no_terms(void **state)
{
	(void)state;
	state_of_numbers = 4;
	problem *p = random_rows(50, 5);
	for (int r = 0; r < p->rows; r++)
		p->y[r] = 0.1;
	np_lasso *lasso = fit(p, true, NULL);
	for (int l = 0; l < 100; l++) {
		np_linear model = np_lasso_model(lasso, l);
		assert_int_equal(model.terms, 0);
		assert_true(fabs(model.intercept - 0.1) < 1e-16);
	}
	assert_int_equal(np_lasso_best(lasso), 0);
	finish(p, lasso);
	test_free(p);
}

/* A row of weight 3 is three rows, a row of weight 0 none. */
static void weights_count_rows(void **state)
{
	(void)state;
	state_of_numbers = 5;
	problem *p = random_rows(60, 8), *q = test_calloc(1, sizeof *q);
	*q = *p;
	q->rows = 0;
	for (int r = 0; r < p->rows; r++) {
		p->weight[r] = r % 4;
		for (int copy = 0; copy < r % 4; copy++) {
			memcpy(q->x[q->rows], p->x[r], sizeof p->x[r]);
			q->fold[q->rows] = p->fold[r];
			q->y[q->rows++] = p->y[r];
		}
	}
	p->design.weight = p->weight;
	np_lasso *a = fit(p, true, NULL), *b = fit(q, true, NULL);
	for (int l = 0; l < 100; l++) {
		assert_true(fabs(np_lasso_cv_mse(a, l) - np_lasso_cv_mse(b, l)) < 1e-12);
		for (int r = 0; r < p->rows; r++)
			assert_true(fabs(predict(np_lasso_model(a, l), p->x[r]) - predict(np_lasso_model(b, l), p->x[r])) <
			            1e-10);
	}
	finish(p, a);
	finish(q, b);
	test_free(p);
	test_free(q);
}

/* The certificate holds for weights, a ridge, a part of the columns and fits through the origin too, and is no rubber stamp. */
static void variants_are_exact(void **state)
{
	(void)state;
	state_of_numbers = 11;
	problem *p = layers(150);
	int some[60];
	double gap[100];
	for (int i = 0; i < 60; i++)
		some[i] = 2 * i;
	for (int r = 0; r < p->rows; r++)
		p->weight[r] = 1 / (p->y[r] * p->y[r]);
	p->design.weight = p->weight;
	for (int variant = 0; variant < 8; variant++) {
		np_lasso_options options = {.ridge = variant & 1 ? 1e-3 : 0, .nonnegative = variant & 2};
		p->design.through_origin = variant & 4;
		np_lasso_free(fit(p, true, &options));
		np_lasso *lasso;
		assert_ok(np_lasso_fit(&p->moments, some, 60, &options, &lasso, NULL), NULL);
		for (int fold = -1; fold < 10; fold++) {
			assert_ok(np_lasso_certify(lasso, fold, gap, NULL), NULL);
			for (int l = 0; l < 100; l++)
				assert_true(fabs(gap[l]) <= 1e-9);
		}
		p->y[0] *= 1.01; /* the models are not the optimum of other rows */
		assert_ok(np_lasso_certify(lasso, -1, gap, NULL), NULL);
		assert_true(gap[90] > 1e-6);
		p->y[0] /= 1.01;
		finish(p, lasso);
	}
	test_free(p);
}

static void ridge_shrinks(void **state)
{
	(void)state;
	state_of_numbers = 6;
	problem *p = random_rows(100, 3);
	/* Two equal columns share a coefficient evenly under a ridge. */
	for (int r = 0; r < p->rows; r++)
		p->x[r][2] = p->x[r][0];
	np_lasso *lasso = fit(p, true, &(np_lasso_options){.ridge = 0.1});
	np_linear last = np_lasso_model(lasso, 99);
	assert_int_equal(last.terms, 3);
	assert_true(fabs(last.value[0] - last.value[2]) < 1e-9);
	finish(p, lasso);
	test_free(p);
}

/* ---- Brute force ------------------------------------------------------------------------------------------------------ */

/* Solves the k x k system by elimination with pivoting; false when singular. */
static bool eliminate(int k, double a[6][7])
{
	for (int i = 0; i < k; i++) {
		int best = i;
		for (int r = i; r < k; r++)
			if (fabs(a[r][i]) > fabs(a[best][i]))
				best = r;
		if (fabs(a[best][i]) < 1e-12)
			return false;
		for (int c = 0; c <= k; c++) {
			double kept = a[i][c];
			a[i][c] = a[best][c];
			a[best][c] = kept;
		}
		for (int r = 0; r < k; r++) {
			double factor = r == i ? 0 : a[r][i] / a[i][i];
			for (int c = i; c <= k; c++)
				a[r][c] -= factor * a[i][c];
		}
	}
	for (int i = 0; i < k; i++)
		a[i][k] /= a[i][i];
	return true;
}

/* The least value of b'Gb / 2 - b'c + lambda sum b over b >= 0, from every subset of columns. */
static double least_by_subsets(const np_problem *q, double lambda)
{
	double least = 0;
	for (int subset = 1; subset < 1 << q->size; subset++) {
		int member[6], k = 0;
		double a[6][7], value = 0;
		for (int j = 0; j < q->size; j++)
			if (subset >> j & 1)
				member[k++] = j;
		for (int i = 0; i < k; i++) {
			for (int j = 0; j < k; j++)
				a[i][j] = q->gram[(size_t)member[i] * q->stride + (size_t)member[j]];
			a[i][k] = q->product[member[i]] - lambda;
		}
		if (!eliminate(k, a))
			continue;
		bool feasible = true;
		for (int i = 0; i < k; i++)
			feasible = feasible && a[i][k] >= 0;
		for (int i = 0; i < k; i++) {
			value += (lambda - q->product[member[i]]) * a[i][k];
			for (int j = 0; j < k; j++)
				value += a[i][k] * a[j][k] * q->gram[(size_t)member[i] * q->stride + (size_t)member[j]] / 2;
		}
		if (feasible && value < least)
			least = value;
	}
	return least;
}

static double objective(const problem *p, const np_problem *q, np_linear model, double lambda)
{
	double value = 0, b[6] = {0};
	for (int i = 0; i < model.terms; i++)
		b[model.column[i]] = model.value[i] * p->moments.scale[model.column[i]] / p->moments.target_scale;
	for (int i = 0; i < q->size; i++) {
		value += (lambda - q->product[i]) * b[i];
		for (int j = 0; j < q->size; j++)
			value += b[i] * b[j] * q->gram[(size_t)i * q->stride + (size_t)j] / 2;
	}
	return value;
}

static void nonnegative_matches_brute_force(void **state)
{
	(void)state;
	state_of_numbers = 7;
	for (int trial = 0; trial < 20; trial++) {
		problem *p = random_rows(25, 6);
		for (int r = 0; trial % 2 && r < p->rows; r++)
			p->x[r][5] = p->x[r][1] + p->x[r][2];
		np_lasso *lasso = fit(p, false, &(np_lasso_options){.nonnegative = true});
		np_problem q;
		const int all[] = {0, 1, 2, 3, 4, 5};
		assert_ok(np_problem_make(&p->moments, -1, all, 6, &q, NULL), NULL);
		for (int l = 0; l < 100; l += 9) {
			double lambda = np_lasso_lambda(lasso, l) / p->moments.target_scale;
			double found = objective(p, &q, np_lasso_model(lasso, l), lambda);
			assert_true(fabs(found - least_by_subsets(&q, lambda)) < 1e-12);
		}
		np_problem_free(&q);
		finish(p, lasso);
		test_free(p);
	}
}

/* ---- Folds ------------------------------------------------------------------------------------------------------------ */

static void folds_partition(void **state)
{
	(void)state;
	int fold[103], again[103], other[103], count[10] = {0}, moved = 0;
	assert_true(np_folds_deal(103, 10, 7, NULL, fold));
	assert_true(np_folds_deal(103, 10, 7, NULL, again));
	assert_true(np_folds_deal(103, 10, 8, NULL, other));
	for (int i = 0; i < 103; i++) {
		assert_in_range(fold[i], 0, 9);
		count[fold[i]]++;
		assert_int_equal(fold[i], again[i]);
		moved += fold[i] != other[i];
	}
	for (int f = 0; f < 10; f++)
		assert_in_range(count[f], 10, 11);
	assert_true(moved > 50);
	/* The first folds of seed 1, so that a change of the generator is noticed: it would change every fitted file. */
	static const int first[] = {3, 1, 2, 5, 4, 6, 3, 4, 2, 7};
	assert_true(np_folds_deal(20, 10, 1, NULL, fold));
	for (int i = 0; i < 10; i++)
		assert_int_equal(fold[i], first[i]);
}

static void folds_keep_groups(void **state)
{
	(void)state;
	int group[60], fold[60], count[5] = {0};
	for (int i = 0; i < 60; i++)
		group[i] = i % 12;
	assert_true(np_folds_deal(60, 5, 1, group, fold));
	for (int i = 0; i < 60; i++) {
		assert_int_equal(fold[i], fold[group[i]]);
		count[fold[i]]++;
	}
	for (int f = 0; f < 5; f++)
		assert_in_range(count[f], 10, 15);
}

/* What is left after a fold is taken away equals what is formed from the other rows alone, outliers in the fold included. */
static void downdating_is_exact(void **state)
{
	(void)state;
	state_of_numbers = 8;
	problem *p = random_rows(100, 7), *rest = test_calloc(1, sizeof *rest);
	for (int r = 0; r < p->rows; r++) {
		p->x[r][2] = 1 + (p->fold[r] == 3 ? 1e7 * uniform() : uniform()); /* nearly all variation in fold 3 */
		p->x[r][5] = 1e9 * (p->fold[r] == 3);                             /* all of it */
	}
	rest->columns = 7;
	for (int r = 0; r < p->rows; r++)
		if (p->fold[r] != 3) {
			memcpy(rest->x[rest->rows], p->x[r], sizeof p->x[r]);
			rest->y[rest->rows++] = p->y[r];
		}
	finish(p, fit(p, true, NULL));
	np_lasso *a = fit(p, true, NULL), *b = fit(rest, false, NULL);
	const int all[] = {0, 1, 2, 3, 4, 5, 6};
	np_problem u, v;
	assert_ok(np_problem_make(&p->moments, 3, all, 7, &u, NULL), NULL);
	assert_ok(np_problem_make(&rest->moments, -1, all, 7, &v, NULL), NULL);
	double units = rest->moments.target_scale / p->moments.target_scale;
	for (int i = 0; i < 7; i++) {
		assert_true((u.spread[i] > 0) == (i != 5));
		assert_true(fabs(u.product[i] - v.product[i] * units) < 1e-13);
		for (int j = 0; j < 7; j++)
			assert_true(fabs(u.gram[(size_t)i * u.stride + (size_t)j] - v.gram[(size_t)i * v.stride + (size_t)j]) <
			            1e-13);
	}
	np_problem_free(&u);
	np_problem_free(&v);
	finish(p, a);
	finish(rest, b);
	test_free(p);
	test_free(rest);
}

static void threads_change_nothing(void **state)
{
	(void)state;
	state_of_numbers = 9;
	problem *p = layers(150), *q = test_calloc(1, sizeof *q);
	*q = *p;
	np_lasso *a = fit(p, true, &(np_lasso_options){.threads = 1}), *b = fit(q, true, &(np_lasso_options){.threads = 4});
	double u[MOST_ROWS], v[MOST_ROWS];
	for (int l = 0; l < 100; l++) {
		np_linear m = np_lasso_model(a, l), n = np_lasso_model(b, l);
		assert_int_equal(m.terms, n.terms);
		assert_memory_equal(m.value, n.value, (size_t)m.terms * sizeof *m.value);
		assert_true(np_lasso_cv_mse(a, l) == np_lasso_cv_mse(b, l));
	}
	assert_ok(np_lasso_cv_predict(a, np_lasso_best(a), u, NULL), NULL);
	assert_ok(np_lasso_cv_predict(b, np_lasso_best(b), v, NULL), NULL);
	assert_memory_equal(u, v, (size_t)p->rows * sizeof *u);
	/* The predictions are those the curve was made of. */
	double mse = 0;
	for (int f = 0; f < 10; f++) {
		double sum = 0;
		int count = 0;
		for (int r = 0; r < p->rows; r++)
			if (p->fold[r] == f) {
				sum += (u[r] - p->y[r]) * (u[r] - p->y[r]);
				count++;
			}
		mse += sum / count / 10;
	}
	assert_true(fabs(mse / np_lasso_cv_mse(a, np_lasso_best(a)) - 1) < 1e-9);
	finish(p, a);
	finish(q, b);
	test_free(p);
	test_free(q);
}

/* ---- Another program's curves: tests/reference/lasso_reference.R ------------------------------------------------------- */

static void read_numbers(FILE *file, int count, double *numbers)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(fscanf(file, i ? ",%lf" : "%lf", &numbers[i]), 1);
}

static void expect_curve(const char *name)
{
	char path[1024];
	FILE *file = fopen(source_path(name, path, sizeof path), "r");
	int rows, columns, lambdas;
	double numbers[MOST_COLUMNS + 2], worst = 0;
	assert_non_null(file);
	assert_int_equal(fscanf(file, "# problem %*s rows %d columns %d lambdas %d", &rows, &columns, &lambdas), 3);
	problem *p = begin(rows, columns);
	for (int r = 0; r < rows; r++) {
		read_numbers(file, columns + 2, numbers);
		p->fold[r] = (int)numbers[0];
		p->y[r] = numbers[1];
		memcpy(p->x[r], numbers + 2, (size_t)columns * sizeof(double));
	}
	np_lasso *lasso = fit(p, true, NULL);
	assert_int_equal(np_lasso_count(lasso), lambdas);
	for (int l = 0; l < lambdas; l++) {
		read_numbers(file, 2, numbers);
		assert_true(fabs(np_lasso_lambda(lasso, l) / numbers[0] - 1) < 1e-12);
		worst = fmax(worst, fabs(np_lasso_cv_mse(lasso, l) / numbers[1] - 1));
	}
	print_message("%s: worst relative difference of the curve %.1e\n", name, worst);
	assert_true(worst < 1e-5);
	fclose(file);
	finish(p, lasso);
	test_free(p);
}

static void curve_agrees_with_glmnet(void **state)
{
	(void)state;
	expect_curve("tests/reference/lasso_reference_scales.csv");
	expect_curve("tests/reference/lasso_reference_products.csv");
}

static void bad_numbers_are_errors(void **state)
{
	(void)state;
	state_of_numbers = 10;
	problem *p = random_rows(20, 3);
	np_error err = {0};
	p->design = (np_design){.rows = 20, .columns = 3, .fill = fill_rows, .context = p, .target = p->y};
	p->x[7][1] = INFINITY;
	assert_int_equal(np_moments_make(&p->design, 1, &p->moments, &err), NP_ERR_DATA);
	np_moments_free(&p->moments);
	p->x[7][1] = 0;
	p->y[3] = NAN;
	np_error_clear(&err);
	assert_int_equal(np_moments_make(&p->design, 1, &p->moments, &err), NP_ERR_DATA);
	np_moments_free(&p->moments);
	test_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(gap_closes),
	        cmocka_unit_test(degenerate_columns_are_harmless),
	        cmocka_unit_test(units_do_not_matter),
	        cmocka_unit_test(near_copies_do_not_take_turns),
	        cmocka_unit_test(constant_target_needs_no_terms),
	        cmocka_unit_test(weights_count_rows),
	        cmocka_unit_test(variants_are_exact),
	        cmocka_unit_test(ridge_shrinks),
	        cmocka_unit_test(nonnegative_matches_brute_force),
	        cmocka_unit_test(folds_partition),
	        cmocka_unit_test(folds_keep_groups),
	        cmocka_unit_test(downdating_is_exact),
	        cmocka_unit_test(threads_change_nothing),
	        cmocka_unit_test(curve_agrees_with_glmnet),
	        cmocka_unit_test(bad_numbers_are_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
