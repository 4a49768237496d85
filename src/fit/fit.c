/* Learning a platform: rows sorted by kind and target, one model each, and what is said of them. */
#include "base/error.h"
#include "fit/fallback.h"
#include "fit/method.h"
#include "fit/quality.h"
#include "fit/totals.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_ROWS = 20, FOLDS = 10 };
static const double INTERVAL_LEVEL = 0.9;

static const struct {
	const char *name;
	np_method *learn;
	bool polynomial; /* whether it has a list of features and a degree */
} METHODS[] = {
        {"default", np_method_default, false},
        {"paper", np_method_paper, true},
};
enum { METHOD_COUNT = sizeof METHODS / sizeof *METHODS };

const char *np_fit_method(int index)
{
	return index >= 0 && index < METHOD_COUNT ? METHODS[index].name : NULL;
}

const char *np_fit_features(int index)
{
	return index >= 0 && index < NP_FEATURE_LISTS ? np_feature_list_name((np_feature_list)index) : NULL;
}

/* ---- one model ---- */

static void find_ranges(const np_sample *sample, np_model *model)
{
	for (int j = 0; j < sample->set->base_count; j++) {
		np_range *range = &model->ranges[j];
		*range = (np_range){INFINITY, -INFINITY};
		for (int i = 0; i < sample->rows; i++) {
			double value = np_sample_features(sample, i)[j];
			range->low = fmin(range->low, value);
			range->high = fmax(range->high, value);
		}
	}
}

/* A runtime has a floor only; power stays within what was observed, or the device's stated limit where that is higher. */
static void set_bounds(const np_sample *sample, const np_platform *platform, np_model *model)
{
	double least = INFINITY, most = 0;
	for (int i = 0; i < sample->rows; i++) {
		least = fmin(least, sample->target_values[i]);
		most = fmax(most, sample->target_values[i]);
	}
	bool power = sample->target == NP_POWER;
	model->floor = power ? least : 0.3 * least;
	model->ceiling = power ? fmax(most, platform->limit_power_w) : INFINITY;
}

static double bounded(const np_model *model, double value)
{
	value = value >= model->floor ? value : model->floor;
	return value > model->ceiling ? model->ceiling : value;
}

/* What is said of a model: `fitted` by itself, `held_out` by models that had not seen the row. */
static void judge(np_model *model, const double *fitted, const double *held_out, const double *actual, int rows)
{
	model->in_sample = np_quality(fitted, actual, rows);
	model->cross_validated = np_quality(held_out, actual, rows);
	model->interval_factor = np_quality_interval(held_out, actual, rows, INTERVAL_LEVEL);
	model->spread = np_quality_spread(held_out, actual, rows);
	model->coverage = np_quality_coverage(held_out, actual, rows, INTERVAL_LEVEL);
}

static np_status assess(const np_sample *sample, double *held_out, np_model *model, np_outcome *outcome, np_error *err)
{
	double *fitted = malloc((size_t)sample->rows * sizeof *fitted);
	if (!fitted)
		return np_fail_memory(err);
	for (int i = 0; i < sample->rows; i++) {
		int row = sample->row[i];
		fitted[i] = bounded(model, np_sample_predict(sample, i, model, np_sample_features(sample, i)));
		held_out[i] = bounded(model, held_out[i]);
		outcome->fitted[sample->target][row] = fitted[i];
		outcome->held_out[sample->target][row] = held_out[i];
	}
	judge(model, fitted, held_out, sample->target_values, sample->rows);
	free(fitted);
	return NP_OK;
}

static np_status learn_model(const np_sample *sample, int method, const np_method_options *options, np_platform *platform,
                             np_outcome *outcome, np_error *err)
{
	np_model *model = &platform->models[platform->model_count];
	*model = (np_model){.kind = sample->kind,
	                    .target = sample->target,
	                    .method = METHODS[method].name,
	                    .set = sample->set,
	                    .rows = sample->rows,
	                    .folds = options->folds};
	find_ranges(sample, model);
	set_bounds(sample, platform, model);
	double *held_out = calloc((size_t)sample->rows, sizeof *held_out);
	if (!held_out)
		return np_fail_memory(err);
	np_status status = METHODS[method].learn(sample, options, &platform->arena, model, held_out, err);
	if (status == NP_OK)
		status = np_model_prepare(model, &platform->arena, err);
	if (status == NP_OK)
		status = assess(sample, held_out, model, outcome, err);
	free(held_out);
	if (status == NP_OK)
		platform->model_count++;
	return status;
}

/* A power model sees the runtime that the platform would predict. */
static void give_runtimes(const np_platform *platform, np_sample *sample)
{
	const np_model *runtime = platform->model_count ? &platform->models[platform->model_count - 1] : NULL;
	if (sample->target != NP_POWER || !runtime || runtime->kind != sample->kind)
		return;
	for (int i = 0; i < sample->rows; i++) {
		double *features = sample->features + (size_t)i * NP_MAX_FEATURES;
		np_feature_give_runtime(sample->set, bounded(runtime, np_sample_predict(sample, i, runtime, features)),
		                        features);
	}
}

