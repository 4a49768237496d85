/* Layers with a window: convolutions and pooling, with Caffe's own rules for the size of the output. */
#include "base/checked.h"
#include "base/error.h"
#include "caffe/caffe_layer.h"

/* How a size per axis is written: a repeated field, or a pair of fields for two axes. */
typedef struct window_field {
	const char *repeated, *high, *wide;
	int64_t least, standard;
} window_field;

static const window_field KERNEL = {"kernel_size", "kernel_h", "kernel_w", 1, 0};
static const window_field STRIDE = {"stride", "stride_h", "stride_w", 1, 1};
static const window_field PAD = {"pad", "pad_h", "pad_w", 0, 0};
static const window_field DILATION = {"dilation", NULL, NULL, 1, 1};

static np_status read_pair(np_caffe_layer *layer, const window_field *field, const np_proto *high, const np_proto *wide,
                           int64_t *values)
{
	const np_proto *place = high ? high : wide;
	np_error *err = layer->reader->err;
	if (np_proto_find(layer->param, field->repeated))
		return np_caffe_fail(layer, place, "%s and %s, %s exclude each other", field->repeated, field->high,
		                     field->wide);
	if (layer->desc.spatial_rank != 2)
		return np_caffe_fail(layer, place, "%s and %s need two spatial axes, the input has %d", field->high,
		                     field->wide, layer->desc.spatial_rank);
	if (!field->standard && field->least && !(high && wide))
		return np_caffe_fail(layer, place, "%s and %s come together", field->high, field->wide);
	if (high)
		NP_TRY(np_proto_as_int(high, field->least, INT32_MAX, &values[0], err));
	return wide ? np_proto_as_int(wide, field->least, INT32_MAX, &values[1], err) : NP_OK;
}

/* None (the standard), one for all axes, or one for each. */
static np_status read_repeated(np_caffe_layer *layer, const window_field *field, int64_t *values)
{
	int count = np_proto_count(layer->param, field->repeated), spatial = layer->desc.spatial_rank;
	const np_proto *at = np_proto_find(layer->param, field->repeated);
	if (count > 1 && count != spatial)
		return np_caffe_fail(layer, at, "%d values of %s for %d spatial axes", count, field->repeated, spatial);
	for (int i = 0; at && i < spatial; i++) {
		NP_TRY(np_proto_as_int(at, field->least, INT32_MAX, &values[i], layer->reader->err));
		at = count > 1 ? np_proto_again(at) : at;
	}
	return NP_OK;
}

static np_status read_sizes(np_caffe_layer *layer, const window_field *field, int64_t *values)
{
	const np_proto *high = NULL, *wide = NULL;
	for (int i = 0; i < layer->desc.spatial_rank; i++)
		values[i] = field->standard;
	if (field->high) {
		NP_TRY(np_proto_once(layer->param, field->high, &high, layer->reader->err));
		NP_TRY(np_proto_once(layer->param, field->wide, &wide, layer->reader->err));
	}
	return high || wide ? read_pair(layer, field, high, wide, values) : read_repeated(layer, field, values);
}

static np_status begin_window(np_caffe_layer *layer)
{
	int rank = layer->in[0].rank, spatial = rank - 2;
	if (spatial < 1 || spatial > NP_MAX_SPATIAL)
		return np_caffe_fail(layer, NULL, "an input of rank %d, 3 to %d were expected", rank, NP_MAX_SPATIAL + 2);
	layer->desc.spatial_rank = spatial;
	return NP_OK;
}

static np_status read_kernel(np_caffe_layer *layer)
{
	np_layer_desc *desc = &layer->desc;
	NP_TRY(read_sizes(layer, &KERNEL, desc->kernel));
	return desc->kernel[0] ? NP_OK : np_caffe_fail(layer, layer->param, "kernel_size is missing");
}

