/* The cheap layers by cuDNN's older calls: pools, normalisations, activations, sums. */
#include "backends/cuda_device.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_OPERANDS = 8 };

/* What a layer was described with; NULL where it needs none. */
typedef struct np_cudnn_layer {
	np_cudnn_tensor x, y, extra; /* `extra`: statistics of a batchnorm */
	np_cudnn_tensor operands[MAX_OPERANDS];
	np_cudnn_pool pool;
	np_cudnn_lrn lrn;
	np_cudnn_act act;
	np_cudnn_op op;
	np_cudnn_reduce reduce;
	size_t workspace;
} np_cudnn_layer;

static const float ONE = 1, ZERO = 0;
static const double BN_EPSILON = 1e-5;

static void free_layer(np_cuda *cuda, np_cuda_step *step)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	np_cudnn_layer *layer = step->state;
	np_cudnn_tensor tensors[3 + MAX_OPERANDS] = {layer->x, layer->y, layer->extra};
	for (int i = 0; i < MAX_OPERANDS; i++)
		tensors[3 + i] = layer->operands[i];
	for (int i = 0; i < 3 + MAX_OPERANDS; i++)
		if (tensors[i])
			api->tensor_destroy(tensors[i]);
	if (layer->pool)
		api->pool_destroy(layer->pool);
	if (layer->lrn)
		api->lrn_destroy(layer->lrn);
	if (layer->act)
		api->act_destroy(layer->act);
	if (layer->op)
		api->op_destroy(layer->op);
	if (layer->reduce)
		api->reduce_destroy(layer->reduce);
	free(layer);
	step->state = NULL;
}

static int describe_tensor(np_cuda *cuda, const np_cuda_step *step, np_cudnn_tensor *tensor, int64_t n, int64_t c, int64_t h,
                           int64_t w)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	const np_cuda_math_info *info = &np_cuda_maths[cuda->math];
	int rc = api->tensor_create(tensor);
	return rc ? rc
	          : api->tensor_set(*tensor, step->nhwc ? NP_CUDNN_NHWC : NP_CUDNN_NCHW, info->type, (int)n, (int)c, (int)h,
	                            (int)w);
}

/* Input and output as the configuration has them, with as many values as the program's tensors. */
static np_status start_layer(np_cuda *cuda, np_cuda_step *step, bool has_calls, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	const np_layer_config *c = &step->config;
	if (!has_calls || !api->tensor_create || !api->tensor_destroy || !api->tensor_set)
		return np_fail(err, NP_ERR_UNSUPPORTED, "this cuDNN has no calls for it");
	int64_t in, out;
	NP_TRY(np_cuda_volume(c->batch, c->in_c, c->in_h, c->in_w, &in, err));
	NP_TRY(np_cuda_volume(c->batch, c->out_c, c->out_h, c->out_w, &out, err));
	NP_TRY(np_cuda_expect(step, -1, out, err));
	np_cudnn_layer *layer = calloc(1, sizeof *layer);
	if (!layer)
		return np_fail_memory(err);
	step->state = layer;
	step->backend = "cudnn-legacy";
	int rc = describe_tensor(cuda, step, &layer->x, c->batch, c->in_c, c->in_h, c->in_w);
	rc = rc ? rc : describe_tensor(cuda, step, &layer->y, c->batch, c->out_c, c->out_h, c->out_w);
	return np_cudnn_check(api, "cudnnSetTensor4dDescriptor", rc, NP_ERR_UNSUPPORTED, err);
}

/* The same for kinds of one input, whose values are all worked on. */
static np_status start_unary(np_cuda *cuda, np_cuda_step *step, bool has_calls, np_error *err)
{
	const np_layer_config *c = &step->config;
	int64_t in;
	NP_TRY(np_cuda_volume(c->batch, c->in_c, c->in_h, c->in_w, &in, err));
	NP_TRY(np_cuda_expect(step, 0, in, err));
	return start_layer(cuda, step, has_calls, err);
}

/* Kinds whose output is their input's shape; the output's sizes may be missing from a configuration. */
static void same_shape(np_cuda_step *step)
{
	step->config.out_c = step->config.in_c;
	step->config.out_h = step->config.in_h;
	step->config.out_w = step->config.in_w;
}

static np_status finish_layer(np_cuda *cuda, np_cuda_step *step, np_status status, const np_cuda_step_ops *ops)
{
	if (status != NP_OK) {
		if (step->state)
			free_layer(cuda, step);
		return status;
	}
	step->ops = ops;
	return NP_OK;
}

/* ---- pools ---- */

