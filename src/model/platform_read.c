/*
 * The platform file, read. Every member is checked: a file edited by hand or damaged gives an error that names the
 * member, never a wrong prediction.
 */
#include "base/error.h"
#include "base/source.h"
#include "model/platform_model.h"
#include "text/json_document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 32 << 20, MOST_MODELS = 256 };

/* Where in the document we are, for messages: "models[3].terms[0]". */
typedef struct place {
	char path[128];
	np_error *err;
} place;

static np_status fail_member(const place *at, const char *key, const char *expected)
{
	return np_fail(at->err, NP_ERR_DATA, "%s%s%s: %s was expected", at->path, at->path[0] ? "." : "", key, expected);
}

static place inside(const place *at, const char *key, size_t index)
{
	place child = {.err = at->err};
	snprintf(child.path, sizeof child.path, "%.90s%s%s[%zu]", at->path, at->path[0] ? "." : "", key, index);
	return child;
}

/* ---- members of an object ---- */

static np_status get_text(const place *at, const json_t *object, const char *key, np_arena *arena, const char **text)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_string(value))
		return fail_member(at, key, "a text");
	*text = np_arena_text(arena, json_string_value(value), strlen(json_string_value(value)));
	return *text ? NP_OK : np_fail_memory(at->err);
}

static np_status get_number(const place *at, const json_t *object, const char *key, double *number)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_number(value) || !isfinite(json_number_value(value)))
		return fail_member(at, key, "a number");
	*number = json_number_value(value);
	return NP_OK;
}

/* A number, or null for `missing`. */
static np_status get_optional(const place *at, const json_t *object, const char *key, double missing, double *number)
{
	*number = missing;
	return json_is_null(json_object_get(object, key)) ? NP_OK : get_number(at, object, key, number);
}

static np_status get_positive(const place *at, const json_t *object, const char *key, double *number)
{
	NP_TRY(get_optional(at, object, key, 0, number));
	return *number >= 0 ? NP_OK : fail_member(at, key, "a number above 0, or null");
}

static np_status get_int(const place *at, const json_t *object, const char *key, int64_t least, int64_t most, int64_t *number)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_integer(value) || json_integer_value(value) < least || json_integer_value(value) > most)
		return fail_member(at, key, "a whole number in its range");
	*number = json_integer_value(value);
	return NP_OK;
}

static np_status get_small(const place *at, const json_t *object, const char *key, int *number)
{
	int64_t value = 0;
	NP_TRY(get_int(at, object, key, 0, INT32_MAX, &value));
	*number = (int)value;
	return NP_OK;
}

static np_status get_array(const place *at, const json_t *object, const char *key, size_t most, const json_t **array)
{
	*array = json_object_get(object, key);
	if (!json_is_array(*array) || json_array_size(*array) > most)
		return fail_member(at, key, "an array of sensible length");
	return NP_OK;
}

/* ---- models ---- */

/* {"above": 21.5} */
static np_status read_knot(const place *at, const char *name, const json_t *object, np_factor *factor)
{
	for (int kind = NP_POWER_OF + 1; kind < NP_FACTOR_KINDS; kind++) {
		const json_t *knot = json_object_get(object, np_factor_kind_name((np_factor_kind)kind));
		if (!json_is_number(knot) || json_object_size(object) != 1)
			continue;
		factor->kind = (np_factor_kind)kind;
		factor->knot = json_number_value(knot);
		return NP_OK;
	}
	return fail_member(at, name, "one of centred, above, below and step, with a number");
}

static np_status read_factor(const place *at, const np_model *model, const char *name, const json_t *value, np_term *term)
{
	int feature = np_feature_find(model->set, name);
	if (feature < 0)
		return fail_member(at, name, "a feature of this layer type");
	if (term->factor_count == NP_MAX_FACTORS)
		return fail_member(at, "factors", "at most 4 factors");
	np_factor *factor = &term->factors[term->factor_count++];
	*factor = (np_factor){.feature = (short)feature, .power = 1};
	if (json_is_object(value))
		return read_knot(at, name, value, factor);
	if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > NP_MAX_FACTORS)
		return fail_member(at, name, "a power from 1 to 4");
	factor->power = (short)json_integer_value(value);
	return NP_OK;
}

