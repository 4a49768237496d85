/*
 * NVML without a device: a card that draws NP_STUB_WATTS (350), whose counter moves every NP_STUB_TICK_MS (100).
 * Modes: "no_counter" "stuck" "reset" (the counter begins anew after NP_STUB_RESET_S of the process), "no_fields" "scope1"
 * "no_power" "busy" (another process) "namespaced" (this process under another number) "mig" "throttle" "lost".
 * Built with NP_STUB_OLD it is a driver of long ago, without most calls.
 */
#include "stub.h"

#include <stdio.h>
#include <unistd.h>

enum { OK = 0, BAD = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, LOST = 15 };

static int started;
static int gpu; /* its address is the handle */
static double first_s;

static double since_start(void)
{
	if (first_s <= 0)
		first_s = stub_now();
	return stub_now() - first_s;
}

NP_STUB_EXPORT int nvmlInit_v2(void);
int nvmlInit_v2(void)
{
	started++;
	since_start();
	return stub_mode("no_driver") ? 9 : OK;
}

NP_STUB_EXPORT int nvmlShutdown(void);
int nvmlShutdown(void)
{
	started--;
	return OK;
}

/* For tests: how often it was started and not stopped. */
NP_STUB_EXPORT int np_stub_nvml_started(void);
int np_stub_nvml_started(void)
{
	return started;
}

NP_STUB_EXPORT int nvmlDeviceGetCount_v2(unsigned *count);
int nvmlDeviceGetCount_v2(unsigned *count)
{
	*count = 1;
	return OK;
}

NP_STUB_EXPORT int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle);
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle)
{
	*handle = &gpu;
	return index == 0 ? OK : BAD;
}

NP_STUB_EXPORT int nvmlDeviceGetName(void *handle, char *text, unsigned size);
int nvmlDeviceGetName(void *handle, char *text, unsigned size)
{
	snprintf(text, size, "NVIDIA Stub GPU");
	return handle == &gpu ? OK : BAD;
}

NP_STUB_EXPORT int nvmlDeviceGetPowerUsage(void *handle, unsigned *mw);
int nvmlDeviceGetPowerUsage(void *handle, unsigned *mw)
{
	*mw = (unsigned)(stub_number("NP_STUB_WATTS", 350) * 1000);
	return handle == &gpu && !stub_mode("no_power") ? OK : NOT_SUPPORTED;
}

#ifndef NP_STUB_OLD

NP_STUB_EXPORT const char *nvmlErrorString(int rc);
const char *nvmlErrorString(int rc)
{
	return rc == NOT_SUPPORTED ? "Not Supported" : rc == LOST ? "GPU is lost" : "Some Error";
}

NP_STUB_EXPORT int nvmlSystemGetDriverVersion(char *text, unsigned size);
int nvmlSystemGetDriverVersion(char *text, unsigned size)
{
	snprintf(text, size, "580.00.stub");
	return OK;
}

NP_STUB_EXPORT int nvmlSystemGetNVMLVersion(char *text, unsigned size);
int nvmlSystemGetNVMLVersion(char *text, unsigned size)
{
	snprintf(text, size, "13.580.00.stub");
	return OK;
}

NP_STUB_EXPORT int nvmlDeviceGetHandleByPciBusId_v2(const char *bus_id, void **handle);
int nvmlDeviceGetHandleByPciBusId_v2(const char *bus_id, void **handle)
{
	*handle = &gpu;
	return strcmp(bus_id, "0000:19:00.0") ? NOT_FOUND : OK;
}

NP_STUB_EXPORT int nvmlDeviceGetUUID(void *handle, char *text, unsigned size);
int nvmlDeviceGetUUID(void *handle, char *text, unsigned size)
{
	snprintf(text, size, "GPU-00000000-0000-0000-0000-000000000000");
	return handle == &gpu ? OK : BAD;
}

NP_STUB_EXPORT int nvmlDeviceGetTotalEnergyConsumption(void *handle, unsigned long long *mj);
int nvmlDeviceGetTotalEnergyConsumption(void *handle, unsigned long long *mj)
{
	double watts = stub_number("NP_STUB_WATTS", 350), tick_s = stub_number("NP_STUB_TICK_MS", 100) / 1000;
	double seconds = since_start(), reset_s = stub_number("NP_STUB_RESET_S", 1);
	if (handle != &gpu || stub_mode("no_counter"))
		return NOT_SUPPORTED;
	if (stub_mode("lost"))
		return LOST;
	unsigned long long ticks = (unsigned long long)(seconds / tick_s);
	double before = stub_mode("reset") && seconds > reset_s ? (double)(unsigned long long)(reset_s / tick_s) : -40000;
	if (stub_mode("stuck"))
		ticks = 7;
	*mj = (unsigned long long)(((double)ticks - before) * tick_s * watts * 1000);
	return OK;
}