static np_status run_pool(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	const np_cudnn_layer *layer = step->state;
	int rc = api->pool_forward(cuda->dnn, layer->pool, &ONE, layer->x, np_cuda_input(step, set, 0), &ZERO, layer->y,
	                           np_cuda_output(step, set));
	return np_cudnn_check(api, "cudnnPoolingForward", rc, NP_ERR_UNSUPPORTED, err);
}

static const np_cuda_step_ops pool_ops = {run_pool, free_layer};

static np_status describe_pool(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	np_cudnn_layer *layer = step->state;
	np_layer_config c = step->config;
	if (c.kind == NP_GLOBALAVGPOOL) {
		c.kernel_h = c.in_h;
		c.kernel_w = c.in_w;
		c.stride_h = c.stride_w = 1;
		c.pad_h = c.pad_w = 0;
	} else if (c.dilation_h > 1 || c.dilation_w > 1) {
		return np_fail(err, NP_ERR_UNSUPPORTED, "cuDNN's pools know no dilation");
	}
	int mode = c.kind == NP_MAXPOOL ? NP_CUDNN_POOL_MAX : NP_CUDNN_POOL_AVG_EXCLUDE;
	int rc = api->pool_create(&layer->pool);
	rc = rc ? rc
	        : api->pool_set(layer->pool, mode, NP_CUDNN_NAN_NOT_PROPAGATED, (int)c.kernel_h, (int)c.kernel_w, (int)c.pad_h,
	                        (int)c.pad_w, (int)c.stride_h, (int)c.stride_w);
	snprintf(step->algo, sizeof step->algo, "%s", c.kind == NP_MAXPOOL ? "max" : "avg_exclude_padding");
	return np_cudnn_check(api, "cudnnSetPooling2dDescriptor", rc, NP_ERR_UNSUPPORTED, err);
}

np_status np_cudnn_pool_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	np_status status =
	        start_unary(cuda, step, api->pool_create && api->pool_destroy && api->pool_set && api->pool_forward, err);
	if (status == NP_OK)
		status = describe_pool(cuda, step, err);
	return finish_layer(cuda, step, status, &pool_ops);
}

/* ---- local response normalisation ---- */

static np_status run_lrn(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	const np_cudnn_layer *layer = step->state;
	int rc = api->lrn_forward(cuda->dnn, layer->lrn, NP_CUDNN_LRN_CROSS_CHANNEL, &ONE, layer->x,
	                          np_cuda_input(step, set, 0), &ZERO, layer->y, np_cuda_output(step, set));
	return np_cudnn_check(api, "cudnnLRNCrossChannelForward", rc, NP_ERR_UNSUPPORTED, err);
}

static const np_cuda_step_ops lrn_ops = {run_lrn, free_layer};

/* A configuration does not tell the window: 5 channels, as in the networks that have such layers. */
np_status np_cudnn_lrn_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	same_shape(step);
	np_status status =
	        start_unary(cuda, step, api->lrn_create && api->lrn_destroy && api->lrn_set && api->lrn_forward, err);
	if (status == NP_OK) {
		np_cudnn_layer *layer = step->state;
		int rc = api->lrn_create(&layer->lrn);
		rc = rc ? rc : api->lrn_set(layer->lrn, 5, 1e-4, 0.75, 1.0);
		status = np_cudnn_check(api, "cudnnSetLRNDescriptor", rc, NP_ERR_UNSUPPORTED, err);
		snprintf(step->algo, sizeof step->algo, "n5");
	}
	return finish_layer(cuda, step, status, &lrn_ops);
}

/* ---- softmax ---- */

static np_status run_softmax(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	const np_cudnn_layer *layer = step->state;
	int rc = api->softmax_forward(cuda->dnn, NP_CUDNN_SOFTMAX_ACCURATE, NP_CUDNN_SOFTMAX_CHANNEL, &ONE, layer->x,
	                              np_cuda_input(step, set, 0), &ZERO, layer->y, np_cuda_output(step, set));
	return np_cudnn_check(api, "cudnnSoftmaxForward", rc, NP_ERR_UNSUPPORTED, err);
}

static const np_cuda_step_ops softmax_ops = {run_softmax, free_layer};

np_status np_cudnn_softmax_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	same_shape(step);
	snprintf(step->algo, sizeof step->algo, "accurate");
	return finish_layer(cuda, step, start_unary(cuda, step, cuda->libs.dnn.softmax_forward != NULL, err), &softmax_ops);
}

/* ---- activations ---- */

