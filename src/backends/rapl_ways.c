/* The ways to RAPL's counters: tried in order, judged, explained. */
#define _GNU_SOURCE
#include "backends/rapl_impl.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * A counter moves about every millisecond. One that stands still while it is opened is shown but does not count, as under
 * some hypervisors.
 */
static const double PATIENCE_S = 0.3;

const np_rapl_way np_rapl_ways[NP_RAPL_WAYS] = {
        {"rapl-powercap", "RAPL powercap", np_rapl_find_powercap},
        {"rapl-perf", "RAPL perf", np_rapl_find_perf},
};

void np_rapl_judge(np_rapl_verdict *verdict, np_rapl_state state, const char *remedy, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(verdict->text, sizeof verdict->text, format, args);
	va_end(args);
	verdict->state = state;
	snprintf(verdict->remedy, sizeof verdict->remedy, "%s", remedy ? remedy : "");
}

void np_rapl_judge_absent(np_rapl_verdict *verdict, const np_rapl_request *request, const char *module, const char *text)
{
	char virt[16], remedy[64];
	np_host_virtualisation(request->root, virt, sizeof virt);
	snprintf(remedy, sizeof remedy, "sudo modprobe %s", module);
	np_rapl_judge(verdict, NP_RAPL_ABSENT, strcmp(virt, "none") == 0 ? remedy : NULL, "%s", text);
}

static void drop(np_rapl_set *set, int i)
{
	close(set->items[i].fd);
	set->items[i] = set->items[--set->count];
}

/* The first look at every counter. */
static void read_first(np_rapl_set *set, np_rapl_verdict *verdict)
{
	for (int i = set->count - 1; i >= 0; i--) {
		np_rapl_counter *counter = &set->items[i];
		int fault = np_rapl_count(counter, &counter->last);
		if (fault && counter->dram)
			drop(set, i);
		else if (fault)
			np_rapl_judge(verdict, NP_RAPL_BROKEN, NULL, "%s: %s", counter->name, np_rapl_fault(fault));
	}
}

/* Looks again; how many have not moved since the first look. */
static int count_still(np_rapl_set *set, double at_s)
{
	int still = 0;
	for (int i = 0; i < set->count; i++) {
		np_rapl_counter *counter = &set->items[i];
		uint64_t value;
		if (np_rapl_count(counter, &value) == 0 && value != counter->last) {
			counter->last = value;
			counter->moved_at = at_s;
		}
		still += isnan(counter->moved_at);
	}
	return still;
}

/* Sees every counter move, which is the proof that it counts. */
static void await_movement(const np_rapl_seam *seam, np_rapl_set *set, np_rapl_verdict *verdict)
{
	for (int i = 0; i < set->count; i++)
		set->items[i].moved_at = NAN;
	double now = seam->now(seam->context), until = now + PATIENCE_S;
	while (count_still(set, now) && now < until) {
		seam->pause(seam->context);
		now = seam->now(seam->context);
	}
	for (int i = set->count - 1; i >= 0; i--) {
		np_rapl_counter *counter = &set->items[i];
		if (!isnan(counter->moved_at))
			continue;
		if (counter->dram)
			drop(set, i);
		else
			np_rapl_judge(verdict, NP_RAPL_BROKEN, NULL, "%s stands still: it is shown, but does not count",
			              counter->name);
	}
}

void np_rapl_try(const np_rapl_way *way, const np_rapl_request *request, np_rapl_set *set, np_rapl_verdict *verdict)
{
	set->count = 0;
	way->find(request, set, verdict);
	if (verdict->state == NP_RAPL_WORKS)
		read_first(set, verdict);
	if (verdict->state == NP_RAPL_WORKS)
		await_movement(request->seam, set, verdict);
	if (verdict->state != NP_RAPL_WORKS)
		np_rapl_close(set);
}

/* A permission that is lacking is what a person can mend: it goes first. */
void np_rapl_explain(const np_rapl_verdict verdicts[NP_RAPL_WAYS], bool is_virtual, char *why_not, size_t size)
{
	static const char WHAT[] = "CPU power not measurable here: ";
	const char *guest = is_virtual ? " (virtual machine guest)" : "";
	for (int i = 0; i < NP_RAPL_WAYS; i++) {
		const np_rapl_verdict *v = &verdicts[i];
		if (v->state != NP_RAPL_DENIED)
			continue;
		snprintf(why_not, size, "%s%s%s%s", WHAT, v->text, v->remedy[0] ? "; mend it with: " : "", v->remedy);
		return;
	}
	bool both = verdicts[0].state == NP_RAPL_ABSENT && verdicts[1].state == NP_RAPL_ABSENT;
	snprintf(why_not, size, "%s%s%s%s%s", WHAT, verdicts[0].text, both ? " and " : "; ", verdicts[1].text, guest);
}
