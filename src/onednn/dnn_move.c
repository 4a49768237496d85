/* Layers that move values: joining, copying, bordering, resampling, and means over axes. */
#include "onednn/dnn_plan.h"

#include <stdlib.h>

static np_status discard(dnnl_primitive_desc_t made, np_status status)
{
	dnnl_primitive_desc_destroy(made);
	return status;
}

/* ---- joining ---- */

/* Operands are joined along the first axis that grew; where the sizes do not say, end to end. */
typedef struct joint {
	int axis, count;
	dnn_dims out, *in;
	dnn_md *layouts;
} joint;

static bool fits(const dnn_plan *plan, const np_step *step, joint *j)
{
	int64_t across = 1, sum = 0;
	for (int i = 0; i < j->out.rank; i++)
		if (i != j->axis)
			across *= j->out.d[i];
	for (int i = 0; i < j->count; i++) {
		int64_t values = plan->tensors[step->inputs[i]].values;
		j->in[i] = j->out;
		j->in[i].d[j->axis] = values / across;
		sum += values / across;
		if (values % across || !values)
			return false;
	}
	return sum == j->out.d[j->axis];
}

static void shape_joint(const dnn_plan *plan, const np_step *step, joint *j)
{
	const np_layer_config *c = &step->config;
	int64_t values = plan->tensors[step->outputs[0]].values;
	int64_t in[] = {c->batch, c->in_c, c->in_h, c->in_w}, out[] = {c->batch, c->out_c, c->out_h, c->out_w};
	out[0] = values / (out[1] * out[2] * out[3]);
	j->out = out[2] == 1 && out[3] == 1 ? dnn_dims_make(2, out) : dnn_dims_make(4, out);
	for (j->axis = 0; j->axis < j->out.rank; j->axis++)
		if (in[j->axis] != out[j->axis] && fits(plan, step, j))
			return;
	j->axis = 0;
	j->out = (dnn_dims){1, {0}};
	for (int i = 0; i < j->count; i++) {
		j->in[i] = (dnn_dims){1, {plan->tensors[step->inputs[i]].values}};
		j->out.d[0] += j->in[i].d[0];
	}
}

typedef enum how { AS_THEY_LIE, AS_IMAGES, ROW_MAJOR, HOWS } how;

static np_status lay_out(dnn_plan *plan, const np_step *step, joint *j, how manner)
{
	for (int i = 0; i < j->count; i++) {
		dnn_view now = {0};
		np_status status = NP_OK;
		if (manner == AS_THEY_LIE)
			status = dnn_look(plan, step->inputs[i], &j->in[i], dnn_plan_images(plan, &j->in[i]), &now);
		j->layouts[i] = manner == AS_THEY_LIE ? now.md
		                : manner == AS_IMAGES ? dnn_plan_images(plan, &j->in[i])
		                                      : dnn_plan_plain(plan, &j->in[i]);
		if (status != NP_OK || !j->layouts[i])
			return dnn_fail_step(plan, dnnl_out_of_memory, "");
	}
	return NP_OK;
}

static bool is_fast(const_dnnl_primitive_desc_t pd)
{
	return !dnn_is_reference(pd);
}

static np_status choose_joint(dnn_plan *plan, const np_step *step, joint *j, dnnl_primitive_desc_t *made)
{
	dnnl_status_t why = dnnl_unimplemented;
	dnn_md any = dnn_plan_any(plan, &j->out);
	for (int h = 0; h < HOWS; h++) {
		np_status status = lay_out(plan, step, j, (how)h);
		if (status != NP_OK)
			return status;
		why = dnn_make_concat(&plan->maker, j->count, j->axis, (const dnn_const_md *)j->layouts, any, made);
		if (why == dnnl_success && (is_fast(*made) || h == ROW_MAJOR))
			return NP_OK;
		if (why == dnnl_success)
			dnnl_primitive_desc_destroy(*made);
	}
	return dnn_fail_step(plan, why, "there is no implementation");
}

static np_status join(dnn_plan *plan, const np_step *step, joint *j, dnn_arg *args)
{
	dnnl_primitive_desc_t made;
	dnn_view view;
	shape_joint(plan, step, j);
	np_status status = choose_joint(plan, step, j, &made);
	if (status != NP_OK)
		return status;
	for (int i = 0; i < j->count && status == NP_OK; i++) {
		status = dnn_read(plan, step->inputs[i], &j->in[i], j->layouts[i], &view);
		args[i] = (dnn_arg){DNNL_ARG_MULTIPLE_SRC + i, view.buffer, view.md};
	}
	dnn_md result = dnn_wants(plan, made, dnnl_query_dst_md, 0);
	if (status == NP_OK)
		status = result ? dnn_write(plan, step->outputs[0], &j->out, result, &view)
		                : dnn_fail_step(plan, dnnl_out_of_memory, "");
	if (status != NP_OK)
		return discard(made, status);
	args[j->count] = (dnn_arg){DNNL_ARG_DST, view.buffer, view.md};
	return dnn_plan_op(plan, made, args, j->count + 1);
}

