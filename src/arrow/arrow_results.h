/* The results of a batch, grown row by row and handed over as an Arrow struct array. */
#ifndef NP_ARROW_ARROW_RESULTS_H
#define NP_ARROW_ARROW_RESULTS_H

#include <neuralpower/arrow.h>

enum { NP_ARROW_VALUES = 15 }; /* columns of numbers; the column of errors follows */

typedef struct np_arrow_results {
	int64_t rows;
	double *values[NP_ARROW_VALUES];
	uint8_t *valid[NP_ARROW_VALUES + 1]; /* a bit per row; all are null at first */
	int64_t known[NP_ARROW_VALUES + 1];  /* rows that are not null */
	int32_t *offsets;                    /* of the errors */
	char *errors;
	size_t error_size, error_capacity;
} np_arrow_results;

np_status np_arrow_results_create(int64_t rows, np_arrow_results *results, np_error *err) NP_MUST_CHECK;
void np_arrow_results_free(np_arrow_results *results);

/* One call per row, in their order. */
void np_arrow_results_totals(np_arrow_results *results, int64_t row, const np_totals *totals);
np_status np_arrow_results_error(np_arrow_results *results, int64_t row, const char *text, np_error *err) NP_MUST_CHECK;

/* Hands all memory over to `array`. A failure leaves the results as they were. */
np_status np_arrow_results_export(np_arrow_results *results, struct ArrowArray *array, np_error *err) NP_MUST_CHECK;

#endif
