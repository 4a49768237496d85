/*
 * Paleo (Qi, Sparks and Talwalkar 2017), as the paper ran it: every convolution by a product of matrices, operations and
 * bytes one after the other, each at the device's full rate times the percent of peak. Only convolutions, products,
 * pools and dropout take time. It has no notion of power.
 */
#include "base/error.h"
#include "baseline/formulas.h"

#include <math.h>

enum { MOST_MOVES = 3, VALUE_BYTES = 4 };

/* What a layer does: operations, and values moved, tensor by tensor. */
typedef struct effort {
	double operations;
	double moved[MOST_MOVES];
	int moves;
} effort;

typedef struct rates {
	double flops_per_ms, bytes_per_ms;
	double cycle_ms; /* nothing takes less, neither one layer's operations nor moving one tensor */
} rates;

/*
 * The padding is what a layer of its format has at the beginning of an axis, charged on both sides: an odd SAME padding
 * loses a row. Groups, which the format cannot express, divide the operations and the filter; dilation costs nothing.
 */
static effort conv_effort(const np_layer_config *c)
{
	double n = (double)c->batch, inputs = (double)c->in_c, outputs = (double)c->out_c;
	double filter = (double)c->kernel_h * (double)c->kernel_w * inputs / (double)c->groups;
	double positions = (double)c->out_h * (double)c->out_w;
	double padded = (double)(c->in_h + 2 * c->pad_h) * (double)(c->in_w + 2 * c->pad_w);
	return (effort){.operations = 2 * n * positions * outputs * filter,
	                .moved = {n * padded * inputs, filter * outputs, n * positions * outputs},
	                .moves = 3};
}

/* The convolution that it is the transpose of: from its output to its input. */
static effort deconv_effort(const np_layer_config *c)
{
	np_layer_config turned = np_baseline_turned(c);
	return conv_effort(&turned);
}

static effort fc_effort(const np_layer_config *c)
{
	double n = (double)c->batch, inputs = (double)c->in_c * (double)c->in_h * (double)c->in_w, outputs = (double)c->out_c;
	return (effort){
	        .operations = 2 * n * inputs * outputs, .moved = {n * inputs, inputs * outputs, n * outputs}, .moves = 3};
}

static effort window_effort(const np_layer_config *c, double window)
{
	double n = (double)c->batch, channels = (double)c->in_c, positions = (double)c->out_h * (double)c->out_w;
	return (effort){.operations = 2 * window * channels * positions * n,
	                .moved = {n * channels * (double)c->in_h * (double)c->in_w, n * channels * positions},
	                .moves = 2};
}

static effort pool_effort(const np_layer_config *c)
{
	return window_effort(c, (double)c->kernel_h * (double)c->kernel_w);
}

static effort global_pool_effort(const np_layer_config *c)
{
	return window_effort(c, (double)c->in_h * (double)c->in_w);
}

static effort dropout_effort(const np_layer_config *c)
{
	double values = (double)c->batch * (double)c->in_c * (double)c->in_h * (double)c->in_w;
	return (effort){.operations = values, .moved = {values, values}, .moves = 2};
}

typedef effort effort_function(const np_layer_config *config);
static effort_function *const EFFORTS[NP_KIND_COUNT] = {
        [NP_CONV] = conv_effort,       [NP_DECONV] = deconv_effort, [NP_FC] = fc_effort,
        [NP_MAXPOOL] = pool_effort,    [NP_AVGPOOL] = pool_effort,  [NP_GLOBALAVGPOOL] = global_pool_effort,
        [NP_DROPOUT] = dropout_effort,
};

static double move_ms(const rates *r, double bytes)
{
	return fmax(bytes / r->bytes_per_ms, r->cycle_ms);
}

static double effort_ms(const rates *r, const effort *e)
{
	double ms = e->operations > 0 ? fmax(e->operations / r->flops_per_ms, r->cycle_ms) : 0;
	for (int i = 0; i < e->moves; i++)
		ms += move_ms(r, VALUE_BYTES * e->moved[i]);
	return ms;
}

/* A layer whose sizes have no form here is moved once; one that Paleo does not count takes no time. */
static void paleo_estimate(const np_platform *platform, const np_layer_config *config, int64_t bytes, np_estimate *estimate)
{
	const rates *r = platform->formula.context;
	*estimate = (np_estimate){.source = config ? NP_FROM_FORMULA : NP_FROM_FALLBACK, .power_source = NP_FROM_FORMULA};
	estimate->runtime_ms.has = true;
	if (!config) {
		estimate->runtime_ms.value = move_ms(r, (double)bytes);
	} else if (EFFORTS[config->kind]) {
		effort e = EFFORTS[config->kind](config);
		estimate->runtime_ms.value = effort_ms(r, &e);
	}
	estimate->runtime_ms.low = estimate->runtime_ms.high = estimate->runtime_ms.value;
}

static double first_known(double a, double b, double c)
{
	return a > 0 ? a : b > 0 ? b : c;
}

np_status np_paleo_start(np_platform *platform, np_error *err)
{
	const np_sheet *s = platform->formula.sheet;
	rates *r = np_arena_alloc(&platform->arena, sizeof *r);
	if (!r)
		return np_fail_memory(err);
	double share = first_known(s->percent_of_peak, 1, 1), gib = 1024.0 * 1024 * 1024;
	r->flops_per_ms = first_known(s->paleo_peak_gflops, s->peak_gflops, 0) * 1e6 * share;
	/* A vendor's GB/s are taken for GiB/s, as Paleo takes them. */
	r->bytes_per_ms = s->bandwidth_gbs * gib / 1000 * share;
	r->cycle_ms = 1 / first_known(s->paleo_clock_mhz, s->clock_mhz, 1000) / 1000;
	platform->formula.context = r;
	platform->formula.estimate = paleo_estimate;
	platform->formula.charges_dropout = true;
	return NP_OK;
}
