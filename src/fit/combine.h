/* The mean of a few sparse sums is one sparse sum. */
#ifndef NP_FIT_COMBINE_H
#define NP_FIT_COMBINE_H

#include "fit/ridge.h"

enum { NP_CONFIGURATIONS = 4, NP_MEMBERS = 8, NP_BLENDS = 20 /* lambdas */ };
enum { NP_NO_CORRECTION = -1, NP_BLENDED = NP_CONFIGURATIONS };

/* A way to correct: so many terms of a configuration's selection, with so much ridge; or a blend of all of them. */
typedef struct np_candidate {
	int configuration;
	int size;       /* of a blend: at most so many terms */
	double penalty; /* of a selection */
	int lambda;     /* of a blend */
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

typedef struct np_blend np_blend;

/*
 * Sets the model's correction, holds and degree; equal terms are merged. `selections` is indexed by configuration; the blend
 * is read when a member is one.
 */
np_status np_combine(np_selection *selections, const np_blend *blend, const np_candidate *members, int count,
                     const np_dictionary *dictionary, np_arena *arena, np_model *model, np_error *err) NP_MUST_CHECK;

#endif
