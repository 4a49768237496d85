/* Shapes: what comes out of a layer, given what goes in. One small function per family of kinds. */
#include "base/checked.h"
#include "base/error.h"
#include "network/network.h"
#include "network/network_impl.h"

static np_status fail_shape(const np_build *build, const char *what)
{
	return np_fail(build->err, NP_ERR_DATA, "layer '%s' (%s): %s", build->desc->name, np_kind_name(build->desc->kind),
	               what);
}

static np_status need_inputs(const np_build *build, int least)
{
	if (build->layer->input_count >= least)
		return NP_OK;
	return np_fail(build->err, NP_ERR_DATA, "layer '%s' (%s): %d inputs, at least %d expected", build->desc->name,
	               np_kind_name(build->desc->kind), build->layer->input_count, least);
}

static void copy_shape(np_build *build, np_shape shape)
{
	build->out_rank = shape.rank;
	for (int i = 0; i < shape.rank; i++)
		build->out[i] = shape.dims[i];
}

static np_status same_as_input(np_build *build)
{
	NP_TRY(need_inputs(build, 1));
	copy_shape(build, build->in[0]);
	return NP_OK;
}

/* ---- windows ---- */

static int64_t or_one(int64_t value)
{
	return value ? value : 1;
}

static np_status check_window(const np_build *build, int axis)
{
	const np_layer *layer = build->layer;
	const int64_t most = INT32_MAX; /* keeps every product below within 63 bits */
	if (layer->kernel[axis] < 1 || layer->stride[axis] < 1 || layer->dilation[axis] < 1)
		return fail_shape(build, "kernel, stride and dilation must be at least 1");
	if (layer->kernel[axis] > most || layer->stride[axis] > most || layer->dilation[axis] > most)
		return fail_shape(build, "kernel, stride or dilation is larger than 2^31");
	if (layer->pad_begin[axis] < -most || layer->pad_begin[axis] > most || layer->pad_end[axis] < -most ||
	    layer->pad_end[axis] > most)
		return fail_shape(build, "padding is larger than 2^31");
	return NP_OK;
}

static int64_t window_extent(const np_layer *layer, int axis)
{
	return (layer->kernel[axis] - 1) * layer->dilation[axis] + 1;
}

/* SAME: out = ceil(in / stride); the padding is what that takes. */
static void split_same_padding(np_layer *layer, int axis, int64_t total, bool odd_first)
{
	if (total < 0)
		total = 0;
	layer->pad_begin[axis] = odd_first ? total - total / 2 : total / 2;
	layer->pad_end[axis] = total - layer->pad_begin[axis];
}

static int64_t forward_size(np_build *build, int axis, int64_t in)
{
	np_layer *layer = build->layer;
	int64_t stride = layer->stride[axis], extent = window_extent(layer, axis);
	np_rounding rounding = build->desc->rounding;
	if (rounding == NP_ROUND_SAME || rounding == NP_ROUND_SAME_LOW) {
		int64_t out = np_ceil_div(in, stride);
		split_same_padding(layer, axis, (out - 1) * stride + extent - in, rounding == NP_ROUND_SAME_LOW);
		return out;
	}
	int64_t room = in + layer->pad_begin[axis] + layer->pad_end[axis] - extent;
	if (rounding == NP_ROUND_FLOOR)
		return np_floor_div(room, stride) + 1;
	int64_t out = np_ceil_div(room, stride) + 1;
	if ((out - 1) * stride >= in + layer->pad_begin[axis])
		out--;
	return out;
}

static int64_t transposed_size(np_build *build, int axis, int64_t in)
{
	np_layer *layer = build->layer;
	int64_t full = (in - 1) * layer->stride[axis] + window_extent(layer, axis);
	np_rounding rounding = build->desc->rounding;
	if (rounding == NP_ROUND_SAME || rounding == NP_ROUND_SAME_LOW) {
		int64_t out = in * layer->stride[axis];
		split_same_padding(layer, axis, full - out, rounding == NP_ROUND_SAME_LOW);
		return out;
	}
	return full - layer->pad_begin[axis] - layer->pad_end[axis] + build->desc->output_pad[axis];
}

