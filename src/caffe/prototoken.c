/*
 * The tokenizer of the protobuf text format: white space, # comments, identifiers, numbers, string literals, symbols.
 * Locale-free, and it never looks beyond the end of its text.
 */
#include "caffe/prototoken.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void np_lexer_begin(np_lexer *lexer, const char *text, size_t size)
{
	*lexer = (np_lexer){.next = text, .end = text + size, .line = 1, .column = 1};
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		lexer->next += 3; /* the byte order mark some editors write */
}

bool np_lexer_at(const np_lexer *lexer, char symbol)
{
	return lexer->token.kind == NP_TOKEN_SYMBOL && lexer->token.text[0] == symbol;
}

/* The character `ahead` of the next one, NUL at the end. */
static char peek(const np_lexer *lexer, size_t ahead)
{
	return (size_t)(lexer->end - lexer->next) > ahead ? lexer->next[ahead] : '\0';
}

static void step(np_lexer *lexer)
{
	char c = *lexer->next++;
	if (c == '\n') {
		lexer->line++;
		lexer->column = 1;
	} else if (((unsigned char)c & 0xc0) != 0x80) { /* the later bytes of a UTF-8 character are no column */
		lexer->column++;
	}
}

static np_status fail_here(const np_lexer *lexer, np_error *err, const char *what)
{
	return np_fail_at(err, NP_ERR_SYNTAX, lexer->line, lexer->column, "%s", what);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blank(np_lexer *lexer)
{
	while (lexer->next < lexer->end) {
		if (*lexer->next == '#')
			while (lexer->next < lexer->end && *lexer->next != '\n')
				step(lexer);
		else if (is_space(*lexer->next))
			step(lexer);
		else
			break;
	}
}

static void scan_name(np_lexer *lexer)
{
	while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0)))
		step(lexer);
}

static void scan_digits(np_lexer *lexer)
{
	while (is_digit(peek(lexer, 0)))
		step(lexer);
}

static np_status scan_hex(np_lexer *lexer, np_error *err)
{
	step(lexer);
	step(lexer);
	if (hex_value(peek(lexer, 0)) < 0)
		return fail_here(lexer, err, "a hexadecimal digit was expected after 0x");
	while (hex_value(peek(lexer, 0)) >= 0)
		step(lexer);
	return NP_OK;
}

static np_status scan_octal(np_lexer *lexer, np_error *err)
{
	while (is_octal(peek(lexer, 0)))
		step(lexer);
	if (is_digit(peek(lexer, 0)))
		return fail_here(lexer, err, "a number with a leading zero is octal: digits 0 to 7 were expected");
	return NP_OK;
}

static np_status scan_exponent(np_lexer *lexer, np_error *err)
{
	step(lexer);
	if (peek(lexer, 0) == '+' || peek(lexer, 0) == '-')
		step(lexer);
	if (!is_digit(peek(lexer, 0)))
		return fail_here(lexer, err, "a digit was expected in the exponent");
	scan_digits(lexer);
	return NP_OK;
}

static np_status scan_decimal(np_lexer *lexer, np_error *err)
{
	scan_digits(lexer);
	if (peek(lexer, 0) == '.') {
		step(lexer);
		scan_digits(lexer);
	}
	if (peek(lexer, 0) == 'e' || peek(lexer, 0) == 'E')
		NP_TRY(scan_exponent(lexer, err));
	if (peek(lexer, 0) == 'f' || peek(lexer, 0) == 'F')
		step(lexer);
	return NP_OK;
}

static np_status scan_number(np_lexer *lexer, np_error *err)
{
	if (peek(lexer, 0) == '0' && (peek(lexer, 1) == 'x' || peek(lexer, 1) == 'X'))
		NP_TRY(scan_hex(lexer, err));
	else if (peek(lexer, 0) == '0' && is_digit(peek(lexer, 1)))
		NP_TRY(scan_octal(lexer, err));
	else
		NP_TRY(scan_decimal(lexer, err));
	if (is_letter(peek(lexer, 0)))
		return fail_here(lexer, err, "white space was expected between a number and a name");
	if (peek(lexer, 0) == '.')
		return fail_here(lexer, err, "a second decimal point in a number");
	return NP_OK;
}

/* \x1F, \u00e9 and \U0001F600: at least one digit for \x, all of them for the others. */
static np_status scan_hex_escape(np_lexer *lexer, int least, int most, np_error *err)
{
	step(lexer);
	int count = 0;
	long value = 0;
	for (; count < most && hex_value(peek(lexer, 0)) >= 0; count++) {
		value = value * 16 + hex_value(peek(lexer, 0));
		step(lexer);
	}
	if (count < least)
		return fail_here(lexer, err, "more hexadecimal digits were expected in an escape");
	if (value > 0x10ffff)
		return fail_here(lexer, err, "an escape beyond the last Unicode character");
	return NP_OK;
}

