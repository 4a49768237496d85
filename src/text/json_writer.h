/*
 * Writes JSON into a growing text, piece by piece. Pretty-printed with two spaces; compact containers stay on one line,
 * for arrays of numbers. The writer trusts its caller to open, name and close in order; errors stick in the text.
 */
#ifndef NP_TEXT_JSON_WRITER_H
#define NP_TEXT_JSON_WRITER_H

#include "base/text.h"

enum { NP_JSON_DEPTH = 32 };

typedef struct np_json {
	np_text *out;
	int depth;
	bool after_key;
	struct {
		char close; /* '}' or ']' */
		bool compact, filled;
	} open[NP_JSON_DEPTH];
} np_json;

/* A writer that appends to `out`, which the caller keeps. */
np_json np_json_on(np_text *out);

void np_json_object(np_json *json);         /* { ... one member per line */
void np_json_object_compact(np_json *json); /* { ... all members on one line */
void np_json_array(np_json *json);
void np_json_array_compact(np_json *json);
void np_json_close(np_json *json); /* the innermost container; the outermost ends with a line break */

/* The name of the next value of an object. */
void np_json_key(np_json *json, const char *key);

/* Bytes that are not UTF-8 become U+FFFD. NULL is null. */
void np_json_string(np_json *json, const char *value);
void np_json_int(np_json *json, int64_t value);
/* The shortest of 15, 16 or 17 digits that reads back as the same number; null for NaN and infinities. */
void np_json_double(np_json *json, double value);
void np_json_bool(np_json *json, bool value);
void np_json_null(np_json *json);

/* Arrays of numbers, on one line. */
void np_json_ints(np_json *json, const int64_t *values, int count);
void np_json_doubles(np_json *json, const double *values, int count);

/* Key and value in one call. */
void np_json_put_string(np_json *json, const char *key, const char *value);
void np_json_put_int(np_json *json, const char *key, int64_t value);
void np_json_put_double(np_json *json, const char *key, double value);
void np_json_put_bool(np_json *json, const char *key, bool value);

#endif
