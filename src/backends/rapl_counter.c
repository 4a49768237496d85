/* One counter: reading it, and undoing its wraps. */
#define _GNU_SOURCE
#include "backends/rapl_impl.h"
#include "backends/sysfiles.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* No package draws this; a counter that says so began anew. The slack is for counts that come late. */
static const double MOST_WATTS = 5000, SLACK_S = 0.1;

bool np_rapl_covers(np_place counter, np_place cpu)
{
	bool same_die = counter.die < 0 || cpu.die < 0 || counter.die == cpu.die;
	return cpu.package < 0 || (counter.package == cpu.package && same_die);
}

bool np_rapl_wants(const np_rapl_request *request, np_place counter)
{
	bool wanted = request->cpu_count == 0;
	for (int i = 0; i < request->cpu_count && !wanted; i++)
		wanted = np_rapl_covers(counter, np_host_place(request->root, request->cpus[i]));
	return wanted;
}

int np_rapl_uncovered(const np_rapl_request *request, const np_place *counters, int count)
{
	for (int i = 0; i < request->cpu_count; i++) {
		np_place cpu = np_host_place(request->root, request->cpus[i]);
		bool covered = false;
		for (int k = 0; k < count && !covered; k++)
			covered = np_rapl_covers(counters[k], cpu);
		if (!covered)
			return request->cpus[i];
	}
	return -1;
}

np_rapl_counter *np_rapl_add(np_rapl_set *set, int fd, bool dram, double scale)
{
	if (set->count == NP_RAPL_MOST)
		return NULL;
	np_rapl_counter *counter = &set->items[set->count++];
	*counter = (np_rapl_counter){.fd = fd, .dram = dram, .scale = scale};
	return counter;
}

void np_rapl_close(np_rapl_set *set)
{
	for (int i = 0; i < set->count; i++)
		close(set->items[i].fd);
	set->count = 0;
}

int np_rapl_count(const np_rapl_counter *counter, uint64_t *value)
{
	if (counter->binary) {
		ssize_t got = read(counter->fd, value, sizeof *value);
		return got == sizeof *value ? 0 : got < 0 ? errno : EBADMSG;
	}
	char text[32];
	int fault = np_sys_read_fd(counter->fd, text, sizeof text);
	return fault ? fault : np_sys_number(text, value) ? 0 : EBADMSG;
}

const char *np_rapl_fault(int fault)
{
	return fault == EBADMSG ? "no count can be read" : strerror(fault);
}

bool np_rapl_advance(np_rapl_counter *counter, uint64_t value, double elapsed_s, double at_s)
{
	bool wrapped = value < counter->last;
	bool fits = !wrapped || (counter->range && counter->last <= counter->range);
	uint64_t step = wrapped ? counter->range - counter->last + value : value - counter->last;
	if (value != counter->last)
		counter->moved_at = at_s;
	counter->last = value;
	if (!fits || (double)step * counter->scale > MOST_WATTS * (elapsed_s + SLACK_S))
		return false;
	counter->gone += step;
	return true;
}
