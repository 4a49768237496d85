/*
 * A device whose work the caller runs: callbacks behind the interface of devices. Where the work runs on the processor or on
 * a GPU, that place lends its clock, its meter and its eye for others.
 */
#include "backends/backends.h"
#include "backends/cpu.h"
#include "backends/cuda_clock.h"
#include "backends/cuda_libs.h"
#include "backends/nvml_meter.h"
#include "backends/rapl.h"
#include "backends/seat.h"
#include "backends/sysfiles.h"
#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_device {
	np_device device;
	const np_own_device *own;
	np_seat *seat; /* on the processor */
	np_own_rotation rotation;
	np_cuda_libs libs; /* on a GPU: NVML alone */
	np_nvml nvml;
	np_meter meter; /* of the caller's counter */
	np_span span;   /* of the batch that was run last */
	bool has_span;
} own_device;

typedef struct own_job {
	np_own_job job;
} own_job;

/* ---- time ---- */

static double own_now(np_device *device)
{
	const np_own_device *own = ((own_device *)device)->own;
	return own->now ? own->now(own->context) : np_host_now();
}

static void own_sleep(np_device *device, double seconds)
{
	const np_own_device *own = ((own_device *)device)->own;
	if (own->sleep)
		own->sleep(own->context, seconds);
	else
		np_seat_sleep(seconds);
}

/* ---- jobs ---- */

static np_status fail_callback(np_status status, const char *callback, np_error *why, np_error *err)
{
	return np_fail(err, status, "%s", why->message[0] ? why->message : callback);
}

static np_status own_prepare(np_device *device, const np_program *program, np_job **made, np_error *err)
{
	own_device *self = (own_device *)device;
	np_error why = {0};
	*made = NULL;
	const np_own_work work = {.layer = program->whole ? NULL : &program->steps[0].config,
	                          .text = program->name,
	                          .network = program->network,
	                          .batch = program->batch,
	                          .rotation = program->whole ? (np_own_rotation){0} : self->rotation,
	                          .most_bytes = self->seat ? np_cpu_most_bytes() : 0,
	                          .metered = device->meter != NULL};
	own_job *job = calloc(1, sizeof *job);
	if (!job)
		return np_fail_memory(err);
	np_status status = self->own->prepare(self->own->context, &work, &job->job, &why);
	if (status != NP_OK) {
		free(job);
		return fail_callback(status, "the callback that prepares failed", &why, err);
	}
	*made = (np_job *)job;
	return NP_OK;
}

static void own_describe(np_device *device, np_job *made, np_job_facts *facts)
{
	(void)device;
	const np_own_job *job = &((const own_job *)made)->job;
	*facts = (np_job_facts){.backend = "own",
	                        .footprint_bytes = job->bytes,
	                        .buffer_sets = job->buffer_sets,
	                        .cache = job->cache ? job->cache : "",
	                        .data = job->data ? job->data : ""};
	snprintf(facts->algo, sizeof facts->algo, "%.*s", (int)sizeof job->algo - 1, job->algo);
	snprintf(facts->layout, sizeof facts->layout, "%.*s", (int)sizeof job->layout - 1, job->layout);
}

static void own_release(np_device *device, np_job *made)
{
	const np_own_device *own = ((own_device *)device)->own;
	if (made && own->release)
		own->release(own->context, ((own_job *)made)->job.handle);
	free(made);
}

/*
 * Where a processor works with several threads, their CPU time says nothing: some of a framework's operations use one thread
 * only, while others wait for work by spinning.
 */
static np_span stop_clock(own_device *self, int64_t calls, double began_s, double seconds)
{
	if (!self->seat) {
		double wall = own_now(&self->device) - began_s, runtime = isnan(seconds) ? wall : seconds;
		return (np_span){.calls = calls, .runtime_s = runtime, .wall_s = wall, .cpu_s = NAN, .lasted_s = wall};
	}
	np_span span = np_seat_stop(self->seat, calls, seconds);
	if (self->own->threads > 1)
		span.cpu_s = NAN;
	return span;
}

