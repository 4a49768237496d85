/* Texts that repeat from row to row: each kept once, and the different ones of a column in the order they came. */
#ifndef NP_DATASET_LABELS_H
#define NP_DATASET_LABELS_H

#include "base/arena.h"

#include <neuralpower/status.h>

/* Every different text once. Zero-initialise; the texts live in the arena. */
typedef struct np_labels {
	np_arena *arena;
	const char **slots; /* open addressing, a power of two */
	size_t capacity, count;
} np_labels;

/* The kept copy of `text`; NULL when memory is short or the arena's limit is reached. */
const char *np_label(np_labels *labels, const char *text);
void np_labels_free(np_labels *labels);

/* The different texts of one column; more than fit are only counted. */
enum { NP_DISTINCT = 32 };
typedef struct np_distinct {
	const char *items[NP_DISTINCT]; /* labels: equal texts are equal pointers */
	int count;
	bool more;
} np_distinct;

void np_distinct_add(np_distinct *set, const char *label);
/* "a + b + c" in the arena, NULL when memory is short. */
const char *np_distinct_join(const np_distinct *set, np_arena *arena);

#endif
