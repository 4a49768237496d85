/* One GPU as NVML sees it: who it is, how it does, who else uses it. Nothing here changes any setting. */
#ifndef NP_BACKENDS_NVML_DEVICE_H
#define NP_BACKENDS_NVML_DEVICE_H

#include "backends/nvml_api.h"
#include "measure/device.h"

typedef struct np_nvml {
	const np_nvml_api *api; /* NULL = no NVML here */
	np_nvml_gpu gpu;
	bool here;             /* this process has a context on the device, so it is in the list of processes */
	unsigned power_scope;  /* that the power fields answer to */
	double throttle_at_s;  /* when the throttle counters were last read; 0 = never */
	double throttle_ns[4]; /* and what they said, in the order of the table in nvml_device.c */
} np_nvml;

/* Starts NVML and finds the device by its PCI bus id, or by its index where that is NULL. NP_ERR_UNAVAILABLE says why. */
np_status np_nvml_start(np_nvml *nvml, const np_nvml_api *api, const char *bus_id, unsigned index, np_error *err) NP_MUST_CHECK;
void np_nvml_stop(np_nvml *nvml);

/* "NVML: nvmlDeviceGetX: rc 3 (Not Supported)" into `text`, for messages; returns `text`. */
const char *np_nvml_why(const np_nvml_api *api, const char *call, int rc, char *text, size_t size);

/* Name, power limit, and provenance lines. */
void np_nvml_facts(const np_nvml *nvml, np_device_facts *facts);
/* Clocks, temperature, use, reasons; `now_s` is the device's clock, to tell how long it was throttled since the last look. */
void np_nvml_state(np_nvml *nvml, double now_s, np_device_state *state);
/* How many compute processes of others are on the device; -1 = cannot be told. */
int np_nvml_strangers(const np_nvml *nvml);
/* The device is partitioned. */
bool np_nvml_is_mig(const np_nvml *nvml);
/* Reads `count` fields of which `fields[i].field` and `.scope` are set; false when the whole call fails. */
bool np_nvml_fields(const np_nvml *nvml, np_nvml_field *fields, int count);
/* The number in a field; NAN when it has none. */
double np_nvml_number(const np_nvml_field *field);

#endif
