/* The estimators: each learns one model from one sample. Adding one is a file and a row in METHODS of fit.c. */
#ifndef NP_FIT_METHOD_H
#define NP_FIT_METHOD_H

#include "fit/sample.h"
#include "model/platform_model.h"

typedef struct np_method_options {
	uint64_t seed;
	int folds, threads;
} np_method_options;

/*
 * Fills the sums, degree and lambda of `model`, whose kind, target, set and bounds are known; terms live in `arena`.
 * `held_out` (rows) gets a prediction for every row from models that did not see it.
 */
typedef np_status np_method(const np_sample *sample, const np_method_options *options, np_arena *arena, np_model *model,
                            double *held_out, np_error *err);

np_method np_method_paper;
np_method np_method_default;

#endif
