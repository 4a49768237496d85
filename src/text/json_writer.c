/* The JSON writer: commas, line breaks and escapes, so that reports need not think of them. */
#include "text/json_writer.h"

#include "text/number.h"
#include "text/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

np_json np_json_on(np_text *out)
{
	return (np_json){.out = out};
}

static void new_line(np_json *json)
{
	np_text_printf(json->out, "\n%*s", 2 * json->depth, "");
}

/* What stands before the next key, or before the next value where there is no key. */
static void separate(np_json *json)
{
	if (!json->depth)
		return;
	int top = json->depth - 1;
	if (json->open[top].filled)
		np_text_puts(json->out, json->open[top].compact ? ", " : ",");
	if (!json->open[top].compact)
		new_line(json);
	json->open[top].filled = true;
}

static void before_value(np_json *json)
{
	if (json->after_key)
		json->after_key = false;
	else
		separate(json);
}

static void open_container(np_json *json, char bracket, bool compact)
{
	before_value(json);
	if (json->depth == NP_JSON_DEPTH) {
		json->out->failed = true;
		return;
	}
	bool inside_compact = json->depth && json->open[json->depth - 1].compact;
	np_text_add(json->out, &bracket, 1);
	json->open[json->depth].close = bracket == '{' ? '}' : ']';
	json->open[json->depth].compact = compact || inside_compact;
	json->open[json->depth].filled = false;
	json->depth++;
}

void np_json_object(np_json *json)
{
	open_container(json, '{', false);
}

void np_json_object_compact(np_json *json)
{
	open_container(json, '{', true);
}

void np_json_array(np_json *json)
{
	open_container(json, '[', false);
}

void np_json_array_compact(np_json *json)
{
	open_container(json, '[', true);
}

void np_json_close(np_json *json)
{
	if (!json->depth) {
		json->out->failed = true;
		return;
	}
	int top = --json->depth;
	if (json->open[top].filled && !json->open[top].compact)
		new_line(json);
	np_text_add(json->out, &json->open[top].close, 1);
	if (!json->depth)
		np_text_puts(json->out, "\n");
}

static void write_escape(np_text *out, unsigned char c)
{
	static const char SHORT[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	for (const char *s = SHORT; *s; s += 2) {
		if ((unsigned char)s[0] == c) {
			np_text_printf(out, "\\%c", s[1]);
			return;
		}
	}
	np_text_printf(out, "\\u%04x", c);
}

static bool plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

static void write_quoted(np_text *out, const char *value)
{
	np_text_puts(out, "\"");
	while (*value) {
		size_t run = 0;
		while (plain((unsigned char)value[run]))
			run++;
		np_text_add(out, value, run);
		value += run;
		if (!*value)
			break;
		size_t length;
		uint32_t point = np_utf8_decode(value, &length);
		if (point == NP_REPLACEMENT)
			np_text_puts(out, "\xEF\xBF\xBD");
		else if (point < 0x80)
			write_escape(out, (unsigned char)point);
		else
			np_text_add(out, value, length);
		value += length;
	}
	np_text_puts(out, "\"");
}

void np_json_key(np_json *json, const char *key)
{
	separate(json);
	write_quoted(json->out, key);
	np_text_puts(json->out, ": ");
	json->after_key = true;
}

void np_json_string(np_json *json, const char *value)
{
	before_value(json);
	if (value)
		write_quoted(json->out, value);
	else
		np_text_puts(json->out, "null");
}

void np_json_int(np_json *json, int64_t value)
{
	before_value(json);
	np_text_printf(json->out, "%" PRId64, value);
}

void np_json_double(np_json *json, double value)
{
	before_value(json);
	if (!isfinite(value)) {
		np_text_puts(json->out, "null");
		return;
	}
	char text[NP_NUMBER_SIZE];
	np_text_puts(json->out, np_number_write(value, text));
	/* Readers take a number without a point as an integer, which has no negative zero and may overflow. */
	if ((value == 0 && signbit(value)) || (fabs(value) >= 1e15 && !strpbrk(text, ".e")))
		np_text_puts(json->out, ".0");
}

void np_json_bool(np_json *json, bool value)
{
	before_value(json);
	np_text_puts(json->out, value ? "true" : "false");
}

void np_json_null(np_json *json)
{
	before_value(json);
	np_text_puts(json->out, "null");
}

void np_json_ints(np_json *json, const int64_t *values, int count)
{
	np_json_array_compact(json);
	for (int i = 0; i < count; i++)
		np_json_int(json, values[i]);
	np_json_close(json);
}

void np_json_doubles(np_json *json, const double *values, int count)
{
	np_json_array_compact(json);
	for (int i = 0; i < count; i++)
		np_json_double(json, values[i]);
	np_json_close(json);
}

void np_json_put_string(np_json *json, const char *key, const char *value)
{
	np_json_key(json, key);
	np_json_string(json, value);
}

void np_json_put_int(np_json *json, const char *key, int64_t value)
{
	np_json_key(json, key);
	np_json_int(json, value);
}

void np_json_put_double(np_json *json, const char *key, double value)
{
	np_json_key(json, key);
	np_json_double(json, value);
}

void np_json_put_bool(np_json *json, const char *key, bool value)
{
	np_json_key(json, key);
	np_json_bool(json, value);
}