static np_status infer_axis(np_build *build, int axis, int64_t in, int64_t *out)
{
	np_layer *layer = build->layer;
	const np_layer_desc *desc = build->desc;
	layer->kernel[axis] = desc->kernel[axis];
	layer->stride[axis] = or_one(desc->stride[axis]);
	layer->dilation[axis] = or_one(desc->dilation[axis]);
	layer->pad_begin[axis] = desc->pad_begin[axis];
	layer->pad_end[axis] = desc->pad_end[axis];
	NP_TRY(check_window(build, axis));
	if (in > INT32_MAX || window_extent(layer, axis) > INT32_MAX)
		return fail_shape(build, "the window or its input is larger than 2^31");
	*out = desc->kind == NP_DECONV ? transposed_size(build, axis, in) : forward_size(build, axis, in);
	if (*out < 1)
		return np_fail(build->err, NP_ERR_DATA,
		               "layer '%s' (%s): a window of %lld does not fit an input of %lld with padding %lld and %lld",
		               desc->name, np_kind_name(desc->kind), (long long)window_extent(layer, axis), (long long)in,
		               (long long)layer->pad_begin[axis], (long long)layer->pad_end[axis]);
	return NP_OK;
}

np_status np_infer_window(np_build *build)
{
	int spatial = build->desc->spatial_rank;
	if (spatial < 1 || spatial > NP_MAX_SPATIAL)
		return fail_shape(build, "the window must have 1 to 6 axes");
	NP_TRY(need_inputs(build, 1));
	if (build->in[0].rank != spatial + 2)
		return np_fail(build->err, NP_ERR_DATA,
		               "layer '%s' (%s): input of rank %d, %d expected for a window of %d axes", build->desc->name,
		               np_kind_name(build->desc->kind), build->in[0].rank, spatial + 2, spatial);
	copy_shape(build, build->in[0]);
	build->layer->spatial_rank = spatial;
	for (int axis = 0; axis < spatial; axis++)
		NP_TRY(infer_axis(build, axis, build->in[0].dims[axis + 2], &build->out[axis + 2]));
	return NP_OK;
}

static np_status infer_conv(np_build *build)
{
	NP_TRY(np_infer_window(build));
	int64_t groups = or_one(build->desc->groups), channels = build->in[0].dims[1], out = build->desc->out_channels;
	if (out < 1 || groups < 1 || channels % groups || out % groups)
		return np_fail(build->err, NP_ERR_DATA,
		               "layer '%s' (%s): %lld input and %lld output channels do not divide into %lld groups",
		               build->desc->name, np_kind_name(build->desc->kind), (long long)channels, (long long)out,
		               (long long)groups);
	build->layer->groups = groups;
	build->out[1] = out;
	return NP_OK;
}

static np_status infer_globalpool(np_build *build)
{
	NP_TRY(same_as_input(build));
	if (build->out_rank < 3)
		return fail_shape(build, "an input of rank 3 or more was expected");
	for (int i = 2; i < build->out_rank; i++)
		build->out[i] = 1;
	return NP_OK;
}

/* ---- products ---- */

static np_status infer_fc(np_build *build)
{
	NP_TRY(need_inputs(build, 1));
	int axis = build->desc->axis;
	if (axis < 0 || axis >= build->in[0].rank)
		return fail_shape(build, "the axis is outside the input");
	if (build->desc->out_channels < 1)
		return fail_shape(build, "at least one output was expected");
	copy_shape(build, build->in[0]);
	build->out[axis] = build->desc->out_channels;
	build->out_rank = axis + 1;
	return NP_OK;
}

/* NumPy's rule: aligned at the last axis, 1 stretches. `rank` axes of a and b, the result into out. */
static bool broadcast(np_shape a, np_shape b, int64_t *out, int *rank)
{
	*rank = a.rank > b.rank ? a.rank : b.rank;
	for (int i = 1; i <= *rank; i++) {
		int64_t x = i <= a.rank ? a.dims[a.rank - i] : 1, y = i <= b.rank ? b.dims[b.rank - i] : 1;
		if (x != y && x != 1 && y != 1)
			return false;
		out[*rank - i] = x == 1 ? y : x;
	}
	return true;
}

