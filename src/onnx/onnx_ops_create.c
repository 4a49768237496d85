/* Values that come from nothing, that nothing tells beforehand, or that another graph computes. */
#include "base/checked.h"
#include "base/error.h"
#include "network/network.h"
#include "onnx/onnx_ops.h"

#include <math.h>

/* ---- constants ---- */

static np_status set_cells(np_onnx_call *call, int type, const np_onnx_cell *cells, int64_t count, int rank)
{
	NP_TRY(np_onnx_set(call, 0, type, &count, rank));
	call->out[0].cells = cells;
	return NP_OK;
}

static np_status set_list(np_onnx_call *call, const np_onnx_attribute *attribute, bool is_float)
{
	int count = is_float ? attribute->floats.count : attribute->ints.count;
	np_onnx_cell *cells = np_arena_array(call->builder->arena, (size_t)count + 1, sizeof *cells);
	if (!cells)
		return np_onnx_fail_full(call->err);
	for (int i = 0; i < count; i++)
		if (is_float)
			cells[i].f = attribute->floats.items[i];
		else
			cells[i].i = attribute->ints.items[i];
	return set_cells(call, is_float ? NP_ONNX_FLOAT : NP_ONNX_INT64, cells, count, 1);
}

static np_status set_scalar(np_onnx_call *call, const np_onnx_attribute *attribute, bool is_float)
{
	np_onnx_cell *cell = np_arena_alloc(call->builder->arena, sizeof *cell);
	if (!cell)
		return np_onnx_fail_full(call->err);
	if (is_float)
		cell->f = attribute->f;
	else
		cell->i = attribute->i;
	return set_cells(call, is_float ? NP_ONNX_FLOAT : NP_ONNX_INT64, cell, 1, 0);
}

static np_status set_tensor(np_onnx_call *call, const np_onnx_tensor *tensor)
{
	np_onnx_value *value = np_onnx_constant(call->builder, tensor);
	if (!value)
		return np_onnx_fail_full(call->err);
	call->out[0] = *value;
	return NP_OK;
}

np_status np_onnx_op_constant(np_onnx_call *call)
{
	const np_onnx_attribute *attribute;
	if (call->out_count != 1)
		return np_onnx_fail(call, NP_ERR_DATA, "it has %d outputs, 1 was expected", call->out_count);
	if ((attribute = np_onnx_attr(call, "value")) && attribute->tensor)
		return set_tensor(call, attribute->tensor);
	if ((attribute = np_onnx_attr(call, "sparse_value")) && attribute->tensor)
		return set_tensor(call, attribute->tensor);
	if ((attribute = np_onnx_attr(call, "value_int")))
		return set_scalar(call, attribute, false);
	if ((attribute = np_onnx_attr(call, "value_float")))
		return set_scalar(call, attribute, true);
	if ((attribute = np_onnx_attr(call, "value_ints")))
		return set_list(call, attribute, false);
	if ((attribute = np_onnx_attr(call, "value_floats")))
		return set_list(call, attribute, true);
	if (np_onnx_attr(call, "value_string") || np_onnx_attr(call, "value_strings"))
		return np_onnx_set(call, 0, NP_ONNX_STRING, NULL, 0);
	return np_onnx_fail(call, NP_ERR_DATA, "it has no value");
}

/* A large one stands for weights, as files without their weights have it. */
np_status np_onnx_op_constant_of_shape(np_onnx_call *call)
{
	np_onnx_list shape;
	const np_onnx_attribute *value = np_onnx_attr(call, "value");
	const np_onnx_tensor *tensor = value ? value->tensor : NULL;
	int type = tensor && tensor->type ? tensor->type : NP_ONNX_FLOAT;
	NP_TRY(np_onnx_get_list(call, 0, NULL, &shape));
	if (shape.count < 0)
		return np_onnx_fail(call, NP_ERR_DATA, "its shape is missing");
	NP_TRY(np_onnx_set(call, 0, type, shape.items, shape.count));
	if (!call->out_count)
		return NP_OK;
	int64_t elements = np_onnx_elements(&call->out[0]);
	call->out[0].learned = np_onnx_learned_new(call->builder->arena, elements);
	if (!call->out[0].learned)
		return np_onnx_fail_full(call->err);
	call->builder->folded += elements <= NP_ONNX_MOST_CELLS ? elements * (int64_t)sizeof(np_onnx_cell) : 0;
	bool single = tensor && (!tensor->shape.rank || (tensor->shape.rank == 1 && tensor->shape.dims[0] == 1));
	bool known = !tensor || (tensor->cells && single);
	if (!known || elements > NP_ONNX_MOST_CELLS || call->builder->folded > NP_ONNX_MOST_FOLDED)
		return NP_OK;
	np_onnx_cell *cells = np_arena_array(call->builder->arena, (size_t)elements + 1, sizeof *cells);
	if (!cells)
		return np_onnx_fail_full(call->err);
	for (int64_t i = 0; tensor && i < elements; i++)
		cells[i] = tensor->cells[0];
	call->out[0].cells = cells;
	return NP_OK;
}

