/* Escaping: of texts for markup, of JSON for a script element. */
#include "report/html.h"

#include "text/utf8.h"

#include <stdint.h>
#include <string.h>

/* Marks, overrides and isolates of direction: a name that holds one would turn around what stands beside it. */
static bool turns_direction(uint32_t point)
{
	return point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
	       (point >= 0x2066 && point <= 0x2069);
}

static const char *entity(uint32_t point)
{
	switch (point) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void np_html_text(np_text *out, const char *text)
{
	size_t length;
	for (; *text; text += length) {
		uint32_t point = np_utf8_decode(text, &length);
		if (entity(point))
			np_text_puts(out, entity(point));
		else if (point == NP_REPLACEMENT || point < 0x20 || (point >= 0x7F && point < 0xA0) || turns_direction(point))
			np_text_puts(out, "\xEF\xBF\xBD");
		else
			np_text_add(out, text, length);
	}
}

/* In JSON these stand only in strings, where an escape means the same. */
static const struct {
	const char *text, *escape;
} ESCAPES[] = {{"<", "\\u003c"}, {"\xE2\x80\xA8", "\\u2028"}, {"\xE2\x80\xA9", "\\u2029"}};
enum { ESCAPE_COUNT = sizeof ESCAPES / sizeof *ESCAPES };

static int escape_at(const char *json, size_t left)
{
	for (int i = 0; i < ESCAPE_COUNT; i++) {
		size_t length = strlen(ESCAPES[i].text);
		if (length <= left && memcmp(json, ESCAPES[i].text, length) == 0)
			return i;
	}
	return -1;
}

void np_html_json(np_text *out, const char *json, size_t size)
{
	size_t done = 0;
	for (size_t i = 0; i < size; i++) {
		int found = escape_at(json + i, size - i);
		if (found < 0)
			continue;
		np_text_add(out, json + done, i - done);
		np_text_puts(out, ESCAPES[found].escape);
		done = i + strlen(ESCAPES[found].text);
		i = done - 1;
	}
	np_text_add(out, json + done, size - done);
}
