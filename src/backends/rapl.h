/*
 * The energy counters of x86 processors (RAPL: running average power limit): joules of whole packages, idle cores and other
 * programs included, counted about every millisecond. Two ways lead there: the files of powercap, tried first, and the
 * kernel's performance events.
 */
#ifndef NP_BACKENDS_RAPL_H
#define NP_BACKENDS_RAPL_H

#include "measure/device.h"
#include "measure/findings.h"

/*
 * A meter over every package that the logical processors `cpus` lie on; over all packages when `cpu_count` is 0. `root` is
 * where /sys lies, NULL for np_sys_root(). Where there is no meter, that is no failure: *meter is NULL and `why_not` says why
 * in one line, with the command that mends it where there is one. Fails only for want of memory.
 *
 * The meter counts: power_w is NAN. Its clock is np_host_now(). Read it at least once a minute, lest a counter pass its
 * start twice unseen. A window over which `epoch` changed is worthless: a counter did what no processor can.
 */
np_status np_rapl_open(const char *root, const int *cpus, int cpu_count, np_meter **meter, char *why_not, size_t size,
                       np_error *err) NP_MUST_CHECK;

/* Joules of the memory beside those packages, as of the last reading since the meter was opened; NAN where not counted. */
double np_rapl_dram_j(const np_meter *meter);
/* How many packages the meter sums up. */
int np_rapl_packages(const np_meter *meter);

/* Findings on both ways, for doctor. */
void np_rapl_probe(np_findings *findings, int *devices);
/* Whether counters are there to be read, without waiting for them to move. */
void np_rapl_list(np_findings *findings);

#endif
