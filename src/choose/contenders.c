/* Networks with their errors, and with their costs where they are known, from a table. */
#include <neuralpower/rank.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/records.h"
#include "text/number.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 20000 };

typedef struct table_row {
	const char *network, *error;
	double energy_per_item_mj, runtime_ms, power_w;
} table_row;

static const np_field FIELDS[] = {
        {"network", NP_FIELD_TEXT, offsetof(table_row, network)},
        {"error", NP_FIELD_TEXT, offsetof(table_row, error)},
        {"energy_per_item_mj", NP_FIELD_MEASURE, offsetof(table_row, energy_per_item_mj)},
        {"runtime_ms", NP_FIELD_MEASURE, offsetof(table_row, runtime_ms)},
        {"power_w", NP_FIELD_MEASURE, offsetof(table_row, power_w)},
};

typedef struct reading {
	np_contenders *candidates;
	np_arena *arena;
	int capacity;
} reading;

static np_status take_header(void *context, const np_columns *columns, int line, np_error *err)
{
	(void)context;
	if (np_columns_have(columns, "network") && np_columns_have(columns, "error"))
		return NP_OK;
	return np_fail_at(err, NP_ERR_DATA, line, 1, "columns 'network' and 'error' were expected");
}

/* "0.073" or "7.3%" */
static bool read_error(const char *text, double *error)
{
	char number[64];
	size_t length = strlen(text);
	while (length && strchr(" \t", text[length - 1]))
		length--;
	bool percent = length && text[length - 1] == '%';
	if (length >= sizeof number)
		return false;
	snprintf(number, sizeof number, "%.*s", (int)(percent ? length - 1 : length), text);
	if (!np_number_read(number, error))
		return false;
	*error /= percent ? 100 : 1;
	return *error >= 0 && *error <= 1;
}

static bool seen(const np_contenders *candidates, const char *network)
{
	for (int i = 0; i < candidates->count; i++)
		if (strcmp(candidates->items[i].network, network) == 0)
			return true;
	return false;
}

static np_status check_row(const np_contenders *candidates, const table_row *row, int line, double *error, np_error *err)
{
	if (!row->network[0])
		return np_fail_at(err, NP_ERR_DATA, line, 1, "the network has no name");
	if (!read_error(row->error, error))
		return np_fail_at(err, NP_ERR_DATA, line, 1,
		                  "error is '%.40s', a fraction from 0 to 1 or a percentage as 7.3%% was expected", row->error);
	if (seen(candidates, row->network))
		return np_fail_at(err, NP_ERR_DATA, line, 1, "network '%.80s' stands there twice", row->network);
	if (candidates->count == MOST_ROWS)
		return np_fail_at(err, NP_ERR_LIMIT, line, 1, "more than %d rows", MOST_ROWS);
	return NP_OK;
}

static np_status make_room(reading *r, np_error *err)
{
	if (r->candidates->count < r->capacity)
		return NP_OK;
	int larger = r->capacity ? 2 * r->capacity : 64;
	np_contender *moved = realloc(r->candidates->items, (size_t)larger * sizeof *moved);
	if (!moved)
		return np_fail_memory(err);
	r->candidates->items = moved;
	r->capacity = larger;
	return NP_OK;
}

/* What one chooses by is judged as a whole: a row that cannot be read ends it. */
static np_status take_row(void *context, const np_columns *columns, const np_csv_row *csv, np_error *err)
{
	reading *r = context;
	table_row row;
	char reason[256];
	double error;
	if (!np_columns_fill(columns, csv, &row, reason, sizeof reason))
		return np_fail_at(err, NP_ERR_DATA, csv->line, 1, "%s", reason);
	NP_TRY(check_row(r->candidates, &row, csv->line, &error, err));
	NP_TRY(make_room(r, err));
	const char *network = np_arena_text(r->arena, row.network, strlen(row.network));
	if (!network)
		return np_fail_memory(err);
	r->candidates->items[r->candidates->count++] = (np_contender){.network = network,
	                                                              .error = error,
	                                                              .energy_per_item_mj = row.energy_per_item_mj,
	                                                              .runtime_ms = row.runtime_ms,
	                                                              .power_w = row.power_w};
	return NP_OK;
}

np_status np_contenders_load(const char *path, np_contenders *candidates, np_error *err)
{
	*candidates = (np_contenders){.memory = calloc(1, sizeof(np_arena))};
	if (!candidates->memory)
		return np_fail_memory(err);
	reading r = {.candidates = candidates, .arena = candidates->memory};
	const np_records records = {FIELDS, sizeof FIELDS / sizeof *FIELDS, take_header, take_row, &r, "networks and errors"};
	np_status status = np_records_read(&records, path, NULL, err);
	if (status == NP_OK && !candidates->count)
		status = np_fail(err, NP_ERR_DATA, "no row follows the header");
	if (status != NP_OK) {
		np_error_set_path(err, path);
		np_contenders_free(candidates);
	}
	return status;
}

void np_contenders_free(np_contenders *candidates)
{
	if (!candidates)
		return;
	if (candidates->memory)
		np_arena_free(candidates->memory);
	free(candidates->memory);
	free(candidates->items);
	*candidates = (np_contenders){0};
}
