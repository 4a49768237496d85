/* Convolutions and transposed ones by cuDNN's graph interface; by its older calls where that has no engine. */
#include "backends/cuda_device.h"

#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Four times what the hungriest useful engine was seen to want; a quarter of the free memory on smaller cards. */
static const int64_t WORKSPACE_LIMIT = (int64_t)4 << 30;

typedef struct np_cudnn_conv_state {
	np_cudnn_plan plan;
	np_cudnn_desc packs[NP_CUDA_MAX_SETS]; /* by set, made at its first run */
} np_cudnn_conv_state;

static np_status run_conv(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	np_cudnn_conv_state *state = step->state;
	np_cudnn_desc *pack = &state->packs[set->index];
	if (!*pack) {
		const np_cudnn_pointers pointers = {np_cuda_input(step, set, 0), set->weights[step->index],
		                                    np_cuda_output(step, set), set->workspace};
		NP_TRY(np_cudnn_plan_bind(&state->plan, &pointers, pack, err));
	}
	int rc = cuda->libs.dnn.execute(cuda->dnn, state->plan.plan, *pack);
	return np_cudnn_check(&cuda->libs.dnn, "cudnnBackendExecute", rc, NP_ERR_UNSUPPORTED, err);
}

static void free_conv(np_cuda *cuda, np_cuda_step *step)
{
	np_cudnn_conv_state *state = step->state;
	for (int i = 0; i < NP_CUDA_MAX_SETS; i++)
		if (state->packs[i])
			cuda->libs.dnn.desc_destroy(state->packs[i]);
	np_cudnn_plan_free(&state->plan);
	free(state);
}

static const np_cuda_step_ops conv_ops = {run_conv, free_conv};

/* Weights of this size keep the output's values as large as the input's. */
static np_status size_conv(np_cuda_step *step, np_error *err)
{
	const np_layer_config *c = &step->config;
	if (c->groups < 1 || c->in_c % c->groups || c->out_c % c->groups)
		return np_fail(err, NP_ERR_UNSUPPORTED, "%lld groups of %lld and %lld channels", (long long)c->groups,
		               (long long)c->in_c, (long long)c->out_c);
	int64_t values;
	NP_TRY(np_cuda_volume(c->batch, c->in_c, c->in_h, c->in_w, &values, err));
	NP_TRY(np_cuda_expect(step, 0, values, err));
	NP_TRY(np_cuda_volume(c->batch, c->out_c, c->out_h, c->out_w, &values, err));
	NP_TRY(np_cuda_expect(step, -1, values, err));
	bool transposed = c->kind == NP_DECONV;
	int64_t outer = transposed ? c->in_c : c->out_c, inner = (transposed ? c->out_c : c->in_c) / c->groups;
	NP_TRY(np_cuda_volume(outer, inner > 0 ? inner : 1, c->kernel_h, c->kernel_w, &step->weight_count, err));
	step->weight_scale = 1 / sqrt((double)c->in_c / (double)c->groups * (double)(c->kernel_h * c->kernel_w));
	return NP_OK;
}

np_status np_cudnn_conv_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	NP_TRY(size_conv(step, err));
	np_cudnn_conv_state *state = calloc(1, sizeof *state);
	if (!state)
		return np_fail_memory(err);
	int64_t room = np_cuda_free_bytes(cuda) / 4;
	const np_cudnn_target target = {&cuda->libs.dnn, cuda->dnn, NULL, step->passed_over};
	np_status status = np_cudnn_plan_make(&target, &step->config, cuda->math, step->nhwc,
	                                      room < WORKSPACE_LIMIT ? room : WORKSPACE_LIMIT, &state->plan, err);
	if (status != NP_OK) {
		free(state);
		/* The graph interface's reason is kept: it is the more telling one. */
		return status == NP_ERR_UNSUPPORTED ? np_cudnn_conv_legacy_plan(cuda, step, err) : status;
	}
	step->ops = &conv_ops;
	step->state = state;
	step->workspace_bytes = state->plan.workspace_bytes;
	step->backend = "cudnn-graph";
	step->notes = state->plan.notes;
	snprintf(step->algo, sizeof step->algo, "%s", state->plan.algo);
	return NP_OK;
}
