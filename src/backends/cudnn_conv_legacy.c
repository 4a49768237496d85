/* Convolutions by cuDNN's older calls: what is left where the graph interface has no engine. */
#include "backends/cuda_device.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct np_cudnn_legacy {
	np_cudnn_tensor x, y;
	np_cudnn_filter w;
	np_cudnn_conv conv;
	int algo;
	size_t workspace;
} np_cudnn_legacy;

static bool has_calls(const np_cudnn_api *api)
{
	return api->tensor_create && api->tensor_destroy && api->tensor_set && api->filter_create && api->filter_destroy &&
	       api->filter_set && api->conv_create && api->conv_destroy && api->conv_set && api->conv_groups &&
	       api->conv_math && api->conv_algos && api->conv_workspace && api->conv_forward;
}

static np_status run_legacy(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	const np_cudnn_legacy *state = step->state;
	float one = 1, zero = 0;
	int rc = api->conv_forward(cuda->dnn, &one, state->x, np_cuda_input(step, set, 0), state->w, set->weights[step->index],
	                           state->conv, state->algo, set->workspace, state->workspace, &zero, state->y,
	                           np_cuda_output(step, set));
	return np_cudnn_check(api, "cudnnConvolutionForward", rc, NP_ERR_UNSUPPORTED, err);
}

static void free_legacy(np_cuda *cuda, np_cuda_step *step)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	np_cudnn_legacy *state = step->state;
	if (state->conv)
		api->conv_destroy(state->conv);
	if (state->w)
		api->filter_destroy(state->w);
	if (state->y)
		api->tensor_destroy(state->y);
	if (state->x)
		api->tensor_destroy(state->x);
	free(state);
	step->state = NULL;
}

static const np_cuda_step_ops legacy_ops = {run_legacy, free_legacy};

/* Padding here is the same at both ends, so a configuration with an odd cell cannot be said. */
static int describe(np_cuda *cuda, const np_cuda_step *step, np_cudnn_legacy *state)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	const np_layer_config *c = &step->config;
	const np_cuda_math_info *info = &np_cuda_maths[cuda->math];
	int format = step->nhwc ? NP_CUDNN_NHWC : NP_CUDNN_NCHW;
	int math = cuda->math == NP_CUDA_FP32 ? NP_CUDNN_MATH_FMA : NP_CUDNN_MATH_TENSOR_OP;
	int rc = api->tensor_create(&state->x);
	rc = rc ? rc : api->tensor_create(&state->y);
	rc = rc ? rc : api->filter_create(&state->w);
	rc = rc ? rc : api->conv_create(&state->conv);
	rc = rc ? rc : api->tensor_set(state->x, format, info->type, (int)c->batch, (int)c->in_c, (int)c->in_h, (int)c->in_w);
	rc = rc ? rc
	        : api->tensor_set(state->y, format, info->type, (int)c->batch, (int)c->out_c, (int)c->out_h, (int)c->out_w);
	rc = rc ? rc
	        : api->filter_set(state->w, info->type, format, (int)c->out_c, (int)(c->in_c / c->groups), (int)c->kernel_h,
	                          (int)c->kernel_w);
	rc = rc ? rc
	        : api->conv_set(state->conv, (int)c->pad_h, (int)c->pad_w, (int)c->stride_h, (int)c->stride_w,
	                        (int)c->dilation_h, (int)c->dilation_w, NP_CUDNN_CROSS_CORRELATION, NP_CUDNN_FLOAT);
	rc = rc ? rc : api->conv_groups(state->conv, (int)c->groups);
	return rc ? rc : api->conv_math(state->conv, math);
}

/* The first of the heuristic's list that computes as asked: in single precision none with tensor cores. */
static np_status choose_algo(np_cuda *cuda, np_cudnn_legacy *state, int64_t limit, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	np_cudnn_fwd_perf list[NP_CUDNN_FWD_ALGO_COUNT];
	int count = 0;
	int rc = api->conv_algos(cuda->dnn, state->x, state->w, state->conv, state->y, NP_CUDNN_FWD_ALGO_COUNT, &count, list);
	NP_TRY(np_cudnn_check(api, "cudnnGetConvolutionForwardAlgorithm_v7", rc, NP_ERR_UNSUPPORTED, err));
	for (int i = 0; i < count && i < NP_CUDNN_FWD_ALGO_COUNT; i++) {
		bool single = cuda->math == NP_CUDA_FP32;
		bool rounds = single && list[i].math != NP_CUDNN_MATH_FMA && list[i].math != NP_CUDNN_MATH_DEFAULT;
		/* The default allows tensor cores too. */
		int math = single ? NP_CUDNN_MATH_FMA : list[i].math;
		if (list[i].rc != NP_CUDNN_OK || rounds || api->conv_math(state->conv, math) != NP_CUDNN_OK)
			continue;
		rc = api->conv_workspace(cuda->dnn, state->x, state->w, state->conv, state->y, list[i].algo, &state->workspace);
		if (rc == NP_CUDNN_OK && state->workspace <= (size_t)limit) {
			state->algo = list[i].algo;
			return NP_OK;
		}
	}
	return np_fail(err, NP_ERR_UNSUPPORTED, "cuDNN's older calls have no algorithm for this in %s",
	               np_cuda_maths[cuda->math].name);
}

np_status np_cudnn_conv_legacy_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	if (!has_calls(&cuda->libs.dnn) || step->config.kind != NP_CONV)
		return np_fail(err, NP_ERR_UNSUPPORTED, "this cuDNN has no older calls for it");
	np_cudnn_legacy *state = calloc(1, sizeof *state);
	if (!state)
		return np_fail_memory(err);
	step->state = state;
	np_status status = np_cudnn_check(&cuda->libs.dnn, "describing a convolution to cuDNN", describe(cuda, step, state),
	                                  NP_ERR_UNSUPPORTED, err);
	if (status == NP_OK)
		status = choose_algo(cuda, state, np_cuda_free_bytes(cuda) / 4, err);
	if (status != NP_OK) {
		free_legacy(cuda, step);
		return status;
	}
	step->ops = &legacy_ops;
	step->workspace_bytes = (int64_t)state->workspace;
	step->backend = "cudnn-legacy";
	step->notes = cuda->math == NP_CUDA_FP32 ? 0 : 1u << NP_CUDNN_NOTE_TENSOR_CORE;
	snprintf(step->algo, sizeof step->algo, "algo%d", state->algo);
	return NP_OK;
}
