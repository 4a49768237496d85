/* See passes.h. */
#include "dataset/passes.h"

#include "base/error.h"
#include "dataset/row.h"

#include <stdlib.h>

static int compare_pointers(const void *a, const void *b)
{
	return ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

/* Labels are kept once each: the same text is the same pointer. */
static int compare_keys(const np_row *a, const np_row *b)
{
	int order = np_config_order(&a->config, &b->config);
	if (!order)
		order = compare_pointers(a->network, b->network);
	return order ? order : compare_pointers(a->run, b->run);
}

static int compare_rows(const void *a, const void *b)
{
	const np_row *x = *(const np_row *const *)a, *y = *(const np_row *const *)b;
	int order = compare_keys(x, y);
	return order ? order : compare_pointers(x, y);
}

static int compare_values(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/*
 * The median over the passes. Passes that others disturbed do not count where another was not; of those alone the least
 * runtime is nearest to what it would be undisturbed.
 */
static void take_median(np_row *const *group, int size, np_target target, double *values)
{
	bool quiet = false;
	int n = 0;
	for (int wanted = 0; wanted < 2 && !n; wanted++)
		for (int i = 0; i < size; i++)
			if (group[i]->has[target] && group[i]->contended == wanted) {
				values[n++] = group[i]->value[target];
				quiet = !wanted;
			}
	if (!n)
		return;
	qsort(values, (size_t)n, sizeof *values, compare_values);
	group[0]->has[target] = true;
	group[0]->value[target] = quiet || target != NP_RUNTIME ? (values[(n - 1) / 2] + values[n / 2]) / 2 : values[0];
}

/* The first of the group takes the medians; the others are marked as gone. */
static void merge_group(np_row *const *group, int size, double *values)
{
	np_row *first = group[0];
	for (np_target t = 0; t < NP_TARGET_COUNT && size > 1; t++)
		take_median(group, size, t, values);
	if (size > 1 && first->has[NP_RUNTIME] && first->has[NP_POWER])
		first->value[NP_ENERGY] = first->value[NP_RUNTIME] * first->value[NP_POWER];
	for (int i = 1; i < size; i++)
		group[i]->pass = -1;
}

static void merge(np_row **order, int passed, double *values)
{
	qsort(order, (size_t)passed, sizeof *order, compare_rows);
	for (int i = 0, end; i < passed; i = end) {
		for (end = i + 1; end < passed && compare_keys(order[i], order[end]) == 0; end++)
			;
		merge_group(order + i, end - i, values);
	}
}

np_status np_passes_merge(np_row *rows, int *count, np_error *err)
{
	np_row **order = malloc(((size_t)*count + 1) * sizeof *order);
	double *values = malloc(((size_t)*count + 1) * sizeof *values);
	int passed = 0, kept = 0;
	bool ok = order && values;
	for (int i = 0; i < *count && ok; i++)
		if (rows[i].pass > 0)
			order[passed++] = &rows[i];
	if (ok)
		merge(order, passed, values);
	free(order);
	free(values);
	if (!ok)
		return np_fail_memory(err);
	for (int i = 0; i < *count; i++)
		if (rows[i].pass >= 0)
			rows[kept++] = rows[i];
	*count = kept;
	return NP_OK;
}
