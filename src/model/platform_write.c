/* The platform file, written. */
#include "base/error.h"
#include "base/file.h"
#include "model/platform_model.h"
#include "text/json_writer.h"

#include <stdlib.h>

/* An unknown number is null, not zero. */
static void put_known(np_json *json, const char *key, double value)
{
	np_json_key(json, key);
	if (value > 0)
		np_json_double(json, value);
	else
		np_json_null(json);
}

static void put_spread(np_json *json, const char *key, const np_spread *spread)
{
	if (spread->factor[0] > 0) {
		np_json_key(json, key);
		np_json_doubles(json, spread->factor, NP_LEVELS);
	}
}

static void write_files(np_json *json, const np_platform *platform)
{
	np_json_key(json, "data");
	np_json_array(json);
	for (int i = 0; i < platform->file_count; i++) {
		const np_dataset_file *file = &platform->files[i];
		np_json_object_compact(json);
		np_json_put_string(json, "file", file->path);
		np_json_put_int(json, "rows", file->rows);
		np_json_put_int(json, "rejected", file->rejected);
		np_json_put_string(json, "sha256", file->sha256);
		np_json_close(json);
	}
	np_json_close(json);
}

static void write_fallback(np_json *json, const np_fallback *fallback)
{
	np_json_key(json, "fallback");
	np_json_object(json);
	np_json_put_double(json, "bytes_per_ms", fallback->bytes_per_ms);
	np_json_put_double(json, "least_ms", fallback->least_ms);
	put_known(json, "interval_factor", fallback->interval_factor);
	put_spread(json, "interval_factors", &fallback->spread);
	put_known(json, "power_w", fallback->power_w);
	put_known(json, "power_interval_factor", fallback->power_interval_factor);
	put_spread(json, "power_interval_factors", &fallback->power_spread);
	np_json_close(json);
}

static void write_errors(np_json *json, const char *key, np_errors errors)
{
	np_json_key(json, key);
	np_json_object_compact(json);
	np_json_put_double(json, "rmspe", errors.rmspe);
	np_json_put_double(json, "rmse", errors.rmse);
	np_json_put_double(json, "mape", errors.mape);
	np_json_close(json);
}

static void write_ranges(np_json *json, const np_model *model)
{
	np_json_key(json, "range");
	np_json_object_compact(json);
	for (int i = 0; i < model->set->base_count; i++) {
		np_json_key(json, model->set->base[i]);
		np_json_doubles(json, (double[]){model->ranges[i].low, model->ranges[i].high}, 2);
	}
	np_json_close(json);
}

/* "batch": 2 is a power, "log2(work)": {"above": 21.5} a hinge. */
static void write_factor(np_json *json, const np_feature_set *set, const np_factor *factor)
{
	char name[NP_FEATURE_NAME];
	np_json_key(json, np_feature_name(set, factor->feature, name));
	if (factor->kind == NP_POWER_OF) {
		np_json_int(json, factor->power);
		return;
	}
	np_json_object_compact(json);
	np_json_put_double(json, np_factor_kind_name(factor->kind), factor->knot);
	np_json_close(json);
}

static void put_range(np_json *json, const char *key, np_range range)
{
	np_json_key(json, key);
	np_json_doubles(json, (double[]){range.low, range.high}, 2);
}

static void write_term(np_json *json, const np_feature_set *set, const np_term *term, double coefficient)
{
	np_json_object_compact(json);
	np_json_put_double(json, "coefficient", coefficient);
	np_json_key(json, "factors");
	np_json_object_compact(json);
	for (int i = 0; i < term->factor_count; i++)
		write_factor(json, set, &term->factors[i]);
	np_json_close(json);
	if (term->low < term->high)
		put_range(json, "held", (np_range){term->low, term->high});
	np_json_close(json);
}

static void write_sum(np_json *json, const np_feature_set *set, const np_sum *sum)
{
	np_json_put_double(json, "intercept", sum->intercept);
	np_json_key(json, "terms");
	np_json_array(json);
	for (int i = 0; i < sum->count; i++)
		write_term(json, set, &sum->terms[i], sum->coefficients[i]);
	np_json_close(json);
}

