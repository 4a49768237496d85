/* The features of each family of kinds. Values are exact in double up to 2^53; logarithms do not depend on the processor. */
#include "features/feature_set.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- families ---- */

static void compute_conv(const np_layer_config *c, double *base, double *special)
{
	double n = (double)c->batch, out = (double)c->out_h * (double)c->out_w, in_c = (double)c->in_c;
	double filter_in = in_c / (double)c->groups, window = (double)c->kernel_h * (double)c->kernel_w;
	const double values[] = {n,         (double)c->out_h, (double)c->out_w, (double)c->kernel_w,
	                         filter_in, (double)c->out_c, (double)c->in_h};
	memcpy(base, values, sizeof values);
	special[0] = out * (double)c->out_c * window * filter_in;
	special[1] = n * special[0];
	special[2] = n * out * window * in_c;
	special[3] = n * out * (double)c->out_c;
	special[4] = window * filter_in * (double)c->out_c;
	special[5] = n * (double)c->in_h * (double)c->in_w * in_c;
	special[6] = n * (double)c->in_w * in_c;
	special[7] = n * (double)c->in_h * in_c;
}

static void compute_fc(const np_layer_config *c, double *base, double *special)
{
	const double values[] = {(double)c->batch, (double)c->out_c, (double)c->in_h, (double)c->in_w, (double)c->in_c};
	memcpy(base, values, sizeof values);
	special[0] = values[0] * values[1] * values[2] * values[3] * values[4];
}

static void compute_pool(const np_layer_config *c, double *base, double *special)
{
	const double values[] = {(double)c->batch, (double)c->out_h,    (double)c->out_w,
	                         (double)c->in_c,  (double)c->kernel_h, (double)c->in_h};
	memcpy(base, values, sizeof values);
	double outputs = values[0] * values[1] * values[2] * values[3];
	special[0] = outputs * (double)c->kernel_h * (double)c->kernel_w;
	special[1] = outputs;
	special[2] = values[0] * (double)c->in_h * (double)c->in_w * values[3];
}

static void compute_elementwise(const np_layer_config *c, double *base, double *special)
{
	base[0] = (double)c->batch;
	base[1] = (double)c->in_c * (double)c->in_h * (double)c->in_w;
	special[0] = base[0] * base[1];
	special[1] = base[0] * (double)c->out_c * (double)c->out_h * (double)c->out_w;
}

static void compute_matmul(const np_layer_config *c, double *base, double *special)
{
	const double values[] = {(double)c->batch, (double)c->in_h, (double)c->in_c, (double)c->out_c};
	memcpy(base, values, sizeof values);
	special[0] = values[0] * values[1] * values[2] * values[3];
	special[1] = values[0] * (values[1] * values[2] + values[2] * values[3] + values[1] * values[3]);
}

static const np_feature_set CONV = {
        .name = "conv",
        .base_count = 7,
        .special_count = 8,
        .base = {"batch", "out_h", "out_w", "kernel_w", "filter_in_c", "out_c", "in_h"},
        .special = {"macs_per_item", "macs", "unrolled_input", "output", "filter", "input", "input_row", "input_column"},
        .special_in_power = true,
        .degree = {3, 2},
        .compute = compute_conv,
};
static const np_feature_set FC = {
        .name = "fc",
        .base_count = 5,
        .special_count = 1,
        .base = {"batch", "out_c", "in_h", "in_w", "in_c"},
        .special = {"macs"},
        .special_in_power = false,
        .degree = {3, 2},
        .compute = compute_fc,
};
static const np_feature_set POOL = {
        .name = "pool",
        .base_count = 6,
        .special_count = 3,
        .base = {"batch", "out_h", "out_w", "channels", "kernel_h", "in_h"},
        .special = {"window_reads", "output", "input"},
        .special_in_power = true,
        .degree = {3, 2},
        .compute = compute_pool,
};
static const np_feature_set ELEMENTWISE = {
        .name = "elementwise",
        .base_count = 2,
        .special_count = 2,
        .base = {"batch", "values_per_item"},
        .special = {"input", "output"},
        .special_in_power = true,
        .degree = {3, 2},
        .compute = compute_elementwise,
};
static const np_feature_set MATMUL = {
        .name = "matmul",
        .base_count = 4,
        .special_count = 2,
        .base = {"batch", "rows", "inner", "columns"},
        .special = {"macs", "values"},
        .special_in_power = true,
        .degree = {3, 2},
        .compute = compute_matmul,
};

const np_feature_set *np_feature_set_of(np_kind kind)
{
	static const np_feature_set *const SETS[NP_KIND_COUNT] = {
	        [NP_CONV] = &CONV,
	        [NP_DECONV] = &CONV,
	        [NP_FC] = &FC,
	        [NP_MAXPOOL] = &POOL,
	        [NP_AVGPOOL] = &POOL,
	        [NP_GLOBALAVGPOOL] = &ELEMENTWISE,
	        [NP_LRN] = &ELEMENTWISE,
	        [NP_BATCHNORM] = &ELEMENTWISE,
	        [NP_LAYERNORM] = &ELEMENTWISE,
	        [NP_RELU] = &ELEMENTWISE,
	        [NP_ACTIVATION] = &ELEMENTWISE,
	        [NP_ELTWISE] = &ELEMENTWISE,
	        [NP_CONCAT] = &ELEMENTWISE,
	        [NP_SOFTMAX] = &ELEMENTWISE,
	        [NP_MATMUL] = &MATMUL,
	        [NP_RESHAPE] = &ELEMENTWISE,
	        [NP_DROPOUT] = &ELEMENTWISE,
	        [NP_RESIZE] = &ELEMENTWISE,
	        [NP_PAD] = &ELEMENTWISE,
	        [NP_REDUCE] = &ELEMENTWISE,
	        [NP_OTHER] = NULL,
	};
	return (unsigned)kind < NP_KIND_COUNT ? SETS[kind] : NULL;
}

/* ---- numbering ---- */

int np_feature_count(const np_feature_set *set)
{
	return 2 * set->base_count + set->special_count;
}

const char *np_feature_name(const np_feature_set *set, int feature, char *text)
{
	int b = set->base_count;
	if (feature < b)
		snprintf(text, 32, "%s", set->base[feature]);
	else if (feature < 2 * b)
		snprintf(text, 32, "log2(%s)", set->base[feature - b]);
	else
		snprintf(text, 32, "%s", set->special[feature - 2 * b]);
	return text;
}

int np_feature_find(const np_feature_set *set, const char *name)
{
	char text[32];
	for (int i = 0; i < np_feature_count(set); i++)
		if (strcmp(np_feature_name(set, i, text), name) == 0)
			return i;
	return -1;
}

/* In extended precision and rounded once: the double version depends on the processor's instructions. */
static double binary_log(double value)
{
	return value > 0 ? (double)log2l((long double)value) : 0;
}

void np_feature_values(const np_feature_set *set, const np_layer_config *config, double *values)
{
	int b = set->base_count;
	set->compute(config, values, values + 2 * b);
	for (int i = 0; i < b; i++)
		values[b + i] = binary_log(values[i]);
}

/* ---- routing ---- */

static bool covers_input(const np_layer_config *c)
{
	return c->kind == NP_CONV && c->groups == 1 && c->out_h == 1 && c->out_w == 1 && c->kernel_h == c->in_h &&
	       c->kernel_w == c->in_w && c->pad_h == 0 && c->pad_w == 0;
}

np_layer_config np_feature_route(const np_layer_config *config)
{
	np_layer_config routed = *config;
	if (covers_input(config))
		routed.kind = NP_FC;
	return routed;
}
