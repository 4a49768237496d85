/* What can be said of the processor as a device before it is opened: its name, and whether layers can run on it. */
#include "backends/cpu.h"
#include "backends/host.h"
#include "backends/sysfiles.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool field(const char *cpuinfo, const char *key, int *value)
{
	const char *line = strstr(cpuinfo, key);
	const char *colon = line ? strchr(line, ':') : NULL;
	return colon && sscanf(colon + 1, "%d", value) == 1;
}

static bool names_a_model(const char *name)
{
	for (; *name; name++)
		if (isdigit((unsigned char)*name))
			return true;
	return false;
}

/* Virtual machines often show no more than "AMD EPYC"; family and model at least tell the generation. */
void np_cpu_name(const char *root, const char *model, char *name, size_t size)
{
	char *cpuinfo = np_sys_read_all(root, "/proc/cpuinfo");
	int family, number;
	if (!model[0])
		model = "CPU";
	if (!names_a_model(model) && cpuinfo && field(cpuinfo, "\ncpu family", &family) && field(cpuinfo, "\nmodel\t", &number))
		snprintf(name, size, "%s (family %d model %d)", model, family, number);
	else
		snprintf(name, size, "%s", model);
	free(cpuinfo);
}

void np_cpu_probe(np_findings *findings, int *devices)
{
	const np_part *part;
	char path[4096], software[64];
	np_error err = {0};
	if (np_cpu_load_part(&part, path, sizeof path, &err) != NP_OK) {
		np_findings_add(findings, NP_FINDING_MISSING, "cpu", "oneDNN", "apt install libdnnl-dev, then build again",
		                "%s", err.message);
		return;
	}
	part->software(software, sizeof software);
	np_findings_add(findings, NP_FINDING_GOOD, "cpu", "oneDNN", NULL, "%s, in %s", software, path);
	++*devices;
}
