/*
 * The parts of the sparse corrections alone: the dictionary of knots, the forward search, the order in which its terms are
 * missed, and the blend of several searches. What they should find is planted, or worked out here the long way.
 */
#include "test_support.h"

#include "fit/blend.h"
#include "fit/certificate.h"

#include <math.h>

enum { ROWS = 120, FEATURES = 6, MOST_COLUMNS = 64 };

static uint64_t state_of_numbers;

static double uniform(void)
{
	state_of_numbers = state_of_numbers * 6364136223846793005u + 1442695040888963407u;
	return (double)(state_of_numbers >> 11) / (double)(1ull << 53);
}

/* ---- Rows to learn from ----------------------------------------------------------------------------------------------- */

typedef struct data {
	double value[FEATURES][ROWS];
	short feature[FEATURES];
	int row[ROWS];
	double target[ROWS], root_weight[ROWS];
	np_columns columns;
	np_dictionary dictionary;
} data;

/* Feature 0 has six values, 1 has five, 2 is binary; 3 to 5 are as the caller leaves them. Weights differ. */
static data *begin(void)
{
	data *d = test_calloc(1, sizeof *d);
	for (int j = 0; j < FEATURES; j++)
		d->feature[j] = (short)(10 + j);
	for (int i = 0; i < ROWS; i++) {
		d->value[0][i] = floor(6 * uniform());
		d->value[1][i] = exp2(floor(5 * uniform()));
		d->value[2][i] = uniform() < 0.4;
		d->row[i] = i;
		d->root_weight[i] = 0.5 + uniform();
		d->target[i] = uniform() + 0.3 * d->value[0][i] * d->value[2][i] - 0.1 * d->value[1][i];
	}
	return d;
}

static void look(data *d, int features, int rows)
{
	np_error err = {0};
	d->columns = (np_columns){.rows = ROWS, .count = features, .feature = d->feature, .values = &d->value[0][0]};
	assert_ok(np_dictionary_make(&d->columns, d->row, rows, &d->dictionary, &err), &err);
}

static np_greedy search(const data *d, np_greedy_options options)
{
	np_greedy greedy;
	np_error err = {0};
	assert_ok(np_greedy_select(&d->dictionary, d->target, d->root_weight, &options, &greedy, &err), &err);
	return greedy;
}

static void finish(data *d)
{
	np_dictionary_free(&d->dictionary);
	test_free(d);
}

/* ---- Least squares the long way --------------------------------------------------------------------------------------- */

typedef struct basis {
	int count;
	double column[MOST_COLUMNS][ROWS], rest[ROWS]; /* orthonormal, and the target's residual */
} basis;

static double dot(const double *a, const double *b)
{
	double sum = 0;
	for (int i = 0; i < ROWS; i++)
		sum += a[i] * b[i];
	return sum;
}

static void subtract(const double *from, double *to)
{
	double along = dot(from, to);
	for (int i = 0; i < ROWS; i++)
		to[i] -= along * from[i];
}

/* Adds a column and returns the residual's square. One that lies in the span, but for `least_part` of it, changes nothing. */
static double add_column(basis *b, const double *column, double least_part)
{
	double *next = b->column[b->count], square = dot(column, column);
	memcpy(next, column, ROWS * sizeof *next);
	for (int pass = 0; pass < 2; pass++)
		for (int k = 0; k < b->count; k++)
			subtract(b->column[k], next);
	double outside = dot(next, next);
	if (square > 0 && outside > least_part * square) {
		for (int i = 0; i < ROWS; i++)
			next[i] /= sqrt(outside);
		subtract(next, b->rest);
		b->count++;
	}
	return dot(b->rest, b->rest);
}

static void begin_basis(basis *b, const data *d)
{
	b->count = 0;
	for (int i = 0; i < ROWS; i++)
		b->rest[i] = d->target[i] * d->root_weight[i];
}

/* ---- The dictionary --------------------------------------------------------------------------------------------------- */

static void few_values_have_knots_between(void **state)
{
	(void)state;
	state_of_numbers = 1;
	data *d = begin();
	look(d, 3, ROWS);
	assert_int_equal(d->dictionary.count, 3);
	const np_entry *counts = &d->dictionary.entries[0], *powers = &d->dictionary.entries[1];
	assert_int_equal(counts->knots, 5);
	for (int k = 0; k < 5; k++)
		assert_true(counts->knot[k] == k + 0.5);
	static const double between[] = {1.5, 3, 6, 12};
	assert_int_equal(powers->knots, 4);
	assert_memory_equal(powers->knot, between, sizeof between);
	assert_true(powers->range.low == 1 && powers->range.high == 16 && !powers->binary);
	assert_int_equal(powers->feature, 11);
	assert_true(d->dictionary.entries[2].binary && d->dictionary.entries[2].knots == 1);
	finish(d);
}