static np_status read_stride_and_pad(np_caffe_layer *layer)
{
	np_layer_desc *desc = &layer->desc;
	NP_TRY(read_sizes(layer, &STRIDE, desc->stride));
	NP_TRY(read_sizes(layer, &PAD, desc->pad_begin));
	for (int i = 0; i < desc->spatial_rank; i++)
		desc->pad_end[i] = desc->pad_begin[i];
	return NP_OK;
}

/* ---- convolutions ---- */

/* Only a layer that shares its weights needs them counted here; the network counts all others. */
static np_status share_weights(np_caffe_layer *layer)
{
	np_layer_desc *desc = &layer->desc;
	bool shared[2];
	NP_TRY(np_caffe_share(layer, shared));
	if (!shared[0] && !shared[1])
		return NP_OK;
	int64_t channels = layer->in[0].dims[1], weights = channels / desc->groups;
	bool fits = channels % desc->groups == 0 && np_mul_into(&weights, desc->out_channels);
	for (int i = 0; i < desc->spatial_rank; i++)
		fits = fits && np_mul_into(&weights, desc->kernel[i]);
	if (!fits)
		return NP_OK; /* the network says what is wrong */
	int64_t biases = desc->bias ? desc->out_channels : 0;
	desc->constants_given = true;
	desc->params = (shared[0] ? 0 : weights) + (shared[1] ? 0 : biases);
	desc->constant_values = weights + biases;
	return NP_OK;
}

static np_status read_convolution(np_caffe_layer *layer, int64_t groups)
{
	np_layer_desc *desc = &layer->desc;
	int axis;
	NP_TRY(np_caffe_axis(layer, "axis", 1, layer->in[0].rank, &axis));
	if (axis != 1)
		return np_caffe_fail(layer, np_proto_find(layer->param, "axis"), "only axis 1 can hold the channels");
	NP_TRY(begin_window(layer));
	NP_TRY(np_caffe_num_output(layer));
	NP_TRY(read_kernel(layer));
	NP_TRY(read_stride_and_pad(layer));
	NP_TRY(read_sizes(layer, &DILATION, desc->dilation));
	desc->groups = groups;
	desc->bias = true;
	NP_TRY(np_proto_int(layer->param, "group", 1, INT32_MAX, &desc->groups, layer->reader->err));
	NP_TRY(np_proto_bool(layer->param, "bias_term", &desc->bias, layer->reader->err));
	if (layer->bottom_count > 1)
		return np_caffe_fail(layer, NULL, "%d bottoms, one is supported", layer->bottom_count);
	return share_weights(layer);
}

np_status np_caffe_convolution(np_caffe_layer *layer)
{
	return read_convolution(layer, 1);
}

np_status np_caffe_depthwise(np_caffe_layer *layer)
{
	return read_convolution(layer, layer->in[0].rank > 1 ? layer->in[0].dims[1] : 1);
}

/* ---- pooling ---- */

enum { POOL_MAX, POOL_AVE, POOL_STOCHASTIC, POOL_COUNT };

static np_status pool_globally(np_caffe_layer *layer, int method)
{
	np_layer_desc *desc = &layer->desc;
	static const char *const EXCLUDED[] = {"kernel_size", "kernel_h", "kernel_w"};
	for (int i = 0; i < 3; i++)
		if (np_proto_find(layer->param, EXCLUDED[i]))
			return np_caffe_fail(layer, np_proto_find(layer->param, EXCLUDED[i]),
			                     "global_pooling and %s exclude each other", EXCLUDED[i]);
	for (int i = 0; i < desc->spatial_rank; i++) {
		desc->kernel[i] = layer->in[0].dims[i + 2];
		desc->stride[i] = 1;
	}
	if (method == POOL_MAX)
		return NP_OK;
	desc->kind = NP_GLOBALAVGPOOL;
	desc->spatial_rank = 0;
	return NP_OK;
}