/* ---- ranges ---- */

/* How many steps lie between two bounds; false when that is no sensible number. */
static bool count_range(const np_onnx_call *call, int64_t *count)
{
	const np_onnx_cell *start = call->in[0]->cells, *limit = call->in[1]->cells, *step = call->in[2]->cells;
	double steps;
	if (np_onnx_type_is_float(call->in[0]->type))
		steps = ceil((limit->f - start->f) / step->f);
	else if (step->i)
		steps = ceil(((double)limit->i - (double)start->i) / (double)step->i);
	else
		return false;
	if (!(steps < 9e15))
		return false;
	*count = steps > 0 ? (int64_t)steps : 0;
	return true;
}

np_status np_onnx_op_range(np_onnx_call *call)
{
	int64_t count = 0;
	for (int i = 0; i < 3; i++) {
		np_onnx_value *value;
		NP_TRY(np_onnx_need(call, i, &value));
		if (!np_onnx_is_constant(value) || !value->cells || np_onnx_elements(value) < 1)
			return np_onnx_fail_unknown(call, "one of its bounds");
		if (value->type != call->in[0]->type)
			return np_onnx_fail(call, NP_ERR_DATA, "its bounds are of different types");
	}
	if (!count_range(call, &count))
		return np_onnx_fail(call, NP_ERR_DATA, "its bounds give no range");
	return np_onnx_set(call, 0, call->in[0]->type, &count, 1);
}

bool np_onnx_fold_range(np_onnx_call *call, np_onnx_cell *result)
{
	const np_onnx_cell *start = call->in[0]->cells, *step = call->in[2]->cells;
	for (int64_t i = 0; i < np_onnx_elements(&call->out[0]); i++)
		if (np_onnx_type_is_float(call->out[0].type))
			result[i].f = start->f + (double)i * step->f;
		else
			result[i].i = (int64_t)((uint64_t)start->i + (uint64_t)i * (uint64_t)step->i);
	return true;
}

/* ---- other tensors of stated shape ---- */

static int stated_type(const np_onnx_call *call, int otherwise)
{
	int64_t type = np_onnx_attr_int(call, "dtype", otherwise);
	return type > 0 && type < NP_ONNX_TYPE_END ? (int)type : otherwise;
}

np_status np_onnx_op_eye_like(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	call->shape_only = true;
	return np_onnx_set(call, 0, stated_type(call, in->type), in->shape.dims, in->shape.rank);
}

np_status np_onnx_op_random(np_onnx_call *call)
{
	np_onnx_list shape;
	NP_TRY(np_onnx_get_list(call, -1, "shape", &shape));
	if (shape.count < 0)
		return np_onnx_fail(call, NP_ERR_DATA, "its shape is missing");
	return np_onnx_set(call, 0, stated_type(call, NP_ONNX_FLOAT), shape.items, shape.count);
}

np_status np_onnx_op_random_like(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	return np_onnx_set(call, 0, stated_type(call, in->type), in->shape.dims, in->shape.rank);
}

/* ---- results whose size depends on values: the most there can be ---- */

static np_status count_nonzero(np_onnx_call *call, int64_t *count)
{
	const np_onnx_value *in = call->in[0];
	*count = np_onnx_elements(in);
	if (!np_onnx_is_constant(in) || !in->cells)
		return np_onnx_warn_rough(call, "how many values it finds depends on the values, all are assumed");
	*count = 0;
	for (int64_t i = 0; i < np_onnx_elements(in); i++)
		*count += np_onnx_type_is_float(in->type) ? in->cells[i].f != 0 : in->cells[i].i != 0;
	return NP_OK;
}

