/*
 * The cheap layers as they are described to the real cuDNN, which checks descriptions without a GPU: pools, normalisations,
 * activations, sums, in every type and both layouts. Skips (77) where there is no cuDNN.
 *
 *     test_cudnn_layers [LIBCUDA_STUB]
 */
#include "backends/cuda_device.h"
#include "programs.h"

#include <dlfcn.h>
#include <stdio.h>

enum { SKIPPED = 77 };

/* By older calls and without a handle: reductions ask for their workspace with one. */
static bool is_described(np_kind kind)
{
	static const np_kind kinds[] = {NP_MAXPOOL, NP_AVGPOOL,    NP_GLOBALAVGPOOL, NP_LRN,    NP_BATCHNORM,
	                                NP_RELU,    NP_ACTIVATION, NP_ELTWISE,       NP_SOFTMAX};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i] == kind)
			return true;
	return false;
}

static int describe_one(np_cuda *cuda, const np_layer_config *config, bool nhwc)
{
	test_program test;
	np_error err = {0};
	test_program_layer(&test, config);
	np_cuda_step step = {.config = *config, .name = np_kind_name(config->kind), .nhwc = nhwc};
	step.inputs = test.inputs[0];
	step.input_count = (int)config->inputs;
	step.output = test.outputs[0];
	step.values = test.values;
	np_status status = np_cuda_step_plan(cuda, &step, &err);
	if (status == NP_OK)
		step.ops->free(cuda, &step);
	else
		printf("%s %s: %s\n", np_cuda_maths[cuda->math].name, nhwc ? "nhwc" : "nchw", err.message);
	return status != NP_OK;
}

int main(int argc, char **argv)
{
	static np_cuda cuda; /* no device: nothing but its libraries is used */
	np_error err = {0};
	if (argc > 1 && !dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL))
		(void)!dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
	np_cuda_libs_start(&cuda.libs);
	if (np_cuda_libs_open(&cuda.libs, NP_CUDA_CUBLASLT, &err) != NP_OK ||
	    np_cuda_libs_open(&cuda.libs, NP_CUDA_CUDNN, &err) != NP_OK) {
		printf("skipped: %s\n", err.message);
		return SKIPPED;
	}
	int count, described = 0, failed = 0;
	const np_layer_config *list = layer_kinds(&count);
	for (int math = 0; math < NP_CUDA_MATH_COUNT; math++)
		for (int i = 0; i < 2 * count; i++) {
			if (!is_described(list[i / 2].kind))
				continue;
			cuda.math = (np_cuda_math)math;
			failed += describe_one(&cuda, &list[i / 2], i % 2);
			described++;
		}
	printf("%s: %d layers described, %d refused\n", cuda.libs.library[NP_CUDA_CUDNN].path, described, failed);
	np_cuda_libs_close(&cuda.libs);
	return failed != 0;
}
