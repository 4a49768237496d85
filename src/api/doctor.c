/* doctor: asks everything that knows something about measuring on this machine. */
#include "backends/backends.h"
#include "backends/host.h"
#include "backends/rapl.h"
#include "measure/findings.h"

/* In the order in which people read them; a probe adds how many devices it could measure. */
static void (*const PROBES[])(np_findings *findings, int *devices) = {
        np_host_probe,
        np_rapl_probe,
        np_cpu_probe,
        np_cuda_probe,
};

np_status np_doctor(np_findings **findings, int *devices, np_error *err)
{
	np_findings *found;
	*findings = NULL;
	*devices = 0;
	np_status status = np_findings_create(&found, err);
	if (status != NP_OK)
		return status;
	for (size_t i = 0; i < sizeof PROBES / sizeof *PROBES; i++)
		PROBES[i](found, devices);
	status = np_findings_status(found, err);
	if (status != NP_OK) {
		np_findings_free(found);
		return status;
	}
	*findings = found;
	return NP_OK;
}
