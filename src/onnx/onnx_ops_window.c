/* Windows that slide over a grid: convolutions and pools. */
#include "base/checked.h"
#include "network/network.h"
#include "onnx/onnx_ops.h"

#include <stdio.h>
#include <string.h>

/* ---- what all windows share ---- */

static np_status copy_ints(np_onnx_call *call, const char *name, int count, int64_t *to)
{
	const np_onnx_ints *ints = np_onnx_attr_ints(call, name);
	if (!ints || !ints->count)
		return NP_OK;
	if (ints->count != count)
		return np_onnx_fail(call, NP_ERR_DATA, "attribute %s has %d numbers, %d were expected", name, ints->count,
		                    count);
	for (int i = 0; i < count; i++)
		to[i] = ints->items[i];
	return NP_OK;
}

/* Padding as stated, or derived so that the size is that of the input over the stride. */
static np_status get_padding(np_onnx_call *call, int spatial)
{
	int64_t pads[2 * NP_MAX_SPATIAL] = {0};
	np_layer_desc *desc = &call->desc;
	const char *mode = np_onnx_attr_text(call, "auto_pad", "NOTSET");
	if (strcmp(mode, "SAME_UPPER") == 0) {
		desc->rounding = NP_ROUND_SAME;
	} else if (strcmp(mode, "SAME_LOWER") == 0) {
		desc->rounding = NP_ROUND_SAME_LOW;
	} else if (strcmp(mode, "VALID") != 0) {
		NP_TRY(copy_ints(call, "pads", 2 * spatial, pads));
		for (int i = 0; i < 2 * spatial; i++)
			if (pads[i] < -INT32_MAX || pads[i] > INT32_MAX)
				return np_onnx_fail(call, NP_ERR_DATA, "its padding is larger than 2^31");
		memcpy(desc->pad_begin, pads, (size_t)spatial * sizeof *pads);
		memcpy(desc->pad_end, pads + spatial, (size_t)spatial * sizeof *pads);
	}
	return NP_OK;
}

static bool is_size(int64_t value)
{
	return value >= 1 && value <= INT32_MAX;
}

static np_status get_window(np_onnx_call *call, np_shape in)
{
	np_layer_desc *desc = &call->desc;
	int spatial = in.rank - 2;
	if (spatial < 1 || spatial > NP_MAX_SPATIAL)
		return np_onnx_fail(call, NP_ERR_DATA, "its input has rank %d, 3 to %d was expected", in.rank,
		                    NP_MAX_SPATIAL + 2);
	desc->spatial_rank = spatial;
	for (int i = 0; i < spatial; i++)
		desc->stride[i] = desc->dilation[i] = 1;
	NP_TRY(copy_ints(call, "kernel_shape", spatial, desc->kernel));
	NP_TRY(copy_ints(call, "strides", spatial, desc->stride));
	NP_TRY(copy_ints(call, "dilations", spatial, desc->dilation));
	NP_TRY(get_padding(call, spatial));
	for (int i = 0; i < spatial; i++)
		if (!is_size(desc->kernel[i]) || !is_size(desc->stride[i]) || !is_size(desc->dilation[i]))
			return np_onnx_fail(call, NP_ERR_DATA, "its kernel, stride or dilation is not in 1 to 2^31");
	return NP_OK;
}

/* ---- convolutions ---- */

/* Weights [out, in / groups, window], or for the transposed form [in, out / groups, window]. */
static np_status get_filters(np_onnx_call *call, np_shape in, np_shape filters)
{
	np_layer_desc *desc = &call->desc;
	int64_t group = np_onnx_attr_int(call, "group", 1);
	if (filters.rank != in.rank || in.rank < 3 || in.rank > NP_MAX_SPATIAL + 2)
		return np_onnx_fail(call, NP_ERR_DATA, "its input has rank %d, its weights %d", in.rank, filters.rank);
	for (int i = 2; i < filters.rank; i++)
		desc->kernel[i - 2] = filters.dims[i];
	desc->groups = group;
	int64_t channels = filters.dims[desc->kind == NP_DECONV ? 0 : 1], out = filters.dims[desc->kind == NP_DECONV ? 1 : 0];
	int64_t *scaled = desc->kind == NP_DECONV ? &out : &channels;
	if (group < 1 || !np_mul_into(scaled, group) || channels != in.dims[1])
		return np_onnx_fail(call, NP_ERR_DATA, "its input has %lld channels, its weights are for %lld in %lld groups",
		                    (long long)in.dims[1], (long long)channels, (long long)group);
	desc->out_channels = out;
	return NP_OK;
}

