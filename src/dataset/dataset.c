/*
 * Data sets: rows gathered from files, rows refused and why. Nothing is dropped in silence: what is not a row is an
 * issue or counted as another device's.
 */
#include <neuralpower/dataset.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/flags.h"
#include "dataset/issues.h"
#include "dataset/labels.h"
#include "dataset/passes.h"
#include "dataset/records.h"
#include "dataset/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOST_ROWS = 1000000,
	MOST_REJECTED = 100000, /* rows of one file; after so many it is not a data set */
	MOST_LABELS = 8 << 20,  /* bytes of all repeated texts */
};

typedef enum text_column { DEVICE, SOFTWARE, DTYPE, TEXT_COLUMNS } text_column;

struct np_dataset {
	np_arena arena; /* owns all texts */
	np_row *rows;
	int row_count, row_capacity;
	np_dataset_file *files;
	int file_count;
	np_issues issues;
	const char *texts[TEXT_COLUMNS];
};

/* What is needed while files are read. */
typedef struct loading {
	np_dataset *dataset;
	np_labels labels;
	np_distinct distinct[TEXT_COLUMNS], other_devices;
	const char *device;
	np_dataset_file *file;
} loading;

const char *np_target_name(np_target target)
{
	static const char *const NAMES[NP_TARGET_COUNT] = {
#define NP_TARGET_TEXT(name, text) [name] = text,
	        NP_TARGET_MAP(NP_TARGET_TEXT)
#undef NP_TARGET_TEXT
	};
	return (unsigned)target < NP_TARGET_COUNT ? NAMES[target] : "unknown";
}

/* ---- rows ---- */

static np_status add_issue(loading *l, int line, const char *reason, np_error *err)
{
	if (++l->file->rejected > MOST_REJECTED)
		return np_fail_at(err, NP_ERR_LIMIT, line, 1, "more than %d rows cannot be used; this one: %s", MOST_REJECTED,
		                  reason);
	return np_issues_add(&l->dataset->issues, &l->dataset->arena, l->file->path, line, reason, err);
}

static np_status reserve_row(np_dataset *d, np_error *err)
{
	if (d->row_count < d->row_capacity)
		return NP_OK;
	if (d->row_count == MOST_ROWS)
		return np_fail(err, NP_ERR_LIMIT, "more than %d rows", MOST_ROWS);
	int capacity = d->row_capacity ? d->row_capacity + d->row_capacity / 2 : 256;
	if (capacity > MOST_ROWS)
		capacity = MOST_ROWS;
	np_row *rows = realloc(d->rows, (size_t)capacity * sizeof *rows);
	if (!rows)
		return np_fail_memory(err);
	d->rows = rows;
	d->row_capacity = capacity;
	return NP_OK;
}

static np_status keep_label(loading *l, const char *text, const char **label, np_error *err)
{
	*label = np_label(&l->labels, text);
	return *label ? NP_OK : np_fail(err, NP_ERR_LIMIT, "too many different texts");
}

static np_status keep_row(loading *l, const np_raw_row *raw, np_row *row, np_error *err)
{
	const char *const texts[TEXT_COLUMNS] = {raw->device, raw->software, raw->dtype};
	NP_TRY(reserve_row(l->dataset, err));
	NP_TRY(keep_label(l, raw->network, &row->network, err));
	NP_TRY(keep_label(l, raw->run, &row->run, err));
	for (int i = 0; i < TEXT_COLUMNS; i++) {
		const char *label;
		NP_TRY(keep_label(l, texts[i], &label, err));
		np_distinct_add(&l->distinct[i], label);
	}
	l->dataset->rows[l->dataset->row_count++] = *row;
	l->file->rows++;
	return NP_OK;
}

static np_status skip_device(loading *l, const np_raw_row *raw, np_error *err)
{
	const char *label;
	NP_TRY(keep_label(l, raw->device, &label, err));
	np_distinct_add(&l->other_devices, label);
	l->file->other_devices++;
	return NP_OK;
}

static np_status take_header(void *context, const np_columns *columns, int line, np_error *err)
{
	static const char *const NEEDED[] = {"layer_type", "in_c"};
	(void)context;
	for (size_t i = 0; i < sizeof NEEDED / sizeof *NEEDED; i++)
		if (!np_columns_have(columns, NEEDED[i]))
			return np_fail_at(err, NP_ERR_DATA, line, 1,
			                  "no column '%s', a header with the columns of measured layers was expected",
			                  NEEDED[i]);
	for (np_target t = 0; t < NP_TARGET_COUNT; t++)
		if (np_columns_have(columns, np_target_name(t)))
			return NP_OK;
	return np_fail_at(err, NP_ERR_DATA, line, 1, "none of the columns runtime_ms, power_w, energy_mj");
}

static np_status take_row(void *context, const np_columns *columns, const np_csv_row *csv, np_error *err)
{
	loading *l = context;
	char reason[256];
	np_raw_row raw;
	np_row row = {.file = l->dataset->file_count, .line = csv->line};
	bool readable = np_columns_fill(columns, csv, &raw, reason, sizeof reason);
	if (readable && l->device && !strstr(raw.device, l->device))
		return skip_device(l, &raw, err);
	if (!readable || !np_row_check(&raw, &row, reason, sizeof reason))
		return add_issue(l, csv->line, reason, err);
	if (np_flags_drop(raw.flags)) {
		l->file->flagged++;
		return NP_OK;
	}
	row.contended = np_flags_have(raw.flags, "contended");
	row.pass = raw.pass == NP_BLANK ? 0 : raw.pass;
	return keep_row(l, &raw, &row, err);
}

