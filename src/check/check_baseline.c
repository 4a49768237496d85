/* Baselines: what predict --json and check --json wrote, read back. Only what a check compares is looked at. */
#include <neuralpower/check.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/source.h"
#include "text/json_document.h"
#include "text/json_locate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 64 << 20, MOST_ENTRIES = 5000 };

typedef struct reading {
	const char *text;
	size_t size;
	np_arena *arena;
	np_check_entry *entries;
	int count, capacity;
} reading;

/* The way to a member: keys from the root, and numbers of elements as texts. */
enum { DEEPEST = 6 };
typedef struct way {
	char keys[DEEPEST][16];
	int depth;
} way;

static way along(const way *parent, const char *key)
{
	way child = *parent;
	snprintf(child.keys[child.depth++], sizeof child.keys[0], "%s", key);
	return child;
}

static way element(const way *parent, size_t index)
{
	char key[16];
	snprintf(key, sizeof key, "%zu", index % 100000000);
	return along(parent, key);
}

static np_status fail_at_way(const reading *r, const way *w, np_error *err, const char *problem)
{
	const char *keys[DEEPEST];
	int line, column;
	for (int i = 0; i < w->depth; i++)
		keys[i] = w->keys[i];
	np_json_locate(r->text, r->size, keys, w->depth, &line, &column);
	return np_fail_at(err, NP_ERR_DATA, line, column, "%s", problem);
}

static np_status fail_expected(const reading *r, const way *w, const char *key, const char *expected, np_error *err)
{
	char problem[128];
	way at = along(w, key);
	snprintf(problem, sizeof problem, "%s: %s was expected", key, expected);
	return fail_at_way(r, &at, err, problem);
}

static np_status get_text(reading *r, const json_t *object, const way *w, const char *key, const char **text, np_error *err)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_string(value))
		return fail_expected(r, w, key, "a text", err);
	*text = np_arena_text(r->arena, json_string_value(value), json_string_length(value));
	return *text ? NP_OK : np_fail_memory(err);
}

static np_status get_values(reading *r, const json_t *totals, const way *w, np_check_entry *entry, np_error *err)
{
	for (np_target t = 0; t < NP_TARGET_COUNT; t++) {
		const json_t *value = json_object_get(totals, np_target_name(t));
		double number = json_number_value(value);
		entry->has[t] = !json_is_null(value);
		entry->value[t] = number;
		if (entry->has[t] && !(json_is_number(value) && number > 0 && isfinite(number)))
			return fail_expected(r, w, np_target_name(t), "a number above 0, or null", err);
	}
	return NP_OK;
}

static np_status add_entry(reading *r, const np_check_entry *entry, const way *w, np_error *err)
{
	for (int i = 0; i < r->count; i++)
		if (r->entries[i].batch == entry->batch && strcmp(r->entries[i].file, entry->file) == 0 &&
		    strcmp(r->entries[i].platform, entry->platform) == 0)
			return fail_at_way(r, w, err,
			                   "this network stands there twice, at the same batch on the same platform");
	if (r->count == MOST_ENTRIES)
		return np_fail(err, NP_ERR_LIMIT, "more than %d networks", MOST_ENTRIES);
	if (r->count == r->capacity) {
		int larger = r->capacity ? 2 * r->capacity : 16;
		np_check_entry *moved = realloc(r->entries, (size_t)larger * sizeof *moved);
		if (!moved)
			return np_fail_memory(err);
		r->entries = moved;
		r->capacity = larger;
	}
	r->entries[r->count++] = *entry;
	return NP_OK;
}

/* One prediction, or one network of a check: {"network": {name, file, batch}, "totals": {...}} */
static np_status read_entry(reading *r, const json_t *object, const char *platform, const way *w, np_error *err)
{
	const json_t *network = json_object_get(object, "network"), *totals = json_object_get(object, "totals");
	np_check_entry entry = {.platform = platform};
	way in_network = along(w, "network"), in_totals = along(w, "totals");
	if (!json_is_object(network))
		return fail_expected(r, w, "network", "an object", err);
	if (!json_is_object(totals))
		return fail_expected(r, w, "totals", "an object", err);
	NP_TRY(get_text(r, network, &in_network, "name", &entry.network, err));
	NP_TRY(get_text(r, network, &in_network, "file", &entry.file, err));
	const json_t *batch = json_object_get(network, "batch");
	entry.batch = json_integer_value(batch);
	if (!json_is_integer(batch) || entry.batch < 1)
		return fail_expected(r, &in_network, "batch", "a whole number above 0", err);
	NP_TRY(get_values(r, totals, &in_totals, &entry, err));
	return add_entry(r, &entry, w, err);
}

