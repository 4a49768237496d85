/* What the reports share. */
#ifndef NP_REPORT_IMPL_H
#define NP_REPORT_IMPL_H

#include "base/text.h"
#include "text/json_writer.h"

#include <neuralpower/report.h>

/* One report on several subjects, in three formats, some in a fourth: each writes subject i of `subjects`. */
typedef struct np_report_kind {
	void (*table)(np_text *out, const void *subjects, int count, const np_report_options *options);
	void (*json)(np_json *json, const void *subjects, int i);
	const char *csv_header;
	void (*csv)(np_text *out, const void *subjects, int i);
	void (*svg)(np_text *out, const void *subjects, int i); /* NULL = there is no picture; else of one subject */
} np_report_kind;

/* Writes it; `options` may be NULL. */
np_status np_report_write(const np_report_kind *kind, const void *subjects, int count, const np_report_options *options,
                          char **text, size_t *size, np_error *err) NP_MUST_CHECK;

/* "network": name, file, format, batch. */
void np_report_network(np_json *json, const np_network *network);
/* "platform": name, device, software, dtype. */
void np_report_platform(np_json *json, const np_platform *platform);

#endif
