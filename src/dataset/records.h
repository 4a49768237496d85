/* A CSV file with a header, read record by record; packed with gzip or not. */
#ifndef NP_DATASET_RECORDS_H
#define NP_DATASET_RECORDS_H

#include "dataset/columns.h"

typedef struct np_records {
	const np_field *fields;
	int field_count;
	/* Both get `context`; a status other than NP_OK ends the reading. */
	np_status (*take_header)(void *context, const np_columns *columns, int line, np_error *err);
	np_status (*take_row)(void *context, const np_columns *columns, const np_csv_row *row, np_error *err);
	void *context;
	const char *expected; /* "measured layers": what the file should have held, for messages */
} np_records;

/* Reads `path` ("-" is standard input). `sha256` (may be NULL) gets the digest of the file's bytes, 65 characters. */
np_status np_records_read(const np_records *records, const char *path, char *sha256, np_error *err) NP_MUST_CHECK;

#endif