/* ---- files ---- */

static np_status check_file(const loading *l, int first_issue, np_error *err)
{
	if (l->file->rows || l->file->other_devices)
		return NP_OK;
	if (l->file->flagged)
		return np_fail(err, NP_ERR_DATA, "all of its rows are flagged: something went wrong while they were measured");
	if (!l->file->rejected)
		return np_fail(err, NP_ERR_DATA, "no row follows the header");
	/* The first issue of this file names itself; another file's may have filled the list. */
	const char *issue = np_issues_item(&l->dataset->issues, first_issue);
	return np_fail(err, NP_ERR_DATA, "none of its %d rows can be used; the first: %s", l->file->rejected,
	               issue ? issue : "");
}

static np_status merge_passes(loading *l, int first_row, np_error *err)
{
	np_dataset *d = l->dataset;
	int count = d->row_count - first_row;
	if (!count)
		return NP_OK; /* and perhaps no array yet */
	NP_TRY(np_passes_merge(d->rows + first_row, &count, err));
	l->file->repeats = d->row_count - first_row - count;
	d->row_count = first_row + count;
	return NP_OK;
}

static np_status load_file(loading *l, const char *path, np_error *err)
{
	np_dataset *d = l->dataset;
	int first_issue = d->issues.count, first_row = d->row_count;
	l->file = &d->files[d->file_count];
	l->file->path = np_arena_text(&d->arena, path, strlen(path));
	if (!l->file->path)
		return np_fail_memory(err);
	const np_records records = {NP_ROW_FIELDS, NP_ROW_FIELD_COUNT, take_header, take_row, l, "measured layers"};
	np_status status = np_records_read(&records, path, l->file->sha256, err);
	if (status == NP_OK)
		status = check_file(l, first_issue, err);
	if (status == NP_OK)
		status = merge_passes(l, first_row, err);
	if (status != NP_OK)
		np_error_set_path(err, path);
	d->file_count++;
	return status;
}

static np_status check_devices(const loading *l, np_error *err)
{
	if (l->dataset->row_count)
		return NP_OK;
	np_arena arena = {0};
	const char *others = np_distinct_join(&l->other_devices, &arena);
	np_status status = np_fail(err, NP_ERR_DATA, "no row is of a device called '%s'; there is: %.300s", l->device,
	                           others ? others : "");
	np_arena_free(&arena);
	return status;
}

static np_status load_all(loading *l, const char *const *paths, int path_count, np_error *err)
{
	np_dataset *d = l->dataset;
	d->files = np_arena_array(&d->arena, (size_t)path_count, sizeof *d->files);
	if (!d->files)
		return np_fail_memory(err);
	for (int i = 0; i < path_count; i++)
		NP_TRY(load_file(l, paths[i], err));
	NP_TRY(check_devices(l, err));
	for (int i = 0; i < TEXT_COLUMNS; i++) {
		d->texts[i] = np_distinct_join(&l->distinct[i], &d->arena);
		if (!d->texts[i])
			return np_fail_memory(err);
	}
	return NP_OK;
}

np_status np_dataset_load(const char *const *paths, int path_count, const char *device, np_dataset **dataset, np_error *err)
{
	*dataset = NULL;
	if (path_count < 1)
		return np_fail(err, NP_ERR_ARGUMENT, "no file to read measured layers from");
	loading *l = calloc(1, sizeof *l);
	np_dataset *d = calloc(1, sizeof *d);
	np_status status = NP_ERR_MEMORY;
	if (l && d) {
		d->arena.limit = MOST_LABELS;
		*l = (loading){.dataset = d, .labels = {.arena = &d->arena}, .device = device};
		status = load_all(l, paths, path_count, err);
		np_labels_free(&l->labels);
	} else {
		np_fail_memory(err);
	}
	free(l);
	if (status == NP_OK)
		*dataset = d;
	else
		np_dataset_free(d);
	return status;
}

void np_dataset_free(np_dataset *dataset)
{
	if (!dataset)
		return;
	np_arena_free(&dataset->arena);
	free(dataset->rows);
	free(dataset);
}

/* ---- looking ---- */

int np_dataset_row_count(const np_dataset *dataset)
{
	return dataset->row_count;
}

const np_row *np_dataset_row(const np_dataset *dataset, int index)
{
	return index >= 0 && index < dataset->row_count ? &dataset->rows[index] : NULL;
}

int np_dataset_file_count(const np_dataset *dataset)
{
	return dataset->file_count;
}

const np_dataset_file *np_dataset_file_info(const np_dataset *dataset, int index)
{
	return index >= 0 && index < dataset->file_count ? &dataset->files[index] : NULL;
}

const char *np_dataset_device(const np_dataset *dataset)
{
	return dataset->texts[DEVICE];
}

const char *np_dataset_software(const np_dataset *dataset)
{
	return dataset->texts[SOFTWARE];
}

const char *np_dataset_dtype(const np_dataset *dataset)
{
	return dataset->texts[DTYPE];
}

int np_dataset_issue_count(const np_dataset *dataset)
{
	return dataset->issues.count;
}

const char *np_dataset_issue(const np_dataset *dataset, int index)
{
	return np_issues_item(&dataset->issues, index);
}
