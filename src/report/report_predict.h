/* The two halves of the predict report. */
#ifndef NP_REPORT_PREDICT_H
#define NP_REPORT_PREDICT_H

#include "report/report_impl.h"

/* The table for people on each of `count` predictions, and one line each at the end when there are several. */
void np_predict_table(np_text *out, const void *subjects, int count, const np_report_options *options);

/* A value and the ends of its interval for CSV, a comma before each; blank where unknown. */
void np_csv_value(np_text *out, np_value value);

#endif
