/* From a file's bytes to rows below a header. Nothing but a row is kept, so that a packed file may be large. */
#include "dataset/records.h"

#include "base/error.h"
#include "base/sha256.h"
#include "text/decode.h"

enum { MOST_TEXT = 64 << 20 }; /* bytes of one file, unpacked */

typedef struct reading {
	const np_records *records;
	np_columns columns;
	bool has_header;
	np_csv_reader *reader;
	np_sha256 hash;
} reading;

static np_status take_row(void *context, const np_csv_row *row, np_error *err)
{
	reading *r = context;
	const np_records *records = r->records;
	if (r->has_header)
		return records->take_row(records->context, &r->columns, row, err);
	r->has_header = true;
	NP_TRY(np_columns_read(&r->columns, records->fields, records->field_count, row, err));
	return records->take_header(records->context, &r->columns, row->line, err);
}

static np_status take_raw(void *context, const void *data, size_t size, np_error *err)
{
	(void)err;
	np_sha256_add(&((reading *)context)->hash, data, size);
	return NP_OK;
}

static np_status take_text(void *context, const void *data, size_t size, np_error *err)
{
	return np_csv_reader_feed(((reading *)context)->reader, data, size, err);
}

static np_status read_source(reading *r, np_source *source, np_error *err)
{
	NP_TRY(np_csv_reader_create(take_row, r, &r->reader, err));
	np_status status = np_decode(source, MOST_TEXT, take_raw, take_text, r, err);
	if (status == NP_OK)
		status = np_csv_reader_finish(r->reader, err);
	np_csv_reader_free(r->reader);
	if (status == NP_OK && !r->has_header)
		status = np_fail_at(err, NP_ERR_DATA, 1, 1, "the file is empty, %s were expected", r->records->expected);
	return status;
}

np_status np_records_read(const np_records *records, const char *path, char *sha256, np_error *err)
{
	reading r = {.records = records};
	np_source *source;
	np_sha256_start(&r.hash);
	NP_TRY(np_source_open(path, &source, err));
	np_status status = read_source(&r, source, err);
	np_source_close(source);
	if (sha256)
		np_sha256_finish(&r.hash, sha256);
	if (status != NP_OK)
		np_error_set_path(err, path);
	return status;
}
