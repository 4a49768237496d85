/* One GPU as NVML sees it. Every call but the first few may be missing or refuse: what it would tell is then not known. */
#include "backends/nvml_device.h"

#include "base/error.h"
#include "base/sha256.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *np_nvml_why(const np_nvml_api *api, const char *call, int rc, char *text, size_t size)
{
	const char *meaning = api->error_string ? api->error_string(rc) : NULL;
	snprintf(text, size, "%s: rc %d (%s)", call, rc, meaning ? meaning : "no text");
	return text;
}

static np_status fail_nvml(const np_nvml_api *api, const char *call, int rc, np_error *err)
{
	char why[192];
	return np_fail(err, NP_ERR_UNAVAILABLE, "NVML: %s", np_nvml_why(api, call, rc, why, sizeof why));
}

/* Never by index where the bus id is known: CUDA_VISIBLE_DEVICES renumbers one and not the other. */
static np_status find_gpu(np_nvml *nvml, const char *bus_id, unsigned index, np_error *err)
{
	const np_nvml_api *api = nvml->api;
	if (bus_id && api->by_bus_id) {
		int rc = api->by_bus_id(bus_id, &nvml->gpu);
		return rc == NP_NVML_OK ? NP_OK : fail_nvml(api, "nvmlDeviceGetHandleByPciBusId", rc, err);
	}
	unsigned count = 0;
	int rc = api->count(&count);
	if (rc != NP_NVML_OK)
		return fail_nvml(api, "nvmlDeviceGetCount", rc, err);
	if (bus_id && count != 1)
		return np_fail(err, NP_ERR_UNAVAILABLE, "NVML cannot find a device by its bus id, and there are %u devices",
		               count);
	if (!bus_id && index >= count)
		return np_fail(err, NP_ERR_UNAVAILABLE, "NVML lists %u devices, no number %u", count, index);
	rc = api->by_index(bus_id ? 0 : index, &nvml->gpu);
	return rc == NP_NVML_OK ? NP_OK : fail_nvml(api, "nvmlDeviceGetHandleByIndex", rc, err);
}

np_status np_nvml_start(np_nvml *nvml, const np_nvml_api *api, const char *bus_id, unsigned index, np_error *err)
{
	*nvml = (np_nvml){.api = api};
	int rc = api->init();
	if (rc != NP_NVML_OK) {
		nvml->api = NULL;
		return fail_nvml(api, "nvmlInit", rc, err);
	}
	np_status status = find_gpu(nvml, bus_id, index, err);
	if (status != NP_OK)
		np_nvml_stop(nvml);
	return status;
}

void np_nvml_stop(np_nvml *nvml)
{
	if (nvml->api)
		nvml->api->shutdown();
	*nvml = (np_nvml){0};
}

/* ---- numbers ---- */

bool np_nvml_fields(const np_nvml *nvml, np_nvml_field *fields, int count)
{
	return nvml->api && nvml->api->fields && nvml->api->fields(nvml->gpu, count, fields) == NP_NVML_OK;
}

double np_nvml_number(const np_nvml_field *field)
{
	if (field->rc != NP_NVML_OK)
		return NAN;
	switch (field->type) {
	case NP_NVML_TYPE_DOUBLE:
		return field->value.d;
	case NP_NVML_TYPE_UNSIGNED:
		return field->value.u;
	case NP_NVML_TYPE_UNSIGNED_LONG:
		return (double)field->value.ul;
	case NP_NVML_TYPE_UNSIGNED_LONG_LONG:
		return (double)field->value.ull;
	case NP_NVML_TYPE_SIGNED_LONG_LONG:
		return (double)field->value.ll;
	case NP_NVML_TYPE_SIGNED_INT:
		return field->value.i;
	default:
		return NAN;
	}
}

static double read_clock(np_nvml_rc (*call)(np_nvml_gpu, np_nvml_clock, unsigned *), const np_nvml *nvml, int clock)
{
	unsigned mhz = 0;
	return call && call(nvml->gpu, clock, &mhz) == NP_NVML_OK ? mhz : NAN;
}

