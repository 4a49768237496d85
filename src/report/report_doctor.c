/*
 * doctor: what was found, by area, and the commands that mend what is missing. version: what was found of the library itself.
 */
#include "report/report_impl.h"
#include "report/table.h"
#include "text/utf8.h"

#include <string.h>

/* What the report is on. */
typedef struct diagnosis {
	const np_findings *findings;
	int devices;
} diagnosis;

/* Indexed by np_finding_level: name, mark, mark without UTF-8, colour. */
static const struct {
	const char *name, *mark, *ascii, *color;
} LEVELS[] = {
        [NP_FINDING_FACT] = {"fact", "\xc2\xb7", ".", ""},
        [NP_FINDING_GOOD] = {"good", "\xe2\x9c\x93", "+", "\x1b[32m"},
        [NP_FINDING_CAUTION] = {"caution", "!", "!", "\x1b[33m"},
        [NP_FINDING_MISSING] = {"missing", "\xe2\x9c\x97", "x", "\x1b[31m"},
};

enum { ITEM_COLUMNS = 16, TEXT_AT = 4 + ITEM_COLUMNS + 2, LEAST_TEXT = 20 };

static void put_findings(np_json *json, const np_findings *findings)
{
	np_json_key(json, "findings");
	np_json_array(json);
	for (int k = 0; k < np_findings_count(findings); k++) {
		const np_finding *f = np_findings_item(findings, k);
		np_json_object(json);
		np_json_put_string(json, "level", LEVELS[f->level].name);
		np_json_put_string(json, "area", f->area);
		np_json_put_string(json, "item", f->item);
		np_json_put_string(json, "text", f->text);
		if (f->remedy[0])
			np_json_put_string(json, "remedy", f->remedy);
		np_json_close(json);
	}
	np_json_close(json);
}

static void doctor_json(np_json *json, const void *subjects, int i)
{
	const diagnosis *d = (const diagnosis *)subjects + i;
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/doctor/1");
	np_json_put_int(json, "devices", d->devices);
	put_findings(json, d->findings);
	np_json_close(json);
}

static void version_json(np_json *json, const void *subjects, int i)
{
	const diagnosis *d = (const diagnosis *)subjects + i;
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/version/1");
	np_json_put_string(json, "version", NP_VERSION);
	put_findings(json, d->findings);
	np_json_close(json);
}

static void doctor_csv(np_text *out, const void *subjects, int i)
{
	const diagnosis *d = (const diagnosis *)subjects + i;
	for (int k = 0; k < np_findings_count(d->findings); k++) {
		const np_finding *f = np_findings_item(d->findings, k);
		const char *const cells[] = {f->area, f->item, f->text, f->remedy};
		np_text_puts(out, LEVELS[f->level].name);
		for (int c = 0; c < 4; c++) {
			np_text_puts(out, ",");
			np_csv_text(out, cells[c]);
		}
		np_text_puts(out, "\n");
	}
}

/* How many bytes of `text` go on a line of `columns`: whole words, or as much of a longer word as there is room for. */
static size_t measure_line(const char *text, int columns)
{
	size_t at = 0, words = 0;
	for (int used = 0; text[at]; at++) {
		size_t length;
		if (text[at] == ' ')
			words = at;
		used += np_utf8_width(np_utf8_decode(text + at, &length));
		if (used > columns)
			return text[at] == ' ' ? at : words ? words : at;
		at += length - 1;
	}
	return at;
}

/* A text that begins at column TEXT_AT, its further lines below its first. */
static void put_wrapped(np_text *out, const char *text, int width)
{
	int columns = width - TEXT_AT > LEAST_TEXT ? width - TEXT_AT : LEAST_TEXT;
	for (bool first = true; *text || first; first = false) {
		size_t length = measure_line(text, columns);
		np_put_plain(out, "%*s%.*s", first ? 0 : TEXT_AT, "", (int)length, text);
		np_text_puts(out, "\n");
		text += length;
		text += strspn(text, " ");
	}
}