static np_status own_submit(np_device *device, np_job *made, int64_t calls, np_error *err)
{
	own_device *self = (own_device *)device;
	np_error why = {0};
	double seconds = NAN;
	if (self->seat)
		np_seat_start(self->seat);
	double began = own_now(device);
	np_status status = self->own->run(self->own->context, ((own_job *)made)->job.handle, calls, &seconds, &why);
	if (status != NP_OK)
		return fail_callback(status, "the callback that runs failed", &why, err);
	self->span = stop_clock(self, calls, began, seconds);
	self->has_span = true;
	return NP_OK;
}

static np_status own_reap(np_device *device, bool wait, bool *done, np_span *span, np_error *err)
{
	own_device *self = (own_device *)device;
	(void)wait;
	*done = self->has_span;
	if (!self->has_span)
		return np_fail(err, NP_ERR_ARGUMENT, "no batch was submitted");
	*span = self->span;
	self->has_span = false;
	return NP_OK;
}

static void own_state(np_device *device, np_device_state *state)
{
	own_device *self = (own_device *)device;
	if (self->seat)
		np_seat_state(self->seat, state);
	else if (self->nvml.api)
		np_nvml_state(&self->nvml, np_cuda_now(), state);
}

/* ---- the caller's counter ---- */

static np_status own_read(np_meter *meter, np_reading *reading, np_error *err)
{
	const own_device *self = (const own_device *)((char *)meter - offsetof(own_device, meter));
	np_error why = {0};
	*reading = (np_reading){.power_w = NAN, .power_slow_w = NAN};
	np_status status = self->own->read_energy(self->own->context, &reading->at_s, &reading->energy_j, &why);
	return status == NP_OK ? NP_OK : fail_callback(status, "the callback that reads energy failed", &why, err);
}

static void own_meter_close(np_meter *meter)
{
	(void)meter;
}

static const np_meter_ops METER_OPS = {own_read, own_meter_close};

/* ---- places ---- */

static np_status sit_on_cpu(own_device *self, np_error *err)
{
	np_device_facts *facts = &self->device.facts;
	np_host host;
	np_host_read(np_sys_root(), &host);
	np_cpu_name(np_sys_root(), host.cpu_model, facts->device, sizeof facts->device);
	np_part_rotation usual = np_cpu_usual_rotation(&host);
	int64_t most = np_cpu_most_bytes();
	self->rotation =
	        (np_own_rotation){usual.inputs,   usual.weights,     usual.outputs,
	                          usual.few_from, usual.most_copies, most < NP_CPU_MOST_ROTATING ? most : NP_CPU_MOST_ROTATING};
	self->device.habits = np_seat_habits();
	NP_TRY(np_seat_take(facts->threads, &self->seat, err));
	np_seat_listen(self->seat);
	np_host_provenance(&host, &facts->provenance);
	np_seat_provenance(self->seat, &facts->provenance);
	if (self->own->no_power)
		return NP_OK;
	return np_rapl_open(NULL, np_seat_cpus(self->seat), facts->threads, &self->device.meter, facts->no_meter,
	                    sizeof facts->no_meter, err);
}

/* Runtime needs no NVML; where it is missing, the reason stands for the meter. */
static np_status sit_on_gpu(own_device *self, const char *bus_id, np_error *err)
{
	np_device_facts *facts = &self->device.facts;
	np_error why = {0};
	np_cuda_libs_start(&self->libs);
	np_status status = np_cuda_libs_open(&self->libs, NP_CUDA_NVML, &why);
	if (status == NP_OK)
		status = np_nvml_start(&self->nvml, &self->libs.nvml, bus_id, 0, &why);
	if (status != NP_OK) {
		snprintf(facts->no_meter, sizeof facts->no_meter, "%.250s", why.message);
		return NP_OK;
	}
	self->nvml.here = true; /* the framework's context */
	np_nvml_facts(&self->nvml, facts);
	/* Each batch ends with the GPU idle for a moment, so they are longer than where others wait in its queue. */
	self->device.habits =
	        (np_device_habits){.depth = 1, .batch_s = 0.02, .settle_s = 0.25, .power_window_s = 0.4, .shift_phases = true};
	if (self->own->no_power)
		return NP_OK;
	return np_nvml_meter_open(&self->nvml, &self->device.meter, facts->no_meter, sizeof facts->no_meter, err);
}