/* The newer call has a structure with a version, the older one is to disappear some day. */
static double read_temperature(const np_nvml *nvml)
{
	np_nvml_temperature reading = {.version = NP_NVML_TEMPERATURE_V1, .sensor = NP_NVML_TEMPERATURE_GPU};
	unsigned celsius = 0;
	if (nvml->api->temperature_v && nvml->api->temperature_v(nvml->gpu, &reading) == NP_NVML_OK)
		return reading.celsius;
	if (nvml->api->temperature_c && nvml->api->temperature_c(nvml->gpu, NP_NVML_TEMPERATURE_GPU, &celsius) == NP_NVML_OK)
		return celsius;
	return NAN;
}

/* ---- who else is there ---- */

enum { MAX_PROCESSES = 64 };

/*
 * Inside a container this process may be listed under a number that it does not know, so where it is not found by its
 * number, one of those listed is taken to be it once it has a context.
 */
int np_nvml_strangers(const np_nvml *nvml)
{
	if (!nvml->api || !nvml->api->processes)
		return -1;
	np_nvml_process list[MAX_PROCESSES];
	unsigned count = MAX_PROCESSES;
	int rc = nvml->api->processes(nvml->gpu, &count, list);
	if (rc == NP_NVML_INSUFFICIENT_SIZE)
		return MAX_PROCESSES;
	if (rc != NP_NVML_OK)
		return -1;
	int strangers = 0;
	bool seen = false;
	for (unsigned i = 0; i < count && i < MAX_PROCESSES; i++) {
		bool own = list[i].pid == (unsigned)getpid();
		seen |= own;
		strangers += !own;
	}
	return nvml->here && !seen && strangers > 0 ? strangers - 1 : strangers;
}

bool np_nvml_is_mig(const np_nvml *nvml)
{
	unsigned current = 0, pending = 0;
	return nvml->api && nvml->api->mig && nvml->api->mig(nvml->gpu, &current, &pending) == NP_NVML_OK && current;
}

/* ---- state ---- */

/* What slows the device down: the bits that say so now, the counter of nanoseconds, the flag. */
static const struct {
	unsigned reasons, field;
	unsigned flag;
} throttles[4] = {
        {NP_NVML_REASON_POWER_CAP, NP_NVML_FIELD_POWER_CAP_NS, NP_FLAG_THR_POWER},
        {NP_NVML_REASON_SW_THERMAL, NP_NVML_FIELD_SW_THERMAL_NS, NP_FLAG_THR_THERMAL},
        {NP_NVML_REASON_HW_THERMAL, NP_NVML_FIELD_HW_THERMAL_NS, NP_FLAG_THR_THERMAL},
        {NP_NVML_REASON_HW_SLOWDOWN | NP_NVML_REASON_POWER_BRAKE, NP_NVML_FIELD_POWER_BRAKE_NS, NP_FLAG_THR_HW},
};

/* Shorter throttling than this share of the time since the last look is the regulator's ordinary work. */
static const double THROTTLE_SHARE = 0.01;
/* Between looks further apart than this, too much else happened. */
static const double THROTTLE_HORIZON_S = 10;

/* The reasons that hold at this moment can be missed between two looks; the counters cannot. */
static void read_throttles(np_nvml *nvml, double now_s, np_device_state *state)
{
	np_nvml_field fields[4] = {0};
	for (int i = 0; i < 4; i++)
		fields[i].field = throttles[i].field;
	bool read = np_nvml_fields(nvml, fields, 4);
	double elapsed_s = nvml->throttle_at_s > 0 ? now_s - nvml->throttle_at_s : 0;
	state->throttled_ns = NAN;
	for (int i = 0; i < 4; i++) {
		if (state->reasons & throttles[i].reasons)
			state->flags |= throttles[i].flag;
		double ns = read ? np_nvml_number(&fields[i]) : NAN;
		if (isnan(ns))
			continue;
		state->throttled_ns = (isnan(state->throttled_ns) ? 0 : state->throttled_ns) + ns;
		double grown_s = (ns - nvml->throttle_ns[i]) * 1e-9;
		if (elapsed_s > 0 && elapsed_s < THROTTLE_HORIZON_S && grown_s > THROTTLE_SHARE * elapsed_s)
			state->flags |= throttles[i].flag;
		nvml->throttle_ns[i] = ns;
	}
	if (read)
		nvml->throttle_at_s = now_s;
}

