/* The vendor's libraries, found at run time. This is where the environment is read: which file, which directories. */
#ifndef NP_BACKENDS_CUDA_LIBS_H
#define NP_BACKENDS_CUDA_LIBS_H

#include "backends/cublas_api.h"
#include "backends/cudart_api.h"
#include "backends/cudnn_api.h"
#include "backends/nvml_api.h"
#include "dynlib/dynlib.h"

typedef enum np_cuda_part {
	NP_CUDA_NVML,
	NP_CUDA_CUDART,
	NP_CUDA_CUBLASLT, /* cuBLAS needs it and does not always find it */
	NP_CUDA_NVRTC,    /* cuDNN compiles some of its kernels with it */
	NP_CUDA_CUBLAS,
	NP_CUDA_CUDNN,
	NP_CUDA_PART_COUNT
} np_cuda_part;

typedef struct np_cuda_libs {
	np_places first, last; /* directories before and after the system's own search */
	np_dynlib library[NP_CUDA_PART_COUNT];
	np_nvml_api nvml;
	np_cudart_api cuda;
	np_cublas_api blas;
	np_cudnn_api dnn;
} np_cuda_libs;

/* Starts with the directories to look in and no library. */
void np_cuda_libs_start(np_cuda_libs *libs);
/* Opens one library and fills its table. NP_ERR_UNAVAILABLE says what to install. */
np_status np_cuda_libs_open(np_cuda_libs *libs, np_cuda_part part, np_error *err) NP_MUST_CHECK;
/* For people: "cuDNN 9". */
const char *np_cuda_libs_title(np_cuda_part part);
/* What to install. */
const char *np_cuda_libs_remedy(np_cuda_part part);
void np_cuda_libs_close(np_cuda_libs *libs);

#endif
