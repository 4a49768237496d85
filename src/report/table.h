/* Cells, bars and colours of tables for a terminal. */
#ifndef NP_REPORT_TABLE_H
#define NP_REPORT_TABLE_H

#include "base/text.h"

#include <neuralpower/report.h>

/* A text in exactly `width` columns, flush left; what is too long loses its middle. */
void np_cell_left(np_text *out, const np_report_options *options, const char *text, int width);
/* The same flush right. */
void np_cell_right(np_text *out, const np_report_options *options, const char *text, int width);
/* A bar of `width` columns, `fraction` of it filled. */
void np_cell_bar(np_text *out, const np_report_options *options, double fraction, int width);

/* Bold and back, where the terminal has it. */
void np_bold_on(np_text *out, const np_report_options *options);
void np_bold_off(np_text *out, const np_report_options *options);

/*
 * Like np_text_printf(), for texts that come from files: control characters, which a terminal would obey, become '?'.
 * Line breaks too: they are written apart.
 */
void np_put_plain(np_text *out, const char *format, ...) NP_PRINTF(2, 3);
/* "1 layer", "3 layers" */
void np_put_counted(np_text *out, int count, const char *what);

/* A line across the table. */
void np_rule(np_text *out, const np_report_options *options, int width);

/* A name for CSV: quoted where it has to be. */
void np_csv_text(np_text *out, const char *value);
/* A number for CSV; nothing when it is not known. */
void np_csv_number(np_text *out, double value, bool known);

#endif
