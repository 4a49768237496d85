/* Nodes one after another: inputs by name, the operator's handler, then constants or a layer. */
#include "base/checked.h"
#include "base/error.h"
#include "onnx/onnx_call.h"

#include <string.h>

enum {
	MOST_NODES = 1 << 17, /* that are run, functions and branches included */
	MOST_WORK = 32 << 20, /* values read and written while folding */
};

/* ---- constants ---- */

np_onnx_learned *np_onnx_learned_new(np_arena *arena, int64_t values)
{
	np_onnx_learned *learned = np_arena_alloc(arena, sizeof *learned);
	if (learned)
		learned->values = values;
	return learned;
}

int64_t np_onnx_learned_take(np_onnx_learned *learned)
{
	if (!learned || learned->counted)
		return 0;
	learned->counted = true;
	return learned->values;
}

np_onnx_value *np_onnx_constant(np_onnx_builder *builder, const np_onnx_tensor *tensor)
{
	np_onnx_value *value = np_arena_alloc(builder->arena, sizeof *value);
	if (!value)
		return NULL;
	*value = (np_onnx_value){.type = tensor->type, .shape = tensor->shape, .tensor = -1, .cells = tensor->cells};
	value->learned = np_onnx_learned_new(builder->arena, np_onnx_elements(value));
	return value->learned ? value : NULL;
}

np_status np_onnx_bind_initializers(np_onnx_builder *builder, np_onnx_scope *scope, np_error *err)
{
	for (int i = 0; i < scope->graph->initializers.count; i++) {
		const np_onnx_tensor *tensor = &scope->graph->initializers.items[i];
		np_onnx_value *value = np_onnx_constant(builder, tensor);
		if (!value)
			return np_onnx_fail_full(err);
		np_status status = np_onnx_scope_bind(builder, scope, tensor->name, value, err);
		if (status != NP_OK) {
			np_error_set_offset(err, tensor->offset);
			return status;
		}
	}
	return NP_OK;
}

/* ---- what a node reads and writes ---- */

static np_status find_input(np_onnx_call *call, const char *name, np_onnx_value **value)
{
	*value = NULL;
	if (!name[0])
		return NP_OK;
	np_onnx_value *found = np_onnx_scope_find(call->scope, name);
	if (!found)
		return np_onnx_fail(call, NP_ERR_DATA, "its input '%s' is defined by nothing before it", name);
	*value = found == &call->builder->absent ? NULL : found;
	return NP_OK;
}

static np_status find_inputs(np_onnx_call *call)
{
	const np_onnx_texts *names = &call->node->inputs;
	np_arena *arena = call->builder->arena;
	call->in = np_arena_array(arena, (size_t)names->count, sizeof(np_onnx_value *));
	call->out = np_arena_array(arena, (size_t)call->node->outputs.count, sizeof *call->out);
	if (!call->in || !call->out)
		return np_onnx_fail_full(call->err);
	call->in_count = names->count;
	call->out_count = call->node->outputs.count;
	call->out_names = call->node->outputs.items;
	call->constant = true;
	for (int i = 0; i < call->in_count; i++) {
		NP_TRY(find_input(call, names->items[i], &call->in[i]));
		call->constant &= np_onnx_is_constant(call->in[i]);
	}
	while (call->in_count && !call->in[call->in_count - 1])
		call->in_count--;
	for (int i = 0; i < call->out_count; i++)
		call->out[i] = (np_onnx_value){.tensor = -1, .shape.rank = -1};
	return NP_OK;
}

static np_status bind_outputs(np_onnx_call *call)
{
	const np_onnx_texts *names = &call->node->outputs;
	for (int i = 0; i < call->out_count; i++)
		if (names->items[i][0] && call->out[i].shape.rank >= 0)
			NP_TRY(np_onnx_scope_bind(call->builder, call->scope, names->items[i], &call->out[i], call->err));
	return NP_OK;
}

