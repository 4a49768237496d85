/*
 * A gate: predictions held against limits, and against what an earlier prediction said of the same networks.
 *
 * Ownership: free with np_check_free() and np_check_baseline_free(). A check refers to its predictions and its baseline:
 * keep both until then.
 */
#ifndef NEURALPOWER_CHECK_H
#define NEURALPOWER_CHECK_H

#include <neuralpower/predict.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a baseline says of one network at one batch on one platform. */
typedef struct np_check_entry {
	const char *network, *file, *platform;
	int64_t batch;
	double value[NP_TARGET_COUNT]; /* ms, W, mJ per forward pass of the whole batch */
	bool has[NP_TARGET_COUNT];
} np_check_entry;

typedef struct np_check_baseline {
	const np_check_entry *entries;
	int count;
	const char *path;
	void *memory;
} np_check_baseline;

/*
 * Reads what `predict --json` or `check --json` wrote: one document or an array of them ("-" is standard input).
 * NP_ERR_SYNTAX or NP_ERR_DATA with the place when it is anything else, has no network, or has one twice.
 */
NP_API np_status np_check_baseline_load(const char *path, np_check_baseline *baseline, np_error *err) NP_MUST_CHECK;
NP_API void np_check_baseline_free(np_check_baseline *baseline);

/* What to hold predictions against. Zero-initialise, then set a limit or a baseline. */
typedef struct np_check_options {
	double limit[NP_TARGET_COUNT];     /* ms, W, mJ per forward pass of the whole batch; 0 = none */
	const np_check_baseline *baseline; /* runtime and energy may not exceed its by more than the tolerance; NULL = none */
	double tolerance;                  /* as a fraction, 0 to 10 */
	bool strict;                       /* a value over its limit fails, whatever its interval */
} np_check_options;

/* How one value stands to its limit: enumerator, name, whether it fails. */
#define NP_CHECK_VERDICT_MAP(X)                                                                    \
	X(NP_CHECK_PASSED, "passed", false)                                                        \
	X(NP_CHECK_UNSURE, "unsure", false)   /* over the limit, but its interval reaches below */ \
	X(NP_CHECK_FAILED, "failed", true)    /* over the limit with its whole interval */         \
	X(NP_CHECK_UNKNOWN, "unknown", true)  /* one of the two numbers is not known */            \
	X(NP_CHECK_NEITHER, "neither", false) /* neither the baseline nor the prediction has it */

typedef enum np_check_verdict {
#define NP_CHECK_VERDICT_ENUM(name, text, fails) name,
	NP_CHECK_VERDICT_MAP(NP_CHECK_VERDICT_ENUM)
#undef NP_CHECK_VERDICT_ENUM
} np_check_verdict;

NP_API const char *np_check_verdict_name(np_check_verdict verdict);
NP_API bool np_check_verdict_fails(np_check_verdict verdict);

/* One value held against one limit. */
typedef struct np_check_item {
	np_target target;
	bool against_baseline; /* the limit is the baseline's value and the tolerance; else it was given */
	double limit;          /* ms, W, mJ; NAN when the baseline does not know it */
	np_value value;
	np_check_verdict verdict;
} np_check_item;

typedef struct np_check_network {
	const np_prediction *prediction;
	const np_check_entry *entry; /* of the baseline; NULL when there is none, or it does not have this network */
	const np_check_item *items;
	int item_count;
	bool failed;
} np_check_network;

typedef struct np_check {
	np_check_options options;
	const np_check_network *networks; /* in the order given */
	int count;
	int matched;                          /* networks that the baseline has */
	const np_check_entry *const *missing; /* of the baseline, on this platform, that no network matched */
	int missing_count;
	bool compares_nothing; /* there is a baseline, and it has none of the networks: that fails too */
	bool failed;
	void *memory;
} np_check;

/*
 * Checks predictions, all on one platform. A network is found in the baseline by its file and its batch, among the entries
 * of that platform: by the path as it was given, else by the file's name without folders where that leaves one choice.
 * NP_ERR_ARGUMENT when there is nothing to check, nothing to hold it against, or more than one platform.
 */
NP_API np_status np_check_run(const np_prediction *const *predictions, int count, const np_check_options *options,
                              np_check **check, np_error *err) NP_MUST_CHECK;
NP_API void np_check_free(np_check *check);

#ifdef __cplusplus
}
#endif
#endif
