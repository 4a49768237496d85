/* Streaming decompression: a small file may unpack to a huge text, so nothing is kept and the text is counted. */
#include "text/decode.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { PIECE = 32 << 10 };

typedef struct decoder {
	np_source *source;
	int64_t limit, size; /* of the text, in bytes */
	np_take_bytes *raw, *text;
	void *context;
	z_stream stream;
	bool packed, ended; /* ended: between two members of a gzip file */
	unsigned char out[PIECE];
} decoder;

static np_status pass_text(decoder *d, const void *data, size_t size, np_error *err)
{
	d->size += (int64_t)size;
	if (d->size > d->limit)
		return np_fail(err, NP_ERR_LIMIT, "the text is longer than %d MB, the most that is read",
		               (int)(d->limit >> 20));
	return d->text(d->context, data, size, err);
}

static np_status unpack(decoder *d, const unsigned char *data, size_t size, np_error *err)
{
	d->stream.next_in = (unsigned char *)(uintptr_t)data; /* zlib does not write there */
	d->stream.avail_in = (uInt)size;
	do {
		if (d->ended) {
			if (!d->stream.avail_in)
				break;
			inflateReset(&d->stream);
			d->ended = false;
		}
		d->stream.next_out = d->out;
		d->stream.avail_out = PIECE;
		int answer = inflate(&d->stream, Z_NO_FLUSH);
		if (answer == Z_MEM_ERROR)
			return np_fail_memory(err);
		if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR)
			return np_fail_offset(err, NP_ERR_SYNTAX, np_source_offset(d->source) - d->stream.avail_in,
			                      "damaged gzip data: %s", d->stream.msg ? d->stream.msg : "no more is known");
		NP_TRY(pass_text(d, d->out, PIECE - d->stream.avail_out, err));
		d->ended = answer == Z_STREAM_END;
	} while (d->stream.avail_in || !d->stream.avail_out);
	return NP_OK;
}

static np_status decode_piece(decoder *d, bool *done, np_error *err)
{
	unsigned char piece[NP_SOURCE_PEEK];
	const unsigned char *ahead;
	size_t size;
	NP_TRY(np_source_peek(d->source, sizeof piece, &ahead, &size, err));
	*done = !size;
	if (*done)
		return NP_OK;
	NP_TRY(np_source_read(d->source, piece, size, err));
	if (d->raw)
		NP_TRY(d->raw(d->context, piece, size, err));
	return d->packed ? unpack(d, piece, size, err) : pass_text(d, piece, size, err);
}

static np_status decode_all(decoder *d, np_error *err)
{
	bool done = false;
	while (!done)
		NP_TRY(decode_piece(d, &done, err));
	if (d->packed && !d->ended)
		return np_fail_offset(err, NP_ERR_SYNTAX, np_source_offset(d->source), "the gzip data end too early");
	return NP_OK;
}

np_status np_decode(np_source *source, int64_t limit, np_take_bytes *raw, np_take_bytes *text, void *context, np_error *err)
{
	const unsigned char *head;
	size_t size;
	NP_TRY(np_source_peek(source, 2, &head, &size, err));
	decoder *d = calloc(1, sizeof *d);
	if (!d)
		return np_fail_memory(err);
	*d = (decoder){.source = source, .limit = limit, .raw = raw, .text = text, .context = context};
	d->packed = size == 2 && head[0] == 0x1f && head[1] == 0x8b;
	np_status status;
	if (d->packed && inflateInit2(&d->stream, 16 + MAX_WBITS) != Z_OK)
		status = np_fail_memory(err);
	else
		status = decode_all(d, err);
	if (d->packed)
		inflateEnd(&d->stream);
	free(d);
	return status;
}
