/* See seat.h. */
#define _GNU_SOURCE
#include "backends/seat.h"

#include "backends/cpu.h"
#include "backends/host.h"
#include "backends/sysfiles.h"
#include "base/error.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_CPUS = 1024, LOOKS = 8192, LISTEN = 2048 };

/* How the core is: how many times as long as at quiet moments the yardstick takes, and the clock's pace. */
typedef struct look {
	double slowness, pace_s;
} look;

struct np_seat {
	int threads;
	int cpus[MOST_CPUS];
	cpu_set_t before; /* where the calling thread was allowed to run */
	bool pinned;
	double yardstick[LOOKS], sorted[LOOKS]; /* the latest, in a ring, in units of the pace; room to sort them */
	unsigned looks;                         /* how many there were */
	double quiet;
	double pace_s; /* the clock's pace when the seat was taken; 0 where it is nobody's business */
	/* Of the batch that runs. */
	double wall_s, process_s, thread_s;
	look before_batch;
};

/* ---- whether the core is ours ---- */

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* What the yardstick takes when nobody shares the core: at the quietest of times, one in fifty of the latest was shorter. */
static void update_quiet(np_seat *seat)
{
	int count = seat->looks < LOOKS ? (int)seat->looks : LOOKS;
	memcpy(seat->sorted, seat->yardstick, (size_t)count * sizeof *seat->sorted);
	qsort(seat->sorted, (size_t)count, sizeof *seat->sorted, compare_numbers);
	seat->quiet = fmin(seat->quiet, seat->sorted[count / 50]);
}

static look look_at_core(np_seat *seat)
{
	double pace = np_cpu_pace_s(), yardstick = np_cpu_yardstick_s() / pace;
	seat->yardstick[seat->looks++ % LOOKS] = yardstick;
	if (seat->looks % 256 == 0)
		update_quiet(seat);
	return (look){yardstick / seat->quiet, pace};
}

void np_seat_listen(np_seat *seat)
{
	double paces[LISTEN];
	seat->quiet = HUGE_VAL;
	for (int i = 0; i < LISTEN; i++)
		paces[i] = look_at_core(seat).pace_s;
	qsort(paces, LISTEN, sizeof *paces, compare_numbers);
	if (seat->threads == 1 && np_host_is_virtual(np_sys_root()))
		seat->pace_s = paces[LISTEN / 2];
}

/*
 * How many times as fast as at first the clock went, which neighbours move in a virtual machine. On a machine of one's own
 * it is the layers that move it, and that belongs to them; no more than a tenth, in case they do so here.
 */
static double relative_pace(const np_seat *seat, look after)
{
	if (seat->pace_s <= 0)
		return 1;
	return fmin(fmax(2 * seat->pace_s / (seat->before_batch.pace_s + after.pace_s), 0.9), 1.1);
}

/* ---- time ---- */

static double clock_s(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void np_seat_start(np_seat *seat)
{
	seat->before_batch = look_at_core(seat);
	seat->wall_s = np_host_now();
	seat->process_s = clock_s(CLOCK_PROCESS_CPUTIME_ID);
	seat->thread_s = clock_s(CLOCK_THREAD_CPUTIME_ID);
}

/* The yardstick varies by two hundredths when the core is not shared. */
static const double SLOWER = 1.07;

/*
 * One thread is judged by its CPU time: whatever else the machine does, that is what the layer took. Several are judged by
 * the wall clock, as only that tells how well they share the work; it wants a quiet machine. Layers suffer less than the
 * yardstick, which wants all of the core: on average as its cube root (docs/measuring-cpu.md).
 */
np_span np_seat_stop(np_seat *seat, int64_t calls, double seconds)
{
	double thread = clock_s(CLOCK_THREAD_CPUTIME_ID) - seat->thread_s;
	double process = clock_s(CLOCK_PROCESS_CPUTIME_ID) - seat->process_s;
	double wall = np_host_now() - seat->wall_s, all = seat->threads == 1 ? thread : wall;
	look before = seat->before_batch, after = look_at_core(seat);
	double runtime = (isnan(seconds) ? all : seconds) * relative_pace(seat, after);
	return (np_span){.calls = calls,
	                 .runtime_s = runtime,
	                 .wall_s = wall,
	                 .cpu_s = process,
	                 .disturbed = before.slowness > SLOWER || after.slowness > SLOWER,
	                 .relieved_s = runtime / cbrt(fmax(sqrt(before.slowness * after.slowness), 1)),
	                 .lasted_s = isnan(seconds) ? 0 : wall};
}

void np_seat_sleep(double seconds)
{
	struct timespec left = {(time_t)seconds, (long)((seconds - floor(seconds)) * 1e9)};
	if (seconds > 0)
		while (nanosleep(&left, &left) != 0)
			continue;
}

void np_seat_state(const np_seat *seat, np_device_state *state)
{
	uint64_t khz;
	*state = (np_device_state){.sm_mhz = NAN, .mem_mhz = NAN, .temp_c = NAN, .util_pct = NAN, .throttled_ns = NAN};
	if (np_sys_read_number(np_sys_root(), &khz, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq", seat->cpus[0]))
		state->sm_mhz = (double)khz / 1000;
}

/* ---- taking and leaving ---- */

np_status np_seat_take(int threads, np_seat **taken, np_error *err)
{
	*taken = NULL;
	np_seat *seat = calloc(1, sizeof *seat);
	if (!seat)
		return np_fail_memory(err);
	seat->threads = threads;
	int allowed = np_host_allowed_cpus("", seat->cpus, MOST_CPUS);
	if (threads > allowed) {
		free(seat);
		return np_fail(err, NP_ERR_ARGUMENT, "%d threads: this process may use %d processors", threads, allowed);
	}
	np_host_idlest_first("", seat->cpus, allowed);
	cpu_set_t set;
	CPU_ZERO(&set);
	for (int i = 0; i < threads; i++)
		if (seat->cpus[i] < CPU_SETSIZE)
			CPU_SET(seat->cpus[i], &set);
	seat->pinned =
	        sched_getaffinity(0, sizeof seat->before, &seat->before) == 0 && sched_setaffinity(0, sizeof set, &set) == 0;
	*taken = seat;
	return NP_OK;
}

np_device_habits np_seat_habits(void)
{
	return (np_device_habits){.depth = 1, .quantile = 0.1};
}

const int *np_seat_cpus(const np_seat *seat)
{
	return seat->cpus;
}

/* Pinning may be forbidden: measuring goes on, as the scheduler moves threads seldom. */
void np_seat_provenance(const np_seat *seat, np_text *out)
{
	np_text_printf(out, "pinned=%s\nclock=%s\npace=%s\n", seat->pinned ? "yes" : "no", seat->threads == 1 ? "cpu" : "wall",
	               seat->pace_s > 0 ? "steadied" : "own");
}

void np_seat_leave(np_seat *seat)
{
	if (!seat)
		return;
	if (seat->pinned)
		sched_setaffinity(0, sizeof seat->before, &seat->before);
	free(seat);
}