/* Two numbers, the lower first. */
static bool get_range(const json_t *pair, np_range *range)
{
	const json_t *low = json_array_get(pair, 0), *high = json_array_get(pair, 1);
	if (!json_is_number(low) || !json_is_number(high) || json_array_size(pair) != 2)
		return false;
	*range = (np_range){json_number_value(low), json_number_value(high)};
	return range->low <= range->high;
}

static np_status read_term(const place *at, const np_model *model, json_t *object, np_term *term, double *coefficient)
{
	NP_TRY(get_number(at, object, "coefficient", coefficient));
	json_t *factors = json_object_get(object, "factors"), *power;
	const char *name;
	if (!json_is_object(factors) || !json_object_size(factors))
		return fail_member(at, "factors", "an object of features and their powers");
	json_object_foreach(factors, name, power) NP_TRY(read_factor(at, model, name, power, term));
	const json_t *range = json_object_get(object, "held");
	np_range held = {0};
	if (range && !get_range(range, &held))
		return fail_member(at, "held", "two numbers, the lower first");
	term->low = held.low;
	term->high = held.high;
	return NP_OK;
}

static np_status read_sum(const place *at, np_arena *arena, const json_t *object, const np_model *model, np_sum *sum)
{
	const json_t *terms;
	NP_TRY(get_number(at, object, "intercept", &sum->intercept));
	NP_TRY(get_array(at, object, "terms", NP_MAX_TERMS, &terms));
	size_t count = json_array_size(terms);
	sum->terms = np_arena_array(arena, count, sizeof *sum->terms);
	sum->coefficients = np_arena_array(arena, count, sizeof *sum->coefficients);
	if (!sum->terms || !sum->coefficients)
		return np_fail_memory(at->err);
	sum->count = (int)count;
	for (size_t i = 0; i < count; i++) {
		place here = inside(at, "terms", i);
		NP_TRY(read_term(&here, model, json_array_get(terms, i), &sum->terms[i], &sum->coefficients[i]));
	}
	return NP_OK;
}

static np_status read_holds(const place *at, np_arena *arena, const json_t *object, np_model *model)
{
	json_t *holds = json_object_get(object, "features_held"), *pair;
	const char *name;
	if (!json_is_object(holds) || json_object_size(holds) > NP_MAX_FEATURES)
		return fail_member(at, "features_held", "an object of features and their ranges");
	model->holds = np_arena_array(arena, json_object_size(holds) + 1, sizeof *model->holds);
	if (!model->holds)
		return np_fail_memory(at->err);
	json_object_foreach(holds, name, pair)
	{
		np_hold *hold = &model->holds[model->hold_count++];
		hold->feature = (short)np_feature_find(model->set, name);
		if (hold->feature < 0)
			return fail_member(at, name, "a feature of this layer type");
		if (!get_range(pair, &hold->range))
			return fail_member(at, name, "two numbers, the lower first");
	}
	return NP_OK;
}

/* Only held features have a value when a correction is evaluated. */
static np_status check_held(const place *at, const np_model *model)
{
	bool is_held[NP_MAX_FEATURES] = {0};
	char name[NP_FEATURE_NAME];
	for (int i = 0; i < model->hold_count; i++)
		is_held[model->holds[i].feature] = true;
	for (int i = 0; i < model->correction.count; i++) {
		const np_term *term = &model->correction.terms[i];
		for (int k = 0; k < term->factor_count; k++)
			if (!is_held[term->factors[k].feature])
				return fail_member(at, np_feature_name(model->set, term->factors[k].feature, name),
				                   "a range in features_held");
	}
	return NP_OK;
}

static np_status read_form(const place *at, const json_t *object, np_form *form)
{
	const char *name = json_string_value(json_object_get(object, "form"));
	for (*form = NP_RATIO; *form < NP_FORMS; ++*form)
		if (name && strcmp(name, np_form_name(*form)) == 0)
			return NP_OK;
	return fail_member(at, "form", "ratio or exponential");
}

