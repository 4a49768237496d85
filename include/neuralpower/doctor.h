/*
 * What this machine can measure, what it cannot, and what would mend that; and what the library is able to do.
 *
 * Ownership: free with np_findings_free(); texts are borrowed until then.
 */
#ifndef NEURALPOWER_DOCTOR_H
#define NEURALPOWER_DOCTOR_H

#include <neuralpower/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum np_finding_level {
	NP_FINDING_FACT,    /* something to know: a version, a name */
	NP_FINDING_GOOD,    /* works */
	NP_FINDING_CAUTION, /* works, but measurements may suffer */
	NP_FINDING_MISSING, /* does not work here */
} np_finding_level;

typedef struct np_finding {
	np_finding_level level;
	const char *area;   /* "system", "cpu", "cpu power", "gpu 0", "gpu 0 power" */
	const char *item;   /* "oneDNN", "RAPL", "driver" */
	const char *text;   /* what was found */
	const char *remedy; /* the exact command that mends it, "" when there is none or none is needed */
} np_finding;

typedef struct np_findings np_findings;

/*
 * Looks at the machine without changing anything. *devices is how many devices `measure` could use. Fails only for want
 * of memory: what is missing is a finding.
 */
NP_API np_status np_doctor(np_findings **findings, int *devices, np_error *err) NP_MUST_CHECK;

/*
 * What this library reads, and which optional parts it finds here: quick, nothing is started. A part that is not there is a
 * finding, and whether one that is there works, np_doctor() finds out. Fails only for want of memory.
 */
NP_API np_status np_capabilities(np_findings **findings, np_error *err) NP_MUST_CHECK;

NP_API void np_findings_free(np_findings *findings);
NP_API int np_findings_count(const np_findings *findings);
NP_API const np_finding *np_findings_item(const np_findings *findings, int index); /* NULL when out of range */

#ifdef __cplusplus
}
#endif
#endif
