/* The observed bandwidth and power of a platform. */
#include "fit/fallback.h"

#include "base/error.h"
#include "fit/quality.h"
#include "fit/sample.h"

#include <math.h>
#include <stdlib.h>

enum { ENOUGH = 30 };

/* How far a kind is from plain movement of values: 0 value by value, 1 by windows, 2 products. */
static int distance_from_moving(np_kind kind)
{
	static const np_kind PRODUCTS[] = {NP_CONV, NP_DECONV, NP_FC, NP_MATMUL};
	for (size_t i = 0; i < sizeof PRODUCTS / sizeof *PRODUCTS; i++)
		if (kind == PRODUCTS[i])
			return 2;
	return kind == NP_MAXPOOL || kind == NP_AVGPOOL ? 1 : 0;
}

static bool takes_part(const np_row *row, int farthest)
{
	return row->has[NP_RUNTIME] && distance_from_moving(row->config.kind) <= farthest;
}

/* The kinds nearest to plain movement of which enough rows were measured. */
static int find_farthest(const np_row *rows, int count)
{
	for (int farthest = 0; farthest < 2; farthest++) {
		int found = 0;
		for (int i = 0; i < count; i++)
			found += takes_part(&rows[i], farthest);
		if (found >= ENOUGH)
			return farthest;
	}
	return 2;
}

static double bytes_of(const np_row *row, int element_bytes)
{
	return np_config_values(&row->config) * element_bytes;
}

static void learn_bandwidth(const np_row *rows, int count, int element_bytes, double level, double *a, double *b,
                            np_fallback *fallback)
{
	int farthest = find_farthest(rows, count), used = 0;
	for (int i = 0; i < count; i++)
		if (takes_part(&rows[i], farthest))
			a[used++] = bytes_of(&rows[i], element_bytes) / rows[i].value[NP_RUNTIME];
	fallback->bytes_per_ms = np_quality_quantile(a, used, 0.5);
	used = 0;
	for (int i = 0; i < count; i++)
		if (takes_part(&rows[i], farthest)) {
			a[used] = fmax(bytes_of(&rows[i], element_bytes) / fallback->bytes_per_ms, fallback->least_ms);
			b[used++] = rows[i].value[NP_RUNTIME];
		}
	fallback->interval_factor = np_quality_interval(a, b, used, level);
	fallback->spread = np_quality_spread(a, b, used);
}

/* The mean power over time: energy of all rows over their runtime. */
static void learn_power(const np_row *rows, int count, double level, double *a, double *b, np_fallback *fallback)
{
	double energy = 0, runtime = 0;
	int used = 0;
	for (int i = 0; i < count; i++) {
		if (!rows[i].has[NP_POWER] || !rows[i].has[NP_RUNTIME])
			continue;
		energy += rows[i].value[NP_POWER] * rows[i].value[NP_RUNTIME];
		runtime += rows[i].value[NP_RUNTIME];
		b[used++] = rows[i].value[NP_POWER];
	}
	if (!used)
		return;
	fallback->power_w = energy / runtime;
	for (int i = 0; i < used; i++)
		a[i] = fallback->power_w;
	fallback->power_interval_factor = np_quality_interval(a, b, used, level);
	fallback->power_spread = np_quality_spread(a, b, used);
}

np_status np_fallback_learn(const np_row *rows, int count, int element_bytes, double level, np_fallback *fallback,
                            np_error *err)
{
	*fallback = (np_fallback){0};
	double *a = malloc((size_t)count * sizeof *a), *b = malloc((size_t)count * sizeof *b);
	int measured = 0;
	for (int i = 0; i < count; i++) {
		if (!rows[i].has[NP_RUNTIME])
			continue;
		if (!measured++ || rows[i].value[NP_RUNTIME] < fallback->least_ms)
			fallback->least_ms = rows[i].value[NP_RUNTIME];
	}
	np_status status = NP_OK;
	if (!a || !b) {
		status = np_fail_memory(err);
	} else if (!measured) {
		status = np_fail(err, NP_ERR_DATA, "no row has a runtime");
	} else {
		learn_bandwidth(rows, count, element_bytes, level, a, b, fallback);
		learn_power(rows, count, level, a, b, fallback);
	}
	free(a);
	free(b);
	return status;
}
