/* RAPL by the files of powercap: /sys/class/powercap/intel-rapl:N, on AMD by the same names. */
#define _GNU_SOURCE
#include "backends/rapl_impl.h"
#include "backends/sysfiles.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ZONES = 64, MOST_SUBZONES = 8 };
static const double JOULES_PER_COUNT = 1e-6;

#define CLASS "/sys/class/powercap/"

/* Where a top zone's name says that it counts a whole package: "package-0", "package-0-die-1". */
static bool parse_package(const char *name, np_place *place)
{
	int used = 0;
	*place = (np_place){-1, -1};
	if (sscanf(name, "package-%d%n", &place->package, &used) == 1 && !name[used])
		return true;
	used = 0;
	return sscanf(name, "package-%d-die-%d%n", &place->package, &place->die, &used) == 2 && used && !name[used];
}

/* Opens the counter of a zone; 0, or the errno of why not. */
static int open_zone(const char *root, const char *zone, bool dram, np_rapl_set *set)
{
	char path[96];
	snprintf(path, sizeof path, CLASS "%s/energy_uj", zone);
	int fd = np_sys_open(root, path);
	if (fd < 0)
		return errno;
	np_rapl_counter *counter = np_rapl_add(set, fd, dram, JOULES_PER_COUNT);
	if (!counter) {
		close(fd);
		return ENOSPC;
	}
	snprintf(counter->name, sizeof counter->name, "%s", path);
	if (!np_sys_read_number(root, &counter->range, CLASS "%s/max_energy_range_uj", zone))
		counter->range = 0;
	return 0;
}

/* Memory is told apart where it is counted; where it is not, or not for us, the package alone will do. */
static void open_dram(const char *root, int zone, np_rapl_set *set)
{
	for (int i = 0; i < MOST_SUBZONES; i++) {
		char name[32], subzone[48];
		snprintf(subzone, sizeof subzone, "intel-rapl:%d:%d", zone, i);
		if (np_sys_read(root, name, sizeof name, CLASS "%s/name", subzone) == 0 && strcmp(name, "dram") == 0)
			(void)open_zone(root, subzone, true, set);
	}
}

static void judge_zone(int zone, int fault, np_rapl_verdict *verdict)
{
	char remedy[96];
	if (verdict->state == NP_RAPL_DENIED) { /* not the first one: all at once */
		np_rapl_judge(verdict, NP_RAPL_DENIED, "sudo chmod a+r " CLASS "intel-rapl:*/energy_uj",
		              "no permission to read " CLASS "intel-rapl:*/energy_uj");
	} else if (fault == EACCES || fault == EPERM) {
		snprintf(remedy, sizeof remedy, "sudo chmod a+r " CLASS "intel-rapl:%d/energy_uj", zone);
		np_rapl_judge(verdict, NP_RAPL_DENIED, remedy, "no permission to read " CLASS "intel-rapl:%d/energy_uj", zone);
	} else if (fault == ENOSPC) {
		np_rapl_judge(verdict, NP_RAPL_BROKEN, NULL, "more than %d counters", (int)NP_RAPL_MOST);
	} else {
		np_rapl_judge(verdict, NP_RAPL_BROKEN, NULL, CLASS "intel-rapl:%d/energy_uj cannot be read: %s", zone,
		              strerror(fault));
	}
}

void np_rapl_find_powercap(const np_rapl_request *request, np_rapl_set *set, np_rapl_verdict *verdict)
{
	np_place zones[MOST_ZONES];
	int count = 0, seen = 0;
	*verdict = (np_rapl_verdict){.state = NP_RAPL_WORKS};
	for (int zone = 0; zone < MOST_ZONES; zone++) {
		char name[64], directory[32];
		np_place place;
		snprintf(directory, sizeof directory, "intel-rapl:%d", zone);
		if (np_sys_read(request->root, name, sizeof name, CLASS "%s/name", directory) != 0 ||
		    !parse_package(name, &place))
			continue;
		seen++;
		if (!np_rapl_wants(request, place))
			continue;
		int fault = open_zone(request->root, directory, false, set);
		if (fault)
			judge_zone(zone, fault, verdict);
		else
			open_dram(request->root, zone, set);
		zones[count++] = place;
	}
	if (!seen)
		np_rapl_judge_absent(verdict, request, "intel_rapl_msr", "no " CLASS "intel-rapl:*");
	int missing = np_rapl_uncovered(request, zones, count);
	if (verdict->state == NP_RAPL_WORKS && missing >= 0)
		np_rapl_judge(verdict, NP_RAPL_BROKEN, NULL, "no zone of " CLASS " counts the package of processor %d",
		              missing);
}
