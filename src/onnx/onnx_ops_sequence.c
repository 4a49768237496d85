/* Lists of tensors, as exporters use them between a split and its parts. The list itself is nothing at run time. */
#include "base/checked.h"
#include "network/network.h"
#include "onnx/onnx_ops.h"

#include <stdio.h>
#include <string.h>

enum { MOST_PARTS = 4096 };

static np_status bind_sequence(np_onnx_call *call, np_onnx_sequence *sequence)
{
	np_onnx_value *value = np_arena_alloc(call->builder->arena, sizeof *value);
	if (!value)
		return np_onnx_fail_full(call->err);
	*value = (np_onnx_value){.tensor = -1, .sequence = sequence};
	call->bound = true;
	if (call->node->outputs.count < 1)
		return np_onnx_fail(call, NP_ERR_DATA, "it has no output");
	return np_onnx_scope_bind(call->builder, call->scope, call->node->outputs.items[0], value, call->err);
}

static np_status append(np_onnx_call *call, np_onnx_sequence *sequence, np_onnx_value *value)
{
	np_onnx_value **place = NP_ONNX_PUSH(call->builder->arena, sequence->values);
	if (!place)
		return np_onnx_fail_full(call->err);
	*place = value;
	return NP_OK;
}

static np_status new_sequence(np_onnx_call *call, np_onnx_sequence **sequence)
{
	*sequence = np_arena_alloc(call->builder->arena, sizeof **sequence);
	return *sequence ? NP_OK : np_onnx_fail_full(call->err);
}

static np_status need_sequence(np_onnx_call *call, np_onnx_sequence **sequence)
{
	np_onnx_value *value;
	NP_TRY(np_onnx_need(call, 0, &value));
	*sequence = value->sequence;
	return *sequence ? NP_OK : np_onnx_fail(call, NP_ERR_DATA, "input 0 is no list of tensors");
}

/* ---- splitting ---- */

/* A list of sizes, one size for all (the last part may be smaller), or none: parts of one. */
static int64_t part_size(const np_onnx_list *sizes, bool each, int64_t size, int64_t from, int i)
{
	int64_t part = sizes->count < 0 ? 1 : each ? sizes->items[0] : i < sizes->count ? sizes->items[i] : 0;
	return part > size - from ? size - from : part;
}

static np_status prepare_parts(np_onnx_call *call, int64_t parts)
{
	np_arena *arena = call->builder->arena;
	if (parts < 1 || parts > MOST_PARTS)
		return np_onnx_fail(call, NP_ERR_LIMIT, "it makes %lld parts, 1 to %d are supported", (long long)parts,
		                    MOST_PARTS);
	call->out_count = (int)parts;
	call->out = np_arena_array(arena, (size_t)parts, sizeof *call->out);
	call->out_names = np_arena_array(arena, (size_t)parts, sizeof *call->out_names);
	if (!call->out || !call->out_names)
		return np_onnx_fail_full(call->err);
	for (int i = 0; i < call->out_count; i++) {
		char name[256];
		int length = snprintf(name, sizeof name, "%.200s[%d]", call->node->outputs.items[0], i);
		call->out[i] = (np_onnx_value){.tensor = -1, .shape.rank = -1};
		call->out_names[i] = np_arena_text(arena, name, (size_t)length);
		if (!call->out_names[i])
			return np_onnx_fail_full(call->err);
	}
	return NP_OK;
}

static np_status set_parts(np_onnx_call *call, const np_onnx_list *sizes, bool each, int axis)
{
	const np_onnx_value *in = call->in[0];
	int64_t dims[NP_MAX_RANK], from = 0;
	for (int i = 0; i < call->out_count; i++) {
		memcpy(dims, in->shape.dims, (size_t)in->shape.rank * sizeof *dims);
		dims[axis] = part_size(sizes, each, in->shape.dims[axis], from, i);
		int rank = in->shape.rank;
		if (dims[axis] < 1)
			return np_onnx_fail(call, NP_ERR_DATA, "its parts do not divide %lld", (long long)in->shape.dims[axis]);
		int64_t part = dims[axis];
		bool dropped = sizes->count < 0 && !np_onnx_attr_int(call, "keepdims", 1);
		if (dropped)
			memmove(dims + axis, dims + axis + 1, (size_t)(--rank - axis) * sizeof *dims);
		NP_TRY(np_onnx_set(call, i, in->type, dims, rank));
		if (np_onnx_is_constant(in) && !dropped)
			NP_TRY(np_onnx_fold_part(call, i, axis, from));
		from += part;
	}
	return NP_OK;
}

np_status np_onnx_op_split_to_sequence(np_onnx_call *call)
{
	np_onnx_value *in;
	np_onnx_list sizes;
	np_onnx_sequence *sequence;
	int axis;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_get_list(call, 1, NULL, &sizes));
	NP_TRY(np_onnx_get_axis(call, np_onnx_attr_int(call, "axis", 0), in->shape.rank, &axis));
	bool each = sizes.count == 1 && call->in[1]->shape.rank == 0;
	if (call->out_count < 1 || (each && sizes.items[0] < 1))
		return np_onnx_fail(call, NP_ERR_DATA, "it has no output, or parts of no size");
	int64_t size = in->shape.dims[axis];
	int64_t parts = sizes.count < 0 ? size : each ? np_ceil_div(size, sizes.items[0]) : sizes.count;
	NP_TRY(prepare_parts(call, parts));
	NP_TRY(set_parts(call, &sizes, each, axis));
	if (!np_onnx_is_constant(in))
		NP_TRY(np_onnx_add_layer(call));
	NP_TRY(new_sequence(call, &sequence));
	for (int i = 0; i < call->out_count; i++) {
		call->out[i].learned = np_onnx_is_constant(in) ? in->learned : NULL;
		NP_TRY(append(call, sequence, &call->out[i]));
	}
	return bind_sequence(call, sequence);
}

