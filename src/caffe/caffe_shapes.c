/* Layers that move, join, split or cut values, and reductions: what they make of the shape of their input. */
#include "base/checked.h"
#include "base/error.h"
#include "caffe/caffe_layer.h"
#include "network/network.h"

#include <stdio.h>
#include <string.h>

static np_status fail_limit(const np_caffe_layer *layer)
{
	return np_fail_at(layer->reader->err, NP_ERR_LIMIT, layer->node->line, layer->node->column,
	                  "layer '%s': a size leaves 63 bits", layer->name);
}

np_status np_caffe_concat(np_caffe_layer *layer)
{
	int axis, rank = layer->in[0].rank;
	bool old = np_proto_find(layer->param, "concat_dim") != NULL;
	NP_TRY(np_caffe_axis(layer, old ? "concat_dim" : "axis", 1, rank, &axis));
	layer->desc.axis = axis;
	for (int i = 1; i < layer->bottom_count; i++) {
		char first[128], other[128];
		np_shape in = layer->in[i];
		bool fits = in.rank == rank;
		for (int k = 0; fits && k < rank; k++)
			fits = k == axis || in.dims[k] == layer->in[0].dims[k];
		if (!fits)
			return np_caffe_fail(layer, NULL, "bottom %d is %s, the first is %s: they must agree outside axis %d",
			                     i, np_shape_format(in, other, sizeof other),
			                     np_shape_format(layer->in[0], first, sizeof first), axis);
	}
	return NP_OK;
}

/* ---- slices ---- */

static np_status set_slice(np_caffe_layer *layer, int index, int axis, int64_t size)
{
	int64_t *dims;
	NP_TRY(np_caffe_dims(layer, layer->in[0].rank, layer->in[0].dims, &dims));
	dims[axis] = size;
	return np_caffe_set_output(layer, index, layer->in[0].rank, dims);
}

static np_status slice_evenly(np_caffe_layer *layer, int axis)
{
	int64_t whole = layer->in[0].dims[axis];
	int tops = layer->top_count ? layer->top_count : 1;
	if (whole % tops)
		return np_caffe_fail(layer, NULL, "axis %d of size %lld does not divide into %d tops", axis, (long long)whole,
		                     tops);
	for (int i = 0; i < tops; i++)
		NP_TRY(set_slice(layer, i, axis, whole / tops));
	return NP_OK;
}

static np_status slice_at_points(np_caffe_layer *layer, int axis)
{
	int64_t whole = layer->in[0].dims[axis], last = 0, point;
	const np_proto *field = np_proto_find(layer->param, "slice_point");
	int points = np_proto_count(layer->param, "slice_point"), index = 0;
	if (points != layer->top_count - 1)
		return np_caffe_fail(layer, field, "%d slice_point for %d tops, %d expected", points, layer->top_count,
		                     layer->top_count - 1);
	for (; field; field = np_proto_again(field), last = point) {
		NP_TRY(np_proto_as_int(field, last + 1, whole - 1, &point, layer->reader->err));
		NP_TRY(set_slice(layer, index++, axis, point - last));
	}
	return set_slice(layer, index, axis, whole - last);
}

np_status np_caffe_slice(np_caffe_layer *layer)
{
	int axis;
	bool old = np_proto_find(layer->param, "slice_dim") != NULL;
	NP_TRY(np_caffe_axis(layer, old ? "slice_dim" : "axis", 1, layer->in[0].rank, &axis));
	return np_proto_find(layer->param, "slice_point") ? slice_at_points(layer, axis) : slice_evenly(layer, axis);
}

/* Every top is the input. */
np_status np_caffe_split(np_caffe_layer *layer)
{
	return np_caffe_set_outputs(layer, layer->in[0].rank, layer->in[0].dims);
}

/* ---- views ---- */

/* The product of axes [first, end). */
static np_status product(const np_caffe_layer *layer, int first, int end, int64_t *count)
{
	np_shape part = {end - first, layer->in[0].dims + first};
	return end <= first ? (*count = 1, NP_OK) : np_shape_elements(part, count) ? NP_OK : fail_limit(layer);
}

