/*
 * CSV as RFC 4180 has it, read row by row from bytes that arrive in pieces, with true line numbers, and written.
 * Lines that start with '#' between rows are comments. Blanks around fields that are not quoted are dropped.
 */
#ifndef NP_TEXT_CSV_H
#define NP_TEXT_CSV_H

#include "base/text.h"

enum { NP_CSV_FIELDS = 1024 }; /* the most in a row */

typedef struct np_csv_row {
	const char *const *fields; /* terminated, valid during the call */
	int count;
	int line; /* where the row begins, 1-based */
} np_csv_row;

/* Takes one row; a status other than NP_OK ends the reading. */
typedef np_status np_csv_take(void *context, const np_csv_row *row, np_error *err);

typedef struct np_csv_reader np_csv_reader;

np_status np_csv_reader_create(np_csv_take *take, void *context, np_csv_reader **reader, np_error *err) NP_MUST_CHECK;
/* Reads the next bytes. NP_ERR_SYNTAX with line and column on a stray quote. */
np_status np_csv_reader_feed(np_csv_reader *reader, const void *data, size_t size, np_error *err) NP_MUST_CHECK;
/* The end of the text: takes a last row without a line break; NP_ERR_SYNTAX inside quotes. */
np_status np_csv_reader_finish(np_csv_reader *reader, np_error *err) NP_MUST_CHECK;
void np_csv_reader_free(np_csv_reader *reader);

/*
 * Appends one field, quoted where it must be; `first` = no comma before it. NULL is an empty field; what is not UTF-8
 * becomes U+FFFD.
 */
void np_csv_put(np_text *out, bool first, const char *field);

#endif
