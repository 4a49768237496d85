/* Suites: which layers to measure, one layer text per line. */
#ifndef NP_MEASURE_SUITE_H
#define NP_MEASURE_SUITE_H

#include <neuralpower/layer_config.h>

#include "base/arena.h"

typedef struct np_suite {
	np_arena arena; /* owns everything below */
	np_layer_config *layers;
	int *lines; /* where each layer stands, 1-based */
	int count;
} np_suite;

/*
 * Reads a suite ("-" is standard input): layers in the order of the file; '#' begins a comment, blank lines are skipped.
 * A layer that stands there twice, in whatever spelling, is refused with both lines; so is a file without a layer.
 */
np_status np_suite_load(const char *path, np_suite *suite, np_error *err) NP_MUST_CHECK;
void np_suite_free(np_suite *suite);

#endif
