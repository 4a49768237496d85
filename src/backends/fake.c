/*
 * Devices to try the tool on without hardware: one whose layers follow a stated formula, one that repeats what was recorded
 * of a real device.
 */
#include "backends/backends.h"
#include "backends/virtual_device.h"
#include "base/error.h"
#include "dataset/row.h"

#include <neuralpower/dataset.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what can be said after "fake:" ---- */

typedef struct fake {
	np_virtual_nature nature;
	double watts, time_us;           /* of every layer; 0 = by the formula */
	double gflops, gbs, overhead_us; /* the formula's */
	double meter, depth, seed;       /* as typed */
} fake;

static const fake STANDARD = {.nature = {.idle_w = 30, .limit_w = 250, .tick_s = 0.1, .noise = 0.005, .reading_s = 1e-4},
                              .gflops = 10000,
                              .gbs = 500,
                              .overhead_us = 5,
                              .depth = 4,
                              .seed = 1};

static const struct {
	const char *name;
	size_t offset;
	const char *help;
} SETTINGS[] = {
        {"watts", offsetof(fake, watts), "power of every layer"},
        {"time_us", offsetof(fake, time_us), "time of every layer"},
        {"gflops", offsetof(fake, gflops), "peak rate"},
        {"gbs", offsetof(fake, gbs), "memory bandwidth"},
        {"overhead_us", offsetof(fake, overhead_us), "time of an empty layer"},
        {"idle", offsetof(fake, nature.idle_w), "idle power"},
        {"limit", offsetof(fake, nature.limit_w), "power at full load"},
        {"tick", offsetof(fake, nature.tick_s), "seconds between the meter's changes"},
        {"rise", offsetof(fake, nature.rise_s), "the meter's time constant"},
        {"reset", offsetof(fake, nature.reset_s), "when the counter begins anew"},
        {"noise", offsetof(fake, nature.noise), "of times, as a share"},
        {"drift", offsetof(fake, nature.drift_per_h), "slowing down in an hour, as a share"},
        {"contention", offsetof(fake, nature.contention), "wall time beyond CPU time, as a share"},
        {"hold", offsetof(fake, nature.hold_s), "real seconds that a layer takes to prepare"},
        {"meter", offsetof(fake, meter), "0 counts energy, 1 tells power, 2 none"},
        {"depth", offsetof(fake, depth), "batches in flight"},
        {"seed", offsetof(fake, seed), "of the noise"},
};
enum { SETTING_COUNT = sizeof SETTINGS / sizeof *SETTINGS };

static np_status refuse_setting(const char *text, size_t length, np_error *err)
{
	char names[256] = "";
	for (int i = 0; i < SETTING_COUNT; i++) {
		size_t used = strlen(names);
		snprintf(names + used, sizeof names - used, "%s%s", i ? " " : "", SETTINGS[i].name);
	}
	return np_fail(err, NP_ERR_ARGUMENT,
	               "device fake: '%.*s' is no setting NAME=NUMBER with a number 0 or more; the names: %s", (int)length,
	               text, names);
}

static np_status take_setting(fake *f, const char *text, size_t length, np_error *err)
{
	for (int i = 0; i < SETTING_COUNT; i++) {
		size_t name = strlen(SETTINGS[i].name);
		if (length <= name || strncmp(text, SETTINGS[i].name, name) != 0 || text[name] != '=')
			continue;
		char *end;
		double value = strtod(text + name + 1, &end);
		if (end != text + length || end == text + name + 1 || !(value >= 0) || value > 1e12)
			break;
		*(double *)((char *)f + SETTINGS[i].offset) = value;
		return NP_OK;
	}
	return refuse_setting(text, length, err);
}

static np_status read_settings(fake *f, const char *text, np_error *err)
{
	while (*text) {
		size_t length = strcspn(text, ",");
		NP_TRY(take_setting(f, text, length, err));
		text += length + (text[length] == ',');
	}
	f->nature.meter = f->meter >= 2 ? NP_VIRTUAL_NONE : f->meter >= 1 ? NP_VIRTUAL_POWER : NP_VIRTUAL_COUNTER;
	f->nature.depth = f->depth < 1 ? 1 : f->depth > 16 ? 16 : (int)f->depth;
	f->nature.seed = (uint64_t)f->seed;
	return NP_OK;
}

/* ---- the formula ---- */

