/* RAPL by the kernel's performance events: the PMU "power", one event per package on a processor of its choice. */
#define _GNU_SOURCE
#include "backends/rapl_impl.h"
#include "backends/sysfiles.h"
#include "text/number.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PMU "/sys/bus/event_source/devices/power/"
enum { MOST_MASK = 256 };

typedef struct event {
	uint32_t type;
	uint64_t config;
	double scale;
} event;

/* "event=0x02" */
static bool parse_config(const char *text, uint64_t *config)
{
	unsigned long long value;
	int used = 0;
	if (sscanf(text, "event=0x%llx%n", &value, &used) != 1 || text[used])
		return false;
	*config = value;
	return true;
}

/* What the PMU says of one of its events; false when it has none of this name, or in other units than joules. */
static bool read_event(const char *root, const char *name, event *e)
{
	char text[64];
	uint64_t type;
	if (!np_sys_read_number(root, &type, PMU "type") || type > UINT32_MAX)
		return false;
	e->type = (uint32_t)type;
	if (np_sys_read(root, text, sizeof text, PMU "events/%s.unit", name) == 0 && strcmp(text, "Joules") != 0)
		return false;
	if (np_sys_read(root, text, sizeof text, PMU "events/%s", name) != 0 || !parse_config(text, &e->config))
		return false;
	return np_sys_read(root, text, sizeof text, PMU "events/%s.scale", name) == 0 && np_number_read(text, &e->scale) &&
	       e->scale > 0;
}

/* Opens an event on one processor; 0, or the errno of why not. */
static int open_event(const np_rapl_request *request, const event *e, int cpu, bool dram, np_rapl_set *set)
{
	const np_rapl_seam *seam = request->seam;
	int fd = seam->perf_open(seam->context, e->type, e->config, cpu);
	if (fd < 0)
		return errno;
	np_rapl_counter *counter = np_rapl_add(set, fd, dram, e->scale);
	if (!counter) {
		close(fd);
		return ENOSPC;
	}
	counter->binary = true;
	snprintf(counter->name, sizeof counter->name, "perf event power/%s/ on processor %d",
	         dram ? "energy-ram" : "energy-pkg", cpu);
	return 0;
}

/* The kernel wants a privilege for events of a whole processor, or a setting of 0 and below. */
static void judge_denied(const char *root, np_rapl_verdict *verdict)
{
	char paranoid[16];
	bool known = np_sys_read(root, paranoid, sizeof paranoid, "/proc/sys/kernel/perf_event_paranoid") == 0;
	if (known && paranoid[0] != '-' && strcmp(paranoid, "0") != 0)
		np_rapl_judge(verdict, NP_RAPL_DENIED, "sudo sysctl kernel.perf_event_paranoid=0",
		              "no permission for perf's power events: perf_event_paranoid is %s", paranoid);
	else
		np_rapl_judge(verdict, NP_RAPL_DENIED, NULL,
		              "no permission for perf's power events: a container must be given CAP_PERFMON");
}

static void judge(const char *root, int fault, np_rapl_verdict *verdict)
{
	if (fault == EACCES || fault == EPERM)
		judge_denied(root, verdict);
	else if (fault == ENOSPC)
		np_rapl_judge(verdict, NP_RAPL_BROKEN, NULL, "more than %d counters", (int)NP_RAPL_MOST);
	else
		np_rapl_judge(verdict, NP_RAPL_BROKEN, NULL, "perf's power events cannot be opened: %s", strerror(fault));
}

static void open_events(const np_rapl_request *request, const int *mask, const np_place *places, int count, np_rapl_set *set,
                        np_rapl_verdict *verdict)
{
	event package, memory;
	if (!read_event(request->root, "energy-pkg", &package)) {
		np_rapl_judge(verdict, NP_RAPL_BROKEN, NULL, "the perf PMU " PMU " has no event energy-pkg in joules");
		return;
	}
	bool has_memory = read_event(request->root, "energy-ram", &memory);
	for (int i = 0; i < count && verdict->state == NP_RAPL_WORKS; i++) {
		if (!np_rapl_wants(request, places[i]))
			continue;
		int fault = open_event(request, &package, mask[i], false, set);
		if (fault)
			judge(request->root, fault, verdict);
		else if (has_memory)
			(void)open_event(request, &memory, mask[i], true, set);
	}
}

/* The processors on which the PMU counts: one for each package. */
static void open_mask(const np_rapl_request *request, np_rapl_set *set, np_rapl_verdict *verdict)
{
	int mask[MOST_MASK];
	np_place places[MOST_MASK];
	char text[1024];
	np_sys_read(request->root, text, sizeof text, PMU "cpumask");
	int count = np_sys_list(text, mask, MOST_MASK);
	for (int i = 0; i < count; i++)
		places[i] = np_host_place(request->root, mask[i]);
	int missing = np_rapl_uncovered(request, places, count);
	if (!count)
		np_rapl_judge(verdict, NP_RAPL_BROKEN, NULL, PMU "cpumask names no processor");
	else if (missing >= 0)
		np_rapl_judge(verdict, NP_RAPL_BROKEN, NULL, PMU "cpumask has no processor on the package of processor %d",
		              missing);
	else
		open_events(request, mask, places, count, set, verdict);
}

void np_rapl_find_perf(const np_rapl_request *request, np_rapl_set *set, np_rapl_verdict *verdict)
{
	char text[32];
	*verdict = (np_rapl_verdict){.state = NP_RAPL_WORKS};
	if (np_sys_read(request->root, text, sizeof text, PMU "type") == 0)
		open_mask(request, set, verdict);
	else
		np_rapl_judge_absent(verdict, request, "rapl", "no perf 'power' PMU");
}