static void copies_and_constants_are_dropped(void **state)
{
	(void)state;
	state_of_numbers = 2;
	data *d = begin();
	for (int i = 0; i < ROWS; i++) {
		d->value[3][i] = 7;
		d->value[4][i] = 3 - 2 * d->value[1][i];
		d->value[5][i] = uniform();
	}
	look(d, 6, ROWS);
	static const int kept[] = {0, 1, 2, 5};
	assert_int_equal(d->dictionary.count, 4);
	for (int j = 0; j < 4; j++)
		assert_int_equal(d->dictionary.entries[j].column, kept[j]);
	finish(d);
}

/* Of many values about as many lie between any two knots, and bins say between which. Only the rows given count. */
static void many_values_have_knots_at_quantiles(void **state)
{
	(void)state;
	state_of_numbers = 3;
	data *d = begin();
	enum { GIVEN = 104 }; /* 8 in each of the 13 bins */
	for (int i = 0; i < ROWS; i++)
		for (int j = 3; j < 6; j++)
			d->value[j][i] = i < GIVEN ? exp(5 * uniform()) : 1e6;
	look(d, 6, GIVEN);
	const np_dictionary *made = &d->dictionary;
	for (int j = 0; j < made->count; j++) {
		const np_entry *e = &made->entries[j];
		int inside[NP_MOST_KNOTS + 1] = {0};
		for (int i = 0; i < GIVEN; i++) {
			size_t at = (size_t)i * (size_t)made->count + (size_t)j;
			int below = 0;
			for (int k = 0; k < e->knots; k++)
				below += e->knot[k] < made->values[at];
			assert_true(made->values[at] == d->value[e->column][i]);
			assert_int_equal(made->bin[at], below);
			inside[below]++;
		}
		assert_true(e->range.high < 1e6 && e->knots < made->stride);
		for (int k = 0; e->column >= 3 && k <= 12; k++)
			assert_in_range(inside[k], 7, 9);
	}
	assert_int_equal(made->entries[3].knots, 12);
	finish(d);
}

/* ---- The forward search ----------------------------------------------------------------------------------------------- */

/* A hinge and its product with the binary feature: found as they were planted, whatever the weights. */
static void planted_function_is_found(void **state)
{
	(void)state;
	state_of_numbers = 4;
	data *d = begin();
	look(d, 3, ROWS);
	for (int i = 0; i < ROWS; i++)
		d->target[i] = 1 + fmax(0, d->value[0][i] - 2.5) * (5 + 3 * d->value[2][i]);
	np_greedy g = search(d, (np_greedy_options){.degree = 2, .steps = true, .most = 2, .least_rows = 5});
	assert_int_equal(g.count, 3);
	assert_true(g.steps[1].entry == 0 && g.steps[1].kind == NP_ABOVE && g.steps[1].knot == 2.5);
	assert_true(g.steps[2].parent == 1 && g.steps[2].entry == 2 && g.steps[2].kind == NP_STEP);
	assert_true(g.steps[2].low == 0 && fabs(g.steps[2].high - 2.5) < 1e-15);
	np_greedy_free(&g);
	finish(d);
}

static double factor_at(const data *d, const np_entry *e, np_factor_kind kind, double knot, int row)
{
	np_factor factor = {.kind = kind, .knot = knot, .power = 1};
	return np_factor_value(&factor, d->value[e->column][row]);
}

static bool in_chain(const np_greedy *g, int term, int entry)
{
	for (; term > 0; term = g->steps[term].parent)
		if (g->steps[term].entry == entry)
			return true;
	return false;
}

static int depth(const np_greedy *g, int term)
{
	return term > 0 ? 1 + depth(g, g->steps[term].parent) : 0;
}

