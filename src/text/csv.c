/*
 * The CSV reader over libcsv. The library knows no line numbers and no comments: it is fed one line at a time, so that
 * every callback happens on a known line.
 */
#include "text/csv.h"

#include "base/error.h"
#include "text/utf8.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

struct np_csv_reader {
	struct csv_parser parser;
	np_csv_take *take;
	void *context;
	np_error *err; /* of the call in progress */
	np_status status;
	int line, row_line;
	int64_t column;               /* bytes of the current line already read */
	bool row_open;                /* something of a row has been read */
	bool in_comment, after_cr;    /* "\r\n" is one line break */
	np_text bytes;                /* the fields of the row, each terminated */
	size_t starts[NP_CSV_FIELDS]; /* of the fields in bytes */
	const char *fields[NP_CSV_FIELDS];
	int count;
};

static void take_field(void *data, size_t size, void *context)
{
	np_csv_reader *reader = context;
	if (reader->status != NP_OK)
		return;
	if (reader->count == NP_CSV_FIELDS) {
		reader->status = np_fail_at(reader->err, NP_ERR_LIMIT, reader->row_line, 1, "more than %d fields in a row",
		                            NP_CSV_FIELDS);
		return;
	}
	if (size && memchr(data, '\0', size)) {
		reader->status = np_fail_at(reader->err, NP_ERR_SYNTAX, reader->row_line, 1,
		                            "a NUL byte in field %d, this is not a text", reader->count + 1);
		return;
	}
	reader->starts[reader->count++] = reader->bytes.size;
	np_text_add(&reader->bytes, size ? data : "", size);
	np_text_add(&reader->bytes, "", 1);
}

static void take_row(int terminator, void *context)
{
	(void)terminator;
	np_csv_reader *reader = context;
	if (reader->status == NP_OK && !np_text_ok(&reader->bytes))
		reader->status = np_fail_memory(reader->err);
	if (reader->status == NP_OK) {
		for (int i = 0; i < reader->count; i++)
			reader->fields[i] = reader->bytes.data + reader->starts[i];
		const np_csv_row row = {reader->fields, reader->count, reader->row_line};
		reader->status = reader->take(reader->context, &row, reader->err);
	}
	reader->row_open = false;
	reader->count = 0;
	reader->bytes.size = 0;
}

np_status np_csv_reader_create(np_csv_take *take, void *context, np_csv_reader **reader, np_error *err)
{
	*reader = calloc(1, sizeof **reader);
	if (!*reader)
		return np_fail_memory(err);
	(*reader)->take = take;
	(*reader)->context = context;
	(*reader)->line = 1;
	csv_init(&(*reader)->parser, CSV_STRICT | CSV_STRICT_FINI);
	csv_set_blk_size(&(*reader)->parser, 4096);
	return NP_OK;
}

void np_csv_reader_free(np_csv_reader *reader)
{
	if (!reader)
		return;
	csv_free(&reader->parser);
	np_text_free(&reader->bytes);
	free(reader);
}

static np_status parser_failed(np_csv_reader *reader, int64_t column)
{
	int error = csv_error(&reader->parser);
	if (error == CSV_ENOMEM || error == CSV_ETOOBIG)
		return np_fail_memory(reader->err);
	return np_fail_at(reader->err, NP_ERR_SYNTAX, reader->line, (int)column,
	                  "a quote stands inside a field; a field with quotes is quoted as a whole, with quotes doubled");
}

/* Feeds bytes of one line. */
static np_status feed_part(np_csv_reader *reader, const char *data, size_t size)
{
	if (!reader->row_open) {
		size_t blank = 0;
		while (blank < size && strchr(" \t\r\n", data[blank]) && data[blank])
			blank++;
		reader->row_open = blank < size;
		reader->row_line = reader->line;
		if (!reader->row_open)
			return NP_OK;
	}
	size_t done = csv_parse(&reader->parser, data, size, take_field, take_row, reader);
	if (reader->status == NP_OK && done != size)
		reader->status = parser_failed(reader, reader->column + (int64_t)done);
	return reader->status;
}

/* Bytes up to and including the next line break, or all. */
static size_t line_part(const char *data, size_t size)
{
	size_t i = 0;
	while (i < size && data[i] != '\n' && data[i] != '\r')
		i++;
	return i < size ? i + 1 : size;
}

static void end_line(np_csv_reader *reader, char last)
{
	reader->after_cr = last == '\r';
	reader->line++;
	reader->column = 0;
	reader->in_comment = false;
}

np_status np_csv_reader_feed(np_csv_reader *reader, const void *bytes, size_t size, np_error *err)
{
	const char *data = bytes;
	reader->err = err;
	while (size && reader->status == NP_OK) {
		if (data[0] == '\n' && !reader->row_open && !reader->column && !reader->after_cr) {
			/* An empty line, and there may be millions in a small packed file. */
			reader->line++;
			data++;
			size--;
			continue;
		}
		if (reader->after_cr && data[0] == '\n' && !reader->column) {
			/* The second half of a line break, inside quotes part of the field. */
			reader->after_cr = false;
			if (reader->row_open)
				NP_TRY(feed_part(reader, data, 1));
			data++;
			size--;
			continue;
		}
		reader->after_cr = false;
		size_t part = line_part(data, size);
		if (!reader->column && !reader->row_open && data[0] == '#')
			reader->in_comment = true;
		if (!reader->in_comment)
			NP_TRY(feed_part(reader, data, part));
		reader->column += (int64_t)part;
		if (data[part - 1] == '\n' || data[part - 1] == '\r')
			end_line(reader, data[part - 1]);
		data += part;
		size -= part;
	}
	return reader->status;
}

np_status np_csv_reader_finish(np_csv_reader *reader, np_error *err)
{
	reader->err = err;
	if (reader->status == NP_OK && csv_fini(&reader->parser, take_field, take_row, reader) != 0)
		reader->status = np_fail_at(err, NP_ERR_SYNTAX, reader->row_line, 1,
		                            "the text ends inside a quoted field of the row that begins here");
	return reader->status;
}

void np_csv_put(np_text *out, bool first, const char *field)
{
	if (!first)
		np_text_puts(out, ",");
	if (!field || !*field)
		return;
	size_t size = strlen(field);
	bool quoted = strpbrk(field, ",\"\r\n") || strchr(" \t#", field[0]) || strchr(" \t", field[size - 1]);
	np_text_puts(out, quoted ? "\"" : "");
	for (size_t length; *field; field += length) {
		bool foreign = np_utf8_decode(field, &length) == NP_REPLACEMENT;
		np_text_puts(out, *field == '"' ? "\"" : "");
		np_text_add(out, foreign ? "\xef\xbf\xbd" : field, foreign ? 3 : length);
	}
	np_text_puts(out, quoted ? "\"" : "");
}
