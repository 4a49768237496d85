/* The methods that answer from a data sheet. */
#ifndef NP_BASELINE_FORMULAS_H
#define NP_BASELINE_FORMULAS_H

#include "model/platform_model.h"

#include <neuralpower/baseline.h>

/* Each fills in the platform's formula, and what a layer without one gets; the platform has its sheet already. */
typedef np_status np_method_start(np_platform *platform, np_error *err);

np_method_start np_paleo_start;
np_method_start np_roofline_start;

/* The convolution that a transposed one is the transpose of: from its output to its input. */
np_layer_config np_baseline_turned(const np_layer_config *config);

#endif
