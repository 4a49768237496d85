/*
 * A campaign: every layer in random order, pass by pass, an anchor between; then the networks whole. Rows are appended as
 * they are measured; those that the files already have are not measured again.
 */
#ifndef NP_MEASURE_CAMPAIGN_H
#define NP_MEASURE_CAMPAIGN_H

#include <neuralpower/measure.h>

#include "measure/device.h"

/* Runs the campaign on an open device, with all that the suites hold in `layers`. See np_measure(). */
np_status np_campaign_run(np_device *device, const np_measure_options *options, const np_layer_config *layers, int layer_count,
                          np_measure_result *result, np_error *err) NP_MUST_CHECK;

#endif
