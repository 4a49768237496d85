/*
 * Layers on an NVIDIA GPU: opening and closing. Opening looks and asks but creates no context, so that the power of the idle
 * card can be read as it is; the first job creates it.
 */
#include "backends/cuda_device.h"

#include "backends/backends.h"
#include "backends/cuda_clock.h"
#include "backends/nvml_meter.h"
#include "base/error.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What NVIDIA recommends for Hopper; cuBLAS would otherwise allocate while a graph is captured. */
static const size_t BLAS_WORKSPACE = (size_t)32 << 20;

np_status np_cuda_check(const np_cuda *cuda, const char *call, int rc, np_status status, np_error *err)
{
	if (rc == NP_CUDA_OK)
		return NP_OK;
	const np_cudart_api *api = &cuda->libs.cuda;
	api->last_error();
	return np_fail(err, status, "%s: rc %d (%s: %s)", call, rc, api->error_name(rc), api->error_string(rc));
}

/* ---- the context ---- */

/* Spinning, not sleeping, while waiting: what is measured are microseconds. */
static np_status select_device(np_cuda *cuda, np_error *err)
{
	const np_cudart_api *api = &cuda->libs.cuda;
	if (api->init_device) {
		int rc = api->init_device(cuda->index, NP_CUDA_SCHEDULE_SPIN, NP_CUDA_INIT_FLAGS_VALID);
		if (rc != NP_CUDA_OK)
			api->last_error();
	}
	NP_TRY(np_cuda_check(cuda, "cudaSetDevice", api->set_device(cuda->index), NP_ERR_UNAVAILABLE, err));
	if (!api->init_device && api->set_flags && api->set_flags(NP_CUDA_SCHEDULE_SPIN) != NP_CUDA_OK)
		api->last_error();
	int rc = api->stream_create(&cuda->stream, NP_CUDA_STREAM_NON_BLOCKING);
	return np_cuda_check(cuda, "cudaStreamCreateWithFlags", rc, NP_ERR_UNAVAILABLE, err);
}

static np_status check_blas(const np_cuda *cuda, const char *call, int rc, np_error *err)
{
	if (rc == NP_CUBLAS_OK)
		return NP_OK;
	const char *meaning = cuda->libs.blas.status_string ? cuda->libs.blas.status_string(rc) : "no text";
	return np_fail(err, NP_ERR_UNAVAILABLE, "%s: rc %d (%s)", call, rc, meaning);
}

static np_status start_libraries(np_cuda *cuda, np_error *err)
{
	const np_cudnn_api *dnn = &cuda->libs.dnn;
	const np_cublas_api *blas = &cuda->libs.blas;
	NP_TRY(np_cudnn_check(dnn, "cudnnCreate", dnn->create(&cuda->dnn), NP_ERR_UNAVAILABLE, err));
	NP_TRY(np_cudnn_check(dnn, "cudnnSetStream", dnn->set_stream(cuda->dnn, cuda->stream), NP_ERR_UNAVAILABLE, err));
	NP_TRY(check_blas(cuda, "cublasCreate", blas->create(&cuda->blas), err));
	NP_TRY(check_blas(cuda, "cublasSetStream", blas->set_stream(cuda->blas, cuda->stream), err));
	int rc = cuda->libs.cuda.allocate(&cuda->blas_workspace, BLAS_WORKSPACE);
	NP_TRY(np_cuda_check(cuda, "cudaMalloc", rc, NP_ERR_LIMIT, err));
	return check_blas(cuda, "cublasSetWorkspace", blas->set_workspace(cuda->blas, cuda->blas_workspace, BLAS_WORKSPACE),
	                  err);
}