/* The factor that corrects the base, held between two bounds; a model need not have one. */
static np_status read_correction(const place *at, np_arena *arena, const json_t *object, np_model *model)
{
	const json_t *correction = json_object_get(object, "correction");
	if (!correction)
		return NP_OK;
	place here = {.err = at->err};
	snprintf(here.path, sizeof here.path, "%.100s.correction", at->path);
	model->corrected = true;
	if (!get_range(json_object_get(correction, "factor_held"), &model->factor_held) || !(model->factor_held.low > 0))
		return fail_member(&here, "factor_held", "two numbers above 0, the lower first");
	NP_TRY(read_form(&here, correction, &model->form));
	NP_TRY(read_holds(&here, arena, correction, model));
	NP_TRY(read_sum(&here, arena, correction, model, &model->correction));
	return check_held(&here, model);
}

static np_status read_ranges(const place *at, const json_t *object, np_model *model)
{
	const json_t *ranges = json_object_get(object, "range");
	for (int i = 0; i < model->set->base_count; i++) {
		if (!get_range(json_object_get(ranges, model->set->base[i]), &model->ranges[i]))
			return fail_member(at, model->set->base[i], "a range of two numbers");
	}
	return NP_OK;
}

static np_status read_errors(const place *at, const json_t *object, const char *key, np_errors *errors)
{
	const json_t *member = json_object_get(object, key);
	NP_TRY(get_number(at, member, "rmspe", &errors->rmspe));
	NP_TRY(get_number(at, member, "rmse", &errors->rmse));
	return get_number(at, member, "mape", &errors->mape);
}

/* One factor for each level, 0 where it is unknown; a file need not have them. */
static np_status read_spread(const place *at, const json_t *object, const char *key, np_spread *spread)
{
	const json_t *factors = json_object_get(object, key);
	if (!factors)
		return NP_OK;
	for (size_t i = 0; i < NP_LEVELS; i++) {
		const json_t *factor = json_array_get(factors, i);
		spread->factor[i] = json_number_value(factor);
		bool sound = json_is_number(factor) && (spread->factor[i] == 0 || spread->factor[i] >= 1);
		if (!sound || !isfinite(spread->factor[i]) || json_array_size(factors) != NP_LEVELS)
			return fail_member(at, key, "seven factors of at least 1, or 0");
	}
	return NP_OK;
}

/* A number from 0 to 1; a file need not have it. */
static np_status read_share(const place *at, const json_t *object, const char *key, double missing, double *share)
{
	*share = missing;
	if (!json_object_get(object, key) || json_is_null(json_object_get(object, key)))
		return NP_OK;
	NP_TRY(get_number(at, object, key, share));
	return *share >= 0 && *share <= 1 ? NP_OK : fail_member(at, key, "a number from 0 to 1");
}

/* Files without the member are older than the lists. */
static np_status read_list(const place *at, const json_t *object, np_feature_list *list)
{
	const json_t *name = json_object_get(object, "features");
	bool known = !name || json_is_string(name);
	if (known && np_feature_list_find(json_string_value(name), list))
		return NP_OK;
	return fail_member(at, "features", "authors or text");
}

static np_status read_subject(const place *at, const json_t *object, np_model *model)
{
	const char *type = json_string_value(json_object_get(object, "type"));
	const char *target = json_string_value(json_object_get(object, "target"));
	if (!type || !np_kind_find(type, &model->kind) || !np_feature_set_of(model->kind))
		return fail_member(at, "type", "a layer type that can be learned");
	np_feature_list list;
	NP_TRY(read_list(at, object, &list));
	model->set = np_feature_set_listed(model->kind, list);
	for (model->target = NP_RUNTIME; model->target < NP_TARGET_COUNT; model->target++)
		if (target && strcmp(target, np_target_name(model->target)) == 0)
			return NP_OK;
	return fail_member(at, "target", "runtime_ms, power_w or energy_mj");
}

