/* One layer of the file: what all types have in common, from its name to the call that adds it to the network. */
#include "caffe/caffe_layer.h"

#include "base/checked.h"
#include "base/error.h"
#include "network/network.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

np_status np_caffe_fail(const np_caffe_layer *layer, const np_proto *field, const char *format, ...)
{
	char text[400];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	const np_proto *place = field ? field : layer->node;
	return np_fail_at(layer->reader->err, NP_ERR_DATA, place->line, place->column, "layer '%s' (%s): %s", layer->name,
	                  layer->type_name, text);
}

void np_caffe_warn(const np_caffe_layer *layer, const char *format, ...)
{
	char text[400];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	np_network_warn(layer->reader->network, "%d:%d: layer '%s' (%s): %s", layer->node->line, layer->node->column,
	                layer->name, layer->type_name, text);
}

/* ---- what builders ask for ---- */

np_status np_caffe_axis(const np_caffe_layer *layer, const char *field, int64_t standard, int rank, int *axis)
{
	int64_t value = standard;
	NP_TRY(np_proto_int(layer->param, field, INT32_MIN, INT32_MAX, &value, layer->reader->err));
	if (value < -rank || value >= rank)
		return np_caffe_fail(layer, np_proto_find(layer->param, field), "%s is %lld, but the input has %d axes", field,
		                     (long long)value, rank);
	*axis = (int)(value < 0 ? value + rank : value);
	return NP_OK;
}

np_status np_caffe_num_output(np_caffe_layer *layer)
{
	NP_TRY(np_proto_int(layer->param, "num_output", 1, INT32_MAX, &layer->desc.out_channels, layer->reader->err));
	return layer->desc.out_channels ? NP_OK : np_caffe_fail(layer, layer->param, "num_output is missing");
}

np_status np_caffe_dims(const np_caffe_layer *layer, int rank, const int64_t *from, int64_t **dims)
{
	if (rank > NP_MAX_RANK)
		return np_caffe_fail(layer, NULL, "%d axes, at most %d are supported", rank, NP_MAX_RANK);
	*dims = np_arena_array(&layer->reader->arena, (size_t)rank, sizeof **dims);
	if (!*dims)
		return np_fail_memory(layer->reader->err);
	if (from)
		memcpy(*dims, from, (size_t)rank * sizeof **dims);
	return NP_OK;
}

static np_status make_outputs(np_caffe_layer *layer)
{
	int count = layer->top_count ? layer->top_count : 1;
	np_shape *shapes = np_arena_array(&layer->reader->arena, (size_t)count, sizeof *shapes);
	if (!shapes)
		return np_fail_memory(layer->reader->err);
	for (int i = 0; i < count && layer->bottom_count; i++)
		shapes[i] = layer->in[0];
	layer->desc.output_shapes = shapes;
	layer->desc.output_count = count;
	return NP_OK;
}

np_status np_caffe_set_output(np_caffe_layer *layer, int index, int rank, const int64_t *dims)
{
	if (!layer->desc.output_shapes)
		NP_TRY(make_outputs(layer));
	if (index >= layer->desc.output_count)
		return NP_OK; /* the file does not name this top */
	((np_shape *)layer->desc.output_shapes)[index] = (np_shape){rank, dims};
	return NP_OK;
}

np_status np_caffe_set_outputs(np_caffe_layer *layer, int rank, const int64_t *dims)
{
	int count = layer->top_count ? layer->top_count : 1;
	for (int i = 0; i < count; i++)
		NP_TRY(np_caffe_set_output(layer, i, rank, dims));
	return NP_OK;
}

/* ---- weights with names ---- */

/* The name of a `param`: a message with a name in the current format, a string in V1; NULL when it has none. */
static np_status param_name(const np_caffe_layer *layer, const np_proto *param, const char **name)
{
	*name = NULL;
	if (param->kind == NP_PROTO_STRING)
		return np_proto_as_string(param, name, layer->reader->err);
	return param->kind == NP_PROTO_MESSAGE ? np_proto_string(param, "name", name, layer->reader->err) : NP_OK;
}

np_status np_caffe_share(np_caffe_layer *layer, bool shared[2])
{
	np_caffe_reader *reader = layer->reader;
	const np_proto *param = np_proto_find(layer->node, "param");
	for (int i = 0; i < 2; i++) {
		const char *name = NULL;
		shared[i] = false;
		if (param)
			NP_TRY(param_name(layer, param, &name));
		if (name && *name) {
			shared[i] = np_blob_names_find(&reader->shared, name) >= 0;
			NP_TRY(np_blob_names_set(&reader->shared, name, 0, reader->err));
		}
		param = param ? np_proto_again(param) : NULL;
	}
	return NP_OK;
}