/* ---- lists ---- */

np_status np_onnx_op_sequence_construct(np_onnx_call *call)
{
	np_onnx_sequence *sequence;
	NP_TRY(new_sequence(call, &sequence));
	for (int i = 0; i < call->in_count; i++) {
		np_onnx_value *value;
		NP_TRY(np_onnx_need(call, i, &value));
		if (value->sequence)
			return np_onnx_fail(call, NP_ERR_UNSUPPORTED, "lists of lists are not supported");
		NP_TRY(append(call, sequence, value));
	}
	return bind_sequence(call, sequence);
}

static np_status get_position(np_onnx_call *call, int input, int count, int *position)
{
	np_onnx_list at;
	NP_TRY(np_onnx_get_list(call, input, NULL, &at));
	if (at.count != 1)
		return np_onnx_fail(call, NP_ERR_DATA, "its position is not one number");
	return np_onnx_get_axis(call, at.items[0], count, position);
}

np_status np_onnx_op_sequence_at(np_onnx_call *call)
{
	np_onnx_sequence *sequence;
	int position;
	NP_TRY(need_sequence(call, &sequence));
	NP_TRY(get_position(call, 1, sequence->values.count, &position));
	if (call->out_count < 1)
		return np_onnx_fail(call, NP_ERR_DATA, "it has no output");
	call->bound = true;
	return np_onnx_scope_bind(call->builder, call->scope, call->node->outputs.items[0], sequence->values.items[position],
	                          call->err);
}

np_status np_onnx_op_sequence_insert(np_onnx_call *call)
{
	np_onnx_sequence *from, *to;
	np_onnx_value *value;
	NP_TRY(need_sequence(call, &from));
	NP_TRY(np_onnx_need(call, 1, &value));
	int position = from->values.count;
	if (np_onnx_in(call, 2))
		NP_TRY(get_position(call, 2, from->values.count + 1, &position));
	if (from->values.count >= MOST_PARTS || value->sequence)
		return np_onnx_fail(call, NP_ERR_LIMIT, "lists of lists, or of more than %d tensors, are not supported",
		                    MOST_PARTS);
	NP_TRY(new_sequence(call, &to));
	for (int i = 0; i <= from->values.count; i++) {
		if (i == position)
			NP_TRY(append(call, to, value));
		if (i < from->values.count)
			NP_TRY(append(call, to, from->values.items[i]));
	}
	return bind_sequence(call, to);
}

np_status np_onnx_op_sequence_erase(np_onnx_call *call)
{
	np_onnx_sequence *from, *to;
	NP_TRY(need_sequence(call, &from));
	int position = from->values.count - 1;
	if (np_onnx_in(call, 1) || position < 0)
		NP_TRY(get_position(call, 1, from->values.count, &position));
	NP_TRY(new_sequence(call, &to));
	for (int i = 0; i < from->values.count; i++)
		if (i != position)
			NP_TRY(append(call, to, from->values.items[i]));
	return bind_sequence(call, to);
}

np_status np_onnx_op_sequence_length(np_onnx_call *call)
{
	np_onnx_sequence *sequence;
	NP_TRY(need_sequence(call, &sequence));
	np_onnx_cell *cell = np_arena_alloc(call->builder->arena, sizeof *cell);
	if (!cell)
		return np_onnx_fail_full(call->err);
	cell->i = sequence->values.count;
	call->shape_only = true;
	NP_TRY(np_onnx_set(call, 0, NP_ONNX_INT64, NULL, 0));
	if (call->out_count)
		call->out[0].cells = cell;
	return NP_OK;
}

/* A list joined along an axis, or stacked along a new one. */
np_status np_onnx_op_concat_from_sequence(np_onnx_call *call)
{
	np_onnx_sequence *sequence;
	int axis;
	NP_TRY(need_sequence(call, &sequence));
	call->in = sequence->values.items;
	call->in_count = sequence->values.count;
	call->constant = true;
	for (int i = 0; i < call->in_count; i++)
		call->constant &= np_onnx_is_constant(call->in[i]);
	if (!np_onnx_attr_int(call, "new_axis", 0))
		return np_onnx_op_concat(call);
	if (!call->in_count)
		return np_onnx_fail(call, NP_ERR_DATA, "its list is empty");
	int64_t dims[NP_MAX_RANK + 1];
	np_shape in = call->in[0]->shape;
	NP_TRY(np_onnx_get_axis(call, np_onnx_attr_int(call, "axis", 0), in.rank + 1, &axis));
	for (int i = 0, from = 0; i <= in.rank; i++)
		dims[i] = i == axis ? call->in_count : in.dims[from++];
	return np_onnx_set(call, 0, call->in[0]->type, dims, in.rank + 1);
}
