/* Cells. Widths are columns on the terminal, not bytes. */
#include "report/table.h"

#include "text/csv.h"
#include "text/number.h"
#include "text/utf8.h"

#include <limits.h>
#include <string.h>

/* Copies whole characters up to `columns`; control characters, which could move the cursor, become '?'. */
static int put_columns(np_text *out, const char *text, int columns)
{
	int used = 0;
	while (*text) {
		size_t length;
		uint32_t point = np_utf8_decode(text, &length);
		int width = np_utf8_width(point);
		if (used + width > columns)
			break;
		if (point < 0x20 || (point >= 0x7f && point < 0xa0) || (point == NP_REPLACEMENT && length == 1))
			np_text_puts(out, "?");
		else
			np_text_add(out, text, length);
		used += width;
		text += length;
	}
	return used;
}

static const char *skip_columns(const char *text, int columns)
{
	while (*text && columns > 0) {
		size_t length;
		columns -= np_utf8_width(np_utf8_decode(text, &length));
		text += length;
	}
	return text;
}

static void put_spaces(np_text *out, int count)
{
	for (int i = 0; i < count; i++)
		np_text_puts(out, " ");
}

/* The beginning and the end of a text that is too long: names of layers differ at both. */
static int put_shortened(np_text *out, const np_report_options *options, const char *text, int width)
{
	const char *dots = options->ascii ? ".." : "\xe2\x80\xa6";
	int dots_width = options->ascii ? 2 : 1, kept = width - dots_width;
	if (kept < 2)
		return put_columns(out, text, width);
	int head = kept / 2, tail = kept - head;
	int used = put_columns(out, text, head);
	np_text_puts(out, dots);
	return used + dots_width + put_columns(out, skip_columns(text, np_utf8_columns(text) - tail), tail);
}

static int put_fitting(np_text *out, const np_report_options *options, const char *text, int width)
{
	return np_utf8_columns(text) <= width ? put_columns(out, text, width) : put_shortened(out, options, text, width);
}

void np_cell_left(np_text *out, const np_report_options *options, const char *text, int width)
{
	put_spaces(out, width - put_fitting(out, options, text, width));
}

void np_cell_right(np_text *out, const np_report_options *options, const char *text, int width)
{
	put_spaces(out, width - np_utf8_columns(text));
	(void)put_fitting(out, options, text, width);
}

void np_cell_bar(np_text *out, const np_report_options *options, double fraction, int width)
{
	static const char *const EIGHTHS[] = {"",
	                                      "\xe2\x96\x8f",
	                                      "\xe2\x96\x8e",
	                                      "\xe2\x96\x8d",
	                                      "\xe2\x96\x8c",
	                                      "\xe2\x96\x8b",
	                                      "\xe2\x96\x8a",
	                                      "\xe2\x96\x89",
	                                      "\xe2\x96\x88"};
	int steps = options->ascii ? 1 : 8;
	int filled = (int)(fraction * width * steps + 0.5), whole = filled / steps, rest = filled % steps;
	if (options->color)
		np_text_puts(out, "\x1b[36m");
	for (int i = 0; i < whole; i++)
		np_text_puts(out, options->ascii ? "#" : EIGHTHS[8]);
	if (rest)
		np_text_puts(out, EIGHTHS[rest]);
	if (options->color)
		np_text_puts(out, "\x1b[0m");
	put_spaces(out, width - whole - (rest > 0));
}

void np_bold_on(np_text *out, const np_report_options *options)
{
	if (options->color)
		np_text_puts(out, "\x1b[1m");
}

void np_bold_off(np_text *out, const np_report_options *options)
{
	if (options->color)
		np_text_puts(out, "\x1b[0m");
}

void np_put_plain(np_text *out, const char *format, ...)
{
	np_text text = {0};
	va_list args;
	va_start(args, format);
	np_text_vprintf(&text, format, args);
	va_end(args);
	if (np_text_ok(&text) && text.data)
		(void)put_columns(out, text.data, INT_MAX);
	out->failed |= text.failed;
	np_text_free(&text);
}

void np_put_counted(np_text *out, int count, const char *what)
{
	np_text_printf(out, "%d %s%s", count, what, count == 1 ? "" : "s");
}

void np_rule(np_text *out, const np_report_options *options, int width)
{
	for (int i = 0; i < width; i++)
		np_text_puts(out, options->ascii ? "-" : "\xe2\x94\x80");
	np_text_puts(out, "\n");
}

void np_csv_text(np_text *out, const char *value)
{
	np_csv_put(out, true, value);
}

void np_csv_number(np_text *out, double value, bool known)
{
	char number[NP_NUMBER_SIZE];
	if (known)
		np_text_puts(out, np_number_write(value, number));
}
