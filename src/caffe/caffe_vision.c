/* Layers of the detection and segmentation forks: resampling, prior boxes, regions of interest. */
#include "base/checked.h"
#include "base/error.h"
#include "caffe/caffe_layer.h"

#include <math.h>

static np_status need_image(const np_caffe_layer *layer)
{
	return layer->in[0].rank == 4
	               ? NP_OK
	               : np_caffe_fail(layer, NULL, "an input of 4 axes was expected, not %d", layer->in[0].rank);
}

static np_status read_size(np_caffe_layer *layer, const char *field, int64_t least, int64_t *value)
{
	return np_proto_int(layer->param, field, least, INT32_MAX, value, layer->reader->err);
}

/* A second bottom only says how large the result is. */
static np_status set_image(np_caffe_layer *layer, int64_t height, int64_t width)
{
	int64_t *dims;
	if (height < 1 || width < 1)
		return np_caffe_fail(layer, layer->param, "its output would be %lldx%lld", (long long)height, (long long)width);
	NP_TRY(np_caffe_dims(layer, 4, layer->in[0].dims, &dims));
	dims[2] = height;
	dims[3] = width;
	return np_caffe_set_outputs(layer, 4, dims);
}

/* Padding, then shrinking, then zooming; or a size; or the size of a second bottom. */
np_status np_caffe_interp(np_caffe_layer *layer)
{
	int64_t height = 0, width = 0, zoom = 0, shrink = 0, pad_begin = 0, pad_end = 0;
	NP_TRY(need_image(layer));
	NP_TRY(read_size(layer, "height", 1, &height));
	NP_TRY(read_size(layer, "width", 1, &width));
	NP_TRY(read_size(layer, "zoom_factor", 1, &zoom));
	NP_TRY(read_size(layer, "shrink_factor", 1, &shrink));
	NP_TRY(np_proto_int(layer->param, "pad_beg", INT32_MIN, 0, &pad_begin, layer->reader->err));
	NP_TRY(np_proto_int(layer->param, "pad_end", INT32_MIN, 0, &pad_end, layer->reader->err));
	if (layer->bottom_count > 1 && layer->in[1].rank == 4) {
		layer->desc.input_count = 1;
		return set_image(layer, layer->in[1].dims[2], layer->in[1].dims[3]);
	}
	if (height && width)
		return set_image(layer, height, width);
	int64_t size[2];
	for (int i = 0; i < 2; i++) {
		size[i] = layer->in[0].dims[i + 2];
		if (size[i] > INT32_MAX)
			return np_caffe_fail(layer, NULL, "its input is too large");
		size[i] += pad_begin + pad_end;
		if (shrink)
			size[i] = np_floor_div(size[i] - 1, shrink) + 1;
		if (zoom)
			size[i] += (size[i] - 1) * (zoom - 1);
	}
	return set_image(layer, size[0], size[1]);
}

/* By a whole factor, or to a size; the second bottom, where there is one, says where the values belong. */
np_status np_caffe_upsample(np_caffe_layer *layer)
{
	int64_t scale = 2, height = 0, width = 0;
	NP_TRY(need_image(layer));
	NP_TRY(read_size(layer, "scale", 1, &scale));
	NP_TRY(read_size(layer, "upsample_h", 1, &height));
	NP_TRY(read_size(layer, "upsample_w", 1, &width));
	if ((!height && !np_mul(layer->in[0].dims[2], scale, &height)) ||
	    (!width && !np_mul(layer->in[0].dims[3], scale, &width)))
		return np_caffe_fail(layer, NULL, "its output is too large");
	return set_image(layer, height, width);
}

np_status np_caffe_resize(np_caffe_layer *layer)
{
	int64_t height = 0, width = 0;
	NP_TRY(need_image(layer));
	NP_TRY(read_size(layer, "height", 1, &height));
	NP_TRY(read_size(layer, "width", 1, &width));
	if (height && width)
		return set_image(layer, height, width);
	return np_caffe_fail(layer, layer->param, "height and width are missing");
}

/* ---- detection ---- */

enum { MOST_RATIOS = 64 };

static bool has_ratio(const double *ratios, int count, double ratio)
{
	for (int i = 0; i < count; i++)
		if (fabs(ratios[i] - ratio) < 1e-6)
			return true;
	return false;
}