/* Models of one kind and what they are learned from. */
typedef struct course {
	const np_row *rows;
	int count, method;
	np_grouping grouping;
	np_method_options options;
	np_platform *platform;
	np_outcome *outcome;
} course;

static np_status learn_if_enough(course *c, np_kind kind, np_target target, np_error *err)
{
	np_sample sample;
	np_status status = np_sample_take(c->rows, c->count, kind, c->options.features, target, c->grouping, &sample, err);
	give_runtimes(c->platform, &sample);
	if (status == NP_OK && sample.rows >= LEAST_ROWS)
		status = learn_model(&sample, c->method, &c->options, c->platform, c->outcome, err);
	np_sample_free(&sample);
	return status;
}

/* The energy that was measured, or the product of what was. */
static bool measured_energy(const np_row *row, double *energy)
{
	*energy = row->has[NP_ENERGY] ? row->value[NP_ENERGY] : row->value[NP_RUNTIME] * row->value[NP_POWER];
	return row->has[NP_ENERGY] || (row->has[NP_RUNTIME] && row->has[NP_POWER]);
}

static void judge_energy(const course *c, np_model *model, double *fitted, double *held_out, double *actual)
{
	double *const *f = c->outcome->fitted, *const *h = c->outcome->held_out;
	for (int i = 0; i < c->count; i++) {
		bool predicted = h[NP_RUNTIME][i] > 0 && h[NP_POWER][i] > 0;
		np_layer_config routed = np_feature_route(&c->rows[i].config);
		if (routed.kind != model->kind || !predicted || !measured_energy(&c->rows[i], &actual[model->rows]))
			continue;
		fitted[model->rows] = f[NP_RUNTIME][i] * f[NP_POWER][i];
		held_out[model->rows++] = h[NP_RUNTIME][i] * h[NP_POWER][i];
	}
	judge(model, fitted, held_out, actual, model->rows);
}

/* Energy has no model of its own, but its product has errors and intervals of its own. */
static np_status learn_energy(const course *c, np_kind kind, np_error *err)
{
	np_platform *platform = c->platform;
	np_model *models = platform->models, *model = &models[platform->model_count];
	if (platform->model_count < 2 || models[platform->model_count - 1].kind != kind ||
	    models[platform->model_count - 2].kind != kind)
		return NP_OK;
	size_t n = (size_t)c->count + 1;
	double *numbers = malloc(3 * n * sizeof *numbers);
	if (!numbers)
		return np_fail_memory(err);
	*model = (np_model){
	        .kind = kind, .target = NP_ENERGY, .method = "product", .set = models[platform->model_count - 1].set};
	model->folds = c->options.folds;
	judge_energy(c, model, numbers, numbers + n, numbers + 2 * n);
	platform->model_count += model->rows > 0;
	free(numbers);
	return NP_OK;
}

static np_status learn_kind(course *c, np_kind kind, np_error *err)
{
	np_views views = {0};
	c->options.views = &views;
	np_status status = NP_OK;
	for (int target = NP_RUNTIME; target <= NP_POWER && status == NP_OK; target++)
		status = learn_if_enough(c, kind, (np_target)target, err);
	np_views_free(&views);
	return status == NP_OK ? learn_energy(c, kind, err) : status;
}

static np_status learn_models(course *c, np_error *err)
{
	np_platform *platform = c->platform;
	platform->models = np_arena_array(&platform->arena, NP_TARGET_COUNT * NP_KIND_COUNT, sizeof *platform->models);
	if (!platform->models)
		return np_fail_memory(err);
	for (int kind = 0; kind < NP_KIND_COUNT; kind++)
		if (np_feature_set_of((np_kind)kind))
			NP_TRY(learn_kind(c, (np_kind)kind, err));
	np_platform_index(platform);
	if (!platform->model_count)
		return np_fail(err, NP_ERR_DATA, "no layer type has the %d measured rows that a model needs", LEAST_ROWS);
	return np_totals_calibrate(c->rows, c->count, c->outcome, INTERVAL_LEVEL, platform, err);
}

/* ---- what the platform says of itself ---- */

static np_status keep(np_platform *platform, const char *text, const char **kept, np_error *err)
{
	*kept = np_arena_text(&platform->arena, text, strlen(text));
	return *kept ? NP_OK : np_fail_memory(err);
}

/* "2x Intel Xeon Gold 5120 (CPU)" -> "2x-intel-xeon-gold-5120-cpu" */
static np_status name_from_device(np_platform *platform, np_error *err)
{
	char *name = np_arena_text(&platform->arena, platform->device, strlen(platform->device));
	if (!name)
		return np_fail_memory(err);
	char *out = name;
	for (const char *in = platform->device; *in; in++) {
		if (isalnum((unsigned char)*in))
			*out++ = (char)tolower((unsigned char)*in);
		else if (out > name && out[-1] != '-')
			*out++ = '-';
	}
	while (out > name && out[-1] == '-')
		out--;
	*out = '\0';
	platform->name = *name ? name : "platform";
	return NP_OK;
}

