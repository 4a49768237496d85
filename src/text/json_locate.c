/* A scan that follows one path. It trusts the text to be valid JSON, but never reads beyond its end. */
#include "text/json_locate.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct scan {
	const char *start, *at, *end;
} scan;

static char look(const scan *s)
{
	return s->at < s->end ? *s->at : '\0';
}

static void skip_blank(scan *s)
{
	while (s->at < s->end && strchr(" \t\r\n", *s->at) && *s->at)
		s->at++;
}

static void skip_string(scan *s)
{
	for (s->at++; s->at < s->end && *s->at != '"'; s->at++)
		if (*s->at == '\\')
			s->at++;
	s->at++;
	if (s->at > s->end)
		s->at = s->end;
}

/* Over one value of any kind; nesting is counted, not followed. */
static void skip_value(scan *s)
{
	long depth = 0;
	while (s->at < s->end) {
		char c = *s->at;
		if (c == '"') {
			skip_string(s);
		} else {
			depth += c == '{' || c == '[';
			depth -= c == '}' || c == ']';
			s->at += depth >= 0;
		}
		if (depth < 0)
			return; /* the end of the container around a plain value */
		char next = look(s);
		if (depth == 0 && (c == '"' || c == '}' || c == ']' || next == ',' || strchr(" \t\r\n", next)))
			return;
	}
}

/* ---- keys ---- */

static uint32_t hex4(const char *at)
{
	uint32_t value = 0;
	for (int i = 0; i < 4; i++) {
		char c = at[i];
		value = value * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return value;
}

static int put_utf8(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char LEADS[] = {0, 0xc0, 0xe0, 0xf0};
	out[0] = (char)(LEADS[more] | (c >> (6 * more)));
	for (int i = 1; i <= more; i++)
		out[i] = (char)(0x80 | ((c >> (6 * (more - i))) & 0x3f));
	return more + 1;
}

/* The bytes that an escape at `*at` (behind the backslash) means; moves `*at` over it. */
static int unescape(const char **at, const char *end, char out[4])
{
	static const char NAMES[] = "bfnrt", MEANINGS[] = "\b\f\n\r\t";
	char c = *(*at)++;
	const char *known = c ? strchr(NAMES, c) : NULL;
	out[0] = known ? MEANINGS[known - NAMES] : c;
	if (c != 'u' || end - *at < 4)
		return 1;
	uint32_t code = hex4(*at);
	*at += 4;
	if (code >= 0xd800 && code < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
		code = 0x10000 + ((code - 0xd800) << 10) + (hex4(*at + 2) - 0xdc00);
		*at += 6;
	}
	return put_utf8(code & 0x1fffff, out);
}

/* Is the string literal [at, end), quotes included, this key? */
static bool is_key(const char *at, const char *end, const char *key)
{
	at++;
	end--;
	while (at < end) {
		char bytes[4] = {*at};
		int count = 1;
		if (*at++ == '\\' && at < end)
			count = unescape(&at, end, bytes);
		if (strncmp(key, bytes, (size_t)count) != 0)
			return false;
		key += count;
	}
	return *key == '\0';
}

/* ---- the path ---- */

/* At '{': moves to the value of a key; `*place` is where the key is. */
static bool enter_member(scan *s, const char *key, const char **place)
{
	s->at++;
	for (;;) {
		skip_blank(s);
		if (look(s) != '"')
			return false;
		const char *literal = s->at;
		skip_string(s);
		bool found = is_key(literal, s->at, key);
		skip_blank(s);
		s->at += look(s) == ':';
		skip_blank(s);
		if (found) {
			*place = literal;
			return true;
		}
		skip_value(s);
		skip_blank(s);
		if (look(s) != ',')
			return false;
		s->at++;
	}
}

/* At '[': moves to an element. */
static bool enter_element(scan *s, const char *key, const char **place)
{
	char index[24];
	s->at++;
	for (long i = 0;; i++) {
		skip_blank(s);
		if (look(s) == ']' || !look(s))
			return false;
		snprintf(index, sizeof index, "%ld", i);
		if (strcmp(index, key) == 0) {
			*place = s->at;
			return true;
		}
		skip_value(s);
		skip_blank(s);
		if (look(s) != ',')
			return false;
		s->at++;
	}
}

static void find_place(const scan *s, const char *place, int *line, int *column)
{
	*line = *column = 1;
	for (const char *at = s->start; at < place; at++) {
		if (*at == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)*at & 0xc0) != 0x80) {
			++*column;
		}
	}
}

bool np_json_locate(const char *text, size_t size, const char *const *path, int depth, int *line, int *column)
{
	scan s = {.start = text, .at = text, .end = text + size};
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		s.start = s.at = text + 3;
	skip_blank(&s);
	const char *place = s.at;
	bool found = true;
	for (int i = 0; found && i < depth; i++) {
		skip_blank(&s);
		found = look(&s) == '{'   ? enter_member(&s, path[i], &place)
		        : look(&s) == '[' ? enter_element(&s, path[i], &place)
		                          : false;
	}
	find_place(&s, place, line, column);
	return found;
}
