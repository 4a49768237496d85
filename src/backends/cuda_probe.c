/* What `doctor` has to say of NVIDIA GPUs: the libraries, the devices, whether their power can be read. Changes nothing. */
#include "backends/backends.h"
#include "backends/cuda_clock.h"
#include "backends/cuda_device.h"
#include "backends/nvml_meter.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

enum { MAX_PROBED = 16 };

/* ---- libraries ---- */

static bool probe_library(np_cuda_libs *libs, np_cuda_part part, np_findings *findings)
{
	np_error why = {0};
	if (np_cuda_libs_open(libs, part, &why) == NP_OK) {
		np_findings_add(findings, NP_FINDING_FACT, "gpu", np_cuda_libs_title(part), NULL, "%s",
		                libs->library[part].path);
		return true;
	}
	np_findings_add(findings, NP_FINDING_MISSING, "gpu", np_cuda_libs_title(part), np_cuda_libs_remedy(part), "%s",
	                why.message);
	return false;
}

/* Helpers may be missing; then some of cuDNN's kernels are, and nobody else says so. */
static void probe_helpers(np_cuda_libs *libs, np_findings *findings)
{
	np_error why = {0};
	(void)!np_cuda_libs_open(libs, NP_CUDA_CUBLASLT, &why);
	if (np_cuda_libs_open(libs, NP_CUDA_NVRTC, &why) != NP_OK)
		np_findings_add(findings, NP_FINDING_CAUTION, "gpu", np_cuda_libs_title(NP_CUDA_NVRTC),
		                np_cuda_libs_remedy(NP_CUDA_NVRTC),
		                "not found: cuDNN cannot compile kernels and chooses others");
}

static int count_devices(const np_cuda_libs *libs, np_findings *findings)
{
	int count = 0, runtime = 0, driver = 0;
	int rc = libs->cuda.device_count(&count);
	libs->cuda.runtime_version(&runtime);
	if (libs->cuda.driver_version(&driver) != NP_CUDA_OK)
		driver = 0;
	libs->cuda.last_error();
	if (rc == NP_CUDA_OK)
		return count < MAX_PROBED ? count : MAX_PROBED;
	np_findings_add(findings, NP_FINDING_MISSING, "gpu", "devices", "install or update the NVIDIA driver",
	                "cudaGetDeviceCount: rc %d (%s); the driver knows CUDA %d.%d, the runtime is %d.%d", rc,
	                libs->cuda.error_string(rc), driver / 1000, driver % 1000 / 10, runtime / 1000, runtime % 1000 / 10);
	return 0;
}

/* ---- one device ---- */

static void probe_state(np_nvml *nvml, np_findings *findings, const char *area)
{
	np_device_state state;
	np_nvml_state(nvml, np_cuda_now(), &state);
	int strangers = np_nvml_strangers(nvml);
	if (strangers > 0)
		np_findings_add(findings, NP_FINDING_CAUTION, area, "processes",
		                "stop the other processes: `nvidia-smi` lists them", "%d other process%s on the device",
		                strangers, strangers == 1 ? "" : "es");
	if (state.flags & NP_FLAG_MIG)
		np_findings_add(findings, NP_FINDING_CAUTION, area, "MIG", "measure on a device that is not partitioned",
		                "the device is partitioned: power is that of the whole board");
	if (state.util_pct > 0)
		np_findings_add(findings, NP_FINDING_CAUTION, area, "use", NULL,
		                "busy %.0f %% of the time before anything was started", state.util_pct);
	if (state.flags & (NP_FLAG_THR_POWER | NP_FLAG_THR_THERMAL | NP_FLAG_THR_HW))
		np_findings_add(findings, NP_FINDING_CAUTION, area, "throttling", NULL, "slowed down now, reasons 0x%x",
		                state.reasons);
	np_findings_add(findings, NP_FINDING_FACT, area, "state", NULL, "SM %.0f MHz, memory %.0f MHz, %.0f C", state.sm_mhz,
	                state.mem_mhz, state.temp_c);
}

static void probe_meter(np_nvml *nvml, np_findings *findings, int index)
{
	char area[32], why[256];
	np_meter *meter = NULL;
	np_error err = {0};
	snprintf(area, sizeof area, "gpu %d power", index);
	if (np_nvml_meter_open(nvml, &meter, why, sizeof why, &err) != NP_OK || !meter) {
		np_findings_add(findings, NP_FINDING_MISSING, area, "meter", NULL, "%s", why[0] ? why : err.message);
		return;
	}
	np_reading reading;
	double watts = meter->ops->read(meter, &reading, &err) == NP_OK ? reading.power_w : NAN;
	if (meter->counts)
		np_findings_add(findings, NP_FINDING_GOOD, area, "meter", NULL, "%s, %.1f W now", meter->source, watts);
	else
		np_findings_add(findings, NP_FINDING_CAUTION, area, "meter", NULL,
		                "%s, %.1f W now: the energy counter does not work, so power is polled", meter->source, watts);
	meter->ops->close(meter);
}

