/* What the reports share. */
#ifndef NP_REPORT_IMPL_H
#define NP_REPORT_IMPL_H

#include "base/text.h"
#include "text/json_writer.h"

#include <neuralpower/report.h>

/* What the page of a report needs beside its JSON, from which the scripts of page/ draw. */
typedef struct np_report_page {
	void (*title)(np_text *out, const void *subjects, int i); /* one line of plain text */
	void (*intro)(np_text *out, const void *subjects, int i); /* the result in a sentence, plain text; NULL = none */
	const char *columns; /* of the CSV form, with commas between: the table for who reads without scripts */
} np_report_page;

/* One report on several subjects, in three formats, some in more: each writes subject i of `subjects`. */
typedef struct np_report_kind {
	void (*table)(np_text *out, const void *subjects, int count, const np_report_options *options);
	void (*json)(np_json *json, const void *subjects, int i);
	void (*json_full)(np_json *json, const void *subjects,
	                  int i); /* with every row, when verbose and for pages; NULL = same */
	const char *csv_header;
	void (*csv)(np_text *out, const void *subjects, int i);
	void (*svg)(np_text *out, const void *subjects, int i); /* NULL = there is no picture; else of one subject */
	const np_report_page *page;                             /* NULL = there is no page; else there is a CSV form */
} np_report_kind;

/* Writes it; `options` may be NULL. */
np_status np_report_write(const np_report_kind *kind, const void *subjects, int count, const np_report_options *options,
                          char **text, size_t *size, np_error *err) NP_MUST_CHECK;

/* Its parts, without a check of what the kind has. */
void np_report_write_json(const np_report_kind *kind, const void *subjects, int count, bool full, np_text *out);
void np_report_write_csv(const np_report_kind *kind, const void *subjects, int count, np_text *out);

/* A value, null when it is not known, and its interval as [low, high], null when it has none. */
void np_report_value(np_json *json, const char *key, np_value value);
void np_report_interval(np_json *json, const char *key, np_value value);
/* "network": name, file, format, batch. */
void np_report_network(np_json *json, const np_network *network);
/* "platform": name, device, software, dtype. */
void np_report_platform(np_json *json, const np_platform *platform);

#endif
