/* A layer that was measured in several passes of a campaign is one row: the median of them. */
#ifndef NP_DATASET_PASSES_H
#define NP_DATASET_PASSES_H

#include <neuralpower/dataset.h>

/*
 * Merges the rows of one file that have a pass and agree in configuration, network and run, in place and in the order of
 * the first of each. Rows without a pass are left alone. *count becomes the rows left.
 */
np_status np_passes_merge(np_row *rows, int *count, np_error *err) NP_MUST_CHECK;

#endif
