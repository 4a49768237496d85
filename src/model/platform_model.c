/* Life and looks of a platform. */
#include "model/platform_model.h"

#include "base/error.h"
#include "model/model_plan.h"

#include <stdlib.h>
#include <string.h>

np_platform *np_platform_create(void)
{
	np_platform *platform = calloc(1, sizeof *platform);
	if (platform) {
		platform->name = platform->device = platform->software = platform->dtype = platform->source = "";
		platform->folds_by = "row";
		for (int t = 0; t < NP_TARGET_COUNT; t++)
			platform->totals.correlation[t] = 1;
	}
	return platform;
}

void np_platform_free(np_platform *platform)
{
	if (!platform)
		return;
	np_arena_free(&platform->arena);
	free(platform);
}

static void add_needed(np_model *model, const np_sum *sum)
{
	for (int i = 0; i < sum->count; i++)
		for (int k = 0; k < sum->terms[i].factor_count; k++)
			np_feature_need_add(model->set, sum->terms[i].factors[k].feature, &model->need);
}

/* Of a planned runtime, only what is still: the plan looks after the rest. */
static void find_need(np_model *model)
{
	model->need = (np_feature_need){0};
	if (model->plan && model->target == NP_RUNTIME) {
		for (int i = 0; i < model->plan->still.feature_count; i++)
			np_feature_need_add(model->set, model->plan->still.features[i].number, &model->need);
		return;
	}
	add_needed(model, &model->sum);
	add_needed(model, &model->correction);
	for (int i = 0; i < model->hold_count; i++)
		np_feature_need_add(model->set, model->holds[i].feature, &model->need);
}

np_status np_model_prepare(np_model *model, np_arena *arena, np_error *err)
{
	NP_TRY(np_plan_make(model, arena, &model->plan, err));
	find_need(model);
	return NP_OK;
}

void np_platform_index(np_platform *platform)
{
	for (int i = 0; i < platform->model_count; i++) {
		np_model *model = &platform->models[i];
		if (model->set)
			find_need(model);
		platform->by_kind[model->kind][model->target] = model;
	}
}

const char *np_form_name(np_form form)
{
	static const char *const NAMES[NP_FORMS] = {"ratio", "exponential"};
	return NAMES[form];
}

const char *np_platform_name(const np_platform *platform)
{
	return platform->name;
}

const char *np_platform_device(const np_platform *platform)
{
	return platform->device;
}

const char *np_platform_software(const np_platform *platform)
{
	return platform->software;
}

const char *np_platform_dtype(const np_platform *platform)
{
	return platform->dtype;
}

const char *np_platform_folds_by(const np_platform *platform)
{
	return platform->folds_by;
}

const char *np_platform_source(const np_platform *platform)
{
	return platform->source;
}

bool np_platform_has_power(const np_platform *platform)
{
	return platform->fallback.power_w > 0;
}

int np_platform_model_count(const np_platform *platform)
{
	return platform->model_count;
}

int np_sum_size(const np_sum *sum)
{
	return sum->count + (sum->intercept != 0);
}

bool np_platform_model(const np_platform *platform, int index, np_model_info *info)
{
	if (index < 0 || index >= platform->model_count)
		return false;
	const np_model *m = &platform->models[index];
	*info = (np_model_info){
	        .kind = m->kind,
	        .target = m->target,
	        .method = m->method,
	        .features = strcmp(m->method, "paper") == 0 ? np_feature_list_name(m->set->list) : NULL,
	        .rows = m->rows,
	        .terms = np_sum_size(&m->sum) + (m->corrected ? np_sum_size(&m->correction) : 0),
	        .degree = m->degree,
	        .lambda = m->lambda,
	        .in_sample_rmspe = m->in_sample.rmspe,
	        .in_sample_rmse = m->in_sample.rmse,
	        .cv_rmspe = m->cross_validated.rmspe,
	        .cv_rmse = m->cross_validated.rmse,
	        .cv_mape = m->cross_validated.mape,
	        .interval_factor = m->interval_factor,
	        .cv_coverage = m->coverage,
	};
	return true;
}

int np_platform_degree_count(const np_platform *platform)
{
	int count = 0;
	for (int i = 0; i < platform->model_count; i++)
		count += platform->models[i].trial_count;
	return count;
}

static np_degree_info describe_trial(const np_model *m, const np_trial *trial)
{
	return (np_degree_info){.kind = m->kind,
	                        .target = m->target,
	                        .features = np_feature_list_name(m->set->list),
	                        .degree = trial->degree,
	                        .offered = trial->offered,
	                        .tried = trial->tried,
	                        .terms = trial->terms,
	                        .cv_rmse = trial->cv_rmse,
	                        .cv_rmspe = trial->cv_rmspe,
	                        .chosen = trial->degree == m->degree};
}

bool np_platform_degree(const np_platform *platform, int index, np_degree_info *info)
{
	for (int i = 0; i < platform->model_count && index >= 0; i++) {
		const np_model *m = &platform->models[i];
		if (index < m->trial_count) {
			*info = describe_trial(m, &m->trials[index]);
			return true;
		}
		index -= m->trial_count;
	}
	return false;
}

const char *np_source_name(np_source_kind source)
{
	static const char *const NAMES[] = {"model", "fallback", "free", "formula"};
	return (unsigned)source < 4 ? NAMES[source] : "unknown";
}

void np_platform_totals(const np_platform *platform, np_totals_info *info)
{
	*info = platform->totals;
}