/* Only the files' own names: a platform file must not depend on where the data lay. */
static np_status keep_files(const np_dataset *dataset, np_platform *platform, np_error *err)
{
	int count = np_dataset_file_count(dataset);
	platform->files = np_arena_array(&platform->arena, (size_t)count, sizeof *platform->files);
	if (!platform->files)
		return np_fail_memory(err);
	for (int i = 0; i < count; i++) {
		np_dataset_file *file = &platform->files[i];
		*file = *np_dataset_file_info(dataset, i);
		const char *slash = strrchr(file->path, '/');
		NP_TRY(keep(platform, slash ? slash + 1 : file->path, &file->path, err));
		platform->file_count++;
	}
	return NP_OK;
}

static np_status describe(const np_dataset *dataset, const np_fit_options *options, np_platform *platform, np_error *err)
{
	platform->seed = options->seed ? options->seed : 1;
	platform->idle_power_w = options->idle_power_w;
	platform->limit_power_w = options->limit_power_w;
	platform->interval_level = INTERVAL_LEVEL;
	NP_TRY(keep(platform, np_dataset_device(dataset), &platform->device, err));
	NP_TRY(keep(platform, np_dataset_software(dataset), &platform->software, err));
	NP_TRY(keep(platform, np_dataset_dtype(dataset), &platform->dtype, err));
	NP_TRY(keep(platform, options->source ? options->source : "", &platform->source, err));
	NP_TRY(keep_files(dataset, platform, err));
	if (options->name)
		return keep(platform, options->name, &platform->name, err);
	return name_from_device(platform, err);
}

static np_status find_method(const char *name, int *method, np_error *err)
{
	for (*method = 0; *method < METHOD_COUNT; ++*method)
		if (!name || strcmp(METHODS[*method].name, name) == 0)
			return NP_OK;
	return np_fail(err, NP_ERR_ARGUMENT, "unknown method '%s': default or paper was expected", name);
}

static np_status find_grouping(const char *name, np_grouping *grouping, np_error *err)
{
	for (*grouping = NP_BY_ROW; *grouping < NP_GROUPINGS; ++*grouping)
		if (!name || strcmp(np_grouping_name(*grouping), name) == 0)
			return NP_OK;
	return np_fail(err, NP_ERR_ARGUMENT, "unknown grouping '%s': row, shape or network was expected", name);
}

/* The list of features and the highest degree, which only the method paper has. */
static np_status read_polynomial(const np_fit_options *options, int method, np_method_options *how, np_error *err)
{
	if (!np_feature_list_find(options->features, &how->features))
		return np_fail(err, NP_ERR_ARGUMENT, "unknown features '%s': authors or text was expected", options->features);
	if (options->degree < 0 || options->degree > NP_MAX_FACTORS)
		return np_fail(err, NP_ERR_ARGUMENT, "the highest degree is %d: 1 to %d was expected", options->degree,
		               NP_MAX_FACTORS);
	if (!METHODS[method].polynomial && (how->features != NP_FEATURES_AUTHORS || options->degree))
		return np_fail(err, NP_ERR_ARGUMENT, "the method %s has no degree and no choice of features, paper has",
		               METHODS[method].name);
	how->degree = options->degree;
	return NP_OK;
}

static int element_bytes(const char *dtype)
{
	return strcmp(dtype, "fp16") == 0 || strcmp(dtype, "bf16") == 0 ? 2 : 4;
}

static np_status fit(const np_dataset *dataset, const np_fit_options *options, np_platform *platform, np_error *err)
{
	int method, count = np_dataset_row_count(dataset);
	const np_row *rows = np_dataset_row(dataset, 0);
	np_method_options how = {.folds = FOLDS, .threads = options->threads > 0 ? options->threads : 1};
	NP_TRY(find_method(options->method, &method, err));
	NP_TRY(read_polynomial(options, method, &how, err));
	NP_TRY(describe(dataset, options, platform, err));
	NP_TRY(np_fallback_learn(rows, count, element_bytes(platform->dtype), INTERVAL_LEVEL, &platform->fallback, err));
	how.seed = platform->seed;
	np_outcome outcome = {.fitted = {0}};
	course c = {.rows = rows, .count = count, .method = method, .platform = platform, .outcome = &outcome, .options = how};
	NP_TRY(find_grouping(options->group, &c.grouping, err));
	platform->folds_by = np_grouping_name(c.grouping);
	np_status status = np_outcome_make(count, &outcome, err);
	if (status == NP_OK)
		status = learn_models(&c, err);
	np_outcome_free(&outcome);
	return status;
}

np_status np_platform_fit(const np_dataset *dataset, const np_fit_options *options, np_platform **platform, np_error *err)
{
	static const np_fit_options DEFAULTS = {0};
	*platform = np_platform_create();
	if (!*platform)
		return np_fail_memory(err);
	np_status status = fit(dataset, options ? options : &DEFAULTS, *platform, err);
	if (status != NP_OK) {
		np_platform_free(*platform);
		*platform = NULL;
	}
	return status;
}
