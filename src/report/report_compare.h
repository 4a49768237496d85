/* The two halves of the compare report, and what both need to know. */
#ifndef NP_REPORT_COMPARE_H
#define NP_REPORT_COMPARE_H

#include "report/report_impl.h"

/* The table for people on each of `count` comparisons. */
void np_compare_table(np_text *out, const void *subjects, int count, const np_report_options *options);

/* A layer's share of a column's runtime; of the FLOPs when `column` is -1. 0 where the total is 0. */
double np_compare_share(const np_comparison *c, int column, int layer);
/* The layer with the largest share of a column (-1: of the FLOPs), the first of them; -1 when there is none. */
int np_compare_bottleneck(const np_comparison *c, int column);
/* Whether all columns and the FLOPs have the same one. */
bool np_compare_agrees(const np_comparison *c);
/* predicted / actual - 1 of a column's total; false where either is unknown. */
bool np_compare_error(const np_comparison *c, int column, np_target target, double *error);

#endif
