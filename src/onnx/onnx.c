/*
 * ONNX models: the file is read once from front to back, weights are passed over, then the graph is run on shapes.
 * Where the batch asked for is not the one fixed in the file, the graph is run at the file's own first: what the file's
 * literal numbers meant there says how to adapt them.
 */
#include "onnx/onnx.h"

#include "base/error.h"
#include "network/network.h"
#include "network/options.h"
#include "onnx/onnx_build.h"

#include <stdio.h>
#include <string.h>

enum {
	MOST_MEMORY = 64 << 20, /* of the description of the graph and the values folded */
	OLDEST_OPSET = 7,
};

static np_status check_opsets(const np_onnx_model *model, np_network *network)
{
	for (int i = 0; i < model->opsets.count; i++) {
		const np_onnx_opset *opset = &model->opsets.items[i];
		bool standard = !opset->domain[0] || strcmp(opset->domain, "ai.onnx") == 0;
		if (standard && opset->version < OLDEST_OPSET)
			np_network_warn(
			        network,
			        "operator set %lld is older than %d, the oldest that is understood: shapes may be wrong",
			        (long long)opset->version, OLDEST_OPSET);
	}
	return NP_OK;
}

static const np_shape *given_shape(const np_load_options *options, const char *name)
{
	for (int i = 0; options && i < options->shape_count; i++)
		if (strcmp(options->shapes[i].input, name) == 0)
			return &options->shapes[i].shape;
	return NULL;
}

/* The dimensions of an input: what the file and the names of its open dimensions say, then the options. */
static np_status settle_input(np_onnx_builder *builder, const np_onnx_info *info, int64_t *dims, int *rank, np_error *err)
{
	const np_shape *given = given_shape(builder->options, info->name);
	*rank = info->has_shape ? info->dims.count : given ? given->rank : -1;
	if (*rank < 0)
		return np_fail_offset(err, NP_ERR_DATA, info->offset,
		                      "input '%s' has no shape in the file; one must be given for it", info->name);
	if (*rank > NP_MAX_RANK)
		return np_fail(err, NP_ERR_LIMIT, "input '%s' has more than %d dimensions", info->name, NP_MAX_RANK);
	for (int i = 0; i < *rank; i++) {
		const np_onnx_dim *dim = info->has_shape ? &info->dims.items[i] : NULL;
		dims[i] = !dim ? 0 : dim->size ? dim->size : np_onnx_symbol_size(builder, dim->name);
		builder->assumed |= i > 0 && dims[i] <= 0 && !(given && given->rank == *rank && given->dims[i] > 0);
	}
	return np_options_settle(builder->options, builder->network, info->name, dims, *rank, err);
}

/* The next input with a dimension of the same name has the same size. */
static np_status bind_symbols(np_onnx_builder *builder, const np_onnx_info *info, const int64_t *dims, np_error *err)
{
	for (int i = 0; i < info->dims.count; i++) {
		const char *name = info->dims.items[i].size ? NULL : info->dims.items[i].name;
		if (!name || np_onnx_table_find(builder->symbols, name))
			continue;
		int64_t *size = np_arena_copy(builder->arena, &dims[i], sizeof *size);
		if (!size || !np_onnx_table_set(builder->arena, builder->symbols, name, size))
			return np_onnx_fail_full(err);
	}
	return NP_OK;
}

static np_status add_input(np_onnx_builder *builder, np_onnx_scope *scope, const np_onnx_info *info, np_error *err)
{
	int64_t dims[NP_MAX_RANK];
	np_onnx_value *value = np_arena_alloc(builder->arena, sizeof *value);
	if (!value)
		return np_onnx_fail_full(err);
	NP_TRY(settle_input(builder, info, dims, &value->shape.rank, err));
	NP_TRY(bind_symbols(builder, info, dims, err));
	value->type = info->type ? info->type : NP_ONNX_FLOAT;
	value->shape.dims = np_arena_copy(builder->arena, dims, (size_t)value->shape.rank * sizeof *dims);
	if (!value->shape.dims)
		return np_onnx_fail_full(err);
	NP_TRY(np_network_add_input(builder->network, info->name, value->shape, np_onnx_type_bytes(value->type), &value->tensor,
	                            err));
	return np_onnx_scope_bind(builder, scope, info->name, value, err);
}

/* Initializers that are listed as inputs too are defaults nobody overrides. */
static np_status add_inputs(np_onnx_builder *builder, np_onnx_scope *scope, np_error *err)
{
	for (int i = 0; i < scope->graph->inputs.count; i++) {
		const np_onnx_info *info = &scope->graph->inputs.items[i];
		if (np_onnx_table_find(scope->values, info->name))
			continue;
		if (!info->is_tensor && !given_shape(builder->options, info->name)) {
			np_network_warn(builder->network, "input '%s' is no tensor and is left out", info->name);
			continue;
		}
		np_status status = add_input(builder, scope, info, err);
		if (status != NP_OK) {
			np_error_set_offset(err, info->offset);
			return status;
		}
	}
	return NP_OK;
}

