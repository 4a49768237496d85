/* What handlers share: attributes, inputs, outputs, errors. */
#include "onnx/onnx_call.h"

#include "base/checked.h"
#include "base/error.h"
#include "network/network.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

np_status np_onnx_fail(np_onnx_call *call, np_status status, const char *format, ...)
{
	char text[400];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	const np_onnx_node *node = call->node;
	const char *name = node->name[0] || !node->outputs.count ? node->name : node->outputs.items[0];
	return np_fail(call->err, status, "node '%.64s' (%.64s%s%.64s): %s", name, node->domain, node->domain[0] ? "." : "",
	               node->op, text);
}

np_status np_onnx_fail_unknown(np_onnx_call *call, const char *what)
{
	call->unknown = true;
	return np_onnx_fail(call, NP_ERR_DATA, "%s decides a shape, but is not known when the file is read", what);
}

/* ---- attributes ---- */

static const np_onnx_attribute *find_attribute(const np_onnx_attribute *items, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(items[i].name, name) == 0)
			return &items[i];
	return NULL;
}

/* Within a function, an attribute may stand for one of the calling node. The depth of calls is limited. */
const np_onnx_attribute *np_onnx_attr(const np_onnx_call *call, const char *name)
{
	const np_onnx_attribute *found = find_attribute(call->node->attributes.items, call->node->attributes.count, name);
	while (found && found->reference && call->scope->caller) {
		const char *wanted = found->reference;
		const np_onnx_function *function = call->scope->function;
		call = call->scope->caller;
		found = find_attribute(call->node->attributes.items, call->node->attributes.count, wanted);
		if (!found)
			return find_attribute(function->defaults.items, function->defaults.count, wanted);
	}
	return found && found->reference ? NULL : found;
}

int64_t np_onnx_attr_int(const np_onnx_call *call, const char *name, int64_t otherwise)
{
	const np_onnx_attribute *attribute = np_onnx_attr(call, name);
	return attribute && attribute->has_int ? attribute->i : otherwise;
}

double np_onnx_attr_float(const np_onnx_call *call, const char *name, double otherwise)
{
	const np_onnx_attribute *attribute = np_onnx_attr(call, name);
	return attribute && attribute->has_float ? attribute->f : otherwise;
}

const char *np_onnx_attr_text(const np_onnx_call *call, const char *name, const char *otherwise)
{
	const np_onnx_attribute *attribute = np_onnx_attr(call, name);
	return attribute && attribute->s ? attribute->s : otherwise;
}

const np_onnx_ints *np_onnx_attr_ints(const np_onnx_call *call, const char *name)
{
	const np_onnx_attribute *attribute = np_onnx_attr(call, name);
	return attribute ? &attribute->ints : NULL;
}

/* ---- inputs ---- */

np_onnx_value *np_onnx_in(const np_onnx_call *call, int i)
{
	return i >= 0 && i < call->in_count ? call->in[i] : NULL;
}

np_status np_onnx_need(np_onnx_call *call, int i, np_onnx_value **value)
{
	*value = np_onnx_in(call, i);
	return *value ? NP_OK : np_onnx_fail(call, NP_ERR_DATA, "input %d is missing", i);
}

bool np_onnx_is_constant(const np_onnx_value *value)
{
	return !value || value->tensor < 0;
}

/* Shapes were checked to fit when they were set. */
int64_t np_onnx_elements(const np_onnx_value *value)
{
	int64_t count = 0;
	np_shape_elements(value->shape, &count);
	return count;
}

static np_status list_from_input(np_onnx_call *call, int i, np_onnx_list *list)
{
	const np_onnx_value *value = call->in[i];
	char what[32];
	snprintf(what, sizeof what, "input %d", i);
	bool is_float = np_onnx_type_is_float(value->type);
	if (!np_onnx_is_constant(value) || !value->cells)
		return np_onnx_fail_unknown(call, what);
	int64_t count = np_onnx_elements(value);
	if (value->shape.rank > 1 || count > (int64_t)(sizeof list->items / sizeof *list->items))
		return np_onnx_fail(call, NP_ERR_DATA, "input %d is no list of at most %d numbers", i, NP_MAX_RANK * 2);
	list->count = (int)count;
	for (int k = 0; k < list->count; k++) {
		bool whole = !is_float || (fabs(value->cells[k].f) < 9e15 && value->cells[k].f == trunc(value->cells[k].f));
		if (!whole)
			return np_onnx_fail(call, NP_ERR_DATA, "input %d holds %g, a whole number was expected", i,
			                    value->cells[k].f);
		list->items[k] = is_float ? (int64_t)value->cells[k].f : value->cells[k].i;
	}
	return NP_OK;
}