np_status np_onnx_op_non_zero(np_onnx_call *call)
{
	np_onnx_value *in;
	int64_t dims[2];
	NP_TRY(np_onnx_need(call, 0, &in));
	dims[0] = in->shape.rank;
	NP_TRY(count_nonzero(call, &dims[1]));
	NP_TRY(np_onnx_set(call, 0, NP_ONNX_INT64, dims, 2));
	if (!np_onnx_is_constant(in) || !in->cells || !call->out_count)
		return NP_OK;
	np_onnx_cell *cells = np_arena_array(call->builder->arena, (size_t)np_onnx_elements(&call->out[0]) + 1, sizeof *cells);
	if (!cells)
		return np_onnx_fail_full(call->err);
	np_onnx_walk walk = {.shape = in->shape};
	for (int64_t i = 0, found = 0; i < np_onnx_elements(in); i++, np_onnx_walk_next(&walk)) {
		if (np_onnx_type_is_float(in->type) ? in->cells[i].f == 0 : in->cells[i].i == 0)
			continue;
		for (int k = 0; k < in->shape.rank; k++)
			cells[k * dims[1] + found].i = walk.at[k];
		found++;
	}
	call->out[0].cells = cells;
	return NP_OK;
}

/* boxes [n, boxes, 4], scores [n, classes, boxes], the most per class */
np_status np_onnx_op_non_max_suppression(np_onnx_call *call)
{
	np_onnx_value *boxes, *scores;
	np_onnx_value *most = np_onnx_in(call, 2);
	NP_TRY(np_onnx_need(call, 0, &boxes));
	NP_TRY(np_onnx_need(call, 1, &scores));
	if (boxes->shape.rank != 3 || scores->shape.rank != 3)
		return np_onnx_fail(call, NP_ERR_DATA, "its boxes and scores are not of rank 3");
	int64_t dims[2] = {boxes->shape.dims[1], 3};
	bool known = most && np_onnx_is_constant(most) && most->cells && np_onnx_elements(most) == 1;
	if (known && most->cells[0].i > 0 && most->cells[0].i < dims[0])
		dims[0] = most->cells[0].i;
	if (!np_mul_into(&dims[0], scores->shape.dims[0]) || !np_mul_into(&dims[0], scores->shape.dims[1]))
		return np_onnx_fail(call, NP_ERR_LIMIT, "its output is larger than 2^63");
	NP_TRY(np_onnx_warn_rough(call, "how many boxes it keeps depends on the values, the most is assumed"));
	return np_onnx_set(call, 0, NP_ONNX_INT64, dims, 2);
}

/* ---- branches and what is not known ---- */

np_status np_onnx_op_if(np_onnx_call *call)
{
	np_onnx_value *condition;
	NP_TRY(np_onnx_need(call, 0, &condition));
	const np_onnx_attribute *yes = np_onnx_attr(call, "then_branch"), *no = np_onnx_attr(call, "else_branch");
	if (!yes || !no || !yes->graph || !no->graph)
		return np_onnx_fail(call, NP_ERR_DATA, "it lacks a branch");
	if (!np_onnx_is_constant(condition) || !condition->cells || np_onnx_elements(condition) != 1)
		return np_onnx_op_unknown(call);
	return np_onnx_inline_graph(call, condition->cells[0].i ? yes->graph : no->graph);
}

np_status np_onnx_warn_rough(np_onnx_call *call, const char *what)
{
	const np_onnx_node *node = call->node;
	if (call->builder->options && call->builder->options->strict && !call->constant)
		return np_onnx_fail(call, NP_ERR_UNSUPPORTED, "%s", what);
	np_network_warn(call->builder->network, "node '%.100s' (%.64s%s%.64s): %s", call->desc.name, node->domain,
	                node->domain[0] ? "." : "", node->op, what);
	return NP_OK;
}

np_status np_onnx_op_unknown(np_onnx_call *call)
{
	int64_t dims[NP_MAX_RANK];
	int rank, type;
	bool guessed = false;
	const np_onnx_value *like = NULL;
	for (int i = 0; i < call->in_count && (!like || np_onnx_is_constant(like)); i++)
		if (call->in[i] && (!like || !np_onnx_is_constant(call->in[i])))
			like = call->in[i];
	for (int i = 0; i < call->out_count; i++) {
		const char *name = call->node->outputs.items[i];
		if (!name[0])
			continue;
		if (np_onnx_scope_stated(call->builder, call->scope, name, dims, &rank, &type)) {
			NP_TRY(np_onnx_set(call, i, type, dims, rank));
			continue;
		}
		if (!like)
			return np_onnx_fail(call, NP_ERR_UNSUPPORTED, "the operator is not known, nor the shape of its output");
		NP_TRY(np_onnx_set_like(call, i, like));
		guessed = true;
	}
	return np_onnx_warn_rough(call, guessed ? "the operator is not known: its cost is not counted, and the shape of its "
	                                          "output is assumed to be that of its input"
	                                        : "the operator is not known: its cost is not counted");
}
