/* Layers that keep each value in its place: activations, normalisations, arithmetic between tensors. */
#include "onednn/dnn_plan.h"

/* Where no value meets another, the shape is that in which the tensor lies. */
static dnn_dims dims_as_it_lies(dnn_plan *plan, int tensor, dnn_dims otherwise)
{
	const dnn_tensor *t = &plan->tensors[tensor];
	if (t->view_count && dnn_dims_values(&t->views[0].dims) == dnn_dims_values(&otherwise))
		return t->views[0].dims;
	return otherwise;
}

/* Plans an operation whose result lies as its input does. */
static np_status finish(dnn_plan *plan, const np_step *step, const dnn_dims *dims, dnn_view src, dnnl_primitive_desc_t made,
                        const dnn_arg *constants, int count)
{
	enum { MOST = 8 };
	dnn_arg args[MOST] = {{DNNL_ARG_SRC, src.buffer, src.md}};
	dnn_view dst;
	np_status status = dnn_write(plan, step->outputs[0], dims, src.md, &dst);
	if (status != NP_OK) {
		dnnl_primitive_desc_destroy(made);
		return status;
	}
	args[1] = (dnn_arg){DNNL_ARG_DST, dst.buffer, dst.md};
	for (int i = 0; i < count; i++)
		args[2 + i] = constants[i];
	dnn_trace_role(plan, NP_PART_INPUT, dims, src.md, src.buffer);
	dnn_trace_role(plan, NP_PART_OUTPUT, dims, dst.md, dst.buffer);
	return dnn_plan_op(plan, made, args, 2 + count);
}

/* ---- activations ---- */

/* A layer's configuration does not say which function of one value it is: a sigmoid stands for all but relu. */
static dnnl_status_t make_pointwise(dnn_plan *plan, dnn_const_md src, const void *context, dnnl_primitive_desc_t *made)
{
	const np_layer_config *c = context;
	dnnl_alg_kind_t alg = c->kind == NP_RELU ? dnnl_eltwise_relu : dnnl_eltwise_logistic;
	return dnn_make_pointwise(&plan->maker, alg, src, made);
}

np_status dnn_step_pointwise(dnn_plan *plan, const np_step *step)
{
	dnn_dims dims = dims_as_it_lies(plan, step->inputs[0], dnn_dims_in(&step->config));
	dnn_view src;
	dnnl_primitive_desc_t made;
	np_status status = dnn_choose(plan, step->inputs[0], &dims, make_pointwise, &step->config, &src, &made);
	return status == NP_OK ? finish(plan, step, &dims, src, made, NULL, 0) : status;
}

/* ---- normalisations ---- */

static dnnl_status_t make_norm(dnn_plan *plan, dnn_const_md src, const void *context, dnnl_primitive_desc_t *made)
{
	const np_layer_config *c = context;
	if (c->kind == NP_LRN)
		return dnn_make_lrn(&plan->maker, src, made);
	if (c->kind == NP_BATCHNORM)
		return dnn_make_batchnorm(&plan->maker, src, made);
	return dnn_make_layernorm(&plan->maker, src, made);
}

/* Statistics and scale: positive where they must be, and such that values stay as large as they are. */
static int norm_constants(dnn_plan *plan, np_kind kind, int64_t channels, dnn_arg *args)
{
	dnn_dims one = {1, {channels}}, two = {2, {2, channels}};
	int count = 0;
	if (kind == NP_LRN)
		return 0;
	dnn_md vector = dnn_plan_plain(plan, &one), scale = DNN_SCALE_ARGS.count == 1 ? dnn_plan_plain(plan, &two) : vector;
	if (kind == NP_BATCHNORM) {
		args[count++] = (dnn_arg){DNNL_ARG_MEAN, dnn_plan_weights(plan, vector, 0, .1f), vector};
		args[count++] = (dnn_arg){DNNL_ARG_VARIANCE, dnn_plan_weights(plan, vector, 1, .05f), vector};
	}
	for (int i = 0; i < DNN_SCALE_ARGS.count; i++)
		args[count++] = (dnn_arg){DNN_SCALE_ARGS.args[i], dnn_plan_weights(plan, scale, 1, .05f), scale};
	return count;
}

/* Normalising along rows: the last axis that is longer than one. */
static dnn_dims rows_of(const np_layer_config *c)
{
	if (c->in_h == 1 && c->in_w == 1)
		return (dnn_dims){2, {c->batch, c->in_c}};
	return (dnn_dims){2, {c->batch * c->in_c * c->in_h, c->in_w}};
}

np_status dnn_step_norm(dnn_plan *plan, const np_step *step)
{
	const np_layer_config *c = &step->config;
	dnn_dims dims = {4, {c->batch, c->in_c, c->in_h, c->in_w}};
	if (c->kind == NP_LAYERNORM)
		dims = rows_of(c);
	dnn_view src;
	dnn_arg constants[4];
	dnnl_primitive_desc_t made;
	np_status status = dnn_choose(plan, step->inputs[0], &dims, make_norm, c, &src, &made);
	if (status != NP_OK)
		return status;
	return finish(plan, step, &dims, src, made, constants, norm_constants(plan, c->kind, dims.d[1], constants));
}

static dnnl_status_t make_softmax(dnn_plan *plan, dnn_const_md src, const void *context, dnnl_primitive_desc_t *made)
{
	(void)context;
	return dnn_make_softmax(&plan->maker, src, 1, made);
}

np_status dnn_step_softmax(dnn_plan *plan, const np_step *step)
{
	dnn_dims dims = rows_of(&step->config);
	dnn_view src;
	dnnl_primitive_desc_t made;
	np_status status = dnn_choose(plan, step->inputs[0], &dims, make_softmax, NULL, &src, &made);
	return status == NP_OK ? finish(plan, step, &dims, src, made, NULL, 0) : status;
}