static void sleep_down(np_cuda *cuda)
{
	const np_cudart_api *api = &cuda->libs.cuda;
	if (cuda->stream)
		api->stream_wait(cuda->stream);
	np_cuda_memory_stop(cuda);
	np_cuda_queue_stop(cuda);
	if (cuda->blas)
		cuda->libs.blas.destroy(cuda->blas);
	if (cuda->dnn)
		cuda->libs.dnn.destroy(cuda->dnn);
	if (cuda->blas_workspace)
		api->release(cuda->blas_workspace);
	if (cuda->stream)
		api->stream_destroy(cuda->stream);
	cuda->blas = NULL;
	cuda->dnn = NULL;
	cuda->blas_workspace = NULL;
	cuda->stream = NULL;
	cuda->awake = false;
}

np_status np_cuda_wake(np_cuda *cuda, np_error *err)
{
	if (cuda->awake)
		return NP_OK;
	np_status status = select_device(cuda, err);
	if (status == NP_OK) {
		cuda->nvml.here = true;
		status = start_libraries(cuda, err);
	}
	if (status == NP_OK)
		status = np_cuda_queue_start(cuda, err);
	if (status == NP_OK)
		status = np_cuda_noise_start(cuda, err);
	if (status != NP_OK)
		sleep_down(cuda);
	cuda->awake = status == NP_OK;
	return status;
}

/* ---- small operations ---- */

static double device_now(np_device *device)
{
	(void)device;
	return np_cuda_now();
}

static void device_sleep(np_device *device, double seconds)
{
	(void)device;
	np_cuda_sleep(seconds);
}

static void device_state(np_device *device, np_device_state *state)
{
	np_nvml_state(&((np_cuda *)device)->nvml, np_cuda_now(), state);
}

static void device_close(np_device *device)
{
	np_cuda *cuda = (np_cuda *)device;
	if (cuda->libs.library[NP_CUDA_CUDART].handle)
		sleep_down(cuda);
	if (device->meter)
		device->meter->ops->close(device->meter);
	np_nvml_stop(&cuda->nvml);
	np_text_free(&device->facts.provenance);
	np_cuda_libs_close(&cuda->libs);
	free(cuda);
}

static const np_device_ops device_ops = {
        .now = device_now,
        .sleep = device_sleep,
        .prepare = np_cuda_prepare,
        .describe = np_cuda_describe,
        .release = np_cuda_release,
        .submit = np_cuda_submit,
        .reap = np_cuda_reap,
        .latency = np_cuda_latency,
        .state = device_state,
        .close = device_close,
};

/* ---- opening ---- */

/* "cuda", "cuda:1" */
static np_status read_name(const np_device_request *request, int *index, np_error *err)
{
	const char *name = request->name ? request->name : "cuda";
	*index = 0;
	const char *digits = strncmp(name, "cuda", 4) == 0 ? name + 4 : NULL;
	if (digits && !*digits)
		return NP_OK;
	if (digits && *digits == ':' && isdigit((unsigned char)digits[1])) {
		char *end;
		errno = 0;
		long value = strtol(digits + 1, &end, 10);
		if (!*end && !errno && value <= INT_MAX) {
			*index = (int)value;
			return NP_OK;
		}
	}
	return np_fail(err, NP_ERR_ARGUMENT, "device \"%s\": expected \"cuda\" or \"cuda:NUMBER\"", name);
}

/* What counts the devices tells most exactly what is wrong with a driver. */
static np_status check_device(np_cuda *cuda, np_error *err)
{
	const np_cudart_api *api = &cuda->libs.cuda;
	int count = 0, runtime = 0, driver = 0;
	int rc = api->device_count(&count);
	if (rc == NP_CUDA_OLD_DRIVER || rc == NP_CUDA_NO_DEVICE) {
		api->last_error();
		api->runtime_version(&runtime);
		if (api->driver_version(&driver) != NP_CUDA_OK)
			api->last_error();
		return np_fail(
		        err, NP_ERR_UNAVAILABLE,
		        "no GPU can be used: cudaGetDeviceCount: rc %d (%s); the driver knows CUDA %d.%d, the runtime %s is "
		        "%d.%d: install or update the NVIDIA driver, or set NP_CUDART_LIB to an older runtime",
		        rc, api->error_string(rc), driver / 1000, driver % 1000 / 10, cuda->libs.library[NP_CUDA_CUDART].path,
		        runtime / 1000, runtime % 1000 / 10);
	}
	NP_TRY(np_cuda_check(cuda, "cudaGetDeviceCount", rc, NP_ERR_UNAVAILABLE, err));
	if (cuda->index >= count)
		return np_fail(err, NP_ERR_UNAVAILABLE, "no device cuda:%d: there %s %d, numbered from 0", cuda->index,
		               count == 1 ? "is" : "are", count);
	return NP_OK;
}

