/* Reads a file of another program: finds out whose it is, and gathers what its reader makes of it. */
#include "base/error.h"
#include "base/source.h"
#include "base/text.h"
#include "profiles/profiles.h"
#include "text/json_document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ISSUES = 1000, MOST_ROWS = 1 << 22, LONGEST_HEADER = 4096 };

static bool is_onnxruntime(const np_profile *p)
{
	return json_string_value(json_object_get(json_array_get(p->root, 0), "cat")) != NULL;
}

static bool is_trtexec(const np_profile *p)
{
	const json_t *item;
	size_t i;
	json_array_foreach(p->root, i, item) if (json_object_get(item, "averageMs")) return true;
	return false;
}

/* Whether the first line of a text file has the word. */
static bool heads(const np_profile *p, const char *word)
{
	char line[LONGEST_HEADER];
	size_t length = strcspn(p->text, "\r\n");
	if (length >= sizeof line)
		return false;
	memcpy(line, p->text, length);
	line[length] = '\0';
	return strstr(line, word) != NULL;
}

static bool is_edgeprofiler(const np_profile *p)
{
	return heads(p, "layer_power_including_idle_power_micro_watt") || (heads(p, "batch_size") && heads(p, "input_size"));
}

static bool is_neurstruc(const np_profile *p)
{
	return heads(p, "forward_num") || (heads(p, "layer_parameters") && heads(p, "all_energy"));
}

static const struct {
	const char *name;
	bool json;
	bool (*is)(const np_profile *p);
	np_status (*read)(np_profile *p, np_error *err);
} FORMATS[] = {
        {"onnxruntime", true, is_onnxruntime, np_read_onnxruntime},
        {"trtexec", true, is_trtexec, np_read_trtexec},
        {"edgeprofiler", false, is_edgeprofiler, np_read_edgeprofiler},
        {"neurstruc", false, is_neurstruc, np_read_neurstruc},
};
enum { FORMAT_COUNT = sizeof FORMATS / sizeof *FORMATS };

const char *np_import_format(int index)
{
	return index >= 0 && index < FORMAT_COUNT ? FORMATS[index].name : NULL;
}

/* ---- what readers call ---- */

np_status np_profile_keep(np_profile *profile, const char *text, const char **kept, np_error *err)
{
	*kept = np_arena_text(profile->arena, text, strlen(text));
	return *kept ? NP_OK : np_fail_memory(err);
}

/* Room for one more; arrays double. */
static np_status grow(void **items, int count, size_t size, np_error *err)
{
	if (count == MOST_ROWS)
		return np_fail(err, NP_ERR_LIMIT, "more than %d rows", MOST_ROWS);
	if (count & (count - 1))
		return NP_OK;
	void *moved = realloc(*items, (count ? 2 * (size_t)count : 1) * size);
	if (!moved)
		return np_fail_memory(err);
	*items = moved;
	return NP_OK;
}

static bool is_measure(double value)
{
	return isfinite(value) && value > 0;
}

/* Two of the three give the third. */
static double energy_of(double energy_mj, double runtime_ms, double power_w)
{
	return isnan(energy_mj) ? runtime_ms * power_w : energy_mj;
}

np_status np_profile_add_row(np_profile *profile, const np_import_row *row, np_error *err)
{
	np_import *import = profile->import;
	if (!is_measure(row->runtime_ms))
		return np_profile_leave_out(profile, err, "layer '%s': its runtime is not above 0", row->layer);
	if ((!isnan(row->power_w) && !is_measure(row->power_w)) || (!isnan(row->energy_mj) && !is_measure(row->energy_mj)))
		return np_profile_leave_out(profile, err, "layer '%s': its power or energy is not above 0", row->layer);
	NP_TRY(grow((void **)&import->rows, import->row_count, sizeof *import->rows, err));
	np_import_row kept = *row;
	NP_TRY(np_profile_keep(profile, row->layer, &kept.layer, err));
	NP_TRY(np_profile_keep(profile, row->network ? row->network : "", &kept.network, err));
	NP_TRY(np_profile_keep(profile, row->dtype ? row->dtype : "", &kept.dtype, err));
	NP_TRY(np_profile_keep(profile, row->notes ? row->notes : "", &kept.notes, err));
	kept.energy_mj = energy_of(row->energy_mj, row->runtime_ms, row->power_w);
	import->rows[import->row_count++] = kept;
	return NP_OK;
}

np_status np_profile_add_network(np_profile *profile, const np_import_network *network, np_error *err)
{
	np_import *import = profile->import;
	NP_TRY(grow((void **)&import->networks, import->network_count, sizeof *import->networks, err));
	np_import_network kept = *network;
	NP_TRY(np_profile_keep(profile, network->network, &kept.network, err));
	NP_TRY(np_profile_keep(profile, network->file ? network->file : "", &kept.file, err));
	kept.energy_mj = energy_of(network->energy_mj, network->runtime_ms, network->power_w);
	import->networks[import->network_count++] = kept;
	return NP_OK;
}

