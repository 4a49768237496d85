/*
 * The layer types of Paleo. Shapes in the file are NHWC, here [n, c, h, w]. Activations and normalisers that a
 * convolution names (activation_fn, normalizer_fn) are no layers, as in Paleo. Every convolution and fully connected
 * layer has one bias per output, since the format does not speak of biases; batch normalisation learns nothing.
 */
#include "base/checked.h"
#include "base/error.h"
#include "network/network.h"
#include "network/options.h"
#include "paleo/paleo_graph.h"

#include <stdio.h>
#include <string.h>

enum { LRN_WINDOW = 5, MOST_LOCATED = 32 };

typedef struct build {
	np_paleo_reader *reader;
	np_paleo_layer *layer;
	np_layer_desc desc;
	np_shape in; /* of the first parent */
} build;

/* ---- fields ---- */

static np_status fail_field(build *b, const char *field, const char *expected)
{
	return np_paleo_fail(b->reader, b->layer, field, NP_ERR_DATA, "'%s': %s was expected", field, expected);
}

static np_status read_int(build *b, const char *field, const json_t *value, int64_t least, int64_t *number)
{
	*number = json_integer_value(value);
	if (json_is_integer(value) && *number >= least && *number <= INT32_MAX)
		return NP_OK;
	char expected[64];
	snprintf(expected, sizeof expected, "an integer from %lld to %d", (long long)least, INT32_MAX);
	return fail_field(b, field, expected);
}

/* An array of integers; `*count` of them. */
static np_status read_ints(build *b, const char *field, int64_t least, int64_t values[NP_MAX_RANK], int *count)
{
	const json_t *array = json_object_get(b->layer->params, field);
	size_t size = json_array_size(array);
	if (!json_is_array(array) || size < 1 || size > NP_MAX_RANK)
		return fail_field(b, field, "an array of sizes");
	for (size_t i = 0; i < size; i++)
		NP_TRY(read_int(b, field, json_array_get(array, i), least, &values[i]));
	*count = (int)size;
	return NP_OK;
}

/* [n, h, w, c] -> [n, c, h, w] */
static void channels_first(const int64_t *in, int rank, int64_t *out)
{
	out[0] = in[0];
	if (rank > 1)
		out[1] = in[rank - 1];
	for (int i = 2; i < rank; i++)
		out[i] = in[i - 1];
}

/* ---- windows ---- */

/* [1, sh, sw, 1]: steps over images or channels make no sense. */
static np_status read_inner(build *b, const char *field, int64_t *values)
{
	int64_t all[NP_MAX_RANK];
	int count, spatial = b->desc.spatial_rank;
	NP_TRY(read_ints(b, field, 1, all, &count));
	if (count != spatial + 2 || all[0] != 1 || all[count - 1] != 1)
		return fail_field(b, field, spatial == 2 ? "[1, height, width, 1]" : "1, one size per axis, 1");
	memcpy(values, all + 1, (size_t)spatial * sizeof *values);
	return NP_OK;
}

static np_status read_padding(build *b)
{
	const char *padding = json_string_value(json_object_get(b->layer->params, "padding"));
	if (padding && strcmp(padding, "SAME") == 0)
		b->desc.rounding = NP_ROUND_SAME;
	else if (!padding || strcmp(padding, "VALID") != 0)
		return fail_field(b, "padding", "\"SAME\" or \"VALID\"");
	return NP_OK;
}

static np_status begin_window(build *b)
{
	b->desc.spatial_rank = b->in.rank - 2;
	if (b->desc.spatial_rank >= 1 && b->desc.spatial_rank <= NP_MAX_SPATIAL)
		return NP_OK;
	return np_paleo_fail(b->reader, b->layer, NULL, NP_ERR_DATA, "an input of 3 to %d axes was expected, not %d",
	                     NP_MAX_SPATIAL + 2, b->in.rank);
}

/* filter: [height, width, channels in, channels out]; -1 channels in are those there are. */
static np_status build_convolution(build *b)
{
	int64_t filter[NP_MAX_RANK];
	int count;
	NP_TRY(begin_window(b));
	int spatial = b->desc.spatial_rank;
	NP_TRY(read_ints(b, "filter", -1, filter, &count));
	if (count != spatial + 2 || filter[spatial + 1] < 1)
		return fail_field(b, "filter",
		                  spatial == 2 ? "[height, width, channels in, channels out]"
		                               : "one size per axis, channels in, channels out");
	if (filter[spatial] >= 0 && filter[spatial] != b->in.dims[1])
		return np_paleo_fail(b->reader, b->layer, "filter", NP_ERR_DATA,
		                     "its filter takes %lld channels, its input has %lld", (long long)filter[spatial],
		                     (long long)b->in.dims[1]);
	memcpy(b->desc.kernel, filter, (size_t)spatial * sizeof *filter);
	b->desc.out_channels = filter[spatial + 1];
	b->desc.bias = true;
	NP_TRY(read_inner(b, "strides", b->desc.stride));
	return read_padding(b);
}