np_status dnn_step_concat(dnn_plan *plan, const np_step *step)
{
	size_t count = (size_t)step->input_count;
	joint j = {.count = step->input_count};
	dnn_arg *args = calloc(count + 1, sizeof *args);
	j.in = calloc(count, sizeof *j.in);
	j.layouts = calloc(count, sizeof *j.layouts);
	np_status status = args && j.in && j.layouts ? join(plan, step, &j, args) : dnn_fail_step(plan, dnnl_out_of_memory, "");
	free(args);
	free(j.in);
	free(j.layouts);
	return status;
}

/* ---- copying ---- */

static np_status plan_copy(dnn_plan *plan, int from_buffer, dnn_const_md from, int to_buffer, dnn_const_md to)
{
	dnnl_primitive_desc_t made;
	if (!from || !to)
		return dnn_fail_step(plan, dnnl_out_of_memory, "");
	dnnl_status_t why = dnn_make_reorder(&plan->maker, from, to, &made);
	if (why != dnnl_success)
		return dnn_fail_step(plan, why, "there is no implementation");
	dnn_arg args[] = {{DNNL_ARG_FROM, from_buffer, from}, {DNNL_ARG_TO, to_buffer, to}};
	return dnn_plan_op(plan, made, args, 2);
}

/* A tensor in blocks is copied to row-major order in one go. */
static np_status copy_from_blocks(dnn_plan *plan, const np_step *step, const dnn_view *from)
{
	dnn_view to;
	dnn_md plain = dnn_plan_plain(plan, &from->dims);
	if (!plain)
		return dnn_fail_step(plan, dnnl_out_of_memory, "");
	dnn_view source = *from;
	np_status status = dnn_write(plan, step->outputs[0], &source.dims, plain, &to);
	return status == NP_OK ? plan_copy(plan, source.buffer, source.md, to.buffer, to.md) : status;
}

/* Values moved unchanged: each output is a piece of the input, one after the other, or as much as it needs of it. */
np_status dnn_step_copy(dnn_plan *plan, const np_step *step)
{
	const dnn_tensor *tensor = &plan->tensors[step->inputs[0]];
	int64_t values = tensor->values, at = 0;
	if (step->output_count == 1 && tensor->view_count && !tensor->views[0].plain &&
	    plan->tensors[step->outputs[0]].values == values)
		return copy_from_blocks(plan, step, &tensor->views[0]);
	for (int i = 0; i < step->output_count; i++) {
		int64_t count = plan->tensors[step->outputs[i]].values;
		if (at + count > values)
			at = 0;
		dnn_dims piece = {1, {count}}, whole = {1, {count > values ? count : values}}, offset = {1, {at}};
		dnn_view from, to;
		np_status status = dnn_look(plan, step->inputs[0], &whole, NULL, &from);
		dnn_md plain = dnn_plan_plain(plan, &piece);
		if (status == NP_OK)
			status = plain ? dnn_write(plan, step->outputs[i], &piece, plain, &to)
			               : dnn_fail_step(plan, dnnl_out_of_memory, "");
		if (status == NP_OK)
			status = plan_copy(plan, from.buffer, dnn_plan_keep(plan, dnn_md_part(from.md, piece.d, offset.d)),
			                   to.buffer, to.md);
		if (status != NP_OK)
			return status;
		at += count;
	}
	return NP_OK;
}

/* ---- borders ---- */

/* The middle of the larger of two sizes meets the smaller one. */
static void overlap(const dnn_dims *in, const dnn_dims *out, dnn_dims *common, dnnl_dims_t from, dnnl_dims_t to)
{
	*common = *in;
	for (int i = 0; i < in->rank; i++) {
		int64_t a = in->d[i], b = out->d[i];
		common->d[i] = a < b ? a : b;
		from[i] = a > b ? (a - b) / 2 : 0;
		to[i] = b > a ? (b - a) / 2 : 0;
	}
}

