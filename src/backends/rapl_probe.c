/* What doctor says of the processor's energy counters. */
#include "backends/rapl_impl.h"
#include "backends/sysfiles.h"

#include <stdio.h>

static const char AREA[] = "cpu power";

/* Of a way that works: how many packages it counts, and how many of them with their memory. */
typedef struct tally {
	int packages, memories;
} tally;

static tally count(const np_rapl_set *set)
{
	tally t = {0};
	for (int i = 0; i < set->count; i++) {
		t.memories += set->items[i].dram;
		t.packages += !set->items[i].dram;
	}
	return t;
}

static void add_working(np_findings *findings, const np_rapl_way *way, tally t)
{
	char memory[64] = "";
	if (t.memories)
		snprintf(memory, sizeof memory, t.memories == t.packages ? ", memory apart" : ", memory apart for %d",
		         t.memories);
	np_findings_add(findings, NP_FINDING_GOOD, AREA, way->item, NULL, "counts the energy of %d package%s%s", t.packages,
	                t.packages == 1 ? "" : "s", memory);
}

/* Where another way works, one that does not is nothing to mend. */
static void add_idle(np_findings *findings, const np_rapl_way *way, const np_rapl_verdict *verdict, bool needed,
                     bool is_virtual)
{
	const char *guest = is_virtual && verdict->state == NP_RAPL_ABSENT ? " (virtual machine guest)" : "";
	np_findings_add(findings, needed ? NP_FINDING_MISSING : NP_FINDING_FACT, AREA, way->item,
	                needed ? verdict->remedy : NULL, "%s%s%s", verdict->text, guest, needed ? "" : "; not needed");
}

void np_rapl_probe(np_findings *findings, int *devices)
{
	(void)devices;
	const np_rapl_request request = {.root = np_sys_root(), .seam = &np_rapl_machine};
	np_rapl_verdict verdicts[NP_RAPL_WAYS];
	tally tallies[NP_RAPL_WAYS];
	bool needed = true, is_virtual = np_host_is_virtual(request.root);
	for (int i = 0; i < NP_RAPL_WAYS; i++) {
		np_rapl_set set;
		np_rapl_try(&np_rapl_ways[i], &request, &set, &verdicts[i]);
		tallies[i] = count(&set);
		needed &= verdicts[i].state != NP_RAPL_WORKS;
		np_rapl_close(&set);
	}
	for (int i = 0; i < NP_RAPL_WAYS; i++) {
		if (verdicts[i].state == NP_RAPL_WORKS)
			add_working(findings, &np_rapl_ways[i], tallies[i]);
		else
			add_idle(findings, &np_rapl_ways[i], &verdicts[i], needed, is_virtual);
	}
}

void np_rapl_list(np_findings *findings)
{
	const np_rapl_request request = {.root = np_sys_root(), .seam = &np_rapl_machine};
	for (int i = 0; i < NP_RAPL_WAYS; i++) {
		np_rapl_set set = {.count = 0};
		np_rapl_verdict verdict;
		np_rapl_ways[i].find(&request, &set, &verdict);
		bool works = verdict.state == NP_RAPL_WORKS;
		np_findings_add(findings, works ? NP_FINDING_GOOD : NP_FINDING_FACT, AREA, np_rapl_ways[i].item, NULL, "%s",
		                works ? "counters that can be read" : verdict.text);
		np_rapl_close(&set);
	}
}