static np_status build_pooling(build *b)
{
	NP_TRY(begin_window(b));
	NP_TRY(read_inner(b, "ksize", b->desc.kernel));
	NP_TRY(read_inner(b, "strides", b->desc.stride));
	return read_padding(b);
}

/* ---- the others ---- */

static np_status build_inner_product(build *b)
{
	b->desc.axis = 1;
	b->desc.bias = true;
	return read_int(b, "num_outputs", json_object_get(b->layer->params, "num_outputs"), 1, &b->desc.out_channels);
}

static np_status build_concatenate(build *b)
{
	int64_t dim;
	int rank = b->in.rank;
	NP_TRY(read_int(b, "dim", json_object_get(b->layer->params, "dim"), -rank, &dim));
	dim += dim < 0 ? rank : 0;
	if (dim >= rank)
		return np_paleo_fail(b->reader, b->layer, "dim", NP_ERR_DATA, "its dim is %lld, its input has %d axes",
		                     (long long)dim, rank);
	b->desc.axis = dim == 0 ? 0 : dim == rank - 1 ? 1 : (int)dim + 1;
	return NP_OK;
}

static np_status build_lrn(build *b)
{
	b->desc.window = LRN_WINDOW; /* the format does not say; the usual one */
	return NP_OK;
}

/* Mean and variance are read; what the format calls parameters has no scale or shift. */
static np_status build_batch_norm(build *b)
{
	b->desc.constants_given = true;
	b->desc.constant_values = b->in.rank > 1 ? 2 * b->in.dims[1] : 2;
	return NP_OK;
}

static np_status set_shape(build *b, int rank, const int64_t *dims)
{
	np_arena *arena = &b->reader->arena;
	int64_t *kept = np_arena_copy(arena, dims, (size_t)rank * sizeof *dims);
	np_shape shape = {rank, kept}, *shapes = np_arena_copy(arena, &shape, sizeof shape);
	if (!kept || !shapes)
		return np_fail_memory(b->reader->err);
	b->desc.output_shapes = shapes;
	return NP_OK;
}

/* A first -1 is the batch where there is another, which takes the rest; a batch the file states follows the user's. */
static np_status resolve_shape(build *b, int64_t *dims, int rank)
{
	int64_t whole, known = 1, batch = b->in.rank ? b->in.dims[0] : 1;
	int open = -1, opens = 0;
	for (int i = 0; i < rank; i++)
		opens += dims[i] == -1;
	if ((dims[0] == -1 && opens > 1) || (dims[0] == b->reader->file_batch && batch != b->reader->file_batch))
		dims[0] = batch;
	for (int i = 0; i < rank; i++) {
		if (dims[i] == 0 || (dims[i] < 0 && open >= 0))
			return fail_field(b, "output_shape", "sizes from 1, and -1 for the rest");
		if (dims[i] < 0)
			open = i;
		else if (!np_mul_into(&known, dims[i]))
			return fail_field(b, "output_shape", "a shape within 63 bits");
	}
	if (!np_shape_elements(b->in, &whole) || whole % known || (open < 0 && whole != known))
		return np_paleo_fail(b->reader, b->layer, "output_shape", NP_ERR_DATA, "%lld values cannot be shaped so",
		                     (long long)whole);
	if (open >= 0)
		dims[open] = whole / known;
	return NP_OK;
}

/* Over classes: with num_classes, whatever comes in is one vector per item. */
static np_status build_softmax(build *b)
{
	const json_t *classes = json_object_get(b->layer->params, "num_classes");
	int64_t dims[2], whole, expected;
	if (!classes || json_is_null(classes) || b->in.rank <= 2)
		return NP_OK;
	NP_TRY(read_int(b, "num_classes", classes, 1, &expected));
	if (!np_shape_elements(b->in, &whole))
		return fail_field(b, "num_classes", "an input within 63 bits");
	dims[0] = b->in.dims[0];
	dims[1] = whole / dims[0];
	if (dims[1] != expected)
		return np_paleo_fail(b->reader, b->layer, "num_classes", NP_ERR_DATA, "%lld classes, its input has %lld values",
		                     (long long)expected, (long long)dims[1]);
	return set_shape(b, 2, dims);
}

static np_status build_reshape(build *b)
{
	int64_t dims[NP_MAX_RANK], shape[NP_MAX_RANK];
	int rank;
	NP_TRY(read_ints(b, "output_shape", -1, dims, &rank));
	NP_TRY(resolve_shape(b, dims, rank));
	channels_first(dims, rank, shape);
	return set_shape(b, rank, shape);
}

/* ---- the table ---- */

typedef struct paleo_type {
	const char *name;
	np_kind kind;
	bool free;
	np_status (*build)(build *b);
} paleo_type;