/* 1, then every ratio that is new, and its inverse where boxes are flipped. */
static np_status count_ratios(np_caffe_layer *layer, int *count)
{
	double ratios[MOST_RATIOS] = {1}, ratio;
	bool flip = true;
	*count = 1;
	NP_TRY(np_proto_bool(layer->param, "flip", &flip, layer->reader->err));
	for (const np_proto *f = np_proto_find(layer->param, "aspect_ratio"); f; f = np_proto_again(f)) {
		NP_TRY(np_proto_as_number(f, &ratio, layer->reader->err));
		if (!(ratio > 0) || *count > MOST_RATIOS - 2)
			return np_caffe_fail(layer, f, "at most %d positive ratios were expected", MOST_RATIOS - 2);
		if (has_ratio(ratios, *count, ratio))
			continue;
		ratios[(*count)++] = ratio;
		if (flip)
			ratios[(*count)++] = 1 / ratio;
	}
	return NP_OK;
}

/* 1 x 2 (boxes, variances) x (cells x boxes per cell x 4). */
np_status np_caffe_prior_box(np_caffe_layer *layer)
{
	int ratios;
	int64_t *dims, boxes;
	NP_TRY(need_image(layer));
	NP_TRY(count_ratios(layer, &ratios));
	boxes = (int64_t)ratios * np_proto_count(layer->param, "min_size") + np_proto_count(layer->param, "max_size");
	if (boxes < 1)
		return np_caffe_fail(layer, layer->param, "min_size is missing");
	NP_TRY(np_caffe_dims(layer, 3, NULL, &dims));
	dims[0] = 1;
	dims[1] = 2;
	dims[2] = 4;
	if (!np_mul_into(&dims[2], boxes) || !np_mul_into(&dims[2], layer->in[0].dims[2]) ||
	    !np_mul_into(&dims[2], layer->in[0].dims[3]))
		return np_caffe_fail(layer, NULL, "its output is too large");
	return np_caffe_set_outputs(layer, 3, dims);
}

/* As many detections as may be kept; how many there are depends on the image. */
np_status np_caffe_detection_output(np_caffe_layer *layer)
{
	int64_t *dims, kept = -1, first = layer->in[0].rank ? layer->in[0].dims[0] : 1;
	NP_TRY(np_proto_int(layer->param, "keep_top_k", -1, INT32_MAX, &kept, layer->reader->err));
	NP_TRY(np_caffe_dims(layer, 4, NULL, &dims));
	dims[0] = dims[1] = 1;
	dims[3] = 7;
	if (!np_mul(first, kept > 0 ? kept : 1, &dims[2]))
		return np_caffe_fail(layer, NULL, "its output is too large");
	return np_caffe_set_outputs(layer, 4, dims);
}

/* One small image for every region: [regions, channels, height, width]. */
static np_status set_regions(np_caffe_layer *layer, int64_t channels, int64_t height, int64_t width)
{
	int64_t *dims;
	NP_TRY(np_caffe_dims(layer, 4, layer->in[0].dims, &dims));
	dims[0] = layer->in[1].rank ? layer->in[1].dims[0] : 1;
	dims[1] = channels;
	dims[2] = height;
	dims[3] = width;
	return np_caffe_set_outputs(layer, 4, dims);
}

np_status np_caffe_roi_pooling(np_caffe_layer *layer)
{
	int64_t height = 0, width = 0;
	NP_TRY(need_image(layer));
	NP_TRY(read_size(layer, "pooled_h", 1, &height));
	NP_TRY(read_size(layer, "pooled_w", 1, &width));
	if (!height || !width)
		return np_caffe_fail(layer, layer->param, "pooled_h and pooled_w are missing");
	return set_regions(layer, layer->in[0].dims[1], height, width);
}

/* Every cell of the region has channels of its own in the input. */
np_status np_caffe_psroi_pooling(np_caffe_layer *layer)
{
	int64_t channels = 0, group = 0;
	NP_TRY(need_image(layer));
	NP_TRY(read_size(layer, "output_dim", 1, &channels));
	NP_TRY(read_size(layer, "group_size", 1, &group));
	if (!channels || !group)
		return np_caffe_fail(layer, layer->param, "output_dim and group_size are missing");
	return set_regions(layer, channels, group, group);
}
