/*
 * A CUDA runtime without a device: memory is the host's, copies are copied, and work takes the time that its caller says,
 * one thing after the other, in real time. Modes: "no_capture", "no_device", "old_driver".
 * Numbers: NP_STUB_MEMORY_MB, NP_STUB_L2_BYTES.
 */
#include "stub.h"

#include <stdio.h>

enum { OK = 0, OUT_OF_MEMORY = 2, INVALID_VALUE = 1, OLD_DRIVER = 35, NO_DEVICE = 100, NOT_READY = 600, CAPTURE_BROKEN = 901 };

typedef struct stub_event {
	double at_s;
	bool recorded;
} stub_event;

typedef struct stub_graph {
	double seconds;
} stub_graph;

static double busy_until;
static bool capturing;
static double captured_s;
static int64_t allocated;
static int sticky;

static int fail(int rc)
{
	return sticky = rc;
}

void np_stub_work(double seconds)
{
	if (capturing) {
		captured_s += seconds;
		return;
	}
	double now = stub_now();
	busy_until = (busy_until > now ? busy_until : now) + seconds;
}

void np_stub_kernel(double flops, double bytes)
{
	np_stub_work(stub_kernel_s(flops, bytes));
}

/* ---- device ---- */

NP_STUB_EXPORT int cudaRuntimeGetVersion(int *version);
int cudaRuntimeGetVersion(int *version)
{
	*version = 13000;
	return OK;
}

NP_STUB_EXPORT int cudaDriverGetVersion(int *version);
int cudaDriverGetVersion(int *version)
{
	*version = stub_mode("old_driver") ? 11040 : 13000;
	return OK;
}

NP_STUB_EXPORT const char *cudaGetErrorName(int rc);
const char *cudaGetErrorName(int rc)
{
	return rc == OUT_OF_MEMORY ? "cudaErrorMemoryAllocation" : "cudaErrorStub";
}

NP_STUB_EXPORT const char *cudaGetErrorString(int rc);
const char *cudaGetErrorString(int rc)
{
	return rc == OUT_OF_MEMORY ? "out of memory" : "an error of the stub";
}

NP_STUB_EXPORT int cudaGetLastError(void);
int cudaGetLastError(void)
{
	int rc = sticky;
	sticky = OK;
	return rc;
}

NP_STUB_EXPORT int cudaGetDeviceCount(int *count);
int cudaGetDeviceCount(int *count)
{
	*count = 0;
	if (stub_mode("no_device"))
		return fail(NO_DEVICE);
	if (stub_mode("old_driver"))
		return fail(OLD_DRIVER);
	*count = 1;
	return OK;
}

NP_STUB_EXPORT int cudaInitDevice(int device, unsigned device_flags, unsigned flags);
int cudaInitDevice(int device, unsigned device_flags, unsigned flags)
{
	return device == 0 && device_flags == 1 && flags == 1 ? OK : fail(INVALID_VALUE);
}

NP_STUB_EXPORT int cudaSetDevice(int device);
int cudaSetDevice(int device)
{
	return device == 0 ? OK : fail(INVALID_VALUE);
}

NP_STUB_EXPORT int cudaDeviceGetAttribute(int *value, int attribute, int device);
int cudaDeviceGetAttribute(int *value, int attribute, int device)
{
	*value = attribute == 16   ? 132
	         : attribute == 38 ? (int)stub_number("NP_STUB_L2_BYTES", 1 << 20)
	         : attribute == 75 ? 9
	                           : 0;
	return device == 0 ? OK : fail(INVALID_VALUE);
}

NP_STUB_EXPORT int cudaDeviceGetPCIBusId(char *text, int size, int device);
int cudaDeviceGetPCIBusId(char *text, int size, int device)
{
	snprintf(text, (size_t)size, "0000:19:00.0");
	return device == 0 ? OK : fail(INVALID_VALUE);
}

