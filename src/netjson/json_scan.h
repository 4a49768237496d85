/*
 * A scanner for one JSON text in memory, for readers that take what they know as it passes by: no tree, no memory per
 * value. Strict as RFC 8259 has it, UTF-8 checked. Strings without escapes are terminated in place, so the text is used up.
 */
#ifndef NP_NETJSON_JSON_SCAN_H
#define NP_NETJSON_JSON_SCAN_H

#include <neuralpower/status.h>

typedef struct np_scan {
	char *text, *end; /* *end is a NUL */
	char *at;
	char *spare; /* for strings with escapes: as many bytes as the text has */
	int line;    /* of the text's beginning */
	np_error *err;
} np_scan;

/* A text of `size` bytes and a NUL behind it. */
np_scan np_scan_on(char *text, size_t size, char *spare, int line, np_error *err);

/* An error at a place of the text; line, and column in characters, are found then. */
np_status np_scan_fail(const np_scan *scan, const char *at, np_status status, const char *format, ...) NP_PRINTF(4, 5);
/* Adds the place of `at` to an error that has none. */
void np_scan_place(const np_scan *scan, const char *at);

/* The next byte that is no white space, not consumed; 0 at the end. */
static inline char np_scan_peek(np_scan *scan)
{
	while (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r')
		scan->at++;
	return *scan->at;
}

/* Consumes one byte that must come next; `what` is said to have been expected. */
np_status np_scan_byte(np_scan *scan, char byte, const char *what) NP_MUST_CHECK;

/*
 * Goes on in an object or array whose opening byte was consumed: *more is false after the closing byte, else the next key
 * (read, with its colon) or element comes. `first` says that nothing was read yet.
 */
np_status np_scan_member(np_scan *scan, bool first, bool *more, char **key, size_t *length) NP_MUST_CHECK;
np_status np_scan_element(np_scan *scan, bool first, bool *more) NP_MUST_CHECK;

/* A string, terminated, valid as long as the text; one that holds a NUL is refused. */
np_status np_scan_string(np_scan *scan, char **string, size_t *length) NP_MUST_CHECK;
/* A whole number. */
np_status np_scan_int(np_scan *scan, int64_t *value) NP_MUST_CHECK;
np_status np_scan_bool(np_scan *scan, bool *value) NP_MUST_CHECK;
/* Any value, checked and passed over. */
np_status np_scan_skip(np_scan *scan) NP_MUST_CHECK;
/* Nothing but white space may follow. */
np_status np_scan_end(np_scan *scan) NP_MUST_CHECK;

#endif