/* The border itself is not written again: it is the same in every call. */
np_status dnn_step_pad(dnn_plan *plan, const np_step *step)
{
	const np_layer_config *c = &step->config;
	dnn_dims in = {4, {c->batch, c->in_c, c->in_h, c->in_w}}, out = {4, {c->batch, c->out_c, c->out_h, c->out_w}}, common;
	dnnl_dims_t from_offset, to_offset;
	dnn_view from, to;
	dnn_md images = dnn_plan_images(plan, &in), plain = dnn_plan_plain(plan, &out);
	if (!images || !plain)
		return dnn_fail_step(plan, dnnl_out_of_memory, "");
	overlap(&in, &out, &common, from_offset, to_offset);
	np_status status = dnn_look(plan, step->inputs[0], &in, images, &from);
	if (status != NP_OK)
		return status;
	bool blocks = !from.plain && c->in_c == c->out_c && dnn_md_same(from.md, images);
	dnn_md result = blocks ? dnn_plan_images(plan, &out) : plain, wanted = blocks ? images : dnn_plan_plain(plan, &in);
	if (!result || !wanted)
		return dnn_fail_step(plan, dnnl_out_of_memory, "");
	status = dnn_read(plan, step->inputs[0], &in, wanted, &from);
	if (status == NP_OK)
		status = dnn_write(plan, step->outputs[0], &out, result, &to);
	if (status != NP_OK)
		return status;
	return plan_copy(plan, from.buffer, dnn_plan_keep(plan, dnn_md_part(from.md, common.d, from_offset)), to.buffer,
	                 dnn_plan_keep(plan, dnn_md_part(to.md, common.d, to_offset)));
}

/* ---- resampling and means ---- */

typedef dnnl_status_t (*dnn_make_to)(const dnn_maker *m, dnn_const_md src, dnn_const_md dst, dnnl_primitive_desc_t *made);

typedef struct transfer {
	dnn_make_to make;
	dnn_dims out;
} transfer;

static dnnl_status_t make_transfer(dnn_plan *plan, dnn_const_md src, const void *context, dnnl_primitive_desc_t *made)
{
	const transfer *t = context;
	dnn_md dst = dnn_plan_any(plan, &t->out);
	return dst ? t->make(&plan->maker, src, dst, made) : dnnl_out_of_memory;
}

static np_status plan_transfer(dnn_plan *plan, const np_step *step, const dnn_dims *in, const transfer *t)
{
	dnn_view src, dst;
	dnnl_primitive_desc_t made;
	np_status status = dnn_choose(plan, step->inputs[0], in, make_transfer, t, &src, &made);
	if (status != NP_OK)
		return status;
	dnn_md result = dnn_wants(plan, made, dnnl_query_dst_md, 0);
	status =
	        result ? dnn_write(plan, step->outputs[0], &t->out, result, &dst) : dnn_fail_step(plan, dnnl_out_of_memory, "");
	if (status != NP_OK)
		return discard(made, status);
	dnn_arg args[] = {{DNNL_ARG_SRC, src.buffer, src.md}, {DNNL_ARG_DST, dst.buffer, dst.md}};
	return dnn_plan_op(plan, made, args, 2);
}

np_status dnn_step_resize(dnn_plan *plan, const np_step *step)
{
	const np_layer_config *c = &step->config;
	dnn_dims in = {4, {c->batch, c->in_c, c->in_h, c->in_w}};
	transfer t = {dnn_make_resize, {4, {c->batch, c->out_c, c->out_h, c->out_w}}};
	return plan_transfer(plan, step, &in, &t);
}

/* Over the axes that vanished; where the shapes do not tell which, over the last ones. */
np_status dnn_step_reduce(dnn_plan *plan, const np_step *step)
{
	const np_layer_config *c = &step->config;
	int64_t results = plan->tensors[step->outputs[0]].values, values = plan->tensors[step->inputs[0]].values;
	dnn_dims in = {4, {c->batch, c->in_c, c->in_h, c->in_w}};
	transfer t = {dnn_make_mean, {4, {c->batch, c->out_c, c->out_h, c->out_w}}};
	bool axes = dnn_dims_values(&t.out) == results;
	for (int i = 0; i < 4; i++)
		axes &= t.out.d[i] == in.d[i] || t.out.d[i] == 1;
	if (results == values)
		return dnn_step_copy(plan, step);
	if (results < 1 || values % results)
		return dnn_fail_step(plan, dnnl_invalid_arguments, "its output is no mean of its input");
	if (!axes || t.out.d[1] * t.out.d[2] * t.out.d[3] == 1) {
		in = (dnn_dims){2, {results, values / results}};
		t.out = (dnn_dims){2, {results, 1}};
	}
	return plan_transfer(plan, step, &in, &t);
}