static np_status sit_down(own_device *self, np_error *err)
{
	const char *place = self->own->place;
	if (place && (self->own->now || self->own->sleep || self->own->read_energy))
		return np_fail(err, NP_ERR_ARGUMENT,
		               "place '%.60s' has its own clock and meter: callbacks for them are not used", place);
	if (place && strcmp(place, "cpu") == 0)
		return sit_on_cpu(self, err);
	if (place && strncmp(place, "cuda:", 5) == 0)
		return sit_on_gpu(self, place + 5, err);
	if (place)
		return np_fail(err, NP_ERR_ARGUMENT, "unknown place '%.60s': cpu, cuda:BUS_ID or none was expected", place);
	if (self->own->read_energy && !self->own->no_power)
		self->device.meter = &self->meter;
	else
		snprintf(self->device.facts.no_meter, sizeof self->device.facts.no_meter, "this device has no meter");
	return NP_OK;
}

/* ---- opening and closing ---- */

static void own_close(np_device *device)
{
	own_device *self = (own_device *)device;
	if (device->meter)
		device->meter->ops->close(device->meter);
	np_seat_leave(self->seat);
	np_nvml_stop(&self->nvml);
	np_cuda_libs_close(&self->libs);
	np_text_free(&device->facts.provenance);
	free(self);
}

static const np_device_ops OPS = {
        .now = own_now,
        .sleep = own_sleep,
        .prepare = own_prepare,
        .describe = own_describe,
        .release = own_release,
        .submit = own_submit,
        .reap = own_reap,
        .state = own_state,
        .close = own_close,
};

static np_status check(const np_own_device *own, np_error *err)
{
	if (!own->prepare || !own->run)
		return np_fail(err, NP_ERR_ARGUMENT, "an own device needs the callbacks that prepare and run");
	if (!own->now != !own->sleep)
		return np_fail(err, NP_ERR_ARGUMENT, "an own device needs both a clock and waiting by it, or neither");
	if (!own->place && !own->device)
		return np_fail(err, NP_ERR_ARGUMENT, "an own device without a place needs a name");
	if (!own->software)
		return np_fail(err, NP_ERR_ARGUMENT, "an own device needs the name of its software");
	return NP_OK;
}

static np_status state_facts(own_device *self, np_error *err)
{
	const np_own_device *own = self->own;
	np_device_facts *facts = &self->device.facts;
	if (own->device)
		snprintf(facts->device, sizeof facts->device, "%s", own->device);
	snprintf(facts->software, sizeof facts->software, "%s", own->software);
	snprintf(facts->dtype, sizeof facts->dtype, "%s", own->dtype ? own->dtype : "fp32");
	if (self->own->no_power)
		snprintf(facts->no_meter, sizeof facts->no_meter, "power is left unmeasured, as was asked");
	np_text_puts(&facts->provenance, own->provenance ? own->provenance : "");
	return np_text_ok(&facts->provenance) ? NP_OK : np_fail_memory(err);
}

np_status np_own_open(const np_own_device *own, np_device **device, np_error *err)
{
	*device = NULL;
	NP_TRY(check(own, err));
	own_device *self = calloc(1, sizeof *self);
	if (!self)
		return np_fail_memory(err);
	*self = (own_device){.device = {.ops = &OPS, .habits.depth = 1}, .own = own, .meter = {&METER_OPS, "own", true}};
	self->device.facts.threads = own->place && strcmp(own->place, "cpu") == 0 && own->threads < 1 ? 1 : own->threads;
	self->device.facts.limit_w = NAN;
	np_status status = sit_down(self, err);
	if (status == NP_OK)
		status = state_facts(self, err);
	if (status != NP_OK)
		own_close(&self->device);
	else
		*device = &self->device;
	return status;
}