static void probe_device(np_cuda_libs *libs, bool has_nvml, np_findings *findings, int index)
{
	char area[16], bus_id[32] = "";
	snprintf(area, sizeof area, "gpu %d", index);
	if (libs->cuda.bus_id(bus_id, sizeof bus_id, index) != NP_CUDA_OK) {
		libs->cuda.last_error();
		np_findings_add(findings, NP_FINDING_MISSING, area, "device", NULL, "cudaDeviceGetPCIBusId fails");
		return;
	}
	np_nvml nvml;
	np_error err = {0};
	if (!has_nvml || np_nvml_start(&nvml, &libs->nvml, bus_id, 0, &err) != NP_OK) {
		np_findings_add(findings, NP_FINDING_CAUTION, area, "power", NULL, "runtime only: %s",
		                has_nvml ? err.message : "no NVML");
		return;
	}
	np_device_facts facts = {.device = ""};
	np_nvml_facts(&nvml, &facts);
	np_findings_add(findings, NP_FINDING_GOOD, area, "device", NULL, "%s at %s, power limit %.0f W", facts.device, bus_id,
	                facts.limit_w);
	np_text_free(&facts.provenance);
	probe_state(&nvml, findings, area);
	probe_meter(&nvml, findings, index);
	np_nvml_stop(&nvml);
}

/* A machine without any trace of NVIDIA hears one line, not five. */
static bool is_nvidia_here(np_cuda_libs *libs)
{
	np_error why = {0};
	return access("/dev/nvidiactl", F_OK) == 0 || access("/proc/driver/nvidia/version", F_OK) == 0 ||
	       access("/dev/dxg", F_OK) == 0 || np_cuda_libs_open(libs, NP_CUDA_NVML, &why) == NP_OK;
}

void np_cuda_probe(np_findings *findings, int *devices)
{
	np_cuda_libs libs;
	np_cuda_libs_start(&libs);
	if (!is_nvidia_here(&libs)) {
		np_findings_add(findings, NP_FINDING_FACT, "gpu", "NVIDIA", NULL, "no NVIDIA GPU and no driver for one");
		np_cuda_libs_close(&libs);
		return;
	}
	np_dynlib_close(&libs.library[NP_CUDA_NVML]);
	bool has_nvml = probe_library(&libs, NP_CUDA_NVML, findings);
	bool has_cuda = probe_library(&libs, NP_CUDA_CUDART, findings);
	probe_helpers(&libs, findings);
	bool has_blas = probe_library(&libs, NP_CUDA_CUBLAS, findings);
	bool has_dnn = probe_library(&libs, NP_CUDA_CUDNN, findings);
	int count = has_cuda ? count_devices(&libs, findings) : 0;
	for (int i = 0; i < count; i++)
		probe_device(&libs, has_nvml, findings, i);
	if (has_blas && has_dnn)
		*devices += count;
	np_cuda_libs_close(&libs);
}

/* ---- without a device ---- */

/* What can be asked of a library before there is a device. */
static void write_version(const np_cuda_libs *libs, np_cuda_part part, char *text, size_t size)
{
	int runtime = 0;
	text[0] = '\0';
	if (part == NP_CUDA_CUDART && libs->cuda.runtime_version(&runtime) == NP_CUDA_OK)
		snprintf(text, size, "%d.%d, ", runtime / 1000, runtime % 1000 / 10);
	if (part == NP_CUDA_CUDNN) {
		size_t version = libs->dnn.version();
		snprintf(text, size, "%zu.%zu.%zu, ", version / 10000, version / 100 % 100, version % 100);
	}
}

void np_cuda_list(np_findings *findings)
{
	np_cuda_libs libs;
	np_cuda_libs_start(&libs);
	for (int part = 0; part < NP_CUDA_PART_COUNT; part++) {
		char version[32];
		np_error why = {0};
		bool found = np_cuda_libs_open(&libs, part, &why) == NP_OK;
		if (found)
			write_version(&libs, part, version, sizeof version);
		np_findings_add(findings, found ? NP_FINDING_GOOD : NP_FINDING_FACT, "gpu", np_cuda_libs_title(part), NULL,
		                "%s%s", found ? version : "", found ? libs.library[part].path : "not found");
	}
	np_cuda_libs_close(&libs);
}
