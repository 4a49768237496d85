/* Values picked, joined and moved without being changed. */
#include "base/checked.h"
#include "base/error.h"
#include "onnx/onnx_ops.h"

#include <string.h>

/* ---- transpose ---- */

/* The input axis behind every output axis: reversed unless `perm` says otherwise. */
static np_status get_permutation(np_onnx_call *call, int rank, int *from)
{
	const np_onnx_ints *perm = np_onnx_attr_ints(call, "perm");
	bool seen[NP_MAX_RANK] = {false};
	if (perm && perm->count && perm->count != rank)
		return np_onnx_fail(call, NP_ERR_DATA, "perm has %d axes, the input %d", perm->count, rank);
	for (int i = 0; i < rank; i++) {
		NP_TRY(np_onnx_get_axis(call, perm && perm->count ? perm->items[i] : rank - 1 - i, rank, &from[i]));
		if (seen[from[i]])
			return np_onnx_fail(call, NP_ERR_DATA, "perm names axis %d twice", from[i]);
		seen[from[i]] = true;
	}
	return NP_OK;
}

np_status np_onnx_op_transpose(np_onnx_call *call)
{
	np_onnx_value *in;
	int from[NP_MAX_RANK];
	int64_t dims[NP_MAX_RANK];
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(get_permutation(call, in->shape.rank, from));
	for (int i = 0; i < in->shape.rank; i++)
		dims[i] = in->shape.dims[from[i]];
	return np_onnx_set(call, 0, in->type, dims, in->shape.rank);
}

static void copy_walk(np_onnx_walk *walk, const np_onnx_cell *from, np_onnx_cell *result, int64_t count)
{
	for (int64_t k = 0; k < count; k++, np_onnx_walk_next(walk))
		result[k] = from[walk->offset[0]];
}

bool np_onnx_fold_transpose(np_onnx_call *call, np_onnx_cell *result)
{
	int from[NP_MAX_RANK];
	int64_t own[NP_MAX_RANK], strides[NP_MAX_RANK];
	np_onnx_walk walk = {.shape = call->out[0].shape};
	if (get_permutation(call, walk.shape.rank, from) != NP_OK)
		return false;
	np_onnx_strides(call->in[0]->shape, own);
	for (int i = 0; i < walk.shape.rank; i++)
		strides[i] = own[from[i]];
	np_onnx_walk_add_strides(&walk, strides, 0);
	copy_walk(&walk, call->in[0]->cells, result, np_onnx_elements(&call->out[0]));
	return true;
}

/* ---- slice ---- */

typedef struct slice {
	int64_t start[NP_MAX_RANK], step[NP_MAX_RANK], dims[NP_MAX_RANK];
} slice;

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* One axis: Python's rule. */
static void slice_axis(slice *s, int axis, int64_t size, int64_t start, int64_t end, int64_t step)
{
	int64_t low = step < 0 ? -1 : 0, high = step < 0 ? size - 1 : size;
	start = clamp(start < 0 ? start + size : start, step < 0 ? low : 0, high);
	end = clamp(end < 0 ? end + size : end, low, high);
	int64_t room = step < 0 ? start - end : end - start;
	uint64_t stride = step < 0 ? 0 - (uint64_t)step : (uint64_t)step;
	s->start[axis] = start;
	s->step[axis] = step;
	s->dims[axis] = room > 0 ? (int64_t)(((uint64_t)room - 1) / stride) + 1 : 0;
}

static np_status read_slice(np_onnx_call *call, slice *s)
{
	np_onnx_list starts, ends, axes, steps;
	np_shape in = call->in[0]->shape;
	NP_TRY(np_onnx_get_list(call, 1, "starts", &starts));
	NP_TRY(np_onnx_get_list(call, 2, "ends", &ends));
	NP_TRY(np_onnx_get_list(call, 3, "axes", &axes));
	NP_TRY(np_onnx_get_list(call, 4, NULL, &steps));
	if (starts.count < 0 || ends.count != starts.count || (axes.count >= 0 && axes.count != starts.count) ||
	    (steps.count >= 0 && steps.count != starts.count))
		return np_onnx_fail(call, NP_ERR_DATA, "its starts, ends, axes and steps are of different lengths");
	for (int i = 0; i < in.rank; i++)
		slice_axis(s, i, in.dims[i], 0, in.dims[i], 1);
	for (int i = 0; i < starts.count; i++) {
		int axis;
		int64_t step = steps.count >= 0 ? steps.items[i] : 1;
		NP_TRY(np_onnx_get_axis(call, axes.count >= 0 ? axes.items[i] : i, in.rank, &axis));
		if (step == 0)
			return np_onnx_fail(call, NP_ERR_DATA, "its step is 0");
		slice_axis(s, axis, in.dims[axis], starts.items[i], ends.items[i], step);
	}
	return NP_OK;
}

