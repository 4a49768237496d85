/* One result per element: functions of one value, arithmetic between tensors, quantization. */
#include "onnx/onnx_ops.h"

np_status np_onnx_op_unary(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	bool boolean = call->op->variant == NP_ONNX_BOOLEAN;
	return np_onnx_set(call, 0, boolean ? NP_ONNX_BOOL : in->type, in->shape.dims, in->shape.rank);
}

/* A learned constant is a weight of the layer; a single number or an integer is not learned. */
static void read_operand(np_onnx_call *call, const np_onnx_value *value)
{
	if (call->constant || np_onnx_type_is_int(value->type) || np_onnx_elements(value) < 2)
		return;
	np_onnx_read_weight(call, value);
}

static bool is_boolean(int variant)
{
	return variant == NP_ONNX_BOOLEAN || (variant >= NP_ONNX_AND && variant <= NP_ONNX_GREATER_EQUAL);
}

/* Arithmetic between any number of tensors, broadcast to a joint shape. */
np_status np_onnx_op_pointwise(np_onnx_call *call)
{
	np_onnx_value *first;
	int64_t dims[NP_MAX_RANK];
	np_shape joint = {0, dims};
	NP_TRY(np_onnx_need(call, 0, &first));
	for (int i = 0; i < call->in_count; i++) {
		np_onnx_value *in;
		NP_TRY(np_onnx_need(call, i, &in));
		NP_TRY(np_onnx_broadcast(call, joint, in->shape, dims, &joint.rank));
		read_operand(call, in);
	}
	return np_onnx_set(call, 0, is_boolean(call->op->variant) ? NP_ONNX_BOOL : first->type, dims, joint.rank);
}

/* With a constant exponent a function of one value. */
np_status np_onnx_op_power(np_onnx_call *call)
{
	if (np_onnx_is_constant(np_onnx_in(call, 1)))
		call->desc.kind = NP_ACTIVATION;
	return np_onnx_op_pointwise(call);
}

np_status np_onnx_op_where(np_onnx_call *call)
{
	np_onnx_value *yes, *no;
	NP_TRY(np_onnx_need(call, 1, &yes));
	NP_TRY(np_onnx_need(call, 2, &no));
	NP_TRY(np_onnx_op_pointwise(call));
	if (call->out_count)
		call->out[0].type = yes->type;
	return NP_OK;
}

/* ---- quantization ---- */

np_status np_onnx_op_quantize(np_onnx_call *call)
{
	np_onnx_value *in, *zero = np_onnx_in(call, 2);
	int64_t type = np_onnx_attr_int(call, "output_dtype", 0);
	NP_TRY(np_onnx_need(call, 0, &in));
	if (type <= 0 || type >= NP_ONNX_TYPE_END)
		type = zero ? zero->type : NP_ONNX_UINT8;
	return np_onnx_set(call, 0, (int)type, in->shape.dims, in->shape.rank);
}

np_status np_onnx_op_dequantize(np_onnx_call *call)
{
	np_onnx_value *in, *scale;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_need(call, 1, &scale));
	return np_onnx_set(call, 0, scale->type, in->shape.dims, in->shape.rank);
}

np_status np_onnx_op_dynamic_quantize(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_set(call, 0, NP_ONNX_UINT8, in->shape.dims, in->shape.rank));
	NP_TRY(np_onnx_set(call, 1, NP_ONNX_FLOAT, NULL, 0));
	return np_onnx_set(call, 2, NP_ONNX_UINT8, NULL, 0);
}

/* a, its scale and zero point, b, its scale and zero point, the result's scale and zero point */
np_status np_onnx_op_quantized_binary(np_onnx_call *call)
{
	np_onnx_value *a, *b;
	int64_t dims[NP_MAX_RANK];
	int rank;
	NP_TRY(np_onnx_need(call, 0, &a));
	NP_TRY(np_onnx_need(call, 3, &b));
	NP_TRY(np_onnx_broadcast(call, a->shape, b->shape, dims, &rank));
	return np_onnx_set(call, 0, a->type, dims, rank);
}
