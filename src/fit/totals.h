/* How errors of one network's layers go together, seen on networks whose layers were measured alone. */
#ifndef NP_FIT_TOTALS_H
#define NP_FIT_TOTALS_H

#include "model/platform_model.h"

/* What models say of a data set's rows: by themselves, and by models that had not seen the row. 0: nothing. */
typedef struct np_outcome {
	double *fitted[2], *held_out[2]; /* runtime, power */
} np_outcome;

np_status np_outcome_make(int rows, np_outcome *outcome, np_error *err) NP_MUST_CHECK;
void np_outcome_free(np_outcome *outcome);

/*
 * Rows with a network are summed by network, run and batch, measured and held out, and the platform's correlations are set
 * to the least correlation whose intervals hold `level` of these totals. Without enough totals it stays as it is.
 */
np_status np_totals_calibrate(const np_row *rows, int count, const np_outcome *outcome, double level, np_platform *platform,
                              np_error *err) NP_MUST_CHECK;

#endif