/* What a product of a term with a factor would leave; nothing is gained when the factor may not be chosen. */
static double left_by(const data *d, const basis *before, const np_greedy *g, const np_greedy_options *o, int parent,
                      const np_entry *e, np_factor_kind kind, double knot)
{
	static basis after;
	const double *from = g->columns + (size_t)parent * ROWS;
	double column[ROWS];
	int high = 0, low = 0;
	for (int i = 0; i < ROWS; i++) {
		column[i] = from[i] * factor_at(d, e, kind, knot, i);
		high += from[i] != 0 && d->value[e->column][i] > knot;
		low += from[i] != 0 && d->value[e->column][i] < knot;
	}
	bool step = kind == NP_STEP, wanted = step ? e->binary || o->steps : !e->binary;
	int rows = kind == NP_ABOVE ? high : kind == NP_BELOW ? low : step ? (high < low ? high : low) : high + low;
	after = *before;
	return wanted && rows >= o->least_rows ? add_column(&after, column, 1e-4) : dot(before->rest, before->rest);
}

static double best_next(const data *d, const basis *before, const np_greedy *g, int terms, const np_greedy_options *o)
{
	static const np_factor_kind KINDS[] = {NP_ABOVE, NP_BELOW, NP_STEP};
	double best = INFINITY;
	for (int parent = 0; parent < terms; parent++)
		for (int j = 0; j < d->dictionary.count; j++) {
			const np_entry *e = &d->dictionary.entries[j];
			if (depth(g, parent) >= o->degree || in_chain(g, parent, j))
				continue;
			best = fmin(best, left_by(d, before, g, o, parent, e, NP_CENTRED, e->mean));
			for (int k = 0; k < 3 * e->knots; k++)
				best = fmin(best, left_by(d, before, g, o, parent, e, KINDS[k % 3], e->knot[k / 3]));
		}
	return best;
}

/* No other product would have left less, at any step, when everything before is fitted anew. */
static void each_step_is_the_best(void **state)
{
	(void)state;
	state_of_numbers = 5;
	data *d = begin();
	static basis b;
	look(d, 3, ROWS);
	for (int variant = 0; variant < 4; variant++) {
		np_greedy_options o = {.degree = 1 + variant, .steps = variant % 2, .most = 8, .least_rows = 10 * variant};
		np_greedy g = search(d, o);
		assert_int_equal(g.count, 9);
		begin_basis(&b, d);
		double all = dot(b.rest, b.rest);
		add_column(&b, g.columns, 0);
		for (int t = 1; t < g.count; t++) {
			double best = best_next(d, &b, &g, t, &o);
			double left = add_column(&b, g.columns + (size_t)t * ROWS, 0);
			assert_true(fabs(left - best) <= 1e-10 * all);
			assert_true(depth(&g, t) <= o.degree);
			assert_false(in_chain(&g, g.steps[t].parent, g.steps[t].entry));
		}
		np_greedy_free(&g);
	}
	finish(d);
}

/* A feature of two values has no slope to speak of: even without steps for others, it has them and nothing else. */
static void binary_features_get_steps_only(void **state)
{
	(void)state;
	state_of_numbers = 6;
	data *d = begin();
	look(d, 3, ROWS);
	np_greedy g = search(d, (np_greedy_options){.degree = 2, .most = 12, .least_rows = 3});
	int binary = 0;
	for (int t = 1; t < g.count; t++) {
		assert_int_equal(g.steps[t].entry == 2, g.steps[t].kind == NP_STEP);
		binary += g.steps[t].entry == 2;
	}
	assert_true(binary > 0);
	np_greedy_free(&g);
	finish(d);
}

/* On the rows themselves the terms are the columns; beyond the features' range they stay what they are at its end. */
static void terms_can_be_evaluated(void **state)
{
	(void)state;
	state_of_numbers = 7;
	data *d = begin();
	double values[10], beyond[10];
	look(d, 3, ROWS);
	np_greedy g = search(d, (np_greedy_options){.degree = 3, .steps = true, .most = 9, .least_rows = 3});
	for (int i = 0; i < ROWS; i++) {
		np_greedy_values(&g, g.count, &d->dictionary, &d->columns, i, values);
		for (int t = 0; t < g.count; t++)
			assert_true(fabs(values[t] * d->root_weight[i] - g.columns[(size_t)t * ROWS + (size_t)i]) < 1e-12);
	}
	static const double inside[][2] = {{0, 1}, {5, 16}}, outside[] = {-1e9, 1e9};
	for (int side = 0; side < 2; side++) {
		d->value[0][0] = inside[side][0], d->value[1][0] = inside[side][1];
		np_greedy_values(&g, g.count, &d->dictionary, &d->columns, 0, values);
		d->value[0][0] = d->value[1][0] = outside[side];
		np_greedy_values(&g, g.count, &d->dictionary, &d->columns, 0, beyond);
		assert_memory_equal(values, beyond, (size_t)g.count * sizeof *values);
	}
	np_greedy_free(&g);
	finish(d);
}

