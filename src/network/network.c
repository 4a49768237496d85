/* Building and looking at a network. Shapes are inferred in infer.c, costs in cost.c, memory in liveness.c. */
#include "network/network.h"

#include "base/checked.h"
#include "base/error.h"
#include "network/network_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 1 << 20, MOST_TENSORS = 1 << 22, MOST_WARNINGS = 1000 };

np_status np_network_create(const char *name, np_network **network, np_error *err)
{
	*network = calloc(1, sizeof **network);
	if (!*network)
		return np_fail_memory(err);
	(*network)->first_input = -1;
	(*network)->path = "";
	(*network)->format = "memory";
	np_status status = np_network_set_name(*network, name, err);
	if (status != NP_OK) {
		np_network_free(*network);
		*network = NULL;
	}
	return status;
}

void np_network_free(np_network *network)
{
	if (!network)
		return;
	free(network->layers);
	free(network->recipes);
	free(network->tensors);
	free(network->warnings);
	free(network->marked_outputs);
	free(network->scratch);
	np_arena_free(&network->arena);
	free(network);
}

void np_network_reset(np_network *network)
{
	np_network_take_back(network, 0, 0, 0);
	np_arena_reset(&network->arena);
	network->name = network->path = "";
	network->format = "memory";
	network->first_input = -1;
	network->finished = false;
	network->changes = NULL;
	network->totals = (np_network_totals){0};
}

static np_status keep_text(np_network *network, const char *text, const char **kept, np_error *err)
{
	char *copy = np_arena_text(&network->arena, text, strlen(text));
	if (!copy)
		return np_fail_memory(err);
	*kept = copy;
	return NP_OK;
}

np_status np_network_set_name(np_network *network, const char *name, np_error *err)
{
	return keep_text(network, name ? name : "", &network->name, err);
}

np_status np_network_set_origin(np_network *network, const char *path, const char *format, np_error *err)
{
	NP_TRY(keep_text(network, path, &network->path, err));
	return keep_text(network, format, &network->format, err);
}

/* Makes room for one more row of a table. */
static np_status grow(void **table, int count, int *capacity, size_t row, int most, np_error *err)
{
	if (count < *capacity)
		return NP_OK;
	if (count >= most)
		return np_fail(err, NP_ERR_LIMIT, "the network has more than %d layers or tensors", most);
	int larger = *capacity ? *capacity * 2 : 32;
	void *moved = realloc(*table, (size_t)larger * row);
	if (!moved)
		return np_fail_memory(err);
	*table = moved;
	*capacity = larger;
	return NP_OK;
}

bool np_shape_elements(np_shape shape, int64_t *count)
{
	*count = 1;
	for (int i = 0; i < shape.rank; i++)
		if (!np_mul_into(count, shape.dims[i]))
			return false;
	return true;
}

