/* Finding the vendor's libraries: by the system's loader, in CUDA's usual directories, and in Python packages. */
#include "backends/cuda_libs.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

#define NP_NVML_SYMBOL(member, result, arguments, required, newest, older) \
	{{newest, older}, offsetof(np_nvml_api, member), required},
#define NP_CUDART_SYMBOL(member, result, arguments, required, newest, older) \
	{{newest, older}, offsetof(np_cudart_api, member), required},
#define NP_CUBLAS_SYMBOL(member, result, arguments, required, newest, older) \
	{{newest, older}, offsetof(np_cublas_api, member), required},
#define NP_CUDNN_SYMBOL(member, result, arguments, required, newest, older) \
	{{newest, older}, offsetof(np_cudnn_api, member), required},

static const np_dynlib_symbol nvml_symbols[] = {NP_NVML_MAP(NP_NVML_SYMBOL)};
static const np_dynlib_symbol cudart_symbols[] = {NP_CUDART_MAP(NP_CUDART_SYMBOL)};
static const np_dynlib_symbol cublas_symbols[] = {NP_CUBLAS_MAP(NP_CUBLAS_SYMBOL)};
static const np_dynlib_symbol cudnn_symbols[] = {NP_CUDNN_MAP(NP_CUDNN_SYMBOL)};

#define NP_COUNT(array) (sizeof(array) / sizeof *(array))

typedef struct np_cuda_part_info {
	const char *title, *variable; /* the environment variable that names the file */
	const char *names[4];
	const char *remedy;
	const np_dynlib_symbol *symbols;
	size_t symbol_count, table;
} np_cuda_part_info;

/* Newest first. The first release of cuBLAS and the runtime that is understood is 12. */
static const np_cuda_part_info parts[NP_CUDA_PART_COUNT] = {
        [NP_CUDA_NVML] = {"NVML",
                          "NP_NVML_LIB",
                          {"libnvidia-ml.so.1", "libnvidia-ml.so"},
                          "install the NVIDIA driver, or set NP_NVML_LIB to the file",
                          nvml_symbols,
                          NP_COUNT(nvml_symbols),
                          offsetof(np_cuda_libs, nvml)},
        [NP_CUDA_CUDART] = {"CUDA runtime",
                            "NP_CUDART_LIB",
                            {"libcudart.so.13", "libcudart.so.12", "libcudart.so"},
                            "`pip install nvidia-cuda-runtime`, or set NP_CUDART_LIB to the file or NP_CUDA_PATH to its "
                            "directory",
                            cudart_symbols,
                            NP_COUNT(cudart_symbols),
                            offsetof(np_cuda_libs, cuda)},
        [NP_CUDA_CUBLASLT] = {"cuBLASLt", NULL, {"libcublasLt.so.13", "libcublasLt.so.12"}, "comes with cuBLAS", NULL, 0, 0},
        [NP_CUDA_NVRTC] = {"NVRTC", NULL, {"libnvrtc.so.13", "libnvrtc.so.12"}, "`pip install nvidia-cuda-nvrtc`", NULL, 0, 0},
        [NP_CUDA_CUBLAS] = {"cuBLAS",
                            "NP_CUBLAS_LIB",
                            {"libcublas.so.13", "libcublas.so.12", "libcublas.so"},
                            "`pip install nvidia-cublas`, or set NP_CUBLAS_LIB to the file or NP_CUDA_PATH to its directory",
                            cublas_symbols,
                            NP_COUNT(cublas_symbols),
                            offsetof(np_cuda_libs, blas)},
        [NP_CUDA_CUDNN] = {"cuDNN 9",
                           "NP_CUDNN_LIB",
                           {"libcudnn.so.9"},
                           "`pip install nvidia-cudnn-cu13`, or set NP_CUDNN_LIB to the file or NP_CUDA_PATH to its directory",
                           cudnn_symbols,
                           NP_COUNT(cudnn_symbols),
                           offsetof(np_cuda_libs, dnn)},
};

const char *np_cuda_libs_title(np_cuda_part part)
{
	return parts[part].title;
}

const char *np_cuda_libs_remedy(np_cuda_part part)
{
	return parts[part].remedy;
}

/* What was asked for by NP_CUDA_PATH comes before the system; environments for Python and usual directories after it. */
void np_cuda_libs_start(np_cuda_libs *libs)
{
	*libs = (np_cuda_libs){0};
	const char *path = getenv("NP_CUDA_PATH");
	np_places_add_list(&libs->first, path);
	np_places_wheels(&libs->first, path, "nvidia");
	np_places_wheels(&libs->last, getenv("VIRTUAL_ENV"), "nvidia");
	np_places_wheels(&libs->last, getenv("CONDA_PREFIX"), "nvidia");
	const char *conda = getenv("CONDA_PREFIX"), *home = getenv("HOME");
	char directory[1024];
	if (conda && snprintf(directory, sizeof directory, "%s/lib", conda) < (int)sizeof directory)
		np_places_add(&libs->last, directory);
	if (home && home[0] && snprintf(directory, sizeof directory, "%s/.local", home) < (int)sizeof directory)
		np_places_wheels(&libs->last, directory, "nvidia");
	np_places_wheels(&libs->last, "/usr/local", "nvidia");
	np_places_wheels(&libs->last, "/usr", "nvidia");
	np_places_match(&libs->last, "/usr/lib/python3*/site-packages/nvidia/*/lib");
	np_places_add(&libs->last, "/usr/local/cuda/lib64");
	np_places_match(&libs->last, "/usr/local/cuda-*/lib64");
	np_places_match(&libs->last, "/usr/local/cuda-*/lib");
	np_places_add(&libs->last, "/usr/local/nvidia/lib64"); /* where containers are given the driver */
	np_places_add(&libs->last, "/usr/lib/wsl/lib");
}

np_status np_cuda_libs_open(np_cuda_libs *libs, np_cuda_part part, np_error *err)
{
	const np_cuda_part_info *info = &parts[part];
	if (libs->first.failed || libs->last.failed)
		return np_fail_memory(err);
	const np_dynlib_request request = {
	        .title = info->title,
	        .names = info->names,
	        .given = info->variable ? getenv(info->variable) : NULL,
	        .given_by = info->variable,
	        .first = &libs->first,
	        .last = &libs->last,
	        .remedy = info->remedy,
	};
	NP_TRY(np_dynlib_open(&request, &libs->library[part], err));
	np_status status =
	        np_dynlib_fill(&libs->library[part], info->symbols, info->symbol_count, (char *)libs + info->table, err);
	if (status != NP_OK)
		np_dynlib_close(&libs->library[part]);
	return status;
}

void np_cuda_libs_close(np_cuda_libs *libs)
{
	for (int i = 0; i < NP_CUDA_PART_COUNT; i++)
		np_dynlib_close(&libs->library[i]);
	np_places_free(&libs->first);
	np_places_free(&libs->last);
}
