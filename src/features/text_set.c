/*
 * The feature list of the paper's text. Section 4.1.2 names, for convolution: batch size, input size, kernel size, stride,
 * padding and output size; for fully connected layers: batch size, input size and output size; for pooling: input size,
 * stride, kernel and output size. A size of a tensor is its height, width and channels, a size of a window both its sides.
 * Two readings are ours: pooling takes its padding too, as it has one like convolution, and pooling has as many outputs as
 * input channels, so that channels count once. The special terms are those of Section 3.1, the operations and the accesses
 * to the input, output and kernel tensors, and by Section 4.1.3 power models have them too.
 */
#include "features/text_set.h"

#include "features/physical.h"
#include "features/shape.h"

#include <string.h>

static void compute_conv(const np_layer_config *c, double *base, double *special)
{
	const double values[] = {(double)c->batch,    (double)c->in_h,     (double)c->in_w,     (double)c->in_c,
	                         (double)c->kernel_h, (double)c->kernel_w, (double)c->stride_h, (double)c->stride_w,
	                         (double)c->pad_h,    (double)c->pad_w,    (double)c->out_h,    (double)c->out_w,
	                         (double)c->out_c};
	memcpy(base, values, sizeof values);
	double n = (double)c->batch, out = n * (double)c->out_h * (double)c->out_w * (double)c->out_c;
	double of_one_output = (double)c->kernel_h * (double)c->kernel_w * (double)c->in_c / (double)c->groups;
	special[0] = out * of_one_output;
	special[1] = n * (double)c->in_h * (double)c->in_w * (double)c->in_c;
	special[2] = out;
	special[3] = of_one_output * (double)c->out_c;
}

static void compute_fc(const np_layer_config *c, double *base, double *special)
{
	double n = (double)c->batch, inputs = (double)c->in_h * (double)c->in_w * (double)c->in_c, outputs = (double)c->out_c;
	base[0] = n;
	base[1] = inputs;
	base[2] = outputs;
	special[0] = n * inputs * outputs;
	special[1] = n * inputs;
	special[2] = n * outputs;
	special[3] = inputs * outputs;
}

static void compute_pool(const np_layer_config *c, double *base, double *special)
{
	const double values[] = {(double)c->batch,    (double)c->in_h,     (double)c->in_w,     (double)c->in_c,
	                         (double)c->kernel_h, (double)c->kernel_w, (double)c->stride_h, (double)c->stride_w,
	                         (double)c->pad_h,    (double)c->pad_w,    (double)c->out_h,    (double)c->out_w};
	memcpy(base, values, sizeof values);
	double of_all = (double)c->batch * (double)c->in_c, out = of_all * (double)c->out_h * (double)c->out_w;
	special[0] = out * (double)c->kernel_h * (double)c->kernel_w;
	special[1] = of_all * (double)c->in_h * (double)c->in_w;
	special[2] = out;
}

static const np_feature_set CONV = {
        .name = "conv",
        .list = NP_FEATURES_TEXT,
        .base_count = 13,
        .special_count = 4,
        .base = {"batch", "in_h", "in_w", "in_c", "kernel_h", "kernel_w", "stride_h", "stride_w", "pad_h", "pad_w", "out_h",
                 "out_w", "out_c"},
        .special = {"macs", "input", "output", "filter"},
        NP_PHYSICAL_CONV,
        NP_SHAPE_CONV,
        .special_in_power = true,
        .compute = compute_conv,
        .family = NP_AS_CONV,
};
static const np_feature_set FC = {
        .name = "fc",
        .list = NP_FEATURES_TEXT,
        .base_count = 3,
        .special_count = 4,
        .base = {"batch", "inputs", "outputs"},
        .special = {"macs", "input", "output", "filter"},
        NP_PHYSICAL_FC,
        NP_SHAPE_PRODUCT,
        .special_in_power = true,
        .compute = compute_fc,
        .family = NP_AS_FC,
};
static const np_feature_set POOL = {
        .name = "pool",
        .list = NP_FEATURES_TEXT,
        .base_count = 12,
        .special_count = 3,
        .base = {"batch", "in_h", "in_w", "channels", "kernel_h", "kernel_w", "stride_h", "stride_w", "pad_h", "pad_w", "out_h",
                 "out_w"},
        .special = {"window_reads", "input", "output"},
        NP_PHYSICAL_POOL,
        NP_SHAPE_POOL,
        .special_in_power = true,
        .compute = compute_pool,
        .family = NP_AS_POOL,
};

const np_feature_set *np_feature_set_text(np_kind kind)
{
	switch (kind) {
	case NP_CONV:
	case NP_DECONV:
		return &CONV;
	case NP_FC:
		return &FC;
	case NP_MAXPOOL:
	case NP_AVGPOOL:
		return &POOL;
	default:
		return NULL;
	}
}
