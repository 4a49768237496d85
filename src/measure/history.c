/* See history.h. */
#include "measure/history.h"

#include "base/error.h"
#include "dataset/records.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- entries ---- */

static np_status keep(np_history *history, const char *text, const char **label, np_error *err)
{
	history->labels.arena = &history->arena;
	*label = np_label(&history->labels, text);
	return *label ? NP_OK : np_fail_memory(err);
}

static np_status add(np_history *history, const np_entry *entry, np_error *err)
{
	np_entry kept = *entry;
	NP_TRY(keep(history, entry->name, &kept.name, err));
	NP_TRY(keep(history, entry->network, &kept.network, err));
	NP_TRY(keep(history, entry->algo, &kept.algo, err));
	if (history->count == history->capacity) {
		int capacity = history->capacity ? 2 * history->capacity : 256;
		np_entry *larger = realloc(history->entries, (size_t)capacity * sizeof *larger);
		if (!larger)
			return np_fail_memory(err);
		history->entries = larger;
		history->capacity = capacity;
	}
	history->entries[history->count++] = kept;
	return NP_OK;
}

np_status np_history_add(np_history *history, const np_record *record, const char *name, const char *network, unsigned flags,
                         double at_s, np_error *err)
{
	const np_entry entry = {.name = name,
	                        .network = network,
	                        .algo = record->job.algo,
	                        .pass = record->pass,
	                        .runtime_ms = record->runtime_ms,
	                        .power_w = record->power_w,
	                        .dropped = np_flags_drop(record->flags),
	                        .contended = (flags & NP_FLAG_CONTENDED) != 0,
	                        .flagged = record->flags[0] != 0,
	                        .anchor = (flags & NP_FLAG_ANCHOR) != 0,
	                        .at_s = at_s};
	return add(history, &entry, err);
}

void np_history_free(np_history *history)
{
	np_labels_free(&history->labels);
	np_arena_free(&history->arena);
	free(history->entries);
	*history = (np_history){0};
}

/* ---- reading ---- */

typedef struct raw_entry {
	const char *layer, *network, *device, *software, *dtype, *algo, *flags;
	int64_t pass, threads, batch;
	double runtime_ms, power_w;
} raw_entry;

#define AT(type, name)                                            \
	{                                                         \
#name, NP_FIELD_##type, offsetof(raw_entry, name) \
	}
static const np_field FIELDS[] = {AT(TEXT, layer),  AT(TEXT, network),  AT(TEXT, device),        AT(TEXT, software),
                                  AT(TEXT, dtype),  AT(TEXT, algo),     AT(TEXT, flags),         AT(COUNT, pass),
                                  AT(COUNT, batch), AT(COUNT, threads), AT(MEASURE, runtime_ms), AT(MEASURE, power_w)};

typedef struct reading {
	np_history *history;
	bool networks;
} reading;

static np_status take_header(void *context, const np_columns *columns, int line, np_error *err)
{
	(void)context;
	(void)columns;
	(void)line;
	(void)err;
	return NP_OK;
}

static np_status take_origin(np_history *history, const raw_entry *raw, int line, np_error *err)
{
	const char *device, *software, *dtype;
	NP_TRY(keep(history, raw->device, &device, err));
	NP_TRY(keep(history, raw->software, &software, err));
	NP_TRY(keep(history, raw->dtype, &dtype, err));
	bool first = !history->device;
	if (!first && (device != history->device || software != history->software || dtype != history->dtype ||
	               raw->threads != history->threads))
		return np_fail_at(err, NP_ERR_DATA, line, 1, "measured on '%s' with '%s', the rows before on '%s' with '%s'",
		                  device, software, history->device, history->software);
	history->device = device;
	history->software = software;
	history->dtype = dtype;
	history->threads = raw->threads;
	return NP_OK;
}

static np_status take_row(void *context, const np_columns *columns, const np_csv_row *row, np_error *err)
{
	const reading *r = context;
	raw_entry raw;
	char reason[256], batch[24];
	if (!np_columns_fill(columns, row, &raw, reason, sizeof reason))
		return np_fail_at(err, NP_ERR_DATA, row->line, 1, "%s", reason);
	NP_TRY(take_origin(r->history, &raw, row->line, err));
	snprintf(batch, sizeof batch, "%" PRId64, raw.batch);
	np_entry entry = {.name = raw.layer,
	                  .network = raw.network,
	                  .algo = raw.algo,
	                  .pass = raw.pass,
	                  .runtime_ms = raw.runtime_ms,
	                  .power_w = raw.power_w,
	                  .dropped = np_flags_drop(raw.flags),
	                  .contended = np_flags_have(raw.flags, "contended"),
	                  .flagged = raw.flags[0] != 0,
	                  .anchor = np_flags_have(raw.flags, "anchor"),
	                  .at_s = NAN};
	if (r->networks) {
		entry.name = raw.network;
		entry.network = batch;
	}
	return add(r->history, &entry, err);
}

