/* Sums of products: a constant operand makes a fully connected layer, two activations a product of matrices. */
#include "base/checked.h"
#include "onnx/onnx_ops.h"

#include <string.h>

typedef struct operands {
	np_onnx_value *a, *b;
	bool turn_a, turn_b; /* the last two axes are exchanged */
} operands;

/* A matrix operand: the axes before the last two, rows, columns. A vector is one row on the left, one column on the right. */
typedef struct matrix {
	np_shape outer;
	int64_t rows, columns;
	bool vector;
} matrix;

static matrix as_matrix(np_shape shape, bool turned, bool left)
{
	matrix m = {.outer = {shape.rank - 2, shape.dims}};
	if (shape.rank == 1) {
		m = (matrix){.vector = true, .rows = left ? 1 : shape.dims[0], .columns = left ? shape.dims[0] : 1};
		return m;
	}
	m.rows = shape.dims[shape.rank - (turned ? 1 : 2)];
	m.columns = shape.dims[shape.rank - (turned ? 2 : 1)];
	return m;
}

/* What kind of layer it is, and how its products are counted. */
static void describe(np_onnx_call *call, const operands *o, int64_t length, int rank)
{
	np_layer_desc *desc = &call->desc;
	bool constant = np_onnx_is_constant(o->a) || np_onnx_is_constant(o->b);
	const np_onnx_value *in = np_onnx_is_constant(o->a) ? o->b : o->a;
	desc->kind = constant ? NP_FC : NP_MATMUL;
	desc->axis = in->shape.rank - 1;
	desc->contraction = length;
	if (rank == 0)
		desc->kind = NP_REDUCE;
}

static np_status multiply(np_onnx_call *call, const operands *o, int type)
{
	np_shape sa = o->a->shape, sb = o->b->shape;
	int64_t dims[NP_MAX_RANK + 2];
	int rank;
	if (sa.rank < 1 || sb.rank < 1)
		return np_onnx_fail(call, NP_ERR_DATA, "one of its operands is a single number");
	matrix a = as_matrix(sa, o->turn_a, true), b = as_matrix(sb, o->turn_b, false);
	if (a.columns != b.rows)
		return np_onnx_fail(call, NP_ERR_DATA, "rows of %lld values meet columns of %lld", (long long)a.columns,
		                    (long long)b.rows);
	NP_TRY(np_onnx_broadcast(call, a.outer, b.outer, dims, &rank));
	if (!a.vector)
		dims[rank++] = a.rows;
	if (!b.vector)
		dims[rank++] = b.columns;
	describe(call, o, a.columns, rank);
	return np_onnx_set(call, 0, type, dims, rank);
}

np_status np_onnx_op_gemm(np_onnx_call *call)
{
	operands o = {.turn_a = np_onnx_attr_int(call, "transA", 0) != 0, .turn_b = np_onnx_attr_int(call, "transB", 0) != 0};
	bool quantized = call->op->variant == NP_ONNX_QUANTIZED;
	NP_TRY(np_onnx_need(call, 0, &o.a));
	NP_TRY(np_onnx_need(call, quantized ? 3 : 1, &o.b));
	if (o.a->shape.rank != 2 || o.b->shape.rank != 2)
		return np_onnx_fail(call, NP_ERR_DATA, "its operands have the ranks %d and %d, 2 was expected", o.a->shape.rank,
		                    o.b->shape.rank);
	call->desc.bias = np_onnx_in(call, quantized ? 6 : 2) != NULL;
	return multiply(call, &o, o.a->type);
}

/* Quantized forms have a scale and a zero point behind each operand, or plain integers as results. */
np_status np_onnx_op_matmul(np_onnx_call *call)
{
	operands o = {.turn_a = np_onnx_attr_int(call, "transA", 0) != 0, .turn_b = np_onnx_attr_int(call, "transB", 0) != 0};
	int variant = call->op->variant;
	NP_TRY(np_onnx_need(call, 0, &o.a));
	NP_TRY(np_onnx_need(call, variant == NP_ONNX_QUANTIZED ? 3 : 1, &o.b));
	int type = o.a->type;
	if (variant == NP_ONNX_INTEGER)
		type = strcmp(call->node->op, "MatMulInteger") == 0 ? NP_ONNX_INT32 : NP_ONNX_FLOAT;
	return multiply(call, &o, type);
}

/* Weights in packed groups of few bits: attributes K and N tell the matrix. */
np_status np_onnx_op_matmul_packed(np_onnx_call *call)
{
	np_onnx_value *in;
	int64_t length = np_onnx_attr_int(call, "K", 0), outputs = np_onnx_attr_int(call, "N", 0), values;
	NP_TRY(np_onnx_need(call, 0, &in));
	if (in->shape.rank < 1 || length < 1 || outputs < 1 || in->shape.dims[in->shape.rank - 1] != length ||
	    !np_mul(length, outputs, &values))
		return np_onnx_fail(call, NP_ERR_DATA, "its attributes K and N do not fit its input");
	call->desc.axis = in->shape.rank - 1;
	call->desc.out_channels = outputs;
	call->desc.params = call->desc.constant_values = values;
	return np_onnx_infer(call, in, in->type);
}