/* ---- The order of terms, and the ridge -------------------------------------------------------------------------------- */

/* What is left without the terms marked and without `also`. */
static double left_without(const data *d, const np_greedy *g, const bool *gone, int also)
{
	static basis b;
	double left = 0;
	begin_basis(&b, d);
	for (int t = 0; t < g->count; t++)
		if (!gone[t] && t != also)
			left = add_column(&b, g->columns + (size_t)t * ROWS, 0);
	return left;
}

static void expect_backward_order(const data *d, const np_greedy *g, const np_ridge *ridge)
{
	bool gone[MOST_COLUMNS] = {0};
	assert_int_equal(ridge->order[0], 0);
	for (int left = g->count - 1; left > 0; left--) {
		int least = -1;
		for (int t = 1; t < g->count; t++)
			if (!gone[t] && (least < 0 || left_without(d, g, gone, t) < left_without(d, g, gone, least)))
				least = t;
		assert_int_equal(ridge->order[left], least);
		gone[least] = true;
	}
}

static void terms_are_in_the_order_they_are_missed(void **state)
{
	(void)state;
	state_of_numbers = 8;
	data *d = begin();
	np_ridge ridge;
	look(d, 3, ROWS);
	for (int most = 1; most <= 9; most += 4) {
		np_greedy g = search(d, (np_greedy_options){.degree = 2, .steps = true, .most = most, .least_rows = 10});
		assert_ok(np_ridge_make(&g, d->target, d->root_weight, &ridge, NULL), NULL);
		expect_backward_order(d, &g, &ridge);
		np_ridge_free(&ridge);
		np_greedy_free(&g);
	}
	finish(d);
}

/* The sum of two parts looks best alone, and is the first to go once both parts are there. */
static void superfluous_terms_go_first(void **state)
{
	(void)state;
	state_of_numbers = 9;
	data *d = begin();
	double columns[4 * ROWS];
	np_ridge ridge;
	for (int i = 0; i < ROWS; i++) {
		double a = uniform(), b = uniform(), w = d->root_weight[i];
		columns[i] = w;
		columns[ROWS + i] = w * (a + b + 0.1 * uniform());
		columns[2 * ROWS + i] = w * a;
		columns[3 * ROWS + i] = w * b;
		d->target[i] = 1 + a + 2 * b;
	}
	np_greedy g = {.rows = ROWS, .count = 4, .columns = columns};
	assert_ok(np_ridge_make(&g, d->target, d->root_weight, &ridge, NULL), NULL);
	assert_int_equal(ridge.order[3], 1);
	expect_backward_order(d, &g, &ridge);
	np_ridge_free(&ridge);
	test_free(d);
}

/* Each column's product with the residual is the penalty's slope, for as many terms as are asked for. */
static void ridge_is_stationary(void **state)
{
	(void)state;
	state_of_numbers = 10;
	data *d = begin();
	np_ridge ridge;
	double b[9], rest[ROWS];
	look(d, 3, ROWS);
	np_greedy g = search(d, (np_greedy_options){.degree = 2, .steps = true, .most = 8, .least_rows = 10});
	assert_ok(np_ridge_make(&g, d->target, d->root_weight, &ridge, NULL), NULL);
	for (int terms = g.count; terms > 0; terms -= 3) {
		double penalty = 1e-3 * terms;
		np_ridge_solve(&ridge, terms, penalty, b);
		for (int i = 0; i < ROWS; i++)
			rest[i] = d->target[i] * d->root_weight[i];
		for (int t = 0; t < terms; t++)
			for (int i = 0; i < ROWS; i++)
				rest[i] -= b[t] * g.columns[(size_t)ridge.order[t] * ROWS + (size_t)i];
		for (int t = 0; t < terms; t++) {
			const double *column = g.columns + (size_t)ridge.order[t] * ROWS;
			double slope = penalty * b[t] * dot(column, column);
			assert_true(fabs(dot(column, rest) - slope) < 1e-9);
		}
	}
	np_ridge_free(&ridge);
	np_greedy_free(&g);
	finish(d);
}

/* ---- The blend -------------------------------------------------------------------------------------------------------- */