np_status np_onnx_op_slice(np_onnx_call *call)
{
	np_onnx_value *in;
	slice s;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(read_slice(call, &s));
	return np_onnx_set(call, 0, in->type, s.dims, in->shape.rank);
}

/* The result is not empty, so every step stays within its axis and no product leaves 63 bits. */
bool np_onnx_fold_slice(np_onnx_call *call, np_onnx_cell *result)
{
	slice s;
	int64_t own[NP_MAX_RANK], strides[NP_MAX_RANK], offset = 0;
	np_onnx_walk walk = {.shape = call->out[0].shape};
	if (read_slice(call, &s) != NP_OK)
		return false;
	np_onnx_strides(call->in[0]->shape, own);
	for (int i = 0; i < walk.shape.rank; i++) {
		strides[i] = s.dims[i] > 1 ? own[i] * s.step[i] : 0;
		offset += own[i] * s.start[i];
	}
	np_onnx_walk_add_strides(&walk, strides, offset);
	copy_walk(&walk, call->in[0]->cells, result, np_onnx_elements(&call->out[0]));
	return true;
}

/* ---- split ---- */

/* Sizes of the parts: stated, or as even as they come, the last one smaller. */
static np_status part_size(np_onnx_call *call, const np_onnx_list *sizes, int64_t size, int i, int64_t *part)
{
	int64_t parts = np_onnx_attr_int(call, "num_outputs", call->out_count);
	if (sizes->count >= 0) {
		if (i >= sizes->count)
			return np_onnx_fail(call, NP_ERR_DATA, "it has more outputs than sizes");
		*part = sizes->items[i];
		return NP_OK;
	}
	if (parts < 1 || i >= parts)
		return np_onnx_fail(call, NP_ERR_DATA, "it has more outputs than parts");
	int64_t each = np_ceil_div(size, parts), from = i * each;
	*part = from >= size ? 0 : size - from < each ? size - from : each;
	return NP_OK;
}

np_status np_onnx_fold_part(np_onnx_call *call, int i, int axis, int64_t from)
{
	np_onnx_value *in = call->in[0], *out = &call->out[i];
	int64_t strides[NP_MAX_RANK], count = np_onnx_elements(out);
	if (!in->cells || count > NP_ONNX_MOST_CELLS)
		return NP_OK;
	np_onnx_cell *cells = np_arena_array(call->builder->arena, (size_t)count + 1, sizeof *cells);
	if (!cells)
		return np_onnx_fail_full(call->err);
	np_onnx_walk walk = {.shape = out->shape};
	np_onnx_strides(in->shape, strides);
	np_onnx_walk_add_strides(&walk, strides, from * strides[axis]);
	copy_walk(&walk, in->cells, cells, count);
	out->cells = cells;
	return NP_OK;
}

np_status np_onnx_op_split(np_onnx_call *call)
{
	np_onnx_value *in;
	np_onnx_list sizes;
	int axis;
	int64_t dims[NP_MAX_RANK], from = 0;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_get_list(call, 1, "split", &sizes));
	NP_TRY(np_onnx_get_axis(call, np_onnx_attr_int(call, "axis", 0), in->shape.rank, &axis));
	memcpy(dims, in->shape.dims, (size_t)in->shape.rank * sizeof *dims);
	for (int i = 0; i < call->out_count; i++) {
		NP_TRY(part_size(call, &sizes, in->shape.dims[axis], i, &dims[axis]));
		if (dims[axis] < 0 || dims[axis] > in->shape.dims[axis] - from)
			return np_onnx_fail(call, NP_ERR_DATA, "its parts are larger than the whole");
		NP_TRY(np_onnx_set(call, i, in->type, dims, in->shape.rank));
		NP_TRY(np_onnx_fold_part(call, i, axis, from));
		from += dims[axis];
	}
	return NP_OK;
}

