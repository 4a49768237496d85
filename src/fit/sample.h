/* The rows of one kind of layer with one target, ready to learn from. */
#ifndef NP_FIT_SAMPLE_H
#define NP_FIT_SAMPLE_H

#include "features/feature_set.h"
#include "model/platform_model.h"

#include <neuralpower/dataset.h>

typedef struct np_sample {
	np_kind kind;
	np_target target;
	const np_feature_set *set;
	int rows;
	double *features; /* rows x NP_MAX_FEATURES */
	double *target_values;
	np_layer_config *config; /* of each row, routed */
	int *row;                /* where each came from, ascending */
	int *group;              /* 0..rows-1: rows whose layers differ at most in their batch */
	int *fold_group;         /* 0..rows-1: rows that stay in one fold of cross-validation; NULL: each on its own */
} np_sample;

/* What stays in one fold. */
typedef enum np_grouping { NP_BY_ROW, NP_BY_SHAPE, NP_BY_NETWORK, NP_GROUPINGS } np_grouping;
const char *np_grouping_name(np_grouping grouping);

/* Rows whose routed kind is `kind` and that have the target, with features of a list. Free with np_sample_free() in any case.
 */
np_status np_sample_take(const np_row *rows, int count, np_kind kind, np_feature_list list, np_target target,
                         np_grouping grouping, np_sample *sample, np_error *err) NP_MUST_CHECK;
void np_sample_free(np_sample *sample);

/* What a model says of a row, whose `features` these are; as a platform would, but for the bounds of power. */
double np_sample_predict(const np_sample *sample, int row, const np_model *model, const double *features);

/* All features of a row. */
static inline const double *np_sample_features(const np_sample *sample, int row)
{
	return sample->features + (size_t)row * NP_MAX_FEATURES;
}

/* Values that the layer of a configuration reads and writes: activations and weights. */
double np_config_values(const np_layer_config *config);

#endif
