/* The mean of a few sparse sums is one sparse sum. */
#ifndef NP_FIT_COMBINE_H
#define NP_FIT_COMBINE_H

#include "fit/ridge.h"

enum { NP_CONFIGURATIONS = 4, NP_MEMBERS = 4 };

/* A way to correct: so many terms of a configuration's selection, with so much ridge. Configuration -1: no correction. */
typedef struct np_candidate {
	int configuration, size;
	double penalty;
} np_candidate;

typedef struct np_selection {
	np_greedy greedy;
	np_ridge ridge;
} np_selection;

/* Columns of the first `size` terms beside the constant, or of all there are. */
static inline int np_selection_terms(const np_selection *selection, int size)
{
	return size + 1 < selection->greedy.count ? size + 1 : selection->greedy.count;
}

/* Sets the model's correction and holds; equal terms are merged. `selections` is indexed by configuration. */
np_status np_combine(np_selection *selections, const np_candidate *members, int count, const np_dictionary *dictionary,
                     np_arena *arena, np_model *model, np_error *err) NP_MUST_CHECK;

#endif