/* A model's value on a row, from the values of its terms, which are the columns without their weight. */
static double blended(const np_blend *blend, const data *d, np_linear model, int row)
{
	double scratch[16], values[MOST_COLUMNS], sum = model.intercept;
	np_blend_values(blend, &d->dictionary, &d->columns, row, scratch, values);
	for (int i = 0; i < model.terms; i++) {
		int c = model.column[i];
		const double *columns = blend->selections[blend->configuration[c]].greedy.columns;
		double weighted = columns[(size_t)blend->step[c] * ROWS + (size_t)row];
		assert_true(fabs(values[c] * d->root_weight[row] - weighted) < 1e-12);
		sum += model.value[i] * values[c];
	}
	return sum;
}

/* The weighted errors' square; their mean is 0, as the best intercept makes it. */
static double blend_error(const np_blend *blend, const data *d, np_linear model)
{
	double sum = 0, square = 0;
	for (int i = 0; i < ROWS; i++) {
		double error = d->target[i] - blended(blend, d, model, i), root = d->root_weight[i];
		sum += root * root * error;
		square += root * root * error * error;
	}
	assert_true(fabs(sum) < 1e-10);
	return square;
}

/* Each lambda falls, its model is the optimum, and its error on the rows falls with it. */
static void expect_path(const np_blend *blend, const data *d)
{
	double gap[NP_BLENDS], before = INFINITY;
	assert_int_equal(np_lasso_count(blend->lasso), NP_BLENDS);
	assert_ok(np_lasso_certify(blend->lasso, -1, gap, NULL), NULL);
	for (int l = 0; l < NP_BLENDS; l++) {
		double error = blend_error(blend, d, np_blend_model(blend, l, MOST_COLUMNS));
		assert_true(fabs(gap[l]) < 1e-9);
		assert_true(!l || np_lasso_lambda(blend->lasso, l) < np_lasso_lambda(blend->lasso, l - 1));
		assert_true(error <= before);
		before = error;
	}
	assert_int_equal(np_blend_model(blend, 0, MOST_COLUMNS).terms, 0);
	assert_true(np_blend_model(blend, NP_BLENDS - 1, MOST_COLUMNS).terms > 6);
}

/* At most as many terms as asked for: the lambda itself, or the nearest larger one that has no more. */
static void expect_most(const np_blend *blend)
{
	for (int most = 0; most < 12; most++)
		for (int l = 0; l < NP_BLENDS; l++) {
			int wanted = l;
			while (np_lasso_model(blend->lasso, wanted).terms > most)
				wanted--;
			double intercept = np_lasso_model(blend->lasso, wanted).intercept;
			np_linear model = np_blend_model(blend, l, most);
			assert_true(model.terms <= most && model.intercept == intercept);
		}
}

/* Of three searches; the fourth configuration was not tried, and two have terms in common. */
static void blend_is_a_lasso_over_all_terms(void **state)
{
	(void)state;
	state_of_numbers = 11;
	data *d = begin();
	np_selection selections[NP_CONFIGURATIONS] = {{{0}, {0}}};
	np_blend blend;
	look(d, 3, ROWS);
	for (int c = 0; c < 3; c++)
		selections[c].greedy =
		        search(d, (np_greedy_options){.degree = 1 + c, .steps = c != 1, .most = 6 + c, .least_rows = 5});
	assert_ok(np_blend_make(selections, ROWS, d->target, d->root_weight, &blend, NULL), NULL);
	assert_int_equal(blend.count, 6 + 7 + 8);
	expect_path(&blend, d);
	expect_most(&blend);
	np_blend_free(&blend);
	for (int c = 0; c < 3; c++)
		np_greedy_free(&selections[c].greedy);
	finish(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(few_values_have_knots_between),
	        cmocka_unit_test(copies_and_constants_are_dropped),
	        cmocka_unit_test(many_values_have_knots_at_quantiles),
	        cmocka_unit_test(planted_function_is_found),
	        cmocka_unit_test(each_step_is_the_best),
	        cmocka_unit_test(binary_features_get_steps_only),
	        cmocka_unit_test(terms_can_be_evaluated),
	        cmocka_unit_test(terms_are_in_the_order_they_are_missed),
	        cmocka_unit_test(superfluous_terms_go_first),
	        cmocka_unit_test(ridge_is_stationary),
	        cmocka_unit_test(blend_is_a_lasso_over_all_terms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
