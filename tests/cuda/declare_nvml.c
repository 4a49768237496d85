/* Compiled only where the vendor's header is: NVML's declarations against ours. Any difference does not compile. */
#include <nvml.h>
#include <stddef.h>

typedef nvmlReturn_t np_nvml_rc;
typedef nvmlClockType_t np_nvml_clock;
typedef nvmlTemperatureSensors_t np_nvml_sensor;
typedef nvmlEnableState_t np_nvml_enabled;
typedef nvmlDevice_t np_nvml_gpu;
typedef nvmlFieldValue_t np_nvml_field;
typedef nvmlProcessInfo_t np_nvml_process;
typedef nvmlUtilization_t np_nvml_use;
typedef nvmlTemperature_t np_nvml_temperature;
#define NP_NVML_TYPES_GIVEN
#include "backends/nvml_api.h"
#include "declare.h"

void np_compare_nvml(np_nvml_api *api);
void np_compare_nvml(np_nvml_api *api)
{
	api->init = nvmlInit_v2;
	api->shutdown = nvmlShutdown;
	api->error_string = nvmlErrorString;
	api->driver_version = nvmlSystemGetDriverVersion;
	api->nvml_version = nvmlSystemGetNVMLVersion;
	api->count = nvmlDeviceGetCount_v2;
	api->by_index = nvmlDeviceGetHandleByIndex_v2;
	api->by_bus_id = nvmlDeviceGetHandleByPciBusId_v2;
	api->name = nvmlDeviceGetName;
	api->uuid = nvmlDeviceGetUUID;
	api->energy_mj = nvmlDeviceGetTotalEnergyConsumption;
	api->fields = nvmlDeviceGetFieldValues;
	api->power_mw = nvmlDeviceGetPowerUsage;
	api->limit_mw = nvmlDeviceGetEnforcedPowerLimit;
	api->limit_mw = nvmlDeviceGetPowerManagementLimit;
	api->clock_mhz = nvmlDeviceGetClockInfo;
	api->max_clock_mhz = nvmlDeviceGetMaxClockInfo;
	api->temperature_c = nvmlDeviceGetTemperature;
	api->temperature_v = nvmlDeviceGetTemperatureV;
	api->reasons = nvmlDeviceGetCurrentClocksEventReasons;
	api->reasons = nvmlDeviceGetCurrentClocksThrottleReasons;
	api->use = nvmlDeviceGetUtilizationRates;
	api->persistence = nvmlDeviceGetPersistenceMode;
	api->mig = nvmlDeviceGetMigMode;
	api->processes = nvmlDeviceGetComputeRunningProcesses_v3;
}

SAME(NP_NVML_OK, NVML_SUCCESS);
SAME(NP_NVML_NOT_SUPPORTED, NVML_ERROR_NOT_SUPPORTED);
SAME(NP_NVML_NO_PERMISSION, NVML_ERROR_NO_PERMISSION);
SAME(NP_NVML_INSUFFICIENT_SIZE, NVML_ERROR_INSUFFICIENT_SIZE);
SAME(NP_NVML_GPU_IS_LOST, NVML_ERROR_GPU_IS_LOST);
SAME(NP_NVML_CLOCK_SM, NVML_CLOCK_SM);
SAME(NP_NVML_CLOCK_MEM, NVML_CLOCK_MEM);
SAME(NP_NVML_TEMPERATURE_GPU, NVML_TEMPERATURE_GPU);
SAME(NP_NVML_TEMPERATURE_V1, nvmlTemperature_v1);
SAME(NP_NVML_FIELD_POWER_CAP_NS, NVML_FI_DEV_PERF_POLICY_POWER);
SAME(NP_NVML_FIELD_POWER_AVERAGE, NVML_FI_DEV_POWER_AVERAGE);
SAME(NP_NVML_FIELD_POWER_INSTANT, NVML_FI_DEV_POWER_INSTANT);
SAME(NP_NVML_FIELD_SW_THERMAL_NS, NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN);
SAME(NP_NVML_FIELD_HW_THERMAL_NS, NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN);
SAME(NP_NVML_FIELD_POWER_BRAKE_NS, NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN);
SAME(NP_NVML_SCOPE_GPU, NVML_POWER_SCOPE_GPU);
SAME(NP_NVML_SCOPE_MODULE, NVML_POWER_SCOPE_MODULE);
SAME(NP_NVML_TYPE_DOUBLE, NVML_VALUE_TYPE_DOUBLE);
SAME(NP_NVML_TYPE_UNSIGNED, NVML_VALUE_TYPE_UNSIGNED_INT);
SAME(NP_NVML_TYPE_UNSIGNED_LONG, NVML_VALUE_TYPE_UNSIGNED_LONG);
SAME(NP_NVML_TYPE_UNSIGNED_LONG_LONG, NVML_VALUE_TYPE_UNSIGNED_LONG_LONG);
SAME(NP_NVML_TYPE_SIGNED_LONG_LONG, NVML_VALUE_TYPE_SIGNED_LONG_LONG);
SAME(NP_NVML_TYPE_SIGNED_INT, NVML_VALUE_TYPE_SIGNED_INT);
SAME(NP_NVML_REASON_POWER_CAP, nvmlClocksEventReasonSwPowerCap);
SAME(NP_NVML_REASON_HW_SLOWDOWN, nvmlClocksThrottleReasonHwSlowdown);
SAME(NP_NVML_REASON_SW_THERMAL, nvmlClocksEventReasonSwThermalSlowdown);
SAME(NP_NVML_REASON_HW_THERMAL, nvmlClocksThrottleReasonHwThermalSlowdown);
SAME(NP_NVML_REASON_POWER_BRAKE, nvmlClocksThrottleReasonHwPowerBrakeSlowdown);

AS_INT(nvmlReturn_t);
AS_INT(nvmlClockType_t);
AS_INT(nvmlTemperatureSensors_t);
AS_INT(nvmlEnableState_t);
SAME_SIZE(struct np_nvml_field_layout, nvmlFieldValue_t);
SAME_PLACE(struct np_nvml_field_layout, field, nvmlFieldValue_t, fieldId);
SAME_PLACE(struct np_nvml_field_layout, scope, nvmlFieldValue_t, scopeId);
SAME_PLACE(struct np_nvml_field_layout, timestamp_us, nvmlFieldValue_t, timestamp);
SAME_PLACE(struct np_nvml_field_layout, type, nvmlFieldValue_t, valueType);
SAME_PLACE(struct np_nvml_field_layout, rc, nvmlFieldValue_t, nvmlReturn);
SAME_PLACE(struct np_nvml_field_layout, value, nvmlFieldValue_t, value);
SAME_SIZE(struct np_nvml_process_layout, nvmlProcessInfo_t);
SAME_PLACE(struct np_nvml_process_layout, pid, nvmlProcessInfo_t, pid);
SAME_PLACE(struct np_nvml_process_layout, used_bytes, nvmlProcessInfo_t, usedGpuMemory);
SAME_SIZE(struct np_nvml_use_layout, nvmlUtilization_t);
SAME_PLACE(struct np_nvml_use_layout, gpu_pct, nvmlUtilization_t, gpu);
SAME_SIZE(struct np_nvml_temperature_layout, nvmlTemperature_t);
SAME_PLACE(struct np_nvml_temperature_layout, sensor, nvmlTemperature_t, sensorType);
SAME_PLACE(struct np_nvml_temperature_layout, celsius, nvmlTemperature_t, temperature);