static np_status scan_escape(np_lexer *lexer, np_error *err)
{
	step(lexer);
	char c = peek(lexer, 0);
	if (c == 'x' || c == 'X')
		return scan_hex_escape(lexer, 1, 2, err);
	if (c == 'u')
		return scan_hex_escape(lexer, 4, 4, err);
	if (c == 'U')
		return scan_hex_escape(lexer, 8, 8, err);
	if (!c || !(is_octal(c) || strchr("abfnrtv\\?'\"", c)))
		return fail_here(lexer, err, "an escape that does not exist in a string");
	step(lexer); /* the other octal digits are ordinary characters to this scan */
	return NP_OK;
}

static np_status scan_string(np_lexer *lexer, np_error *err)
{
	char quote = peek(lexer, 0);
	step(lexer);
	while (lexer->next < lexer->end) {
		char c = *lexer->next;
		if (c == '\n')
			return fail_here(lexer, err, "a string does not end on its line");
		if (c == '\\') {
			NP_TRY(scan_escape(lexer, err));
			continue;
		}
		step(lexer);
		if (c == quote)
			return NP_OK;
	}
	return fail_here(lexer, err, "the file ends inside a string");
}

static np_status scan_symbol(np_lexer *lexer, np_error *err)
{
	unsigned char c = (unsigned char)*lexer->next;
	if (c < 0x20 || c >= 0x7f)
		return np_fail_at(err, NP_ERR_SYNTAX, lexer->line, lexer->column,
		                  "the byte 0x%02x does not belong here: this is no prototxt, or it is damaged", c);
	step(lexer);
	return NP_OK;
}

np_status np_lexer_next(np_lexer *lexer, np_error *err)
{
	skip_blank(lexer);
	np_token *token = &lexer->token;
	*token = (np_token){.text = lexer->next, .line = lexer->line, .column = lexer->column};
	if (lexer->next == lexer->end)
		return NP_OK;
	char c = *lexer->next;
	if (is_letter(c)) {
		token->kind = NP_TOKEN_NAME;
		scan_name(lexer);
	} else if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1)))) {
		token->kind = NP_TOKEN_NUMBER;
		NP_TRY(scan_number(lexer, err));
	} else if (c == '"' || c == '\'') {
		token->kind = NP_TOKEN_STRING;
		NP_TRY(scan_string(lexer, err));
	} else {
		token->kind = NP_TOKEN_SYMBOL;
		NP_TRY(scan_symbol(lexer, err));
	}
	token->length = (size_t)(lexer->next - token->text);
	return NP_OK;
}

/* ---- what a string means ---- */

static size_t put_utf8(long c, char *out)
{
	static const struct {
		long below;
		unsigned char lead;
	} FORMS[] = {{0x80, 0x00}, {0x800, 0xc0}, {0x10000, 0xe0}, {0x110000, 0xf0}};
	size_t more = 0;
	while (c >= FORMS[more].below)
		more++;
	out[0] = (char)(FORMS[more].lead | (c >> (6 * more)));
	for (size_t i = 1; i <= more; i++)
		out[i] = (char)(0x80 | ((c >> (6 * (more - i))) & 0x3f));
	return more + 1;
}

static long read_digits(const char **at, const char *end, int base, int most)
{
	long value = 0;
	for (int i = 0; i < most && *at < end; i++, (*at)++) {
		int digit = hex_value(**at);
		if (digit < 0 || digit >= base)
			break;
		value = value * base + digit;
	}
	return value;
}

/* `*at` is behind the backslash. No escape means more bytes than it takes to write. */
static size_t unescape(const char **at, const char *end, char *out)
{
	static const char NAMES[] = "abfnrtv", MEANINGS[] = "\a\b\f\n\r\t\v";
	char c = **at;
	if (is_octal(c)) {
		out[0] = (char)read_digits(at, end, 8, 3);
		return 1;
	}
	++*at;
	if (c == 'x' || c == 'X') {
		out[0] = (char)read_digits(at, end, 16, 2);
		return 1;
	}
	if (c == 'u' || c == 'U')
		return put_utf8(read_digits(at, end, 16, c == 'u' ? 4 : 8), out);
	const char *known = strchr(NAMES, c);
	out[0] = known ? MEANINGS[known - NAMES] : c;
	return 1;
}

size_t np_token_unquote(const np_token *token, char *out)
{
	const char *at = token->text + 1, *end = token->text + token->length - 1;
	size_t used = 0;
	while (at < end) {
		if (*at == '\\') {
			at++;
			used += unescape(&at, end, out + used);
		} else {
			out[used++] = *at++;
		}
	}
	return used;
}

const char *np_token_describe(const np_token *token, char *text, size_t size)
{
	enum { SHOWN = 40 };
	if (token->kind == NP_TOKEN_END) {
		snprintf(text, size, "the end of the file");
		return text;
	}
	bool cut = token->length > SHOWN;
	snprintf(text, size, "'%.*s%s'", cut ? SHOWN : (int)token->length, token->text, cut ? "..." : "");
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f)
			*c = '?';
	return text;
}
