/* Arithmetic between tensors: sums stand for all, two operands at a time. Smaller operands are broadcast. */
#include "onednn/dnn_plan.h"

/* The axes an operand of so many values has, the others being 1; the first pattern that fits. */
static bool broadcast_dims(const dnn_dims *out, int64_t values, dnn_dims *dims)
{
	static const unsigned char PATTERNS[][4] = {{1, 1, 1, 1}, {1, 1, 0, 0}, {0, 1, 0, 0}, {0, 1, 1, 1}, {1, 0, 1, 1},
	                                            {0, 0, 1, 1}, {0, 0, 0, 1}, {1, 1, 1, 0}, {1, 0, 0, 0}, {0, 0, 0, 0},
	                                            {0, 1, 1, 0}, {0, 0, 1, 0}, {1, 1, 0, 1}, {1, 0, 0, 1}, {0, 1, 0, 1}};
	for (size_t p = 0; p < sizeof PATTERNS / sizeof *PATTERNS; p++) {
		*dims = *out;
		for (int axis = 0; axis < out->rank; axis++)
			if (!PATTERNS[p][axis])
				dims->d[axis] = 1;
		if (dnn_dims_values(dims) == values)
			return true;
	}
	return false;
}

/* The operand that is as large as the result comes first: it may be overwritten by sums. */
static int first_operand(dnn_plan *plan, const np_step *step, int64_t values)
{
	for (int i = 0; i < step->input_count; i++)
		if (plan->tensors[step->inputs[i]].values == values)
			return i;
	return 0;
}

typedef struct addition {
	dnn_plan *plan;
	dnn_dims dims;
	dnn_view sum; /* so far */
	bool own;     /* lies in the result's own buffer already */
} addition;

/* The second operand of an addition in the first one's layout where it is as large, and where that helps. */
static np_status second_operand(addition *a, int tensor, dnn_view *view)
{
	dnn_plan *plan = a->plan;
	dnn_dims dims;
	if (!broadcast_dims(&a->dims, plan->tensors[tensor].values, &dims))
		dims = a->dims; /* read as if it were as large */
	bool whole = dnn_dims_values(&dims) == dnn_dims_values(&a->dims);
	if (whole)
		return dnn_read(plan, tensor, &dims, a->sum.md, view);
	return dnn_look(plan, tensor, &dims, NULL, view);
}

static np_status add(addition *a, int tensor, int output)
{
	dnn_plan *plan = a->plan;
	dnn_view other, dst;
	dnnl_primitive_desc_t made;
	np_status status = second_operand(a, tensor, &other);
	if (status != NP_OK)
		return status;
	dnnl_status_t why = dnn_make_add(&plan->maker, a->sum.md, other.md, a->sum.md, &made);
	if (why != dnnl_success)
		return dnn_fail_step(plan, why, "there is no implementation");
	status = a->own ? NP_OK : dnn_write(plan, output, &a->dims, a->sum.md, &dst);
	if (status != NP_OK) {
		dnnl_primitive_desc_destroy(made);
		return status;
	}
	if (a->own)
		dst = a->sum;
	dnn_arg args[] = {{DNNL_ARG_SRC_0, a->sum.buffer, a->sum.md},
	                  {DNNL_ARG_SRC_1, other.buffer, other.md},
	                  {DNNL_ARG_DST, dst.buffer, dst.md}};
	a->sum = dst;
	a->own = true;
	return dnn_plan_op(plan, made, args, 3);
}

/* Arithmetic with a constant of the network has one operand. */
static np_status add_constant(addition *a, const np_step *step)
{
	dnn_plan *plan = a->plan;
	dnn_view src = a->sum, dst;
	dnnl_primitive_desc_t made;
	dnnl_status_t why = dnn_make_pointwise(&plan->maker, dnnl_eltwise_abs, src.md, &made);
	if (why != dnnl_success)
		return dnn_fail_step(plan, why, "there is no implementation");
	np_status status = dnn_write(plan, step->outputs[0], &a->dims, src.md, &dst);
	if (status != NP_OK) {
		dnnl_primitive_desc_destroy(made);
		return status;
	}
	dnn_arg args[] = {{DNNL_ARG_SRC, src.buffer, src.md}, {DNNL_ARG_DST, dst.buffer, dst.md}};
	return dnn_plan_op(plan, made, args, 2);
}

np_status dnn_step_eltwise(dnn_plan *plan, const np_step *step)
{
	addition a = {.plan = plan, .dims = dnn_dims_out(&step->config)};
	int first = first_operand(plan, step, dnn_dims_values(&a.dims));
	const dnn_tensor *tensor = &plan->tensors[step->inputs[first]];
	if (tensor->view_count && dnn_dims_values(&tensor->views[0].dims) == dnn_dims_values(&a.dims))
		a.dims = tensor->views[0].dims;
	dnn_md images = dnn_plan_images(plan, &a.dims);
	if (!images)
		return dnn_fail_step(plan, dnnl_out_of_memory, "");
	np_status status = dnn_look(plan, step->inputs[first], &a.dims, images, &a.sum);
	if (status != NP_OK)
		return status;
	if (step->input_count == 1)
		return add_constant(&a, step);
	for (int i = 0; i < step->input_count && status == NP_OK; i++)
		if (i != first)
			status = add(&a, step->inputs[i], step->outputs[0]);
	return status;
}
