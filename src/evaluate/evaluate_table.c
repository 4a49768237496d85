/* Predictions from anywhere: a file with a column of them and a column of measurements. */
#include "base/arena.h"
#include "base/error.h"
#include "dataset/labels.h"
#include "dataset/records.h"
#include "evaluate/scores.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_GROUPS = 256, MOST_ROWS = 1000000 };

typedef struct pair_row {
	const char *type, *target;
	double predicted, actual;
} pair_row;

static const np_field FIELDS[] = {
        {"layer_type", NP_FIELD_TEXT, offsetof(pair_row, type)},
        {"target", NP_FIELD_TEXT, offsetof(pair_row, target)},
        {"predicted", NP_FIELD_MEASURE, offsetof(pair_row, predicted)},
        {"actual", NP_FIELD_MEASURE, offsetof(pair_row, actual)},
};

typedef struct group {
	const char *type, *target; /* labels: equal texts are equal pointers */
	np_pairs pairs;
} group;

typedef struct table {
	np_arena arena;
	np_labels labels;
	group groups[MOST_GROUPS];
	int group_count, rows;
} table;

static np_status take_header(void *context, const np_columns *columns, int line, np_error *err)
{
	(void)context;
	if (np_columns_have(columns, "predicted") && np_columns_have(columns, "actual"))
		return NP_OK;
	return np_fail_at(err, NP_ERR_DATA, line, 1, "columns 'predicted' and 'actual' were expected");
}

static group *find_group(table *t, const char *type, const char *target)
{
	for (int i = 0; i < t->group_count; i++)
		if (t->groups[i].type == type && t->groups[i].target == target)
			return &t->groups[i];
	if (t->group_count == MOST_GROUPS)
		return NULL;
	t->groups[t->group_count] = (group){.type = type, .target = target};
	return &t->groups[t->group_count++];
}

/* Somebody else's result is judged as a whole: a row that cannot be read ends it. */
static np_status take_row(void *context, const np_columns *columns, const np_csv_row *csv, np_error *err)
{
	table *t = context;
	pair_row row;
	char reason[256];
	if (!np_columns_fill(columns, csv, &row, reason, sizeof reason))
		return np_fail_at(err, NP_ERR_DATA, csv->line, 1, "%s", reason);
	if (isnan(row.predicted) || isnan(row.actual))
		return np_fail_at(err, NP_ERR_DATA, csv->line, 1, "predicted or actual is blank");
	if (t->rows++ == MOST_ROWS)
		return np_fail(err, NP_ERR_LIMIT, "more than %d rows", MOST_ROWS);
	const char *type = np_label(&t->labels, row.type), *target = np_label(&t->labels, row.target);
	if (!type || !target)
		return np_fail(err, NP_ERR_LIMIT, "too many different texts");
	group *g = find_group(t, type, target);
	if (!g)
		return np_fail_at(err, NP_ERR_LIMIT, csv->line, 1, "more than %d groups of layer_type and target", MOST_GROUPS);
	return np_pairs_add(&g->pairs, row.predicted, row.actual, csv->line, err);
}

/* All groups of one target, as one. */
static np_status summarise(np_evaluation *e, const table *t, const char *target, np_error *err)
{
	np_pairs all = {0};
	np_status status = NP_OK;
	for (int i = 0; i < t->group_count; i++)
		for (int k = 0; t->groups[i].target == target && k < t->groups[i].pairs.count && status == NP_OK; k++)
			status = np_pairs_add(&all, t->groups[i].pairs.predicted[k], t->groups[i].pairs.actual[k], 0, err);
	if (status == NP_OK)
		status = np_evaluation_summarise(e, target, &all, err);
	np_pairs_free(&all);
	return status;
}

static bool first_of_target(const table *t, int index)
{
	for (int i = 0; i < index; i++)
		if (t->groups[i].target == t->groups[index].target)
			return false;
	return true;
}

static np_status fill(np_evaluation *e, const table *t, np_error *err)
{
	for (int i = 0; i < t->group_count; i++) {
		const group *g = &t->groups[i];
		np_layer_score *score = &e->layers[e->layer_count++];
		score->type = np_evaluation_text(e, g->type);
		score->target = np_evaluation_text(e, g->target);
		if (!score->type || !score->target)
			return np_fail_memory(err);
		score->model_size = score->degree = -1;
		score->interval_coverage = score->in_sample_rmspe = score->cv_rmspe = NAN;
		NP_TRY(np_pairs_accuracy(&g->pairs, &score->accuracy, err));
		NP_TRY(np_evaluation_points(e, &g->pairs, &score->points, err));
	}
	for (int i = 0; i < t->group_count; i++)
		if (first_of_target(t, i))
			NP_TRY(summarise(e, t, t->groups[i].target, err));
	return NP_OK;
}

static np_status evaluate(table *t, const char *path, np_evaluation **evaluation, np_error *err)
{
	const np_records records = {FIELDS, sizeof FIELDS / sizeof *FIELDS, take_header, take_row,
	                            t,      "predictions and measurements"};
	NP_TRY(np_records_read(&records, path, NULL, err));
	if (!t->rows) {
		np_error_set_path(err, path);
		return np_fail(err, NP_ERR_DATA, "no row follows the header");
	}
	*evaluation = np_evaluation_create(path, t->group_count, 0);
	return *evaluation ? fill(*evaluation, t, err) : np_fail_memory(err);
}

np_status np_evaluate_table(const char *path, np_evaluation **evaluation, np_error *err)
{
	*evaluation = NULL;
	table *t = calloc(1, sizeof *t);
	if (!t)
		return np_fail_memory(err);
	t->arena.limit = 1 << 20;
	t->labels.arena = &t->arena;
	np_status status = evaluate(t, path, evaluation, err);
	for (int i = 0; i < t->group_count; i++)
		np_pairs_free(&t->groups[i].pairs);
	np_labels_free(&t->labels);
	np_arena_free(&t->arena);
	free(t);
	if (status != NP_OK) {
		np_error_set_path(err, path);
		np_evaluation_free(*evaluation);
		*evaluation = NULL;
	}
	return status;
}
