/*
 * Where a network's inputs come from: root `input`, Input layers, data layers, and the shapes a user gives. A data layer
 * is no layer of the network: its first top is an input, the others are labels.
 */
#include "base/error.h"
#include "caffe/caffe_layer.h"
#include "network/options.h"

#include <string.h>

enum { IMAGE_RANK = 4 };

/* `dims` may have open ones (<= 0); they are settled in place. */
static np_status add_input(np_caffe_reader *reader, const char *name, int64_t *dims, int rank, const np_proto *place)
{
	int tensor;
	if (np_blob_names_find(&reader->blobs, name) >= 0)
		return np_fail_at(reader->err, NP_ERR_DATA, place->line, place->column, "input '%s' is there twice", name);
	if (!reader->file_batch && rank > 0)
		reader->file_batch = dims[0];
	np_status status = np_options_settle(reader->options, reader->network, name, dims, rank, reader->err);
	if (status == NP_OK)
		status = np_network_add_input(reader->network, name, (np_shape){rank, dims}, 4, &tensor, reader->err);
	if (status != NP_OK) {
		np_error_set_place(reader->err, place->line, place->column);
		return status;
	}
	return np_blob_names_set(&reader->blobs, name, tensor, reader->err);
}

static const np_shape *given_shape(const np_caffe_reader *reader, const char *name)
{
	for (int i = 0; reader->options && i < reader->options->shape_count; i++)
		if (strcmp(reader->options->shapes[i].input, name) == 0)
			return &reader->options->shapes[i].shape;
	return NULL;
}

np_status np_caffe_given_input(np_caffe_reader *reader, const char *name, const np_proto *place, bool *given)
{
	int64_t dims[NP_MAX_RANK] = {0};
	const np_shape *shape = given_shape(reader, name);
	*given = shape && shape->rank >= 0 && shape->rank <= NP_MAX_RANK;
	return *given ? add_input(reader, name, dims, shape->rank, place) : NP_OK;
}

/* ---- shapes that the file states ---- */

static np_status read_dim(np_caffe_reader *reader, const np_proto *field, int64_t *dims, int *rank)
{
	if (*rank >= NP_MAX_RANK)
		return np_fail_at(reader->err, NP_ERR_LIMIT, field->line, field->column, "a shape of more than %d dimensions",
		                  NP_MAX_RANK);
	return np_proto_as_int(field, -1, INT32_MAX, &dims[(*rank)++], reader->err);
}

/* A BlobShape message: dim: 10 dim: 3 ... */
static np_status read_shape(np_caffe_reader *reader, const np_proto *shape, int64_t *dims, int *rank)
{
	*rank = 0;
	for (const np_proto *f = np_proto_find(shape, "dim"); f; f = np_proto_again(f))
		NP_TRY(read_dim(reader, f, dims, rank));
	return NP_OK;
}

/* The next four input_dim fields, from `*field` on. */
static np_status read_input_dims(np_caffe_reader *reader, const np_proto **field, int64_t *dims)
{
	for (int rank = 0; rank < IMAGE_RANK && *field; *field = np_proto_again(*field))
		NP_TRY(read_dim(reader, *field, dims, &rank));
	return NP_OK;
}

static np_status read_root_input(np_caffe_reader *reader, const np_proto *input, const np_proto **shape, const np_proto **dim)
{
	int64_t dims[NP_MAX_RANK] = {0};
	int rank = IMAGE_RANK;
	const char *name;
	bool given = false;
	NP_TRY(np_proto_as_string(input, &name, reader->err));
	if (*shape) {
		NP_TRY(read_shape(reader, *shape, dims, &rank));
		*shape = np_proto_again(*shape);
	} else if (*dim) {
		NP_TRY(read_input_dims(reader, dim, dims));
	} else {
		NP_TRY(np_caffe_given_input(reader, name, input, &given));
		if (given)
			return NP_OK;
		return np_fail_at(reader->err, NP_ERR_DATA, input->line, input->column,
		                  "input '%s' has neither input_shape nor input_dim; give its shape: --shape %s:NxCxHxW", name,
		                  name);
	}
	return add_input(reader, name, dims, rank, input);
}

np_status np_caffe_read_inputs(np_caffe_reader *reader)
{
	const np_proto *shape = np_proto_find(reader->root, "input_shape"), *dim = np_proto_find(reader->root, "input_dim");
	int inputs = np_proto_count(reader->root, "input"), dims = np_proto_count(reader->root, "input_dim");
	if (!shape && dim && dims != IMAGE_RANK * inputs)
		return np_fail_at(reader->err, NP_ERR_DATA, dim->line, dim->column,
		                  "%d input_dim for %d input, four for each were expected", dims, inputs);
	for (const np_proto *f = np_proto_find(reader->root, "input"); f; f = np_proto_again(f))
		NP_TRY(read_root_input(reader, f, &shape, &dim));
	return NP_OK;
}

/* ---- layers of type Input, DummyData ---- */

/* One shape for every top, or one for each. */
static np_status read_shaped_tops(np_caffe_layer *layer, bool *done)
{
	const np_proto *shape = np_proto_find(layer->param, "shape");
	int count = np_proto_count(layer->param, "shape");
	*done = shape != NULL;
	if (shape && count != 1 && count != layer->top_count)
		return np_caffe_fail(layer, shape, "%d shapes for %d tops", count, layer->top_count);
	for (int i = 0; shape && i < layer->top_count; i++) {
		int64_t dims[NP_MAX_RANK] = {0};
		int rank;
		NP_TRY(read_shape(layer->reader, shape, dims, &rank));
		NP_TRY(add_input(layer->reader, layer->tops[i], dims, rank, shape));
		if (count > 1)
			shape = np_proto_again(shape);
	}
	return NP_OK;
}

