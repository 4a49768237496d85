/* The processor as a device: layers by a part that is loaded here, on a seat. */
#include "backends/cpu.h"

#include "backends/host.h"
#include "backends/rapl.h"
#include "backends/seat.h"
#include "backends/sysfiles.h"
#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct cpu_device {
	np_device device;
	const np_part *part;
	np_part_engine *engine;
	np_host host;
	np_seat *seat;
	np_part_rotation rotation;
	np_span span; /* of the batch that was run last */
	bool has_span;
} cpu_device;

struct np_job {
	np_part_job *job;
};

/* ---- time ---- */

static double cpu_now(np_device *device)
{
	(void)device;
	return np_host_now();
}

static void cpu_sleep(np_device *device, double seconds)
{
	(void)device;
	np_seat_sleep(seconds);
}

/* ---- jobs ---- */

/* Half of what is free: the rest of the machine goes on living. */
int64_t np_cpu_most_bytes(void)
{
	char *text = np_sys_read_all(np_sys_root(), "/proc/meminfo");
	const char *line = text ? strstr(text, "MemAvailable:") : NULL;
	int64_t kilobytes = line ? strtoll(line + strlen("MemAvailable:"), NULL, 10) : 0;
	free(text);
	if (kilobytes <= 0)
		return (int64_t)sysconf(_SC_AVPHYS_PAGES) * sysconf(_SC_PAGESIZE) / 2;
	return kilobytes * 512;
}

static np_status cpu_prepare(np_device *device, const np_program *program, np_job **made, np_error *err)
{
	cpu_device *cpu = (cpu_device *)device;
	np_part_request request = {program, cpu->rotation, np_cpu_most_bytes(), NP_CPU_MOST_ROTATING};
	*made = NULL;
	np_job *job = calloc(1, sizeof *job);
	if (!job)
		return np_fail_memory(err);
	np_status status = cpu->part->prepare(cpu->engine, &request, &job->job, err);
	if (status != NP_OK) {
		free(job);
		return status;
	}
	*made = job;
	return NP_OK;
}

static void cpu_describe(np_device *device, np_job *job, np_job_facts *facts)
{
	*facts = (np_job_facts){0};
	((cpu_device *)device)->part->describe(job->job, facts);
	facts->cache = facts->buffer_sets > 1 ? "rot" : "hot";
}

static void cpu_release(np_device *device, np_job *job)
{
	if (!job)
		return;
	((cpu_device *)device)->part->release(job->job);
	free(job);
}

/* ---- running ---- */

static np_status cpu_submit(np_device *device, np_job *job, int64_t calls, np_error *err)
{
	cpu_device *cpu = (cpu_device *)device;
	np_seat_start(cpu->seat);
	NP_TRY(cpu->part->run(job->job, calls, err));
	cpu->span = np_seat_stop(cpu->seat, calls, NAN);
	cpu->has_span = true;
	return NP_OK;
}

static np_status cpu_reap(np_device *device, bool wait, bool *done, np_span *span, np_error *err)
{
	cpu_device *cpu = (cpu_device *)device;
	(void)wait;
	*done = cpu->has_span;
	if (!cpu->has_span)
		return np_fail(err, NP_ERR_ARGUMENT, "no batch was submitted");
	*span = cpu->span;
	cpu->has_span = false;
	return NP_OK;
}

static void cpu_state(np_device *device, np_device_state *state)
{
	np_seat_state(((cpu_device *)device)->seat, state);
}

/* ---- opening and closing ---- */

static void cpu_close(np_device *device)
{
	cpu_device *cpu = (cpu_device *)device;
	if (!cpu)
		return;
	if (cpu->engine)
		cpu->part->close(cpu->engine);
	np_seat_leave(cpu->seat);
	if (device->meter)
		device->meter->ops->close(device->meter);
	np_text_free(&device->facts.provenance);
	free(cpu);
}

static const np_device_ops OPS = {
        .now = cpu_now,
        .sleep = cpu_sleep,
        .prepare = cpu_prepare,
        .describe = cpu_describe,
        .release = cpu_release,
        .submit = cpu_submit,
        .reap = cpu_reap,
        .state = cpu_state,
        .close = cpu_close,
};

static np_status start_part(cpu_device *cpu, int threads, np_error *err)
{
	char path[4096];
	if (threads > 1)
		setenv("OMP_PROC_BIND", "true", 0); /* read when the OpenMP runtime is loaded, with the part */
	NP_TRY(np_cpu_load_part(&cpu->part, path, sizeof path, err));
	return cpu->part->open(threads, &cpu->engine, err);
}

