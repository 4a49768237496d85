/* Grids of another size: resampling, borders, regions of interest. */
#include "base/checked.h"
#include "onnx/onnx_ops.h"

#include <math.h>
#include <string.h>

/* ---- resize ---- */

typedef struct factors {
	int count; /* -1 = none */
	double items[NP_MAX_RANK];
} factors;

static np_status get_factors(np_onnx_call *call, int i, factors *f)
{
	const np_onnx_value *value = np_onnx_in(call, i);
	const np_onnx_attribute *attribute = value ? NULL : np_onnx_attr(call, "scales");
	f->count = -1;
	if (value && (!np_onnx_is_constant(value) || (!value->cells && np_onnx_elements(value))))
		return np_onnx_fail_unknown(call, "its scale");
	int64_t count = value ? np_onnx_elements(value) : attribute ? attribute->floats.count : 0;
	if (count > NP_MAX_RANK || (value && count && !np_onnx_type_is_float(value->type)))
		return np_onnx_fail(call, NP_ERR_DATA, "its scales are not at most %d real numbers", NP_MAX_RANK);
	for (int64_t k = 0; k < count; k++)
		f->items[k] = value ? value->cells[k].f : attribute->floats.items[k];
	if (count)
		f->count = (int)count;
	return NP_OK;
}

/* Which axes the scales or sizes are for: all, or those of the attribute. */
static np_status get_axes(np_onnx_call *call, int count, int rank, int *axes)
{
	const np_onnx_ints *named = np_onnx_attr_ints(call, "axes");
	if (count != (named && named->count ? named->count : rank))
		return np_onnx_fail(call, NP_ERR_DATA, "it has %d scales or sizes for a tensor of rank %d", count, rank);
	for (int i = 0; i < count; i++)
		NP_TRY(np_onnx_get_axis(call, named && named->count ? named->items[i] : i, rank, &axes[i]));
	return NP_OK;
}

/* Single precision, as the operator is defined. */
static np_status scale_dims(np_onnx_call *call, const factors *f, int rank, int64_t *dims)
{
	int axes[NP_MAX_RANK];
	NP_TRY(get_axes(call, f->count, rank, axes));
	for (int i = 0; i < f->count; i++) {
		float size = floorf((float)dims[axes[i]] * (float)f->items[i]);
		if (!(size >= 1.0F && size < 9e15F))
			return np_onnx_fail(call, NP_ERR_DATA, "axis %d of %lld cannot be scaled by %g", axes[i],
			                    (long long)dims[axes[i]], f->items[i]);
		dims[axes[i]] = (int64_t)size;
	}
	return NP_OK;
}

/* keep_aspect_ratio_policy: one factor for all named axes, the least or the greatest that is asked for. */
static void keep_aspect(const char *policy, const int *axes, const np_onnx_list *sizes, const int64_t *in, int64_t *dims)
{
	double factor = 0;
	bool least = strcmp(policy, "not_larger") == 0;
	for (int i = 0; i < sizes->count; i++) {
		double own = (double)sizes->items[i] / (double)in[axes[i]];
		if (i == 0 || (least ? own < factor : own > factor))
			factor = own;
	}
	for (int i = 0; i < sizes->count; i++) {
		double size = floor((double)in[axes[i]] * factor + 0.5);
		dims[axes[i]] = size >= 1 && size < 9e15 ? (int64_t)size : 1;
	}
}

static np_status set_sizes(np_onnx_call *call, const np_onnx_list *sizes, np_shape in, int64_t *dims)
{
	int axes[NP_MAX_RANK];
	const char *policy = np_onnx_attr_text(call, "keep_aspect_ratio_policy", "stretch");
	const np_onnx_trace *before = np_onnx_before(call);
	if (sizes->count > NP_MAX_RANK)
		return np_onnx_fail(call, NP_ERR_DATA, "it has too many sizes");
	NP_TRY(get_axes(call, sizes->count, in.rank, axes));
	if (strcmp(policy, "stretch") != 0) {
		keep_aspect(policy, axes, sizes, in.dims, dims);
		return NP_OK;
	}
	for (int i = 0; i < sizes->count; i++) {
		/* The leading size is the batch, written down as it was. */
		bool literal = before && before->in.rank == in.rank && axes[i] == 0 && sizes->items[i] == before->in.dims[0];
		dims[axes[i]] = literal ? in.dims[0] : sizes->items[i];
	}
	return NP_OK;
}

