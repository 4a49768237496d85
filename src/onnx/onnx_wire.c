/* The wire format. Every length is checked against the message around it before anything is read or kept. */
#include "onnx/onnx_wire.h"

#include "base/error.h"
#include "text/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST_DEPTH = 64, LONGEST_TEXT = 64 << 10 };

/* nanopb's way to the bytes. A source of unknown length ends between two fields of the outermost message, or fails. */
static bool read_source(pb_istream_t *stream, pb_byte_t *buffer, size_t count)
{
	np_onnx_wire *wire = stream->state;
	if (wire->depth == 0) {
		const unsigned char *ahead;
		size_t got = 0;
		wire->status = np_source_peek(wire->source, 1, &ahead, &got, wire->err);
		if (wire->status == NP_OK && !got)
			stream->bytes_left = 0;
		if (wire->status != NP_OK || !got)
			return false;
	}
	wire->status = np_source_read(wire->source, buffer, count, wire->err);
	return wire->status == NP_OK;
}

void np_onnx_wire_begin(np_onnx_wire *wire, np_source *source, np_arena *arena, np_error *err)
{
	int64_t left = np_source_left(source);
	*wire = (np_onnx_wire){.source = source, .arena = arena, .err = err};
	wire->stream = (pb_istream_t){.callback = read_source, .bytes_left = left < 0 ? SIZE_MAX : (size_t)left};
	wire->stream.state = wire;
}

np_status np_onnx_wire_fail(np_onnx_wire *wire, np_status status, const char *format, ...)
{
	char text[256];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return np_fail_offset(wire->err, status, wire->field_at, "%s", text);
}

np_status np_onnx_fail_full(np_error *err)
{
	return np_fail(err, NP_ERR_LIMIT, "the description of the graph, without its weights, takes too much memory");
}

/* nanopb said no: the source's own reason comes first. */
static np_status fail_decode(np_onnx_wire *wire)
{
	if (wire->status != NP_OK)
		return wire->status;
	if (!wire->stream.bytes_left)
		return np_onnx_wire_fail(wire, NP_ERR_SYNTAX, "the message ends in the middle of a field");
	return np_onnx_wire_fail(wire, NP_ERR_SYNTAX, "malformed field: %s", PB_GET_ERROR(&wire->stream));
}

static np_status expect_type(np_onnx_wire *wire, pb_wire_type_t type)
{
	if (wire->type == type)
		return NP_OK;
	return np_onnx_wire_fail(wire, NP_ERR_SYNTAX, "field %u has wire type %d, %d was expected", (unsigned)wire->field,
	                         (int)wire->type, (int)type);
}

static np_status read_varint(np_onnx_wire *wire, uint64_t *value)
{
	return pb_decode_varint(&wire->stream, value) ? NP_OK : fail_decode(wire);
}

/* The length of the current field, which lies within its message. */
static np_status read_length(np_onnx_wire *wire, size_t *length)
{
	uint64_t value;
	NP_TRY(expect_type(wire, PB_WT_STRING));
	NP_TRY(read_varint(wire, &value));
	if (value > wire->stream.bytes_left || value > INT64_MAX)
		return np_onnx_wire_fail(wire, NP_ERR_SYNTAX,
		                         "field %u is said to be %llu bytes long, more than there are left",
		                         (unsigned)wire->field, (unsigned long long)value);
	*length = (size_t)value;
	return NP_OK;
}

static np_status pass_over(np_onnx_wire *wire, size_t size)
{
	NP_TRY(np_source_skip(wire->source, (int64_t)size, wire->err));
	wire->stream.bytes_left -= size;
	return NP_OK;
}

static np_status skip_field(np_onnx_wire *wire)
{
	uint64_t value;
	size_t length = wire->type == PB_WT_64BIT ? 8 : 4;
	switch (wire->type) {
	case PB_WT_VARINT:
		return read_varint(wire, &value);
	case PB_WT_STRING:
		NP_TRY(read_length(wire, &length));
		return pass_over(wire, length);
	case PB_WT_64BIT:
	case PB_WT_32BIT:
		if (length > wire->stream.bytes_left)
			return np_onnx_wire_fail(wire, NP_ERR_SYNTAX, "the message ends in the middle of a number");
		return pass_over(wire, length);
	default:
		return np_onnx_wire_fail(wire, NP_ERR_SYNTAX, "wire type %d is not known", (int)wire->type);
	}
}

static const np_onnx_field *find_field(const np_onnx_message *message, uint32_t number)
{
	for (const np_onnx_field *field = message->fields; field->name; field++)
		if (field->number == number)
			return field;
	return NULL;
}

np_status np_onnx_read_message(np_onnx_wire *wire, const np_onnx_message *message, void *into)
{
	for (;;) {
		bool end = false;
		wire->field_at = np_source_offset(wire->source);
		if (!pb_decode_tag(&wire->stream, &wire->type, &wire->field, &end))
			return end && wire->status == NP_OK ? NP_OK : fail_decode(wire);
		if (!wire->field)
			return np_onnx_wire_fail(wire, NP_ERR_SYNTAX, "a field of %s has the number 0", message->name);
		const np_onnx_field *field = find_field(message, wire->field);
		NP_TRY(field ? field->read(wire, into) : skip_field(wire));
	}
}

