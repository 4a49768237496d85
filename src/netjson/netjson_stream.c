/* Lines in, networks out: one buffer, one network, used again for every line. */
#include <neuralpower/stream.h>

#include "base/error.h"
#include "base/source.h"
#include "netjson/netjson.h"
#include "network/network.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 1 << 20 };

struct np_stream {
	np_source *source;
	np_load_options options;
	char *line, *spare;
	size_t size, capacity;
	bool too_long, ended;
	int64_t number;
	np_netjson reader;
	np_network *network;
};

np_status np_stream_open(const char *path, const np_load_options *options, np_stream **stream, np_error *err)
{
	np_stream *s = *stream = calloc(1, sizeof *s);
	if (!s)
		return np_fail_memory(err);
	s->options = options ? *options : (np_load_options){0};
	np_status status = np_source_open(path, &s->source, err);
	if (status == NP_OK)
		status = np_network_create("", &s->network, err);
	if (status != NP_OK) {
		np_stream_close(s);
		*stream = NULL;
	}
	return status;
}

void np_stream_close(np_stream *s)
{
	if (!s)
		return;
	if (s->source)
		np_source_close(s->source);
	np_network_free(s->network);
	np_netjson_free(&s->reader);
	free(s->line);
	free(s->spare);
	free(s);
}

/* ---- lines ---- */

static np_status make_room(np_stream *s, size_t more, np_error *err)
{
	size_t needed = s->size + more, capacity = s->capacity ? s->capacity : 4096;
	if (needed <= s->capacity)
		return NP_OK;
	while (capacity < needed)
		capacity *= 2;
	char *line = realloc(s->line, capacity);
	if (!line)
		return np_fail_memory(err);
	s->line = line;
	char *spare = realloc(s->spare, capacity);
	if (!spare)
		return np_fail_memory(err);
	s->spare = spare;
	s->capacity = capacity;
	return NP_OK;
}

/* Takes bytes of the source into the line, or passes them over where it is too long already. */
static np_status take(np_stream *s, size_t count, np_error *err)
{
	s->too_long |= s->size + count > LONGEST_LINE;
	if (s->too_long)
		return np_source_skip(s->source, (int64_t)count, err);
	NP_TRY(make_room(s, count, err));
	NP_TRY(np_source_read(s->source, s->line + s->size, count, err));
	s->size += count;
	return NP_OK;
}

/* Reads to the next line break, which is not kept, or to the end of the source. */
static np_status read_line(np_stream *s, np_error *err)
{
	const unsigned char *data;
	size_t got;
	s->size = 0;
	s->too_long = false;
	s->number++;
	for (;;) {
		NP_TRY(np_source_peek(s->source, NP_SOURCE_PEEK, &data, &got, err));
		s->ended = !got;
		const unsigned char *feed = got ? memchr(data, '\n', got) : NULL;
		size_t count = feed ? (size_t)(feed - data) : got;
		if (count)
			NP_TRY(take(s, count, err));
		if (feed)
			NP_TRY(np_source_skip(s->source, 1, err));
		if (feed || s->ended)
			return NP_OK;
	}
}

/* White space, and the byte order mark some editors write. */
static size_t skip_blanks(const np_stream *s)
{
	size_t at = s->number == 1 && s->size >= 3 && memcmp(s->line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	while (at < s->size && strchr(" \t\r", s->line[at]))
		at++;
	return at;
}

/* ---- networks ---- */

static np_status parse_line(np_stream *s, size_t from, np_error *err)
{
	int line = s->number < INT_MAX ? (int)s->number : INT_MAX;
	if (s->too_long)
		return np_fail_at(err, NP_ERR_LIMIT, line, 1, "the line has more than %d bytes", LONGEST_LINE);
	np_scan scan = np_scan_on(s->line, s->size, s->spare, line, err);
	scan.at += from;
	return np_netjson_next(&s->reader, scan, np_source_path(s->source), &s->options, s->network);
}

static np_status next(np_stream *s, const np_network **network, np_error *err)
{
	size_t from;
	do {
		if (s->ended)
			return NP_OK;
		NP_TRY(read_line(s, err));
		from = skip_blanks(s);
	} while (from == s->size && !s->too_long);
	NP_TRY(parse_line(s, from, err));
	*network = s->network;
	return NP_OK;
}

np_status np_stream_next(np_stream *s, const np_network **network, np_error *err)
{
	*network = NULL;
	np_status status = next(s, network, err);
	if (status != NP_OK)
		np_error_set_path(err, np_source_path(s->source));
	s->ended |= status == NP_ERR_IO || status == NP_ERR_MEMORY;
	return status;
}

int64_t np_stream_line(const np_stream *s)
{
	return s->number;
}
