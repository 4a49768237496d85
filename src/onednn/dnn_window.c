/* Layers with a window: convolutions and their transposes, pools. */
#include "onednn/dnn_plan.h"

#include <math.h>

/*
 * The padding at the far end: as at the near end where that gives the output its size, rounded down, as frameworks have it;
 * else what makes the output that large. Rows at the end that no window reaches need none.
 */
static int64_t far_padding(int64_t from, int64_t to, int64_t kernel, int64_t stride, int64_t pad, int64_t dilation)
{
	int64_t extent = (kernel - 1) * dilation + 1;
	if ((from + 2 * pad - extent) / stride + 1 == to && from + 2 * pad >= extent)
		return pad;
	int64_t far = (to - 1) * stride + extent - from - pad;
	return far > 0 ? far : 0;
}

static dnn_window window_of(const np_layer_config *c)
{
	return (dnn_window){
	        .kernel = {c->kernel_h, c->kernel_w},
	        .stride = {c->stride_h, c->stride_w},
	        .dilation = {c->dilation_h - 1, c->dilation_w - 1},
	        .pad_begin = {c->pad_h, c->pad_w},
	        .pad_end = {far_padding(c->in_h, c->out_h, c->kernel_h, c->stride_h, c->pad_h, c->dilation_h),
	                    far_padding(c->in_w, c->out_w, c->kernel_w, c->stride_w, c->pad_w, c->dilation_w)},
	};
}

/* A transposed window goes from output to input; a negative far padding is what frameworks call output padding. */
static void transpose_window(const np_layer_config *c, dnn_window *w)
{
	int64_t extent_h = (c->kernel_h - 1) * c->dilation_h + 1, extent_w = (c->kernel_w - 1) * c->dilation_w + 1;
	w->pad_end[0] = (c->in_h - 1) * c->stride_h + extent_h - c->pad_h - c->out_h;
	w->pad_end[1] = (c->in_w - 1) * c->stride_w + extent_w - c->pad_w - c->out_w;
}

static dnn_dims image_in(const np_layer_config *c)
{
	return (dnn_dims){4, {c->batch, c->in_c, c->in_h, c->in_w}};
}

static dnn_dims image_out(const np_layer_config *c)
{
	return (dnn_dims){4, {c->batch, c->out_c, c->out_h, c->out_w}};
}

/* ---- convolution ---- */

static dnn_dims filter_dims(const np_layer_config *c)
{
	if (c->groups > 1)
		return (dnn_dims){5, {c->groups, c->out_c / c->groups, c->in_c / c->groups, c->kernel_h, c->kernel_w}};
	return (dnn_dims){4, {c->out_c, c->in_c, c->kernel_h, c->kernel_w}};
}

static dnnl_status_t make_conv(dnn_plan *plan, const np_layer_config *c, dnnl_primitive_desc_t *made)
{
	dnn_dims in = image_in(c), filter = filter_dims(c), bias = {1, {c->out_c}}, out = image_out(c);
	bool transposed = c->kind == NP_DECONV;
	dnn_window window = window_of(c);
	if (transposed)
		transpose_window(c, &window);
	dnn_md src = dnn_plan_any(plan, &in), weights = dnn_plan_any(plan, &filter), b = dnn_plan_plain(plan, &bias),
	       dst = dnn_plan_any(plan, &out);
	if (!src || !weights || !b || !dst)
		return dnnl_out_of_memory;
	return dnn_make_conv(&plan->maker, transposed, src, weights, b, dst, &window, made);
}

