/* The estimators: each learns one model from one sample. Adding one is a file and a row in METHODS of fit.c. */
#ifndef NP_FIT_METHOD_H
#define NP_FIT_METHOD_H

#include "fit/sample.h"
#include "model/platform_model.h"

/*
 * What runtime models said of rows they had not seen, for power models that learn from predicted runtimes: view k < folds
 * is of a model learned without fold k (and, for rows outside fold k, without the row); view `folds` is of all rows.
 */
typedef struct np_views {
	int rows, folds;
	int *row; /* of the data set, ascending */
	int *fold;
	double *runtime; /* (folds + 1) x rows */
} np_views;

void np_views_free(np_views *views);

typedef struct np_method_options {
	uint64_t seed;
	int folds, threads;
	np_feature_list features;
	int degree; /* the highest of the paper's polynomial; 0 = the method's own */
	np_views
	        *views; /* of the kind at hand: a runtime method may fill it, a power method may read it; freed by the caller */
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
