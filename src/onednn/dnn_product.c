/* Matrix products: with constant weights (fc), and of two activations. */
#include "onednn/dnn_plan.h"

#include <math.h>

/* ---- fc ---- */

/*
 * What a window-shaped tensor holds is multiplied where it lies: weights are stored in the same order, so that no reorder
 * is needed. Everything else is a row of values.
 */
static dnn_dims fc_input(dnn_plan *plan, const np_step *step)
{
	const np_layer_config *c = &step->config;
	int64_t row = c->in_c * c->in_h * c->in_w;
	const dnn_tensor *tensor = &plan->tensors[step->inputs[0]];
	if (tensor->view_count && !tensor->views[0].plain) {
		const dnn_dims *lies = &tensor->views[0].dims;
		if (lies->rank == 4 && lies->d[0] == c->batch && lies->d[1] * lies->d[2] * lies->d[3] == row)
			return *lies;
	}
	if (!tensor->view_count && plan->free_layouts)
		return dnn_dims_in(c);
	return (dnn_dims){2, {c->batch, row}};
}

typedef struct fc_sizes {
	dnn_dims weights; /* the input's, with outputs for items */
	int64_t batch;
} fc_sizes;

static dnnl_status_t make_fc(dnn_plan *plan, dnn_const_md src, const void *context, dnnl_primitive_desc_t *made)
{
	const fc_sizes *sizes = context;
	dnn_dims bias = {1, {sizes->weights.d[0]}}, out = {2, {sizes->batch, sizes->weights.d[0]}};
	dnn_md w = dnn_plan_any(plan, &sizes->weights), b = dnn_plan_plain(plan, &bias), dst = dnn_plan_any(plan, &out);
	if (!w || !b || !dst)
		return dnnl_out_of_memory;
	return dnn_make_fc(&plan->maker, src, w, b, dst, made);
}

np_status dnn_step_fc(dnn_plan *plan, const np_step *step)
{
	const np_layer_config *c = &step->config;
	dnn_dims in = fc_input(plan, step), bias = {1, {c->out_c}}, out = {2, {c->batch, c->out_c}};
	fc_sizes sizes = {in, c->batch};
	sizes.weights.d[0] = c->out_c;
	dnn_view src, dst;
	dnnl_primitive_desc_t made;
	np_status status = dnn_choose(plan, step->inputs[0], &in, make_fc, &sizes, &src, &made);
	if (status != NP_OK)
		return status;
	dnn_md w = dnn_wants(plan, made, dnnl_query_weights_md, 0), b = dnn_plan_plain(plan, &bias),
	       result = dnn_wants(plan, made, dnnl_query_dst_md, 0);
	status = w && b && result ? dnn_write(plan, step->outputs[0], &out, result, &dst)
	                          : dnn_fail_step(plan, dnnl_out_of_memory, "");
	if (status != NP_OK) {
		dnnl_primitive_desc_destroy(made);
		return status;
	}
	float deviation = sqrtf(1.f / (float)(c->in_c * c->in_h * c->in_w));
	int weight = dnn_plan_weights(plan, w, 0, deviation), bias_buffer = dnn_plan_weights(plan, b, 0, .1f);
	dnn_trace_role(plan, NP_PART_INPUT, &in, src.md, src.buffer);
	dnn_trace_role(plan, NP_PART_WEIGHTS, &sizes.weights, w, weight);
	dnn_trace_role(plan, NP_PART_BIAS, &bias, b, bias_buffer);
	dnn_trace_role(plan, NP_PART_OUTPUT, &out, dst.md, dst.buffer);
	dnn_arg args[] = {{DNNL_ARG_SRC, src.buffer, src.md},
	                  {DNNL_ARG_WEIGHTS, weight, w},
	                  {DNNL_ARG_BIAS, bias_buffer, b},
	                  {DNNL_ARG_DST, dst.buffer, dst.md}};
	return dnn_plan_op(plan, made, args, 4);
}

/* ---- products of activations ---- */

/* An operand that is one matrix for all is read as one. */
static dnn_dims operand(dnn_plan *plan, int tensor, int64_t batch, int64_t rows, int64_t columns)
{
	bool shared = plan->tensors[tensor].values == rows * columns;
	return (dnn_dims){3, {shared ? 1 : batch, rows, columns}};
}

np_status dnn_step_matmul(dnn_plan *plan, const np_step *step)
{
	const np_layer_config *c = &step->config;
	int second = step->inputs[step->input_count > 1 ? 1 : 0];
	dnn_dims a = operand(plan, step->inputs[0], c->batch, c->in_h, c->in_c),
	         b = operand(plan, second, c->batch, c->in_c, c->out_c), out = {3, {c->batch, c->in_h, c->out_c}};
	dnn_md plain_a = dnn_plan_plain(plan, &a), plain_b = dnn_plan_plain(plan, &b), plain_out = dnn_plan_plain(plan, &out);
	if (!plain_a || !plain_b || !plain_out)
		return dnn_fail_step(plan, dnnl_out_of_memory, "");
	dnnl_primitive_desc_t made;
	dnnl_status_t made_it = dnn_make_matmul(&plan->maker, plain_a, plain_b, plain_out, &made);
	if (made_it != dnnl_success)
		return dnn_fail_step(plan, made_it, "there is no implementation");
	dnn_view left, right, dst;
	np_status status = dnn_read(plan, step->inputs[0], &a, plain_a, &left);
	if (status == NP_OK)
		status = dnn_read(plan, second, &b, plain_b, &right);
	if (status == NP_OK)
		status = dnn_write(plan, step->outputs[0], &out, plain_out, &dst);
	if (status != NP_OK) {
		dnnl_primitive_desc_destroy(made);
		return status;
	}
	dnn_arg args[] = {{DNNL_ARG_SRC, left.buffer, left.md},
	                  {DNNL_ARG_WEIGHTS, right.buffer, right.md},
	                  {DNNL_ARG_DST, dst.buffer, dst.md}};
	return dnn_plan_op(plan, made, args, 3);
}