np_status np_caffe_flatten(np_caffe_layer *layer)
{
	int rank = layer->in[0].rank, first, last;
	int64_t *dims;
	NP_TRY(np_caffe_axis(layer, "axis", 1, rank, &first));
	NP_TRY(np_caffe_axis(layer, "end_axis", -1, rank, &last));
	if (last < first)
		return np_caffe_fail(layer, np_proto_find(layer->param, "end_axis"), "end_axis comes before axis");
	NP_TRY(np_caffe_dims(layer, rank - (last - first), NULL, &dims));
	int out = 0;
	for (int i = 0; i < first; i++)
		dims[out++] = layer->in[0].dims[i];
	NP_TRY(product(layer, first, last + 1, &dims[out++]));
	for (int i = last + 1; i < rank; i++)
		dims[out++] = layer->in[0].dims[i];
	return np_caffe_set_outputs(layer, out, dims);
}

/* A reshape that was asked for: axes [first, end) of the input become `count` dims. */
typedef struct reshape {
	int first, end;
	int64_t asked[NP_MAX_RANK];
	int count;
} reshape;

static np_status read_reshape(np_caffe_layer *layer, reshape *r)
{
	const np_proto *shape;
	int rank = layer->in[0].rank;
	int64_t first = 0, axes = -1;
	np_error *err = layer->reader->err;
	NP_TRY(np_proto_int(layer->param, "axis", -rank - 1, rank, &first, err));
	NP_TRY(np_proto_int(layer->param, "num_axes", -1, rank, &axes, err));
	NP_TRY(np_proto_message(layer->param, "shape", &shape, err));
	r->first = (int)(first < 0 ? first + rank + 1 : first);
	r->end = axes < 0 ? rank : r->first + (int)axes;
	if (r->end > rank)
		return np_caffe_fail(layer, np_proto_find(layer->param, "num_axes"), "the input has only %d axes", rank);
	for (const np_proto *f = np_proto_find(shape, "dim"); f; f = np_proto_again(f)) {
		if (r->count + r->first + rank - r->end >= NP_MAX_RANK)
			return np_caffe_fail(layer, f, "more than %d dimensions", NP_MAX_RANK);
		NP_TRY(np_proto_as_int(f, -1, INT32_MAX, &r->asked[r->count++], err));
	}
	return NP_OK;
}

/* A file that states its batch states it here too: when the user asks for another batch, it follows. */
static bool is_files_batch(const np_caffe_layer *layer, const reshape *r)
{
	const np_caffe_reader *reader = layer->reader;
	int64_t asked = np_network_tensor(reader->network, 0) ? np_network_tensor(reader->network, 0)->shape.dims[0] : 0;
	return r->first == 0 && r->count > 0 && layer->in[0].rank > 0 && reader->file_batch > 0 &&
	       asked != reader->file_batch && r->asked[0] == reader->file_batch && layer->in[0].dims[0] == asked;
}

/* 0 copies the input's dimension, one -1 takes what is left. */
static np_status resolve_reshape(np_caffe_layer *layer, reshape *r)
{
	int64_t whole, known = 1;
	int open = -1;
	if (is_files_batch(layer, r))
		r->asked[0] = 0;
	for (int i = 0; i < r->count; i++) {
		if (r->asked[i] == 0) {
			if (r->first + i >= r->end)
				return np_caffe_fail(layer, layer->param, "dim %d is 0, but the input has no such axis", i);
			r->asked[i] = layer->in[0].dims[r->first + i];
		}
		if (r->asked[i] < 0 && open >= 0)
			return np_caffe_fail(layer, layer->param, "more than one dim is -1");
		if (r->asked[i] < 0)
			open = i;
		else if (!np_mul_into(&known, r->asked[i]))
			return fail_limit(layer);
	}
	NP_TRY(product(layer, r->first, r->end, &whole));
	if (open >= 0 && whole % known == 0)
		r->asked[open] = whole / known;
	else if (open >= 0 || whole != known)
		return np_caffe_fail(layer, layer->param, "%lld values cannot be shaped as asked (%s%lld)", (long long)whole,
		                     open >= 0 ? "a multiple of " : "", (long long)known);
	return NP_OK;
}

np_status np_caffe_reshape(np_caffe_layer *layer)
{
	reshape r = {0};
	int64_t *dims;
	int out = 0, rank = layer->in[0].rank;
	NP_TRY(read_reshape(layer, &r));
	NP_TRY(resolve_reshape(layer, &r));
	NP_TRY(np_caffe_dims(layer, r.first + r.count + rank - r.end, NULL, &dims));
	for (int i = 0; i < r.first; i++)
		dims[out++] = layer->in[0].dims[i];
	for (int i = 0; i < r.count; i++)
		dims[out++] = r.asked[i];
	for (int i = r.end; i < rank; i++)
		dims[out++] = layer->in[0].dims[i];
	return np_caffe_set_outputs(layer, out, dims);
}

