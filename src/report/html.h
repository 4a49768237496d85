/* Texts and reports as parts of a web page, where no text of a file may become markup. */
#ifndef NP_REPORT_HTML_H
#define NP_REPORT_HTML_H

#include "base/text.h"

/*
 * A text of a file as text of the page: marks of markup as entities; control characters and bytes that are not UTF-8 as
 * U+FFFD, and so marks that turn the direction of the writing around them.
 */
void np_html_text(np_text *out, const char *text);

/*
 * JSON as the content of a script element: what could end the element, or start a comment in it, is escaped as JSON
 * allows, so that a JSON reader sees the same.
 */
void np_html_json(np_text *out, const char *json, size_t size);

/*
 * A table of a report's CSV form, header first: only `columns`, names with commas between, in the order of the CSV.
 * Numbers are rounded to four digits, units leave the names of columns: runtime_ms is "runtime, ms".
 */
np_status np_html_table(np_text *out, const char *csv, size_t size, const char *columns, np_error *err) NP_MUST_CHECK;

#endif
