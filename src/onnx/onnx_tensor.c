/*
 * Tensors in the file: names, types and shapes of all, values only of small ones. Values that may drive shapes (axes,
 * sizes, scales) are few; everything larger is passed over.
 */
#include "onnx/onnx_model.h"

#include "base/checked.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

enum {
	MOST_RAW = 64 << 10, /* bytes of raw_data that are looked at */
	MOST_FLOATS = 512,   /* values of a float tensor that are kept: scales, bounds, exponents */
	MOST_KEPT = 4 << 20, /* bytes of the arena after which no more values are kept */
};

typedef struct type_row {
	const char *name;
	int bits;
	char class;
} type_row;

static const type_row TYPES[NP_ONNX_TYPE_END] = {
#define TYPE_ROW(name, number, text, bits, class) [number] = {text, bits, class},
        NP_ONNX_TYPE_MAP(TYPE_ROW)
#undef TYPE_ROW
};

static const type_row *type_of(int type)
{
	return &TYPES[type > 0 && type < NP_ONNX_TYPE_END ? type : NP_ONNX_UNDEFINED];
}

int np_onnx_type_bytes(int type)
{
	int bits = type_of(type)->bits;
	return bits ? (bits + 7) / 8 : 4;
}

bool np_onnx_type_is_float(int type)
{
	return type_of(type)->class == 'f';
}

bool np_onnx_type_is_int(int type)
{
	return type_of(type)->class == 'i';
}

/* A tensor under construction: fields come in any order, so values wait until the type is known. */
typedef struct draft {
	np_onnx_tensor *tensor;
	np_onnx_ints dims;
	int64_t location;
	bool too_many;
	unsigned char *raw; /* raw_data */
	size_t raw_size;
	NP_ONNX_LIST(np_onnx_cell) scalars; /* the typed lists */
	bool scalars_are_float;
} draft;

static np_status read_dim(np_onnx_wire *wire, void *list, int64_t value)
{
	draft *d = list;
	if (value < 0)
		return np_onnx_wire_fail(wire, NP_ERR_SYNTAX, "a tensor has the negative dimension %lld", (long long)value);
	if (d->dims.count >= NP_MAX_RANK)
		return np_onnx_wire_fail(wire, NP_ERR_LIMIT, "a tensor has more than %d dimensions", NP_MAX_RANK);
	int64_t *dim = NP_ONNX_PUSH(wire->arena, d->dims);
	if (!dim)
		return np_onnx_fail_full(wire->err);
	*dim = value;
	return NP_OK;
}

static np_status read_dims(np_onnx_wire *wire, void *message)
{
	bool passed_over;
	return np_onnx_read_ints(wire, SIZE_MAX, read_dim, message, &passed_over);
}

static np_status read_type(np_onnx_wire *wire, void *message)
{
	int64_t type;
	NP_TRY(np_onnx_read_int(wire, &type));
	if (type < 0 || type >= NP_ONNX_TYPE_END)
		return np_onnx_wire_fail(wire, NP_ERR_UNSUPPORTED, "element type %lld is not known", (long long)type);
	((draft *)message)->tensor->type = (int)type;
	return NP_OK;
}

static np_status read_name(np_onnx_wire *wire, void *message)
{
	return np_onnx_read_text(wire, &((draft *)message)->tensor->name);
}

static np_status read_location(np_onnx_wire *wire, void *message)
{
	return np_onnx_read_int(wire, &((draft *)message)->location);
}

/* The type usually stands before the values: then large float data need not be looked at. */
static np_status read_raw(np_onnx_wire *wire, void *message)
{
	draft *d = message;
	bool is_float = np_onnx_type_is_float(d->tensor->type);
	NP_TRY(np_onnx_read_bytes(wire, is_float ? MOST_FLOATS * 8 : MOST_RAW, &d->raw, &d->raw_size));
	d->too_many |= !d->raw;
	return NP_OK;
}

static np_status add_scalar(np_onnx_wire *wire, draft *d, np_onnx_cell value, bool is_float)
{
	d->scalars_are_float = is_float;
	d->too_many |= d->scalars.count >= NP_ONNX_MOST_CELLS;
	if (d->too_many)
		return NP_OK;
	np_onnx_cell *place = NP_ONNX_PUSH(wire->arena, d->scalars);
	if (!place)
		return np_onnx_fail_full(wire->err);
	*place = value;
	return NP_OK;
}

static np_status add_int(np_onnx_wire *wire, void *list, int64_t value)
{
	return add_scalar(wire, list, (np_onnx_cell){.i = value}, false);
}

