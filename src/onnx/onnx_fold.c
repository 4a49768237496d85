/*
 * Values of constants, computed as the operators define it: what drives shapes in exported graphs. Integers wrap as the
 * machine's do; anything undefined (a division by zero) leaves the result unknown.
 */
#include "onnx/onnx_ops.h"

#include <math.h>

/* Broadcasting is defined only where every input fits; a literal batch that was adapted has too few values. */
static bool fits(np_shape out, np_shape in)
{
	if (in.rank > out.rank)
		return false;
	for (int i = 1; i <= in.rank; i++)
		if (in.dims[in.rank - i] != 1 && in.dims[in.rank - i] != out.dims[out.rank - i])
			return false;
	return true;
}

bool np_onnx_fold_copy(np_onnx_call *call, np_onnx_cell *result)
{
	int64_t count = np_onnx_elements(&call->out[0]);
	if (np_onnx_elements(call->in[0]) != count)
		return false;
	for (int64_t i = 0; i < count; i++)
		result[i] = call->in[0]->cells[i];
	return true;
}

/* ---- casts ---- */

static int64_t wrap_to(int type, int64_t value)
{
	switch (type) {
	case NP_ONNX_BOOL:
		return value != 0;
	case NP_ONNX_UINT8:
		return (uint8_t)value;
	case NP_ONNX_INT8:
		return (int8_t)value;
	case NP_ONNX_UINT16:
		return (uint16_t)value;
	case NP_ONNX_INT16:
		return (int16_t)value;
	case NP_ONNX_UINT32:
		return (uint32_t)value;
	case NP_ONNX_INT32:
		return (int32_t)value;
	default:
		return value;
	}
}

static bool cast(int from, int to, np_onnx_cell in, np_onnx_cell *out)
{
	if (np_onnx_type_is_float(from) && np_onnx_type_is_float(to)) {
		out->f = to == NP_ONNX_FLOAT ? (double)(float)in.f : in.f;
	} else if (np_onnx_type_is_float(to)) {
		out->f = to == NP_ONNX_FLOAT ? (double)(float)in.i : (double)in.i;
	} else if (!np_onnx_type_is_float(from)) {
		out->i = wrap_to(to, in.i);
	} else if (to == NP_ONNX_BOOL) {
		out->i = in.f != 0;
	} else {
		if (!(fabs(in.f) < 9e18))
			return false;
		out->i = wrap_to(to, (int64_t)in.f);
	}
	return true;
}

bool np_onnx_fold_cast(np_onnx_call *call, np_onnx_cell *result)
{
	int64_t count = np_onnx_elements(&call->out[0]);
	int from = call->in[0]->type, to = call->out[0].type;
	if (!np_onnx_type_is_float(to) && !np_onnx_type_is_int(to))
		return false;
	for (int64_t i = 0; i < count; i++)
		if (!cast(from, to, call->in[0]->cells[i], &result[i]))
			return false;
	return true;
}

/* ---- functions of one value ---- */

static bool unary_float(int variant, double x, double *y)
{
	switch (variant) {
	case NP_ONNX_NEG:
		*y = -x;
		return true;
	case NP_ONNX_ABS:
		*y = fabs(x);
		return true;
	case NP_ONNX_FLOOR:
		*y = floor(x);
		return true;
	case NP_ONNX_CEIL:
		*y = ceil(x);
		return true;
	case NP_ONNX_ROUND:
		*y = nearbyint(x);
		return true;
	case NP_ONNX_SQRT:
		*y = sqrt(x);
		return true;
	case NP_ONNX_RECIPROCAL:
		*y = 1 / x;
		return true;
	case NP_ONNX_SIGN:
		*y = (x > 0) - (x < 0);
		return true;
	case NP_ONNX_RELU:
		*y = x > 0 ? x : 0;
		return true;
	default:
		return false;
	}
}

static bool unary_int(int variant, int64_t x, int64_t *y)
{
	switch (variant) {
	case NP_ONNX_NEG:
		*y = (int64_t)(0 - (uint64_t)x);
		return true;
	case NP_ONNX_ABS:
		*y = x < 0 ? (int64_t)(0 - (uint64_t)x) : x;
		return true;
	case NP_ONNX_SIGN:
		*y = (x > 0) - (x < 0);
		return true;
	case NP_ONNX_NOT:
		*y = !x;
		return true;
	case NP_ONNX_RELU:
		*y = x > 0 ? x : 0;
		return true;
	default:
		return false;
	}
}

bool np_onnx_fold_unary(np_onnx_call *call, np_onnx_cell *result)
{
	const np_onnx_value *in = call->in[0];
	int64_t count = np_onnx_elements(in);
	for (int64_t i = 0; i < count; i++) {
		bool known = np_onnx_type_is_float(in->type) ? unary_float(call->op->variant, in->cells[i].f, &result[i].f)
		                                             : unary_int(call->op->variant, in->cells[i].i, &result[i].i);
		if (!known)
			return false;
	}
	return true;
}

