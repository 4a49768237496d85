/* The base of the default estimator, before it is corrected. */
#ifndef NP_FIT_BASE_H
#define NP_FIT_BASE_H

#include "fit/sample.h"
#include "model/platform_model.h"

/*
 * Runtime: a sum of physical features with coefficients >= 0 that minimises squared relative errors, thinned to what
 * matters. Power: the constant that minimises the same. Learned from `count` of the sample's rows; terms in the arena.
 */
np_status np_base_learn(const np_sample *sample, const int *rows, int count, np_arena *arena, np_sum *sum,
                        np_error *err) NP_MUST_CHECK;

#endif
