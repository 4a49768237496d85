/* See virtual_device.h. Time passes only where the device or its meter is asked for something. */
#define _GNU_SOURCE
#include "backends/virtual_device.h"

#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_DEPTH = 16 };

typedef struct batch {
	double start_s, end_s, watts;
	int64_t calls;
} batch;

typedef struct virtual_device {
	np_device device;
	np_meter meter;
	np_virtual_nature nature;
	np_virtual_truth *truth;
	void *context;
	void (*free_context)(void *);
	np_random random;
	double now_s;
	batch queue[MOST_DEPTH]; /* in flight, oldest first */
	int queued;
	/* What the meter knows: energy and power as of the last tick. */
	double energy_j, felt_w;
	double tick_energy_j, tick_power_w, base_energy_j;
	unsigned epoch;
} virtual_device;

typedef struct virtual_job {
	double runtime_s, watts;
	int64_t bytes;
} virtual_job;

/* ---- time and energy ---- */

/* The meter follows power with a delay; energy is what it felt, summed. Returns what it adds up to in `seconds`. */
static double felt_energy(const virtual_device *v, double watts, double seconds)
{
	double rise = v->nature.rise_s;
	return rise > 0 ? watts * seconds + (v->felt_w - watts) * rise * (1 - exp(-seconds / rise)) : watts * seconds;
}

static double felt_power(const virtual_device *v, double watts, double seconds)
{
	double rise = v->nature.rise_s;
	return rise > 0 ? watts + (v->felt_w - watts) * exp(-seconds / rise) : watts;
}

/* Time at one power, and the last tick in it. */
static void pass(virtual_device *v, double seconds, double watts)
{
	double end = v->now_s + seconds, tick = v->nature.tick_s > 0 ? floor(end / v->nature.tick_s) * v->nature.tick_s : end;
	if (tick > v->now_s) {
		v->tick_energy_j = v->energy_j + felt_energy(v, watts, tick - v->now_s);
		v->tick_power_w = felt_power(v, watts, tick - v->now_s);
	}
	bool reset = v->nature.reset_s > v->now_s && v->nature.reset_s <= end;
	v->energy_j += felt_energy(v, watts, seconds);
	v->felt_w = felt_power(v, watts, seconds);
	v->now_s = end;
	if (reset) {
		v->base_energy_j = v->tick_energy_j = v->energy_j;
		v->epoch++;
	}
}

/* The clock goes on to `until`, through the batches that run meanwhile. */
static void advance(virtual_device *v, double until)
{
	for (int i = 0; i < v->queued && v->now_s < until; i++) {
		const batch *b = &v->queue[i];
		if (b->start_s > v->now_s)
			pass(v, fmin(b->start_s, until) - v->now_s, v->nature.idle_w);
		if (b->end_s > v->now_s && v->now_s < until)
			pass(v, fmin(b->end_s, until) - v->now_s, b->watts);
	}
	if (v->now_s < until)
		pass(v, until - v->now_s, v->nature.idle_w);
}

static double virtual_now(np_device *device)
{
	return ((virtual_device *)device)->now_s;
}

static void virtual_sleep(np_device *device, double seconds)
{
	virtual_device *v = (virtual_device *)device;
	advance(v, v->now_s + seconds);
}

/* ---- jobs ---- */

static np_status add_step(virtual_device *v, const np_step *step, virtual_job *job, np_error *err)
{
	double runtime_s, power_w;
	char reason[256];
	if (!v->truth(v->context, &step->config, &runtime_s, &power_w, reason, sizeof reason))
		return np_fail(err, NP_ERR_UNSUPPORTED, "%s: %s", step->name, reason);
	double energy = job->runtime_s * job->watts + runtime_s * power_w;
	job->runtime_s += runtime_s;
	job->watts = energy / job->runtime_s;
	return NP_OK;
}

static np_status virtual_prepare(np_device *device, const np_program *program, np_job **made, np_error *err)
{
	virtual_device *v = (virtual_device *)device;
	*made = NULL;
	virtual_job *job = calloc(1, sizeof *job);
	if (!job)
		return np_fail_memory(err);
	for (int i = 0; i < program->step_count; i++) {
		np_status status = add_step(v, &program->steps[i], job, err);
		if (status != NP_OK) {
			free(job);
			return status;
		}
	}
	const struct timespec hold = {(time_t)v->nature.hold_s, (long)(fmod(v->nature.hold_s, 1) * 1e9)};
	if (v->nature.hold_s > 0)
		nanosleep(&hold, NULL);
	*made = (np_job *)job;
	return NP_OK;
}

static void virtual_describe(np_device *device, np_job *job, np_job_facts *facts)
{
	(void)device;
	(void)job;
	*facts = (np_job_facts){.backend = "virtual", .algo = "computed", .cache = "", .data = ""};
}

