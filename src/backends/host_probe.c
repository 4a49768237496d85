/* What doctor says of the system and its processor. */
#define _GNU_SOURCE
#include "backends/host.h"
#include "backends/sysfiles.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void probe_virtualisation(np_findings *findings, const np_host *host)
{
	if (!host->virt[0])
		np_findings_add(findings, NP_FINDING_FACT, "system", "virtualisation", NULL, "not told by this system");
	else if (strcmp(host->virt, "none") == 0)
		np_findings_add(findings, NP_FINDING_GOOD, "system", "virtualisation", NULL, "none");
	else
		np_findings_add(findings, NP_FINDING_CAUTION, "system", "virtualisation", NULL,
		                "%s guest: other guests share the processor, and its power is rarely shown", host->virt);
}

/* Half a busy processor is what a desktop does by itself. */
static void probe_load(np_findings *findings, const np_host *host)
{
	static const double MOST_LOAD = 0.5;
	if (isnan(host->load))
		return;
	if (host->load <= MOST_LOAD)
		np_findings_add(findings, NP_FINDING_GOOD, "system", "load", NULL, "%.2f over the last minute", host->load);
	else
		np_findings_add(findings, NP_FINDING_CAUTION, "system", "load", NULL,
		                "%.2f over the last minute: other programs run; wait for them before measuring the processor",
		                host->load);
}

static void probe_count(np_findings *findings, const np_host *host)
{
	char packages[32] = "", share[64] = "";
	if (!host->allowed)
		return;
	if (host->packages)
		snprintf(packages, sizeof packages, ", on %d package%s", host->packages, host->packages == 1 ? "" : "s");
	if (host->allowed < host->cpus)
		snprintf(share, sizeof share, ", of which this process may use %d", host->allowed);
	np_findings_add(findings, share[0] ? NP_FINDING_CAUTION : NP_FINDING_FACT, "cpu", "processors", NULL, "%d%s%s",
	                host->cpus > host->allowed ? host->cpus : host->allowed, share, packages);
}

static void probe_processor(np_findings *findings, const np_host *host)
{
	np_findings_add(findings, NP_FINDING_FACT, "cpu", "model", NULL, "%s",
	                host->cpu_model[0] ? host->cpu_model : "not told");
	if (host->isa[0])
		np_findings_add(findings, NP_FINDING_FACT, "cpu", "extensions", NULL, "%s", host->isa);
	probe_count(findings, host);
	char caches[64] = "";
	if (host->l2_bytes)
		snprintf(caches, sizeof caches, "L2 %lld KiB", (long long)(host->l2_bytes >> 10));
	if (host->l3_bytes)
		snprintf(caches + strlen(caches), sizeof caches - strlen(caches), "%sL3 %lld KiB", caches[0] ? ", " : "",
		         (long long)(host->l3_bytes >> 10));
	if (caches[0])
		np_findings_add(findings, NP_FINDING_FACT, "cpu", "caches", NULL, "%s", caches);
}

static void probe_clock(np_findings *findings, const np_host *host)
{
	const char *remedy = "echo performance | sudo tee /sys/bus/cpu/devices/cpu*/cpufreq/scaling_governor";
	char mhz[64] = "";
	if (host->mhz > 0)
		snprintf(mhz, sizeof mhz, host->max_mhz > 0 ? "%.0f of at most %.0f MHz" : "%.0f MHz", host->mhz,
		         host->max_mhz);
	if (mhz[0])
		np_findings_add(findings, NP_FINDING_FACT, "cpu", "clock", NULL, "%s", mhz);
	if (!host->governor[0])
		np_findings_add(findings, NP_FINDING_FACT, "cpu", "governor", NULL, "not shown: nothing here sets the clock");
	else if (strcmp(host->governor, "performance") == 0)
		np_findings_add(findings, NP_FINDING_GOOD, "cpu", "governor", NULL, "performance");
	else
		np_findings_add(findings, NP_FINDING_CAUTION, "cpu", "governor", remedy, "%s: the clock follows the load",
		                host->governor);
	if (host->boost >= 0)
		np_findings_add(findings, NP_FINDING_FACT, "cpu", "boost", NULL, "%s",
		                host->boost ? "on: the clock follows heat and load above its base" : "off");
}

void np_host_probe(np_findings *findings, int *devices)
{
	(void)devices;
	np_host host;
	np_host_read(np_sys_root(), &host);
	if (*np_sys_root())
		np_findings_add(findings, NP_FINDING_FACT, "system", "NP_SYSFS_ROOT", NULL,
		                "set: the machine is described by the files under it");
	np_findings_add(findings, NP_FINDING_FACT, "system", "kernel", NULL, "%s", host.kernel[0] ? host.kernel : "not told");
	probe_virtualisation(findings, &host);
	probe_load(findings, &host);
	probe_processor(findings, &host);
	probe_clock(findings, &host);
}
