/* What the reports on degrees share; both skip platforms that do not know theirs. */
#ifndef NP_REPORT_DEGREES_H
#define NP_REPORT_DEGREES_H

#include "report/report_impl.h"

/* "degrees": an array, left out for a platform that does not know them. */
void np_report_put_degrees(np_json *json, const np_platform *platform);

/* The picture: for every model, the two errors of each degree as bars. */
void np_report_draw_degrees(np_text *out, const np_platform *platform);

#endif