static np_status open_libraries(np_cuda *cuda, np_error *err)
{
	/* Nobody needs these by name; the libraries after them find them already loaded. */
	static const np_cuda_part helpers[] = {NP_CUDA_CUBLASLT, NP_CUDA_NVRTC};
	NP_TRY(np_cuda_libs_open(&cuda->libs, NP_CUDA_CUDART, err));
	NP_TRY(check_device(cuda, err));
	for (int i = 0; i < 2; i++) {
		np_error ignored = {0};
		(void)!np_cuda_libs_open(&cuda->libs, helpers[i], &ignored);
	}
	NP_TRY(np_cuda_libs_open(&cuda->libs, NP_CUDA_CUBLAS, err));
	return np_cuda_libs_open(&cuda->libs, NP_CUDA_CUDNN, err);
}

/* Measuring runtime needs no NVML; where it is missing, the reason stands for the meter. */
static np_status open_meter(np_cuda *cuda, const char *bus_id, np_error *err)
{
	np_error why = {0};
	np_device_facts *facts = &cuda->device.facts;
	np_status status = np_cuda_libs_open(&cuda->libs, NP_CUDA_NVML, &why);
	if (status == NP_OK)
		status = np_nvml_start(&cuda->nvml, &cuda->libs.nvml, bus_id, 0, &why);
	if (status != NP_OK) {
		snprintf(facts->no_meter, sizeof facts->no_meter, "%.250s", why.message);
		return NP_OK;
	}
	return np_nvml_meter_open(&cuda->nvml, &cuda->device.meter, facts->no_meter, sizeof facts->no_meter, err);
}

/* The structure's size differs between releases; its beginning, the name, does not. */
static void read_device_name(np_cuda *cuda)
{
	enum { MORE_THAN_ANY_RELEASE = 16384 };
	np_device_facts *facts = &cuda->device.facts;
	char *properties = calloc(1, MORE_THAN_ANY_RELEASE);
	if (properties && cuda->libs.cuda.properties &&
	    cuda->libs.cuda.properties((np_cuda_properties *)properties, cuda->index) == NP_CUDA_OK)
		snprintf(facts->device, sizeof facts->device, "%s", properties);
	else
		snprintf(facts->device, sizeof facts->device, "NVIDIA GPU");
	free(properties);
}

static int attribute(const np_cuda *cuda, int attr)
{
	int value = 0;
	if (cuda->libs.cuda.attribute(&value, attr, cuda->index) != NP_CUDA_OK) {
		cuda->libs.cuda.last_error();
		return 0;
	}
	return value;
}

static void add_versions(np_cuda *cuda)
{
	np_text *text = &cuda->device.facts.provenance;
	int runtime = 0, driver = 0, blas[3] = {0};
	cuda->libs.cuda.runtime_version(&runtime);
	cuda->libs.cuda.driver_version(&driver);
	np_text_printf(text, "cuda_rt=%d.%d\ncuda_driver=%d.%d\n", runtime / 1000, runtime % 1000 / 10, driver / 1000,
	               driver % 1000 / 10);
	size_t dnn = cuda->libs.dnn.version();
	np_text_printf(text, "cudnn=%zu.%zu.%zu\n", dnn / 10000, dnn / 100 % 100, dnn % 100);
	snprintf(cuda->device.facts.software, sizeof cuda->device.facts.software, "cudnn %zu.%zu.%zu", dnn / 10000,
	         dnn / 100 % 100, dnn % 100);
	for (int i = 0; i < 3 && cuda->libs.blas.property; i++)
		if (cuda->libs.blas.property(i, &blas[i]) != NP_CUBLAS_OK)
			blas[i] = 0;
	np_text_printf(text, "cublas=%d.%d.%d\n", blas[0], blas[1], blas[2]);
	np_text_printf(text, "nvrtc=%s\n", cuda->libs.library[NP_CUDA_NVRTC].handle ? "yes" : "no");
}

