/* The layer of a node: which inputs are activations, what it reads of weights, how it is called. */
#include "base/checked.h"
#include "base/error.h"
#include "onnx/onnx_call.h"

#include <stdio.h>
#include <string.h>

/* The tensors that flow in, in the node's order. */
static np_status gather_inputs(np_onnx_call *call)
{
	int *tensors = np_arena_array(call->builder->arena, (size_t)call->in_count, sizeof *tensors);
	if (!tensors)
		return np_onnx_fail_full(call->err);
	int count = 0;
	for (int i = 0; i < call->in_count; i++)
		if (!np_onnx_is_constant(call->in[i]))
			tensors[count++] = call->in[i]->tensor;
	call->desc.inputs = tensors;
	call->desc.input_count = count;
	return NP_OK;
}

static void read_weights(np_onnx_call *call)
{
	call->desc.constants_given = true;
	for (int i = 0; call->op && i < call->in_count && i < 32; i++)
		if (call->op->weights >> i & 1)
			np_onnx_read_weight(call, call->in[i]);
}

static const char *join_names(np_onnx_call *call, const char *around, const char *name)
{
	size_t size = strlen(around) + strlen(name) + 2;
	char *joined = np_arena_alloc(call->builder->arena, size);
	if (joined)
		snprintf(joined, size, "%s/%s", around, name);
	return joined ? joined : name;
}

/* What a loop makes again in each round: "name[round]". */
static const char *number_name(np_onnx_call *call, const char *name, int round)
{
	size_t size = strlen(name) + 16;
	char *numbered = np_arena_alloc(call->builder->arena, size);
	if (numbered)
		snprintf(numbered, size, "%s[%d]", name, round - 1);
	return numbered ? numbered : name;
}

/* Names of nodes within functions stand behind the name of the calling node. */
static const char *full_name(np_onnx_call *call)
{
	const char *name = call->node->name;
	for (int i = 0; !name[0] && i < call->node->outputs.count; i++)
		name = call->node->outputs.items[i];
	for (const np_onnx_scope *scope = call->scope; scope; scope = scope->around)
		if (scope->round)
			name = number_name(call, name, scope->round);
	const np_onnx_call *caller = call->scope->caller;
	return caller ? join_names(call, caller->desc.name, name) : name;
}

/* The output of the call that an inner graph's value becomes, NULL when it stays inside. */
static const char *outer_name(const np_onnx_scope *inner, const char *name)
{
	const np_onnx_texts *outputs = &inner->call->node->outputs;
	for (int i = 0; i < outputs->count && i < 64; i++) {
		if (strcmp(np_onnx_result_name(inner, i), name) == 0)
			return outputs->items[i][0] ? outputs->items[i] : NULL;
	}
	return NULL;
}

/* The results of functions and branches are known under the name they have outside. */
static const char *tensor_name(np_onnx_call *call, const char *name)
{
	for (const np_onnx_scope *scope = call->scope; scope->call; scope = scope->call->scope) {
		const char *outside = scope->round ? NULL : outer_name(scope, name);
		if (outside)
			name = outside;
		else if (scope->round)
			name = number_name(call, name, scope->round);
		else if (!scope->around)
			return join_names(call, scope->call->desc.name, name);
	}
	return name;
}

void np_onnx_name_call(np_onnx_call *call)
{
	call->desc.name = full_name(call);
}

/* The last output that has a name and a shape, and everything before it. */
static int count_outputs(const np_onnx_call *call)
{
	int count = 0;
	for (int i = 0; i < call->out_count; i++)
		if (call->out[i].shape.rank >= 0 && (i == 0 || call->out_names[i][0]))
			count = i + 1;
	return count;
}

static np_status describe_outputs(np_onnx_call *call, int count)
{
	np_arena *arena = call->builder->arena;
	np_shape *shapes = np_arena_array(arena, (size_t)count, sizeof *shapes);
	const char **names = np_arena_array(arena, (size_t)count, sizeof *names);
	if (!shapes || !names)
		return np_onnx_fail_full(call->err);
	for (int i = 0; i < count; i++) {
		names[i] = call->out_names[i][0] ? tensor_name(call, call->out_names[i]) : "";
		shapes[i] = call->out[i].shape.rank >= 0 ? call->out[i].shape : call->out[0].shape;
	}
	np_kind kind = call->desc.kind;
	call->desc.output_names = names;
	call->desc.output_count = count;
	call->desc.output_shapes = count == 1 && (kind == NP_CONV || kind == NP_DECONV) ? NULL : shapes;
	call->desc.output_element_bytes = np_onnx_type_bytes(call->out[0].type);
	return NP_OK;
}

np_status np_onnx_add_layer(np_onnx_call *call)
{
	int first, count = count_outputs(call);
	if (!count)
		return np_onnx_fail(call, NP_ERR_DATA, "it has no output");
	NP_TRY(gather_inputs(call));
	read_weights(call);
	NP_TRY(describe_outputs(call, count));
	np_error why = {0};
	np_status status = np_network_add_layer(call->builder->network, &call->desc, &first, &why);
	if (status != NP_OK)
		return np_onnx_fail(call, status, "%s", why.message);
	for (int i = 0; i < count; i++)
		call->out[i].tensor = first + i;
	return NP_OK;
}