/* (x, scales), or (x, region, scales, sizes), or scales as an attribute. */
np_status np_onnx_op_resize(np_onnx_call *call)
{
	np_onnx_value *in;
	factors f;
	np_onnx_list sizes;
	int64_t dims[NP_MAX_RANK];
	NP_TRY(np_onnx_need(call, 0, &in));
	bool newer = call->opset >= 11 && strcmp(call->node->op, "Resize") == 0;
	NP_TRY(get_factors(call, newer ? 2 : 1, &f));
	NP_TRY(np_onnx_get_list(call, newer ? 3 : -1, NULL, &sizes));
	memcpy(dims, in->shape.dims, (size_t)in->shape.rank * sizeof *dims);
	if (sizes.count > 0)
		NP_TRY(set_sizes(call, &sizes, in->shape, dims));
	else if (f.count > 0)
		NP_TRY(scale_dims(call, &f, in->shape.rank, dims));
	else
		return np_onnx_fail(call, NP_ERR_DATA, "it has neither scales nor sizes");
	return np_onnx_set(call, 0, in->type, dims, in->shape.rank);
}

/* ---- borders ---- */

np_status np_onnx_op_pad(np_onnx_call *call)
{
	np_onnx_value *in;
	np_onnx_list pads, axes;
	int64_t dims[NP_MAX_RANK];
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_get_list(call, 1, "pads", &pads));
	NP_TRY(np_onnx_get_list(call, 3, NULL, &axes));
	int count = axes.count >= 0 ? axes.count : in->shape.rank;
	if (pads.count != 2 * count)
		return np_onnx_fail(call, NP_ERR_DATA, "it has %d pads for %d axes", pads.count, count);
	memcpy(dims, in->shape.dims, (size_t)in->shape.rank * sizeof *dims);
	for (int i = 0; i < count; i++) {
		int axis;
		NP_TRY(np_onnx_get_axis(call, axes.count >= 0 ? axes.items[i] : i, in->shape.rank, &axis));
		if (!np_add_into(&dims[axis], pads.items[i]) || !np_add_into(&dims[axis], pads.items[count + i]))
			return np_onnx_fail(call, NP_ERR_LIMIT, "its output is larger than 2^63");
	}
	return np_onnx_set(call, 0, in->type, dims, in->shape.rank);
}

np_status np_onnx_op_center_crop_pad(np_onnx_call *call)
{
	np_onnx_value *in;
	np_onnx_list sizes;
	int axes[NP_MAX_RANK];
	int64_t dims[NP_MAX_RANK];
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_get_list(call, 1, NULL, &sizes));
	if (sizes.count < 0 || sizes.count > NP_MAX_RANK)
		return np_onnx_fail(call, NP_ERR_DATA, "its target shape is missing, or has more than %d dimensions",
		                    NP_MAX_RANK);
	NP_TRY(get_axes(call, sizes.count, in->shape.rank, axes));
	memcpy(dims, in->shape.dims, (size_t)in->shape.rank * sizeof *dims);
	for (int i = 0; i < sizes.count; i++)
		dims[axes[i]] = sizes.items[i];
	return np_onnx_set(call, 0, in->type, dims, in->shape.rank);
}

/* ---- sampling at given places ---- */

/* x [n, c, ...], grid [n, ..., axes] */
np_status np_onnx_op_grid_sample(np_onnx_call *call)
{
	np_onnx_value *in, *grid;
	int64_t dims[NP_MAX_RANK];
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_need(call, 1, &grid));
	if (in->shape.rank < 3 || grid->shape.rank != in->shape.rank)
		return np_onnx_fail(call, NP_ERR_DATA, "its grid does not fit its input");
	dims[0] = in->shape.dims[0];
	dims[1] = in->shape.dims[1];
	for (int i = 2; i < in->shape.rank; i++)
		dims[i] = grid->shape.dims[i - 1];
	return np_onnx_set(call, 0, in->type, dims, in->shape.rank);
}

/* x [n, c, h, w], rois [count, ...] */
np_status np_onnx_op_roi(np_onnx_call *call)
{
	np_onnx_value *in, *rois;
	const np_onnx_ints *pooled = np_onnx_attr_ints(call, "pooled_shape");
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_need(call, 1, &rois));
	if (in->shape.rank != 4 || rois->shape.rank != 2)
		return np_onnx_fail(call, NP_ERR_DATA, "its inputs are not of rank 4 and 2");
	int64_t dims[4] = {rois->shape.dims[0], in->shape.dims[1], np_onnx_attr_int(call, "output_height", 1),
	                   np_onnx_attr_int(call, "output_width", 1)};
	for (int i = 0; pooled && pooled->count == 2 && i < 2; i++)
		dims[2 + i] = pooled->items[i];
	return np_onnx_set(call, 0, in->type, dims, 4);
}
