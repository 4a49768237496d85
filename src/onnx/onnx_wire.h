/*
 * The protobuf wire format over a source of bytes: fields of a message one after another, each handed to the function a
 * table names for it, everything else passed over. Knows nothing of ONNX.
 *
 * Tags, numbers and the bounds of nested messages are nanopb's; passing over is ours, because nanopb reads what it skips.
 */
#ifndef NP_ONNX_WIRE_H
#define NP_ONNX_WIRE_H

#include "base/arena.h"
#include "base/source.h"

#include <pb_decode.h>

/* A reading position. `err` gets every failure, with its byte offset. */
typedef struct np_onnx_wire {
	np_source *source;
	np_arena *arena;
	np_error *err;
	pb_istream_t stream; /* the message being read */
	int depth;           /* messages around it */
	int64_t field_at;    /* offset of the current field, */
	uint32_t field;      /* its number, */
	pb_wire_type_t type; /* and its wire type */
	np_status status;    /* of the source, when it failed */
} np_onnx_wire;

typedef np_status np_onnx_field_reader(np_onnx_wire *wire, void *message);

/* One field of a message that is read; the others are passed over. */
typedef struct np_onnx_field {
	uint32_t number;
	const char *name;
	np_onnx_field_reader *read;
} np_onnx_field;

/* A message type: its name for errors, and its fields up to one without a name. */
typedef struct np_onnx_message {
	const char *name;
	const np_onnx_field *fields;
} np_onnx_message;

void np_onnx_wire_begin(np_onnx_wire *wire, np_source *source, np_arena *arena, np_error *err);

/* Reads the fields of the message the wire is in, to its end. */
np_status np_onnx_read_message(np_onnx_wire *wire, const np_onnx_message *message, void *into) NP_MUST_CHECK;
/* The current field as a nested message. */
np_status np_onnx_read_nested(np_onnx_wire *wire, const np_onnx_message *message, void *into) NP_MUST_CHECK;

/* The current field as a value. Texts are UTF-8 without NUL, terminated, kept in the arena. */
np_status np_onnx_read_int(np_onnx_wire *wire, int64_t *value) NP_MUST_CHECK;
np_status np_onnx_read_float(np_onnx_wire *wire, double *value) NP_MUST_CHECK;
np_status np_onnx_read_text(np_onnx_wire *wire, const char **text) NP_MUST_CHECK;
/* The current field as bytes in the arena, or NULL when they are more than `most`: then they are passed over. */
np_status np_onnx_read_bytes(np_onnx_wire *wire, size_t most, unsigned char **bytes, size_t *size) NP_MUST_CHECK;

/*
 * The current field as elements of a repeated number, packed or not: each goes to `add`, which may fail. A packed list of
 * more than `most` bytes is passed over, which the result says.
 */
typedef np_status np_onnx_add_int(np_onnx_wire *wire, void *list, int64_t value);
typedef np_status np_onnx_add_float(np_onnx_wire *wire, void *list, double value);
np_status np_onnx_read_ints(np_onnx_wire *wire, size_t most, np_onnx_add_int *add, void *list, bool *passed_over) NP_MUST_CHECK;
np_status np_onnx_read_floats(np_onnx_wire *wire, int element_bytes, size_t most, np_onnx_add_float *add, void *list,
                              bool *passed_over) NP_MUST_CHECK;

/* Malformed input at the current field. */
np_status np_onnx_wire_fail(np_onnx_wire *wire, np_status status, const char *format, ...) NP_PRINTF(3, 4);
/* The arena refused. */
np_status np_onnx_fail_full(np_error *err);

/*
 * Makes room for one more element in an array that lives in the arena and doubles when full. The place is zeroed.
 * NULL when the arena is full.
 */
void *np_onnx_push(np_arena *arena, void *items, int *count, int *capacity, size_t size);
#define NP_ONNX_PUSH(arena, list) np_onnx_push(arena, &(list).items, &(list).count, &(list).capacity, sizeof *(list).items)
#define NP_ONNX_LIST(type)           \
	struct {                     \
		type *items;         \
		int count, capacity; \
	}

#endif