np_status np_onnx_get_list(np_onnx_call *call, int i, const char *attribute, np_onnx_list *list)
{
	list->count = -1;
	if (np_onnx_in(call, i))
		return list_from_input(call, i, list);
	const np_onnx_ints *ints = attribute ? np_onnx_attr_ints(call, attribute) : NULL;
	if (!ints)
		return NP_OK;
	if (ints->count > (int)(sizeof list->items / sizeof *list->items))
		return np_onnx_fail(call, NP_ERR_DATA, "attribute %s has more than %d numbers", attribute, NP_MAX_RANK * 2);
	list->count = ints->count;
	for (int k = 0; k < ints->count; k++)
		list->items[k] = ints->items[k];
	return NP_OK;
}

np_status np_onnx_get_axis(np_onnx_call *call, int64_t axis, int rank, int *result)
{
	if (axis < -rank || axis >= rank)
		return np_onnx_fail(call, NP_ERR_DATA, "axis %lld is outside a tensor of rank %d", (long long)axis, rank);
	*result = (int)(axis < 0 ? axis + rank : axis);
	return NP_OK;
}

/* ---- outputs ---- */

np_status np_onnx_set(np_onnx_call *call, int i, int type, const int64_t *dims, int rank)
{
	int64_t elements = 1, bytes;
	if (i >= call->out_count)
		return NP_OK;
	if (rank < 0 || rank > NP_MAX_RANK)
		return np_onnx_fail(call, NP_ERR_LIMIT, "output %d has rank %d, at most %d is supported", i, rank, NP_MAX_RANK);
	for (int k = 0; k < rank; k++) {
		if (dims[k] < 0)
			return np_onnx_fail(call, NP_ERR_DATA, "dimension %d of output %d would be %lld", k, i,
			                    (long long)dims[k]);
		if (!np_mul_into(&elements, dims[k]))
			return np_onnx_fail(call, NP_ERR_LIMIT, "output %d has more than 2^63 elements", i);
	}
	if (!np_mul(elements, 16, &bytes))
		return np_onnx_fail(call, NP_ERR_LIMIT, "output %d has more than 2^63 bytes", i);
	int64_t *copy = np_arena_copy(call->builder->arena, dims, (size_t)rank * sizeof *dims);
	if (!copy)
		return np_onnx_fail_full(call->err);
	call->out[i].type = type;
	call->out[i].shape = (np_shape){rank, copy};
	return NP_OK;
}

np_status np_onnx_set_like(np_onnx_call *call, int i, const np_onnx_value *value)
{
	return np_onnx_set(call, i, value->type, value->shape.dims, value->shape.rank);
}

np_status np_onnx_infer(np_onnx_call *call, const np_onnx_value *input, int type)
{
	int64_t dims[NP_MAX_RANK];
	int rank;
	np_error why = {0};
	call->desc.input_count = 1;
	np_status status = np_layer_shape(&call->desc, &input->shape, dims, &rank, &why);
	if (status != NP_OK)
		return np_onnx_fail(call, status, "%s", why.message);
	return np_onnx_set(call, 0, type, dims, rank);
}

/* One axis of a joint shape; a literal of the file's batch gives way to ours. */
static bool join_dim(const np_onnx_call *call, int64_t a, int64_t b, int64_t *joint)
{
	*joint = a == 1 ? b : a;
	if (a == b || a == 1 || b == 1)
		return true;
	if (np_onnx_is_batch(call, a, b))
		*joint = b;
	return *joint == b || np_onnx_is_batch(call, b, a);
}

np_status np_onnx_broadcast(np_onnx_call *call, np_shape a, np_shape b, int64_t *dims, int *rank)
{
	int64_t joint[NP_MAX_RANK];
	*rank = a.rank > b.rank ? a.rank : b.rank;
	for (int i = 1; i <= *rank; i++) {
		int64_t x = i <= a.rank ? a.dims[a.rank - i] : 1, y = i <= b.rank ? b.dims[b.rank - i] : 1;
		if (!join_dim(call, x, y, &joint[*rank - i])) {
			char left[128], right[128];
			return np_onnx_fail(call, NP_ERR_DATA, "the shapes %s and %s do not match",
			                    np_shape_format(a, left, sizeof left), np_shape_format(b, right, sizeof right));
		}
	}
	for (int i = 0; i < *rank; i++)
		dims[i] = joint[i];
	return NP_OK;
}

void np_onnx_read_weight(np_onnx_call *call, const np_onnx_value *value)
{
	if (!value || !np_onnx_is_constant(value))
		return;
	if (!np_add_into(&call->desc.constant_values, np_onnx_elements(value)))
		call->desc.constant_values = INT64_MAX;
	if (!np_add_into(&call->desc.params, np_onnx_learned_take(value->learned)))
		call->desc.params = INT64_MAX;
}
