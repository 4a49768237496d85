/* A report's CSV form as a table of a web page: what a reader without scripts sees. */
#include "report/html.h"
#include "text/csv.h"
#include "text/number.h"

#include <string.h>

enum { MOST_COLUMNS = 32 };

typedef struct table {
	np_text *out;
	const char *columns;
	int chosen[MOST_COLUMNS], count; /* indices of the fields that are shown */
	bool began;
} table;

static bool is_listed(const char *list, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = list; *at;) {
		size_t here = strcspn(at, ",");
		if (here == length && memcmp(at, name, length) == 0)
			return true;
		at += here;
		at += *at == ',';
	}
	return false;
}

/* "energy_per_item_mj" becomes "energy per item, mJ". */
static void put_title(np_text *out, const char *name)
{
	static const struct {
		const char *suffix, *unit;
	} UNITS[] = {{"_ms", "ms"}, {"_w", "W"}, {"_mj", "mJ"}};
	size_t length = strlen(name);
	const char *unit = NULL;
	for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS && !unit; i++) {
		size_t end = strlen(UNITS[i].suffix);
		if (length > end && strcmp(name + length - end, UNITS[i].suffix) == 0) {
			unit = UNITS[i].unit;
			length -= end;
		}
	}
	for (size_t i = 0; i < length; i++)
		np_text_add(out, name[i] == '_' ? " " : &name[i], 1);
	if (unit)
		np_text_printf(out, ", %s", unit);
}

static void put_header(table *t, const np_csv_row *row)
{
	np_text_puts(t->out, "<thead><tr>");
	for (int i = 0; i < row->count && t->count < MOST_COLUMNS; i++) {
		if (!is_listed(t->columns, row->fields[i]))
			continue;
		t->chosen[t->count++] = i;
		np_text_puts(t->out, "<th scope=\"col\">");
		put_title(t->out, row->fields[i]);
		np_text_puts(t->out, "</th>");
	}
	np_text_puts(t->out, "</tr></thead>\n<tbody>\n");
}

static void put_cell(np_text *out, const char *field)
{
	char rounded[NP_NUMBER_SIZE];
	double value;
	if (!np_number_read(field, &value)) {
		np_text_puts(out, "<td>");
		np_html_text(out, field);
	} else {
		np_text_puts(out, "<td class=\"n\">");
		np_text_puts(out, strcspn(field, ".e") < strlen(field) ? np_number_format("%.*g", 4, value, rounded) : field);
	}
	np_text_puts(out, "</td>");
}

static np_status take_row(void *context, const np_csv_row *row, np_error *err)
{
	table *t = context;
	(void)err;
	if (!t->began) {
		t->began = true;
		put_header(t, row);
		return NP_OK;
	}
	np_text_puts(t->out, "<tr>");
	for (int i = 0; i < t->count; i++)
		if (t->chosen[i] < row->count)
			put_cell(t->out, row->fields[t->chosen[i]]);
	np_text_puts(t->out, "</tr>\n");
	return NP_OK;
}

np_status np_html_table(np_text *out, const char *csv, size_t size, const char *columns, np_error *err)
{
	table t = {.out = out, .columns = columns};
	np_csv_reader *reader;
	np_status status = np_csv_reader_create(take_row, &t, &reader, err);
	if (status != NP_OK)
		return status;
	np_text_puts(out, "<div class=\"scroll\"><table>\n");
	status = np_csv_reader_feed(reader, csv, size, err);
	if (status == NP_OK)
		status = np_csv_reader_finish(reader, err);
	np_csv_reader_free(reader);
	np_text_puts(out, "</tbody></table></div>\n");
	return status;
}