static void add_hardware(np_cuda *cuda)
{
	np_text *text = &cuda->device.facts.provenance;
	const char *override = getenv("NVIDIA_TF32_OVERRIDE");
	np_text_printf(text, "compute_capability=%d.%d\nsm_count=%d\nl2_bytes=%lld\n", attribute(cuda, NP_CUDA_ATTR_MAJOR),
	               attribute(cuda, NP_CUDA_ATTR_MINOR), attribute(cuda, NP_CUDA_ATTR_SM_COUNT), (long long)cuda->l2_bytes);
	np_text_printf(text, "nvidia_tf32_override=%s\n", override ? override : "unset");
	if (cuda->nvml.api)
		np_text_printf(text, "power_scope=%u\n", cuda->nvml.power_scope);
	char *json = np_cudnn_device_write(&cuda->libs.dnn, cuda->index);
	if (!json)
		return;
	for (char *c = json; *c; c++) /* one line */
		if (isspace((unsigned char)*c))
			*c = ' ';
	np_text_printf(text, "cudnn_device=%s\n", json);
	free(json);
}

static np_status open_device(np_cuda *cuda, const np_device_request *request, np_error *err)
{
	NP_TRY(read_name(request, &cuda->index, err));
	const char *dtype = request->dtype ? request->dtype : "fp32";
	if (!np_cuda_math_find(dtype, &cuda->math))
		return np_fail(err, NP_ERR_ARGUMENT, "type \"%s\": this device computes in fp32, tf32 or fp16", dtype);
	NP_TRY(open_libraries(cuda, err));
	char bus_id[32] = "";
	int rc = cuda->libs.cuda.bus_id(bus_id, sizeof bus_id, cuda->index);
	NP_TRY(np_cuda_check(cuda, "cudaDeviceGetPCIBusId", rc, NP_ERR_UNAVAILABLE, err));
	cuda->l2_bytes = attribute(cuda, NP_CUDA_ATTR_L2_BYTES);
	read_device_name(cuda);
	NP_TRY(open_meter(cuda, bus_id, err));
	np_nvml_facts(&cuda->nvml, &cuda->device.facts);
	add_versions(cuda);
	add_hardware(cuda);
	snprintf(cuda->device.facts.dtype, sizeof cuda->device.facts.dtype, "%s", dtype);
	return np_text_ok(&cuda->device.facts.provenance) ? NP_OK : np_fail_memory(err);
}

np_status np_cuda_open(const np_device_request *request, np_device **device, np_error *err)
{
	*device = NULL;
	np_cuda *cuda = calloc(1, sizeof *cuda);
	if (!cuda)
		return np_fail_memory(err);
	cuda->device.ops = &device_ops;
	/* Four batches of 5 ms keep the device busy while the caller looks elsewhere for 15 ms. */
	cuda->device.habits = (np_device_habits){
	        .depth = NP_CUDA_DEPTH, .batch_s = 0.005, .settle_s = 0.25, .power_window_s = 0.4, .shift_phases = true};
	np_cuda_libs_start(&cuda->libs);
	np_status status = open_device(cuda, request, err);
	if (status != NP_OK) {
		device_close(&cuda->device);
		return status;
	}
	*device = &cuda->device;
	return NP_OK;
}