static const paleo_type TYPES[] = {
        {"Convolution", NP_CONV, false, build_convolution},
        {"Pooling", NP_MAXPOOL, false, build_pooling},
        {"AvgPool", NP_AVGPOOL, false, build_pooling},
        {"InnerProduct", NP_FC, false, build_inner_product},
        {"Dropout", NP_DROPOUT, true, NULL},
        {"Concatenate", NP_CONCAT, false, build_concatenate},
        {"Elementwise", NP_ELTWISE, false, NULL},
        {"Reshape", NP_RESHAPE, true, build_reshape},
        {"Softmax", NP_SOFTMAX, false, build_softmax},
        {"Sigmoid", NP_ACTIVATION, false, NULL},
        {"LRN", NP_LRN, false, build_lrn},
        {"BatchNorm", NP_BATCHNORM, false, build_batch_norm},
        {"Accuracy", NP_OTHER, true, NULL},
};

static const paleo_type *find_type(const char *name)
{
	for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
		if (strcmp(TYPES[i].name, name) == 0)
			return &TYPES[i];
	return NULL;
}

static np_status build_unknown(build *b)
{
	np_paleo_reader *reader = b->reader;
	int line = 0, column = 0;
	if (reader->options && reader->options->strict)
		return np_paleo_fail(reader, b->layer, "type", NP_ERR_UNSUPPORTED, "the type '%.100s' is not known",
		                     b->layer->type);
	const char *what = "the type is not known: its output is taken to have the shape of its first parent, its work is not "
	                   "counted";
	if (reader->located_warnings++ < MOST_LOCATED) { /* each is a scan of the file */
		np_paleo_place(reader, b->layer, NULL, &line, &column);
		np_network_warn(reader->network, "%d:%d: layer '%s' (%.100s): %s", line, column, b->layer->name, b->layer->type,
		                what);
	} else {
		np_network_warn(reader->network, "layer '%s' (%.100s): %s", b->layer->name, b->layer->type, what);
	}
	return set_shape(b, b->in.rank, b->in.dims);
}

/* ---- adding ---- */

static np_status place_error(np_paleo_reader *reader, const np_paleo_layer *layer, np_status status)
{
	int line, column;
	if (status == NP_OK)
		return status;
	np_paleo_place(reader, layer, NULL, &line, &column);
	np_error_set_place(reader->err, line, column);
	return status;
}

static np_status add_input(np_paleo_reader *reader, np_paleo_layer *layer)
{
	build b = {.reader = reader, .layer = layer};
	int64_t tensor[NP_MAX_RANK], dims[NP_MAX_RANK];
	int rank;
	if (layer->parent_count)
		return np_paleo_fail(reader, layer, "parents", NP_ERR_DATA, "an Input has no parents");
	NP_TRY(read_ints(&b, "tensor", -1, tensor, &rank));
	channels_first(tensor, rank, dims);
	if (!reader->file_batch)
		reader->file_batch = dims[0];
	NP_TRY(place_error(reader, layer,
	                   np_options_settle(reader->options, reader->network, layer->name, dims, rank, reader->err)));
	return place_error(
	        reader, layer,
	        np_network_add_input(reader->network, layer->name, (np_shape){rank, dims}, 4, &layer->tensor, reader->err));
}

static np_status read_inputs(build *b)
{
	np_paleo_reader *reader = b->reader;
	const np_paleo_layer *layer = b->layer;
	if (!layer->parent_count)
		return np_paleo_fail(reader, layer, "parents", NP_ERR_DATA, "it has no parents, only an Input can do without");
	int *inputs = np_arena_array(&reader->arena, (size_t)layer->parent_count, sizeof *inputs);
	if (!inputs)
		return np_fail_memory(reader->err);
	for (int i = 0; i < layer->parent_count; i++)
		inputs[i] = reader->layers[layer->parents[i]].tensor;
	b->desc.inputs = inputs;
	b->desc.input_count = layer->parent_count;
	b->in = np_network_tensor(reader->network, inputs[0])->shape;
	return NP_OK;
}

np_status np_paleo_add(np_paleo_reader *reader, np_paleo_layer *layer)
{
	if (strcmp(layer->type, "Input") == 0)
		return add_input(reader, layer);
	const paleo_type *type = find_type(layer->type);
	build b = {.reader = reader, .layer = layer};
	b.desc = (np_layer_desc){
	        .kind = type ? type->kind : NP_OTHER, .free = type && type->free, .name = layer->name, .op = layer->type};
	NP_TRY(read_inputs(&b));
	if (!type)
		NP_TRY(build_unknown(&b));
	else if (type->build)
		NP_TRY(type->build(&b));
	return place_error(reader, layer, np_network_add_layer(reader->network, &b.desc, &layer->tensor, reader->err));
}
