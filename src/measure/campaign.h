/*
 * A campaign: every layer in random order, pass by pass, an anchor between; then the networks whole. Rows are appended as
 * they are measured; those that the files already have are not measured again.
 */
#ifndef NP_MEASURE_CAMPAIGN_H
#define NP_MEASURE_CAMPAIGN_H

#include <neuralpower/measure.h>

#include "measure/device.h"

/* What to measure: the layers of the options with all that the suites hold, and networks made ready to be run whole. */
typedef struct np_workload {
	np_layer_config *layers;
	int layer_count;
	np_program *networks;
	int network_count;
} np_workload;

/* Runs the campaign on an open device. Of the options only files, passes, seed, time and telling are looked at. */
np_status np_campaign_run(np_device *device, const np_measure_options *options, const np_workload *workload,
                          np_measure_result *result, np_error *err) NP_MUST_CHECK;

#endif
