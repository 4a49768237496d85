/* Recurrent layers: their shapes, their weights, and a rough count of their work. */
#include "base/checked.h"
#include "onnx/onnx_ops.h"

#include <string.h>

static int gates(const np_onnx_call *call)
{
	return call->op->variant == NP_ONNX_LSTM ? 4 : call->op->variant == NP_ONNX_GRU ? 3 : 1;
}

/* x [steps, n, inputs] or, by layout, [n, steps, inputs]; weights [directions, gates x hidden, inputs]. */
np_status np_onnx_op_recurrent(np_onnx_call *call)
{
	np_onnx_value *in, *weights, *recurrence;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_need(call, 1, &weights));
	NP_TRY(np_onnx_need(call, 2, &recurrence));
	if (in->shape.rank != 3 || weights->shape.rank != 3 || recurrence->shape.rank != 3)
		return np_onnx_fail(call, NP_ERR_DATA, "its input and weights are not of rank 3");
	bool batch_first = np_onnx_attr_int(call, "layout", 0) == 1;
	int64_t directions = weights->shape.dims[0], hidden = recurrence->shape.dims[2], inputs = in->shape.dims[2];
	int64_t steps = in->shape.dims[batch_first ? 1 : 0], n = in->shape.dims[batch_first ? 0 : 1];
	int64_t all[4] = {batch_first ? n : steps, batch_first ? steps : directions, batch_first ? directions : n, hidden};
	int64_t last[3] = {batch_first ? n : directions, batch_first ? directions : n, hidden};
	NP_TRY(np_onnx_set(call, 0, in->type, all, 4));
	for (int i = 1; i < 3; i++)
		NP_TRY(np_onnx_set(call, i, in->type, last, 3));
	if (!np_add(inputs, hidden, &call->desc.factor) || !np_mul_into(&call->desc.factor, 2LL * gates(call)))
		return np_onnx_fail(call, NP_ERR_LIMIT, "its work is more than 2^63");
	return np_onnx_warn_rough(call,
	                          "recurrent layers are counted as 'other': their FLOPs are those of their products alone");
}