/* Lists of values are understood by few operators. */
static np_status check_sequences(np_onnx_call *call)
{
	if (call->op && call->op->flags & NP_ONNX_SEQUENCE)
		return NP_OK;
	for (int i = 0; i < call->in_count; i++)
		if (call->in[i] && call->in[i]->sequence)
			return np_onnx_fail(call, NP_ERR_UNSUPPORTED, "input %d is a list of tensors", i);
	return NP_OK;
}

/* ---- results that are constants ---- */

static bool may_fold(np_onnx_call *call, int64_t elements)
{
	np_onnx_builder *builder = call->builder;
	if (!call->op || !call->op->folder || elements > NP_ONNX_MOST_CELLS)
		return false;
	int64_t work = elements;
	for (int i = 0; i < call->in_count; i++) {
		if (call->in[i] && !call->in[i]->cells)
			return false;
		work += call->in[i] ? np_onnx_elements(call->in[i]) : 0;
	}
	builder->work += work;
	builder->folded += elements * (int64_t)sizeof(np_onnx_cell);
	return builder->work <= MOST_WORK && builder->folded <= NP_ONNX_MOST_FOLDED;
}

static np_status fold(np_onnx_call *call)
{
	if (!call->out_count || call->out[0].shape.rank < 0 || call->out[0].cells)
		return NP_OK;
	int64_t elements = np_onnx_elements(&call->out[0]);
	if (!may_fold(call, elements))
		return NP_OK;
	np_onnx_cell *cells = np_arena_array(call->builder->arena, (size_t)(elements ? elements : 1), sizeof *cells);
	if (!cells)
		return np_onnx_fail_full(call->err);
	if (!elements || call->op->folder(call, cells))
		call->out[0].cells = cells;
	return NP_OK;
}

/*
 * Values moved unchanged keep their owner, but a single number spread over a tensor (a bias of zeros) was not learned;
 * results of arithmetic own what went into them.
 */
static np_status pass_on_learned(np_onnx_call *call)
{
	unsigned flags = call->op ? call->op->flags : 0;
	int64_t values = 0;
	if (flags & NP_ONNX_MOVES) {
		for (int i = 0; i < call->out_count && call->in_count && call->in[0]; i++)
			if (np_onnx_elements(call->in[0]) > 1 || np_onnx_elements(&call->out[i]) == 1)
				call->out[i].learned = call->in[0]->learned;
		return NP_OK;
	}
	for (int i = 0; i < call->in_count && (flags & NP_ONNX_BLENDS) && call->out_count; i++)
		if (call->in[i] && np_onnx_elements(call->in[i]) > 1)
			values += np_onnx_learned_take(call->in[i]->learned);
	if (!values)
		return NP_OK;
	call->out[0].learned = np_onnx_learned_new(call->builder->arena, values);
	return call->out[0].learned ? NP_OK : np_onnx_fail_full(call->err);
}

static np_status make_constants(np_onnx_call *call)
{
	NP_TRY(fold(call));
	for (int i = 0; i < call->out_count; i++)
		if (!call->out[i].learned)
			return pass_on_learned(call);
	return NP_OK;
}

/* An activation without elements (an empty slice) holds nothing that could be computed. */
static bool is_empty(const np_onnx_call *call)
{
	static const np_onnx_cell nothing;
	bool empty = call->out_count > 0;
	for (int i = 0; i < call->out_count; i++) {
		bool none = call->out[i].shape.rank >= 0 && np_onnx_elements(&call->out[i]) == 0;
		empty &= none || call->out[i].shape.rank < 0;
		if (none)
			call->out[i].cells = &nothing;
	}
	return empty && call->out[0].shape.rank >= 0;
}

/* ---- running ---- */

/* The shapes the file itself states, for a node whose own cannot be told. */
static np_status take_stated(np_onnx_call *call, const np_error *why)
{
	int64_t dims[NP_MAX_RANK];
	int rank, type;
	for (int i = 0; i < call->out_count; i++) {
		const char *name = call->node->outputs.items[i];
		if (!name[0])
			continue;
		if (!np_onnx_scope_stated(call->builder, call->scope, name, dims, &rank, &type))
			return why->status;
		NP_TRY(np_onnx_set(call, i, type, dims, rank));
	}
	np_network_warn(call->builder->network, "%s; the shape stated in the file is taken", why->message);
	return NP_OK;
}