static void virtual_release(np_device *device, np_job *job)
{
	(void)device;
	free(job);
}

static np_status virtual_submit(np_device *device, np_job *made, int64_t calls, np_error *err)
{
	virtual_device *v = (virtual_device *)device;
	const virtual_job *job = (const virtual_job *)made;
	if (v->queued == MOST_DEPTH)
		return np_fail(err, NP_ERR_ARGUMENT, "more than %d batches in flight", MOST_DEPTH);
	double last = v->queued ? v->queue[v->queued - 1].end_s : 0, start = fmax(last, v->now_s);
	double slower = 1 + v->nature.drift_per_h * start / 3600;
	double factor = fmax(1 + v->nature.noise * np_random_normal(&v->random), 0.1);
	double end = start + (double)calls * job->runtime_s * slower * factor;
	v->queue[v->queued++] = (batch){start, end, job->watts, calls};
	return NP_OK;
}

static np_status virtual_reap(np_device *device, bool wait, bool *done, np_span *span, np_error *err)
{
	virtual_device *v = (virtual_device *)device;
	if (!v->queued)
		return np_fail(err, NP_ERR_ARGUMENT, "no batch is in flight");
	const batch oldest = v->queue[0];
	if (wait)
		advance(v, fmax(oldest.end_s, v->now_s));
	*done = oldest.end_s <= v->now_s;
	if (!*done)
		return NP_OK;
	double seconds = oldest.end_s - oldest.start_s;
	bool cpu = v->nature.contention > 0;
	*span = (np_span){.calls = oldest.calls,
	                  .runtime_s = seconds,
	                  .wall_s = seconds * (1 + v->nature.contention),
	                  .cpu_s = cpu ? seconds : NAN};
	for (int i = 1; i < v->queued; i++)
		v->queue[i - 1] = v->queue[i];
	v->queued--;
	return NP_OK;
}

/* ---- the meter ---- */

static np_status virtual_read(np_meter *meter, np_reading *reading, np_error *err)
{
	(void)err;
	virtual_device *v = (virtual_device *)((char *)meter - offsetof(virtual_device, meter));
	advance(v, v->now_s + v->nature.reading_s);
	/* A device that works as it is called is idle whenever it is looked at: such meters tell energy alone. */
	bool tells_power = !meter->counts || v->nature.depth > 1;
	double energy = floor((v->tick_energy_j - v->base_energy_j) * 1000) / 1000;
	*reading = (np_reading){.at_s = v->now_s,
	                        .energy_j = meter->counts ? energy : NAN,
	                        .power_w = tells_power ? v->tick_power_w : NAN,
	                        .power_slow_w = NAN,
	                        .epoch = v->epoch};
	return NP_OK;
}

static void virtual_meter_close(np_meter *meter)
{
	(void)meter;
}

static void virtual_close(np_device *device)
{
	virtual_device *v = (virtual_device *)device;
	if (v->free_context)
		v->free_context(v->context);
	np_text_free(&device->facts.provenance);
	free(v);
}

static const np_device_ops VIRTUAL_OPS = {.now = virtual_now,
                                          .sleep = virtual_sleep,
                                          .prepare = virtual_prepare,
                                          .describe = virtual_describe,
                                          .release = virtual_release,
                                          .submit = virtual_submit,
                                          .reap = virtual_reap,
                                          .close = virtual_close};
static const np_meter_ops VIRTUAL_METER_OPS = {virtual_read, virtual_meter_close};

np_status np_virtual_open(const np_virtual_nature *nature, np_virtual_truth *truth, void *context, void (*free_context)(void *),
                          np_device **device, np_error *err)
{
	*device = NULL;
	virtual_device *v = calloc(1, sizeof *v);
	if (!v)
		return np_fail_memory(err);
	*v = (virtual_device){.device = {.ops = &VIRTUAL_OPS, .habits = {.depth = nature->depth, .power_window_s = 0.4}},
	                      .meter = {&VIRTUAL_METER_OPS, "virtual", nature->meter == NP_VIRTUAL_COUNTER},
	                      .nature = *nature,
	                      .truth = truth,
	                      .context = context,
	                      .free_context = free_context,
	                      .random = np_random_seeded(nature->seed),
	                      .felt_w = nature->idle_w,
	                      .tick_power_w = nature->idle_w};
	v->device.facts.limit_w = nature->limit_w;
	if (nature->meter == NP_VIRTUAL_NONE)
		snprintf(v->device.facts.no_meter, sizeof v->device.facts.no_meter, "this virtual device has no meter");
	else
		v->device.meter = &v->meter;
	*device = &v->device;
	return NP_OK;
}
