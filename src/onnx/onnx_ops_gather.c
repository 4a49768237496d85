/* Values picked and put by indices. */
#include "base/checked.h"
#include "onnx/onnx_ops.h"

#include <string.h>

/* A table that is constant belongs to the layer; of it, only what is picked is read. */
static void read_table(np_onnx_call *call)
{
	np_onnx_value *table = call->in[0];
	if (call->constant || !np_onnx_is_constant(table))
		return;
	call->desc.params += np_onnx_learned_take(table->learned);
	call->desc.constant_values += np_onnx_elements(&call->out[0]);
}

np_status np_onnx_op_gather(np_onnx_call *call)
{
	np_onnx_value *in, *indices;
	int axis, rank = 0;
	int64_t dims[NP_MAX_RANK * 2];
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_need(call, 1, &indices));
	NP_TRY(np_onnx_get_axis(call, np_onnx_attr_int(call, "axis", 0), in->shape.rank, &axis));
	for (int i = 0; i < axis; i++)
		dims[rank++] = in->shape.dims[i];
	for (int i = 0; i < indices->shape.rank; i++)
		dims[rank++] = indices->shape.dims[i];
	for (int i = axis + 1; i < in->shape.rank; i++)
		dims[rank++] = in->shape.dims[i];
	call->desc.axis = axis;
	NP_TRY(np_onnx_set(call, 0, in->type, dims, rank));
	if (call->out_count)
		read_table(call);
	return NP_OK;
}

bool np_onnx_fold_gather(np_onnx_call *call, np_onnx_cell *result)
{
	const np_onnx_value *in = call->in[0], *indices = call->in[1];
	int axis = call->desc.axis;
	int64_t outer = 1, inner = 1, size = in->shape.dims[axis], count = np_onnx_elements(indices), row = 0;
	if (!np_onnx_type_is_int(indices->type))
		return false;
	for (int k = 0; k < in->shape.rank; k++)
		if (k != axis)
			*(k < axis ? &outer : &inner) *= in->shape.dims[k];
	for (int64_t o = 0; o < outer; o++)
		for (int64_t i = 0; i < count; i++, row += inner) {
			int64_t index = indices->cells[i].i;
			index = index < 0 ? index + size : index;
			if (index < 0 || index >= size)
				return false;
			memcpy(result + row, in->cells + (o * size + index) * inner, (size_t)inner * sizeof *result);
		}
	return true;
}

np_status np_onnx_op_gather_elements(np_onnx_call *call)
{
	np_onnx_value *in, *indices;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_need(call, 1, &indices));
	NP_TRY(np_onnx_set(call, 0, in->type, indices->shape.dims, indices->shape.rank));
	if (call->out_count)
		read_table(call);
	return NP_OK;
}

np_status np_onnx_op_gather_nd(np_onnx_call *call)
{
	np_onnx_value *in, *indices;
	int rank = 0;
	int64_t dims[NP_MAX_RANK * 2], shared = np_onnx_attr_int(call, "batch_dims", 0);
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_need(call, 1, &indices));
	int64_t depth = indices->shape.rank ? indices->shape.dims[indices->shape.rank - 1] : 0;
	if (shared < 0 || depth < 1 || shared >= indices->shape.rank || depth > in->shape.rank - shared)
		return np_onnx_fail(call, NP_ERR_DATA, "its indices do not fit a tensor of rank %d", in->shape.rank);
	for (int i = 0; i < indices->shape.rank - 1; i++)
		dims[rank++] = indices->shape.dims[i];
	for (int i = (int)(shared + depth); i < in->shape.rank; i++)
		dims[rank++] = in->shape.dims[i];
	NP_TRY(np_onnx_set(call, 0, in->type, dims, rank));
	if (call->out_count)
		read_table(call);
	return NP_OK;
}

/* Slices of the data replaced by updates, without reduction. */
bool np_onnx_fold_scatter_nd(np_onnx_call *call, np_onnx_cell *result)
{
	const np_onnx_value *in = call->in[0], *indices = np_onnx_in(call, 1), *updates = np_onnx_in(call, 2);
	if (!indices || !updates || strcmp(np_onnx_attr_text(call, "reduction", "none"), "none") != 0 || !indices->shape.rank)
		return false;
	int64_t depth = indices->shape.dims[indices->shape.rank - 1], strides[NP_MAX_RANK], inner = 1;
	if (depth < 1 || depth > in->shape.rank || !np_onnx_type_is_int(indices->type))
		return false;
	for (int i = (int)depth; i < in->shape.rank; i++)
		inner *= in->shape.dims[i];
	int64_t places = np_onnx_elements(indices) / depth;
	if (np_onnx_elements(updates) != places * inner)
		return false;
	np_onnx_strides(in->shape, strides);
	memcpy(result, in->cells, (size_t)np_onnx_elements(in) * sizeof *result);
	for (int64_t p = 0; p < places; p++) {
		int64_t offset = 0;
		for (int k = 0; k < depth; k++) {
			int64_t index = indices->cells[p * depth + k].i;
			index = index < 0 ? index + in->shape.dims[k] : index;
			if (index < 0 || index >= in->shape.dims[k])
				return false;
			offset += index * strides[k];
		}
		memcpy(result + offset, updates->cells + p * inner, (size_t)inner * sizeof *result);
	}
	return true;
}

np_status np_onnx_op_one_hot(np_onnx_call *call)
{
	np_onnx_value *indices, *values;
	np_onnx_list depth;
	int axis;
	int64_t dims[NP_MAX_RANK + 1];
	NP_TRY(np_onnx_need(call, 0, &indices));
	NP_TRY(np_onnx_need(call, 2, &values));
	NP_TRY(np_onnx_get_list(call, 1, NULL, &depth));
	NP_TRY(np_onnx_get_axis(call, np_onnx_attr_int(call, "axis", -1), indices->shape.rank + 1, &axis));
	if (depth.count != 1)
		return np_onnx_fail(call, NP_ERR_DATA, "its depth is not one number");
	for (int i = 0, from = 0; i <= indices->shape.rank; i++)
		dims[i] = i == axis ? depth.items[0] : indices->shape.dims[from++];
	return np_onnx_set(call, 0, values->type, dims, indices->shape.rank + 1);
}
