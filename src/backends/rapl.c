/* The meter over RAPL's counters. */
#define _GNU_SOURCE
#include "backends/rapl.h"

#include "backends/rapl_impl.h"
#include "backends/sysfiles.h"
#include "base/error.h"

#include <linux/perf_event.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* A counter that stands still so long has died. */
static const double MOST_STILL_S = 2;

/* ---- the machine ---- */

static double machine_now(void *context)
{
	(void)context;
	return np_host_now();
}

static void machine_pause(void *context)
{
	(void)context;
	nanosleep(&(struct timespec){.tv_nsec = 300000}, NULL);
}

static int machine_perf_open(void *context, uint32_t type, uint64_t config, int cpu)
{
	(void)context;
	struct perf_event_attr attr = {.type = type, .size = sizeof attr, .config = config};
	return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

const np_rapl_seam np_rapl_machine = {NULL, machine_now, machine_pause, machine_perf_open};

/* ---- the meter ---- */

typedef struct rapl_meter {
	np_meter base;
	np_rapl_set set;
	np_rapl_seam seam;
	double at_s; /* of the last reading */
	unsigned epoch;
} rapl_meter;

static np_status read_counts(const rapl_meter *meter, uint64_t *values, bool *known, np_error *err)
{
	for (int i = 0; i < meter->set.count; i++) {
		const np_rapl_counter *counter = &meter->set.items[i];
		int fault = np_rapl_count(counter, &values[i]);
		known[i] = fault == 0;
		if (fault && !counter->dram)
			return np_fail(err, NP_ERR_UNAVAILABLE, "%s: %s", counter->name, np_rapl_fault(fault));
	}
	return NP_OK;
}

static np_status check_alive(const rapl_meter *meter, double at_s, np_error *err)
{
	for (int i = 0; i < meter->set.count; i++) {
		const np_rapl_counter *counter = &meter->set.items[i];
		if (!counter->dram && at_s - counter->moved_at > MOST_STILL_S)
			return np_fail(err, NP_ERR_UNAVAILABLE, "%s has stood still for %.1f s", counter->name,
			               at_s - counter->moved_at);
	}
	return NP_OK;
}

static double sum_energy(const np_rapl_set *set, bool dram)
{
	double sum = 0;
	for (int i = 0; i < set->count; i++)
		if (set->items[i].dram == dram)
			sum += (double)set->items[i].gone * set->items[i].scale;
	return sum;
}

static np_status rapl_read(np_meter *base, np_reading *reading, np_error *err)
{
	rapl_meter *meter = (rapl_meter *)base;
	uint64_t values[NP_RAPL_MOST];
	bool known[NP_RAPL_MOST], anew = false;
	double before = meter->seam.now(meter->seam.context);
	NP_TRY(read_counts(meter, values, known, err));
	double after = meter->seam.now(meter->seam.context), at_s = 0.5 * (before + after);
	for (int i = 0; i < meter->set.count; i++) {
		np_rapl_counter *counter = &meter->set.items[i];
		bool possible = known[i] && np_rapl_advance(counter, values[i], after - meter->at_s, at_s);
		counter->lost |= !possible;
		anew |= !possible && !counter->dram;
	}
	NP_TRY(check_alive(meter, at_s, err));
	meter->at_s = at_s;
	meter->epoch += anew;
	*reading = (np_reading){.at_s = at_s,
	                        .energy_j = sum_energy(&meter->set, false),
	                        .power_w = NAN,
	                        .power_slow_w = NAN,
	                        .epoch = meter->epoch};
	return NP_OK;
}

static void rapl_close(np_meter *base)
{
	np_rapl_close(&((rapl_meter *)base)->set);
	free(base);
}

static const np_meter_ops OPS = {rapl_read, rapl_close};

int np_rapl_packages(const np_meter *base)
{
	const np_rapl_set *set = &((const rapl_meter *)base)->set;
	int packages = 0;
	for (int i = 0; i < set->count; i++)
		packages += !set->items[i].dram;
	return packages;
}

double np_rapl_dram_j(const np_meter *base)
{
	const np_rapl_set *set = &((const rapl_meter *)base)->set;
	int memories = 0;
	for (int i = 0; i < set->count; i++)
		memories += set->items[i].dram && !set->items[i].lost;
	/* The memory of some packages only would be a sum that looks whole and is not. */
	return memories && memories == np_rapl_packages(base) ? sum_energy(set, true) : NAN;
}

/* Tries the ways in order; true when one works, its counters in the meter. */
static bool try_ways(const np_rapl_request *request, rapl_meter *meter, np_rapl_verdict verdicts[NP_RAPL_WAYS])
{
	for (int i = 0; i < NP_RAPL_WAYS; i++) {
		np_rapl_try(&np_rapl_ways[i], request, &meter->set, &verdicts[i]);
		if (verdicts[i].state != NP_RAPL_WORKS)
			continue;
		snprintf(meter->base.source, sizeof meter->base.source, "%s", np_rapl_ways[i].source);
		return true;
	}
	return false;
}

np_status np_rapl_open_with(const np_rapl_request *asked, np_meter **meter, char *why_not, size_t size, np_error *err)
{
	*meter = NULL;
	if (size)
		why_not[0] = '\0';
	np_rapl_request request = *asked;
	request.root = request.root ? request.root : np_sys_root();
	request.seam = request.seam ? request.seam : &np_rapl_machine;
	rapl_meter *opened = calloc(1, sizeof *opened);
	if (!opened)
		return np_fail_memory(err);
	np_rapl_verdict verdicts[NP_RAPL_WAYS];
	if (!try_ways(&request, opened, verdicts)) {
		np_rapl_explain(verdicts, np_host_is_virtual(request.root), why_not, size);
		free(opened);
		return NP_OK;
	}
	opened->base.ops = &OPS;
	opened->base.counts = true;
	opened->seam = *request.seam;
	opened->at_s = request.seam->now(request.seam->context);
	*meter = &opened->base;
	return NP_OK;
}

np_status np_rapl_open(const char *root, const int *cpus, int cpu_count, np_meter **meter, char *why_not, size_t size,
                       np_error *err)
{
	const np_rapl_request request = {.root = root, .cpus = cpus, .cpu_count = cpu_count};
	return np_rapl_open_with(&request, meter, why_not, size, err);
}