/* Products and bytes of a layer, roughly: a fake has no need of more. */
static void count_work(const np_layer_config *c, double *macs, double *bytes)
{
	double in = (double)c->batch * (double)c->in_c * (double)c->in_h * (double)c->in_w;
	double out = (double)c->batch * (double)c->out_c * (double)c->out_h * (double)c->out_w;
	double window = (double)c->kernel_h * (double)c->kernel_w, filter = 0;
	if (c->kind == NP_CONV || c->kind == NP_DECONV)
		filter = (double)c->in_c / (double)c->groups * window;
	else if (c->kind == NP_FC || c->kind == NP_MATMUL)
		filter = (double)c->in_c;
	*macs = filter ? out * filter : out * window;
	*bytes = 4 * (in * (double)c->inputs + out + filter * (double)c->out_c);
}

static bool fake_truth(void *context, const np_layer_config *config, double *runtime_s, double *power_w, char *reason,
                       size_t size)
{
	(void)reason;
	(void)size;
	const fake *f = context;
	double macs, bytes;
	count_work(config, &macs, &bytes);
	double compute = 2 * macs / (f->gflops * 1e9), memory = bytes / (f->gbs * 1e9);
	*runtime_s = f->time_us > 0 ? f->time_us * 1e-6 : f->overhead_us * 1e-6 + fmax(compute, memory);
	double busy = (0.7 * compute + 0.3 * memory) / *runtime_s;
	*power_w = f->watts > 0 ? f->watts : f->nature.idle_w + (f->nature.limit_w - f->nature.idle_w) * fmin(busy, 1);
	return true;
}

static void fill_facts(np_device *device, const np_device_request *request, const char *name, const char *software)
{
	snprintf(device->facts.device, sizeof device->facts.device, "%s", name);
	snprintf(device->facts.software, sizeof device->facts.software, "%s", software);
	snprintf(device->facts.dtype, sizeof device->facts.dtype, "%s", request->dtype ? request->dtype : "fp32");
	np_text_printf(&device->facts.provenance, "request=%s\n", request->name);
}

static np_status open_fake(const np_device_request *request, const char *settings, np_device **device, np_error *err)
{
	fake *f = malloc(sizeof *f);
	if (!f)
		return np_fail_memory(err);
	*f = STANDARD;
	np_status status = read_settings(f, settings, err);
	if (status == NP_OK)
		status = np_virtual_open(&f->nature, fake_truth, f, free, device, err);
	if (status != NP_OK) {
		free(f);
		return status;
	}
	fill_facts(*device, request, "fake device", "formula 1");
	return NP_OK;
}

/* ---- a recording ---- */

static bool recorded_truth(void *context, const np_layer_config *config, double *runtime_s, double *power_w, char *reason,
                           size_t size)
{
	const np_dataset *recorded = context;
	for (int i = 0; i < np_dataset_row_count(recorded); i++) {
		const np_row *row = np_dataset_row(recorded, i);
		if (np_config_order(&row->config, config) != 0 || !row->has[NP_RUNTIME])
			continue;
		*runtime_s = row->value[NP_RUNTIME] / 1000;
		*power_w = row->has[NP_POWER] ? row->value[NP_POWER] : 0;
		return true;
	}
	snprintf(reason, size, "is not in the recording");
	return false;
}

static void free_recording(void *context)
{
	np_dataset_free(context);
}

static bool tells_power(const np_dataset *recorded)
{
	for (int i = 0; i < np_dataset_row_count(recorded); i++)
		if (!np_dataset_row(recorded, i)->has[NP_POWER])
			return false;
	return true;
}

static np_status open_replay(const np_device_request *request, const char *path, np_device **device, np_error *err)
{
	np_dataset *recorded;
	NP_TRY(np_dataset_load(&path, 1, NULL, &recorded, err));
	np_virtual_nature nature = STANDARD.nature;
	nature.idle_w = 0;
	nature.noise = 0;
	nature.depth = (int)STANDARD.depth;
	nature.meter = tells_power(recorded) ? NP_VIRTUAL_COUNTER : NP_VIRTUAL_NONE;
	np_status status = np_virtual_open(&nature, recorded_truth, recorded, free_recording, device, err);
	if (status != NP_OK) {
		np_dataset_free(recorded);
		return status;
	}
	fill_facts(*device, request, np_dataset_device(recorded), np_dataset_software(recorded));
	if (!request->dtype && np_dataset_dtype(recorded)[0])
		snprintf((*device)->facts.dtype, sizeof(*device)->facts.dtype, "%s", np_dataset_dtype(recorded));
	return NP_OK;
}

np_status np_fake_open(const np_device_request *request, np_device **device, np_error *err)
{
	const char *colon = strchr(request->name, ':');
	*device = NULL;
	if (strncmp(request->name, "replay", 6) == 0) {
		if (!colon || !colon[1])
			return np_fail(err, NP_ERR_ARGUMENT,
			               "device replay: the recorded data set was expected: replay:FILE.csv");
		return open_replay(request, colon + 1, device, err);
	}
	return open_fake(request, colon ? colon + 1 : "", device, err);
}