static np_status mark_outputs(np_onnx_builder *builder, const np_onnx_scope *scope, np_error *err)
{
	for (int i = 0; i < scope->graph->outputs.count; i++) {
		const np_onnx_info *info = &scope->graph->outputs.items[i];
		const np_onnx_value *value = np_onnx_scope_find(scope, info->name);
		if (!value)
			return np_fail_offset(err, NP_ERR_DATA, info->offset, "the result '%s' is computed by no node",
			                      info->name);
		np_network_mark_output(builder->network, value->tensor);
	}
	return NP_OK;
}

static np_status build(np_onnx_builder *builder, np_error *err)
{
	np_onnx_scope scope = {.graph = &builder->model->graph};
	builder->symbols = np_onnx_table_new(builder->arena);
	if (!builder->symbols)
		return np_onnx_fail_full(err);
	NP_TRY(np_onnx_index_functions(builder, err));
	NP_TRY(np_onnx_scope_init(builder, &scope, err));
	NP_TRY(np_onnx_bind_initializers(builder, &scope, err));
	NP_TRY(add_inputs(builder, &scope, err));
	NP_TRY(np_onnx_run(builder, &scope, err));
	return mark_outputs(builder, &scope, err);
}

/* The first input that is no initializer, NULL when there is none. */
static const np_onnx_info *first_input(const np_onnx_builder *builder)
{
	const np_onnx_graph *graph = &builder->model->graph;
	struct np_onnx_table *weights = np_onnx_table_new(builder->arena);
	for (int i = 0; weights && i < graph->initializers.count; i++)
		if (!np_onnx_table_set(builder->arena, weights, graph->initializers.items[i].name, weights))
			return NULL;
	for (int i = 0; weights && i < graph->inputs.count; i++)
		if (graph->inputs.items[i].is_tensor && !np_onnx_table_find(weights, graph->inputs.items[i].name))
			return &graph->inputs.items[i];
	return NULL;
}

/* The batch that is fixed in the file and the one asked for; equal unless both are known. */
static void find_batches(np_onnx_builder *builder)
{
	builder->old_batch = builder->new_batch = 1;
	const np_onnx_info *first = builder->options ? first_input(builder) : NULL;
	if (!first || !first->dims.count || !first->dims.items[0].size)
		return;
	const np_shape *given = given_shape(builder->options, first->name);
	int64_t asked = given && given->rank && given->dims[0] > 0 ? given->dims[0] : builder->options->batch;
	if (asked > 0) {
		builder->old_batch = first->dims.items[0].size;
		builder->new_batch = asked;
	}
}

/* Runs the graph at the file's own batch, for its shapes alone. Where that fails, there is nothing to go by. */
static void trace_file_batch(const np_onnx_builder *builder, np_onnx_traces *traces)
{
	np_load_options options = {.dims = builder->options->dims, .dim_count = builder->options->dim_count};
	np_onnx_builder own = {.arena = builder->arena, .model = builder->model, .options = &options, .record = traces};
	own.old_batch = own.new_batch = builder->old_batch;
	if (np_network_create("", &own.network, NULL) != NP_OK)
		return;
	if (build(&own, NULL) != NP_OK)
		traces->count = 0;
	np_network_free(own.network);
}

static np_status read_model(np_source *source, np_arena *arena, np_onnx_builder *builder, np_error *err)
{
	np_onnx_model model = {0};
	np_onnx_traces traces = {0};
	NP_TRY(np_onnx_parse(source, arena, &model, err));
	builder->model = &model;
	NP_TRY(check_opsets(&model, builder->network));
	find_batches(builder);
	if (builder->old_batch != builder->new_batch) {
		trace_file_batch(builder, &traces);
		builder->before = &traces;
	}
	return build(builder, err);
}

/* A grid of one cell rarely fits a network: say where the sizes come from. */
static void add_hint(np_error *err)
{
	size_t length = strlen(err->message);
	snprintf(err->message + length, sizeof err->message - length,
	         " (the file leaves dimensions of its inputs open, which were taken as 1: give their sizes)");
}

np_status np_onnx_read(np_source *source, const np_load_options *options, np_network *network, np_error *err)
{
	np_arena arena = {.limit = MOST_MEMORY};
	np_onnx_builder builder = {.arena = &arena, .options = options, .network = network};
	np_status status = read_model(source, &arena, &builder, err);
	if (status == NP_ERR_DATA && builder.assumed && err)
		add_hint(err);
	if (status == NP_OK && !np_network_layer_count(network))
		status = np_fail_offset(err, NP_ERR_DATA, 0, "no node of the model's graph is a layer");
	np_arena_free(&arena);
	return status;
}