/* ---- functions of two values ---- */

static bool compare(int variant, bool less, bool equal, int64_t *result)
{
	switch (variant) {
	case NP_ONNX_EQUAL:
		*result = equal;
		return true;
	case NP_ONNX_LESS:
		*result = less;
		return true;
	case NP_ONNX_LESS_EQUAL:
		*result = less || equal;
		return true;
	case NP_ONNX_GREATER:
		*result = !less && !equal;
		return true;
	case NP_ONNX_GREATER_EQUAL:
		*result = !less;
		return true;
	default:
		return false;
	}
}

static bool binary_float(int variant, double a, double b, np_onnx_cell *y)
{
	switch (variant) {
	case NP_ONNX_ADD:
	case NP_ONNX_MEAN:
		y->f = a + b;
		return true;
	case NP_ONNX_SUB:
		y->f = a - b;
		return true;
	case NP_ONNX_MUL:
	case NP_ONNX_PROD:
		y->f = a * b;
		return true;
	case NP_ONNX_DIV:
		y->f = a / b;
		return true;
	case NP_ONNX_MOD:
		y->f = fmod(a, b);
		return true;
	case NP_ONNX_POW:
		y->f = pow(a, b);
		return true;
	case NP_ONNX_MIN:
		y->f = a < b ? a : b;
		return true;
	case NP_ONNX_MAX:
		y->f = a > b ? a : b;
		return true;
	default:
		return !isnan(a) && !isnan(b) && compare(variant, a < b, a == b, &y->i);
	}
}

static bool int_power(int64_t base, int64_t exponent, int64_t *y)
{
	uint64_t result = 1, factor = (uint64_t)base;
	if (exponent < 0)
		return false;
	for (; exponent; exponent >>= 1, factor *= factor)
		if (exponent & 1)
			result *= factor;
	*y = (int64_t)result;
	return true;
}

/* Division truncates; the remainder has the divisor's sign, or with fmod the dividend's. */
static bool int_divide(int variant, bool fmod_rule, int64_t a, int64_t b, int64_t *y)
{
	if (b == 0 || (a == INT64_MIN && b == -1))
		return false;
	if (variant == NP_ONNX_DIV) {
		*y = a / b;
		return true;
	}
	*y = a % b;
	if (!fmod_rule && *y && (*y < 0) != (b < 0))
		*y += b;
	return true;
}

static bool binary_int(int variant, bool fmod_rule, int64_t a, int64_t b, int64_t *y)
{
	switch (variant) {
	case NP_ONNX_ADD:
		*y = (int64_t)((uint64_t)a + (uint64_t)b);
		return true;
	case NP_ONNX_SUB:
		*y = (int64_t)((uint64_t)a - (uint64_t)b);
		return true;
	case NP_ONNX_MUL:
	case NP_ONNX_PROD:
		*y = (int64_t)((uint64_t)a * (uint64_t)b);
		return true;
	case NP_ONNX_DIV:
	case NP_ONNX_MOD:
		return int_divide(variant, fmod_rule, a, b, y);
	case NP_ONNX_POW:
		return int_power(a, b, y);
	case NP_ONNX_MIN:
		*y = a < b ? a : b;
		return true;
	case NP_ONNX_MAX:
		*y = a > b ? a : b;
		return true;
	case NP_ONNX_AND:
		*y = a && b;
		return true;
	case NP_ONNX_OR:
		*y = a || b;
		return true;
	case NP_ONNX_XOR:
		*y = !a != !b;
		return true;
	default:
		return compare(variant, a < b, a == b, y);
	}
}

/* result = result op in[i], or op of the first two when i is 1. */
static bool fold_pair(np_onnx_call *call, int i, np_onnx_cell *result)
{
	const np_onnx_value *a = call->in[0], *b = call->in[i], *out = &call->out[0];
	np_onnx_walk walk = {.shape = out->shape};
	bool is_float = np_onnx_type_is_float(a->type), fmod_rule = np_onnx_attr_int(call, "fmod", 0) != 0;
	if (np_onnx_type_is_float(b->type) != is_float || !fits(out->shape, a->shape) || !fits(out->shape, b->shape))
		return false;
	np_onnx_walk_add(&walk, a->shape);
	np_onnx_walk_add(&walk, b->shape);
	int64_t count = np_onnx_elements(out);
	for (int64_t k = 0; k < count; k++, np_onnx_walk_next(&walk)) {
		np_onnx_cell left = i == 1 ? a->cells[walk.offset[0]] : result[k], right = b->cells[walk.offset[1]];
		bool known = is_float ? binary_float(call->op->variant, left.f, right.f, &result[k])
		                      : binary_int(call->op->variant, fmod_rule, left.i, right.i, &result[k].i);
		if (!known)
			return false;
	}
	return true;
}

