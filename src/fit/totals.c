/* See totals.h. */
#include "fit/totals.h"

#include "base/error.h"
#include "fit/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_TOTALS = 20 };

np_status np_outcome_make(int rows, np_outcome *outcome, np_error *err)
{
	bool ok = true;
	for (int t = 0; t < 2; t++) {
		outcome->fitted[t] = calloc((size_t)rows + 1, sizeof(double));
		outcome->held_out[t] = calloc((size_t)rows + 1, sizeof(double));
		ok &= outcome->fitted[t] && outcome->held_out[t];
	}
	return ok ? NP_OK : np_fail_memory(err);
}

void np_outcome_free(np_outcome *outcome)
{
	for (int t = 0; t < 2; t++) {
		free(outcome->fitted[t]);
		free(outcome->held_out[t]);
	}
	*outcome = (np_outcome){.fitted = {0}};
}

/* ---- rows of one total ---- */

static int compare_rows(const void *a, const void *b)
{
	const np_row *x = *(const np_row *const *)a, *y = *(const np_row *const *)b;
	int order = strcmp(x->network, y->network);
	if (!order)
		order = strcmp(x->run, y->run);
	if (!order)
		order = (x->config.batch > y->config.batch) - (x->config.batch < y->config.batch);
	return order ? order : (x > y) - (x < y);
}

static bool same_total(const np_row *x, const np_row *y)
{
	return strcmp(x->network, y->network) == 0 && strcmp(x->run, y->run) == 0 && x->config.batch == y->config.batch;
}

/* ---- one total ---- */

typedef struct calibration {
	const np_row *rows;
	const np_outcome *outcome;
	np_platform *platform;
	double *needed; /* correlation that each total needs, target after target */
	int totals, networks, most;
	int targets; /* all three, or runtime alone */
} calibration;

/* In extended precision and rounded once: the double version depends on the processor's instructions. */
static double natural_log(double value)
{
	return (double)logl((long double)value);
}

/* A row's target, measured and held out, and the log of its interval's factor; false when one is not known. */
static bool row_values(const calibration *c, const np_row *row, np_target target, double *actual, double *predicted,
                       double *spread)
{
	size_t i = (size_t)(row - c->rows);
	np_layer_config routed = np_feature_route(&row->config);
	const np_model *model = c->platform->by_kind[routed.kind][target];
	double runtime = c->outcome->held_out[NP_RUNTIME][i], power = c->outcome->held_out[NP_POWER][i];
	if (!model || !(model->interval_factor > 1) || !row->has[NP_RUNTIME] || !(runtime > 0))
		return false;
	*spread = natural_log(model->interval_factor);
	*actual = row->value[NP_RUNTIME];
	*predicted = runtime;
	if (target == NP_RUNTIME)
		return true;
	*actual *= row->value[NP_POWER];
	*predicted *= power;
	return row->has[NP_POWER] && power > 0;
}

/*
 * The correlation at which a total's interval just reaches what was measured; above 1 when none does. Of power, the mean
 * weighted by runtime, errors are those of energy less those of runtime.
 */
static bool needed_correlation(const calibration *c, const np_row *const *rows, int count, np_target target, double *needed)
{
	double actual = 0, predicted = 0, linear = 0, square = 0, runtime = 0, predicted_runtime = 0;
	for (int i = 0; i < count; i++) {
		double a, p, s;
		if (!row_values(c, rows[i], target, &a, &p, &s))
			return false;
		actual += a;
		predicted += p;
		linear += p * s;
		square += p * s * p * s;
		runtime += rows[i]->value[NP_RUNTIME];
		predicted_runtime += c->outcome->held_out[NP_RUNTIME][rows[i] - c->rows];
	}
	linear = linear / predicted * (linear / predicted);
	square = square / (predicted * predicted);
	double ratio = target == NP_POWER ? predicted / predicted_runtime / (actual / runtime) : predicted / actual;
	double error = natural_log(ratio);
	error *= error;
	*needed = error <= square ? 0 : linear > square ? (error - square) / (linear - square) : 2;
	return true;
}

/* Layers of types that have no model are left out of both sums; too few layers say nothing of how errors go together. */
static void add_total(calibration *c, const np_row *const *rows, int count)
{
	for (int t = 0; t < c->targets; t++)
		if (!needed_correlation(c, rows, count, (np_target)t,
		                        &c->needed[(size_t)t * (size_t)c->most + (size_t)c->totals]))
			return;
	c->totals++;
}

static bool can_be_summed(const calibration *c, const np_row *row)
{
	double a, p, s;
	bool known = row->network[0] != '\0';
	for (int t = 0; known && t < c->targets; t++)
		known = row_values(c, row, (np_target)t, &a, &p, &s);
	return known;
}

static void add_totals(calibration *c, const np_row **sorted, int count)
{
	qsort(sorted, (size_t)count, sizeof *sorted, compare_rows);
	for (int i = 0, end; i < count; i = end) {
		for (end = i + 1; end < count && same_total(sorted[i], sorted[end]);)
			end++;
		c->networks += !i || strcmp(sorted[i - 1]->network, sorted[i]->network) != 0;
		if (end - i > 1)
			add_total(c, sorted + i, end - i);
	}
}

/* With the finite-sample correction of conformal prediction, as intervals of layers have it. */
static double least_correlation(double *needed, int count, double level)
{
	int rank = (int)ceil((count + 1) * level - 1e-9);
	double chosen = np_quality_quantile(needed, count, 1); /* sorts */
	if (rank <= count)
		chosen = needed[rank - 1];
	return chosen < 1 ? chosen : 1;
}

np_status np_totals_calibrate(const np_row *rows, int count, const np_outcome *outcome, double level, np_platform *platform,
                              np_error *err)
{
	const np_row **sorted = malloc(((size_t)count + 1) * sizeof *sorted);
	calibration c = {.rows = rows, .outcome = outcome, .platform = platform, .most = count + 1};
	c.targets = platform->fallback.power_w > 0 ? NP_TARGET_COUNT : 1;
	c.needed = malloc(NP_TARGET_COUNT * ((size_t)count + 1) * sizeof *c.needed);
	int used = 0;
	bool ok = sorted && c.needed;
	for (int i = 0; ok && i < count; i++)
		if (can_be_summed(&c, &rows[i]))
			sorted[used++] = &rows[i];
	if (ok)
		add_totals(&c, sorted, used);
	if (ok && c.totals >= LEAST_TOTALS) {
		np_totals_info *t = &platform->totals;
		t->networks = c.networks;
		t->totals = c.totals;
		for (int k = 0; k < c.targets; k++)
			t->correlation[k] = least_correlation(c.needed + (size_t)k * (size_t)c.most, c.totals, level);
	}
	free(sorted);
	free(c.needed);
	return ok ? NP_OK : np_fail_memory(err);
}
