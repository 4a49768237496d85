/*
 * The part of NVML that is used, in declarations of our own, so that nothing of the vendor is needed to build. Only calls
 * that read: none that changes a clock, a limit or any other setting is declared here.
 *
 * A test includes the vendor's header first, gives the types below their vendor's names, and so has the compiler compare.
 */
#ifndef NP_BACKENDS_NVML_API_H
#define NP_BACKENDS_NVML_API_H

#include <stdint.h>

enum {
	NP_NVML_OK = 0,
	NP_NVML_NOT_SUPPORTED = 3,
	NP_NVML_NO_PERMISSION = 4,
	NP_NVML_INSUFFICIENT_SIZE = 7,
	NP_NVML_GPU_IS_LOST = 15,

	NP_NVML_CLOCK_SM = 1,
	NP_NVML_CLOCK_MEM = 2,
	NP_NVML_TEMPERATURE_GPU = 0,
	NP_NVML_TEMPERATURE_V1 = 12 | 1 << 24, /* size and version of the structure */

	NP_NVML_FIELD_POWER_CAP_NS = 74,
	NP_NVML_FIELD_POWER_AVERAGE = 185,
	NP_NVML_FIELD_POWER_INSTANT = 186,
	NP_NVML_FIELD_SW_THERMAL_NS = 269,
	NP_NVML_FIELD_HW_THERMAL_NS = 270,
	NP_NVML_FIELD_POWER_BRAKE_NS = 271,
	NP_NVML_SCOPE_GPU = 0,
	NP_NVML_SCOPE_MODULE = 1,

	NP_NVML_TYPE_DOUBLE = 0,
	NP_NVML_TYPE_UNSIGNED = 1,
	NP_NVML_TYPE_UNSIGNED_LONG = 2,
	NP_NVML_TYPE_UNSIGNED_LONG_LONG = 3,
	NP_NVML_TYPE_SIGNED_LONG_LONG = 4,
	NP_NVML_TYPE_SIGNED_INT = 5,

	/* Bits of the clocks' event reasons. */
	NP_NVML_REASON_POWER_CAP = 0x4,
	NP_NVML_REASON_HW_SLOWDOWN = 0x8,
	NP_NVML_REASON_SW_THERMAL = 0x20,
	NP_NVML_REASON_HW_THERMAL = 0x40,
	NP_NVML_REASON_POWER_BRAKE = 0x80,
};

struct np_nvml_field_layout {
	unsigned field, scope;
	long long timestamp_us, latency_us;
	int type; /* NP_NVML_TYPE_... */
	int rc;
	union {
		double d;
		int i;
		unsigned u;
		unsigned long ul;
		unsigned long long ull;
		long long ll;
	} value;
};

struct np_nvml_process_layout {
	unsigned pid;
	unsigned long long used_bytes;
	unsigned gpu_instance, compute_instance;
};

struct np_nvml_temperature_layout {
	unsigned version; /* NP_NVML_TEMPERATURE_V1 */
	int sensor, celsius;
};

struct np_nvml_use_layout {
	unsigned gpu_pct, memory_pct;
};

#ifndef NP_NVML_TYPES_GIVEN
typedef int np_nvml_rc;
typedef int np_nvml_clock;
typedef int np_nvml_sensor;
typedef int np_nvml_enabled;
typedef struct np_nvml_gpu_opaque *np_nvml_gpu;
typedef struct np_nvml_field_layout np_nvml_field;
typedef struct np_nvml_process_layout np_nvml_process;
typedef struct np_nvml_use_layout np_nvml_use;
typedef struct np_nvml_temperature_layout np_nvml_temperature;
#endif