/* ---- values moved ---- */

/* Axes not named follow in their own order. */
np_status np_caffe_permute(np_caffe_layer *layer)
{
	int rank = layer->in[0].rank, out = 0;
	bool taken[NP_MAX_RANK] = {false};
	int64_t *dims, axis;
	NP_TRY(np_caffe_dims(layer, rank, NULL, &dims));
	for (const np_proto *f = np_proto_find(layer->param, "order"); f; f = np_proto_again(f)) {
		NP_TRY(np_proto_as_int(f, 0, rank - 1, &axis, layer->reader->err));
		if (taken[axis])
			return np_caffe_fail(layer, f, "axis %lld is there twice", (long long)axis);
		taken[axis] = true;
		dims[out++] = layer->in[0].dims[axis];
	}
	for (int i = 0; i < rank; i++)
		if (!taken[i])
			dims[out++] = layer->in[0].dims[i];
	return np_caffe_set_outputs(layer, rank, dims);
}

np_status np_caffe_tile(np_caffe_layer *layer)
{
	int rank = layer->in[0].rank, axis;
	int64_t *dims, tiles = 0;
	NP_TRY(np_caffe_axis(layer, "axis", 1, rank, &axis));
	NP_TRY(np_proto_int(layer->param, "tiles", 1, INT32_MAX, &tiles, layer->reader->err));
	if (!tiles)
		return np_caffe_fail(layer, layer->param, "tiles is missing");
	NP_TRY(np_caffe_dims(layer, rank, layer->in[0].dims, &dims));
	if (!np_mul_into(&dims[axis], tiles))
		return fail_limit(layer);
	return np_caffe_set_outputs(layer, rank, dims);
}

/* The second bottom only says how large the result is; its values take no part. */
np_status np_caffe_crop(np_caffe_layer *layer)
{
	int rank = layer->in[0].rank, axis;
	int64_t *dims;
	NP_TRY(np_caffe_axis(layer, "axis", 2, rank, &axis));
	if (layer->in[1].rank != rank)
		return np_caffe_fail(layer, NULL, "its bottoms have %d and %d axes", rank, layer->in[1].rank);
	NP_TRY(np_caffe_dims(layer, rank, layer->in[0].dims, &dims));
	for (int i = axis; i < rank; i++) {
		if (layer->in[1].dims[i] > dims[i])
			return np_caffe_fail(layer, NULL, "axis %d of size %lld cannot be cropped to %lld", i,
			                     (long long)dims[i], (long long)layer->in[1].dims[i]);
		dims[i] = layer->in[1].dims[i];
	}
	layer->desc.input_count = 1;
	return np_caffe_set_outputs(layer, rank, dims);
}

/* ---- reductions ---- */

np_status np_caffe_reduction(np_caffe_layer *layer)
{
	int rank = layer->in[0].rank, axis;
	NP_TRY(np_caffe_axis(layer, "axis", 0, rank, &axis));
	return np_caffe_set_outputs(layer, axis, layer->in[0].dims);
}

np_status np_caffe_argmax(np_caffe_layer *layer)
{
	int rank = layer->in[0].rank, axis;
	int64_t *dims, top = 1;
	bool values = false;
	NP_TRY(np_proto_int(layer->param, "top_k", 1, INT32_MAX, &top, layer->reader->err));
	NP_TRY(np_proto_bool(layer->param, "out_max_val", &values, layer->reader->err));
	if (np_proto_find(layer->param, "axis")) {
		NP_TRY(np_caffe_axis(layer, "axis", 0, rank, &axis));
		NP_TRY(np_caffe_dims(layer, rank, layer->in[0].dims, &dims));
		dims[axis] = top;
		return np_caffe_set_outputs(layer, rank, dims);
	}
	int out_rank = rank < 3 ? 3 : rank; /* n x (index, or index and value) x top_k */
	NP_TRY(np_caffe_dims(layer, out_rank, NULL, &dims));
	for (int i = 0; i < out_rank; i++)
		dims[i] = 1;
	dims[0] = rank ? layer->in[0].dims[0] : 1;
	dims[1] = values ? 2 : 1;
	dims[2] = top;
	return np_caffe_set_outputs(layer, out_rank, dims);
}
