/* A network's layer as a free-standing configuration. */
#include <neuralpower/layer_config.h>

#include "base/checked.h"

#include <stddef.h>
#include <string.h>

static int64_t dim(np_shape shape, int axis)
{
	return axis >= 0 && axis < shape.rank ? shape.dims[axis] : 1;
}

/* The product of dims[first..last); shapes were checked to fit 63 bits when the network was built. */
static int64_t product(np_shape shape, int first, int last)
{
	int64_t result = 1;
	for (int i = first; i < last; i++)
		result *= shape.dims[i];
	return result;
}

/* [n, c, ...]: one spatial axis lies along the width, more than two are folded into the height. */
static void split_shape(np_shape shape, int64_t *n, int64_t *c, int64_t *h, int64_t *w)
{
	*n = dim(shape, 0);
	*c = dim(shape, 1);
	*w = shape.rank > 2 ? shape.dims[shape.rank - 1] : 1;
	*h = shape.rank > 3 ? product(shape, 2, shape.rank - 1) : 1;
}

static void set_window(np_layer_config *config, const np_layer *layer)
{
	int w = layer->spatial_rank - 1, h = w - 1;
	config->kernel_w = layer->kernel[w];
	config->stride_w = layer->stride[w];
	config->dilation_w = layer->dilation[w];
	config->pad_w = layer->pad_begin[w];
	if (h < 0)
		return;
	config->kernel_h = layer->kernel[h];
	config->stride_h = layer->stride[h];
	config->dilation_h = layer->dilation[h];
	config->pad_h = layer->pad_begin[h];
}

/*
 * Rows times a matrix: everything before the vector is batch. Each input value meets out_c weights, which holds for a
 * transposed product too.
 */
static void set_product(np_layer_config *config, int64_t macs, np_shape in, np_shape out)
{
	int64_t inputs = product(in, 0, in.rank), outputs = product(out, 0, out.rank);
	config->out_c = macs / inputs > 0 && outputs % (macs / inputs) == 0 ? macs / inputs : dim(out, out.rank - 1);
	config->batch = outputs / config->out_c;
	config->in_c = inputs / config->batch;
	config->in_h = config->in_w = config->out_h = config->out_w = 1;
}

/* in_h rows of in_c values times in_c rows of out_c, batch times; operands may lie transposed, so the result tells. */
static void set_matmul(np_layer_config *config, int64_t macs, np_shape out)
{
	config->batch = product(out, 0, out.rank - 2);
	config->in_h = config->out_h = dim(out, out.rank - 2);
	config->in_w = config->out_w = 1;
	config->in_c = macs / product(out, 0, out.rank);
	config->out_c = dim(out, out.rank - 1);
}

bool np_layer_config_of(const np_network *network, const np_layer *layer, np_layer_config *config)
{
	if (layer->kind == NP_OTHER || !layer->input_count || layer->spatial_rank > 2)
		return false;
	np_shape in = np_network_tensor(network, layer->inputs[0])->shape;
	np_shape out = np_network_tensor(network, layer->outputs[0])->shape;
	/*
	 * Field by field: a search comes here for every layer, and to clear the whole first takes longer than all else. The
	 * padding behind the kind is cleared, so that configurations may be compared as memory.
	 */
	memset(config, 0, offsetof(np_layer_config, batch));
	config->kind = layer->kind;
	config->inputs = layer->input_count;
	config->groups = layer->groups ? layer->groups : 1;
	config->kernel_h = config->kernel_w = config->stride_h = config->stride_w = 1;
	config->dilation_h = config->dilation_w = 1;
	config->pad_h = config->pad_w = 0;
	if (layer->kind == NP_FC) {
		set_product(config, layer->macs, in, out);
		return true;
	}
	if (layer->kind == NP_MATMUL) {
		set_matmul(config, layer->macs, out);
		return true;
	}
	int64_t ignored;
	split_shape(in, &config->batch, &config->in_c, &config->in_h, &config->in_w);
	split_shape(out, &ignored, &config->out_c, &config->out_h, &config->out_w);
	if (layer->spatial_rank)
		set_window(config, layer);
	return true;
}