static void write_correction(np_json *json, const np_model *model)
{
	char name[NP_FEATURE_NAME];
	np_json_key(json, "correction");
	np_json_object(json);
	np_json_put_string(json, "form", np_form_name(model->form));
	put_range(json, "factor_held", model->factor_held);
	np_json_key(json, "features_held");
	np_json_object_compact(json);
	for (int i = 0; i < model->hold_count; i++)
		put_range(json, np_feature_name(model->set, model->holds[i].feature, name), model->holds[i].range);
	np_json_close(json);
	write_sum(json, model->set, &model->correction);
	np_json_close(json);
}

/* What an energy has not: terms and bounds. */
static void write_formula(np_json *json, const np_model *model)
{
	np_json_put_double(json, "floor", model->floor);
	np_json_put_double(json, "ceiling", model->ceiling); /* infinite is null */
	write_ranges(json, model);
	write_sum(json, model->set, &model->sum);
	if (model->corrected)
		write_correction(json, model);
}

static void write_model(np_json *json, const np_model *model)
{
	np_json_object(json);
	np_json_put_string(json, "type", np_kind_name(model->kind));
	np_json_put_string(json, "target", np_target_name(model->target));
	np_json_put_string(json, "method", model->method);
	if (model->set->list != NP_FEATURES_AUTHORS)
		np_json_put_string(json, "features", np_feature_list_name(model->set->list));
	np_json_put_int(json, "rows", model->rows);
	np_json_put_int(json, "folds", model->folds);
	np_json_put_int(json, "degree", model->degree);
	np_json_put_double(json, "lambda", model->lambda);
	write_errors(json, "in_sample", model->in_sample);
	write_errors(json, "cross_validated", model->cross_validated);
	put_known(json, "interval_factor", model->interval_factor);
	put_spread(json, "interval_factors", &model->spread);
	put_known(json, "interval_coverage", model->coverage);
	if (model->target != NP_ENERGY)
		write_formula(json, model);
	np_json_close(json);
}
/* The levels of all "interval_factors". */
static void write_levels(np_json *json)
{
	double levels[NP_LEVELS];
	for (int i = 0; i < NP_LEVELS; i++)
		levels[i] = np_spread_level(i);
	np_json_key(json, "interval_levels");
	np_json_doubles(json, levels, NP_LEVELS);
}

static void write_totals(np_json *json, const np_totals_info *t)
{
	np_json_key(json, "totals");
	np_json_object_compact(json);
	np_json_put_int(json, "networks", t->networks);
	np_json_put_int(json, "totals", t->totals);
	for (int target = 0; target < NP_TARGET_COUNT; target++)
		np_json_put_double(json, np_target_name((np_target)target), t->correlation[target]);
	np_json_close(json);
}

static void write_platform(np_json *json, const np_platform *platform)
{
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/platform/1");
	np_json_put_string(json, "name", platform->name);
	np_json_put_string(json, "device", platform->device);
	np_json_put_string(json, "software", platform->software);
	np_json_put_string(json, "dtype", platform->dtype);
	put_known(json, "idle_power_w", platform->idle_power_w);
	put_known(json, "limit_power_w", platform->limit_power_w);
	np_json_put_string(json, "source", platform->source);
	write_files(json, platform);
	np_json_put_int(json, "seed", (int64_t)platform->seed);
	np_json_put_string(json, "folds_by", platform->folds_by);
	np_json_put_double(json, "interval_level", platform->interval_level);
	write_levels(json);
	if (platform->totals.totals)
		write_totals(json, &platform->totals);
	write_fallback(json, &platform->fallback);
	np_json_key(json, "models");
	np_json_array(json);
	for (int i = 0; i < platform->model_count; i++)
		write_model(json, &platform->models[i]);
	np_json_close(json);
	np_json_close(json);
}

np_status np_platform_write(const np_platform *platform, char **text, size_t *size, np_error *err)
{
	np_text out = {0};
	np_json json = np_json_on(&out);
	*text = NULL;
	if (platform->formula.method)
		return np_fail(err, NP_ERR_ARGUMENT, "a platform made from a data sheet has nothing learned to be written");
	write_platform(&json, platform);
	*text = np_text_take(&out, size);
	return *text ? NP_OK : np_fail_memory(err);
}

np_status np_platform_save(const np_platform *platform, const char *path, np_error *err)
{
	char *text;
	size_t size;
	NP_TRY(np_platform_write(platform, &text, &size, err));
	np_status status = np_file_replace(path, text, size, err);
	free(text);
	return status;
}
