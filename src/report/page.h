/* Reports as web pages, each one file that needs nothing else. */
#ifndef NP_REPORT_PAGE_H
#define NP_REPORT_PAGE_H

#include "report/report_impl.h"

/*
 * The page of a report: its JSON, word for word but for escapes, the scripts of page/ that draw it, and a table for who
 * reads without scripts. The kind has a page and a CSV form.
 */
np_status np_page_write(const np_report_kind *kind, const void *subjects, int count, np_text *out, np_error *err) NP_MUST_CHECK;

/* The page around what a report puts into it, made by page/bundle.py: before the title, the table, the JSON, and after. */
enum { NP_PAGE_PARTS = 4 };
typedef struct np_page_part {
	const unsigned char *text;
	size_t size;
} np_page_part;
extern const np_page_part np_page_parts[NP_PAGE_PARTS];

#endif