static np_status read_formula(const place *at, np_arena *arena, const json_t *object, np_model *model)
{
	NP_TRY(get_number(at, object, "floor", &model->floor));
	NP_TRY(get_optional(at, object, "ceiling", INFINITY, &model->ceiling));
	if (!(model->floor > 0) || model->ceiling < model->floor)
		return fail_member(at, "floor", "a number above 0 and at most the ceiling");
	NP_TRY(read_ranges(at, object, model));
	NP_TRY(read_sum(at, arena, object, model, &model->sum));
	return read_correction(at, arena, object, model);
}

static np_status read_model(const place *at, np_arena *arena, const json_t *object, np_model *model)
{
	NP_TRY(read_subject(at, object, model));
	NP_TRY(get_text(at, object, "method", arena, &model->method));
	NP_TRY(get_small(at, object, "rows", &model->rows));
	NP_TRY(get_small(at, object, "folds", &model->folds));
	NP_TRY(get_small(at, object, "degree", &model->degree));
	NP_TRY(get_number(at, object, "lambda", &model->lambda));
	NP_TRY(read_errors(at, object, "in_sample", &model->in_sample));
	NP_TRY(read_errors(at, object, "cross_validated", &model->cross_validated));
	NP_TRY(get_positive(at, object, "interval_factor", &model->interval_factor));
	NP_TRY(read_spread(at, object, "interval_factors", &model->spread));
	NP_TRY(read_share(at, object, "interval_coverage", 0, &model->coverage));
	if (model->target == NP_ENERGY)
		return NP_OK;
	NP_TRY(read_formula(at, arena, object, model));
	return np_model_prepare(model, arena, at->err);
}
static np_status read_models(const place *at, np_platform *platform, const json_t *root)
{
	const json_t *models;
	NP_TRY(get_array(at, root, "models", MOST_MODELS, &models));
	size_t count = json_array_size(models);
	platform->models = np_arena_array(&platform->arena, count, sizeof *platform->models);
	if (!platform->models)
		return np_fail_memory(at->err);
	for (size_t i = 0; i < count; i++) {
		place here = inside(at, "models", i);
		np_model *model = &platform->models[i];
		NP_TRY(read_model(&here, &platform->arena, json_array_get(models, i), model));
		if (platform->by_kind[model->kind][model->target])
			return fail_member(&here, "type", "one model of each type and target");
		platform->model_count++;
		np_platform_index(platform);
	}
	return NP_OK;
}

/* ---- the rest ---- */

static np_status read_file_entry(const place *at, np_arena *arena, const json_t *object, np_dataset_file *file)
{
	const char *digest;
	NP_TRY(get_text(at, object, "file", arena, &file->path));
	NP_TRY(get_small(at, object, "rows", &file->rows));
	NP_TRY(get_small(at, object, "rejected", &file->rejected));
	NP_TRY(get_text(at, object, "sha256", arena, &digest));
	if (strlen(digest) >= sizeof file->sha256)
		return fail_member(at, "sha256", "64 hexadecimal digits");
	memcpy(file->sha256, digest, strlen(digest) + 1);
	return NP_OK;
}

static np_status read_files(const place *at, np_platform *platform, const json_t *root)
{
	const json_t *files;
	NP_TRY(get_array(at, root, "data", 1000, &files));
	size_t count = json_array_size(files);
	platform->files = np_arena_array(&platform->arena, count, sizeof *platform->files);
	if (!platform->files)
		return np_fail_memory(at->err);
	platform->file_count = (int)count;
	for (size_t i = 0; i < count; i++) {
		place here = inside(at, "data", i);
		NP_TRY(read_file_entry(&here, &platform->arena, json_array_get(files, i), &platform->files[i]));
	}
	return NP_OK;
}

static np_status read_fallback(const place *at, np_fallback *fallback, const json_t *root)
{
	const json_t *object = json_object_get(root, "fallback");
	NP_TRY(get_number(at, object, "bytes_per_ms", &fallback->bytes_per_ms));
	NP_TRY(get_number(at, object, "least_ms", &fallback->least_ms));
	NP_TRY(get_positive(at, object, "interval_factor", &fallback->interval_factor));
	NP_TRY(read_spread(at, object, "interval_factors", &fallback->spread));
	NP_TRY(get_positive(at, object, "power_w", &fallback->power_w));
	NP_TRY(get_positive(at, object, "power_interval_factor", &fallback->power_interval_factor));
	NP_TRY(read_spread(at, object, "power_interval_factors", &fallback->power_spread));
	if (!(fallback->bytes_per_ms > 0) || !(fallback->least_ms > 0))
		return fail_member(at, "fallback", "a bandwidth and a least runtime above 0");
	return NP_OK;
}

