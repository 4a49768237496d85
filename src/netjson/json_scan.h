/*
 * A scanner for one JSON text in memory, for readers that take what they know as it passes by: no tree, no memory per
 * value. Strict as RFC 8259 has it, UTF-8 checked. The text is only read, where it lies; its strings are copied out of it.
 */
#ifndef NP_NETJSON_JSON_SCAN_H
#define NP_NETJSON_JSON_SCAN_H

#include <neuralpower/status.h>

typedef struct np_scan {
	const char *text, *end; /* nothing is read at or behind *end */
	const char *at;
	char *spare; /* for strings: as many bytes as the text has */
	int line;    /* of the text's beginning */
	np_error *err;
} np_scan;

/* A text of `size` bytes. */
np_scan np_scan_on(const char *text, size_t size, char *spare, int line, np_error *err);

/* An error at a place of the text; line, and column in characters, are found then. */
np_status np_scan_fail(const np_scan *scan, const char *at, np_status status, const char *format, ...) NP_PRINTF(4, 5);
/* Adds the place of `at` to an error that has none. */
void np_scan_place(const np_scan *scan, const char *at);

/* The next byte that is no white space, not consumed; 0 at the end. */
static inline char np_scan_peek(np_scan *scan)
{
	const char *at = scan->at;
	while (at < scan->end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
		at++;
	scan->at = at;
	return at < scan->end ? *at : '\0';
}

/* Consumes one byte that must come next; `what` is said to have been expected. */
np_status np_scan_byte(np_scan *scan, char byte, const char *what) NP_MUST_CHECK;

/*
 * Goes on in an object or array whose opening byte was consumed: *more is false after the closing byte, else the next key
 * (read, with its colon) or element comes. `first` says that nothing was read yet.
 */
np_status np_scan_member(np_scan *scan, bool first, bool *more, char **key, size_t *length) NP_MUST_CHECK;
np_status np_scan_element(np_scan *scan, bool first, bool *more) NP_MUST_CHECK;

/* A string, terminated, in the spare bytes and valid as long as they are; one that holds a NUL is refused. */
np_status np_scan_string(np_scan *scan, char **string, size_t *length) NP_MUST_CHECK;
/* A whole number. */
np_status np_scan_int(np_scan *scan, int64_t *value) NP_MUST_CHECK;
np_status np_scan_bool(np_scan *scan, bool *value) NP_MUST_CHECK;
/* Any value, checked and passed over. */
np_status np_scan_skip(np_scan *scan) NP_MUST_CHECK;
/* Nothing but white space may follow. */
np_status np_scan_end(np_scan *scan) NP_MUST_CHECK;

#endif
