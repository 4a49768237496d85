/* cuBLAS without a device: reads and writes the ends of its operands, and takes the time of its arithmetic. */
#include "stub.h"

NP_STUB_EXPORT int cublasCreate_v2(void **handle);
int cublasCreate_v2(void **handle)
{
	*handle = malloc(1);
	return *handle ? 0 : 3;
}

NP_STUB_EXPORT int cublasDestroy_v2(void *handle);
int cublasDestroy_v2(void *handle)
{
	free(handle);
	return 0;
}

NP_STUB_EXPORT int cublasGetProperty(int part, int *value);
int cublasGetProperty(int part, int *value)
{
	*value = part == 0 ? 13 : part;
	return 0;
}

NP_STUB_EXPORT const char *cublasGetStatusString(int rc);
const char *cublasGetStatusString(int rc)
{
	return rc ? "CUBLAS_STATUS_STUB" : "CUBLAS_STATUS_SUCCESS";
}

NP_STUB_EXPORT int cublasSetStream_v2(void *handle, void *stream);
int cublasSetStream_v2(void *handle, void *stream)
{
	return handle && stream ? 0 : 1;
}

NP_STUB_EXPORT int cublasSetWorkspace_v2(void *handle, void *memory, size_t size);
int cublasSetWorkspace_v2(void *handle, void *memory, size_t size)
{
	return handle && memory && size ? 0 : 1;
}

static size_t bytes_of(int type)
{
	return type == 2 ? 2 : 4;
}

NP_STUB_EXPORT int cublasGemmStridedBatchedEx(void *handle, int op_a, int op_b, int m, int n, int k, const float *alpha,
                                              const void *a, int type_a, int lda, long long stride_a, const void *b, int type_b,
                                              int ldb, long long stride_b, const float *beta, void *c, int type_c, int ldc,
                                              long long stride_c, int batch, int compute, int algo);
int cublasGemmStridedBatchedEx(void *handle, int op_a, int op_b, int m, int n, int k, const float *alpha, const void *a,
                               int type_a, int lda, long long stride_a, const void *b, int type_b, int ldb, long long stride_b,
                               const float *beta, void *c, int type_c, int ldc, long long stride_c, int batch, int compute,
                               int algo)
{
	size_t columns_a = (size_t)(op_a ? m : k), columns_b = (size_t)(op_b ? k : n), last = (size_t)batch - 1;
	if (!handle || algo != -1 || compute < 64 || *alpha != 1 || *beta != 0 || lda < (op_a ? k : m) ||
	    ldb < (op_b ? n : k) || ldc < m)
		return 7;
	size_t values_a = (size_t)stride_a * last + columns_a * (size_t)lda;
	size_t values_b = (size_t)stride_b * last + columns_b * (size_t)ldb;
	size_t values_c = (size_t)stride_c * last + (size_t)n * (size_t)ldc;
	stub_read(a, values_a * bytes_of(type_a));
	stub_read(b, values_b * bytes_of(type_b));
	stub_write(c, values_c * bytes_of(type_c));
	np_stub_kernel(2.0 * m * n * k * batch,
	               (double)(values_a * bytes_of(type_a) + values_b * bytes_of(type_b) + values_c * bytes_of(type_c)));
	return 0;
}

NP_STUB_EXPORT int cublasGemmEx(void *handle, int op_a, int op_b, int m, int n, int k, const float *alpha, const void *a,
                                int type_a, int lda, const void *b, int type_b, int ldb, const float *beta, void *c, int type_c,
                                int ldc, int compute, int algo);
int cublasGemmEx(void *handle, int op_a, int op_b, int m, int n, int k, const float *alpha, const void *a, int type_a, int lda,
                 const void *b, int type_b, int ldb, const float *beta, void *c, int type_c, int ldc, int compute, int algo)
{
	return cublasGemmStridedBatchedEx(handle, op_a, op_b, m, n, k, alpha, a, type_a, lda, 0, b, type_b, ldb, 0, beta, c,
	                                  type_c, ldc, 0, 1, compute, algo);
}
