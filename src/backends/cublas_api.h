/* The part of cuBLAS (12 and 13) that is used, in declarations of our own: see nvml_api.h for how they are compared. */
#ifndef NP_BACKENDS_CUBLAS_API_H
#define NP_BACKENDS_CUBLAS_API_H

#include "backends/cudart_api.h"

enum {
	NP_CUBLAS_OK = 0,
	NP_CUBLAS_OP_N = 0,
	NP_CUBLAS_OP_T = 1,
	NP_CUBLAS_ALGO_DEFAULT = -1,
	NP_CUBLAS_R_32F = 0,
	NP_CUBLAS_R_16F = 2,
	NP_CUBLAS_COMPUTE_32F = 68,
	NP_CUBLAS_COMPUTE_32F_PEDANTIC = 69,
	NP_CUBLAS_COMPUTE_32F_FAST_TF32 = 77,
	NP_CUBLAS_MAJOR = 0, /* parts of the version */
	NP_CUBLAS_MINOR = 1,
	NP_CUBLAS_PATCH = 2,
};

#ifndef NP_CUBLAS_TYPES_GIVEN
typedef int np_cublas_rc;
typedef int np_cublas_op;
typedef int np_cublas_type;
typedef int np_cublas_compute;
typedef int np_cublas_algo;
typedef int np_cublas_part;
typedef struct np_cublas_opaque *np_cublas_handle;
#endif

#define NP_CUBLAS_MAP(X)                                                                                                     \
	X(create, np_cublas_rc, (np_cublas_handle * handle), true, "cublasCreate_v2", NULL)                                  \
	X(destroy, np_cublas_rc, (np_cublas_handle handle), true, "cublasDestroy_v2", NULL)                                  \
	X(property, np_cublas_rc, (np_cublas_part part, int *value), false, "cublasGetProperty", NULL)                       \
	X(status_string, const char *, (np_cublas_rc rc), false, "cublasGetStatusString", NULL)                              \
	X(set_stream, np_cublas_rc, (np_cublas_handle handle, np_cuda_stream stream), true, "cublasSetStream_v2", NULL)      \
	X(set_workspace, np_cublas_rc, (np_cublas_handle handle, void *memory, size_t size), true, "cublasSetWorkspace_v2",  \
	  NULL)                                                                                                              \
	X(gemm, np_cublas_rc,                                                                                                \
	  (np_cublas_handle handle, np_cublas_op op_a, np_cublas_op op_b, int m, int n, int k, const void *alpha,            \
	   const void *a, np_cublas_type type_a, int lda, const void *b, np_cublas_type type_b, int ldb, const void *beta,   \
	   void *c, np_cublas_type type_c, int ldc, np_cublas_compute compute, np_cublas_algo algo),                         \
	  true, "cublasGemmEx", NULL)                                                                                        \
	X(gemm_batched, np_cublas_rc,                                                                                        \
	  (np_cublas_handle handle, np_cublas_op op_a, np_cublas_op op_b, int m, int n, int k, const void *alpha,            \
	   const void *a, np_cublas_type type_a, int lda, long long stride_a, const void *b, np_cublas_type type_b, int ldb, \
	   long long stride_b, const void *beta, void *c, np_cublas_type type_c, int ldc, long long stride_c, int batch,     \
	   np_cublas_compute compute, np_cublas_algo algo),                                                                  \
	  true, "cublasGemmStridedBatchedEx", NULL)

typedef struct np_cublas_api {
#define NP_CUBLAS_MEMBER(member, result, arguments, required, newest, older) result(*member) arguments;
	NP_CUBLAS_MAP(NP_CUBLAS_MEMBER)
#undef NP_CUBLAS_MEMBER
} np_cublas_api;

#endif
