/*
 * A batch other than the file's own. Exporters write sizes that held at one batch into the file as literals: the target
 * of a reshape, the first axis of a constant. The graph run at that batch shows which axis of which tensor was the batch.
 */
#include "base/checked.h"
#include "onnx/onnx_call.h"

const np_onnx_trace *np_onnx_before(const np_onnx_call *call)
{
	const np_onnx_builder *builder = call->builder;
	if (!builder->before || builder->noted >= builder->before->count)
		return NULL;
	const np_onnx_trace *trace = &builder->before->items[builder->noted];
	return trace->node == call->node ? trace : NULL;
}

bool np_onnx_is_batch(const np_onnx_call *call, int64_t size, int64_t now)
{
	const np_onnx_builder *builder = call->builder;
	int64_t before, after;
	if (builder->old_batch == builder->new_batch)
		return false;
	return np_mul(size, builder->new_batch, &after) && np_mul(now, builder->old_batch, &before) && after == before;
}

static int64_t product(np_shape shape, int count)
{
	int64_t result = 1;
	for (int i = 0; i < count; i++)
		if (!np_mul_into(&result, shape.dims[i]))
			return -1;
	return result;
}

/*
 * The axis of `out` that takes over axis `axis` of `in`, both as they were at the file's batch. A reshape keeps the order
 * of the values, so it is one of the axes with as many values before them as the axis had, or a part of it: the one that
 * has the batch's size, else the first. The batch stands in front within its axis; where that is the border to the last
 * axis of `out`, it goes with the one before: the last one holds features.
 */
static int axis_after(np_shape in, np_shape out, int axis, int64_t batch)
{
	int64_t before = product(in, axis), through = before * in.dims[axis], so_far = 1;
	int found = 0;
	bool exact = false;
	for (int k = 0; k < out.rank && so_far <= through; so_far *= out.dims[k++]) {
		if (so_far >= before && out.dims[k] == batch)
			return k;
		if (!exact)
			found = k;
		exact |= so_far >= before;
	}
	return exact && found > 0 && found == out.rank - 1 ? found - 1 : found;
}

static bool same_values(const np_onnx_cell *a, const np_onnx_cell *b, int64_t count)
{
	for (int64_t i = 0; i < count; i++)
		if (a[i].i != b[i].i)
			return false;
	return true;
}

static bool follow_trace(const np_onnx_trace *trace, int64_t batch, np_shape in, int64_t *dims)
{
	np_shape adapted = {trace->out.rank, dims};
	for (int i = 0; i < adapted.rank; i++)
		dims[i] = trace->out.dims[i];
	for (int i = 0; i < in.rank; i++) {
		if (in.dims[i] == trace->in.dims[i])
			continue;
		int64_t *dim = &dims[axis_after(trace->in, trace->out, i, batch)], scaled;
		if (trace->in.dims[i] < 1 || !np_mul(*dim, in.dims[i], &scaled) || scaled % trace->in.dims[i])
			return false;
		*dim = scaled / trace->in.dims[i];
	}
	int64_t elements = product(in, in.rank);
	return elements >= 0 && product(adapted, adapted.rank) == elements;
}

/* Without a trace: the first axis of the old batch's size, else the first that can be scaled. */
static bool scale_first(const np_onnx_builder *builder, np_shape in, int64_t *dims, int rank)
{
	np_shape adapted = {rank, dims};
	int64_t literal, asked, elements = product(in, in.rank);
	if (!np_mul(product(adapted, rank), builder->new_batch, &literal) || !np_mul(elements, builder->old_batch, &asked) ||
	    literal != asked || elements < 0)
		return false;
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < rank; i++) {
			int64_t scaled;
			if ((pass == 0 && dims[i] != builder->old_batch) || !np_mul(dims[i], builder->new_batch, &scaled) ||
			    scaled % builder->old_batch)
				continue;
			dims[i] = scaled / builder->old_batch;
			return true;
		}
	return false;
}

bool np_onnx_adapt_target(const np_onnx_call *call, const np_onnx_value *target, np_shape in, int64_t *dims, int rank)
{
	const np_onnx_builder *builder = call->builder;
	if (builder->old_batch == builder->new_batch || rank < 1)
		return false;
	const np_onnx_trace *trace = np_onnx_before(call);
	int64_t followed[NP_MAX_RANK];
	bool comparable = trace && trace->in.rank == in.rank && trace->out.rank == rank;
	bool literal = !target || (trace && trace->cells && target->cells && same_values(trace->cells, target->cells, rank));
	if (comparable && literal && follow_trace(trace, builder->old_batch, in, followed)) {
		for (int i = 0; i < rank; i++)
			dims[i] = followed[i];
		return true;
	}
	return scale_first(builder, in, dims, rank);
}