static np_status run_act(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	const np_cudnn_layer *layer = step->state;
	int rc = api->act_forward(cuda->dnn, layer->act, &ONE, layer->x, np_cuda_input(step, set, 0), &ZERO, layer->y,
	                          np_cuda_output(step, set));
	return np_cudnn_check(api, "cudnnActivationForward", rc, NP_ERR_UNSUPPORTED, err);
}

static const np_cuda_step_ops act_ops = {run_act, free_layer};

/* A configuration does not tell the function of an `activation`: the sigmoid stands for those with an exponential. */
np_status np_cudnn_act_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	bool relu = step->config.kind == NP_RELU;
	same_shape(step);
	np_status status =
	        start_unary(cuda, step, api->act_create && api->act_destroy && api->act_set && api->act_forward, err);
	if (status == NP_OK) {
		np_cudnn_layer *layer = step->state;
		int rc = api->act_create(&layer->act);
		rc = rc ? rc
		        : api->act_set(layer->act, relu ? NP_CUDNN_ACT_RELU : NP_CUDNN_ACT_SIGMOID, NP_CUDNN_NAN_NOT_PROPAGATED,
		                       0);
		status = np_cudnn_check(api, "cudnnSetActivationDescriptor", rc, NP_ERR_UNSUPPORTED, err);
		snprintf(step->algo, sizeof step->algo, "%s", relu ? "relu" : "sigmoid");
	}
	return finish_layer(cuda, step, status, &act_ops);
}

/* ---- batch normalisation with constants ---- */

static np_status run_bn(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	const np_cudnn_layer *layer = step->state;
	const float *weights = set->weights[step->index];
	int64_t c = step->weight_count / 4;
	int rc = api->bn_forward(cuda->dnn, NP_CUDNN_BN_SPATIAL, &ONE, &ZERO, layer->x, np_cuda_input(step, set, 0), layer->y,
	                         np_cuda_output(step, set), layer->extra, weights, weights + c, weights + 2 * c,
	                         weights + 3 * c, BN_EPSILON);
	return np_cudnn_check(api, "cudnnBatchNormalizationForwardInference", rc, NP_ERR_UNSUPPORTED, err);
}

static const np_cuda_step_ops bn_ops = {run_bn, free_layer};

/* Scale, bias, mean and variance lie one after the other, each rounded up to where a vector may begin. */
np_status np_cudnn_bn_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	same_shape(step);
	np_status status = start_unary(cuda, step, api->bn_derive && api->bn_forward, err);
	if (status == NP_OK) {
		np_cudnn_layer *layer = step->state;
		int rc = api->tensor_create(&layer->extra);
		rc = rc ? rc : api->bn_derive(layer->extra, layer->x, NP_CUDNN_BN_SPATIAL);
		status = np_cudnn_check(api, "cudnnDeriveBNTensorDescriptor", rc, NP_ERR_UNSUPPORTED, err);
	}
	step->weight_count = 4 * ((step->config.in_c + 63) / 64 * 64);
	step->weights_fp32 = step->weights_positive = true;
	snprintf(step->algo, sizeof step->algo, "spatial");
	return finish_layer(cuda, step, status, &bn_ops);
}

/* ---- arithmetic between tensors ---- */

/* The first two by one call, then each further one into the output. */
static np_status run_eltwise(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	const np_cudnn_layer *layer = step->state;
	int second = step->input_count > 1 ? 1 : 0, whole = 0;
	/* The first operand has the output's shape; only the second may be smaller. */
	if (step->values[step->inputs[0]] != step->values[step->output]) {
		whole = second;
		second = 0;
	}
	void *out = np_cuda_output(step, set);
	int rc = api->op_forward(cuda->dnn, layer->op, &ONE, layer->operands[whole], np_cuda_input(step, set, whole), &ONE,
	                         layer->operands[second], np_cuda_input(step, set, second), &ZERO, layer->y, out);
	NP_TRY(np_cudnn_check(api, "cudnnOpTensor", rc, NP_ERR_UNSUPPORTED, err));
	for (int i = 2; i < step->input_count; i++) {
		rc = api->add(cuda->dnn, &ONE, layer->operands[i], np_cuda_input(step, set, i), &ONE, layer->y, out);
		NP_TRY(np_cudnn_check(api, "cudnnAddTensor", rc, NP_ERR_UNSUPPORTED, err));
	}
	return NP_OK;
}

static const np_cuda_step_ops eltwise_ops = {run_eltwise, free_layer};

