/* Normalisations. */
#include "base/checked.h"
#include "onnx/onnx_ops.h"

#include <string.h>

/* Mean and variance are read, but not learned; scale and bias are the weights of the operator's row. */
np_status np_onnx_op_batchnorm(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	if (in->shape.rank < 1)
		return np_onnx_fail(call, NP_ERR_DATA, "its input is a single number");
	int64_t channels = in->shape.rank > 1 ? in->shape.dims[1] : 1;
	for (int i = 1; i <= 4; i++) {
		np_onnx_value *value;
		NP_TRY(np_onnx_need(call, i, &value));
		if (np_onnx_elements(value) != channels)
			return np_onnx_fail(call, NP_ERR_DATA, "input %d has %lld values for %lld channels", i,
			                    (long long)np_onnx_elements(value), (long long)channels);
		if (i > 2 && np_onnx_is_constant(value))
			call->desc.constant_values += channels;
	}
	NP_TRY(np_onnx_set_like(call, 0, in));
	for (int i = 1; i < call->out_count; i++)
		NP_TRY(np_onnx_set(call, i, in->type, &channels, 1));
	return NP_OK;
}

/* The statistics that the training forms give away: one value where the normalised axes were. */
static np_status set_statistics(np_onnx_call *call, const np_onnx_value *in)
{
	int64_t dims[NP_MAX_RANK], axis = np_onnx_attr_int(call, "axis", -1);
	memcpy(dims, in->shape.dims, (size_t)in->shape.rank * sizeof *dims);
	for (int64_t i = axis < 0 ? axis + in->shape.rank : axis; i >= 0 && i < in->shape.rank; i++)
		dims[i] = 1;
	for (int i = 1; i < call->out_count && i < 3; i++)
		NP_TRY(np_onnx_set(call, i, NP_ONNX_FLOAT, dims, in->shape.rank));
	return NP_OK;
}

np_status np_onnx_op_layernorm(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_set_like(call, 0, in));
	return set_statistics(call, in);
}

/* The sum of two inputs normalised; the last output is the sum itself. */
np_status np_onnx_op_skip_layernorm(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_op_layernorm(call));
	NP_TRY(np_onnx_need(call, 0, &in));
	return np_onnx_set_like(call, 3, in);
}

np_status np_onnx_op_lrn(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	call->desc.window = np_onnx_attr_int(call, "size", 0);
	if (call->desc.window < 1)
		return np_onnx_fail(call, NP_ERR_DATA, "its size is missing, or less than 1");
	return np_onnx_set_like(call, 0, in);
}
