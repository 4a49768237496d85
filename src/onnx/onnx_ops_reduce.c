/* Reductions over axes. */
#include "onnx/onnx_ops.h"

#include <string.h>

/* Axes as an input or as an attribute; none means all, unless the operator says otherwise. */
np_status np_onnx_op_reduce(np_onnx_call *call)
{
	np_onnx_value *in;
	np_onnx_list axes;
	bool reduced[NP_MAX_RANK], keep = np_onnx_attr_int(call, "keepdims", 1) != 0;
	int64_t dims[NP_MAX_RANK];
	int rank = 0;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_get_list(call, 1, "axes", &axes));
	bool all = axes.count <= 0 && !np_onnx_attr_int(call, "noop_with_empty_axes", 0);
	for (int i = 0; i < in->shape.rank; i++)
		reduced[i] = all;
	for (int i = 0; i < axes.count; i++) {
		int axis;
		NP_TRY(np_onnx_get_axis(call, axes.items[i], in->shape.rank, &axis));
		reduced[axis] = true;
	}
	for (int i = 0; i < in->shape.rank; i++)
		if (!reduced[i] || keep)
			dims[rank++] = reduced[i] ? 1 : in->shape.dims[i];
	return np_onnx_set(call, 0, in->type, dims, rank);
}

np_status np_onnx_op_arg_reduce(np_onnx_call *call)
{
	np_onnx_value *in;
	int axis, rank = 0;
	int64_t dims[NP_MAX_RANK];
	bool keep = np_onnx_attr_int(call, "keepdims", 1) != 0;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_get_axis(call, np_onnx_attr_int(call, "axis", 0), in->shape.rank, &axis));
	for (int i = 0; i < in->shape.rank; i++)
		if (i != axis || keep)
			dims[rank++] = i == axis ? 1 : in->shape.dims[i];
	return np_onnx_set(call, 0, NP_ONNX_INT64, dims, rank);
}

np_status np_onnx_op_top_k(np_onnx_call *call)
{
	np_onnx_value *in;
	np_onnx_list k;
	int axis;
	int64_t dims[NP_MAX_RANK];
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_get_list(call, 1, NULL, &k));
	if (k.count < 0) {
		k.count = 1;
		k.items[0] = np_onnx_attr_int(call, "k", -1);
	}
	NP_TRY(np_onnx_get_axis(call, np_onnx_attr_int(call, "axis", -1), in->shape.rank, &axis));
	if (k.count != 1 || k.items[0] < 0)
		return np_onnx_fail(call, NP_ERR_DATA, "its k is missing");
	memcpy(dims, in->shape.dims, (size_t)in->shape.rank * sizeof *dims);
	if (dims[axis] > k.items[0])
		dims[axis] = k.items[0];
	NP_TRY(np_onnx_set(call, 0, in->type, dims, in->shape.rank));
	return np_onnx_set(call, 1, NP_ONNX_INT64, dims, in->shape.rank);
}
