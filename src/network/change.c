/* See change.h. Before a layer is inferred anew, what it was is put aside, and put back when a later one cannot be. */
#include "network/change.h"

#include "base/error.h"
#include "network/network.h"
#include "network/network_impl.h"

#include <stdlib.h>
#include <string.h>

/* How a tensor has changed: not at all, in its leading dimension only, or otherwise. */
enum { SAME, REBATCHED, RESHAPED };

struct np_changes {
	np_layer *layers; /* as they were */
	np_recipe *recipes;
	int64_t *dims;                /* former dimensions of all tensors */
	int *first_dim;               /* of a tensor, in dims */
	unsigned char *tensor, *told; /* what has changed; by layer, whether a change names it */
	int *touched;
	int touched_count;
	np_shape *in; /* of the layer at hand */
	np_network_totals totals;
};

/* ---- copies ---- */

static np_status make_changes(np_network *network, np_error *err)
{
	np_arena *arena = &network->arena;
	size_t layers = (size_t)network->layer_count, tensors = (size_t)network->tensor_count, dims = 0, most = 0;
	np_changes *c = network->changes = np_arena_alloc(arena, sizeof *c);
	if (!c)
		return np_fail_memory(err);
	*c = (np_changes){.first_dim = np_arena_array(arena, tensors, sizeof *c->first_dim)};
	for (size_t t = 0; c->first_dim && t < tensors; t++) {
		c->first_dim[t] = (int)dims;
		dims += (size_t)network->tensors[t].shape.rank;
	}
	for (size_t i = 0; i < layers; i++)
		if (most < (size_t)network->layers[i].input_count)
			most = (size_t)network->layers[i].input_count;
	c->layers = np_arena_array(arena, layers, sizeof *c->layers);
	c->recipes = np_arena_array(arena, layers, sizeof *c->recipes);
	c->dims = np_arena_array(arena, dims, sizeof *c->dims);
	c->tensor = np_arena_alloc(arena, tensors);
	c->told = np_arena_alloc(arena, layers);
	c->touched = np_arena_array(arena, layers, sizeof *c->touched);
	c->in = np_arena_array(arena, most, sizeof *c->in);
	bool room = c->first_dim && c->layers && c->recipes && c->dims && c->tensor && c->told && c->touched && c->in;
	return room ? NP_OK : np_fail_memory(err);
}

static np_status copy_layer(np_network *copy, const np_network *network, const np_layer *layer, np_error *err)
{
	np_layer_desc desc = network->recipes[layer->index].desc;
	size_t count = (size_t)layer->output_count;
	np_shape *shapes = malloc(count * sizeof *shapes);
	const char **names = malloc(count * sizeof *names);
	np_status status = shapes && names ? NP_OK : np_fail_memory(err);
	for (size_t i = 0; status == NP_OK && i < count; i++) {
		shapes[i] = network->tensors[layer->outputs[i]].shape;
		names[i] = network->tensors[layer->outputs[i]].name;
	}
	desc.name = layer->name;
	desc.op = layer->op;
	desc.inputs = layer->inputs;
	desc.output_names = names;
	if (network->recipes[layer->index].shapes_given)
		desc.output_shapes = shapes;
	if (status == NP_OK)
		status = np_network_add_layer(copy, &desc, NULL, err);
	free(shapes);
	free(names);
	return status;
}

/* Tensors in the order of their ids: inputs as they are, others with the layer that makes them. */
static np_status copy_all(np_network *copy, const np_network *network, np_error *err)
{
	int id;
	NP_TRY(np_network_set_origin(copy, network->path, network->format, err));
	for (int t = 0; t < network->tensor_count; t++) {
		const np_tensor *tensor = &network->tensors[t];
		if (tensor->producer < 0)
			NP_TRY(np_network_add_input(copy, tensor->name, tensor->shape, tensor->element_bytes, &id, err));
		else if (network->layers[tensor->producer].outputs[0] == t)
			NP_TRY(copy_layer(copy, network, &network->layers[tensor->producer], err));
	}
	for (int t = 0; t < network->tensor_count; t++)
		if (network->marked_outputs[t])
			np_network_mark_output(copy, t);
	for (int i = 0; i < network->warning_count; i++)
		np_network_warn(copy, "%s", network->warnings[i]);
	NP_TRY(np_network_finish(copy, err));
	return make_changes(copy, err);
}