static void put_finding(np_text *out, const np_finding *f, const np_report_options *options)
{
	bool colored = options->color && LEVELS[f->level].color[0];
	np_text_puts(out, "  ");
	np_text_puts(out, colored ? LEVELS[f->level].color : "");
	np_text_puts(out, options->ascii ? LEVELS[f->level].ascii : LEVELS[f->level].mark);
	np_text_puts(out, colored ? "\x1b[0m " : " ");
	np_cell_left(out, options, f->item, ITEM_COLUMNS);
	np_text_puts(out, "  ");
	put_wrapped(out, f->text, options->width);
}

/* Whether an earlier finding is of the same area. */
static bool is_continued(const np_findings *findings, int index)
{
	for (int i = 0; i < index; i++)
		if (strcmp(np_findings_item(findings, i)->area, np_findings_item(findings, index)->area) == 0)
			return true;
	return false;
}

/* Everything on the area of finding `first`: probes may come back to an area. */
static void put_area(np_text *out, const np_findings *findings, int first, const np_report_options *options)
{
	const char *area = np_findings_item(findings, first)->area;
	np_bold_on(out, options);
	np_put_plain(out, "%s", area);
	np_bold_off(out, options);
	np_text_puts(out, "\n");
	for (int i = first; i < np_findings_count(findings); i++) {
		const np_finding *f = np_findings_item(findings, i);
		if (strcmp(f->area, area) == 0)
			put_finding(out, f, options);
	}
	np_text_puts(out, "\n");
}

/* Commands to copy: never broken, each below a comment that a shell passes over. */
static void put_remedies(np_text *out, const np_findings *findings)
{
	bool any = false;
	for (int i = 0; i < np_findings_count(findings); i++) {
		const np_finding *f = np_findings_item(findings, i);
		if (!f->remedy[0])
			continue;
		np_text_puts(out, any ? "" : "What would help:\n");
		np_put_plain(out, "  # %s, %s", f->area, f->item);
		np_text_puts(out, "\n");
		np_put_plain(out, "  %s", f->remedy);
		np_text_puts(out, "\n");
		any = true;
	}
	np_text_puts(out, any ? "\n" : "");
}

static void put_areas(np_text *out, const np_findings *findings, const np_report_options *options)
{
	for (int i = 0; i < np_findings_count(findings); i++)
		if (!is_continued(findings, i))
			put_area(out, findings, i, options);
	put_remedies(out, findings);
}

static void version_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	for (int k = 0; k < count; k++) {
		np_put_plain(out, "neuralpower %s", NP_VERSION);
		np_text_puts(out, "\n\n");
		put_areas(out, ((const diagnosis *)subjects + k)->findings, options);
	}
	np_text_puts(out, "`neuralpower doctor` tries what was found.\n");
}

static void doctor_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	for (int k = 0; k < count; k++) {
		const diagnosis *d = (const diagnosis *)subjects + k;
		put_areas(out, d->findings, options);
		if (d->devices)
			np_put_counted(out, d->devices, "device");
		np_text_puts(out, d->devices ? " can be measured.\n" : "No device can be measured.\n");
	}
}

np_status np_report_doctor(const np_findings *findings, int devices, const np_report_options *options, char **text,
                           size_t *size, np_error *err)
{
	static const np_report_kind DOCTOR = {
	        .table = doctor_table,
	        .json = doctor_json,
	        .csv_header = "level,area,item,text,remedy",
	        .csv = doctor_csv,
	};
	const diagnosis d = {findings, devices};
	return np_report_write(&DOCTOR, &d, 1, options, text, size, err);
}

np_status np_report_version(const np_findings *findings, const np_report_options *options, char **text, size_t *size,
                            np_error *err)
{
	static const np_report_kind VERSION = {
	        .table = version_table,
	        .json = version_json,
	        .csv_header = "level,area,item,text,remedy",
	        .csv = doctor_csv,
	};
	const diagnosis d = {.findings = findings};
	return np_report_write(&VERSION, &d, 1, options, text, size, err);
}
