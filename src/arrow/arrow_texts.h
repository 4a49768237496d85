/*
 * A column of texts in an Arrow record batch, row by row, where they lie. Knows the layouts and nothing of what the texts
 * say.
 */
#ifndef NP_ARROW_ARROW_TEXTS_H
#define NP_ARROW_ARROW_TEXTS_H

#include <neuralpower/arrow.h>

typedef struct np_arrow_texts np_arrow_texts;

struct np_arrow_texts {
	int64_t rows;
	int64_t first, outer_first;         /* row 0 in the buffers, and in the validity of the batch */
	const uint8_t *valid, *outer_valid; /* a bit per row; NULL = all */
	const void *const *buffers;         /* behind the validity */
	int64_t buffer_count;
	/* The bytes of value `at` of the buffers; false when they cannot be there. */
	bool (*find)(const np_arrow_texts *texts, int64_t at, const char **text, int64_t *size);
};

/* Finds the column of a batch, or takes the batch for the column when it is no struct. All is borrowed. */
np_status np_arrow_texts_open(const struct ArrowSchema *schema, const struct ArrowArray *batch, const char *column,
                              np_arrow_texts *texts, np_error *err) NP_MUST_CHECK;

/* The text of a row, which no NUL ends; *text is NULL for a null. NP_ERR_DATA when the column contradicts itself. */
np_status np_arrow_texts_row(const np_arrow_texts *texts, int64_t row, const char **text, int64_t *size,
                             np_error *err) NP_MUST_CHECK;

#endif