/* DummyData of old: num, channels, height, width, each once or once per top. */
static np_status read_four_numbers(np_caffe_layer *layer, bool *done)
{
	static const char *const FIELDS[IMAGE_RANK] = {"num", "channels", "height", "width"};
	const np_proto *at[IMAGE_RANK];
	*done = false;
	for (int k = 0; k < IMAGE_RANK; k++)
		if (!(at[k] = np_proto_find(layer->param, FIELDS[k])))
			return NP_OK;
	*done = true;
	for (int i = 0; i < layer->top_count; i++) {
		int64_t dims[IMAGE_RANK];
		for (int k = 0; k < IMAGE_RANK; k++) {
			NP_TRY(np_proto_as_int(at[k], 1, INT32_MAX, &dims[k], layer->reader->err));
			const np_proto *again = np_proto_again(at[k]);
			at[k] = again ? again : at[k];
		}
		NP_TRY(add_input(layer->reader, layer->tops[i], dims, IMAGE_RANK, layer->node));
	}
	return NP_OK;
}

/* ---- layers that read images ---- */

/* What the fields of a data layer say; 0 = nothing. */
typedef struct image_spec {
	int64_t batch, channels, height, width, crop;
	bool gray, color;
} image_spec;

static np_status read_sizes(np_caffe_reader *reader, const np_proto *param, image_spec *image)
{
	const struct {
		const char *field;
		int64_t *value;
	} FIELDS[] = {
	        {"batch_size", &image->batch}, {"channels", &image->channels}, {"height", &image->height},
	        {"width", &image->width},      {"new_height", &image->height}, {"new_width", &image->width},
	        {"crop_size", &image->crop},
	};
	for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
		NP_TRY(np_proto_int(param, FIELDS[i].field, 0, INT32_MAX, FIELDS[i].value, reader->err));
	return NP_OK;
}

static np_status read_image(np_caffe_layer *layer, image_spec *image)
{
	np_error *err = layer->reader->err;
	const np_proto *transform, *resize;
	image->color = true;
	NP_TRY(np_proto_message(layer->node, "transform_param", &transform, err));
	NP_TRY(np_proto_message(transform, "resize_param", &resize, err));
	NP_TRY(read_sizes(layer->reader, layer->param, image));
	NP_TRY(read_sizes(layer->reader, resize, image));
	NP_TRY(np_proto_int(transform, "crop_size", 0, INT32_MAX, &image->crop, err));
	NP_TRY(np_proto_bool(transform, "force_gray", &image->gray, err));
	NP_TRY(np_proto_bool(layer->param, "is_color", &image->color, err));
	if (image->crop)
		image->height = image->width = image->crop;
	if (image->gray || !image->color)
		image->channels = 1;
	return NP_OK;
}

static np_status fail_no_shape(np_caffe_layer *layer, const char *top)
{
	return np_caffe_fail(layer, NULL,
	                     "the shape of its top '%s' depends on the data and is not in the file; give it: "
	                     "--shape %s:NxCxHxW",
	                     top, top);
}

static np_status read_first_top(np_caffe_layer *layer, const image_spec *image)
{
	int64_t dims[NP_MAX_RANK] = {image->batch, image->channels, image->height, image->width};
	const np_shape *given = given_shape(layer->reader, layer->tops[0]);
	bool known = image->height && image->width;
	if (given && (given->rank < 0 || given->rank > NP_MAX_RANK))
		return np_caffe_fail(layer, NULL, "the shape given for '%s' has %d dimensions", layer->tops[0], given->rank);
	if (!given && !known)
		return fail_no_shape(layer, layer->tops[0]);
	if (given && given->rank != IMAGE_RANK && !known)
		return add_input(layer->reader, layer->tops[0], dims, given->rank, layer->node);
	if (!image->channels && !(given && given->rank == IMAGE_RANK && given->dims[1] > 0)) {
		dims[1] = 3;
		np_caffe_warn(layer, "the file does not say how many channels '%s' has, 3 are assumed", layer->tops[0]);
	}
	return add_input(layer->reader, layer->tops[0], dims, IMAGE_RANK, layer->node);
}

/* Labels: one number per item. What a layer of data of any form (HDF5, Python) calls otherwise must be given. */
static np_status read_other_top(np_caffe_layer *layer, const char *top, bool labels_follow)
{
	bool given = false;
	np_caffe_reader *reader = layer->reader;
	NP_TRY(np_caffe_given_input(reader, top, layer->node, &given));
	if (given)
		return NP_OK;
	if (!labels_follow && !strstr(top, "label"))
		return fail_no_shape(layer, top);
	const np_tensor *first = np_network_tensor(reader->network, np_blob_names_find(&reader->blobs, layer->tops[0]));
	int64_t items[1] = {first->shape.rank ? first->shape.dims[0] : 1};
	return add_input(reader, top, items, 1, layer->node);
}

np_status np_caffe_read_data(np_caffe_layer *layer)
{
	image_spec image = {0};
	bool done = false;
	if (layer->type)
		NP_TRY(np_proto_message(layer->node, layer->type->param, &layer->param, layer->reader->err));
	NP_TRY(read_shaped_tops(layer, &done));
	if (!done)
		NP_TRY(read_four_numbers(layer, &done));
	if (done || !layer->top_count)
		return NP_OK;
	NP_TRY(read_image(layer, &image));
	NP_TRY(read_first_top(layer, &image));
	bool labels_follow = layer->type && strcmp(layer->type->name, "HDF5Data") != 0;
	for (int i = 1; i < layer->top_count; i++)
		NP_TRY(read_other_top(layer, layer->tops[i], labels_follow));
	return NP_OK;
}
