/* Attention in one operator: two products of matrices with a softmax between, counted as one product. */
#include "base/checked.h"
#include "onnx/onnx_ops.h"

#include <string.h>

/* Axes of a query, key or value: [n, heads, steps, width], or [n, steps, heads x width]. */
static int64_t steps_of(const np_onnx_value *value)
{
	return value->shape.dims[value->shape.rank - 2];
}

static int64_t width_of(const np_onnx_value *value)
{
	return value->shape.dims[value->shape.rank - 1];
}

/* Steps that were kept from earlier come on top. */
static int64_t all_steps(const np_onnx_call *call, const np_onnx_value *key)
{
	const np_onnx_value *past = strcmp(call->node->op, "Attention") == 0 ? np_onnx_in(call, 4) : NULL;
	int64_t steps = steps_of(key);
	if (past && past->shape.rank == 4 && !np_add_into(&steps, past->shape.dims[2]))
		steps = INT64_MAX;
	return steps;
}

/*
 * Every output value takes as many products as there are keys, and its share of the scores, each a product over the
 * width of a query.
 */
static np_status count_products(np_onnx_call *call, int64_t keys, int64_t query_width, int64_t value_width)
{
	int64_t both;
	if (!np_add(query_width, value_width, &both) || !np_mul_into(&both, keys) || value_width < 1)
		return np_onnx_fail(call, NP_ERR_LIMIT, "it has more than 2^63 products");
	call->desc.contraction = np_ceil_div(both, value_width);
	return NP_OK;
}

/* Keys and values with those kept from earlier, by heads, and the scores. */
static np_status set_further(np_onnx_call *call, const np_onnx_value *key, const np_onnx_value *value)
{
	const np_onnx_value *query = call->in[0];
	bool by_heads = query->shape.rank == 4;
	int64_t heads = by_heads ? key->shape.dims[1] : np_onnx_attr_int(call, "kv_num_heads", 1);
	int64_t scores[4] = {query->shape.dims[0], by_heads ? query->shape.dims[1] : np_onnx_attr_int(call, "q_num_heads", 1),
	                     steps_of(query), all_steps(call, key)};
	if (call->out_count < 2)
		return NP_OK;
	if (heads < 1 || scores[1] < 1)
		return np_onnx_fail(call, NP_ERR_DATA, "it has no heads");
	for (int i = 1; i < 3; i++) {
		int64_t width = width_of(i == 1 ? key : value);
		int64_t kept[4] = {scores[0], heads, scores[3], by_heads ? width : width / heads};
		NP_TRY(np_onnx_set(call, i, key->type, kept, 4));
	}
	return np_onnx_set(call, 3, query->type, scores, 4);
}

/* (input [n, steps, width], weights [width, 3 x hidden], bias): the projections are within. */
static np_status attend_packed(np_onnx_call *call)
{
	np_onnx_value *in, *weights;
	NP_TRY(np_onnx_need(call, 0, &in));
	NP_TRY(np_onnx_need(call, 1, &weights));
	if (in->shape.rank != 3 || weights->shape.rank != 2 || weights->shape.dims[1] % 3 ||
	    weights->shape.dims[0] != in->shape.dims[2])
		return np_onnx_op_unknown(call);
	int64_t dims[3] = {in->shape.dims[0], in->shape.dims[1], weights->shape.dims[1] / 3}, projections;
	NP_TRY(count_products(call, in->shape.dims[1], dims[2], dims[2]));
	if (!np_mul(weights->shape.dims[0], 3, &projections) || !np_add_into(&call->desc.contraction, projections))
		return np_onnx_fail(call, NP_ERR_LIMIT, "it has more than 2^63 products");
	return np_onnx_set(call, 0, in->type, dims, 3);
}

np_status np_onnx_op_attention(np_onnx_call *call)
{
	np_onnx_value *query, *key, *value;
	int64_t dims[4];
	if (strcmp(call->node->op, "Attention") == 0 && strcmp(call->node->domain, "com.microsoft") == 0)
		return attend_packed(call);
	NP_TRY(np_onnx_need(call, 0, &query));
	if (!np_onnx_in(call, 1) || !np_onnx_in(call, 2))
		return np_onnx_op_unknown(call);
	NP_TRY(np_onnx_need(call, 1, &key));
	NP_TRY(np_onnx_need(call, 2, &value));
	int rank = query->shape.rank;
	if ((rank != 3 && rank != 4) || key->shape.rank != rank || value->shape.rank != rank)
		return np_onnx_op_unknown(call);
	memcpy(dims, query->shape.dims, (size_t)rank * sizeof *dims);
	int64_t query_width = width_of(query), value_width = width_of(value);
	dims[rank - 1] = value_width;
	int64_t heads = np_onnx_attr_int(call, "q_num_heads", 1), key_heads = np_onnx_attr_int(call, "kv_num_heads", 1);
	if (rank == 3 && heads >= 1 && key_heads >= 1) {
		/* Heads that share keys: the output is as wide as the query's heads make it. */
		if (value_width % key_heads || !np_mul(value_width / key_heads, heads, &value_width))
			return np_onnx_fail(call, NP_ERR_DATA, "its width does not divide into %lld heads",
			                    (long long)key_heads);
		dims[2] = value_width;
	}
	NP_TRY(count_products(call, all_steps(call, key), query_width, value_width));
	NP_TRY(np_onnx_set(call, 0, query->type, dims, rank));
	return set_further(call, key, value);
}
