/*
 * What the machine says of itself: processor, kernel, virtualisation, clocks, load. Texts are "" and numbers 0 or NAN where
 * it says nothing. Every function takes the root under which /sys and /proc lie: np_sys_root(), or a recorded tree.
 */
#ifndef NP_BACKENDS_HOST_H
#define NP_BACKENDS_HOST_H

#include "base/text.h"
#include "measure/findings.h"

typedef struct np_host {
	char cpu_model[96];  /* "AMD EPYC 7B13" */
	char isa[160];       /* what layers may gain from: "avx2 fma avx512f" */
	char kernel[96];     /* "Linux 6.1.0-18-amd64" */
	char virt[16];       /* "none", "kvm", "firecracker", "gvisor", "xen"..., "vm" for one that is not known, "" */
	char governor[24];   /* "performance", of the first processor this process may use, as are clocks and caches */
	double mhz, max_mhz; /* now, and at most */
	int boost;           /* 1 on, 0 off, -1 not known */
	int cpus, allowed;   /* logical processors online, and those this process may use */
	int packages;        /* sockets on which the allowed ones lie */
	int64_t l2_bytes, l3_bytes;
	double load; /* average of the last minute */
} np_host;

void np_host_read(const char *root, np_host *host);
/* "cpu_model=...\n" and so on, what is known, for np_device_facts.provenance. */
void np_host_provenance(const np_host *host, np_text *out);

/* What the machine is virtualised by, as in np_host.virt. */
void np_host_virtualisation(const char *root, char *virt, size_t size);
bool np_host_is_virtual(const char *root);

/* The logical processors this thread may use, ascending; how many. Ask before pinning threads. */
int np_host_allowed_cpus(const char *root, int *cpus, int most);

/* Puts those first that other programs leave idle, as seen over a third of a second. */
void np_host_idlest_first(const char *root, int *cpus, int count);

/* Where a logical processor sits; -1 where that is not told. */
typedef struct np_place {
	int package, die;
} np_place;
np_place np_host_place(const char *root, int cpu);

/* Seconds of the monotonic clock: the clock of the processor as a device, and of its meter. */
double np_host_now(void);

/* Findings on system and processor, for doctor: the same shape as the probes of backends.h; no device in them. */
void np_host_probe(np_findings *findings, int *devices);

#endif