np_status np_profile_leave_out(np_profile *profile, np_error *err, const char *format, ...)
{
	np_import *import = profile->import;
	np_text text = {0};
	va_list args;
	import->left_out++;
	if (import->issue_count == MOST_ISSUES)
		return NP_OK;
	np_text_printf(&text, "%s: ", profile->path);
	va_start(args, format);
	np_text_vprintf(&text, format, args);
	va_end(args);
	const char *kept = np_text_ok(&text) ? np_arena_text(profile->arena, text.data, text.size) : NULL;
	np_text_free(&text);
	if (!kept)
		return np_fail_memory(err);
	import->issues[import->issue_count++] = kept;
	return NP_OK;
}

np_raw_row np_profile_blank(void)
{
	return (np_raw_row){"", "", "", "", "", "", "", -1, -1, -1, -1, -1, -1,
	                    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, {NAN, NAN, NAN}};
}

/* ---- the whole ---- */

static bool looks_like_json(const np_profile *p)
{
	char first = p->text[strspn(p->text, " \t\r\n")];
	return first == '[' || first == '{';
}

static np_status find_format(np_profile *p, const char *asked, int *found, np_error *err)
{
	bool json = looks_like_json(p);
	if (json)
		NP_TRY(np_json_parse(p->text, p->size, 0, "a profile in JSON was", &p->root, err));
	for (*found = 0; *found < FORMAT_COUNT; ++*found) {
		bool named = asked && strcmp(asked, FORMATS[*found].name) == 0;
		if (named && json != FORMATS[*found].json)
			return np_fail_at(err, NP_ERR_SYNTAX, 1, 1, "%s was expected, as %s has it", json ? "CSV" : "JSON",
			                  asked);
		if (named || (!asked && json == FORMATS[*found].json && FORMATS[*found].is(p)))
			return NP_OK;
	}
	if (asked)
		return np_fail(err, NP_ERR_ARGUMENT, "format '%.40s' is not known", asked);
	return np_fail_at(err, NP_ERR_SYNTAX, 1, 1,
	                  "a profile of ONNX Runtime or trtexec, or a table of EdgeProfiler or NeurstrucEnergy was expected");
}

static np_status read_profile(np_profile *p, np_error *err)
{
	int format;
	NP_TRY(find_format(p, p->options->format, &format, err));
	p->import->format = FORMATS[format].name;
	NP_TRY(FORMATS[format].read(p, err));
	if (p->import->row_count || p->import->network_count)
		return NP_OK;
	return np_fail(err, NP_ERR_DATA, "no row came of it%s%s", p->import->issue_count ? "; the first reason: " : "",
	               p->import->issue_count ? p->import->issues[0] + strlen(p->path) + 2 : "");
}

static np_status read_file(np_profile *p, np_error *err)
{
	char *text;
	NP_TRY(np_source_read_file(p->path, NP_PROFILE_LARGEST, &text, &p->size, err));
	p->text = text;
	np_status status = read_profile(p, err);
	json_decref(p->root);
	free(text);
	return status;
}

/* The texts of the options that go to its rows. */
static np_status keep_options(np_profile *p, np_error *err)
{
	const np_import_options *o = p->options;
	NP_TRY(np_profile_keep(p, o->device ? o->device : "", &p->import->device, err));
	NP_TRY(np_profile_keep(p, o->software ? o->software : "", &p->import->software, err));
	return np_profile_keep(p, o->dtype ? o->dtype : "", &p->import->dtype, err);
}

np_status np_import_load(const char *path, const np_import_options *options, np_import **import, np_error *err)
{
	np_import *made = calloc(1, sizeof *made);
	np_arena *arena = calloc(1, sizeof *arena);
	const char **issues = calloc(MOST_ISSUES, sizeof *issues);
	*import = NULL;
	if (!made || !arena || !issues) {
		free(made);
		free(arena);
		free(issues);
		return np_fail_memory(err);
	}
	made->memory = arena;
	made->issues = issues;
	const np_import_options none = {0};
	np_profile profile = {.path = path, .options = options ? options : &none, .import = made, .arena = arena};
	np_status status = keep_options(&profile, err);
	if (status == NP_OK)
		status = read_file(&profile, err);
	if (status == NP_OK) {
		*import = made;
		return NP_OK;
	}
	np_error_set_path(err, path);
	np_import_free(made);
	return status;
}

void np_import_free(np_import *import)
{
	if (!import)
		return;
	np_arena_free(import->memory);
	free(import->memory);
	free(import->issues);
	free(import->rows);
	free(import->networks);
	free(import);
}
