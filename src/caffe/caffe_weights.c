/* Layers with learned values or statistics but no window, and the arithmetic between blobs. */
#include "base/checked.h"
#include "base/error.h"
#include "caffe/caffe_layer.h"
#include "network/network.h"

#include <stdio.h>

/* Elements of the axes [first, end) of the first input. */
static np_status count_axes(np_caffe_layer *layer, int first, int end, int64_t *count)
{
	np_shape part = {end - first, layer->in[0].dims + first};
	if (np_shape_elements(part, count))
		return NP_OK;
	return np_fail_at(layer->reader->err, NP_ERR_LIMIT, layer->node->line, layer->node->column,
	                  "layer '%s': its input is too large", layer->name);
}

static np_status times(np_caffe_layer *layer, int64_t *product, int64_t factor)
{
	if (np_mul_into(product, factor))
		return NP_OK;
	return np_fail_at(layer->reader->err, NP_ERR_LIMIT, layer->node->line, layer->node->column,
	                  "layer '%s': a count leaves 63 bits", layer->name);
}

static int64_t channels(const np_caffe_layer *layer)
{
	return layer->in[0].rank > 1 ? layer->in[0].dims[1] : 1;
}

np_status np_caffe_inner_product(np_caffe_layer *layer)
{
	np_layer_desc *desc = &layer->desc;
	int64_t weights;
	NP_TRY(np_caffe_num_output(layer));
	NP_TRY(np_caffe_axis(layer, "axis", 1, layer->in[0].rank, &desc->axis));
	desc->bias = true;
	NP_TRY(np_proto_bool(layer->param, "bias_term", &desc->bias, layer->reader->err));
	NP_TRY(count_axes(layer, desc->axis, layer->in[0].rank, &weights));
	NP_TRY(times(layer, &weights, desc->out_channels));
	return np_caffe_constants(layer, weights, desc->bias ? desc->out_channels : 0, 0);
}

/* A table of num_output values for each of input_dim words: only the rows that are asked for are read. */
np_status np_caffe_embed(np_caffe_layer *layer)
{
	np_layer_desc *desc = &layer->desc;
	int64_t words = 0, *dims, read;
	bool bias = true;
	int rank = layer->in[0].rank;
	NP_TRY(np_caffe_num_output(layer));
	NP_TRY(np_proto_int(layer->param, "input_dim", 1, INT32_MAX, &words, layer->reader->err));
	NP_TRY(np_proto_bool(layer->param, "bias_term", &bias, layer->reader->err));
	if (!words)
		return np_caffe_fail(layer, layer->param, "input_dim is missing");
	NP_TRY(np_caffe_dims(layer, rank + 1, NULL, &dims));
	for (int i = 0; i < rank; i++)
		dims[i] = layer->in[0].dims[i];
	dims[rank] = desc->out_channels;
	NP_TRY(np_caffe_set_outputs(layer, rank + 1, dims));
	NP_TRY(np_caffe_constants(layer, words * desc->out_channels, bias ? desc->out_channels : 0, 0));
	if (np_shape_elements((np_shape){rank + 1, dims}, &read) && read < desc->constant_values)
		desc->constant_values = read;
	return NP_OK;
}

/*
 * [steps, n, ...] -> [steps, n, num_output]. An LSTM has four gates over input and state; an RNN one state, and an output
 * that is a product of it. A third bottom is an input that stays the same over all steps.
 */
np_status np_caffe_recurrent(np_caffe_layer *layer)
{
	np_layer_desc *desc = &layer->desc;
	bool lstm = layer->type_name[0] == 'L';
	int64_t inputs, constant = 0, *dims, weights, biases;
	int rank = layer->in[0].rank;
	NP_TRY(np_caffe_num_output(layer));
	int64_t hidden = desc->out_channels;
	if (rank < 3)
		return np_caffe_fail(layer, NULL, "an input of steps, items and values was expected, not %d axes", rank);
	NP_TRY(count_axes(layer, 2, rank, &inputs));
	if (layer->bottom_count > 2 && layer->in[2].rank > 1 &&
	    !np_shape_elements((np_shape){layer->in[2].rank - 1, layer->in[2].dims + 1}, &constant))
		return np_caffe_fail(layer, NULL, "its third bottom is too large");
	weights = inputs;
	if (!np_add_into(&weights, constant) || !np_add_into(&weights, lstm ? hidden : 2 * hidden))
		return np_caffe_fail(layer, NULL, "its input is too large");
	NP_TRY(times(layer, &weights, lstm ? 4 : 1));
	desc->factor = weights;
	NP_TRY(times(layer, &desc->factor, 2));
	NP_TRY(times(layer, &weights, hidden));
	biases = (lstm ? 4 : 2) * hidden;
	NP_TRY(np_caffe_dims(layer, 3, layer->in[0].dims, &dims));
	dims[2] = hidden;
	NP_TRY(np_caffe_set_outputs(layer, 3, dims));
	return np_caffe_constants(layer, weights, biases, 0);
}

/* Two bottoms: the second is the operand, smaller than the first; its values come from the network. */
static np_status between_bottoms(np_caffe_layer *layer, int64_t flops)
{
	layer->desc.kind = NP_ELTWISE;
	layer->desc.factor = flops;
	return np_caffe_set_outputs(layer, layer->in[0].rank, layer->in[0].dims);
}

