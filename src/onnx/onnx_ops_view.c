/* The same values under another shape or type: views, which are free, and casts, which are not. */
#include "base/checked.h"
#include "base/error.h"
#include "onnx/onnx_ops.h"

/* ---- reshape ---- */

typedef struct target {
	int rank, open; /* open: the dimension that is -1, or -1 */
	int64_t dims[NP_MAX_RANK];
} target;

/* 0 copies the input's dimension unless allowzero says that it is meant. */
static np_status literal_target(np_onnx_call *call, np_shape in, target *t)
{
	np_onnx_list list;
	bool zero_is_zero = np_onnx_attr_int(call, "allowzero", 0) != 0;
	NP_TRY(np_onnx_get_list(call, 1, "shape", &list));
	if (list.count < 0 || list.count > NP_MAX_RANK)
		return np_onnx_fail(call, NP_ERR_DATA, "its target shape is missing, or has more than %d dimensions",
		                    NP_MAX_RANK);
	*t = (target){.rank = list.count, .open = -1};
	for (int i = 0; i < t->rank; i++) {
		t->dims[i] = list.items[i];
		if (t->dims[i] == 0 && !zero_is_zero) {
			if (i >= in.rank)
				return np_onnx_fail(call, NP_ERR_DATA,
				                    "dimension %d of its target copies one that is not there", i);
			t->dims[i] = in.dims[i];
		}
		if (t->dims[i] < -1 || (t->dims[i] == -1 && t->open >= 0))
			return np_onnx_fail(call, NP_ERR_DATA, "its target shape has more than one -1, or less");
		if (t->dims[i] == -1)
			t->open = i;
	}
	return NP_OK;
}

/* Fills in the open dimension; false when the elements do not work out. */
static bool close_target(target *t, int64_t elements)
{
	int64_t known = 1;
	for (int i = 0; i < t->rank; i++)
		if (i != t->open && !np_mul_into(&known, t->dims[i]))
			return false;
	if (t->open < 0)
		return known == elements;
	if (known == 0 || elements % known)
		return false;
	t->dims[t->open] = elements / known;
	return true;
}

np_status np_onnx_op_reshape(np_onnx_call *call)
{
	np_onnx_value *in;
	target t;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(literal_target(call, in->shape, &t));
	int64_t elements = np_onnx_elements(in);
	bool closed = close_target(&t, elements);
	if (!np_onnx_is_constant(in) && np_onnx_adapt_target(call, np_onnx_in(call, 1), in->shape, t.dims, t.rank))
		closed = true;
	if (!closed)
		return np_onnx_fail(call, NP_ERR_DATA, "%lld elements do not fit its target shape", (long long)elements);
	return np_onnx_set(call, 0, in->type, t.dims, t.rank);
}

np_status np_onnx_op_flatten(np_onnx_call *call)
{
	np_onnx_value *in;
	int64_t dims[2] = {1, 1}, axis = np_onnx_attr_int(call, "axis", 1);
	NP_TRY(np_onnx_need(call, 0, &in));
	if (axis < 0)
		axis += in->shape.rank;
	if (axis < 0 || axis > in->shape.rank)
		return np_onnx_fail(call, NP_ERR_DATA, "its axis is outside a tensor of rank %d", in->shape.rank);
	for (int i = 0; i < in->shape.rank; i++)
		if (!np_mul_into(&dims[i >= axis], in->shape.dims[i]))
			return np_onnx_fail(call, NP_ERR_LIMIT, "its output is larger than 2^63");
	return np_onnx_set(call, 0, in->type, dims, 2);
}

/* Marks the axes of a list in a tensor of rank `rank`. */
static np_status mark_axes(np_onnx_call *call, const np_onnx_list *axes, int rank, bool *marked)
{
	for (int i = 0; i < rank; i++)
		marked[i] = false;
	for (int i = 0; i < axes->count; i++) {
		int axis;
		NP_TRY(np_onnx_get_axis(call, axes->items[i], rank, &axis));
		if (marked[axis])
			return np_onnx_fail(call, NP_ERR_DATA, "axis %d is named twice", axis);
		marked[axis] = true;
	}
	return NP_OK;
}

