/* The scanner. */
#include "netjson/json_scan.h"

#include "base/error.h"
#include "text/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 64 };

np_scan np_scan_on(const char *text, size_t size, char *spare, int line, np_error *err)
{
	return (np_scan){.text = text, .end = text + size, .at = text, .spare = spare, .line = line, .err = err};
}

static void find_place(const np_scan *scan, const char *at, int *line, int *column)
{
	*line = scan->line;
	*column = 1;
	for (const char *c = scan->text; c < at; c++) {
		if (*c == '\n') {
			++*line;
			*column = 1;
		} else {
			*column += ((unsigned char)*c & 0xc0) != 0x80;
		}
	}
}

np_status np_scan_fail(const np_scan *scan, const char *at, np_status status, const char *format, ...)
{
	char message[400];
	int line, column;
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	find_place(scan, at, &line, &column);
	return np_fail_at(scan->err, status, line, column, "%s", message);
}

void np_scan_place(const np_scan *scan, const char *at)
{
	int line, column;
	find_place(scan, at, &line, &column);
	np_error_set_place(scan->err, line, column);
}

static np_status fail_expected(np_scan *scan, const char *what)
{
	if (np_scan_peek(scan) == '\0' && scan->at == scan->end)
		return np_scan_fail(scan, scan->at, NP_ERR_SYNTAX, "the text ends here, %s was expected", what);
	return np_scan_fail(scan, scan->at, NP_ERR_SYNTAX, "%s was expected", what);
}

np_status np_scan_byte(np_scan *scan, char byte, const char *what)
{
	if (np_scan_peek(scan) != byte)
		return fail_expected(scan, what);
	scan->at++;
	return NP_OK;
}

np_status np_scan_element(np_scan *scan, bool first, bool *more)
{
	char next = np_scan_peek(scan);
	*more = true;
	if (next == ']') {
		scan->at++;
		*more = false;
		return NP_OK;
	}
	return first ? NP_OK : np_scan_byte(scan, ',', "',' or ']'");
}

np_status np_scan_member(np_scan *scan, bool first, bool *more, char **key, size_t *length)
{
	char next = np_scan_peek(scan);
	*more = true;
	if (next == '}') {
		scan->at++;
		*more = false;
		return NP_OK;
	}
	if (!first)
		NP_TRY(np_scan_byte(scan, ',', "',' or '}'"));
	if (np_scan_peek(scan) != '"')
		return fail_expected(scan, first ? "a key in quotes or '}'" : "a key in quotes");
	NP_TRY(np_scan_string(scan, key, length));
	return np_scan_byte(scan, ':', "':'");
}

/* ---- strings ---- */

/* The byte at a place of the text, NUL at its end: no byte of any value of JSON. */
static char look(const np_scan *scan, const char *at)
{
	return at < scan->end ? *at : '\0';
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex(const np_scan *scan, const char *at, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(look(scan, at + i)); /* the end is none */
		if (digit < 0)
			return false;
		*value = *value << 4 | (uint32_t)digit;
	}
	return true;
}

static char *put_utf8(char *to, uint32_t point)
{
	if (point < 0x80) {
		*to++ = (char)point;
	} else if (point < 0x800) {
		*to++ = (char)(0xc0 | point >> 6);
		*to++ = (char)(0x80 | (point & 0x3f));
	} else if (point < 0x10000) {
		*to++ = (char)(0xe0 | point >> 12);
		*to++ = (char)(0x80 | (point >> 6 & 0x3f));
		*to++ = (char)(0x80 | (point & 0x3f));
	} else {
		*to++ = (char)(0xf0 | point >> 18);
		*to++ = (char)(0x80 | (point >> 12 & 0x3f));
		*to++ = (char)(0x80 | (point >> 6 & 0x3f));
		*to++ = (char)(0x80 | (point & 0x3f));
	}
	return to;
}

/* "\u00e9", or two for a point beyond 16 bits; `at` is behind the 'u'. */
static np_status read_unicode(np_scan *scan, const char **at, char **to)
{
	uint32_t point, second;
	const char *begin = *at - 2;
	if (!read_hex(scan, *at, &point))
		return np_scan_fail(scan, begin, NP_ERR_SYNTAX, "four hexadecimal digits were expected after \\u");
	*at += 4;
	if (point >= 0xd800 && point < 0xdc00 && look(scan, *at) == '\\' && look(scan, *at + 1) == 'u' &&
	    read_hex(scan, *at + 2, &second) && second >= 0xdc00 && second < 0xe000) {
		*at += 6;
		point = 0x10000 + ((point - 0xd800) << 10) + (second - 0xdc00);
	}
	if (point == 0 || (point >= 0xd800 && point < 0xe000))
		return np_scan_fail(scan, begin, NP_ERR_SYNTAX, "\\u does not name a character here");
	*to = put_utf8(*to, point);
	return NP_OK;
}

static np_status read_escape(np_scan *scan, const char **at, char **to)
{
	static const char FROM[] = "\"\\/bfnrt", TO[] = "\"\\/\b\f\n\r\t";
	char c = look(scan, ++*at);
	const char *known = c ? strchr(FROM, c) : NULL;
	if (!known && c != 'u')
		return np_scan_fail(scan, *at - 1, NP_ERR_SYNTAX, "no such escape");
	++*at;
	if (c == 'u')
		return read_unicode(scan, at, to);
	*(*to)++ = TO[known - FROM];
	return NP_OK;
}

