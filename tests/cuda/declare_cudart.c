/* Compiled only where the vendor's header is: the CUDA runtime's declarations against ours. */
#include <cuda_runtime_api.h>

typedef cudaError_t np_cuda_rc;
typedef enum cudaDeviceAttr np_cuda_attr;
typedef enum cudaMemcpyKind np_cuda_copy_kind;
typedef enum cudaStreamCaptureMode np_cuda_capture;
typedef cudaStream_t np_cuda_stream;
typedef cudaEvent_t np_cuda_event;
typedef cudaGraph_t np_cuda_graph;
typedef cudaGraphExec_t np_cuda_exec;
typedef struct cudaDeviceProp np_cuda_properties;
#define NP_CUDART_TYPES_GIVEN
#include "backends/cudart_api.h"
#include "declare.h"

void np_compare_cudart(np_cudart_api *api);
void np_compare_cudart(np_cudart_api *api)
{
	api->runtime_version = cudaRuntimeGetVersion;
	api->driver_version = cudaDriverGetVersion;
	api->error_name = cudaGetErrorName;
	api->error_string = cudaGetErrorString;
	api->last_error = cudaGetLastError;
	api->device_count = cudaGetDeviceCount;
	api->set_device = cudaSetDevice;
	api->init_device = cudaInitDevice;
	api->set_flags = cudaSetDeviceFlags;
	api->attribute = cudaDeviceGetAttribute;
	api->bus_id = cudaDeviceGetPCIBusId;
	api->properties = cudaGetDeviceProperties;
	api->memory_info = cudaMemGetInfo;
	api->allocate = cudaMalloc;
	api->release = cudaFree;
	api->copy = cudaMemcpyAsync;
	api->copy_2d = cudaMemcpy2DAsync;
	api->fill = cudaMemsetAsync;
	api->stream_create = cudaStreamCreateWithFlags;
	api->stream_destroy = cudaStreamDestroy;
	api->stream_wait = cudaStreamSynchronize;
	api->capture_begin = cudaStreamBeginCapture;
	api->capture_end = cudaStreamEndCapture;
	api->event_create = cudaEventCreate;
	api->event_destroy = cudaEventDestroy;
	api->event_record = cudaEventRecord;
	api->event_query = cudaEventQuery;
	api->event_wait = cudaEventSynchronize;
	api->event_elapsed = cudaEventElapsedTime;
	api->graph_instantiate = cudaGraphInstantiateWithFlags;
#if CUDART_VERSION >= 12000
	api->graph_instantiate = cudaGraphInstantiate;
#endif
	api->graph_destroy = cudaGraphDestroy;
	api->graph_upload = cudaGraphUpload;
	api->graph_launch = cudaGraphLaunch;
	api->exec_destroy = cudaGraphExecDestroy;
}

SAME(NP_CUDA_OK, cudaSuccess);
SAME(NP_CUDA_OUT_OF_MEMORY, cudaErrorMemoryAllocation);
SAME(NP_CUDA_OLD_DRIVER, cudaErrorInsufficientDriver);
SAME(NP_CUDA_NO_DEVICE, cudaErrorNoDevice);
SAME(NP_CUDA_NOT_READY, cudaErrorNotReady);
SAME(NP_CUDA_ATTR_SM_COUNT, cudaDevAttrMultiProcessorCount);
SAME(NP_CUDA_ATTR_L2_BYTES, cudaDevAttrL2CacheSize);
SAME(NP_CUDA_ATTR_MAJOR, cudaDevAttrComputeCapabilityMajor);
SAME(NP_CUDA_ATTR_MINOR, cudaDevAttrComputeCapabilityMinor);
SAME(NP_CUDA_SCHEDULE_SPIN, cudaDeviceScheduleSpin);
SAME(NP_CUDA_INIT_FLAGS_VALID, cudaInitDeviceFlagsAreValid);
SAME(NP_CUDA_STREAM_NON_BLOCKING, cudaStreamNonBlocking);
SAME(NP_CUDA_CAPTURE_THREAD_LOCAL, cudaStreamCaptureModeThreadLocal);
SAME(NP_CUDA_HOST_TO_DEVICE, cudaMemcpyHostToDevice);
SAME(NP_CUDA_DEVICE_TO_HOST, cudaMemcpyDeviceToHost);
SAME(NP_CUDA_DEVICE_TO_DEVICE, cudaMemcpyDeviceToDevice);

AS_INT(cudaError_t);
AS_INT(enum cudaDeviceAttr);
AS_INT(enum cudaMemcpyKind);
AS_INT(enum cudaStreamCaptureMode);
/* The name is read from the beginning of a structure whose size is not known. */
_Static_assert(offsetof(struct cudaDeviceProp, name) == 0 && sizeof(((struct cudaDeviceProp *)0)->name) == 256,
               "the name is not where it was");
_Static_assert(sizeof(struct cudaDeviceProp) <= 16384, "the properties outgrew their room");