NP_STUB_EXPORT int cudaGetDeviceProperties(void *properties, int device);
int cudaGetDeviceProperties(void *properties, int device)
{
	snprintf(properties, 256, "Stub GPU of the runtime");
	return device == 0 ? OK : fail(INVALID_VALUE);
}

/* ---- memory ---- */

/* Each block is preceded by its size; what is handed out is as aligned as the real runtime's. */
enum { HEAD = 256 };

static int64_t memory_bytes(void)
{
	return (int64_t)(stub_number("NP_STUB_MEMORY_MB", 256) * 1e6);
}

NP_STUB_EXPORT int cudaMemGetInfo(size_t *available, size_t *total);
int cudaMemGetInfo(size_t *available, size_t *total)
{
	*total = (size_t)memory_bytes();
	*available = (size_t)(memory_bytes() > allocated ? memory_bytes() - allocated : 0);
	return OK;
}

NP_STUB_EXPORT int cudaMalloc(void **memory, size_t size);
int cudaMalloc(void **memory, size_t size)
{
	*memory = NULL;
	if (capturing)
		return fail(CAPTURE_BROKEN);
	if (allocated + (int64_t)size > memory_bytes())
		return fail(OUT_OF_MEMORY);
	char *block = aligned_alloc(HEAD, HEAD + (size + HEAD - 1) / HEAD * HEAD);
	if (!block)
		return fail(OUT_OF_MEMORY);
	memcpy(block, &size, sizeof size);
	allocated += (int64_t)size;
	*memory = block + HEAD;
	return OK;
}

NP_STUB_EXPORT int cudaFree(void *memory);
int cudaFree(void *memory)
{
	size_t size;
	if (!memory)
		return OK;
	memcpy(&size, (char *)memory - HEAD, sizeof size);
	allocated -= (int64_t)size;
	free((char *)memory - HEAD);
	return OK;
}

/* For tests: bytes that were not given back. */
NP_STUB_EXPORT int64_t np_stub_allocated(void);
int64_t np_stub_allocated(void)
{
	return allocated;
}

NP_STUB_EXPORT int cudaMemcpyAsync(void *target, const void *source, size_t size, int kind, void *stream);
int cudaMemcpyAsync(void *target, const void *source, size_t size, int kind, void *stream)
{
	(void)stream;
	if (kind < 1 || kind > 3)
		return fail(INVALID_VALUE);
	if (!capturing)
		memcpy(target, source, size);
	np_stub_kernel(0, 2.0 * (double)size);
	return OK;
}

NP_STUB_EXPORT int cudaMemcpy2DAsync(void *target, size_t target_pitch, const void *source, size_t source_pitch, size_t width,
                                     size_t height, int kind, void *stream);
int cudaMemcpy2DAsync(void *target, size_t target_pitch, const void *source, size_t source_pitch, size_t width, size_t height,
                      int kind, void *stream)
{
	(void)stream;
	if (kind != 3 || width > target_pitch || width > source_pitch)
		return fail(INVALID_VALUE);
	for (size_t i = 0; i < height && !capturing; i++)
		memcpy((char *)target + i * target_pitch, (const char *)source + i * source_pitch, width);
	np_stub_kernel(0, 2.0 * (double)width * (double)height);
	return OK;
}

NP_STUB_EXPORT int cudaMemsetAsync(void *target, int value, size_t size, void *stream);
int cudaMemsetAsync(void *target, int value, size_t size, void *stream)
{
	(void)stream;
	memset(target, value, size);
	np_stub_kernel(0, (double)size);
	return OK;
}

/* ---- streams and events ---- */

static void wait_until(double at_s)
{
	while (stub_now() < at_s)
		nanosleep(&(struct timespec){0, 20000}, NULL);
}

NP_STUB_EXPORT int cudaStreamCreateWithFlags(void **stream, unsigned flags);
int cudaStreamCreateWithFlags(void **stream, unsigned flags)
{
	*stream = malloc(1);
	return *stream && flags == 1 ? OK : fail(INVALID_VALUE);
}