/* Quantized forms have a scale and a zero point behind the input and behind the weights. */
static int result_type(const np_onnx_call *call, const np_onnx_value *in)
{
	if (call->op->variant == NP_ONNX_INTEGER)
		return NP_ONNX_INT32;
	const np_onnx_value *zero = call->op->variant == NP_ONNX_QUANTIZED ? np_onnx_in(call, 7) : NULL;
	return zero ? zero->type : in->type;
}

np_status np_onnx_op_conv(np_onnx_call *call)
{
	np_onnx_value *in, *filters;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_need(call, call->op->variant == NP_ONNX_QUANTIZED ? 3 : 1, &filters));
	NP_TRY(get_filters(call, in->shape, filters->shape));
	NP_TRY(get_window(call, in->shape));
	for (int i = 0; i < call->desc.spatial_rank; i++)
		if (call->desc.kernel[i] != filters->shape.dims[i + 2])
			return np_onnx_fail(call, NP_ERR_DATA, "its kernel_shape is not that of its weights");
	return np_onnx_infer(call, in, result_type(call, in));
}

/* The padding that makes the output as large as asked for. */
static np_status pad_to_size(np_onnx_call *call, np_shape in)
{
	np_layer_desc *desc = &call->desc;
	int64_t sizes[NP_MAX_SPATIAL] = {0};
	const np_onnx_ints *asked = np_onnx_attr_ints(call, "output_shape");
	if (!asked || !asked->count)
		return NP_OK;
	/* Some exporters state the batch and the channels too. */
	int skipped = asked->count == desc->spatial_rank + 2 ? 2 : 0;
	if (asked->count != desc->spatial_rank + skipped)
		return np_onnx_fail(call, NP_ERR_DATA, "attribute output_shape has %d numbers, %d were expected", asked->count,
		                    desc->spatial_rank);
	memcpy(sizes, asked->items + skipped, (size_t)desc->spatial_rank * sizeof *sizes);
	bool odd_last = desc->rounding == NP_ROUND_SAME;
	desc->rounding = NP_ROUND_FLOOR;
	for (int i = 0; i < desc->spatial_rank; i++) {
		if (!is_size(sizes[i]))
			return np_onnx_fail(call, NP_ERR_DATA, "its output_shape is not in 1 to 2^31");
		int64_t full = (in.dims[i + 2] - 1) * desc->stride[i] + (desc->kernel[i] - 1) * desc->dilation[i] + 1;
		int64_t total = full + desc->output_pad[i] - sizes[i];
		desc->output_pad[i] += total < 0 ? -total : 0;
		total = total < 0 ? 0 : total;
		desc->pad_begin[i] = odd_last ? total / 2 : total - total / 2;
		desc->pad_end[i] = total - desc->pad_begin[i];
	}
	return NP_OK;
}

np_status np_onnx_op_conv_transpose(np_onnx_call *call)
{
	np_onnx_value *in, *filters;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_need(call, 1, &filters));
	NP_TRY(get_filters(call, in->shape, filters->shape));
	NP_TRY(get_window(call, in->shape));
	NP_TRY(copy_ints(call, "output_padding", call->desc.spatial_rank, call->desc.output_pad));
	for (int i = 0; i < call->desc.spatial_rank; i++)
		if (call->desc.kernel[i] != filters->shape.dims[i + 2] || !is_size(in->shape.dims[i + 2]) ||
		    call->desc.output_pad[i] < 0 || call->desc.output_pad[i] > INT32_MAX)
			return np_onnx_fail(call, NP_ERR_DATA, "its window is not that of its weights, or larger than 2^31");
	NP_TRY(pad_to_size(call, in->shape));
	return np_onnx_infer(call, in, in->type);
}

/* ---- channels last: the same memory is looked at as [n, c, ...], which is free, and back ---- */

static void turn_axes(np_shape in, bool channels_first, int64_t *dims)
{
	int last = in.rank - 1;
	dims[0] = in.dims[0];
	dims[channels_first ? 1 : last] = in.dims[channels_first ? last : 1];
	for (int i = 1; i < last; i++)
		dims[channels_first ? i + 1 : i] = in.dims[channels_first ? i : i + 1];
}