const char *np_shape_format(np_shape shape, char *text, size_t size)
{
	size_t used = 0;
	if (size)
		text[0] = '\0';
	for (int i = 0; i < shape.rank && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%lld", i ? "x" : "", (long long)shape.dims[i]);
	return text;
}

int64_t np_tensor_bytes(const np_tensor *tensor)
{
	int64_t elements = 0;
	np_shape_elements(tensor->shape, &elements);
	return elements * tensor->element_bytes;
}

np_status np_shape_check(np_shape shape, int element_bytes, const char *name, np_error *err)
{
	if (shape.rank < 0 || shape.rank > NP_MAX_RANK)
		return np_fail(err, NP_ERR_LIMIT, "'%s' has rank %d, at most %d is supported", name, shape.rank, NP_MAX_RANK);
	if (element_bytes < 1 || element_bytes > 16)
		return np_fail(err, NP_ERR_DATA, "'%s' has elements of %d bytes, 1 to 16 were expected", name, element_bytes);
	for (int i = 0; i < shape.rank; i++)
		if (shape.dims[i] < 1)
			return np_fail(err, NP_ERR_DATA, "'%s': dimension %d is %lld, at least 1 was expected", name, i,
			               (long long)shape.dims[i]);
	int64_t elements, bytes;
	if (!np_shape_elements(shape, &elements) || !np_mul(elements, element_bytes, &bytes))
		return np_fail(err, NP_ERR_LIMIT, "'%s' is larger than 2^63 bytes", name);
	return NP_OK;
}

static np_status add_tensor(np_network *network, const char *name, np_shape shape, int element_bytes, int *id, np_error *err)
{
	NP_TRY(np_shape_check(shape, element_bytes, name, err));
	int capacity = network->tensor_capacity;
	NP_TRY(grow((void **)&network->marked_outputs, network->tensor_count, &capacity, 1, MOST_TENSORS, err));
	NP_TRY(grow((void **)&network->tensors, network->tensor_count, &network->tensor_capacity, sizeof(np_tensor),
	            MOST_TENSORS, err));
	np_tensor tensor = {.shape.rank = shape.rank, .element_bytes = element_bytes, .producer = -1};
	tensor.shape.dims = np_arena_copy(&network->arena, shape.dims, (size_t)shape.rank * sizeof *shape.dims);
	if (!tensor.shape.dims)
		return np_fail_memory(err);
	NP_TRY(keep_text(network, name, &tensor.name, err));
	*id = tensor.storage = network->tensor_count++;
	network->tensors[*id] = tensor;
	network->marked_outputs[*id] = 0;
	return NP_OK;
}

np_status np_network_add_input(np_network *network, const char *name, np_shape shape, int element_bytes, int *tensor,
                               np_error *err)
{
	int id;
	NP_TRY(add_tensor(network, name, shape, element_bytes, &id, err));
	if (network->first_input < 0)
		network->first_input = id;
	*tensor = id;
	return NP_OK;
}

static np_status copy_inputs(np_build *build)
{
	np_network *network = build->network;
	const np_layer_desc *desc = build->desc;
	if (desc->input_count < 0)
		return np_fail(build->err, NP_ERR_ARGUMENT, "layer '%s' has a negative number of inputs", desc->name);
	for (int i = 0; i < desc->input_count; i++)
		if (desc->inputs[i] < 0 || desc->inputs[i] >= network->tensor_count)
			return np_fail(build->err, NP_ERR_ARGUMENT, "layer '%s': input %d is not a tensor of this network",
			               desc->name, i);
	size_t count = (size_t)desc->input_count;
	np_shape *in = np_arena_array(&network->arena, count, sizeof *in);
	int *ids = np_arena_copy(&network->arena, desc->inputs, count * sizeof *ids);
	if (!in || !ids)
		return np_fail_memory(build->err);
	for (size_t i = 0; i < count; i++)
		in[i] = network->tensors[ids[i]].shape;
	build->in = in;
	build->layer->inputs = ids;
	build->layer->input_count = desc->input_count;
	return NP_OK;
}

static int output_element_bytes(const np_build *build)
{
	if (build->desc->output_element_bytes)
		return build->desc->output_element_bytes;
	return build->layer->input_count ? build->network->tensors[build->layer->inputs[0]].element_bytes : 4;
}

/* A view, and a layer that works in place, live in the memory of their first input. */
static int storage_of_output(const np_build *build, int tensor)
{
	bool shares = build->desc->in_place || build->desc->free;
	if (!shares || !build->layer->input_count)
		return tensor;
	return build->network->tensors[build->layer->inputs[0]].storage;
}

static np_status add_outputs(np_build *build)
{
	const np_layer_desc *desc = build->desc;
	int count = desc->output_count ? desc->output_count : 1;
	if (count < 1 || (count > 1 && !desc->output_shapes))
		return np_fail(build->err, NP_ERR_ARGUMENT, "layer '%s': shapes of its %d outputs are needed", desc->name,
		               count);
	int *ids = np_arena_array(&build->network->arena, (size_t)count, sizeof *ids);
	if (!ids)
		return np_fail_memory(build->err);
	for (int i = 0; i < count; i++) {
		np_shape shape = {build->out_rank, build->out};
		if (desc->output_shapes)
			shape = desc->output_shapes[i];
		const char *name = desc->output_names ? desc->output_names[i] : desc->name;
		NP_TRY(add_tensor(build->network, name, shape, output_element_bytes(build), &ids[i], build->err));
		build->network->tensors[ids[i]].producer = build->layer->index;
		build->network->tensors[ids[i]].storage = storage_of_output(build, ids[i]);
	}
	build->layer->outputs = ids;
	build->layer->output_count = count;
	return NP_OK;
}

static np_status build_layer(np_build *build)
{
	np_network *network = build->network;
	np_layer *layer = build->layer;
	const np_layer_desc *desc = build->desc;
	NP_TRY(keep_text(network, desc->name ? desc->name : "", &layer->name, build->err));
	NP_TRY(keep_text(network, desc->op ? desc->op : np_kind_name(desc->kind), &layer->op, build->err));
	NP_TRY(copy_inputs(build));
	if (!desc->output_shapes)
		NP_TRY(np_infer_shape(build));
	else if (desc->spatial_rank)
		NP_TRY(np_infer_window(build));
	NP_TRY(add_outputs(build));
	return np_count_costs(build);
}

static void keep_recipe(np_network *network, const np_layer *layer, const np_layer_desc *desc)
{
	np_recipe *recipe = &network->recipes[layer->index];
	recipe->desc = *desc;
	recipe->desc.name = layer->name;
	recipe->desc.op = layer->op;
	recipe->desc.inputs = NULL;
	recipe->desc.output_shapes = NULL;
	recipe->desc.output_names = NULL;
	recipe->shapes_given = desc->output_shapes != NULL;
}

np_status np_network_add_layer(np_network *network, const np_layer_desc *desc, int *first_output, np_error *err)
{
	if (network->finished)
		return np_fail(err, NP_ERR_ARGUMENT, "the network is finished, no layer can be added");
	if ((unsigned)desc->kind >= NP_KIND_COUNT)
		return np_fail(err, NP_ERR_ARGUMENT, "layer '%s' has no known kind", desc->name);
	int capacity = network->layer_capacity;
	NP_TRY(grow((void **)&network->recipes, network->layer_count, &capacity, sizeof(np_recipe), MOST_LAYERS, err));
	NP_TRY(grow((void **)&network->layers, network->layer_count, &network->layer_capacity, sizeof(np_layer), MOST_LAYERS,
	            err));
	np_layer *layer = &network->layers[network->layer_count]; /* counted once it is complete */
	*layer = (np_layer){.index = network->layer_count, .kind = desc->kind, .free = desc->free};
	np_build build; /* its shape is filled in as far as the rank goes */
	build.network = network;
	build.desc = desc;
	build.layer = layer;
	build.in = NULL;
	build.out_rank = 0;
	build.err = err;
	int tensors_before = network->tensor_count;
	np_status status = build_layer(&build);
	if (status != NP_OK) {
		network->tensor_count = tensors_before;
		return status;
	}
	keep_recipe(network, layer, desc);
	network->layer_count++;
	if (first_output)
		*first_output = layer->outputs[0];
	return NP_OK;
}

void np_network_mark_output(np_network *network, int tensor)
{
	if (tensor >= 0 && tensor < network->tensor_count)
		network->marked_outputs[tensor] = 1;
}

/* A warning that cannot be kept for lack of memory is lost; the network is still right. */
void np_network_warn(np_network *network, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (grow((void **)&network->warnings, network->warning_count, &network->warning_capacity, sizeof(char *), MOST_WARNINGS,
	         NULL) != NP_OK)
		return;
	if (keep_text(network, text, &network->warnings[network->warning_count], NULL) == NP_OK)
		network->warning_count++;
}

void np_network_take_back(np_network *network, int layers, int tensors, int warnings)
{
	network->layer_count = layers;
	network->tensor_count = tensors;
	network->warning_count = warnings;
}

static bool add_layer_totals(np_network *network, const np_layer *layer)
{
	np_network_totals *totals = &network->totals;
	return np_add_into(&totals->macs, layer->macs) && np_add_into(&totals->flops, layer->flops) &&
	       np_add_into(&totals->params, layer->params) && np_add_into(&totals->weight_bytes, layer->weight_bytes);
}

static bool sum_totals(np_network *network)
{
	network->totals = (np_network_totals){0};
	for (int i = 0; i < network->layer_count; i++)
		if (!add_layer_totals(network, &network->layers[i]))
			return false;
	for (int i = 0; i < network->tensor_count; i++)
		if (!np_add_into(&network->totals.activation_bytes, np_tensor_bytes(&network->tensors[i])))
			return false;
	return true;
}

np_status np_network_sum(np_network *network, np_error *err)
{
	if (!sum_totals(network))
		return np_fail(err, NP_ERR_LIMIT, "the network's totals leave 63 bits");
	if (!np_peak_activation(network, &network->totals.peak_activation_bytes, err))
		return np_fail(err, NP_ERR_LIMIT, "the network's memory leaves 63 bits");
	return NP_OK;
}

np_status np_network_finish(np_network *network, np_error *err)
{
	if (!network->layer_count)
		return np_fail(err, NP_ERR_DATA, "the network has no layer");
	NP_TRY(np_network_sum(network, err));
	network->finished = true;
	return NP_OK;
}

const char *np_network_name(const np_network *network)
{
	return network->name;
}

const char *np_network_path(const np_network *network)
{
	return network->path;
}

const char *np_network_format(const np_network *network)
{
	return network->format;
}

int64_t np_network_batch(const np_network *network)
{
	if (network->first_input < 0)
		return 1;
	np_shape shape = network->tensors[network->first_input].shape;
	return shape.rank ? shape.dims[0] : 1;
}

int np_network_layer_count(const np_network *network)
{
	return network->layer_count;
}

const np_layer *np_network_layer(const np_network *network, int index)
{
	return index >= 0 && index < network->layer_count ? &network->layers[index] : NULL;
}

int np_network_tensor_count(const np_network *network)
{
	return network->tensor_count;
}

const np_tensor *np_network_tensor(const np_network *network, int id)
{
	return id >= 0 && id < network->tensor_count ? &network->tensors[id] : NULL;
}

np_network_totals np_network_sums(const np_network *network)
{
	return network->totals;
}

int np_network_warning_count(const np_network *network)
{
	return network->warning_count;
}

const char *np_network_warning(const np_network *network, int index)
{
	return index >= 0 && index < network->warning_count ? network->warnings[index] : NULL;
}
