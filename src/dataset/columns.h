/* Columns found by name: a table says which fields a record has, a header says where they stand. */
#ifndef NP_DATASET_COLUMNS_H
#define NP_DATASET_COLUMNS_H

#include "text/csv.h"

typedef enum np_field_type {
	NP_FIELD_TEXT,    /* const char *, "" when blank; borrowed from the row */
	NP_FIELD_COUNT,   /* int64_t, NP_BLANK when blank; whole, 0 or more */
	NP_FIELD_MEASURE, /* double, NAN when blank; above 0 */
} np_field_type;

enum { NP_BLANK = -1 };

typedef struct np_field {
	const char *name;
	np_field_type type;
	size_t offset; /* in the record */
} np_field;

enum { NP_MAX_FIELDS = 40 };

/* Where the columns of a file stand. */
typedef struct np_columns {
	const np_field *fields;
	int field_count;
	int at[NP_MAX_FIELDS]; /* column of each field, -1 when the file has none */
	int width;             /* columns in the header */
} np_columns;

/* Reads a header. NP_ERR_DATA when a known column stands there twice. A byte order mark is skipped. */
np_status np_columns_read(np_columns *columns, const np_field *fields, int field_count, const np_csv_row *header,
                          np_error *err) NP_MUST_CHECK;

bool np_columns_have(const np_columns *columns, const char *name);

/* Fills `record` from a row; false with the reason in `reason` when a field cannot be read. */
bool np_columns_fill(const np_columns *columns, const np_csv_row *row, void *record, char *reason, size_t size);

#endif