static np_status open_meter(cpu_device *cpu, np_error *err)
{
	np_device_facts *facts = &cpu->device.facts;
	const int *cpus = np_seat_cpus(cpu->seat);
	return np_rapl_open(NULL, cpus, facts->threads, &cpu->device.meter, facts->no_meter, sizeof facts->no_meter, err);
}

/* Warm or cold: what agrees best with whole networks, see docs/measuring-cpu.md. */
np_part_rotation np_cpu_usual_rotation(const np_host *host)
{
	int64_t near = host->l2_bytes > 0 ? host->l2_bytes : 1 << 20, cache = host->l3_bytes > 0 ? host->l3_bytes : 32 << 20;
	return (np_part_rotation){
	        .inputs = 4 * near, .weights = 2 * cache, .outputs = cache, .few_from = cache / 8, .most_copies = 4};
}

static np_status state_facts(cpu_device *cpu, int threads, np_error *err)
{
	np_device_facts *facts = &cpu->device.facts;
	np_cpu_name(np_sys_root(), cpu->host.cpu_model, facts->device, sizeof facts->device);
	cpu->part->software(facts->software, sizeof facts->software);
	snprintf(facts->dtype, sizeof facts->dtype, "fp32");
	facts->threads = threads;
	facts->limit_w = NAN;
	np_host_provenance(&cpu->host, &facts->provenance);
	np_text_printf(&facts->provenance, "threads=%d\nonednn_isa=%s\n", threads, cpu->part->isa(cpu->engine));
	np_seat_provenance(cpu->seat, &facts->provenance);
	const np_part_rotation *r = &cpu->rotation;
	np_text_printf(&facts->provenance,
	               "rotate_bytes=inputs:%lld;weights:%lld;outputs:%lld\nrotate_copies=%d\nrotate_few_from=%lld\n",
	               (long long)r->inputs, (long long)r->weights, (long long)r->outputs, r->most_copies,
	               (long long)r->few_from);
	return np_text_ok(&facts->provenance) ? NP_OK : np_fail_memory(err);
}

static np_status start(cpu_device *cpu, int threads, np_error *err)
{
	np_host_read(np_sys_root(), &cpu->host);
	NP_TRY(np_seat_take(threads, &cpu->seat, err));
	NP_TRY(start_part(cpu, threads, err));
	cpu->rotation = np_cpu_usual_rotation(&cpu->host);
	np_seat_listen(cpu->seat);
	NP_TRY(state_facts(cpu, threads, err));
	return open_meter(cpu, err);
}

np_status np_cpu_open(const np_device_request *request, np_device **device, np_error *err)
{
	*device = NULL;
	if (strcmp(request->name, "cpu") != 0)
		return np_fail(err, NP_ERR_ARGUMENT, "'%s' is no device: the processor is 'cpu'", request->name);
	if (request->dtype && strcmp(request->dtype, "fp32") != 0)
		return np_fail(err, NP_ERR_UNSUPPORTED, "the processor is measured with fp32, not with %s", request->dtype);
	if (request->threads < 0)
		return np_fail(err, NP_ERR_ARGUMENT, "%d threads: at least 1 was expected", request->threads);
	cpu_device *cpu = calloc(1, sizeof *cpu);
	if (!cpu)
		return np_fail_memory(err);
	cpu->device = (np_device){.ops = &OPS, .habits = np_seat_habits()};
	np_status status = start(cpu, request->threads ? request->threads : 1, err);
	if (status != NP_OK)
		cpu_close(&cpu->device);
	else
		*device = &cpu->device;
	return status;
}

/* ---- for benches and tests ---- */

void np_cpu_set_rotation(np_device *device, np_part_rotation rotation)
{
	((cpu_device *)device)->rotation = rotation;
}

np_part_rotation np_cpu_rotation(const np_device *device)
{
	return ((const cpu_device *)device)->rotation;
}

np_status np_cpu_profile(np_device *device, np_job *job, double *seconds, np_error *err)
{
	return ((cpu_device *)device)->part->profile(job->job, seconds, err);
}

np_status np_cpu_values(np_device *device, np_job *job, int step, np_part_role role, float *values, int64_t count,
                        np_error *err)
{
	return ((cpu_device *)device)->part->values(job->job, step, role, values, count, err);
}