static np_status infer_matmul(np_build *build)
{
	NP_TRY(need_inputs(build, 2));
	np_shape a = build->in[0], b = build->in[1];
	if (a.rank < 2 || b.rank < 2 || a.dims[a.rank - 1] != b.dims[b.rank - 2])
		return fail_shape(build, "the inner dimensions of the two matrices differ");
	np_shape outer_a = {a.rank - 2, a.dims}, outer_b = {b.rank - 2, b.dims};
	if (!broadcast(outer_a, outer_b, build->out, &build->out_rank))
		return fail_shape(build, "the outer dimensions of the two matrices do not match");
	build->out[build->out_rank++] = a.dims[a.rank - 2];
	build->out[build->out_rank++] = b.dims[b.rank - 1];
	return NP_OK;
}

static np_status infer_eltwise(np_build *build)
{
	NP_TRY(same_as_input(build));
	for (int i = 1; i < build->layer->input_count; i++) {
		np_shape so_far = {build->out_rank, build->out};
		if (!broadcast(so_far, build->in[i], build->out, &build->out_rank))
			return fail_shape(build, "the shapes of the inputs do not match");
	}
	return NP_OK;
}

static np_status infer_concat(np_build *build)
{
	NP_TRY(same_as_input(build));
	int axis = build->desc->axis;
	if (axis < 0 || axis >= build->out_rank)
		return fail_shape(build, "the axis is outside the input");
	for (int i = 1; i < build->layer->input_count; i++) {
		np_shape in = build->in[i];
		if (in.rank != build->out_rank)
			return fail_shape(build, "the inputs have different ranks");
		for (int k = 0; k < in.rank; k++)
			if (k != axis && in.dims[k] != build->out[k])
				return fail_shape(build, "the inputs differ outside the joined axis");
		if (!np_add_into(&build->out[axis], in.dims[axis]))
			return np_fail(build->err, NP_ERR_LIMIT, "layer '%s': the joined axis leaves 63 bits",
			               build->desc->name);
	}
	return NP_OK;
}

static np_status needs_given_shape(np_build *build)
{
	if (build->desc->free && build->layer->input_count)
		return same_as_input(build);
	return fail_shape(build, "its output shape must be given");
}

np_status np_infer_shape(np_build *build)
{
	static np_status (*const INFER[NP_KIND_COUNT])(np_build *) = {
	        [NP_CONV] = infer_conv,           [NP_DECONV] = infer_conv,        [NP_FC] = infer_fc,
	        [NP_MAXPOOL] = np_infer_window,   [NP_AVGPOOL] = np_infer_window,  [NP_GLOBALAVGPOOL] = infer_globalpool,
	        [NP_LRN] = same_as_input,         [NP_BATCHNORM] = same_as_input,  [NP_LAYERNORM] = same_as_input,
	        [NP_RELU] = same_as_input,        [NP_ACTIVATION] = same_as_input, [NP_ELTWISE] = infer_eltwise,
	        [NP_CONCAT] = infer_concat,       [NP_SOFTMAX] = same_as_input,    [NP_MATMUL] = infer_matmul,
	        [NP_RESHAPE] = needs_given_shape, [NP_DROPOUT] = same_as_input,    [NP_RESIZE] = needs_given_shape,
	        [NP_PAD] = needs_given_shape,     [NP_REDUCE] = needs_given_shape, [NP_OTHER] = needs_given_shape,
	};
	return INFER[build->desc->kind](build);
}

np_status np_layer_shape(const np_layer_desc *desc, const np_shape *inputs, int64_t *dims, int *rank, np_error *err)
{
	np_layer layer = {.kind = desc->kind, .input_count = desc->input_count};
	np_build build = {.desc = desc, .layer = &layer, .in = inputs, .err = err};
	NP_TRY(np_infer_shape(&build));
	*rank = build.out_rank;
	for (int i = 0; i < build.out_rank; i++)
		dims[i] = build.out[i];
	return NP_OK;
}