/* Member, result, arguments, required, names (newest first). */
#define NP_NVML_MAP(X)                                                                                                         \
	X(init, np_nvml_rc, (void), true, "nvmlInit_v2", "nvmlInit")                                                           \
	X(shutdown, np_nvml_rc, (void), true, "nvmlShutdown", NULL)                                                            \
	X(error_string, const char *, (np_nvml_rc rc), false, "nvmlErrorString", NULL)                                         \
	X(driver_version, np_nvml_rc, (char *text, unsigned size), false, "nvmlSystemGetDriverVersion", NULL)                  \
	X(nvml_version, np_nvml_rc, (char *text, unsigned size), false, "nvmlSystemGetNVMLVersion", NULL)                      \
	X(count, np_nvml_rc, (unsigned *count), true, "nvmlDeviceGetCount_v2", "nvmlDeviceGetCount")                           \
	X(by_index, np_nvml_rc, (unsigned index, np_nvml_gpu *gpu), true, "nvmlDeviceGetHandleByIndex_v2",                     \
	  "nvmlDeviceGetHandleByIndex")                                                                                        \
	X(by_bus_id, np_nvml_rc, (const char *bus_id, np_nvml_gpu *gpu), false, "nvmlDeviceGetHandleByPciBusId_v2",            \
	  "nvmlDeviceGetHandleByPciBusId")                                                                                     \
	X(name, np_nvml_rc, (np_nvml_gpu gpu, char *text, unsigned size), true, "nvmlDeviceGetName", NULL)                     \
	X(uuid, np_nvml_rc, (np_nvml_gpu gpu, char *text, unsigned size), false, "nvmlDeviceGetUUID", NULL)                    \
	X(energy_mj, np_nvml_rc, (np_nvml_gpu gpu, unsigned long long *mj), false, "nvmlDeviceGetTotalEnergyConsumption",      \
	  NULL)                                                                                                                \
	X(fields, np_nvml_rc, (np_nvml_gpu gpu, int count, np_nvml_field *fields), false, "nvmlDeviceGetFieldValues", NULL)    \
	X(power_mw, np_nvml_rc, (np_nvml_gpu gpu, unsigned *mw), false, "nvmlDeviceGetPowerUsage", NULL)                       \
	X(limit_mw, np_nvml_rc, (np_nvml_gpu gpu, unsigned *mw), false, "nvmlDeviceGetEnforcedPowerLimit",                     \
	  "nvmlDeviceGetPowerManagementLimit")                                                                                 \
	X(clock_mhz, np_nvml_rc, (np_nvml_gpu gpu, np_nvml_clock clock, unsigned *mhz), false, "nvmlDeviceGetClockInfo", NULL) \
	X(max_clock_mhz, np_nvml_rc, (np_nvml_gpu gpu, np_nvml_clock clock, unsigned *mhz), false,                             \
	  "nvmlDeviceGetMaxClockInfo", NULL)                                                                                   \
	X(temperature_c, np_nvml_rc, (np_nvml_gpu gpu, np_nvml_sensor sensor, unsigned *celsius), false,                       \
	  "nvmlDeviceGetTemperature", NULL)                                                                                    \
	X(temperature_v, np_nvml_rc, (np_nvml_gpu gpu, np_nvml_temperature * temperature), false, "nvmlDeviceGetTemperatureV", \
	  NULL)                                                                                                                \
	X(reasons, np_nvml_rc, (np_nvml_gpu gpu, unsigned long long *mask), false, "nvmlDeviceGetCurrentClocksEventReasons",   \
	  "nvmlDeviceGetCurrentClocksThrottleReasons")                                                                         \
	X(use, np_nvml_rc, (np_nvml_gpu gpu, np_nvml_use * use), false, "nvmlDeviceGetUtilizationRates", NULL)                 \
	X(persistence, np_nvml_rc, (np_nvml_gpu gpu, np_nvml_enabled * mode), false, "nvmlDeviceGetPersistenceMode", NULL)     \
	X(mig, np_nvml_rc, (np_nvml_gpu gpu, unsigned *current, unsigned *pending), false, "nvmlDeviceGetMigMode", NULL)       \
	X(processes, np_nvml_rc, (np_nvml_gpu gpu, unsigned *count, np_nvml_process *list), false,                             \
	  "nvmlDeviceGetComputeRunningProcesses_v3", NULL)

typedef struct np_nvml_api {
#define NP_NVML_MEMBER(member, result, arguments, required, newest, older) result(*member) arguments;
	NP_NVML_MAP(NP_NVML_MEMBER)
#undef NP_NVML_MEMBER
} np_nvml_api;

#endif
