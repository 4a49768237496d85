/* Operations of a plan: choosing an implementation and its layout, binding arguments to buffers. */
#include "onednn/dnn_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *implementation_of(const_dnnl_primitive_desc_t pd)
{
	const char *text = NULL;
	if (dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, (void *)&text) != dnnl_success || !text)
		text = "";
	return text;
}

bool dnn_is_reference(const_dnnl_primitive_desc_t pd)
{
	return strstr(implementation_of(pd), "ref");
}

static int64_t scratch_bytes(const_dnnl_primitive_desc_t pd, dnn_const_md *md)
{
	*md = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
	return *md ? (int64_t)dnnl_memory_desc_get_size(*md) : 0;
}

/* "nchw", "nhwc", "nChw8c": only shapes of images have such names, all else is "plain". */
static void name_layout(dnn_const_md md, char *text, size_t size)
{
	dnn_strides s = dnn_md_strides(md);
	if (s.rank == 4 && s.blocks == 1)
		snprintf(text, size, "nChw%dc", (int)s.block);
	else if (s.rank == 4 && !s.blocks && s.dims[1] > 1 && s.strides[1] == 1 && s.dims[2] * s.dims[3] > 1)
		snprintf(text, size, "nhwc");
	else
		snprintf(text, size, "%s", s.blocks ? "blocked" : s.rank == 4 ? "nchw" : "plain");
}

/* The implementation of a step is that of its main operation: the one that is planned last. */
static void note_implementation(dnn_plan *plan, const_dnnl_primitive_desc_t pd, const dnn_arg *args)
{
	snprintf(plan->implementation, sizeof plan->implementation, "%s", implementation_of(pd));
	name_layout(args[0].md, plan->layout, sizeof plan->layout);
}

static dnn_op *add_op(dnn_plan *plan, const dnn_arg *args, int count)
{
	if (!dnn_grow((void **)&plan->ops, plan->op_count, &plan->op_capacity, sizeof *plan->ops))
		return NULL;
	dnn_op *op = &plan->ops[plan->op_count];
	*op = (dnn_op){.step = plan->step, .arg_count = count};
	op->args = malloc(((size_t)count + 1) * sizeof *op->args);
	if (!op->args)
		return NULL;
	memcpy(op->args, args, (size_t)count * sizeof *args);
	plan->op_count++;
	return op;
}

static bool add_scratch(dnn_plan *plan, const_dnnl_primitive_desc_t pd, dnn_op *op)
{
	dnn_const_md md;
	int64_t bytes = scratch_bytes(pd, &md);
	if (!bytes)
		return true;
	dnn_buffer *scratch = &plan->buffers[plan->scratch];
	if (scratch->bytes < bytes)
		scratch->bytes = bytes;
	dnn_md kept = dnn_plan_keep(plan, dnn_md_copy(md));
	op->args[op->arg_count++] = (dnn_arg){DNNL_ARG_SCRATCHPAD, plan->scratch, kept};
	return kept;
}

np_status dnn_plan_op(dnn_plan *plan, dnnl_primitive_desc_t pd, const dnn_arg *args, int count)
{
	bool whole = true;
	for (int i = 0; i < count; i++)
		whole &= args[i].md && args[i].buffer >= 0;
	dnn_op *op = whole ? add_op(plan, args, count) : NULL;
	dnnl_status_t status = op && add_scratch(plan, pd, op) ? dnnl_success : dnnl_out_of_memory;
	if (status == dnnl_success) {
		op->reference = dnn_is_reference(pd);
		note_implementation(plan, pd, args);
		status = dnnl_primitive_create(&op->primitive, pd);
	}
	dnnl_primitive_desc_destroy(pd);
	return status == dnnl_success ? NP_OK : dnn_fail_step(plan, status, "its operation could not be made");
}

void dnn_trace_role(dnn_plan *plan, np_part_role role, const dnn_dims *dims, dnn_const_md md, int buffer)
{
	plan->traces[plan->step].roles[role] = (dnn_arg){0, buffer, md};
	plan->traces[plan->step].dims[role] = *dims;
}

/* Layouts worth trying, best first; returns how many. */
static int candidates(dnn_plan *plan, int tensor, const dnn_dims *dims, dnn_md *layouts, np_status *status)
{
	dnn_view now;
	int count = 0;
	*status = NP_OK;
	if (!plan->free_layouts || plan->tensors[tensor].view_count) {
		*status = dnn_look(plan, tensor, dims, NULL, &now);
		if (*status == NP_OK)
			layouts[count++] = now.md;
	}
	dnn_md images = dnn_plan_images(plan, dims), plain = dnn_plan_plain(plan, dims);
	if (images)
		layouts[count++] = images;
	if (plain)
		layouts[count++] = plain;
	return count;
}

/* Compiled for the processor, plain loops, or meant as a reference for tests. */
static int rank_of(const_dnnl_primitive_desc_t pd)
{
	if (dnn_is_reference(pd))
		return 0;
	return strstr(implementation_of(pd), "simple") ? 1 : 2;
}

typedef struct choice {
	int rank; /* -1 = none yet */
	dnn_md layout;
	dnnl_primitive_desc_t made;
	dnnl_status_t why;
} choice;

static void consider(dnn_plan *plan, dnn_md layout, dnn_make make, const void *context, choice *best)
{
	dnnl_primitive_desc_t made;
	dnnl_status_t result = make(plan, layout, context, &made);
	if (result != dnnl_success) {
		best->why = result;
		return;
	}
	int rank = rank_of(made);
	if (rank > best->rank) {
		if (best->layout)
			dnnl_primitive_desc_destroy(best->made);
		*best = (choice){rank, layout, made, dnnl_success};
	} else {
		dnnl_primitive_desc_destroy(made);
	}
}

np_status dnn_choose(dnn_plan *plan, int tensor, const dnn_dims *dims, dnn_make make, const void *context, dnn_view *src,
                     dnnl_primitive_desc_t *made)
{
	dnn_md layouts[3];
	np_status status;
	choice best = {.rank = -1, .why = dnnl_unimplemented};
	int count = candidates(plan, tensor, dims, layouts, &status);
	for (int i = 0; i < count && status == NP_OK && best.rank < 2; i++)
		consider(plan, layouts[i], make, context, &best);
	if (!best.layout)
		return status == NP_OK ? dnn_fail_step(plan, best.why, "there is no implementation") : status;
	status = dnn_read(plan, tensor, dims, best.layout, src);
	*made = best.made;
	if (status != NP_OK)
		dnnl_primitive_desc_destroy(best.made);
	return status;
}
