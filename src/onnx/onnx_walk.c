/* Walking over the elements of a tensor, for the folding of constants. */
#include "onnx/onnx_ops.h"

void np_onnx_strides(np_shape shape, int64_t *strides)
{
	int64_t step = 1;
	for (int i = shape.rank - 1; i >= 0; i--) {
		strides[i] = step;
		step *= shape.dims[i];
	}
}

void np_onnx_walk_add_strides(np_onnx_walk *walk, const int64_t *strides, int64_t offset)
{
	for (int i = 0; i < walk->shape.rank; i++)
		walk->stride[walk->count][i] = strides[i];
	walk->offset[walk->count++] = offset;
}

void np_onnx_walk_add(np_onnx_walk *walk, np_shape tensor)
{
	int64_t own[NP_MAX_RANK], strides[NP_MAX_RANK] = {0};
	np_onnx_strides(tensor, own);
	for (int i = 1; i <= tensor.rank && i <= walk->shape.rank; i++)
		if (tensor.dims[tensor.rank - i] > 1)
			strides[walk->shape.rank - i] = own[tensor.rank - i];
	np_onnx_walk_add_strides(walk, strides, 0);
}

void np_onnx_walk_next(np_onnx_walk *walk)
{
	for (int i = walk->shape.rank - 1; i >= 0; i--) {
		bool carry = ++walk->at[i] == walk->shape.dims[i];
		for (int t = 0; t < walk->count; t++)
			walk->offset[t] += carry ? -walk->stride[t][i] * (walk->shape.dims[i] - 1) : walk->stride[t][i];
		if (!carry)
			return;
		walk->at[i] = 0;
	}
}