/* A byte of a string that may not stand there, or a character's first beyond ASCII. */
static np_status check_byte(const np_scan *scan, const char *at, size_t *length)
{
	char piece[5] = {0};
	if (at == scan->end)
		return np_scan_fail(scan, at, NP_ERR_SYNTAX, "the text ends within a string");
	if ((unsigned char)*at >= 0x80) {
		memcpy(piece, at, scan->end - at < 4 ? (size_t)(scan->end - at) : 4);
		if (np_utf8_decode(piece, length) == NP_REPLACEMENT && *length == 1)
			return np_scan_fail(scan, at, NP_ERR_SYNTAX, "the text is not UTF-8");
		return NP_OK;
	}
	return np_scan_fail(scan, at, NP_ERR_SYNTAX, "the byte 0x%02x does not belong in a string", (unsigned char)*at);
}

static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

np_status np_scan_string(np_scan *scan, char **string, size_t *length)
{
	NP_TRY(np_scan_byte(scan, '"', "a text in quotes"));
	const char *at = scan->at;
	char *to = *string = scan->spare;
	for (;;) {
		size_t size;
		while (at < scan->end && is_plain(*at))
			*to++ = *at++;
		if (look(scan, at) == '"')
			break;
		if (look(scan, at) == '\\') {
			NP_TRY(read_escape(scan, &at, &to));
			continue;
		}
		NP_TRY(check_byte(scan, at, &size));
		memcpy(to, at, size);
		to += size;
		at += size;
	}
	*length = (size_t)(to - *string);
	*to++ = '\0'; /* where a quote has its byte: never more than the text has */
	scan->spare = to;
	scan->at = at + 1;
	return NP_OK;
}

/* ---- numbers and words ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_digits(const np_scan *scan, const char *at)
{
	while (is_digit(look(scan, at)))
		at++;
	return at;
}

/* Behind a number as JSON writes it; NULL when there is none. */
static const char *skip_number(const np_scan *scan, const char *at)
{
	at += look(scan, at) == '-';
	if (!is_digit(look(scan, at)))
		return NULL;
	at = *at == '0' ? at + 1 : skip_digits(scan, at);
	if (look(scan, at) == '.') {
		if (!is_digit(look(scan, at + 1)))
			return NULL;
		at = skip_digits(scan, at + 1);
	}
	if (look(scan, at) == 'e' || look(scan, at) == 'E') {
		at++;
		at += look(scan, at) == '+' || look(scan, at) == '-';
		if (!is_digit(look(scan, at)))
			return NULL;
		at = skip_digits(scan, at);
	}
	return at;
}

np_status np_scan_int(np_scan *scan, int64_t *value)
{
	bool negative = np_scan_peek(scan) == '-';
	const char *begin = scan->at, *digits = begin + negative, *at = digits;
	int64_t number = 0;
	while (is_digit(look(scan, at)) && at - digits < 18)
		number = 10 * number + (*at++ - '0');
	char next = look(scan, at);
	if (at == digits || (*digits == '0' && at - digits > 1) || next == '.' || next == 'e' || next == 'E')
		return fail_expected(scan, "a whole number");
	if (is_digit(next))
		return np_scan_fail(scan, begin, NP_ERR_LIMIT, "the number has more than 18 digits");
	*value = negative ? -number : number;
	scan->at = at;
	return NP_OK;
}

static bool skip_word(np_scan *scan, const char *word)
{
	size_t length = strlen(word);
	if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
		return false;
	scan->at += length;
	return true;
}

np_status np_scan_bool(np_scan *scan, bool *value)
{
	np_scan_peek(scan);
	*value = skip_word(scan, "true");
	return *value || skip_word(scan, "false") ? NP_OK : fail_expected(scan, "true or false");
}

static np_status skip_scalar(np_scan *scan)
{
	char *string;
	size_t length;
	if (np_scan_peek(scan) == '"')
		return np_scan_string(scan, &string, &length);
	if (skip_word(scan, "true") || skip_word(scan, "false") || skip_word(scan, "null"))
		return NP_OK;
	const char *after = skip_number(scan, scan->at);
	if (!after)
		return fail_expected(scan, "a value");
	scan->at = after;
	return NP_OK;
}

/* No recursion: a bit for each open container says whether it is an object. */
np_status np_scan_skip(np_scan *scan)
{
	bool object[DEEPEST], more = true, first = true;
	int depth = 0;
	char *key;
	size_t length;
	do {
		if (depth)
			NP_TRY(object[depth - 1] ? np_scan_member(scan, first, &more, &key, &length)
			                         : np_scan_element(scan, first, &more));
		first = false;
		if (!more) {
			more = true;
			depth--;
			continue;
		}
		char next = np_scan_peek(scan);
		if (next != '{' && next != '[') {
			NP_TRY(skip_scalar(scan));
			continue;
		}
		if (depth == DEEPEST)
			return np_scan_fail(scan, scan->at, NP_ERR_LIMIT, "more than %d values within each other", DEEPEST);
		object[depth++] = next == '{';
		scan->at++;
		first = true;
	} while (depth);
	return NP_OK;
}

np_status np_scan_end(np_scan *scan)
{
	np_scan_peek(scan);
	return scan->at == scan->end ? NP_OK : fail_expected(scan, "the end of the network");
}
