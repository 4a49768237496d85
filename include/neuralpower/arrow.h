/*
 * Networks in Arrow record batches: scored where they lie, a row each, results as a record batch again. Any program that speaks
 * the Arrow C data interface (pyarrow, Polars, DuckDB, Spark, Ray...) can hand batches over without copying them.
 *
 *     struct ArrowArray results;
 *     if (np_arrow_score(predictor, &schema, &batch, NULL, &results, &err) == NP_OK &&
 *         np_arrow_result_schema(&result_schema, &err) == NP_OK)
 *             ...
 *
 * Ownership: batches are borrowed for the call and never changed. Results belong to the caller, who gives them back with their
 * `release`, as the interface has it; they refer to neither the batch nor the predictor.
 */
#ifndef NEURALPOWER_ARROW_H
#define NEURALPOWER_ARROW_H

#include <neuralpower/predictor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The Arrow C data interface, as its specification has it: whoever includes it twice gets it once. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
	const char *format;
	const char *name;
	const char *metadata;
	int64_t flags;
	int64_t n_children;
	struct ArrowSchema **children;
	struct ArrowSchema *dictionary;
	void (*release)(struct ArrowSchema *);
	void *private_data;
};

struct ArrowArray {
	int64_t length;
	int64_t null_count;
	int64_t offset;
	int64_t n_buffers;
	int64_t n_children;
	const void **buffers;
	struct ArrowArray **children;
	struct ArrowArray *dictionary;
	void (*release)(struct ArrowArray *);
	void *private_data;
};

#endif

/* What is scored. Zero-initialise for the defaults. */
typedef struct np_arrow_options {
	const char *column; /* the one with the networks; NULL = "network" */
	int64_t batch;      /* items per forward pass; 0 = the network's own */
} np_arrow_options;

/*
 * Predicts every row of a batch: a struct array with a column of networks, or that column by itself. A network is one JSON
 * object, "neuralpower/network/1" as `predict --stream` reads it, of at most 1 MB; the column's type is utf8, large_utf8,
 * utf8_view or binary in one of the three forms. `options` may be NULL. What the predictor remembers serves the next batch too.
 *
 * `results` has as many rows, in the same order, and the columns of np_arrow_result_schema(). A row that is null or cannot be
 * read says why in its column `error` and is null in the others, and the next row follows.
 *
 * NP_ERR_DATA when the batch is not of that kind, lacks the column, or contradicts itself: negative lengths, missing buffers,
 * offsets that run backwards. Buffers are otherwise trusted, for the interface does not tell their sizes. NP_ERR_MEMORY.
 */
NP_API np_status np_arrow_score(np_predictor *predictor, const struct ArrowSchema *schema, const struct ArrowArray *batch,
                                const np_arrow_options *options, struct ArrowArray *results, np_error *err) NP_MUST_CHECK;

/*
 * The columns of results: `runtime_ms`, `power_w`, `energy_mj`, `energy_per_item_mj`, each followed by the bounds of its
 * interval
 * (`runtime_ms_low`, `runtime_ms_high`), `items_per_s`, `runtime_coverage` and `energy_coverage` (the share of the totals that
 * learned models gave), all float64, and `error`, utf8. What is not known is null. NP_ERR_MEMORY at most.
 */
NP_API np_status np_arrow_result_schema(struct ArrowSchema *schema, np_error *err) NP_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
