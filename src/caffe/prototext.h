/*
 * A message in the protobuf text format as a tree of fields, and typed looks at it. It has no schema: unknown fields are
 * simply never asked for. Errors carry the place of the field.
 *
 * Ownership: the tree lives in the arena it was parsed into and refers to the text: keep both.
 */
#ifndef NP_CAFFE_PROTOTEXT_H
#define NP_CAFFE_PROTOTEXT_H

#include "base/arena.h"

#include <neuralpower/status.h>

typedef enum np_proto_kind {
	NP_PROTO_MESSAGE,
	NP_PROTO_STRING,
	NP_PROTO_NUMBER,
	NP_PROTO_WORD, /* an enumerator, true, false, inf, nan */
} np_proto_kind;

/* One field with one value: a repeated field is several of them, lists are taken apart. */
typedef struct np_proto {
	const char *name; /* not terminated */
	const char *text; /* of a string: its bytes, terminated; of a number or word: a slice; of a message: NULL */
	struct np_proto *parent, *first, *last, *next;
	unsigned name_length, length; /* of name, of text */
	int line, column;             /* of the field's name; of the value inside a list */
	unsigned char kind;           /* np_proto_kind */
	bool negative;                /* a minus sign stands before the number or word */
	bool listed;                  /* an element of a [list] */
	char close;                   /* what ends the message */
} np_proto;

/* Parses a whole text. NP_ERR_SYNTAX with line and column; NP_ERR_LIMIT for messages nested too deeply. */
np_status np_proto_parse(const char *text, size_t size, np_arena *arena, np_proto **root, np_error *err) NP_MUST_CHECK;

/* ---- looking ---- */

bool np_proto_named(const np_proto *field, const char *name);
/* The first field of that name in a message (NULL is an empty message), or NULL; and the one after it. */
const np_proto *np_proto_find(const np_proto *message, const char *name);
const np_proto *np_proto_again(const np_proto *field);
int np_proto_count(const np_proto *message, const char *name);

/* A field that may be there once: NULL when it is absent, NP_ERR_DATA when it is there twice. */
np_status np_proto_once(const np_proto *message, const char *name, const np_proto **field, np_error *err) NP_MUST_CHECK;
/* The same for one that must be a message. */
np_status np_proto_message(const np_proto *message, const char *name, const np_proto **field, np_error *err) NP_MUST_CHECK;

/* The value of one field, within [least, most]. */
np_status np_proto_as_int(const np_proto *field, int64_t least, int64_t most, int64_t *value, np_error *err) NP_MUST_CHECK;
np_status np_proto_as_number(const np_proto *field, double *value, np_error *err) NP_MUST_CHECK;
np_status np_proto_as_string(const np_proto *field, const char **value, np_error *err) NP_MUST_CHECK;

/* A field by name; `*value` stays as it is when the field is absent. */
np_status np_proto_int(const np_proto *message, const char *name, int64_t least, int64_t most, int64_t *value,
                       np_error *err) NP_MUST_CHECK;
np_status np_proto_bool(const np_proto *message, const char *name, bool *value, np_error *err) NP_MUST_CHECK;
np_status np_proto_string(const np_proto *message, const char *name, const char **value, np_error *err) NP_MUST_CHECK;
/* One of `count` words, by name or by number; `*value` is its index. */
np_status np_proto_choice(const np_proto *message, const char *name, const char *const *words, int count, int *value,
                          np_error *err) NP_MUST_CHECK;

/* Is the field's text this word? */
bool np_proto_is(const np_proto *field, const char *word);

#endif
