/* Columns of results, and their export. */
#include "arrow/arrow_results.h"

#include "base/error.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- the columns ---- */

typedef enum part {
	VALUE,
	LOW,
	HIGH,
	NUMBER, /* a plain double, always known */
	SHARE_OF_ENERGY,
} part;

#define INTERVAL(name)                                                                             \
	{#name, VALUE, offsetof(np_totals, name)}, {#name "_low", LOW, offsetof(np_totals, name)}, \
	{                                                                                          \
#name "_high", HIGH, offsetof(np_totals, name)                                     \
	}

static const struct {
	const char *name;
	part part;
	size_t at; /* in np_totals */
} COLUMNS[NP_ARROW_VALUES] = {
        INTERVAL(runtime_ms),
        INTERVAL(power_w),
        INTERVAL(energy_mj),
        INTERVAL(energy_per_item_mj),
        {"items_per_s", NUMBER, offsetof(np_totals, items_per_s)},
        {"runtime_coverage", NUMBER, offsetof(np_totals, runtime_coverage)},
        {"energy_coverage", SHARE_OF_ENERGY, offsetof(np_totals, energy_coverage)},
};
enum { ERRORS = NP_ARROW_VALUES, COLUMN_COUNT };

/* False when the totals do not know it. */
static bool take_value(const np_totals *totals, int column, double *value)
{
	const void *at = (const char *)totals + COLUMNS[column].at;
	const np_value *v = at;
	switch (COLUMNS[column].part) {
	case VALUE:
		*value = v->value;
		return v->has;
	case LOW:
	case HIGH:
		*value = COLUMNS[column].part == LOW ? v->low : v->high;
		return v->has && v->has_interval;
	case SHARE_OF_ENERGY:
		*value = *(const double *)at;
		return totals->energy_mj.has;
	default:
		*value = *(const double *)at;
		return true;
	}
}

/* ---- rows ---- */

np_status np_arrow_results_create(int64_t rows, np_arrow_results *results, np_error *err)
{
	*results = (np_arrow_results){.rows = rows};
	size_t count = (size_t)rows;
	bool good = true;
	for (int i = 0; i < COLUMN_COUNT; i++)
		good &= (results->valid[i] = calloc(count / 8 + 1, 1)) != NULL;
	for (int i = 0; i < NP_ARROW_VALUES; i++)
		good = good && (results->values[i] = calloc(count + 1, sizeof(double)));
	good = good && (results->offsets = calloc(count + 1, sizeof(int32_t))) && (results->errors = malloc(1));
	if (good)
		return NP_OK;
	np_arrow_results_free(results);
	return np_fail_memory(err);
}

void np_arrow_results_free(np_arrow_results *results)
{
	for (int i = 0; i < COLUMN_COUNT; i++)
		free(results->valid[i]);
	for (int i = 0; i < NP_ARROW_VALUES; i++)
		free(results->values[i]);
	free(results->offsets);
	free(results->errors);
	*results = (np_arrow_results){0};
}

static void set_known(np_arrow_results *r, int column, int64_t row)
{
	r->valid[column][row >> 3] |= (uint8_t)(1u << (row & 7));
	r->known[column]++;
}

void np_arrow_results_totals(np_arrow_results *r, int64_t row, const np_totals *totals)
{
	for (int i = 0; i < NP_ARROW_VALUES; i++) {
		double value;
		if (!take_value(totals, i, &value))
			continue;
		r->values[i][row] = value;
		set_known(r, i, row);
	}
	r->offsets[row + 1] = (int32_t)r->error_size;
}

np_status np_arrow_results_error(np_arrow_results *r, int64_t row, const char *text, np_error *err)
{
	size_t size = strlen(text), needed = r->error_size + size;
	if (needed > INT32_MAX) { /* the row still counts as one with an error */
		size = 0;
		needed = r->error_size;
	}
	if (needed > r->error_capacity) {
		char *larger = realloc(r->errors, 2 * needed);
		if (!larger)
			return np_fail_memory(err);
		r->errors = larger;
		r->error_capacity = 2 * needed;
	}
	memcpy(r->errors + r->error_size, text, size);
	r->error_size = needed;
	r->offsets[row + 1] = (int32_t)needed;
	set_known(r, ERRORS, row);
	return NP_OK;
}

/* ---- the array ---- */

enum { MOST_BUFFERS = 3 };

/* What an array of one column owns. It may outlive the struct array, from which a consumer may take it away. */
typedef struct column_memory {
	const void *buffers[MOST_BUFFERS];
	void *owned[MOST_BUFFERS];
} column_memory;

static void release_column(struct ArrowArray *array)
{
	column_memory *memory = array->private_data;
	for (int i = 0; i < MOST_BUFFERS; i++)
		free(memory->owned[i]);
	free(memory);
	array->release = NULL;
}

typedef struct batch_memory {
	const void *buffers[1];
	struct ArrowArray *children[COLUMN_COUNT];
	struct ArrowArray columns[COLUMN_COUNT];
} batch_memory;

static void release_batch(struct ArrowArray *array)
{
	batch_memory *memory = array->private_data;
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (memory->columns[i].release)
			memory->columns[i].release(&memory->columns[i]);
	free(memory);
	array->release = NULL;
}

static void fill_column(np_arrow_results *r, int i, column_memory *memory, struct ArrowArray *column)
{
	void *owned[MOST_BUFFERS] = {r->valid[i], i < ERRORS ? (void *)r->values[i] : r->offsets,
	                             i < ERRORS ? NULL : r->errors};
	for (int k = 0; k < MOST_BUFFERS; k++)
		memory->buffers[k] = memory->owned[k] = owned[k];
	*column = (struct ArrowArray){.length = r->rows,
	                              .null_count = r->rows - r->known[i],
	                              .n_buffers = i < ERRORS ? 2 : 3,
	                              .buffers = memory->buffers,
	                              .release = release_column,
	                              .private_data = memory};
}

np_status np_arrow_results_export(np_arrow_results *r, struct ArrowArray *array, np_error *err)
{
	batch_memory *batch = calloc(1, sizeof *batch);
	column_memory *memory[COLUMN_COUNT] = {0};
	bool good = batch;
	for (int i = 0; i < COLUMN_COUNT && good; i++)
		good = (memory[i] = calloc(1, sizeof **memory));
	if (!good) {
		for (int i = 0; i < COLUMN_COUNT; i++)
			free(memory[i]);
		free(batch);
		return np_fail_memory(err);
	}
	for (int i = 0; i < COLUMN_COUNT; i++) {
		fill_column(r, i, memory[i], &batch->columns[i]);
		batch->children[i] = &batch->columns[i];
	}
	*array = (struct ArrowArray){.length = r->rows,
	                             .n_buffers = 1,
	                             .n_children = COLUMN_COUNT,
	                             .buffers = batch->buffers,
	                             .children = batch->children,
	                             .release = release_batch,
	                             .private_data = batch};
	*r = (np_arrow_results){0};
	return NP_OK;
}

/* ---- the schema ---- */

typedef struct schema_memory {
	struct ArrowSchema *children[COLUMN_COUNT];
	struct ArrowSchema columns[COLUMN_COUNT];
} schema_memory;

static void release_schema_column(struct ArrowSchema *schema)
{
	schema->release = NULL; /* its texts are constants, and its memory is the batch's */
}

static void release_schema(struct ArrowSchema *schema)
{
	schema_memory *memory = schema->private_data;
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (memory->columns[i].release)
			memory->columns[i].release(&memory->columns[i]);
	free(memory);
	schema->release = NULL;
}

np_status np_arrow_result_schema(struct ArrowSchema *schema, np_error *err)
{
	*schema = (struct ArrowSchema){0};
	schema_memory *memory = calloc(1, sizeof *memory);
	if (!memory)
		return np_fail_memory(err);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		memory->columns[i] = (struct ArrowSchema){.format = i < ERRORS ? "g" : "u",
		                                          .name = i < ERRORS ? COLUMNS[i].name : "error",
		                                          .flags = ARROW_FLAG_NULLABLE,
		                                          .release = release_schema_column};
		memory->children[i] = &memory->columns[i];
	}
	*schema = (struct ArrowSchema){.format = "+s",
	                               .name = "",
	                               .n_children = COLUMN_COUNT,
	                               .children = memory->children,
	                               .release = release_schema,
	                               .private_data = memory};
	return NP_OK;
}
