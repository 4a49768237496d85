/*
 * Profiles of trtexec: --exportProfile is an array of {"name", "averageMs", "medianMs", ...}, with one {"count": runs} in
 * front; what a layer is stands in the file of --exportLayerInfo, and --exportTimes has a time per run of the whole.
 */
#include "base/error.h"
#include "base/source.h"
#include "profiles/profiles.h"
#include "text/json_document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static np_status take_layer(np_profile *profile, const np_engine *engine, const json_t *item, int64_t runs, np_error *err)
{
	char reason[256];
	const char *name = json_string_value(json_object_get(item, "name"));
	const json_t *median = json_object_get(item, "medianMs");
	const json_t *time = median ? median : json_object_get(item, "averageMs");
	if (!name || !json_is_number(time))
		return NP_OK; /* the count of runs */
	np_import_row row = {
	        .layer = name, .runtime_ms = json_number_value(time), .power_w = NAN, .energy_mj = NAN, .runs = runs};
	if (!np_engine_find(engine, name, &row, reason, sizeof reason))
		return np_profile_leave_out(profile, err, "layer '%s', %.4g ms: %s", name, row.runtime_ms, reason);
	return np_profile_add_row(profile, &row, err);
}

static int64_t count_runs(const json_t *root)
{
	const json_t *item;
	size_t i;
	json_array_foreach(root, i, item)
	{
		const json_t *count = json_object_get(item, "count");
		if (json_is_integer(count) && json_integer_value(count) > 0)
			return json_integer_value(count);
	}
	return NP_BLANK;
}

static np_status take_layers(np_profile *profile, const np_engine *engine, np_error *err)
{
	const json_t *item;
	size_t i;
	int64_t runs = count_runs(profile->root);
	json_array_foreach(profile->root, i, item) NP_TRY(take_layer(profile, engine, item, runs, err));
	return NP_OK;
}

/* ---- times of the whole ---- */

/* A profile does not name its network: that of the options does, else the file's own name. */
static np_status take_whole(void *context, const np_timing *timing, np_error *err)
{
	np_profile *profile = context;
	const np_network *network = profile->options->network;
	const char *slash = strrchr(profile->path, '/');
	const np_import_network whole = {.network = network ? np_network_name(network)
	                                            : slash ? slash + 1
	                                                    : profile->path,
	                                 .file = network ? np_network_path(network) : "",
	                                 .batch = network                      ? np_network_batch(network)
	                                          : profile->import->row_count ? profile->import->rows[0].config.batch
	                                                                       : 1,
	                                 .runtime_ms = timing->runtime_ms,
	                                 .power_w = NAN,
	                                 .energy_mj = NAN,
	                                 .runs = timing->runs};
	return timing->runtime_ms > 0 ? np_profile_add_network(profile, &whole, err) : NP_OK;
}

static np_status gather_times(const char *text, size_t size, np_samples *samples, np_error *err)
{
	json_t *root;
	const json_t *run;
	size_t i;
	NP_TRY(np_json_parse(text, size, 0, "times of runs in JSON were", &root, err));
	np_status status = NP_OK;
	json_array_foreach(root, i, run)
	{
		const json_t *time = json_object_get(run, "computeMs");
		if (status == NP_OK && json_is_number(time))
			status = np_samples_add(samples, (np_sample){"", NULL, json_number_value(time), NAN, 0}, err);
	}
	json_decref(root);
	if (status == NP_OK && !samples->count)
		status = np_fail_at(err, NP_ERR_DATA, 1, 1,
		                    "an array of runs with computeMs was expected, as --exportTimes has it");
	return status;
}

static np_status read_times(np_profile *profile, const char *path, np_error *err)
{
	char *text;
	size_t size;
	np_samples samples = {0};
	NP_TRY(np_source_read_file(path, NP_PROFILE_LARGEST, &text, &size, err));
	np_status status = gather_times(text, size, &samples, err);
	if (status == NP_OK)
		status = np_samples_each(&samples, false, take_whole, profile, err);
	np_samples_free(&samples);
	free(text);
	if (status != NP_OK)
		np_error_set_path(err, path);
	return status;
}

np_status np_read_trtexec(np_profile *profile, np_error *err)
{
	const np_import_options *options = profile->options;
	np_engine *engine;
	if (!options->layer_info)
		return np_fail(err, NP_ERR_DATA,
		               "a profile of trtexec names layers only: the file of --exportLayerInfo is needed too");
	if (!json_is_array(profile->root))
		return np_fail_at(err, NP_ERR_SYNTAX, 1, 1, "an array of layers was expected");
	NP_TRY(np_engine_load(options->layer_info, &engine, err));
	np_status status = take_layers(profile, engine, err);
	if (status == NP_OK && options->times)
		status = read_times(profile, options->times, err);
	np_engine_free(engine);
	return status;
}