np_status np_history_read(np_history *history, const char *path, bool networks, np_error *err)
{
	reading r = {history, networks};
	const np_records records = {FIELDS, sizeof FIELDS / sizeof *FIELDS, take_header, take_row, &r, "measurements"};
	np_status status = np_records_read(&records, path, NULL, err);
	if (status != NP_OK)
		np_error_set_path(err, path);
	return status;
}

/* ---- what is known ---- */

const np_entry *np_history_find(const np_history *history, const char *name, const char *network, int64_t pass)
{
	for (int i = 0; i < history->count; i++) {
		const np_entry *e = &history->entries[i];
		if (e->pass == pass && !e->anchor && strcmp(e->name, name) == 0 && strcmp(e->network, network) == 0)
			return e;
	}
	return NULL;
}

static double median(double *values, int count)
{
	np_series series = {.values = values, .count = count};
	return np_series_median(&series);
}

bool np_history_value(np_history *history, const char *name, const char *network, double *runtime_ms, double *power_w)
{
	enum { MOST = 64 };
	double runtimes[2][MOST], powers[2][MOST]; /* unflagged, flagged */
	int count[2] = {0}, powered[2] = {0};
	for (int i = 0; i < history->count; i++) {
		const np_entry *e = &history->entries[i];
		int f = e->dropped || e->contended;
		if (e->anchor || count[f] == MOST || strcmp(e->name, name) != 0 || strcmp(e->network, network) != 0)
			continue;
		runtimes[f][count[f]++] = e->runtime_ms;
		if (!isnan(e->power_w))
			powers[f][powered[f]++] = e->power_w;
	}
	int which = count[0] ? 0 : 1;
	*runtime_ms = median(runtimes[which], count[which]);
	*power_w = median(powers[which], powered[which]);
	return count[which] > 0;
}

/* ---- agreement of passes ---- */

static double difference(double a, double b)
{
	return fabs(a - b) / ((a + b) / 2);
}

static np_status compare_passes(const np_history *history, np_series *runtime, np_series *power, np_error *err)
{
	for (int i = 0; i < history->count; i++) {
		const np_entry *a = &history->entries[i];
		const np_entry *b = a->pass == 1 && !a->anchor ? np_history_find(history, a->name, a->network, 2) : NULL;
		if (!b || a->flagged || b->flagged)
			continue;
		NP_TRY(np_series_add(runtime, difference(a->runtime_ms, b->runtime_ms), err));
		if (!isnan(a->power_w) && !isnan(b->power_w))
			NP_TRY(np_series_add(power, difference(a->power_w, b->power_w), err));
	}
	return NP_OK;
}

np_status np_history_agreement(const np_history *history, np_agreement *agreement, np_error *err)
{
	np_series runtime = {0}, power = {0};
	np_status status = compare_passes(history, &runtime, &power, err);
	*agreement = (np_agreement){.pairs = runtime.count,
	                            .runtime_median = np_series_median(&runtime),
	                            .runtime_p90 = np_series_quantile(&runtime, 0.9),
	                            .power_median = np_series_median(&power),
	                            .power_p90 = np_series_quantile(&power, 0.9)};
	np_series_free(&runtime);
	np_series_free(&power);
	return status;
}

/* ---- drift ---- */

typedef struct line_fit {
	int n;
	double x, y, xx, xy;
} line_fit;

static void add_point(line_fit *f, double x, double y)
{
	if (isnan(y))
		return;
	f->n++;
	f->x += x;
	f->y += y;
	f->xx += x * x;
	f->xy += x * y;
}

static double slope(const line_fit *f)
{
	return f->n > 2 ? (f->n * f->xy - f->x * f->y) / (f->n * f->xx - f->x * f->x) : NAN;
}

np_drift np_history_drift(const np_history *history)
{
	np_drift drift = {0};
	line_fit runtime = {0}, power = {0};
	double least = INFINITY, most = 0;
	for (int i = 0; i < history->count; i++) {
		const np_entry *e = &history->entries[i];
		if (!e->anchor || isnan(e->at_s))
			continue;
		drift.anchors++;
		add_point(&runtime, e->at_s / 3600, e->runtime_ms);
		add_point(&power, e->at_s / 3600, e->power_w);
		least = fmin(least, e->runtime_ms);
		most = fmax(most, e->runtime_ms);
	}
	double mean = runtime.y / runtime.n;
	drift.runtime_per_h = slope(&runtime) / mean;
	drift.power_w_per_h = slope(&power);
	drift.runtime_spread = drift.anchors > 1 ? (most - least) / mean : NAN;
	return drift;
}