/* An integer base may have a real exponent: then everything is done in reals. */
static bool fold_mixed_power(np_onnx_call *call, np_onnx_cell *result)
{
	const np_onnx_value *base = call->in[0], *exponent = call->in[1];
	if (np_onnx_elements(exponent) != 1 || np_onnx_elements(base) != np_onnx_elements(&call->out[0]))
		return false;
	bool real_exponent = np_onnx_type_is_float(exponent->type);
	double power = real_exponent ? exponent->cells[0].f : (double)exponent->cells[0].i;
	for (int64_t i = 0; i < np_onnx_elements(base); i++) {
		double y = pow(real_exponent ? (double)base->cells[i].i : base->cells[i].f, power);
		if (!cast(NP_ONNX_DOUBLE, call->out[0].type, (np_onnx_cell){.f = y}, &result[i]))
			return false;
	}
	return true;
}

bool np_onnx_fold_pointwise(np_onnx_call *call, np_onnx_cell *result)
{
	if (call->in_count == 1)
		return np_onnx_fold_copy(call, result);
	if (!call->in[0] || call->in_count < 2)
		return false;
	for (int i = 1; i < call->in_count; i++) {
		if (!call->in[i])
			return false;
		bool mixed = np_onnx_type_is_float(call->in[0]->type) != np_onnx_type_is_float(call->in[i]->type);
		if (mixed && call->op->variant == NP_ONNX_POW)
			return fold_mixed_power(call, result);
		if (!fold_pair(call, i, result))
			return false;
	}
	if (call->op->variant == NP_ONNX_MEAN && np_onnx_type_is_float(call->out[0].type))
		for (int64_t k = 0; k < np_onnx_elements(&call->out[0]); k++)
			result[k].f /= call->in_count;
	return true;
}

bool np_onnx_fold_where(np_onnx_call *call, np_onnx_cell *result)
{
	np_onnx_walk walk = {.shape = call->out[0].shape};
	for (int i = 0; i < 3; i++) {
		if (!np_onnx_in(call, i) || !fits(walk.shape, call->in[i]->shape))
			return false;
		np_onnx_walk_add(&walk, call->in[i]->shape);
	}
	for (int64_t k = 0; k < np_onnx_elements(&call->out[0]); k++, np_onnx_walk_next(&walk)) {
		int from = call->in[0]->cells[walk.offset[0]].i ? 1 : 2;
		result[k] = call->in[from]->cells[walk.offset[from]];
	}
	return true;
}

/* ---- reductions ---- */

/* Strides of the result over the input's axes: 0 where an axis is reduced. The order of axes is that of the input. */
static void reduced_strides(const bool *reduced, np_shape in, int64_t *strides)
{
	int64_t step = 1;
	for (int i = in.rank - 1; i >= 0; i--) {
		strides[i] = reduced[i] ? 0 : step;
		step *= reduced[i] ? 1 : in.dims[i];
	}
}

static bool find_reduced(np_onnx_call *call, bool *reduced)
{
	np_onnx_list axes;
	np_shape in = call->in[0]->shape;
	if (np_onnx_get_list(call, 1, "axes", &axes) != NP_OK)
		return false;
	bool all = axes.count <= 0 && !np_onnx_attr_int(call, "noop_with_empty_axes", 0);
	for (int i = 0; i < in.rank; i++)
		reduced[i] = all;
	for (int i = 0; i < axes.count; i++) {
		int64_t axis = axes.items[i] < 0 ? axes.items[i] + in.rank : axes.items[i];
		if (axis < 0 || axis >= in.rank)
			return false;
		reduced[axis] = true;
	}
	return true;
}

bool np_onnx_fold_reduce(np_onnx_call *call, np_onnx_cell *result)
{
	bool reduced[NP_MAX_RANK], is_float = np_onnx_type_is_float(call->in[0]->type);
	int64_t strides[NP_MAX_RANK], count = np_onnx_elements(call->in[0]), results = np_onnx_elements(&call->out[0]);
	if (!find_reduced(call, reduced) || !count)
		return false;
	np_onnx_walk walk = {.shape = call->in[0]->shape};
	reduced_strides(reduced, walk.shape, strides);
	np_onnx_walk_add_strides(&walk, strides, 0);
	unsigned char *begun = np_arena_alloc(call->builder->arena, (size_t)results);
	if (!begun)
		return false;
	for (int64_t k = 0; k < count; k++, np_onnx_walk_next(&walk)) {
		np_onnx_cell value = call->in[0]->cells[k], *place = &result[walk.offset[0]];
		if (!begun[walk.offset[0]])
			*place = value;
		else if (is_float ? !binary_float(call->op->variant, place->f, value.f, place)
		                  : !binary_int(call->op->variant, false, place->i, value.i, &place->i))
			return false;
		begun[walk.offset[0]] = 1;
	}
	if (call->op->variant == NP_ONNX_MEAN && is_float)
		for (int64_t k = 0; k < results; k++)
			result[k].f /= (double)(count / results);
	return true;
}
