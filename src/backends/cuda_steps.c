/* Which file runs which kind of layer, and what they share. */
#include "backends/cuda_device.h"

#include "base/checked.h"
#include "base/error.h"

#include <limits.h>
#include <stdio.h>

/* Kinds without a row have no way to run here. */
static np_cuda_planner *const planners[NP_KIND_COUNT] = {
        [NP_CONV] = np_cudnn_conv_plan,          [NP_DECONV] = np_cudnn_conv_plan,    [NP_FC] = np_cublas_fc_plan,
        [NP_MATMUL] = np_cublas_matmul_plan,     [NP_MAXPOOL] = np_cudnn_pool_plan,   [NP_AVGPOOL] = np_cudnn_pool_plan,
        [NP_GLOBALAVGPOOL] = np_cudnn_pool_plan, [NP_LRN] = np_cudnn_lrn_plan,        [NP_BATCHNORM] = np_cudnn_bn_plan,
        [NP_RELU] = np_cudnn_act_plan,           [NP_ACTIVATION] = np_cudnn_act_plan, [NP_ELTWISE] = np_cudnn_eltwise_plan,
        [NP_SOFTMAX] = np_cudnn_softmax_plan,    [NP_REDUCE] = np_cudnn_reduce_plan,  [NP_CONCAT] = np_cuda_concat_plan,
        [NP_RESHAPE] = np_cuda_copy_plan,        [NP_DROPOUT] = np_cuda_copy_plan,
};

np_status np_cuda_expect(const np_cuda_step *step, int i, int64_t values, np_error *err)
{
	int tensor = i < 0 ? step->output : step->inputs[i];
	if (step->values[tensor] == values)
		return NP_OK;
	char which[32] = "its output";
	if (i >= 0)
		snprintf(which, sizeof which, "input %d", i);
	return np_fail(err, NP_ERR_UNSUPPORTED, "%s has %lld values where %lld are worked on", which,
	               (long long)step->values[tensor], (long long)values);
}

np_status np_cuda_volume(int64_t a, int64_t b, int64_t c, int64_t d, int64_t *product, np_error *err)
{
	*product = 1;
	const int64_t factors[4] = {a, b, c, d};
	for (int i = 0; i < 4; i++)
		if (factors[i] < 1 || factors[i] > INT_MAX || !np_mul_into(product, factors[i]))
			return np_fail(err, NP_ERR_UNSUPPORTED,
			               "sizes %lld x %lld x %lld x %lld leave what the libraries count with", (long long)a,
			               (long long)b, (long long)c, (long long)d);
	return NP_OK;
}

np_status np_cuda_step_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	np_kind kind = step->config.kind;
	step->weight_scale = 1;
	np_error inner = {0};
	np_status status = NP_ERR_UNSUPPORTED;
	if ((int)kind < 0 || kind >= NP_KIND_COUNT || !planners[kind])
		return np_fail(err, NP_ERR_UNSUPPORTED, "%s: there is no way to run a layer of kind %s on this device",
		               step->name, np_kind_name(kind));
	if (step->input_count < 1)
		return np_fail(err, NP_ERR_UNSUPPORTED, "%s: a layer without inputs", step->name);
	status = planners[kind](cuda, step, &inner);
	if (status != NP_OK)
		return np_fail(err, status, "%s (%s): %s", step->name, np_kind_name(kind), inner.message);
	return NP_OK;
}