NP_STUB_EXPORT int cudaStreamDestroy(void *stream);
int cudaStreamDestroy(void *stream)
{
	free(stream);
	return OK;
}

NP_STUB_EXPORT int cudaStreamSynchronize(void *stream);
int cudaStreamSynchronize(void *stream)
{
	if (!stream || capturing)
		return fail(INVALID_VALUE);
	wait_until(busy_until);
	return OK;
}

NP_STUB_EXPORT int cudaEventCreate(stub_event **event);
int cudaEventCreate(stub_event **event)
{
	*event = calloc(1, sizeof **event);
	return *event ? OK : fail(OUT_OF_MEMORY);
}

NP_STUB_EXPORT int cudaEventDestroy(stub_event *event);
int cudaEventDestroy(stub_event *event)
{
	free(event);
	return OK;
}

NP_STUB_EXPORT int cudaEventRecord(stub_event *event, void *stream);
int cudaEventRecord(stub_event *event, void *stream)
{
	double now = stub_now();
	event->at_s = busy_until > now ? busy_until : now;
	event->recorded = true;
	return stream ? OK : fail(INVALID_VALUE);
}

NP_STUB_EXPORT int cudaEventQuery(stub_event *event);
int cudaEventQuery(stub_event *event)
{
	return stub_now() >= event->at_s ? OK : fail(NOT_READY);
}

NP_STUB_EXPORT int cudaEventSynchronize(stub_event *event);
int cudaEventSynchronize(stub_event *event)
{
	wait_until(event->at_s);
	return OK;
}

NP_STUB_EXPORT int cudaEventElapsedTime(float *ms, const stub_event *start, const stub_event *end);
int cudaEventElapsedTime(float *ms, const stub_event *start, const stub_event *end)
{
	if (!start->recorded || !end->recorded)
		return fail(INVALID_VALUE);
	*ms = (float)((end->at_s - start->at_s) * 1000);
	return stub_now() >= end->at_s ? OK : fail(NOT_READY);
}

/* ---- graphs ---- */

NP_STUB_EXPORT int cudaStreamBeginCapture(void *stream, int mode);
int cudaStreamBeginCapture(void *stream, int mode)
{
	if (!stream || mode != 1 || capturing)
		return fail(INVALID_VALUE);
	capturing = true;
	captured_s = 0;
	return OK;
}

NP_STUB_EXPORT int cudaStreamEndCapture(void *stream, stub_graph **graph);
int cudaStreamEndCapture(void *stream, stub_graph **graph)
{
	*graph = NULL;
	if (!stream || !capturing)
		return fail(INVALID_VALUE);
	capturing = false;
	if (stub_mode("no_capture"))
		return fail(CAPTURE_BROKEN);
	*graph = malloc(sizeof **graph);
	if (!*graph)
		return fail(OUT_OF_MEMORY);
	(*graph)->seconds = captured_s;
	return OK;
}

NP_STUB_EXPORT int cudaGraphInstantiateWithFlags(stub_graph **exec, const stub_graph *graph, unsigned long long flags);
int cudaGraphInstantiateWithFlags(stub_graph **exec, const stub_graph *graph, unsigned long long flags)
{
	*exec = malloc(sizeof **exec);
	if (!*exec || flags)
		return fail(INVALID_VALUE);
	**exec = *graph;
	return OK;
}

NP_STUB_EXPORT int cudaGraphDestroy(stub_graph *graph);
int cudaGraphDestroy(stub_graph *graph)
{
	free(graph);
	return OK;
}

NP_STUB_EXPORT int cudaGraphExecDestroy(stub_graph *exec);
int cudaGraphExecDestroy(stub_graph *exec)
{
	free(exec);
	return OK;
}

NP_STUB_EXPORT int cudaGraphLaunch(const stub_graph *exec, void *stream);
int cudaGraphLaunch(const stub_graph *exec, void *stream)
{
	np_stub_work(exec->seconds);
	return stream ? OK : fail(INVALID_VALUE);
}
