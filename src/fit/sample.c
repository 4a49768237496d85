/* From data set rows to numbers. */
#include "fit/sample.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static np_status allocate(np_sample *sample, int rows, np_error *err)
{
	sample->features = calloc((size_t)rows + 1, NP_MAX_FEATURES * sizeof(double));
	sample->target_values = calloc((size_t)rows + 1, sizeof(double));
	return sample->features && sample->target_values ? NP_OK : np_fail_memory(err);
}

np_status np_sample_take(const np_row *rows, int count, np_kind kind, np_target target, np_sample *sample, np_error *err)
{
	*sample = (np_sample){.kind = kind, .target = target, .set = np_feature_set_of(kind)};
	NP_TRY(allocate(sample, count, err));
	for (int i = 0; i < count; i++) {
		np_layer_config routed = np_feature_route(&rows[i].config);
		if (routed.kind != kind || !rows[i].has[target])
			continue;
		np_feature_values(sample->set, &routed, sample->features + (size_t)sample->rows * NP_MAX_FEATURES);
		sample->target_values[sample->rows++] = rows[i].value[target];
	}
	return NP_OK;
}

np_status np_sample_subset(const np_sample *from, const int *fold, int skip, np_sample *sample, np_error *err)
{
	*sample = *from;
	sample->rows = 0;
	sample->features = sample->target_values = NULL;
	NP_TRY(allocate(sample, from->rows, err));
	for (int i = 0; i < from->rows; i++) {
		if (fold[i] == skip)
			continue;
		memcpy(sample->features + (size_t)sample->rows * NP_MAX_FEATURES, np_sample_features(from, i),
		       NP_MAX_FEATURES * sizeof(double));
		sample->target_values[sample->rows++] = from->target_values[i];
	}
	return NP_OK;
}

void np_sample_free(np_sample *sample)
{
	free(sample->features);
	free(sample->target_values);
	*sample = (np_sample){0};
}

double np_config_values(const np_layer_config *c)
{
	double n = (double)c->batch;
	double in = n * (double)c->in_c * (double)c->in_h * (double)c->in_w;
	double out = n * (double)c->out_c * (double)c->out_h * (double)c->out_w;
	double weights = 0;
	if (c->kind == NP_CONV || c->kind == NP_DECONV)
		weights = (double)c->out_c * (double)c->in_c / (double)c->groups * (double)c->kernel_h * (double)c->kernel_w;
	if (c->kind == NP_FC)
		weights = (double)c->in_c * (double)c->in_h * (double)c->in_w * (double)c->out_c;
	if (c->kind == NP_ELTWISE && c->inputs > 1)
		in *= (double)c->inputs;
	return in + out + weights;
}
