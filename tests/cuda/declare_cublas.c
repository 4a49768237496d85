/* Compiled only where the vendor's header is: cuBLAS' declarations against ours. */
#include <cublas_v2.h>

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
typedef cublasStatus_t np_cublas_rc;
typedef cublasOperation_t np_cublas_op;
typedef cudaDataType np_cublas_type;
typedef cublasComputeType_t np_cublas_compute;
typedef cublasGemmAlgo_t np_cublas_algo;
typedef libraryPropertyType np_cublas_part;
typedef cublasHandle_t np_cublas_handle;
#define NP_CUBLAS_TYPES_GIVEN
#include "backends/cublas_api.h"
#include "declare.h"

void np_compare_cublas(np_cublas_api *api);
void np_compare_cublas(np_cublas_api *api)
{
	api->create = cublasCreate_v2;
	api->destroy = cublasDestroy_v2;
	api->property = cublasGetProperty;
	api->status_string = cublasGetStatusString;
	api->set_stream = cublasSetStream_v2;
	api->set_workspace = cublasSetWorkspace_v2;
	api->gemm = cublasGemmEx;
	api->gemm_batched = cublasGemmStridedBatchedEx;
}

SAME(NP_CUBLAS_OK, CUBLAS_STATUS_SUCCESS);
SAME(NP_CUBLAS_OP_N, CUBLAS_OP_N);
SAME(NP_CUBLAS_OP_T, CUBLAS_OP_T);
SAME(NP_CUBLAS_ALGO_DEFAULT, CUBLAS_GEMM_DEFAULT);
SAME(NP_CUBLAS_R_32F, CUDA_R_32F);
SAME(NP_CUBLAS_R_16F, CUDA_R_16F);
SAME(NP_CUBLAS_COMPUTE_32F, CUBLAS_COMPUTE_32F);
SAME(NP_CUBLAS_COMPUTE_32F_PEDANTIC, CUBLAS_COMPUTE_32F_PEDANTIC);
SAME(NP_CUBLAS_COMPUTE_32F_FAST_TF32, CUBLAS_COMPUTE_32F_FAST_TF32);
SAME(NP_CUBLAS_MAJOR, MAJOR_VERSION);
SAME(NP_CUBLAS_MINOR, MINOR_VERSION);
SAME(NP_CUBLAS_PATCH, PATCH_LEVEL);

AS_INT(cublasStatus_t);
AS_INT(cublasOperation_t);
AS_INT(cudaDataType);
AS_INT(cublasComputeType_t);
AS_INT(cublasGemmAlgo_t);
AS_INT(libraryPropertyType);
