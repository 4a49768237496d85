/* Graphs within graphs: functions of the model, and branches whose condition is known, run as if they stood in place. */
#include "base/error.h"
#include "onnx/onnx_call.h"

#include <stdio.h>
#include <string.h>

enum { MOST_INLINED = 24, LONGEST_KEY = 512 };

/* No key when the names are longer than any function's. */
static const char *function_key(const char *domain, const char *name, const char *overload, char *key)
{
	int length = snprintf(key, LONGEST_KEY, "%s\n%s\n%s", domain, name, overload);
	return length < LONGEST_KEY ? key : NULL;
}

np_status np_onnx_index_functions(np_onnx_builder *builder, np_error *err)
{
	char key[LONGEST_KEY];
	builder->functions = np_onnx_table_new(builder->arena);
	if (!builder->functions)
		return np_onnx_fail_full(err);
	for (int i = 0; i < builder->model->functions.count; i++) {
		np_onnx_function *function = &builder->model->functions.items[i];
		if (!function_key(function->domain, function->name, function->overload, key))
			continue;
		const char *kept = np_arena_text(builder->arena, key, strlen(key));
		if (!kept || !np_onnx_table_set(builder->arena, builder->functions, kept, function))
			return np_onnx_fail_full(err);
	}
	return NP_OK;
}

const np_onnx_function *np_onnx_function_of(const np_onnx_builder *builder, const np_onnx_node *node)
{
	char key[LONGEST_KEY];
	if (!builder->model->functions.count || !function_key(node->domain, node->op, node->overload, key))
		return NULL;
	return np_onnx_table_find(builder->functions, key);
}

const char *np_onnx_result_name(const np_onnx_scope *inner, int i)
{
	if (!inner->around)
		return i < inner->function->outputs.count ? inner->function->outputs.items[i] : "";
	return i < inner->graph->outputs.count ? inner->graph->outputs.items[i].name : "";
}

np_status np_onnx_run_inner(np_onnx_call *call, np_onnx_scope *inner)
{
	if (call->builder->depth >= MOST_INLINED)
		return np_onnx_fail(call, NP_ERR_LIMIT, "graphs and functions are nested more than %d deep", MOST_INLINED);
	call->builder->depth++;
	np_status status = np_onnx_run(call->builder, inner, call->err);
	call->builder->depth--;
	return status;
}

/* The inner graph's result i is the node's output i. */
static np_status hand_over(np_onnx_call *call, const np_onnx_scope *inner, int i)
{
	const char *name = call->node->outputs.items[i], *from = np_onnx_result_name(inner, i);
	if (!name[0])
		return NP_OK;
	np_onnx_value *value = np_onnx_scope_find(inner, from);
	if (!value)
		return np_onnx_fail(call, NP_ERR_DATA, "its result '%s' is computed by no node", from);
	return np_onnx_scope_bind(call->builder, call->scope, name, value, call->err);
}

np_status np_onnx_inline_graph(np_onnx_call *call, const np_onnx_graph *graph)
{
	np_onnx_scope inner = {.around = call->scope, .graph = graph, .call = call};
	inner.caller = call->scope->caller;
	inner.function = call->scope->function;
	if (graph->outputs.count < call->out_count)
		return np_onnx_fail(call, NP_ERR_DATA, "its branch has %d results, the node has %d", graph->outputs.count,
		                    call->out_count);
	NP_TRY(np_onnx_scope_init(call->builder, &inner, call->err));
	NP_TRY(np_onnx_bind_initializers(call->builder, &inner, call->err));
	NP_TRY(np_onnx_run_inner(call, &inner));
	for (int i = 0; i < call->out_count; i++)
		NP_TRY(hand_over(call, &inner, i));
	call->bound = true;
	return NP_OK;
}

np_status np_onnx_inline_function(np_onnx_call *call, const np_onnx_function *function)
{
	np_onnx_builder *builder = call->builder;
	np_onnx_scope inner = {.graph = &function->body, .call = call, .caller = call, .function = function};
	if (function->outputs.count < call->out_count || function->inputs.count < call->in_count)
		return np_onnx_fail(call, NP_ERR_DATA, "it has more inputs or outputs than the function it calls");
	NP_TRY(np_onnx_scope_init(builder, &inner, call->err));
	for (int i = 0; i < function->inputs.count; i++) {
		np_onnx_value *value = np_onnx_in(call, i) ? call->in[i] : &builder->absent;
		NP_TRY(np_onnx_scope_bind(builder, &inner, function->inputs.items[i], value, call->err));
	}
	NP_TRY(np_onnx_run_inner(call, &inner));
	for (int i = 0; i < call->out_count; i++)
		NP_TRY(hand_over(call, &inner, i));
	call->bound = true;
	return NP_OK;
}
