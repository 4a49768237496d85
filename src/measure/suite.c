/* A suite file, line by line. What a layer may be is layer_text.c's affair. */
#include "measure/suite.h"

#include "base/error.h"
#include "base/source.h"

#include <stdlib.h>
#include <string.h>

enum {
	MOST_LINES = 100000,
	LONGEST_LINE = 1024, /* comments included */
	LARGEST_FILE = 32 << 20,
};

/* ---- lines ---- */

typedef struct reading {
	np_suite *suite;
	const char *at, *end;
	int line;
} reading;

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes [start, end), which lies in line `r->line` that begins at `begin`. */
static np_status take_layer(reading *r, const char *begin, const char *start, const char *end, np_error *err)
{
	char text[LONGEST_LINE + 1];
	np_error inner = {0};
	np_suite *suite = r->suite;
	size_t size = (size_t)(end - start);
	int column = (int)(start - begin) + 1;
	const char *zero = memchr(start, 0, size);
	if (zero)
		return np_fail_at(err, NP_ERR_SYNTAX, r->line, (int)(zero - begin) + 1, "byte 0x00, a text was expected");
	memcpy(text, start, size);
	text[size] = '\0';
	np_status status = np_layer_text_read(text, &suite->layers[suite->count], &inner);
	if (status != NP_OK)
		return np_fail_at(err, status, r->line, inner.column + column - 1, "%s", inner.message);
	suite->lines[suite->count++] = r->line;
	return NP_OK;
}

static np_status take_line(reading *r, const char *begin, const char *end, np_error *err)
{
	if (end - begin > LONGEST_LINE)
		return np_fail_at(err, NP_ERR_LIMIT, r->line, 1, "a line of more than %d bytes", LONGEST_LINE);
	const char *comment = memchr(begin, '#', (size_t)(end - begin)), *start = begin;
	if (comment)
		end = comment;
	while (start < end && is_blank(*start))
		start++;
	while (start < end && is_blank(end[-1]))
		end--;
	return start < end ? take_layer(r, begin, start, end, err) : NP_OK;
}

static np_status take_lines(reading *r, np_error *err)
{
	while (r->at < r->end) {
		const char *begin = r->at, *end = memchr(begin, '\n', (size_t)(r->end - begin));
		if (!end)
			end = r->end;
		r->at = end < r->end ? end + 1 : end;
		if (++r->line > MOST_LINES)
			return np_fail_at(err, NP_ERR_LIMIT, r->line, 1, "more than %d lines", MOST_LINES);
		NP_TRY(take_line(r, begin, end, err));
	}
	return r->suite->count ? NP_OK : np_fail_at(err, NP_ERR_DATA, 1, 1, "no layer, a layer text per line was expected");
}

/* ---- duplicates ---- */

static int compare_configs(const np_layer_config *a, const np_layer_config *b)
{
	const size_t from = offsetof(np_layer_config, batch); /* from here on sizes without gaps */
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return memcmp((const char *)a + from, (const char *)b + from, sizeof *a - from);
}

/* Equal layers in the order of the file. */
static int compare_entries(const void *a, const void *b)
{
	const np_layer_config *first = *(const np_layer_config *const *)a, *second = *(const np_layer_config *const *)b;
	int order = compare_configs(first, second);
	return order ? order : (first > second) - (first < second);
}

static np_status refuse_duplicates(np_suite *suite, np_error *err)
{
	const np_layer_config **order = malloc((size_t)suite->count * sizeof *order);
	if (!order)
		return np_fail_memory(err);
	for (int i = 0; i < suite->count; i++)
		order[i] = &suite->layers[i];
	qsort(order, (size_t)suite->count, sizeof *order, compare_entries);
	int first = -1, again = suite->count;
	for (int i = 1; i < suite->count; i++)
		if (compare_configs(order[i - 1], order[i]) == 0 && order[i] - suite->layers < again) {
			again = (int)(order[i] - suite->layers);
			first = (int)(order[i - 1] - suite->layers);
		}
	free(order);
	if (first < 0)
		return NP_OK;
	char text[NP_LAYER_TEXT_SIZE];
	return np_fail_at(err, NP_ERR_DATA, suite->lines[again], 1, "%s stands in line %d already",
	                  np_layer_text_write(&suite->layers[again], text), suite->lines[first]);
}

/* ---- files ---- */

static np_status reserve(np_suite *suite, const char *data, size_t size, np_error *err)
{
	size_t lines = 1;
	for (const char *at = data; lines < MOST_LINES && (at = memchr(at, '\n', size - (size_t)(at - data))); at++)
		lines++;
	suite->layers = np_arena_array(&suite->arena, lines, sizeof *suite->layers);
	suite->lines = np_arena_array(&suite->arena, lines, sizeof *suite->lines);
	return suite->layers && suite->lines ? NP_OK : np_fail_memory(err);
}

static np_status read_text(np_suite *suite, const char *data, size_t size, np_error *err)
{
	reading r = {suite, data, data + size, 0};
	if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		r.at += 3; /* the byte order mark some editors write */
	NP_TRY(reserve(suite, data, size, err));
	NP_TRY(take_lines(&r, err));
	return refuse_duplicates(suite, err);
}

static np_status read_source(np_suite *suite, np_source *source, np_error *err)
{
	char *data;
	size_t size;
	NP_TRY(np_source_read_all(source, LARGEST_FILE, &data, &size, err));
	np_status status = read_text(suite, data, size, err);
	free(data);
	return status;
}

np_status np_suite_load(const char *path, np_suite *suite, np_error *err)
{
	np_source *source;
	*suite = (np_suite){0};
	NP_TRY(np_source_open(path, &source, err));
	np_status status = read_source(suite, source, err);
	np_source_close(source);
	if (status != NP_OK) {
		np_error_set_path(err, path);
		np_suite_free(suite);
	}
	return status;
}

void np_suite_free(np_suite *suite)
{
	if (!suite)
		return;
	np_arena_free(&suite->arena);
	*suite = (np_suite){0};
}