void np_nvml_state(np_nvml *nvml, double now_s, np_device_state *state)
{
	*state = (np_device_state){NAN, NAN, NAN, NAN, NAN, 0, 0};
	const np_nvml_api *api = nvml->api;
	if (!api)
		return;
	state->sm_mhz = read_clock(api->clock_mhz, nvml, NP_NVML_CLOCK_SM);
	state->mem_mhz = read_clock(api->clock_mhz, nvml, NP_NVML_CLOCK_MEM);
	state->temp_c = read_temperature(nvml);
	np_nvml_use use = {0};
	if (api->use && api->use(nvml->gpu, &use) == NP_NVML_OK)
		state->util_pct = use.gpu_pct;
	unsigned long long reasons = 0;
	if (api->reasons && api->reasons(nvml->gpu, &reasons) == NP_NVML_OK)
		state->reasons = (unsigned)reasons;
	read_throttles(nvml, now_s, state);
	if (np_nvml_strangers(nvml) > 0)
		state->flags |= NP_FLAG_SHARED_GPU;
	if (np_nvml_is_mig(nvml))
		state->flags |= NP_FLAG_MIG;
}

/* ---- facts ---- */

static void add_text(np_device_facts *facts, const char *key, np_nvml_rc (*call)(char *, unsigned))
{
	char text[96] = "";
	if (call && call(text, sizeof text) == NP_NVML_OK)
		np_text_printf(&facts->provenance, "%s=%s\n", key, text);
}

/* Enough to tell two cards apart, not enough to name one to strangers. */
static void add_uuid_hash(const np_nvml *nvml, np_device_facts *facts)
{
	char uuid[96] = "", hex[65];
	if (!nvml->api->uuid || nvml->api->uuid(nvml->gpu, uuid, sizeof uuid) != NP_NVML_OK)
		return;
	np_sha256 hash;
	np_sha256_start(&hash);
	np_sha256_add(&hash, uuid, strlen(uuid));
	np_sha256_finish(&hash, hex);
	np_text_printf(&facts->provenance, "uuid_hash=%.12s\n", hex);
}

static void add_clock(np_device_facts *facts, const char *key, double mhz)
{
	if (!isnan(mhz))
		np_text_printf(&facts->provenance, "%s=%.0f\n", key, mhz);
}

void np_nvml_facts(const np_nvml *nvml, np_device_facts *facts)
{
	const np_nvml_api *api = nvml->api;
	facts->limit_w = NAN;
	if (!api)
		return;
	api->name(nvml->gpu, facts->device, sizeof facts->device);
	add_uuid_hash(nvml, facts);
	add_text(facts, "driver", api->driver_version);
	add_text(facts, "nvml", api->nvml_version);
	unsigned mw = 0;
	if (api->limit_mw && api->limit_mw(nvml->gpu, &mw) == NP_NVML_OK) {
		facts->limit_w = mw / 1000.0;
		np_text_printf(&facts->provenance, "power_limit_w=%.0f\n", facts->limit_w);
	}
	np_nvml_enabled persistence = 0;
	if (api->persistence && api->persistence(nvml->gpu, &persistence) == NP_NVML_OK)
		np_text_printf(&facts->provenance, "persistence=%s\n", persistence ? "on" : "off");
	unsigned current = 0, pending = 0;
	if (api->mig && api->mig(nvml->gpu, &current, &pending) == NP_NVML_OK)
		np_text_printf(&facts->provenance, "mig=%s\n", current ? "on" : "off");
	add_clock(facts, "max_sm_mhz", read_clock(api->max_clock_mhz, nvml, NP_NVML_CLOCK_SM));
	add_clock(facts, "max_mem_mhz", read_clock(api->max_clock_mhz, nvml, NP_NVML_CLOCK_MEM));
}