static np_status add_float(np_onnx_wire *wire, void *list, double value)
{
	return add_scalar(wire, list, (np_onnx_cell){.f = value}, true);
}

static np_status read_int_data(np_onnx_wire *wire, void *message)
{
	draft *d = message;
	bool passed_over;
	NP_TRY(np_onnx_read_ints(wire, MOST_RAW, add_int, d, &passed_over));
	d->too_many |= passed_over;
	return NP_OK;
}

static np_status read_float_data(np_onnx_wire *wire, void *message)
{
	draft *d = message;
	bool passed_over;
	NP_TRY(np_onnx_read_floats(wire, 4, MOST_FLOATS * 4, add_float, d, &passed_over));
	d->too_many |= passed_over;
	return NP_OK;
}

static np_status read_double_data(np_onnx_wire *wire, void *message)
{
	draft *d = message;
	bool passed_over;
	NP_TRY(np_onnx_read_floats(wire, 8, MOST_FLOATS * 8, add_float, d, &passed_over));
	d->too_many |= passed_over;
	return NP_OK;
}

static const np_onnx_field TENSOR_FIELDS[] = {
        {1, "dims", read_dims},
        {2, "data_type", read_type},
        {4, "float_data", read_float_data},
        {5, "int32_data", read_int_data},
        {7, "int64_data", read_int_data},
        {8, "name", read_name},
        {9, "raw_data", read_raw},
        {10, "double_data", read_double_data},
        {11, "uint64_data", read_int_data},
        {14, "data_location", read_location},
        {0},
};
static const np_onnx_message TENSOR = {"a tensor", TENSOR_FIELDS};

/* ---- from bytes to values ---- */

static double half_value(uint16_t bits)
{
	int exponent = bits >> 10 & 31, mantissa = bits & 1023;
	double size = exponent == 31 ? (mantissa ? (double)NAN : (double)INFINITY)
	              : exponent     ? ldexp(1024 + mantissa, exponent - 25)
	                             : ldexp(mantissa, -24);
	return bits >> 15 ? -size : size;
}

static double brain_value(uint16_t bits)
{
	uint32_t wide = (uint32_t)bits << 16;
	float value;
	memcpy(&value, &wide, sizeof value);
	return (double)value;
}

/* The file is little-endian whatever the machine is. */
static uint64_t load_bits(const unsigned char *bytes, int count)
{
	uint64_t bits = 0;
	for (int i = 0; i < count; i++)
		bits |= (uint64_t)bytes[i] << (8 * i);
	return bits;
}

static np_onnx_cell decode_bits(int type, uint64_t bits)
{
	float narrow;
	uint32_t low = (uint32_t)bits;
	np_onnx_cell cell = {.i = (int64_t)bits};
	switch (type) {
	case NP_ONNX_FLOAT:
		memcpy(&narrow, &low, sizeof narrow);
		cell.f = (double)narrow;
		break;
	case NP_ONNX_DOUBLE:
		memcpy(&cell.f, &bits, sizeof cell.f);
		break;
	case NP_ONNX_FLOAT16:
		cell.f = half_value((uint16_t)bits);
		break;
	case NP_ONNX_BFLOAT16:
		cell.f = brain_value((uint16_t)bits);
		break;
	case NP_ONNX_INT8:
		cell.i = (int8_t)bits;
		break;
	case NP_ONNX_INT16:
		cell.i = (int16_t)bits;
		break;
	case NP_ONNX_INT32:
		cell.i = (int32_t)bits;
		break;
	default:
		break;
	}
	return cell;
}

static void decode_raw(const draft *d, np_onnx_cell *cells, int64_t count)
{
	int type = d->tensor->type, bytes = np_onnx_type_bytes(type);
	for (int64_t i = 0; i < count; i++)
		cells[i] = decode_bits(type, load_bits(d->raw + i * bytes, bytes));
}

/* int32_data holds the bit patterns of half floats. */
static void decode_scalars(const draft *d, np_onnx_cell *cells, int64_t count)
{
	int type = d->tensor->type;
	bool patterns = type == NP_ONNX_FLOAT16 || type == NP_ONNX_BFLOAT16;
	for (int64_t i = 0; i < count; i++)
		cells[i] = patterns && !d->scalars_are_float ? decode_bits(type, (uint64_t)d->scalars.items[i].i)
		                                             : d->scalars.items[i];
}