static np_status interpret(np_onnx_call *call)
{
	np_error why = {0};
	np_error *err = call->err;
	np_onnx_handler *handler = call->op ? call->op->handler : np_onnx_op_unknown;
	call->err = &why;
	np_status status = handler(call);
	if (status != NP_OK && call->unknown)
		status = take_stated(call, &why);
	call->err = err;
	if (status != NP_OK && err && err->status == NP_OK)
		*err = why;
	return status;
}

static np_status note(np_onnx_call *call)
{
	np_onnx_builder *builder = call->builder;
	builder->noted++;
	if (!builder->record)
		return NP_OK;
	np_onnx_trace *trace = NP_ONNX_PUSH(builder->arena, *builder->record);
	if (!trace)
		return np_onnx_fail_full(call->err);
	*trace = (np_onnx_trace){.node = call->node};
	trace->in.rank = trace->out.rank = -1;
	if (np_onnx_in(call, 0))
		trace->in = call->in[0]->shape;
	if (call->out_count)
		trace->out = call->out[0].shape;
	if (np_onnx_in(call, 1))
		trace->cells = call->in[1]->cells;
	return NP_OK;
}

static np_status conclude(np_onnx_call *call)
{
	bool random = call->op && call->op->flags & NP_ONNX_RANDOM;
	if (call->shape_only || (call->constant && !random))
		NP_TRY(make_constants(call));
	else if (!is_empty(call))
		NP_TRY(np_onnx_add_layer(call));
	return bind_outputs(call);
}

static bool is_microsoft(const char *domain)
{
	return strcmp(domain, "com.microsoft") == 0 || strcmp(domain, "com.microsoft.nchwc") == 0;
}

static bool is_standard(const char *domain)
{
	return !domain[0] || strcmp(domain, "ai.onnx") == 0;
}

static int64_t opset_of(const np_onnx_call *call)
{
	const np_onnx_opsets *opsets = &call->builder->model->opsets;
	if (call->scope->function && call->scope->function->opsets.count)
		opsets = &call->scope->function->opsets;
	for (int i = 0; i < opsets->count && i < 64; i++)
		if (strcmp(opsets->items[i].domain, call->node->domain) == 0 ||
		    (is_standard(opsets->items[i].domain) && is_standard(call->node->domain)))
			return opsets->items[i].version;
	return 1;
}

np_status np_onnx_step(np_onnx_call *call)
{
	if (call->builder->steps++ >= MOST_NODES)
		return np_onnx_fail(call, NP_ERR_LIMIT, "more than %d nodes", MOST_NODES);
	return NP_OK;
}

static np_status run_node(np_onnx_call *call)
{
	np_onnx_builder *builder = call->builder;
	const np_onnx_node *node = call->node;
	np_onnx_name_call(call);
	NP_TRY(np_onnx_step(call));
	NP_TRY(find_inputs(call));
	const np_onnx_function *function = np_onnx_function_of(builder, node);
	if (function)
		return np_onnx_inline_function(call, function);
	if (is_standard(node->domain) || is_microsoft(node->domain))
		call->op = np_onnx_op_find(node->op, !is_standard(node->domain));
	call->opset = opset_of(call);
	call->desc.op = node->op;
	call->desc.kind = call->op ? call->op->kind : NP_OTHER;
	call->desc.free = call->op && call->op->flags & NP_ONNX_FREE;
	NP_TRY(check_sequences(call));
	NP_TRY(interpret(call));
	if (call->bound)
		return NP_OK;
	NP_TRY(note(call));
	return conclude(call);
}

np_status np_onnx_run(np_onnx_builder *builder, np_onnx_scope *scope, np_error *err)
{
	for (int i = 0; i < scope->graph->nodes.count; i++) {
		np_onnx_call call = {.builder = builder, .scope = scope, .node = &scope->graph->nodes.items[i], .err = err};
		np_status status = run_node(&call);
		if (status != NP_OK) {
			np_error_set_offset(err, call.node->offset);
			return status;
		}
	}
	return NP_OK;
}