np_status np_network_copy(const np_network *network, np_network **copy, np_error *err)
{
	*copy = NULL;
	if (!network->finished)
		return np_fail(err, NP_ERR_ARGUMENT, "the network is not finished");
	NP_TRY(np_network_create(network->name, copy, err));
	np_status status = copy_all(*copy, network, err);
	if (status != NP_OK) {
		np_network_free(*copy);
		*copy = NULL;
	}
	return status;
}

/* ---- putting aside, and back ---- */

/* Dimensions lie in the network's arena, and only this file changes them. */
static int64_t *dims_of(np_network *network, int tensor)
{
	return (int64_t *)network->tensors[tensor].shape.dims;
}

static void set_dims(np_network *network, int t, const int64_t *dims)
{
	np_changes *c = network->changes;
	int64_t *now = dims_of(network, t);
	int rank = network->tensors[t].shape.rank;
	for (int i = 0; i < rank; i++)
		if (now[i] != dims[i])
			c->tensor[t] = i ? RESHAPED : REBATCHED;
	if (c->tensor[t] == SAME)
		return;
	memcpy(c->dims + c->first_dim[t], now, (size_t)rank * sizeof *now);
	memcpy(now, dims, (size_t)rank * sizeof *now);
}

static void put_back(np_network *network)
{
	np_changes *c = network->changes;
	for (int i = 0; i < network->layer_count; i++)
		if (c->told[i])
			network->recipes[i] = c->recipes[i];
	for (int i = 0; i < c->touched_count; i++)
		network->layers[c->touched[i]] = c->layers[c->touched[i]];
	for (int t = 0; t < network->tensor_count; t++)
		if (c->tensor[t] != SAME)
			memcpy(dims_of(network, t), c->dims + c->first_dim[t],
			       (size_t)network->tensors[t].shape.rank * sizeof *c->dims);
	network->totals = c->totals;
	c->touched_count = 0;
}

/* ---- what is asked for ---- */

static void set_sizes(int64_t *sizes, const int64_t *asked)
{
	for (int i = 0; i < NP_MAX_SPATIAL; i++)
		if (asked[i])
			sizes[i] = asked[i];
}

static bool is_window(np_kind kind)
{
	return kind == NP_CONV || kind == NP_DECONV || kind == NP_MAXPOOL || kind == NP_AVGPOOL;
}

static np_status tell(np_network *network, const np_layer_change *change, np_error *err)
{
	if (change->layer < 0 || change->layer >= network->layer_count)
		return np_fail(err, NP_ERR_ARGUMENT, "there is no layer %d", change->layer);
	np_layer_desc *desc = &network->recipes[change->layer].desc;
	bool channels = desc->kind == NP_CONV || desc->kind == NP_DECONV;
	bool window = change->set_padding;
	for (int i = 0; i < NP_MAX_SPATIAL; i++)
		window |= change->kernel[i] || change->stride[i] || change->dilation[i];
	if ((change->out_channels && !channels && desc->kind != NP_FC) || (change->groups && !channels) ||
	    (window && !is_window(desc->kind)))
		return np_fail(err, NP_ERR_ARGUMENT, "layer '%s' (%s) has nothing of what is to be changed",
		               network->layers[change->layer].name, np_kind_name(desc->kind));
	if (!network->changes->told[change->layer])
		network->changes->recipes[change->layer] = network->recipes[change->layer];
	network->changes->told[change->layer] = 1;
	set_sizes(desc->kernel, change->kernel);
	set_sizes(desc->stride, change->stride);
	set_sizes(desc->dilation, change->dilation);
	if (change->set_padding) {
		memcpy(desc->pad_begin, change->pad_begin, sizeof desc->pad_begin);
		memcpy(desc->pad_end, change->pad_end, sizeof desc->pad_end);
	}
	if (change->out_channels)
		desc->out_channels = change->out_channels;
	if (change->groups)
		desc->groups = change->groups;
	return NP_OK;
}

static np_status set_batch(np_network *network, int64_t batch, np_error *err)
{
	for (int t = 0; t < network->tensor_count; t++) {
		np_shape shape = network->tensors[t].shape;
		int64_t dims[NP_MAX_RANK];
		if (network->tensors[t].producer >= 0 || !shape.rank)
			continue;
		memcpy(dims, shape.dims, (size_t)shape.rank * sizeof *dims);
		dims[0] = batch;
		NP_TRY(np_shape_check((np_shape){shape.rank, dims}, network->tensors[t].element_bytes, network->tensors[t].name,
		                      err));
		set_dims(network, t, dims);
	}
	return NP_OK;
}