static np_status read_folds_by(const place *at, const json_t *root, np_arena *arena, const char **folds_by)
{
	return json_object_get(root, "folds_by") ? get_text(at, root, "folds_by", arena, folds_by) : NP_OK;
}

static np_status read_totals(const place *at, const json_t *root, np_totals_info *t)
{
	const json_t *object = json_object_get(root, "totals");
	if (!object)
		return NP_OK;
	NP_TRY(get_small(at, object, "networks", &t->networks));
	NP_TRY(get_small(at, object, "totals", &t->totals));
	for (int target = 0; target < NP_TARGET_COUNT; target++)
		NP_TRY(read_share(at, object, np_target_name((np_target)target), 1, &t->correlation[target]));
	return NP_OK;
}

/* "neuralpower/platform/1" */
static np_status check_schema(const place *at, const json_t *root)
{
	const char *schema = json_string_value(json_object_get(root, "schema"));
	static const char PREFIX[] = "neuralpower/platform/";
	if (!schema || strncmp(schema, PREFIX, strlen(PREFIX)) != 0)
		return fail_member(at, "schema", "\"neuralpower/platform/1\"");
	if (strcmp(schema + strlen(PREFIX), "1") != 0)
		return np_fail(at->err, NP_ERR_VERSION,
		               "the file follows %.40s, this program knows neuralpower/platform/1: a newer program is needed",
		               schema);
	return NP_OK;
}

static np_status read_platform(np_platform *platform, const json_t *root, np_error *err)
{
	place at = {.err = err};
	np_arena *arena = &platform->arena;
	int64_t seed = 0;
	NP_TRY(check_schema(&at, root));
	NP_TRY(get_text(&at, root, "name", arena, &platform->name));
	NP_TRY(get_text(&at, root, "device", arena, &platform->device));
	NP_TRY(get_text(&at, root, "software", arena, &platform->software));
	NP_TRY(get_text(&at, root, "dtype", arena, &platform->dtype));
	NP_TRY(get_text(&at, root, "source", arena, &platform->source));
	NP_TRY(get_positive(&at, root, "idle_power_w", &platform->idle_power_w));
	NP_TRY(get_positive(&at, root, "limit_power_w", &platform->limit_power_w));
	NP_TRY(get_int(&at, root, "seed", 0, INT64_MAX, &seed));
	platform->seed = (uint64_t)seed;
	NP_TRY(get_number(&at, root, "interval_level", &platform->interval_level));
	NP_TRY(read_folds_by(&at, root, arena, &platform->folds_by));
	NP_TRY(read_totals(&at, root, &platform->totals));
	NP_TRY(read_files(&at, platform, root));
	NP_TRY(read_fallback(&at, &platform->fallback, root));
	return read_models(&at, platform, root);
}

static np_status parse(const char *text, size_t size, np_platform *platform, np_error *err)
{
	json_t *root;
	NP_TRY(np_json_parse(text, size, JSON_REJECT_DUPLICATES, "a platform file in JSON was", &root, err));
	np_status status = read_platform(platform, root, err);
	json_decref(root);
	return status;
}

static np_status load(const char *path, np_platform *platform, np_error *err)
{
	char *text;
	size_t size;
	NP_TRY(np_source_read_file(path, LARGEST_FILE, &text, &size, err));
	np_status status = parse(text, size, platform, err);
	free(text);
	if (status != NP_OK)
		np_error_set_path(err, path);
	return status;
}

np_status np_platform_load(const char *path, np_platform **platform, np_error *err)
{
	*platform = np_platform_create();
	if (!*platform)
		return np_fail_memory(err);
	np_status status = load(path, *platform, err);
	if (status != NP_OK) {
		np_platform_free(*platform);
		*platform = NULL;
	}
	return status;
}