/* ---- concat ---- */

/* Constants that were written for the file's batch go along with activations of ours. */
static np_status join_shapes(np_onnx_call *call, int axis, np_shape in, int64_t *dims)
{
	for (int k = 0; k < in.rank; k++) {
		if (k == axis) {
			if (!np_add_into(&dims[k], in.dims[k]))
				return np_onnx_fail(call, NP_ERR_LIMIT, "its output is larger than 2^63");
		} else if (np_onnx_is_batch(call, dims[k], in.dims[k])) {
			dims[k] = in.dims[k];
		} else if (dims[k] != in.dims[k] && !np_onnx_is_batch(call, in.dims[k], dims[k])) {
			return np_onnx_fail(call, NP_ERR_DATA, "its inputs differ along axis %d: %lld and %lld", k,
			                    (long long)dims[k], (long long)in.dims[k]);
		}
	}
	return NP_OK;
}

/* Quantized: the output's scale and zero point come first, then a scale and a zero point behind each input. */
static bool is_joined(const np_onnx_call *call, int i)
{
	return call->in[i] && (call->op->variant != NP_ONNX_QUANTIZED || (i >= 2 && (i - 2) % 3 == 0));
}

np_status np_onnx_op_concat(np_onnx_call *call)
{
	const np_onnx_value *first = NULL;
	int64_t dims[NP_MAX_RANK];
	for (int i = 0; i < call->in_count; i++) {
		const np_onnx_value *in = call->in[i];
		if (!is_joined(call, i))
			continue;
		if (!call->constant && !np_onnx_type_is_int(in->type))
			np_onnx_read_weight(call, in);
		if (!first) {
			first = in;
			NP_TRY(np_onnx_get_axis(call, np_onnx_attr_int(call, "axis", 1), in->shape.rank, &call->desc.axis));
			memcpy(dims, in->shape.dims, (size_t)in->shape.rank * sizeof *dims);
			continue;
		}
		if (in->shape.rank != first->shape.rank)
			return np_onnx_fail(call, NP_ERR_DATA, "its inputs have the ranks %d and %d", first->shape.rank,
			                    in->shape.rank);
		NP_TRY(join_shapes(call, call->desc.axis, in->shape, dims));
	}
	if (!first)
		return np_onnx_fail(call, NP_ERR_DATA, "it has no input");
	return np_onnx_set(call, 0, first->type, dims, first->shape.rank);
}

bool np_onnx_fold_concat(np_onnx_call *call, np_onnx_cell *result)
{
	int64_t outer = 1, inner = 1, row = 0;
	const np_onnx_value *out = &call->out[0];
	int axis = call->desc.axis;
	if (call->op->variant == NP_ONNX_QUANTIZED)
		return false;
	for (int k = 0; k < out->shape.rank; k++)
		if (k != axis)
			*(k < axis ? &outer : &inner) *= out->shape.dims[k];
	for (int64_t o = 0; o < outer; o++)
		for (int i = 0; i < call->in_count; i++) {
			if (!call->in[i])
				continue;
			int64_t part = call->in[i]->shape.dims[axis] * inner;
			if (part * outer != np_onnx_elements(call->in[i]))
				return false;
			if (part)
				memcpy(result + row, call->in[i]->cells + o * part, (size_t)part * sizeof *result);
			row += part;
		}
	return true;
}

/* ---- expand and tile ---- */

np_status np_onnx_op_expand(np_onnx_call *call)
{
	np_onnx_value *in;
	np_onnx_list to;
	int64_t dims[NP_MAX_RANK];
	int rank;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_get_list(call, 1, NULL, &to));
	if (to.count < 0 || to.count > NP_MAX_RANK)
		return np_onnx_fail(call, NP_ERR_DATA, "its target shape is missing, or has more than %d dimensions",
		                    NP_MAX_RANK);
	for (int i = 0; i < to.count; i++)
		if (to.items[i] < 0)
			return np_onnx_fail(call, NP_ERR_DATA, "its target shape has the dimension %lld",
			                    (long long)to.items[i]);
	NP_TRY(np_onnx_broadcast(call, in->shape, (np_shape){to.count, to.items}, dims, &rank));
	return np_onnx_set(call, 0, in->type, dims, rank);
}

