/*
 * Data sheets in JSON. Every member is known and checked: a misspelt one gives an error that names it, never a device
 * that is silently different.
 */
#include "baseline/sheet.h"

#include "base/error.h"
#include "base/source.h"
#include "text/json_document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 1 << 20 };

typedef struct number_member {
	const char *key;
	size_t at;       /* in np_sheet */
	bool given_over; /* may be given on the command line */
} number_member;

#define NUMBER(name, over)                            \
	{                                             \
#name, offsetof(np_sheet, name), over \
	}
static const number_member NUMBERS[] = {
        NUMBER(peak_gflops, true),
        NUMBER(bandwidth_gbs, true),
        NUMBER(clock_mhz, true),
        NUMBER(idle_w, true),
        NUMBER(limit_w, true),
        NUMBER(memory_gib, false),
        NUMBER(year, false),
        NUMBER(process_nm, false),
        NUMBER(paleo_peak_gflops, false),
        NUMBER(paleo_clock_mhz, false),
        NUMBER(percent_of_peak, true),
};
#undef NUMBER
enum { NUMBER_COUNT = sizeof NUMBERS / sizeof *NUMBERS };

typedef struct text_member {
	const char *key;
	size_t at;
	bool needed;
} text_member;

#define TEXT(name, needed)                              \
	{                                               \
#name, offsetof(np_sheet, name), needed \
	}
static const text_member TEXTS[] = {
        TEXT(name, true), TEXT(device, true), TEXT(kind, true), TEXT(note, false), TEXT(source, true),
};
#undef TEXT
enum { TEXT_COUNT = sizeof TEXTS / sizeof *TEXTS };

static double *number_at(np_sheet *sheet, int index)
{
	return (double *)(void *)((char *)sheet + NUMBERS[index].at);
}

static double number_of(const np_sheet *sheet, int index)
{
	return *(const double *)(const void *)((const char *)sheet + NUMBERS[index].at);
}

static np_status fail_member(np_error *err, const char *key, const char *expected)
{
	return np_fail(err, NP_ERR_DATA, "%.60s: %s was expected", key, expected);
}

/* ---- reading ---- */

static np_status read_texts(const json_t *root, np_arena *arena, np_sheet *sheet, np_error *err)
{
	for (int i = 0; i < TEXT_COUNT; i++) {
		const json_t *value = json_object_get(root, TEXTS[i].key);
		const char **text = (const char **)(void *)((char *)sheet + TEXTS[i].at);
		*text = "";
		if (!value && !TEXTS[i].needed)
			continue;
		if (!json_is_string(value) || !json_string_length(value))
			return fail_member(err, TEXTS[i].key, "a text");
		*text = np_arena_text(arena, json_string_value(value), strlen(json_string_value(value)));
		if (!*text)
			return np_fail_memory(err);
	}
	return NP_OK;
}

static np_status read_numbers(const json_t *root, np_sheet *sheet, np_error *err)
{
	for (int i = 0; i < NUMBER_COUNT; i++) {
		const json_t *value = json_object_get(root, NUMBERS[i].key);
		if (!value || json_is_null(value))
			continue;
		double number = json_number_value(value);
		if (!json_is_number(value) || !(number > 0 && isfinite(number)))
			return fail_member(err, NUMBERS[i].key, "a number above 0, or null where it is unknown");
		*number_at(sheet, i) = number;
	}
	return NP_OK;
}

static bool is_known(const char *key)
{
	for (int i = 0; i < NUMBER_COUNT; i++)
		if (strcmp(NUMBERS[i].key, key) == 0)
			return true;
	for (int i = 0; i < TEXT_COUNT; i++)
		if (strcmp(TEXTS[i].key, key) == 0)
			return true;
	return strcmp(key, "schema") == 0;
}

/* "neuralpower/sheet/1" */
static np_status check_schema(const json_t *root, np_error *err)
{
	static const char PREFIX[] = "neuralpower/sheet/";
	const char *schema = json_string_value(json_object_get(root, "schema"));
	if (!schema || strncmp(schema, PREFIX, strlen(PREFIX)) != 0)
		return fail_member(err, "schema", "\"neuralpower/sheet/1\"");
	if (strcmp(schema + strlen(PREFIX), "1") != 0)
		return np_fail(err, NP_ERR_VERSION,
		               "the file follows %.40s, this program knows neuralpower/sheet/1: a newer program is needed",
		               schema);
	return NP_OK;
}

static np_status read_sheet(json_t *root, np_arena *arena, np_sheet *sheet, np_error *err)
{
	const char *key;
	json_t *value;
	NP_TRY(check_schema(root, err));
	json_object_foreach(root, key, value) if (!is_known(key)) return fail_member(err, key, "a member of data sheets");
	NP_TRY(read_texts(root, arena, sheet, err));
	return read_numbers(root, sheet, err);
}

static np_status parse(const char *text, size_t size, np_arena *arena, np_sheet *sheet, np_error *err)
{
	json_t *root;
	NP_TRY(np_json_parse(text, size, JSON_REJECT_DUPLICATES, "a data sheet in JSON was", &root, err));
	np_status status = read_sheet(root, arena, sheet, err);
	json_decref(root);
	return status;
}

np_status np_sheet_read(const char *path, np_arena *arena, np_sheet *sheet, np_error *err)
{
	char *text;
	size_t size;
	NP_TRY(np_source_read_file(path, LARGEST_FILE, &text, &size, err));
	np_status status = parse(text, size, arena, sheet, err);
	free(text);
	return status;
}

/* ---- figures from elsewhere ---- */

void np_sheet_put_over(np_sheet *sheet, const np_sheet *figures)
{
	for (int i = 0; i < NUMBER_COUNT; i++)
		if (NUMBERS[i].given_over && number_of(figures, i) > 0)
			*number_at(sheet, i) = number_of(figures, i);
	/* What is given holds for every method, whatever Paleo's table had. */
	if (figures->peak_gflops > 0)
		sheet->paleo_peak_gflops = 0;
	if (figures->clock_mhz > 0)
		sheet->paleo_clock_mhz = 0;
}

np_status np_sheet_check(const np_sheet *sheet, np_error *err)
{
	/* No figure of a device is near them, and nothing computed within them overflows. */
	static const double LEAST = 1e-6, MOST = 1e12;
	for (int i = 0; i < NUMBER_COUNT; i++) {
		double number = number_of(sheet, i);
		if (number != 0 && !(number >= LEAST && number <= MOST))
			return fail_member(err, NUMBERS[i].key, "a number above 0 and of sensible size");
	}
	if (strcmp(sheet->kind, "gpu") != 0 && strcmp(sheet->kind, "cpu") != 0)
		return fail_member(err, "kind", "\"gpu\" or \"cpu\"");
	if (!(sheet->peak_gflops > 0))
		return fail_member(err, "peak_gflops", "the device's peak in GFLOP/s");
	if (!(sheet->bandwidth_gbs > 0))
		return fail_member(err, "bandwidth_gbs", "the device's memory bandwidth in GB/s");
	if (sheet->percent_of_peak > 1)
		return fail_member(err, "percent_of_peak", "a fraction, at most 1");
	if (sheet->limit_w > 0 && sheet->idle_w >= sheet->limit_w)
		return fail_member(err, "idle_w", "less than limit_w");
	return NP_OK;
}