/* An operand of fewer values is one per channel of each image, one per channel, or one alone. */
static np_status describe_operand(np_cuda *cuda, np_cuda_step *step, int i, np_error *err)
{
	np_cudnn_layer *layer = step->state;
	const np_layer_config *c = &step->config;
	int64_t values = step->values[step->inputs[i]], all = step->values[step->output];
	int rc;
	if (values == all)
		rc = describe_tensor(cuda, step, &layer->operands[i], c->batch, c->out_c, c->out_h, c->out_w);
	else if (values == c->batch * c->out_c)
		rc = describe_tensor(cuda, step, &layer->operands[i], c->batch, c->out_c, 1, 1);
	else if (values == c->out_c)
		rc = describe_tensor(cuda, step, &layer->operands[i], 1, c->out_c, 1, 1);
	else if (values == 1)
		rc = describe_tensor(cuda, step, &layer->operands[i], 1, 1, 1, 1);
	else
		return np_fail(err, NP_ERR_UNSUPPORTED, "input %d has %lld values, the output %lld", i, (long long)values,
		               (long long)all);
	return np_cudnn_check(&cuda->libs.dnn, "cudnnSetTensor4dDescriptor", rc, NP_ERR_UNSUPPORTED, err);
}

static np_status describe_eltwise(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	np_cudnn_layer *layer = step->state;
	if (step->input_count > MAX_OPERANDS)
		return np_fail(err, NP_ERR_UNSUPPORTED, "%d inputs, more than %d", step->input_count, (int)MAX_OPERANDS);
	bool whole = false;
	for (int i = 0; i < step->input_count; i++) {
		NP_TRY(describe_operand(cuda, step, i, err));
		whole |= i < 2 && step->values[step->inputs[i]] == step->values[step->output];
	}
	if (!whole)
		return np_fail(err, NP_ERR_UNSUPPORTED, "neither of its first two inputs has the output's shape");
	int rc = api->op_create(&layer->op);
	rc = rc ? rc : api->op_set(layer->op, NP_CUDNN_OP_ADD, NP_CUDNN_FLOAT, NP_CUDNN_NAN_NOT_PROPAGATED);
	snprintf(step->algo, sizeof step->algo, "add");
	return np_cudnn_check(api, "cudnnSetOpTensorDescriptor", rc, NP_ERR_UNSUPPORTED, err);
}

np_status np_cudnn_eltwise_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	bool has_calls = api->op_create && api->op_destroy && api->op_set && api->op_forward && api->add;
	np_status status = start_layer(cuda, step, has_calls, err);
	if (status == NP_OK)
		status = describe_eltwise(cuda, step, err);
	return finish_layer(cuda, step, status, &eltwise_ops);
}

/* ---- reductions ---- */

static np_status run_reduce(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	const np_cudnn_layer *layer = step->state;
	int rc = api->reduce_forward(cuda->dnn, layer->reduce, NULL, 0, set->workspace, layer->workspace, &ONE, layer->x,
	                             np_cuda_input(step, set, 0), &ZERO, layer->y, np_cuda_output(step, set));
	return np_cudnn_check(api, "cudnnReduceTensor", rc, NP_ERR_UNSUPPORTED, err);
}

static const np_cuda_step_ops reduce_ops = {run_reduce, free_layer};

/* A configuration does not tell the function: means, which cost what sums do. */
static np_status describe_reduce(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	np_cudnn_layer *layer = step->state;
	int rc = api->reduce_create(&layer->reduce);
	rc = rc ? rc
	        : api->reduce_set(layer->reduce, NP_CUDNN_REDUCE_AVG, NP_CUDNN_FLOAT, NP_CUDNN_NAN_NOT_PROPAGATED,
	                          NP_CUDNN_REDUCE_NO_INDICES, NP_CUDNN_INDICES_32);
	rc = rc ? rc : api->reduce_workspace(cuda->dnn, layer->reduce, layer->x, layer->y, &layer->workspace);
	step->workspace_bytes = (int64_t)layer->workspace;
	snprintf(step->algo, sizeof step->algo, "avg");
	return np_cudnn_check(api, "cudnnSetReduceTensorDescriptor", rc, NP_ERR_UNSUPPORTED, err);
}

np_status np_cudnn_reduce_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	const np_cudnn_api *api = &cuda->libs.dnn;
	bool has_calls =
	        api->reduce_create && api->reduce_destroy && api->reduce_set && api->reduce_workspace && api->reduce_forward;
	np_status status = start_unary(cuda, step, has_calls, err);
	if (status == NP_OK)
		status = describe_reduce(cuda, step, err);
	return finish_layer(cuda, step, status, &reduce_ops);
}