bool np_onnx_fold_expand(np_onnx_call *call, np_onnx_cell *result)
{
	np_onnx_walk walk = {.shape = call->out[0].shape};
	np_shape in = call->in[0]->shape;
	for (int i = 1; i <= in.rank; i++)
		if (in.dims[in.rank - i] != 1 && in.dims[in.rank - i] != walk.shape.dims[walk.shape.rank - i])
			return false;
	np_onnx_walk_add(&walk, in);
	copy_walk(&walk, call->in[0]->cells, result, np_onnx_elements(&call->out[0]));
	return true;
}

np_status np_onnx_op_tile(np_onnx_call *call)
{
	np_onnx_value *in;
	np_onnx_list repeats;
	int64_t dims[NP_MAX_RANK];
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_get_list(call, 1, NULL, &repeats));
	if (repeats.count != in->shape.rank)
		return np_onnx_fail(call, NP_ERR_DATA, "it has %d repeats for %d axes", repeats.count, in->shape.rank);
	for (int i = 0; i < in->shape.rank; i++)
		if (!np_mul(in->shape.dims[i], repeats.items[i], &dims[i]))
			return np_onnx_fail(call, NP_ERR_LIMIT, "its output is larger than 2^63");
	return np_onnx_set(call, 0, in->type, dims, in->shape.rank);
}

bool np_onnx_fold_tile(np_onnx_call *call, np_onnx_cell *result)
{
	np_onnx_walk walk = {.shape = call->out[0].shape};
	np_shape in = call->in[0]->shape;
	int64_t own[NP_MAX_RANK];
	np_onnx_strides(in, own);
	for (int64_t k = 0; k < np_onnx_elements(&call->out[0]); k++, np_onnx_walk_next(&walk)) {
		int64_t offset = 0;
		for (int i = 0; i < in.rank; i++)
			offset += walk.at[i] % in.dims[i] * own[i];
		result[k] = call->in[0]->cells[offset];
	}
	return true;
}

/* To and from channels in blocks, which fill up the last one: `channels` is what the tensor has without that. */
np_status np_onnx_op_reorder(np_onnx_call *call)
{
	np_onnx_value *in;
	int64_t dims[NP_MAX_RANK];
	NP_TRY(np_onnx_need(call, 0, &in));
	memcpy(dims, in->shape.dims, (size_t)in->shape.rank * sizeof *dims);
	if (in->shape.rank > 1)
		dims[1] = np_onnx_attr_int(call, "channels", dims[1]);
	return np_onnx_set(call, 0, in->type, dims, in->shape.rank);
}

/* ---- depth and space ---- */

static np_status get_block(np_onnx_call *call, np_onnx_value **in, int64_t *block)
{
	NP_TRY(np_onnx_need(call, 0, in));
	*block = np_onnx_attr_int(call, "blocksize", 0);
	if ((*in)->shape.rank == 4 && *block >= 1 && *block <= INT16_MAX)
		return NP_OK;
	return np_onnx_fail(call, NP_ERR_DATA, "its input is not of rank 4, or its block size not in 1 to 32767");
}

np_status np_onnx_op_depth_to_space(np_onnx_call *call)
{
	np_onnx_value *in;
	int64_t block, dims[4];
	NP_TRY(get_block(call, &in, &block));
	memcpy(dims, in->shape.dims, sizeof dims);
	if (dims[1] % (block * block) || !np_mul_into(&dims[2], block) || !np_mul_into(&dims[3], block))
		return np_onnx_fail(call, NP_ERR_DATA, "%lld channels do not divide by its block", (long long)dims[1]);
	dims[1] /= block * block;
	return np_onnx_set(call, 0, in->type, dims, 4);
}

np_status np_onnx_op_space_to_depth(np_onnx_call *call)
{
	np_onnx_value *in;
	int64_t block, dims[4];
	NP_TRY(get_block(call, &in, &block));
	memcpy(dims, in->shape.dims, sizeof dims);
	if (dims[2] % block || dims[3] % block || !np_mul_into(&dims[1], block * block))
		return np_onnx_fail(call, NP_ERR_DATA, "%lld x %lld does not divide by its block", (long long)dims[2],
		                    (long long)dims[3]);
	dims[2] /= block;
	dims[3] /= block;
	return np_onnx_set(call, 0, in->type, dims, 4);
}
