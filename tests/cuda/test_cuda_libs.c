/* The vendor's libraries that are installed here have every function that our tables ask for. Skips (77) where none is. */
#include "backends/cuda_libs.h"

#include <stdio.h>
#include <string.h>

enum { SKIPPED = 77 };

/* Optional functions that newer releases dropped, or older ones did not have, are told; required ones fail the opening. */
static int count_missing(const void *table, size_t size)
{
	int missing = 0;
	for (size_t i = 0; i < size; i += sizeof(void (*)(void))) {
		void *function;
		memcpy(&function, (const char *)table + i, sizeof function);
		missing += !function;
	}
	return missing;
}

int main(void)
{
	np_cuda_libs libs;
	np_cuda_libs_start(&libs);
	const struct {
		np_cuda_part part;
		const void *table;
		size_t size;
	} parts[] = {{NP_CUDA_NVML, &libs.nvml, sizeof libs.nvml},
	             {NP_CUDA_CUDART, &libs.cuda, sizeof libs.cuda},
	             {NP_CUDA_CUBLASLT, NULL, 0},
	             {NP_CUDA_CUBLAS, &libs.blas, sizeof libs.blas},
	             {NP_CUDA_CUDNN, &libs.dnn, sizeof libs.dnn}};
	int found = 0, bad = 0;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		np_error err = {0};
		if (np_cuda_libs_open(&libs, parts[i].part, &err) != NP_OK) {
			printf("%s\n", err.message);
			bad += strstr(err.message, "has no function") != NULL;
			continue;
		}
		int missing = count_missing(parts[i].table, parts[i].size);
		printf("%s: %s, %d optional functions missing\n", np_cuda_libs_title(parts[i].part),
		       libs.library[parts[i].part].path, missing);
		found += parts[i].table != NULL;
		bad += missing > 2 && parts[i].part != NP_CUDA_NVML; /* drivers are of every age */
	}
	np_cuda_libs_close(&libs);
	if (bad)
		return 1;
	return found ? 0 : SKIPPED;
}