/* The values a Scale or Bias layer learns: one for each cell of num_axes axes from `axis` on. */
static np_status count_operand(np_caffe_layer *layer, int64_t *count)
{
	int rank = layer->in[0].rank, axis;
	int64_t axes = 1;
	NP_TRY(np_caffe_axis(layer, "axis", 1, rank, &axis));
	NP_TRY(np_proto_int(layer->param, "num_axes", -1, rank, &axes, layer->reader->err));
	if (axes > rank - axis)
		return np_caffe_fail(layer, np_proto_find(layer->param, "num_axes"),
		                     "num_axes is %lld, the input has %d from axis %d", (long long)axes, rank - axis, axis);
	return count_axes(layer, axis, axes < 0 ? rank : axis + (int)axes, count);
}

np_status np_caffe_scale(np_caffe_layer *layer)
{
	int64_t count;
	bool bias = false;
	NP_TRY(np_proto_bool(layer->param, "bias_term", &bias, layer->reader->err));
	layer->desc.factor = bias ? 2 : 1;
	if (layer->bottom_count > 1)
		return between_bottoms(layer, bias ? 2 : 1);
	NP_TRY(count_operand(layer, &count));
	return np_caffe_constants(layer, count, bias ? count : 0, 0);
}

np_status np_caffe_bias(np_caffe_layer *layer)
{
	int64_t count;
	layer->desc.factor = 1;
	if (layer->bottom_count > 1)
		return between_bottoms(layer, 1);
	NP_TRY(count_operand(layer, &count));
	return np_caffe_constants(layer, count, 0, 0);
}

/* Mean, variance and one correction factor are read, not learned; one fork learns scale and bias in the same layer. */
np_status np_caffe_batch_norm(np_caffe_layer *layer)
{
	bool affine = false;
	int64_t c = channels(layer);
	NP_TRY(np_proto_bool(layer->param, "scale_bias", &affine, layer->reader->err));
	layer->desc.constants_given = true;
	layer->desc.params = affine ? 2 * c : 0;
	layer->desc.constant_values = 2 * c + 1 + layer->desc.params;
	return NP_OK;
}

/* The BN layer of segmentation forks: scale and shift are learned, mean and variance read. */
np_status np_caffe_affine_norm(np_caffe_layer *layer)
{
	return np_caffe_constants(layer, channels(layer), channels(layer), 2 * channels(layer));
}

np_status np_caffe_prelu(np_caffe_layer *layer)
{
	bool shared = false;
	NP_TRY(np_proto_bool(layer->param, "channel_shared", &shared, layer->reader->err));
	return np_caffe_constants(layer, shared ? 1 : channels(layer), 0, 0);
}

np_status np_caffe_normalize(np_caffe_layer *layer)
{
	bool shared = true;
	NP_TRY(np_proto_bool(layer->param, "channel_shared", &shared, layer->reader->err));
	return np_caffe_constants(layer, shared ? 1 : channels(layer), 0, 0);
}

np_status np_caffe_lrn(np_caffe_layer *layer)
{
	enum { ACROSS, WITHIN };
	static const char *const REGIONS[] = {[ACROSS] = "ACROSS_CHANNELS", [WITHIN] = "WITHIN_CHANNEL"};
	int region = ACROSS;
	int64_t size = 5;
	NP_TRY(np_proto_int(layer->param, "local_size", 1, INT32_MAX / 2, &size, layer->reader->err));
	NP_TRY(np_proto_choice(layer->param, "norm_region", REGIONS, 2, &region, layer->reader->err));
	layer->desc.window = region == WITHIN ? size * size : size;
	return NP_OK;
}

static bool same_shape(np_shape a, np_shape b)
{
	if (a.rank != b.rank)
		return false;
	for (int i = 0; i < a.rank; i++)
		if (a.dims[i] != b.dims[i])
			return false;
	return true;
}

/* Caffe does not stretch: all bottoms have one shape. */
np_status np_caffe_eltwise(np_caffe_layer *layer)
{
	static const char *const OPERATIONS[] = {"PROD", "SUM", "MAX"};
	int operation = 1;
	NP_TRY(np_proto_choice(layer->param, "operation", OPERATIONS, 3, &operation, layer->reader->err));
	for (int i = 1; i < layer->bottom_count; i++) {
		char first[128], other[128];
		if (same_shape(layer->in[0], layer->in[i]))
			continue;
		return np_caffe_fail(layer, NULL, "bottom %d is %s, the first is %s: they must agree", i,
		                     np_shape_format(layer->in[i], other, sizeof other),
		                     np_shape_format(layer->in[0], first, sizeof first));
	}
	return NP_OK;
}

/* a x + y with one a per channel. */
np_status np_caffe_axpy(np_caffe_layer *layer)
{
	if (!same_shape(layer->in[1], layer->in[2]))
		return np_caffe_fail(layer, NULL, "the second and third bottom have different shapes");
	layer->desc.factor = 2;
	return np_caffe_set_outputs(layer, layer->in[1].rank, layer->in[1].dims);
}

/* A number; a second top has what was compared (SoftmaxWithLoss) or one number per class (Accuracy). */
np_status np_caffe_loss(np_caffe_layer *layer)
{
	static const int64_t SCALAR[1] = {1};
	NP_TRY(np_caffe_set_outputs(layer, 0, SCALAR));
	return np_caffe_set_output(layer, 1, layer->in[0].rank, layer->in[0].dims);
}