/* Whether the file holds exactly the values the shape asks for, few enough to keep, in a type that is understood. */
static bool worth_keeping(const draft *d, const np_arena *arena, int64_t elements)
{
	int type = d->tensor->type;
	bool is_float = np_onnx_type_is_float(type);
	if (d->location || d->too_many || elements > (is_float ? MOST_FLOATS : NP_ONNX_MOST_CELLS))
		return false;
	if (arena->used > MOST_KEPT && elements > 64)
		return false;
	if (!is_float && !np_onnx_type_is_int(type))
		return false;
	if (d->raw && d->raw_size)
		return (int64_t)d->raw_size == elements * np_onnx_type_bytes(type);
	bool same_class = d->scalars_are_float == is_float || type == NP_ONNX_FLOAT16 || type == NP_ONNX_BFLOAT16;
	return d->scalars.count == elements && (same_class || !elements);
}

static np_status finish_tensor(np_onnx_wire *wire, np_arena *arena, draft *d)
{
	np_onnx_tensor *tensor = d->tensor;
	int64_t elements = 1, bytes;
	int64_t *dims = np_arena_copy(arena, d->dims.items, (size_t)d->dims.count * sizeof *dims);
	if (!dims)
		return np_onnx_fail_full(wire->err);
	for (int i = 0; i < d->dims.count; i++)
		if (!np_mul_into(&elements, dims[i]))
			return np_fail_offset(wire->err, NP_ERR_LIMIT, tensor->offset, "a tensor has more than 2^63 elements");
	if (!np_mul(elements, 16, &bytes))
		return np_fail_offset(wire->err, NP_ERR_LIMIT, tensor->offset, "a tensor has more than 2^63 bytes");
	tensor->shape = (np_shape){d->dims.count, dims};
	if (!worth_keeping(d, arena, elements))
		return NP_OK;
	np_onnx_cell *cells = np_arena_array(arena, (size_t)(elements ? elements : 1), sizeof *cells);
	if (!cells)
		return np_onnx_fail_full(wire->err);
	if (d->raw && d->raw_size)
		decode_raw(d, cells, elements);
	else
		decode_scalars(d, cells, elements);
	tensor->cells = cells;
	return NP_OK;
}

/* What waits for the tensor's end lies in an arena of its own, so that only what is kept stays. */
static np_status read_draft(np_onnx_wire *wire, np_arena *scratch, draft *d)
{
	np_arena *arena = wire->arena;
	wire->arena = scratch;
	np_status status = np_onnx_read_nested(wire, &TENSOR, d);
	wire->arena = arena;
	NP_TRY(status);
	const char *name = d->tensor->name ? d->tensor->name : "";
	d->tensor->name = np_arena_text(arena, name, strlen(name));
	if (!d->tensor->name)
		return np_onnx_fail_full(wire->err);
	return finish_tensor(wire, arena, d);
}

np_status np_onnx_read_tensor(np_onnx_wire *wire, np_onnx_tensor *tensor)
{
	np_arena scratch = {0};
	draft d = {.tensor = tensor};
	tensor->offset = wire->field_at;
	np_status status = read_draft(wire, &scratch, &d);
	np_arena_free(&scratch);
	return status;
}

/* ---- sparse tensors: the name and type are the values', the shape its own; values are not kept ---- */

typedef struct sparse_draft {
	np_onnx_tensor *tensor;
	draft shape;
} sparse_draft;

static np_status read_sparse_values(np_onnx_wire *wire, void *message)
{
	return np_onnx_read_tensor(wire, ((sparse_draft *)message)->tensor);
}

static np_status read_sparse_dims(np_onnx_wire *wire, void *message)
{
	return read_dims(wire, &((sparse_draft *)message)->shape);
}

static const np_onnx_field SPARSE_FIELDS[] = {
        {1, "values", read_sparse_values},
        {3, "dims", read_sparse_dims},
        {0},
};
static const np_onnx_message SPARSE = {"a sparse tensor", SPARSE_FIELDS};

np_status np_onnx_read_sparse_tensor(np_onnx_wire *wire, np_onnx_tensor *tensor)
{
	int64_t offset = wire->field_at;
	sparse_draft d = {.tensor = tensor, .shape.tensor = tensor};
	NP_TRY(np_onnx_read_nested(wire, &SPARSE, &d));
	tensor->offset = offset;
	if (!tensor->name)
		tensor->name = "";
	d.shape.too_many = true;
	tensor->cells = NULL;
	return finish_tensor(wire, wire->arena, &d.shape);
}
