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

enum { MOST_CPUS = 1024, YARDSTICKS = 8192, LISTEN = 2048 };

struct np_seat {
	int threads;
	int cpus[MOST_CPUS];
	cpu_set_t before; /* where the calling thread was allowed to run */
	bool pinned;
	double yardstick_s[YARDSTICKS], sorted_s[YARDSTICKS]; /* the latest, in a ring; room to sort them */
	unsigned yardsticks;                                  /* how many there were */
	double quiet_s;
	/* Of the batch that runs. */
	double wall_s, process_s, thread_s;
	double slowness; /* of the core, before it */
};

/* ---- whether the core is ours ---- */

static int compare_seconds(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* What the yardstick takes when nobody shares the core: one in fifty of the latest ones was shorter. Looked up now and then. */
static void update_yardstick(np_seat *seat)
{
	int count = seat->yardsticks < YARDSTICKS ? (int)seat->yardsticks : YARDSTICKS;
	memcpy(seat->sorted_s, seat->yardstick_s, (size_t)count * sizeof *seat->sorted_s);
	qsort(seat->sorted_s, (size_t)count, sizeof *seat->sorted_s, compare_seconds);
	seat->quiet_s = seat->sorted_s[count / 50];
}

/* How many times as long as at quiet moments the yardstick takes now. */
static double look_at_core(np_seat *seat)
{
	double seconds = np_cpu_yardstick_s();
	seat->yardstick_s[seat->yardsticks++ % YARDSTICKS] = seconds;
	if (seat->yardsticks % 256 == 0)
		update_yardstick(seat);
	return seconds / seat->quiet_s; /* infinite until it was learned */
}

void np_seat_listen(np_seat *seat)
{
	for (int i = 0; i < LISTEN; i++)
		look_at_core(seat);
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
	seat->slowness = look_at_core(seat);
	seat->wall_s = np_host_now();
	seat->process_s = clock_s(CLOCK_PROCESS_CPUTIME_ID);
	seat->thread_s = clock_s(CLOCK_THREAD_CPUTIME_ID);
}

/* The yardstick varies by a few hundredths when the core is not shared. */
static const double SLOWER = 1.1;

/*
 * One thread is judged by its CPU time: whatever else the machine does, that is what the layer took. Several are judged by
 * the wall clock, as only that tells how well they share the work; it wants a quiet machine. Layers suffer less than the
 * yardstick, which wants all of the core: on average as its cube root (docs/measuring-cpu.md).
 */
np_span np_seat_stop(np_seat *seat, int64_t calls)
{
	double thread = clock_s(CLOCK_THREAD_CPUTIME_ID) - seat->thread_s;
	double process = clock_s(CLOCK_PROCESS_CPUTIME_ID) - seat->process_s;
	double wall = np_host_now() - seat->wall_s;
	double after = look_at_core(seat), runtime = seat->threads == 1 ? thread : wall;
	bool shared = seat->slowness > SLOWER || after > SLOWER;
	return (np_span){calls, runtime, wall, process, shared, runtime / cbrt(fmax(sqrt(seat->slowness * after), 1))};
}

const char *np_seat_clock(const np_seat *seat)
{
	return seat->threads == 1 ? "cpu" : "wall";
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

const int *np_seat_cpus(const np_seat *seat)
{
	return seat->cpus;
}

bool np_seat_is_pinned(const np_seat *seat)
{
	return seat->pinned;
}

void np_seat_leave(np_seat *seat)
{
	if (!seat)
		return;
	if (seat->pinned)
		sched_setaffinity(0, sizeof seat->before, &seat->before);
	free(seat);
}