np_status np_onnx_read_nested(np_onnx_wire *wire, const np_onnx_message *message, void *into)
{
	size_t length;
	NP_TRY(read_length(wire, &length));
	if (wire->depth >= MOST_DEPTH)
		return np_onnx_wire_fail(wire, NP_ERR_LIMIT, "messages are nested more than %d deep", MOST_DEPTH);
	size_t left_around = wire->stream.bytes_left - length;
	wire->stream.bytes_left = length;
	wire->depth++;
	NP_TRY(np_onnx_read_message(wire, message, into));
	wire->depth--;
	wire->stream.bytes_left = left_around;
	return NP_OK;
}

np_status np_onnx_read_int(np_onnx_wire *wire, int64_t *value)
{
	uint64_t bits;
	NP_TRY(expect_type(wire, PB_WT_VARINT));
	NP_TRY(read_varint(wire, &bits));
	*value = (int64_t)bits;
	return NP_OK;
}

static np_status read_fixed(np_onnx_wire *wire, int element_bytes, double *value)
{
	float narrow;
	if (element_bytes == 8)
		return pb_decode_fixed64(&wire->stream, value) ? NP_OK : fail_decode(wire);
	if (!pb_decode_fixed32(&wire->stream, &narrow))
		return fail_decode(wire);
	*value = (double)narrow;
	return NP_OK;
}

np_status np_onnx_read_float(np_onnx_wire *wire, double *value)
{
	NP_TRY(expect_type(wire, PB_WT_32BIT));
	return read_fixed(wire, 4, value);
}

/* Nearly all names are ASCII, so that is looked at first. */
static bool is_utf8(const char *text, size_t size)
{
	for (size_t i = 0, step; i < size; i += step) {
		step = 1;
		if ((signed char)text[i] > 0)
			continue;
		if (!text[i] || (np_utf8_decode(text + i, &step) == NP_REPLACEMENT && step == 1))
			return false;
	}
	return true;
}

np_status np_onnx_read_text(np_onnx_wire *wire, const char **text)
{
	size_t length;
	NP_TRY(read_length(wire, &length));
	if (length > LONGEST_TEXT)
		return np_onnx_wire_fail(wire, NP_ERR_LIMIT, "a name of %zu bytes, at most %d are accepted", length,
		                         LONGEST_TEXT);
	char *copy = np_arena_alloc(wire->arena, length + 1);
	if (!copy)
		return np_onnx_fail_full(wire->err);
	if (length && !pb_read(&wire->stream, (pb_byte_t *)copy, length))
		return fail_decode(wire);
	if (!is_utf8(copy, length))
		return np_onnx_wire_fail(wire, NP_ERR_SYNTAX, "a name is not UTF-8 text");
	*text = copy;
	return NP_OK;
}

np_status np_onnx_read_bytes(np_onnx_wire *wire, size_t most, unsigned char **bytes, size_t *size)
{
	*bytes = NULL;
	NP_TRY(read_length(wire, size));
	if (*size > most)
		return pass_over(wire, *size);
	*bytes = np_arena_alloc(wire->arena, *size + 1);
	if (!*bytes)
		return np_onnx_fail_full(wire->err);
	if (*size && !pb_read(&wire->stream, *bytes, *size))
		return fail_decode(wire);
	return NP_OK;
}

np_status np_onnx_read_ints(np_onnx_wire *wire, size_t most, np_onnx_add_int *add, void *list, bool *passed_over)
{
	int64_t value;
	size_t length;
	*passed_over = false;
	if (wire->type == PB_WT_VARINT) {
		NP_TRY(np_onnx_read_int(wire, &value));
		return add(wire, list, value);
	}
	NP_TRY(read_length(wire, &length));
	*passed_over = length > most;
	if (*passed_over)
		return pass_over(wire, length);
	size_t left_around = wire->stream.bytes_left - length;
	wire->stream.bytes_left = length;
	wire->depth++;
	while (wire->stream.bytes_left) {
		uint64_t bits;
		NP_TRY(read_varint(wire, &bits));
		NP_TRY(add(wire, list, (int64_t)bits));
	}
	wire->depth--;
	wire->stream.bytes_left = left_around;
	return NP_OK;
}

np_status np_onnx_read_floats(np_onnx_wire *wire, int element_bytes, size_t most, np_onnx_add_float *add, void *list,
                              bool *passed_over)
{
	double value;
	size_t length;
	*passed_over = false;
	if (wire->type == (element_bytes == 8 ? PB_WT_64BIT : PB_WT_32BIT)) {
		NP_TRY(read_fixed(wire, element_bytes, &value));
		return add(wire, list, value);
	}
	NP_TRY(read_length(wire, &length));
	if (length % (size_t)element_bytes)
		return np_onnx_wire_fail(wire, NP_ERR_SYNTAX, "a list of %d-byte numbers is %zu bytes long", element_bytes,
		                         length);
	*passed_over = length > most;
	if (*passed_over)
		return pass_over(wire, length);
	for (size_t left = length; left; left -= (size_t)element_bytes) {
		NP_TRY(read_fixed(wire, element_bytes, &value));
		NP_TRY(add(wire, list, value));
	}
	return NP_OK;
}

/* `items` points to the array's pointer, whatever its type: it is copied as bytes. */
void *np_onnx_push(np_arena *arena, void *items, int *count, int *capacity, size_t size)
{
	char *array;
	memcpy(&array, items, sizeof array);
	if (*count == *capacity) {
		if (*capacity > INT32_MAX / 2)
			return NULL;
		int larger = *capacity ? *capacity * 2 : 2;
		char *moved = np_arena_array(arena, (size_t)larger, size);
		if (!moved)
			return NULL;
		if (*count)
			memcpy(moved, array, (size_t)*count * size);
		memcpy(items, &moved, sizeof moved);
		*capacity = larger;
		array = moved;
	}
	return array + (size_t)(*count)++ * size;
}