static np_status read_rounding(np_caffe_layer *layer, bool *ceiling)
{
	static const char *const MODES[] = {"CEIL", "FLOOR"};
	int mode = 0;
	*ceiling = true;
	NP_TRY(np_proto_choice(layer->param, "round_mode", MODES, 2, &mode, layer->reader->err));
	NP_TRY(np_proto_bool(layer->param, "ceil_mode", ceiling, layer->reader->err));
	*ceiling = *ceiling && mode == 0;
	return NP_OK;
}

/*
 * Caffe drops a last window that starts outside the image only where the layer has padding. Without, and with strides
 * larger than the kernel, it keeps it: padding at the end says so to the network.
 */
static void keep_last_window(np_layer_desc *desc, np_shape in)
{
	for (int i = 0; i < desc->spatial_rank; i++)
		if (desc->pad_begin[i])
			return;
	desc->rounding = NP_ROUND_FLOOR;
	for (int i = 0; i < desc->spatial_rank; i++) {
		int64_t room = in.dims[i + 2] - desc->kernel[i];
		desc->pad_end[i] = np_ceil_div(room, desc->stride[i]) * desc->stride[i] - room;
	}
}

static bool strides_over(const np_layer_desc *desc)
{
	for (int i = 0; i < desc->spatial_rank; i++)
		if (desc->stride[i] > desc->kernel[i])
			return true;
	return false;
}

static np_status pool_windows(np_caffe_layer *layer)
{
	np_layer_desc *desc = &layer->desc;
	bool ceiling;
	NP_TRY(read_kernel(layer));
	NP_TRY(read_stride_and_pad(layer));
	NP_TRY(read_rounding(layer, &ceiling));
	desc->rounding = ceiling ? NP_ROUND_CEIL : NP_ROUND_FLOOR;
	for (int i = 0; i < desc->spatial_rank; i++)
		if (desc->pad_begin[i] >= desc->kernel[i])
			return np_caffe_fail(layer, np_proto_find(layer->param, "pad"),
			                     "the padding is not smaller than the kernel");
	if (ceiling && strides_over(desc))
		keep_last_window(desc, layer->in[0]);
	return NP_OK;
}

/* A second top says where each maximum was: it has the shape of the first, which must then be worked out here. */
static np_status add_mask(np_caffe_layer *layer)
{
	const np_layer_desc *desc = &layer->desc;
	int64_t *dims;
	NP_TRY(np_caffe_dims(layer, layer->in[0].rank, layer->in[0].dims, &dims));
	for (int i = 0; i < desc->spatial_rank; i++) {
		int64_t in = dims[i + 2], room = in + desc->pad_begin[i] + desc->pad_end[i] - desc->kernel[i];
		bool ceiling = desc->rounding == NP_ROUND_CEIL;
		int64_t out = (ceiling ? np_ceil_div(room, desc->stride[i]) : np_floor_div(room, desc->stride[i])) + 1;
		if (ceiling && (out - 1) * desc->stride[i] >= in + desc->pad_begin[i])
			out--;
		dims[i + 2] = out;
	}
	return np_caffe_set_outputs(layer, layer->in[0].rank, dims);
}

np_status np_caffe_pooling(np_caffe_layer *layer)
{
	static const char *const METHODS[POOL_COUNT] = {
	        [POOL_MAX] = "MAX", [POOL_AVE] = "AVE", [POOL_STOCHASTIC] = "STOCHASTIC"};
	int method = POOL_MAX;
	bool global = false;
	NP_TRY(begin_window(layer));
	NP_TRY(np_proto_choice(layer->param, "pool", METHODS, POOL_COUNT, &method, layer->reader->err));
	NP_TRY(np_proto_bool(layer->param, "global_pooling", &global, layer->reader->err));
	if (method != POOL_MAX)
		layer->desc.kind = NP_AVGPOOL; /* STOCHASTIC is a weighted mean at test time */
	NP_TRY(global ? pool_globally(layer, method) : pool_windows(layer));
	return layer->top_count < 2 ? NP_OK : add_mask(layer);
}
