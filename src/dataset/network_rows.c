/* Whole networks that were measured: rows of a networks file. */
#include <neuralpower/dataset.h>

#include "base/error.h"
#include "dataset/flags.h"
#include "dataset/issues.h"
#include "dataset/labels.h"
#include "dataset/records.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 100000, MOST_TEXT = 32 << 20 };

struct np_network_rows {
	np_arena arena;
	const char *path;
	np_network_row *rows;
	int count, capacity;
	np_issues issues;
};

typedef struct raw_row {
	const char *network, *file, *device, *software, *dtype, *run, *flags;
	int64_t batch;
	double value[NP_TARGET_COUNT], sum_of_layers_ms, sum_of_layers_mj;
} raw_row;

#define TEXT(name)                                            \
	{                                                     \
#name, NP_FIELD_TEXT, offsetof(raw_row, name) \
	}
#define MEASURE(target, name) {name, NP_FIELD_MEASURE, offsetof(raw_row, value[target])},

static const np_field FIELDS[] = {TEXT(network),
                                  TEXT(file),
                                  TEXT(device),
                                  TEXT(software),
                                  TEXT(dtype),
                                  TEXT(run),
                                  TEXT(flags),
                                  {"sum_of_layers_ms", NP_FIELD_MEASURE, offsetof(raw_row, sum_of_layers_ms)},
                                  {"sum_of_layers_mj", NP_FIELD_MEASURE, offsetof(raw_row, sum_of_layers_mj)},
                                  {"batch", NP_FIELD_COUNT, offsetof(raw_row, batch)},
                                  NP_TARGET_MAP(MEASURE)};

typedef struct loading {
	np_network_rows *rows;
	np_labels labels;
	const char *device;
	int others; /* rows of other devices */
} loading;

static np_status take_header(void *context, const np_columns *columns, int line, np_error *err)
{
	(void)context;
	if (!np_columns_have(columns, "network"))
		return np_fail_at(err, NP_ERR_DATA, line, 1,
		                  "no column 'network', a header with the columns of measured networks was expected");
	for (np_target t = 0; t < NP_TARGET_COUNT; t++)
		if (np_columns_have(columns, np_target_name(t)))
			return NP_OK;
	return np_fail_at(err, NP_ERR_DATA, line, 1, "none of the columns runtime_ms, power_w, energy_mj");
}

static np_status reserve(np_network_rows *rows, np_error *err)
{
	if (rows->count < rows->capacity)
		return NP_OK;
	if (rows->count == MOST_ROWS)
		return np_fail(err, NP_ERR_LIMIT, "more than %d networks", MOST_ROWS);
	int capacity = rows->capacity ? rows->capacity * 2 : 64;
	np_network_row *larger = realloc(rows->rows, (size_t)capacity * sizeof *larger);
	if (!larger)
		return np_fail_memory(err);
	rows->rows = larger;
	rows->capacity = capacity;
	return NP_OK;
}

static const char *refusal(const raw_row *raw)
{
	if (!raw->network[0])
		return "network is blank";
	if (raw->batch == 0)
		return "batch is 0, 1 or more was expected";
	if (np_flags_drop(raw->flags))
		return "it is flagged: something went wrong while it was measured";
	for (int t = 0; t < NP_TARGET_COUNT; t++)
		if (!isnan(raw->value[t]))
			return NULL;
	return "nothing was measured: runtime_ms, power_w and energy_mj are blank";
}

static np_status keep_row(loading *l, const raw_row *raw, int line, np_error *err)
{
	NP_TRY(reserve(l->rows, err));
	np_network_row row = {.batch = raw->batch == NP_BLANK ? 1 : raw->batch,
	                      .sum_of_layers_ms = raw->sum_of_layers_ms,
	                      .sum_of_layers_mj = raw->sum_of_layers_mj,
	                      .line = line};
	const char *const texts[] = {raw->network, raw->file, raw->device, raw->software, raw->dtype, raw->run};
	const char **const to[] = {&row.network, &row.file, &row.device, &row.software, &row.dtype, &row.run};
	for (int i = 0; i < 6; i++) {
		*to[i] = np_label(&l->labels, texts[i]);
		if (!*to[i])
			return np_fail(err, NP_ERR_LIMIT, "too many different texts");
	}
	for (int t = 0; t < NP_TARGET_COUNT; t++) {
		row.has[t] = !isnan(raw->value[t]);
		row.value[t] = row.has[t] ? raw->value[t] : 0;
	}
	l->rows->rows[l->rows->count++] = row;
	return NP_OK;
}

static np_status take_row(void *context, const np_columns *columns, const np_csv_row *csv, np_error *err)
{
	loading *l = context;
	char text[256];
	raw_row raw;
	const char *reason = np_columns_fill(columns, csv, &raw, text, sizeof text) ? NULL : text;
	if (!reason && l->device && !strstr(raw.device, l->device)) {
		l->others++;
		return NP_OK;
	}
	if (!reason)
		reason = refusal(&raw);
	if (reason)
		return np_issues_add(&l->rows->issues, &l->rows->arena, l->rows->path, csv->line, reason, err);
	return keep_row(l, &raw, csv->line, err);
}

static np_status load(loading *l, const char *path, np_error *err)
{
	np_network_rows *rows = l->rows;
	rows->path = np_arena_text(&rows->arena, path, strlen(path));
	if (!rows->path)
		return np_fail_memory(err);
	const np_records records = {FIELDS, sizeof FIELDS / sizeof *FIELDS, take_header, take_row, l, "measured networks"};
	NP_TRY(np_records_read(&records, path, NULL, err));
	if (rows->count)
		return NP_OK;
	if (l->others)
		return np_fail(err, NP_ERR_DATA, "no row is of a device called '%s'", l->device);
	return np_fail(err, NP_ERR_DATA, "no usable row%s%s", rows->issues.count ? "; the first: " : "",
	               rows->issues.count ? rows->issues.items[0] : "");
}

np_status np_network_rows_load(const char *path, const char *device, np_network_rows **rows, np_error *err)
{
	np_network_rows *made = *rows = calloc(1, sizeof *made);
	if (!made)
		return np_fail_memory(err);
	made->arena.limit = MOST_TEXT;
	loading l = {.rows = made, .labels = {.arena = &made->arena}, .device = device};
	np_status status = load(&l, path, err);
	np_labels_free(&l.labels);
	if (status != NP_OK) {
		np_error_set_path(err, path);
		np_network_rows_free(made);
		*rows = NULL;
	}
	return status;
}

void np_network_rows_free(np_network_rows *rows)
{
	if (!rows)
		return;
	np_arena_free(&rows->arena);
	free(rows->rows);
	free(rows);
}

const char *np_network_rows_path(const np_network_rows *rows)
{
	return rows->path;
}

int np_network_rows_count(const np_network_rows *rows)
{
	return rows->count;
}

const np_network_row *np_network_rows_row(const np_network_rows *rows, int index)
{
	return index >= 0 && index < rows->count ? &rows->rows[index] : NULL;
}

int np_network_rows_issue_count(const np_network_rows *rows)
{
	return rows->issues.count;
}

const char *np_network_rows_issue(const np_network_rows *rows, int index)
{
	return np_issues_item(&rows->issues, index);
}
