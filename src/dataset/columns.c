/* Columns by name, fields into records. Knows nothing of layers. */
#include "dataset/columns.h"

#include "base/error.h"
#include "text/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Larger sizes are typing errors, and products of a few of them still fit a double's range of whole numbers loosely. */
static const double MOST = 1e12;

static int find(const np_columns *columns, const char *name)
{
	for (int i = 0; i < columns->field_count; i++)
		if (strcmp(columns->fields[i].name, name) == 0)
			return i;
	return -1;
}

np_status np_columns_read(np_columns *columns, const np_field *fields, int field_count, const np_csv_row *header, np_error *err)
{
	*columns = (np_columns){.fields = fields, .field_count = field_count, .width = header->count};
	for (int i = 0; i < field_count; i++)
		columns->at[i] = -1;
	for (int c = 0; c < header->count; c++) {
		const char *name = header->fields[c];
		if (!c && strncmp(name, "\xEF\xBB\xBF", 3) == 0)
			name += 3;
		int field = find(columns, name);
		if (field < 0)
			continue;
		if (columns->at[field] >= 0)
			return np_fail_at(err, NP_ERR_DATA, header->line, 1, "column '%s' stands there twice", name);
		columns->at[field] = c;
	}
	return NP_OK;
}

bool np_columns_have(const np_columns *columns, const char *name)
{
	int field = find(columns, name);
	return field >= 0 && columns->at[field] >= 0;
}

static bool blank(const char *text)
{
	return text[strspn(text, " \t")] == '\0';
}

static bool fill_count(const char *text, int64_t *count)
{
	double value;
	*count = NP_BLANK;
	if (blank(text))
		return true;
	/* Tables written by data frames have "3.0" for 3. */
	if (!np_number_read(text, &value) || value < 0 || value > MOST || value != floor(value))
		return false;
	*count = (int64_t)value;
	return true;
}

static bool fill_measure(const char *text, double *measure)
{
	*measure = NAN;
	return blank(text) || (np_number_read(text, measure) && *measure > 0);
}

static bool fill_field(const np_field *field, const char *text, char *record)
{
	void *to = record + field->offset;
	switch (field->type) {
	case NP_FIELD_COUNT:
		return fill_count(text, to);
	case NP_FIELD_MEASURE:
		return fill_measure(text, to);
	default:
		memcpy(to, &text, sizeof text);
		return true;
	}
}

bool np_columns_fill(const np_columns *columns, const np_csv_row *row, void *record, char *reason, size_t size)
{
	static const char *const EXPECTED[] = {"a text", "a whole number, 0 or more,", "a number above 0"};
	if (row->count != columns->width) {
		snprintf(reason, size, "%d fields, the header has %d", row->count, columns->width);
		return false;
	}
	for (int i = 0; i < columns->field_count; i++) {
		const char *text = columns->at[i] >= 0 ? row->fields[columns->at[i]] : "";
		if (fill_field(&columns->fields[i], text, record))
			continue;
		snprintf(reason, size, "%s is '%.40s', %s was expected", columns->fields[i].name, text,
		         EXPECTED[columns->fields[i].type]);
		return false;
	}
	return true;
}
