/* Which processors have least to do: a thread pinned where another program works would share its time and its caches. */
#define _GNU_SOURCE
#include "backends/host.h"
#include "backends/sysfiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LISTEN_MS = 300 };

/* Ticks that each processor was idle since the start of the machine; -1 where that is not told. */
static void read_idle(const char *root, const int *cpus, int count, long long *idle)
{
	char *stat = np_sys_read_all(root, "/proc/stat");
	for (int i = 0; i < count; i++) {
		char name[24];
		long long user, nice, system;
		snprintf(name, sizeof name, "\ncpu%d ", cpus[i]);
		const char *line = stat ? strstr(stat, name) : NULL;
		if (!line || sscanf(line + strlen(name), "%lld %lld %lld %lld", &user, &nice, &system, &idle[i]) != 4)
			idle[i] = -1;
	}
	free(stat);
}

/* The idlest first; as they were where they are alike. */
static void sort(int *cpus, long long *idle, int count)
{
	for (int i = 1; i < count; i++)
		for (int j = i; j > 0 && idle[j] > idle[j - 1]; j--) {
			long long ticks = idle[j];
			int cpu = cpus[j];
			idle[j] = idle[j - 1];
			cpus[j] = cpus[j - 1];
			idle[j - 1] = ticks;
			cpus[j - 1] = cpu;
		}
}

void np_host_idlest_first(const char *root, int *cpus, int count)
{
	long long *idle = calloc(2 * (size_t)count + 1, sizeof *idle), *later = idle + count;
	const struct timespec listen = {0, LISTEN_MS * 1000000L};
	if (!idle)
		return;
	read_idle(root, cpus, count, idle);
	nanosleep(&listen, NULL);
	read_idle(root, cpus, count, later);
	for (int i = 0; i < count; i++)
		/* A few ticks are chance: only halves of the time count. */
		idle[i] = idle[i] < 0 || later[i] < 0 ? 0 : (later[i] - idle[i]) / (LISTEN_MS / 20);
	sort(cpus, idle, count);
	free(idle);
}
