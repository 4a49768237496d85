/* Samples by name, and their medians. */
#include "base/error.h"
#include "measure/statistics.h"
#include "profiles/profiles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SAMPLES = 1 << 24 };

np_status np_samples_add(np_samples *samples, np_sample sample, np_error *err)
{
	if (samples->count == MOST_SAMPLES)
		return np_fail(err, NP_ERR_LIMIT, "more than %d measurements", MOST_SAMPLES);
	if (samples->count == samples->capacity) {
		int larger = samples->capacity ? 2 * samples->capacity : 256;
		np_sample *moved = realloc(samples->items, (size_t)larger * sizeof *moved);
		if (!moved)
			return np_fail_memory(err);
		samples->items = moved;
		samples->capacity = larger;
	}
	sample.order = samples->count;
	samples->items[samples->count++] = sample;
	return NP_OK;
}

void np_samples_free(np_samples *samples)
{
	free(samples->items);
	*samples = (np_samples){0};
}

static int by_name(const void *left, const void *right)
{
	const np_sample *a = left, *b = right;
	int order = strcmp(a->name, b->name);
	return order ? order : a->order - b->order;
}

typedef struct group {
	int first, count, order;
} group;

static int by_order(const void *left, const void *right)
{
	const group *a = left, *b = right;
	return a->order - b->order;
}

static np_status median_of(const np_sample *items, int count, bool of_power, double *median, np_error *err)
{
	np_series series = {0};
	np_status status = NP_OK;
	for (int i = 0; status == NP_OK && i < count; i++) {
		double value = of_power ? items[i].power_w : items[i].runtime_ms;
		if (!isnan(value))
			status = np_series_add(&series, value, err);
	}
	*median = status == NP_OK ? np_series_median(&series) : NAN;
	np_series_free(&series);
	return status;
}

static np_status take_group(const np_samples *samples, const group *g, bool drop_first, np_take_timing *take, void *context,
                            np_error *err)
{
	const np_sample *items = samples->items + g->first;
	int dropped = drop_first && g->count > 1;
	np_timing timing = {.name = items->name, .from = items->from, .runs = g->count - dropped};
	NP_TRY(median_of(items + dropped, timing.runs, false, &timing.runtime_ms, err));
	NP_TRY(median_of(items + dropped, timing.runs, true, &timing.power_w, err));
	return take(context, &timing, err);
}

np_status np_samples_each(np_samples *samples, bool drop_first, np_take_timing *take, void *context, np_error *err)
{
	int count = 0;
	group *groups = calloc((size_t)samples->count + 1, sizeof *groups);
	if (!groups)
		return np_fail_memory(err);
	if (samples->count)
		qsort(samples->items, (size_t)samples->count, sizeof *samples->items, by_name);
	for (int i = 0; i < samples->count; i++) {
		if (i == 0 || strcmp(samples->items[i].name, samples->items[i - 1].name) != 0)
			groups[count++] = (group){.first = i, .order = samples->items[i].order};
		groups[count - 1].count++;
	}
	qsort(groups, (size_t)count, sizeof *groups, by_order);
	np_status status = NP_OK;
	for (int i = 0; status == NP_OK && i < count; i++)
		status = take_group(samples, &groups[i], drop_first, take, context, err);
	free(groups);
	return status;
}