/* ---- inferring anew ---- */

/* The most that an input of a layer has changed. */
static int worst_input(const np_network *network, const np_layer *layer)
{
	int worst = SAME;
	for (int k = 0; k < layer->input_count; k++)
		if (worst < network->changes->tensor[layer->inputs[k]])
			worst = network->changes->tensor[layer->inputs[k]];
	return worst;
}

/* What the reader of a file said of a layer, rather than its shapes, may not hold any longer. */
static bool may_infer(const np_recipe *recipe, int worst, bool told)
{
	bool fixed = recipe->desc.constants_given || recipe->desc.contraction;
	return !recipe->shapes_given && !(fixed && (told || worst == RESHAPED));
}

static np_status infer_anew(np_network *network, int i, int worst, np_error *err)
{
	np_changes *c = network->changes;
	np_layer *layer = &network->layers[i];
	np_recipe *recipe = &network->recipes[i];
	c->layers[i] = *layer;
	c->touched[c->touched_count++] = i;
	if (!may_infer(recipe, worst, c->told[i]))
		return np_fail(err, NP_ERR_UNSUPPORTED,
		               "layer '%s' (%s) has sizes that were given and do not follow from its input: build it anew",
		               layer->name, np_kind_name(layer->kind));
	for (int k = 0; k < layer->input_count; k++)
		c->in[k] = network->tensors[layer->inputs[k]].shape;
	np_build build;
	build.network = network;
	build.desc = &recipe->desc;
	build.layer = layer;
	build.in = c->in;
	build.out_rank = 0;
	build.err = err;
	NP_TRY(np_infer_shape(&build));
	np_tensor *out = &network->tensors[layer->outputs[0]];
	NP_TRY(np_shape_check((np_shape){build.out_rank, build.out}, out->element_bytes, out->name, err));
	set_dims(network, layer->outputs[0], build.out);
	return np_count_costs(&build);
}

/* Of what can be changed. */
static bool same_sizes(const np_layer_desc *a, const np_layer_desc *b)
{
	return a->out_channels == b->out_channels && a->groups == b->groups &&
	       memcmp(a->kernel, b->kernel, sizeof a->kernel) == 0 && memcmp(a->stride, b->stride, sizeof a->stride) == 0 &&
	       memcmp(a->dilation, b->dilation, sizeof a->dilation) == 0 &&
	       memcmp(a->pad_begin, b->pad_begin, sizeof a->pad_begin) == 0 &&
	       memcmp(a->pad_end, b->pad_end, sizeof a->pad_end) == 0;
}

static np_status apply(np_network *network, int64_t batch, const np_layer_change *changes, int count, np_error *err)
{
	np_changes *c = network->changes;
	for (int i = 0; i < count; i++)
		NP_TRY(tell(network, &changes[i], err));
	if (batch)
		NP_TRY(set_batch(network, batch, err));
	for (int i = 0; i < network->layer_count; i++) {
		int worst = worst_input(network, &network->layers[i]);
		bool told = c->told[i] && !same_sizes(&network->recipes[i].desc, &c->recipes[i].desc);
		if (told || worst != SAME)
			NP_TRY(infer_anew(network, i, worst, err));
	}
	return c->touched_count ? np_network_sum(network, err) : NP_OK;
}

np_status np_network_change(np_network *network, int64_t batch, const np_layer_change *changes, int count, np_error *err)
{
	np_changes *c = network->changes;
	memset(c->tensor, SAME, (size_t)network->tensor_count);
	memset(c->told, 0, (size_t)network->layer_count);
	c->touched_count = 0;
	c->totals = network->totals;
	if (batch < 0 || count < 0)
		return np_fail(err, NP_ERR_ARGUMENT, "a batch of at least 1 was expected");
	np_status status = apply(network, batch, changes, count, err);
	if (status != NP_OK)
		put_back(network);
	return status;
}

const int *np_network_touched(const np_network *network, int *count)
{
	*count = network->changes->touched_count;
	return network->changes->touched;
}