static np_status relabel(np_onnx_call *call, bool channels_first, const char *name, np_onnx_value *value)
{
	int64_t *dims = np_arena_array(call->builder->arena, (size_t)value->shape.rank, sizeof *dims);
	if (!dims)
		return np_onnx_fail_full(call->err);
	turn_axes(value->shape, channels_first, dims);
	value->shape.dims = dims;
	np_layer_desc view = {.kind = NP_RESHAPE, .name = call->desc.name, .op = "View", .free = true};
	view.inputs = &value->tensor;
	view.input_count = 1;
	view.output_shapes = &value->shape;
	view.output_names = &name;
	np_error why = {0};
	int tensor;
	np_status status = np_network_add_layer(call->builder->network, &view, &tensor, &why);
	if (status != NP_OK)
		return np_onnx_fail(call, status, "%s", why.message);
	value->tensor = tensor;
	return NP_OK;
}

np_status np_onnx_op_conv_channels_last(np_onnx_call *call)
{
	np_onnx_value *in, turned;
	NP_TRY(np_onnx_need(call, 0, &in));
	if (np_onnx_is_constant(in) || in->shape.rank < 3 || call->out_count < 1)
		return np_onnx_fail(call, NP_ERR_DATA, "its input is no grid with channels");
	char text[256];
	int length = snprintf(text, sizeof text, "%.200s/channels_first", call->node->outputs.items[0]);
	const char *inner = np_arena_text(call->builder->arena, text, (size_t)length);
	if (!inner)
		return np_onnx_fail_full(call->err);
	turned = *in;
	NP_TRY(relabel(call, true, inner, &turned));
	call->in[0] = &turned;
	call->out_names = &inner;
	call->out_count = 1;
	np_status status = np_onnx_op_conv(call);
	if (status == NP_OK)
		status = np_onnx_add_layer(call);
	call->in[0] = in;
	NP_TRY(status);
	NP_TRY(relabel(call, false, call->node->outputs.items[0], &call->out[0]));
	call->bound = true;
	return np_onnx_scope_bind(call->builder, call->scope, call->node->outputs.items[0], &call->out[0], call->err);
}

/* ---- pools ---- */

np_status np_onnx_op_pool(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(get_window(call, in->shape));
	if (np_onnx_attr_int(call, "ceil_mode", 0) && call->desc.rounding == NP_ROUND_FLOOR)
		call->desc.rounding = NP_ROUND_CEIL;
	NP_TRY(np_onnx_infer(call, in, in->type));
	if (!call->out_count)
		return NP_OK;
	return np_onnx_set(call, 1, NP_ONNX_INT64, call->out[0].shape.dims, call->out[0].shape.rank);
}

np_status np_onnx_op_global_pool(np_onnx_call *call)
{
	np_onnx_value *in;
	NP_TRY(np_onnx_need(call, 0, &in));
	int spatial = in->shape.rank - 2;
	if (spatial < 1 || spatial > NP_MAX_SPATIAL)
		return np_onnx_fail(call, NP_ERR_DATA, "its input has rank %d, 3 to %d was expected", in->shape.rank,
		                    NP_MAX_SPATIAL + 2);
	if (call->desc.kind == NP_MAXPOOL) {
		call->desc.spatial_rank = spatial;
		memcpy(call->desc.kernel, in->shape.dims + 2, (size_t)spatial * sizeof(int64_t));
	}
	return np_onnx_infer(call, in, in->type);
}

/* The size a pool had before it: stated, or the least that gives its input. */
np_status np_onnx_op_unpool(np_onnx_call *call)
{
	np_onnx_value *in;
	np_onnx_list size;
	int64_t dims[NP_MAX_RANK];
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(get_window(call, in->shape));
	NP_TRY(np_onnx_get_list(call, 2, NULL, &size));
	if (size.count >= 0 && size.count == in->shape.rank)
		return np_onnx_set(call, 0, in->type, size.items, size.count);
	dims[0] = in->shape.dims[0];
	dims[1] = in->shape.dims[1];
	const np_layer_desc *desc = &call->desc;
	for (int i = 0; i < desc->spatial_rank; i++) {
		if (!is_size(in->shape.dims[i + 2]))
			return np_onnx_fail(call, NP_ERR_LIMIT, "its input is larger than 2^31");
		dims[i + 2] =
		        (in->shape.dims[i + 2] - 1) * desc->stride[i] + desc->kernel[i] - desc->pad_begin[i] - desc->pad_end[i];
	}
	call->desc.spatial_rank = 0;
	return np_onnx_set(call, 0, in->type, dims, in->shape.rank);
}