np_status np_caffe_constants(np_caffe_layer *layer, int64_t weights, int64_t biases, int64_t statistics)
{
	bool shared[2];
	NP_TRY(np_caffe_share(layer, shared));
	np_layer_desc *desc = &layer->desc;
	desc->constants_given = true;
	if (!np_add(shared[0] ? 0 : weights, shared[1] ? 0 : biases, &desc->params) ||
	    !np_add(weights, biases, &desc->constant_values) || !np_add_into(&desc->constant_values, statistics))
		return np_fail_at(layer->reader->err, NP_ERR_LIMIT, layer->node->line, layer->node->column,
		                  "layer '%s': a count leaves 63 bits", layer->name);
	return NP_OK;
}

/* ---- names, bottoms, tops ---- */

static np_status read_type(np_caffe_layer *layer)
{
	const np_proto *node = layer->node, *field;
	np_caffe_reader *reader = layer->reader;
	if (np_proto_find(node, "layer"))
		return np_fail_at(reader->err, NP_ERR_UNSUPPORTED, node->line, node->column,
		                  "a layer of the oldest format (V0): convert the file with Caffe's upgrade_net_proto_text");
	NP_TRY(np_proto_once(node, "type", &field, reader->err));
	if (!field)
		return np_fail_at(reader->err, NP_ERR_DATA, node->line, node->column, "a layer without 'type'");
	if (field->kind != NP_PROTO_STRING && field->kind != NP_PROTO_WORD)
		return np_fail_at(reader->err, NP_ERR_DATA, field->line, field->column,
		                  "'type': the name of a type was expected");
	layer->type_name = np_arena_text(&reader->arena, field->text, field->length);
	if (!layer->type_name)
		return np_fail_memory(reader->err);
	layer->type = np_caffe_find_type(layer->type_name);
	return NP_OK;
}

/* All values of a repeated field of the layer. */
static np_status read_names(np_caffe_layer *layer, const char *field, const char ***names, int *count)
{
	np_caffe_reader *reader = layer->reader;
	*names = np_arena_array(&reader->arena, (size_t)np_proto_count(layer->node, field), sizeof **names);
	if (!*names)
		return np_fail_memory(reader->err);
	for (const np_proto *f = np_proto_find(layer->node, field); f; f = np_proto_again(f))
		NP_TRY(np_proto_as_string(f, &(*names)[(*count)++], reader->err));
	return NP_OK;
}

static np_status read_name(np_caffe_layer *layer)
{
	NP_TRY(np_proto_string(layer->node, "name", &layer->name, layer->reader->err));
	if (!layer->name || !*layer->name)
		layer->name = layer->top_count ? layer->tops[0] : layer->type_name;
	return NP_OK;
}

/* The tensor of a bottom; -1 for a label that only training has. */
static np_status find_bottom(np_caffe_layer *layer, const np_proto *field, const char *name, int *tensor)
{
	np_caffe_reader *reader = layer->reader;
	bool given = false;
	*tensor = np_blob_names_find(&reader->blobs, name);
	if (*tensor >= 0)
		return NP_OK;
	NP_TRY(np_caffe_given_input(reader, name, field, &given));
	*tensor = np_blob_names_find(&reader->blobs, name);
	if (given)
		return NP_OK;
	if (layer->type && (layer->type->flags & NP_CAFFE_LABELS) && layer->bottom_count) {
		np_caffe_warn(layer, "bottom '%s' is made by no layer of the test phase, it is taken for labels and left out",
		              name);
		return NP_OK;
	}
	return np_caffe_fail(layer, field,
	                     "bottom '%s' is made by no layer before this one; if it is an input of the network, give its "
	                     "shape: --shape %s:NxCxHxW",
	                     name, name);
}

static np_status read_bottoms(np_caffe_layer *layer)
{
	np_caffe_reader *reader = layer->reader;
	size_t count = (size_t)layer->named_bottom_count;
	layer->bottoms = np_arena_array(&reader->arena, count, sizeof *layer->bottoms);
	layer->in = np_arena_array(&reader->arena, count, sizeof *layer->in);
	if (!layer->bottoms || !layer->in)
		return np_fail_memory(reader->err);
	const np_proto *field = np_proto_find(layer->node, "bottom");
	for (size_t i = 0; i < count; i++, field = np_proto_again(field)) {
		int tensor;
		NP_TRY(find_bottom(layer, field, layer->bottom_names[i], &tensor));
		if (tensor < 0)
			continue;
		layer->in[layer->bottom_count] = np_network_tensor(reader->network, tensor)->shape;
		layer->bottoms[layer->bottom_count++] = tensor;
	}
	return NP_OK;
}

static const np_proto *nth(const np_proto *message, const char *name, int index)
{
	const np_proto *field = np_proto_find(message, name);
	while (field && index-- > 0)
		field = np_proto_again(field);
	return field;
}