/* "neuralpower/predict/1" is `stem` "neuralpower/predict/" at the version this program knows. */
static bool has_schema(const json_t *document, const char *stem, bool *newer)
{
	const char *schema = json_string_value(json_object_get(document, "schema"));
	if (!schema || strncmp(schema, stem, strlen(stem)) != 0)
		return false;
	*newer = strcmp(schema + strlen(stem), "1") != 0;
	return true;
}

static np_status read_document(reading *r, const json_t *document, const way *w, np_error *err)
{
	const char *platform;
	bool newer = false, predicted = has_schema(document, "neuralpower/predict/", &newer);
	const json_t *networks = json_object_get(document, "networks"), *item;
	size_t i;
	if (!predicted && !has_schema(document, "neuralpower/check/", &newer))
		return fail_at_way(r, w, err, "a document that predict --json or check --json wrote was expected");
	if (newer)
		return np_fail(err, NP_ERR_VERSION, "the file follows a newer schema than this program knows");
	way in_platform = along(w, "platform"), in_networks = along(w, "networks");
	NP_TRY(get_text(r, json_object_get(document, "platform"), &in_platform, "name", &platform, err));
	if (predicted)
		return read_entry(r, document, platform, w, err);
	if (!json_is_array(networks))
		return fail_expected(r, w, "networks", "an array", err);
	json_array_foreach(networks, i, item)
	{
		way at = element(&in_networks, i);
		NP_TRY(read_entry(r, item, platform, &at, err));
	}
	return NP_OK;
}

static np_status read_root(reading *r, const json_t *root, np_error *err)
{
	const way top = {.depth = 0};
	const json_t *document;
	size_t i;
	if (!json_is_array(root)) {
		NP_TRY(read_document(r, root, &top, err));
	} else {
		json_array_foreach(root, i, document)
		{
			way at = element(&top, i);
			NP_TRY(read_document(r, document, &at, err));
		}
	}
	return r->count ? NP_OK : np_fail_at(err, NP_ERR_DATA, 1, 1, "no network is in it");
}

static np_status parse(reading *r, np_error *err)
{
	json_t *root;
	NP_TRY(np_json_parse(r->text, r->size, JSON_REJECT_DUPLICATES, "JSON of predict or check was", &root, err));
	np_status status = read_root(r, root, err);
	json_decref(root);
	return status;
}

static np_status read_file(reading *r, const char *path, np_error *err)
{
	char *text;
	NP_TRY(np_source_read_file(path, LARGEST_FILE, &text, &r->size, err));
	r->text = text;
	np_status status = parse(r, err);
	free(text);
	return status;
}

np_status np_check_baseline_load(const char *path, np_check_baseline *baseline, np_error *err)
{
	*baseline = (np_check_baseline){0};
	np_arena *arena = calloc(1, sizeof *arena);
	if (!arena)
		return np_fail_memory(err);
	reading r = {.arena = arena};
	np_status status = read_file(&r, path, err);
	*baseline = (np_check_baseline){.entries = np_arena_copy(arena, r.entries, (size_t)r.count * sizeof *r.entries),
	                                .count = r.count,
	                                .path = np_arena_text(arena, path, strlen(path)),
	                                .memory = arena};
	free(r.entries);
	if (status == NP_OK && (!baseline->entries || !baseline->path))
		status = np_fail_memory(err);
	if (status != NP_OK) {
		np_error_set_path(err, path);
		np_check_baseline_free(baseline);
	}
	return status;
}

void np_check_baseline_free(np_check_baseline *baseline)
{
	if (!baseline)
		return;
	if (baseline->memory)
		np_arena_free(baseline->memory);
	free(baseline->memory);
	*baseline = (np_check_baseline){0};
}
