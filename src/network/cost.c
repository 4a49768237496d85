/* Costs: multiply-accumulates, FLOPs, learned values and bytes of a layer whose shapes are known. */
#include "base/checked.h"
#include "base/error.h"
#include "network/network_impl.h"

const char *np_flops_rule(void)
{
	return "flops = 2 x macs (bias excluded) for conv, deconv, fc and matmul; values of the window per output for "
	       "maxpool, avgpool and globalavgpool; per output value: relu, activation and resize 1, batchnorm 2, "
	       "softmax 3, layernorm 5, lrn 2 x window + 2, eltwise inputs - 1 (at least 1); reduce 1 per input value; "
	       "reshape, dropout, concat, pad and other 0";
}

static np_status fail_limit(const np_build *build)
{
	return np_fail(build->err, NP_ERR_LIMIT, "layer '%s': a count leaves 63 bits", build->desc->name);
}

static np_shape output_shape(const np_build *build)
{
	return build->network->tensors[build->layer->outputs[0]].shape;
}

static bool window_cells(const np_layer *layer, int64_t *cells)
{
	*cells = 1;
	for (int i = 0; i < layer->spatial_rank; i++)
		if (!np_mul_into(cells, layer->kernel[i]))
			return false;
	return true;
}

/* ---- multiply-accumulates and weights of the kinds that have them ---- */

typedef struct counts {
	int64_t macs, weights, biases;
} counts;

/* Every output value takes kernel x in_channels / groups products. */
static bool count_conv(const np_build *build, counts *c)
{
	int64_t outputs, per_output, filters = output_shape(build).dims[1];
	if (!np_shape_elements(output_shape(build), &outputs) || !window_cells(build->layer, &per_output))
		return false;
	if (!np_mul_into(&per_output, build->in[0].dims[1] / build->layer->groups))
		return false;
	c->biases = filters;
	return np_mul(outputs, per_output, &c->macs) && np_mul(filters, per_output, &c->weights);
}

/* The transpose: every input value meets kernel x out_channels / groups weights. */
static bool count_deconv(const np_build *build, counts *c)
{
	int64_t inputs, per_input, filters = output_shape(build).dims[1];
	if (!np_shape_elements(build->in[0], &inputs) || !window_cells(build->layer, &per_input))
		return false;
	if (!np_mul_into(&per_input, filters / build->layer->groups))
		return false;
	c->biases = filters;
	return np_mul(inputs, per_input, &c->macs) && np_mul(build->in[0].dims[1], per_input, &c->weights);
}

/* Transposed or broadcast operands: the reader says how many products make one output value. */
static bool count_contraction(const np_build *build, int64_t *macs)
{
	int64_t outputs;
	return np_shape_elements(output_shape(build), &outputs) && np_mul(outputs, build->desc->contraction, macs);
}

static bool count_fc(const np_build *build, counts *c)
{
	np_shape out = output_shape(build);
	int64_t inputs, features = out.dims[out.rank - 1];
	np_shape vector = {build->in[0].rank - build->desc->axis, build->in[0].dims + build->desc->axis};
	int64_t length;
	if (!np_shape_elements(build->in[0], &inputs) || !np_shape_elements(vector, &length))
		return false;
	c->biases = features;
	if (!np_mul(inputs, features, &c->macs) || !np_mul(length, features, &c->weights))
		return false;
	return !build->desc->contraction || count_contraction(build, &c->macs);
}

static bool count_matmul(const np_build *build, counts *c)
{
	int64_t outputs;
	np_shape a = build->in[0];
	if (build->desc->contraction)
		return count_contraction(build, &c->macs);
	return np_shape_elements(output_shape(build), &outputs) && np_mul(outputs, a.dims[a.rank - 1], &c->macs);
}

static bool count_batchnorm(const np_build *build, counts *c)
{
	np_shape out = output_shape(build);
	c->weights = c->biases = out.rank > 1 ? out.dims[1] : 1;
	return true;
}

static bool count_macs(const np_build *build, counts *c)
{
	switch (build->desc->kind) {
	case NP_CONV:
		return count_conv(build, c);
	case NP_DECONV:
		return count_deconv(build, c);
	case NP_FC:
		return count_fc(build, c);
	case NP_MATMUL:
		return count_matmul(build, c);
	case NP_BATCHNORM:
		return count_batchnorm(build, c);
	default:
		return true;
	}
}

/* ---- FLOPs of the element-wise kinds ---- */

static int64_t flops_per_output(const np_build *build)
{
	int inputs = build->layer->input_count;
	switch (build->desc->kind) {
	case NP_RELU:
	case NP_ACTIVATION:
	case NP_RESIZE:
		return 1;
	case NP_BATCHNORM:
		return 2;
	case NP_SOFTMAX:
		return 3;
	case NP_LAYERNORM:
		return 5;
	case NP_ELTWISE:
		return inputs > 1 ? inputs - 1 : 1;
	default:
		return 0;
	}
}

static bool count_flops(const np_build *build, int64_t macs, int64_t *flops)
{
	int64_t outputs, inputs = 0, per_output = build->desc->factor;
	np_kind kind = build->desc->kind;
	if (build->desc->free) {
		*flops = 0;
		return true;
	}
	if (macs)
		return np_mul(macs, 2, flops);
	if (!np_shape_elements(output_shape(build), &outputs))
		return false;
	if (kind == NP_REDUCE || kind == NP_GLOBALAVGPOOL) {
		*flops = 0;
		return !build->layer->input_count || (np_shape_elements(build->in[0], &inputs) && np_mul(inputs, 1, flops));
	}
	if (kind == NP_MAXPOOL || kind == NP_AVGPOOL) {
		if (!window_cells(build->layer, &per_output))
			return false;
	} else if (kind == NP_LRN) {
		if (!np_mul(build->desc->window, 2, &per_output) || !np_add_into(&per_output, 2))
			return false;
	} else if (!per_output) {
		per_output = flops_per_output(build);
	}
	return np_mul(outputs, per_output, flops);
}

/* ---- bytes ---- */

static bool sum_bytes(const np_network *network, const int *tensors, int count, int64_t *bytes)
{
	*bytes = 0;
	for (int i = 0; i < count; i++)
		if (!np_add_into(bytes, np_tensor_bytes(&network->tensors[tensors[i]])))
			return false;
	return true;
}

np_status np_count_costs(np_build *build)
{
	np_layer *layer = build->layer;
	const np_layer_desc *desc = build->desc;
	counts c = {0};
	if (!count_macs(build, &c) || !count_flops(build, c.macs, &layer->flops))
		return fail_limit(build);
	layer->macs = c.macs;
	bool biased = desc->bias || desc->kind == NP_BATCHNORM;
	int64_t values = desc->constant_values;
	layer->params = desc->params;
	if (!desc->constants_given) {
		if (!np_add(c.weights, biased ? c.biases : 0, &values))
			return fail_limit(build);
		layer->params = values;
	}
	int element = layer->input_count ? build->network->tensors[layer->inputs[0]].element_bytes : 4;
	if (!np_mul(values, element, &layer->weight_bytes) ||
	    !sum_bytes(build->network, layer->inputs, layer->input_count, &layer->input_bytes) ||
	    !sum_bytes(build->network, layer->outputs, layer->output_count, &layer->output_bytes))
		return fail_limit(build);
	return NP_OK;
}