typedef struct stub_field {
	unsigned id, scope;
	long long at_us, latency_us;
	int type, rc;
	union {
		unsigned u;
		unsigned long long ull;
	} value;
} stub_field;

static void read_field(stub_field *field)
{
	bool power = field->id == 185 || field->id == 186;
	field->rc = NOT_SUPPORTED;
	if (power && field->scope == (stub_mode("scope1") ? 1u : 0u) && !stub_mode("no_power")) {
		field->type = 1;
		field->rc = OK;
		field->value.u = (unsigned)(stub_number("NP_STUB_WATTS", 350) * 1000);
	} else if (field->id == 74 || (field->id >= 269 && field->id <= 271)) {
		field->type = 3;
		field->rc = OK;
		/* Half of the time at the power limit; no other throttling. */
		field->value.ull =
		        field->id == 74 && stub_mode("throttle") ? (unsigned long long)(since_start() * 0.5e9) : 1000;
	}
}

NP_STUB_EXPORT int nvmlDeviceGetFieldValues(void *handle, int count, stub_field *fields);
int nvmlDeviceGetFieldValues(void *handle, int count, stub_field *fields)
{
	if (handle != &gpu || stub_mode("no_fields"))
		return NOT_SUPPORTED;
	for (int i = 0; i < count; i++)
		read_field(&fields[i]);
	return OK;
}

NP_STUB_EXPORT int nvmlDeviceGetEnforcedPowerLimit(void *handle, unsigned *mw);
int nvmlDeviceGetEnforcedPowerLimit(void *handle, unsigned *mw)
{
	*mw = 700000;
	return handle == &gpu ? OK : BAD;
}

NP_STUB_EXPORT int nvmlDeviceGetClockInfo(void *handle, int clock, unsigned *mhz);
int nvmlDeviceGetClockInfo(void *handle, int clock, unsigned *mhz)
{
	*mhz = clock == 1 ? 1755 : 3201;
	return handle == &gpu ? OK : BAD;
}

NP_STUB_EXPORT int nvmlDeviceGetMaxClockInfo(void *handle, int clock, unsigned *mhz);
int nvmlDeviceGetMaxClockInfo(void *handle, int clock, unsigned *mhz)
{
	*mhz = clock == 1 ? 1980 : 3201;
	return handle == &gpu ? OK : BAD;
}

NP_STUB_EXPORT int nvmlDeviceGetTemperature(void *handle, int sensor, unsigned *celsius);
int nvmlDeviceGetTemperature(void *handle, int sensor, unsigned *celsius)
{
	*celsius = 41;
	return handle == &gpu && sensor == 0 ? OK : BAD;
}

NP_STUB_EXPORT int nvmlDeviceGetCurrentClocksEventReasons(void *handle, unsigned long long *mask);
int nvmlDeviceGetCurrentClocksEventReasons(void *handle, unsigned long long *mask)
{
	*mask = stub_mode("hot") ? 0x40 : 0;
	return handle == &gpu ? OK : BAD;
}

NP_STUB_EXPORT int nvmlDeviceGetUtilizationRates(void *handle, unsigned *use);
int nvmlDeviceGetUtilizationRates(void *handle, unsigned *use)
{
	use[0] = stub_mode("busy") ? 55 : 0;
	use[1] = 0;
	return handle == &gpu ? OK : BAD;
}

NP_STUB_EXPORT int nvmlDeviceGetPersistenceMode(void *handle, int *mode);
int nvmlDeviceGetPersistenceMode(void *handle, int *mode)
{
	*mode = 1;
	return handle == &gpu ? OK : BAD;
}

NP_STUB_EXPORT int nvmlDeviceGetMigMode(void *handle, unsigned *current, unsigned *pending);
int nvmlDeviceGetMigMode(void *handle, unsigned *current, unsigned *pending)
{
	*current = *pending = stub_mode("mig");
	return handle == &gpu ? OK : BAD;
}

typedef struct stub_process {
	unsigned pid;
	unsigned long long used;
	unsigned gpu_instance, compute_instance;
} stub_process;

NP_STUB_EXPORT int nvmlDeviceGetComputeRunningProcesses_v3(void *handle, unsigned *count, stub_process *list);
int nvmlDeviceGetComputeRunningProcesses_v3(void *handle, unsigned *count, stub_process *list)
{
	unsigned room = *count;
	*count = 0;
	if (room < 2)
		return 7;
	list[(*count)++].pid = stub_mode("namespaced") ? 4000001u : (unsigned)getpid();
	if (stub_mode("busy"))
		list[(*count)++].pid = 4000002u;
	return handle == &gpu ? OK : BAD;
}

#endif