/* Does top `index` overwrite the bottom of the same place? */
static bool is_in_place(const np_caffe_layer *layer, int index)
{
	return index < layer->named_bottom_count && strcmp(layer->bottom_names[index], layer->tops[index]) == 0;
}

static np_status bind_tops(np_caffe_layer *layer, int first)
{
	for (int i = 0; i < layer->top_count; i++) {
		if (np_blob_names_find(&layer->reader->blobs, layer->tops[i]) >= 0 && !is_in_place(layer, i))
			return np_caffe_fail(layer, nth(layer->node, "top", i), "top '%s' was already made by an earlier layer",
			                     layer->tops[i]);
		NP_TRY(np_blob_names_set(&layer->reader->blobs, layer->tops[i], first + i, layer->reader->err));
	}
	return NP_OK;
}

/* ---- adding ---- */

static np_status check_tops(const np_caffe_layer *layer)
{
	int made = layer->desc.output_count ? layer->desc.output_count : 1;
	if (layer->top_count <= made)
		return NP_OK;
	return np_caffe_fail(layer, nth(layer->node, "top", made), "%d tops, %d expected", layer->top_count, made);
}

static np_status add(np_caffe_layer *layer)
{
	np_caffe_reader *reader = layer->reader;
	int first;
	NP_TRY(check_tops(layer));
	np_status status = np_network_add_layer(reader->network, &layer->desc, &first, reader->err);
	if (status != NP_OK) {
		np_error_set_place(reader->err, layer->node->line, layer->node->column);
		return status;
	}
	return bind_tops(layer, first);
}

static np_status check_bottoms(const np_caffe_layer *layer)
{
	int least = layer->type ? layer->type->least_bottoms : 1;
	if (layer->bottom_count >= least)
		return NP_OK;
	return np_caffe_fail(layer, NULL, "%d bottoms, at least %d expected", layer->bottom_count, least);
}

static void begin_desc(np_caffe_layer *layer)
{
	unsigned flags = layer->type ? layer->type->flags : 0;
	layer->desc = (np_layer_desc){
	        .kind = layer->type ? layer->type->kind : NP_OTHER,
	        .name = layer->name,
	        .op = layer->type_name,
	        .free = flags & NP_CAFFE_FREE,
	        .in_place = (flags & NP_CAFFE_POINTWISE) && layer->top_count && is_in_place(layer, 0),
	        .inputs = layer->bottoms,
	        .input_count = layer->bottom_count,
	        .output_names = layer->top_count ? layer->tops : NULL,
	};
}

/* A type that is not known: it is there, with a shape, and the user is told. */
static np_status build_unknown(np_caffe_layer *layer)
{
	const np_proto *node = layer->node;
	if (layer->reader->options && layer->reader->options->strict)
		return np_fail_at(layer->reader->err, NP_ERR_UNSUPPORTED, node->line, node->column,
		                  "layer '%s': the type '%s' is not known", layer->name, layer->type_name);
	np_caffe_warn(layer, "the type is not known: its output is taken to have the shape of its first input, its work is not "
	                     "counted");
	return np_caffe_set_outputs(layer, layer->in[0].rank, layer->in[0].dims);
}

static np_status build(np_caffe_layer *layer)
{
	if (!layer->type)
		return build_unknown(layer);
	if (layer->type->param)
		NP_TRY(np_proto_message(layer->node, layer->type->param, &layer->param, layer->reader->err));
	if (layer->type->flags & NP_CAFFE_STRANGE)
		np_caffe_warn(layer, "its work is not counted");
	if (layer->type->flags & NP_CAFFE_ROUGH)
		np_caffe_warn(layer, "it is counted as 'other': its FLOPs are those of its products alone");
	return layer->type->build ? layer->type->build(layer) : NP_OK;
}

/* An unknown type without bottoms can only be a source of data. */
static bool makes_data(const np_caffe_layer *layer)
{
	if (layer->type)
		return layer->type->flags & NP_CAFFE_DATA;
	return !layer->named_bottom_count && layer->top_count;
}

np_status np_caffe_read_layer(np_caffe_reader *reader, const np_proto *node)
{
	np_caffe_layer layer = {.reader = reader, .node = node};
	NP_TRY(read_type(&layer));
	if (layer.type && (layer.type->flags & NP_CAFFE_SINK))
		return NP_OK;
	NP_TRY(read_names(&layer, "top", &layer.tops, &layer.top_count));
	NP_TRY(read_names(&layer, "bottom", &layer.bottom_names, &layer.named_bottom_count));
	NP_TRY(read_name(&layer));
	if (makes_data(&layer))
		return np_caffe_read_data(&layer);
	NP_TRY(read_bottoms(&layer));
	NP_TRY(check_bottoms(&layer));
	begin_desc(&layer);
	NP_TRY(build(&layer));
	return add(&layer);
}