np_status np_onnx_op_squeeze(np_onnx_call *call)
{
	np_onnx_value *in;
	np_onnx_list axes;
	bool marked[NP_MAX_RANK];
	int64_t dims[NP_MAX_RANK];
	int rank = 0;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_get_list(call, 1, "axes", &axes));
	NP_TRY(mark_axes(call, &axes, in->shape.rank, marked));
	for (int i = 0; i < in->shape.rank; i++) {
		bool dropped = axes.count < 0 ? in->shape.dims[i] == 1 : marked[i];
		if (dropped && in->shape.dims[i] != 1)
			return np_onnx_fail(call, NP_ERR_DATA, "axis %d has the size %lld, 1 was expected", i,
			                    (long long)in->shape.dims[i]);
		if (!dropped)
			dims[rank++] = in->shape.dims[i];
	}
	return np_onnx_set(call, 0, in->type, dims, rank);
}

np_status np_onnx_op_unsqueeze(np_onnx_call *call)
{
	np_onnx_value *in;
	np_onnx_list axes;
	bool marked[NP_MAX_RANK];
	int64_t dims[NP_MAX_RANK];
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_get_list(call, 1, "axes", &axes));
	int rank = in->shape.rank + (axes.count < 0 ? 0 : axes.count);
	if (axes.count < 0 || rank > NP_MAX_RANK)
		return np_onnx_fail(call, NP_ERR_DATA, "its axes are missing, or more than %d", NP_MAX_RANK);
	NP_TRY(mark_axes(call, &axes, rank, marked));
	for (int i = 0, from = 0; i < rank; i++)
		dims[i] = marked[i] ? 1 : in->shape.dims[from++];
	return np_onnx_set(call, 0, in->type, dims, rank);
}

np_status np_onnx_op_identity(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	return np_onnx_set_like(call, 0, in);
}

np_status np_onnx_op_dropout(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_set_like(call, 0, in));
	return np_onnx_set(call, 1, NP_ONNX_BOOL, in->shape.dims, in->shape.rank);
}

/* ---- casts ---- */

np_status np_onnx_op_cast(np_onnx_call *call)
{
	np_onnx_value *in, *like = np_onnx_in(call, 1);
	NP_TRY(np_onnx_need(call, 0, &in));
	int64_t to = like ? like->type : np_onnx_attr_int(call, "to", 0);
	if (to <= 0 || to >= NP_ONNX_TYPE_END)
		return np_onnx_fail(call, NP_ERR_DATA, "element type %lld is not known", (long long)to);
	call->desc.free = to == in->type;
	/* Of the value whose type is taken over nothing is read. */
	call->in_count = 1;
	call->constant = np_onnx_is_constant(in);
	return np_onnx_set(call, 0, (int)to, in->shape.dims, in->shape.rank);
}

/* ---- shapes as values ---- */

static int64_t clamp_index(int64_t index, int rank)
{
	index = index < 0 ? index + rank : index;
	return index < 0 ? 0 : index > rank ? rank : index;
}

np_status np_onnx_op_shape(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	int rank = in->shape.rank;
	int64_t start = clamp_index(np_onnx_attr_int(call, "start", 0), rank);
	int64_t end = clamp_index(np_onnx_attr_int(call, "end", rank), rank);
	int64_t count = end > start ? end - start : 0;
	np_onnx_cell *cells = np_arena_array(call->builder->arena, (size_t)count + 1, sizeof *cells);
	if (!cells)
		return np_onnx_fail_full(call->err);
	for (int64_t i = 0; i < count; i++)
		cells[i].i = in->shape.dims[start + i];
	call->shape_only = true;
	NP_TRY(np_onnx_set(call, 0, NP_ONNX_INT64, &count, 1));
	if (call->out_count)
		call->out[0].cells = cells;
	return NP_OK;
}

np_status np_onnx_op_size(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	np_onnx_cell *cell = np_arena_alloc(call->builder->arena, sizeof *cell);
	if (!cell)
		return np_onnx_fail_full(call->err);
	cell->i = np_onnx_elements(in);
	call->shape_only = true;
	NP_TRY(np_onnx_set(call, 0, NP_ONNX_INT64, NULL, 0));
	if (call->out_count)
		call->out[0].cells = cell;
	return NP_OK;
}
