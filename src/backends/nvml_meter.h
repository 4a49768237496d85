/* A GPU's power and energy as NVML tells them. */
#ifndef NP_BACKENDS_NVML_METER_H
#define NP_BACKENDS_NVML_METER_H

#include "backends/nvml_device.h"

/*
 * The best meter there is: the energy counter if it moves, else instant power, else the driver's average. `nvml` is
 * borrowed. NULL in *meter where there is none, and why in `why`; NP_ERR_MEMORY is the only failure. Takes up to half a
 * second, to see the counter move.
 */
np_status np_nvml_meter_open(np_nvml *nvml, np_meter **meter, char *why, size_t size, np_error *err) NP_MUST_CHECK;

#endif
