/*
 * A GPU's power and energy as NVML tells them. The energy counter moves in ticks of 20 to 100 ms and is read as often as the
 * caller likes; reading power costs the driver more, so beside a counter it is looked at every 10 ms only.
 */
#include "backends/nvml_meter.h"

#include "backends/cuda_clock.h"
#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef enum np_nvml_source { NVML_COUNTER, NVML_INSTANT, NVML_AVERAGE } np_nvml_source;

static const char *const source_names[] = {"nvml-counter", "nvml-instant", "nvml-average"};

typedef struct np_nvml_meter {
	np_meter meter;
	np_nvml *nvml;
	np_nvml_source source;
	unsigned long long last_mj; /* of the counter */
	double total_j;             /* since the meter was opened */
	unsigned epoch;
	double power_at_s, power_w, slow_w; /* the last look at power */
	int failures;                       /* in a row */
} np_nvml_meter;

static const double POWER_PERIOD_S = 0.010;
/* A driver that is busy may refuse a call now and then; this many in a row mean that the meter is gone. */
enum { MAX_FAILURES = 20 };

static double average_power(const np_nvml *nvml)
{
	unsigned mw = 0;
	return nvml->api->power_mw && nvml->api->power_mw(nvml->gpu, &mw) == NP_NVML_OK ? mw / 1000.0 : NAN;
}

/* Both in one call. The average of a second is the field of that name, or the older call. */
static void read_power(const np_nvml *nvml, double *instant_w, double *slow_w)
{
	np_nvml_field fields[2] = {{.field = NP_NVML_FIELD_POWER_INSTANT, .scope = nvml->power_scope},
	                           {.field = NP_NVML_FIELD_POWER_AVERAGE, .scope = nvml->power_scope}};
	bool read = np_nvml_fields(nvml, fields, 2);
	*instant_w = read ? np_nvml_number(&fields[0]) / 1000 : NAN;
	*slow_w = read ? np_nvml_number(&fields[1]) / 1000 : NAN;
	if (isnan(*slow_w))
		*slow_w = average_power(nvml);
}

static np_status fail_read(np_nvml_meter *self, const char *call, int rc, np_error *err)
{
	char why[192];
	np_nvml_why(self->nvml->api, call, rc, why, sizeof why);
	return np_fail(err, NP_ERR_UNAVAILABLE, "the power meter stopped working: %s, %d times in a row", why, self->failures);
}

/*
 * A counter that falls began anew (a driver reloaded, a card reset): what it counted before is kept, and a new epoch says
 * that a window across this moment is worthless. A refused read repeats the last value.
 */
static np_status read_counter(np_nvml_meter *self, double *at_s, np_error *err)
{
	unsigned long long mj = 0;
	double before_s = np_cuda_now();
	int rc = self->nvml->api->energy_mj(self->nvml->gpu, &mj);
	*at_s = (before_s + np_cuda_now()) / 2;
	if (rc != NP_NVML_OK)
		return ++self->failures >= MAX_FAILURES ? fail_read(self, "nvmlDeviceGetTotalEnergyConsumption", rc, err)
		                                        : NP_OK;
	self->failures = 0;
	if (mj < self->last_mj)
		self->epoch++;
	else
		self->total_j += (double)(mj - self->last_mj) / 1000;
	self->last_mj = mj;
	return NP_OK;
}

static void look_at_power(np_nvml_meter *self, double now_s)
{
	read_power(self->nvml, &self->power_w, &self->slow_w);
	if (self->source == NVML_AVERAGE)
		self->power_w = self->slow_w;
	self->power_at_s = now_s;
}

static np_status read_meter(np_meter *meter, np_reading *reading, np_error *err)
{
	np_nvml_meter *self = (np_nvml_meter *)meter;
	*reading = (np_reading){.energy_j = NAN};
	if (self->source == NVML_COUNTER) {
		NP_TRY(read_counter(self, &reading->at_s, err));
		reading->energy_j = self->total_j;
		if (reading->at_s - self->power_at_s >= POWER_PERIOD_S)
			look_at_power(self, reading->at_s);
	} else {
		double before_s = np_cuda_now();
		look_at_power(self, before_s);
		reading->at_s = (before_s + np_cuda_now()) / 2;
		self->failures = isnan(self->power_w) ? self->failures + 1 : 0;
		if (self->failures >= MAX_FAILURES)
			return fail_read(self, "reading power", NP_NVML_NOT_SUPPORTED, err);
	}
	reading->power_w = self->power_w;
	reading->power_slow_w = self->source == NVML_AVERAGE ? NAN : self->slow_w;
	reading->epoch = self->epoch;
	return NP_OK;
}

static void close_meter(np_meter *meter)
{
	free(meter);
}

static const np_meter_ops meter_ops = {read_meter, close_meter};

/* Even an idle card uses several joules a second, so a counter that works moves within a few ticks. */
static bool counter_moves(const np_nvml *nvml, unsigned long long *mj, char *why, size_t size)
{
	if (!nvml->api->energy_mj) {
		snprintf(why, size, "this driver has no energy counter");
		return false;
	}
	unsigned long long first = 0;
	int rc = nvml->api->energy_mj(nvml->gpu, &first);
	*mj = first;
	for (int i = 0; i < 100 && rc == NP_NVML_OK && *mj == first; i++) {
		np_cuda_sleep(0.005);
		rc = nvml->api->energy_mj(nvml->gpu, mj);
	}
	if (rc != NP_NVML_OK)
		np_nvml_why(nvml->api, "nvmlDeviceGetTotalEnergyConsumption", rc, why, size);
	else if (*mj == first)
		snprintf(why, size, "the energy counter stands still at %llu mJ", first);
	return rc == NP_NVML_OK && *mj != first;
}

/* Boards that share a module answer to its scope only. */
static bool find_scope(np_nvml *nvml)
{
	static const unsigned scopes[] = {NP_NVML_SCOPE_GPU, NP_NVML_SCOPE_MODULE};
	for (int i = 0; i < 2; i++) {
		double instant_w, slow_w;
		nvml->power_scope = scopes[i];
		read_power(nvml, &instant_w, &slow_w);
		if (instant_w > 0)
			return true;
	}
	nvml->power_scope = NP_NVML_SCOPE_GPU;
	return false;
}

np_status np_nvml_meter_open(np_nvml *nvml, np_meter **meter, char *why, size_t size, np_error *err)
{
	*meter = NULL;
	why[0] = '\0';
	char counter_why[192] = "";
	unsigned long long mj = 0;
	np_nvml_source source = NVML_COUNTER;
	bool has_instant = find_scope(nvml);
	if (!counter_moves(nvml, &mj, counter_why, sizeof counter_why)) {
		source = has_instant ? NVML_INSTANT : NVML_AVERAGE;
		if (!has_instant && !(average_power(nvml) > 0)) {
			snprintf(why, size, "NVML tells neither energy nor power: %s", counter_why);
			return NP_OK;
		}
	}
	np_nvml_meter *self = calloc(1, sizeof *self);
	if (!self)
		return np_fail_memory(err);
	self->meter = (np_meter){.ops = &meter_ops, .counts = source == NVML_COUNTER};
	snprintf(self->meter.source, sizeof self->meter.source, "%s", source_names[source]);
	self->nvml = nvml;
	self->source = source;
	self->last_mj = mj;
	look_at_power(self, np_cuda_now());
	*meter = &self->meter;
	return NP_OK;
}
