/*
 * The part of the CUDA runtime (12 and 13) that is used, in declarations of our own: see nvml_api.h for how they are
 * compared with the vendor's.
 */
#ifndef NP_BACKENDS_CUDART_API_H
#define NP_BACKENDS_CUDART_API_H

#include <stddef.h>

enum {
	NP_CUDA_OK = 0,
	NP_CUDA_OUT_OF_MEMORY = 2,
	NP_CUDA_OLD_DRIVER = 35,
	NP_CUDA_NO_DEVICE = 100,
	NP_CUDA_NOT_READY = 600,

	NP_CUDA_ATTR_SM_COUNT = 16,
	NP_CUDA_ATTR_L2_BYTES = 38,
	NP_CUDA_ATTR_MAJOR = 75,
	NP_CUDA_ATTR_MINOR = 76,

	NP_CUDA_SCHEDULE_SPIN = 1,
	NP_CUDA_INIT_FLAGS_VALID = 1,
	NP_CUDA_STREAM_NON_BLOCKING = 1,
	NP_CUDA_CAPTURE_THREAD_LOCAL = 1,
	NP_CUDA_HOST_TO_DEVICE = 1,
	NP_CUDA_DEVICE_TO_HOST = 2,
	NP_CUDA_DEVICE_TO_DEVICE = 3,
};

#ifndef NP_CUDART_TYPES_GIVEN
typedef int np_cuda_rc;
typedef int np_cuda_attr;
typedef int np_cuda_copy_kind;
typedef int np_cuda_capture;
typedef struct np_cuda_stream_opaque *np_cuda_stream;
typedef struct np_cuda_event_opaque *np_cuda_event;
typedef struct np_cuda_graph_opaque *np_cuda_graph;
typedef struct np_cuda_exec_opaque *np_cuda_exec;
/* The structure differs between releases, its beginning does not: 256 bytes of name. */
typedef void np_cuda_properties;
#endif

#define NP_CUDART_MAP(X)                                                                                                    \
	X(runtime_version, np_cuda_rc, (int *version), true, "cudaRuntimeGetVersion", NULL)                                 \
	X(driver_version, np_cuda_rc, (int *version), true, "cudaDriverGetVersion", NULL)                                   \
	X(error_name, const char *, (np_cuda_rc rc), true, "cudaGetErrorName", NULL)                                        \
	X(error_string, const char *, (np_cuda_rc rc), true, "cudaGetErrorString", NULL)                                    \
	X(last_error, np_cuda_rc, (void), true, "cudaGetLastError", NULL)                                                   \
	X(device_count, np_cuda_rc, (int *count), true, "cudaGetDeviceCount", NULL)                                         \
	X(set_device, np_cuda_rc, (int device), true, "cudaSetDevice", NULL)                                                \
	X(init_device, np_cuda_rc, (int device, unsigned device_flags, unsigned flags), false, "cudaInitDevice", NULL)      \
	X(set_flags, np_cuda_rc, (unsigned flags), false, "cudaSetDeviceFlags", NULL)                                       \
	X(attribute, np_cuda_rc, (int *value, np_cuda_attr attr, int device), true, "cudaDeviceGetAttribute", NULL)         \
	X(bus_id, np_cuda_rc, (char *text, int size, int device), true, "cudaDeviceGetPCIBusId", NULL)                      \
	X(properties, np_cuda_rc, (np_cuda_properties * properties, int device), false, "cudaGetDeviceProperties_v2",       \
	  "cudaGetDeviceProperties")                                                                                        \
	X(memory_info, np_cuda_rc, (size_t * free, size_t * total), true, "cudaMemGetInfo", NULL)                           \
	X(allocate, np_cuda_rc, (void **memory, size_t size), true, "cudaMalloc", NULL)                                     \
	X(release, np_cuda_rc, (void *memory), true, "cudaFree", NULL)                                                      \
	X(copy, np_cuda_rc, (void *target, const void *source, size_t size, np_cuda_copy_kind kind, np_cuda_stream stream), \
	  true, "cudaMemcpyAsync", NULL)                                                                                    \
	X(copy_2d, np_cuda_rc,                                                                                              \
	  (void *target, size_t target_pitch, const void *source, size_t source_pitch, size_t width, size_t height,         \
	   np_cuda_copy_kind kind, np_cuda_stream stream),                                                                  \
	  true, "cudaMemcpy2DAsync", NULL)                                                                                  \
	X(fill, np_cuda_rc, (void *target, int value, size_t size, np_cuda_stream stream), true, "cudaMemsetAsync", NULL)   \
	X(stream_create, np_cuda_rc, (np_cuda_stream * stream, unsigned flags), true, "cudaStreamCreateWithFlags", NULL)    \
	X(stream_destroy, np_cuda_rc, (np_cuda_stream stream), true, "cudaStreamDestroy", NULL)                             \
	X(stream_wait, np_cuda_rc, (np_cuda_stream stream), true, "cudaStreamSynchronize", NULL)                            \
	X(capture_begin, np_cuda_rc, (np_cuda_stream stream, np_cuda_capture mode), true, "cudaStreamBeginCapture", NULL)   \
	X(capture_end, np_cuda_rc, (np_cuda_stream stream, np_cuda_graph * graph), true, "cudaStreamEndCapture", NULL)      \
	X(event_create, np_cuda_rc, (np_cuda_event * event), true, "cudaEventCreate", NULL)                                 \
	X(event_destroy, np_cuda_rc, (np_cuda_event event), true, "cudaEventDestroy", NULL)                                 \
	X(event_record, np_cuda_rc, (np_cuda_event event, np_cuda_stream stream), true, "cudaEventRecord", NULL)            \
	X(event_query, np_cuda_rc, (np_cuda_event event), true, "cudaEventQuery", NULL)                                     \
	X(event_wait, np_cuda_rc, (np_cuda_event event), true, "cudaEventSynchronize", NULL)                                \
	X(event_elapsed, np_cuda_rc, (float *ms, np_cuda_event start, np_cuda_event end), true, "cudaEventElapsedTime",     \
	  "cudaEventElapsedTime_v2")                                                                                        \
	X(graph_instantiate, np_cuda_rc, (np_cuda_exec * exec, np_cuda_graph graph, unsigned long long flags), true,        \
	  "cudaGraphInstantiateWithFlags", "cudaGraphInstantiate")                                                          \
	X(graph_destroy, np_cuda_rc, (np_cuda_graph graph), true, "cudaGraphDestroy", NULL)                                 \
	X(graph_upload, np_cuda_rc, (np_cuda_exec exec, np_cuda_stream stream), false, "cudaGraphUpload", NULL)             \
	X(graph_launch, np_cuda_rc, (np_cuda_exec exec, np_cuda_stream stream), true, "cudaGraphLaunch", NULL)              \
	X(exec_destroy, np_cuda_rc, (np_cuda_exec exec), true, "cudaGraphExecDestroy", NULL)

typedef struct np_cudart_api {
#define NP_CUDART_MEMBER(member, result, arguments, required, newest, older) result(*member) arguments;
	NP_CUDART_MAP(NP_CUDART_MEMBER)
#undef NP_CUDART_MEMBER
} np_cudart_api;

#endif
