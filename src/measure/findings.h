/* Gathering what `doctor` has to say. */
#ifndef NP_MEASURE_FINDINGS_H
#define NP_MEASURE_FINDINGS_H

#include <neuralpower/doctor.h>

np_status np_findings_create(np_findings **findings, np_error *err) NP_MUST_CHECK;
/* Errors stick and come out of np_findings_status(), so that probes read as a list. `remedy` may be NULL. */
void np_findings_add(np_findings *findings, np_finding_level level, const char *area, const char *item, const char *remedy,
                     const char *format, ...) NP_PRINTF(6, 7);
np_status np_findings_status(const np_findings *findings, np_error *err) NP_MUST_CHECK;

#endif