static np_status plan_conv(dnn_plan *plan, const np_step *step, dnnl_primitive_desc_t made)
{
	const np_layer_config *c = &step->config;
	dnn_dims in = image_in(c), filter = filter_dims(c), bias = {1, {c->out_c}}, out = image_out(c);
	dnn_md wanted = dnn_wants(plan, made, dnnl_query_src_md, 0), weights = dnn_wants(plan, made, dnnl_query_weights_md, 0),
	       b = dnn_plan_plain(plan, &bias), result = dnn_wants(plan, made, dnnl_query_dst_md, 0);
	dnn_view src, dst;
	np_status status = NP_OK;
	if (!wanted || !weights || !b || !result)
		status = dnn_fail_step(plan, dnnl_out_of_memory, "");
	if (status == NP_OK)
		status = dnn_read(plan, step->inputs[0], &in, wanted, &src);
	if (status == NP_OK)
		status = dnn_write(plan, step->outputs[0], &out, result, &dst);
	if (status != NP_OK) {
		dnnl_primitive_desc_destroy(made);
		return status;
	}
	/* As networks are initialised: the result is about as large as the input, however many layers follow. */
	float deviation = sqrtf(2.f / (float)(c->in_c / c->groups * c->kernel_h * c->kernel_w));
	int weight = dnn_plan_weights(plan, weights, 0, deviation), bias_buffer = dnn_plan_weights(plan, b, 0, .1f);
	dnn_trace_role(plan, NP_PART_INPUT, &in, src.md, src.buffer);
	dnn_trace_role(plan, NP_PART_WEIGHTS, &filter, weights, weight);
	dnn_trace_role(plan, NP_PART_BIAS, &bias, b, bias_buffer);
	dnn_trace_role(plan, NP_PART_OUTPUT, &out, dst.md, dst.buffer);
	dnn_arg args[] = {{DNNL_ARG_SRC, src.buffer, src.md},
	                  {DNNL_ARG_WEIGHTS, weight, weights},
	                  {DNNL_ARG_BIAS, bias_buffer, b},
	                  {DNNL_ARG_DST, dst.buffer, dst.md}};
	return dnn_plan_op(plan, made, args, 4);
}

np_status dnn_step_conv(dnn_plan *plan, const np_step *step)
{
	const np_layer_config *c = &step->config;
	if (c->groups < 1 || c->in_c % c->groups || c->out_c % c->groups)
		return dnn_fail_step(plan, dnnl_invalid_arguments, "its groups do not divide its channels");
	dnnl_primitive_desc_t made;
	dnnl_status_t status = make_conv(plan, c, &made);
	if (status != dnnl_success)
		return dnn_fail_step(plan, status, "there is no implementation");
	return plan_conv(plan, step, made);
}

/* ---- pools ---- */

static dnnl_status_t make_pool(dnn_plan *plan, dnn_const_md src, const void *context, dnnl_primitive_desc_t *made)
{
	const np_layer_config *c = context;
	dnn_dims out = image_out(c);
	dnn_md dst = dnn_plan_any(plan, &out);
	dnn_window window = window_of(c);
	if (!dst)
		return dnnl_out_of_memory;
	return dnn_make_pool(&plan->maker, c->kind == NP_MAXPOOL ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding, src,
	                     dst, &window, made);
}

np_status dnn_step_pool(dnn_plan *plan, const np_step *step)
{
	np_layer_config c = step->config;
	if (c.kind == NP_GLOBALAVGPOOL) {
		c.kernel_h = c.in_h;
		c.kernel_w = c.in_w;
		c.stride_h = c.stride_w = c.dilation_h = c.dilation_w = c.out_h = c.out_w = 1;
		c.pad_h = c.pad_w = 0;
	}
	dnn_dims in = image_in(&c), out = image_out(&c);
	dnn_view src, dst;
	dnnl_primitive_desc_t made;
	np_status status = dnn_choose(plan, step->inputs[0], &in, make_pool, &c, &src, &made);
	if (status != NP_OK)
		return status;
	dnn_md result = dnn_wants(plan, made, dnnl_query_dst_md, 0);
	status = result ? dnn_write(plan, step->outputs[0], &out, result, &dst) : dnn_fail_step(plan, dnnl_out_of_memory, "");
	if (status != NP_OK) {
		dnnl_primitive_desc_destroy(made);
		return status;
	}
	dnn_trace_role(plan, NP_PART_INPUT, &in, src.md, src.buffer);
	dnn_trace_role(plan, NP_PART_OUTPUT, &out, dst.md, dst.buffer);
	dnn_arg args[] = {{DNNL_ARG_SRC, src.buffer, src.md}, {DNNL_ARG_DST, dst.buffer, dst.md}};
	return dnn_plan_op(plan, made, args, 2);
}
