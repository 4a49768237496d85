/* Measured layers against a platform. */
#include "base/dtype.h"
#include "base/error.h"
#include "evaluate/scores.h"
#include "fit/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct layer_groups {
	np_pairs pairs[NP_KIND_COUNT][NP_TARGET_COUNT], all[NP_TARGET_COUNT];
} layer_groups;

static void estimate_row(const np_platform *platform, const np_row *row, np_estimate *estimate)
{
	if (row->config.kind == NP_DROPOUT) {
		/* Free at inference wherever it stands in a network. */
		*estimate = (np_estimate){.source = NP_FREE, .runtime_ms.has = true};
		estimate->energy_mj.has = np_platform_has_power(platform);
		return;
	}
	int bytes = np_dtype_bytes(np_platform_dtype(platform));
	double moved = np_config_values(&row->config) * (bytes ? bytes : 4);
	np_platform_estimate(platform, &row->config, moved < 9e18 ? (int64_t)moved : INT64_MAX, estimate);
}

static np_status add_row(layer_groups *groups, const np_platform *platform, const np_row *row, np_error *err)
{
	np_estimate estimate;
	estimate_row(platform, row, &estimate);
	const np_value *const values[] = {&estimate.runtime_ms, &estimate.power_w, &estimate.energy_mj};
	for (int t = 0; t < NP_TARGET_COUNT; t++) {
		if (!row->has[t] || !values[t]->has)
			continue;
		np_pairs *pairs = &groups->pairs[row->config.kind][t];
		NP_TRY(np_pairs_add_value(pairs, values[t], row->value[t], row->line, err));
		NP_TRY(np_pairs_add_value(&groups->all[t], values[t], row->value[t], row->line, err));
		pairs->out_of_range += estimate.extrapolated != NULL;
	}
	return NP_OK;
}

/* Energy is the product of two models; it has no size of its own. */
static void set_model(const np_platform *platform, np_kind kind, np_target target, np_layer_score *score)
{
	np_model_info info;
	score->model_size = score->degree = -1;
	score->in_sample_rmspe = score->cv_rmspe = NAN;
	for (int i = 0; np_platform_model(platform, i, &info); i++)
		if (info.kind == kind && info.target == target) {
			score->model_size = target == NP_ENERGY ? -1 : info.terms;
			score->degree = target == NP_ENERGY ? -1 : info.degree;
			score->in_sample_rmspe = info.in_sample_rmspe;
			score->cv_rmspe = info.cv_rmspe;
		}
}

static np_status score_group(np_evaluation *e, np_kind kind, np_target target, const np_pairs *pairs, np_layer_score *score,
                             np_error *err)
{
	score->type = np_kind_name(kind);
	score->target = np_target_name(target);
	score->interval_coverage = np_pairs_coverage(pairs);
	score->out_of_range_rows = pairs->out_of_range;
	set_model(e->platform, kind, target, score);
	NP_TRY(np_evaluation_points(e, pairs, &score->points, err));
	return np_pairs_accuracy(pairs, &score->accuracy, err);
}

static np_status fill(np_evaluation *e, layer_groups *groups, const np_platform *platform, const np_dataset *dataset,
                      np_error *err)
{
	for (int i = 0; i < np_dataset_row_count(dataset); i++)
		NP_TRY(add_row(groups, platform, np_dataset_row(dataset, i), err));
	for (int k = 0; k < NP_KIND_COUNT; k++)
		for (int t = 0; t < NP_TARGET_COUNT; t++)
			if (groups->pairs[k][t].count)
				NP_TRY(score_group(e, (np_kind)k, (np_target)t, &groups->pairs[k][t],
				                   &e->layers[e->layer_count++], err));
	for (int t = 0; t < NP_TARGET_COUNT; t++)
		NP_TRY(np_evaluation_summarise(e, np_target_name((np_target)t), &groups->all[t], err));
	return NP_OK;
}

static void groups_free(layer_groups *groups)
{
	for (int t = 0; groups && t < NP_TARGET_COUNT; t++) {
		for (int k = 0; k < NP_KIND_COUNT; k++)
			np_pairs_free(&groups->pairs[k][t]);
		np_pairs_free(&groups->all[t]);
	}
	free(groups);
}

np_status np_evaluate_layers(const np_platform *platform, const np_dataset *dataset, np_evaluation **evaluation, np_error *err)
{
	np_evaluation *e = np_evaluation_create(np_dataset_file_info(dataset, 0)->path, NP_KIND_COUNT * NP_TARGET_COUNT, 0);
	layer_groups *groups = calloc(1, sizeof *groups);
	np_status status = e && groups ? NP_OK : np_fail_memory(err);
	if (status == NP_OK) {
		e->platform = platform;
		status = fill(e, groups, platform, dataset, err);
	}
	groups_free(groups);
	if (status != NP_OK) {
		np_evaluation_free(e);
		e = NULL;
	}
	*evaluation = e;
	return status;
}
