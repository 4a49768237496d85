/*
 * Plans of convolutions by the real cuDNN, for a GPU that is described in a file and need not be here: does every layer that
 * is to be measured have an engine that computes as it is asked to? With a suite's file the layers are its lines.
 *
 *     test_cudnn_plans DEVICE.json [LIBCUDA_STUB] [SUITE.txt]
 *
 * Skips (77) where there is no cuDNN, or one that is too old, or one that cannot do without a driver.
 */
#include "backends/cuda_libs.h"
#include "backends/cudnn_graph.h"
#include "layers.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SKIPPED = 77, FIRST_VERSION = 91100 };
static const int64_t WORKSPACE = (int64_t)4 << 30;

typedef struct tally {
	int planned, failed;
	double seconds, slowest;
} tally;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	char *data = calloc(1, 1 << 16);
	*size = file && data ? fread(data, 1, (1 << 16) - 1, file) : 0;
	if (file)
		fclose(file);
	return data;
}

/* True single precision is the promise that matters most: without it runtimes are those of another machine. */
static const char *fault_of(const np_cudnn_plan *plan, np_cuda_math math)
{
	unsigned rounded = 1u << NP_CUDNN_NOTE_TENSOR_CORE | 1u << NP_CUDNN_NOTE_DOWN_CONVERT;
	if (math == NP_CUDA_FP32 && plan->notes & rounded)
		return "rounds";
	if (plan->engine < 0 || plan->algo[0] != 'e')
		return "has no engine";
	if (plan->workspace_bytes < 0 || plan->workspace_bytes > WORKSPACE)
		return "has an odd workspace";
	return NULL;
}

/* Buffers are bound without being looked at. */
static const char *fault_of_binding(const np_cudnn_plan *plan, np_error *err)
{
	static char memory[4][256] __attribute__((aligned(256)));
	const np_cudnn_pointers pointers = {memory[0], memory[1], memory[2], memory[3]};
	np_cudnn_desc pack = NULL;
	if (np_cudnn_plan_bind(plan, &pointers, &pack, err) != NP_OK)
		return err->message;
	plan->api->desc_destroy(pack);
	return NULL;
}

static void plan_one(const np_cudnn_target *target, const np_layer_config *c, np_cuda_math math, bool quiet, tally *sums)
{
	np_cudnn_plan plan;
	np_error err = {0};
	char notes[64];
	double start = now();
	np_status status = np_cudnn_plan_make(target, c, math, np_cuda_maths[math].nhwc, WORKSPACE, &plan, &err);
	double seconds = now() - start;
	const char *fault = status == NP_OK ? fault_of(&plan, math) : err.message;
	if (!fault)
		fault = fault_of_binding(&plan, &err);
	np_cudnn_notes_write(plan.notes, notes, sizeof notes);
	if (fault || !quiet)
		printf("%s %s %lldx%lldx%lldx%lld -> %lld k%lldx%lld s%lld p%lld d%lld g%lld: %s [%s] %.1f MB, %d refused, "
		       "%.1f ms %s\n",
		       np_cuda_maths[math].name, np_kind_name(c->kind), (long long)c->batch, (long long)c->in_c,
		       (long long)c->in_h, (long long)c->in_w, (long long)c->out_c, (long long)c->kernel_h,
		       (long long)c->kernel_w, (long long)c->stride_h, (long long)c->pad_h, (long long)c->dilation_h,
		       (long long)c->groups, plan.algo, notes, (double)plan.workspace_bytes * 1e-6, plan.tried, seconds * 1e3,
		       fault ? fault : "");
	sums->planned++;
	sums->failed += fault != NULL;
	sums->seconds += seconds;
	sums->slowest = seconds > sums->slowest ? seconds : sums->slowest;
	np_cudnn_plan_free(&plan);
}

static void plan_all_maths(const np_cudnn_target *target, const np_layer_config *c, bool quiet, tally *sums)
{
	for (int math = 0; math < NP_CUDA_MATH_COUNT; math++)
		plan_one(target, c, (np_cuda_math)math, quiet, sums);
}

static void plan_list(const np_cudnn_target *target, tally *sums)
{
	const np_layer_config list[] = {
	        layer_conv(1, 3, 227, 96, 11, 4, 0, 1, 1),    layer_conv(16, 96, 27, 256, 5, 1, 2, 1, 2),
	        layer_conv(32, 64, 224, 64, 3, 1, 1, 1, 1),   layer_conv(8, 256, 56, 256, 3, 1, 1, 1, 1),
	        layer_conv(128, 512, 14, 512, 3, 1, 1, 1, 1), layer_conv(1, 1024, 14, 256, 1, 1, 0, 1, 1),
	        layer_conv(64, 3, 224, 64, 7, 2, 3, 1, 1),    layer_conv(32, 64, 56, 64, 3, 1, 1, 1, 32),
	        layer_conv(32, 96, 112, 96, 3, 2, 1, 1, 96),  layer_conv(4, 512, 28, 512, 3, 1, 2, 2, 1),
	        layer_conv(4, 64, 65, 64, 3, 1, 6, 6, 1),     layer_conv(1, 13, 31, 7, 3, 2, 1, 1, 1),
	        layer_deconv(4, 128, 14, 64, 4, 2, 1),
	};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		plan_all_maths(target, &list[i], false, sums);
	np_layer_config odd = layer_conv(2, 32, 56, 64, 3, 2, 0, 1, 1); /* an odd cell of padding at the end */
	odd.out_h = odd.out_w = 28;
	plan_all_maths(target, &odd, false, sums);
	np_layer_config flat = layer_conv(2, 32, 1, 64, 1, 1, 0, 1, 1); /* along the width only */
	flat.in_w = flat.out_w = 1000;
	flat.kernel_w = 9;
	flat.pad_w = 4;
	plan_all_maths(target, &flat, false, sums);
}

#ifdef NP_TEST_SUITES
static bool plan_suite(const np_cudnn_target *target, const char *path, tally *sums)
{
	FILE *file = fopen(path, "r");
	char line[512];
	bool good = file != NULL;
	while (file && fgets(line, sizeof line, file)) {
		np_layer_config config;
		np_error err = {0};
		line[strcspn(line, "\r\n")] = '\0';
		if (!line[0] || line[0] == '#')
			continue;
		if (np_layer_text_read(line, &config, &err) != NP_OK) {
			printf("%s: %s\n", line, err.message);
			good = false;
		} else if (config.kind == NP_CONV || config.kind == NP_DECONV) {
			plan_all_maths(target, &config, true, sums);
		}
	}
	if (file)
		fclose(file);
	return good;
}
#endif

static int skip(const char *why)
{
	printf("skipped: %s\n", why);
	return SKIPPED;
}

int main(int argc, char **argv)
{
	np_cuda_libs libs;
	np_error err = {0};
	if (argc < 2)
		return 2;
	if (argc > 2 && !dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL))
		(void)!dlopen(argv[2], RTLD_NOW | RTLD_GLOBAL);
	np_cuda_libs_start(&libs);
	/* Without it cuDNN ends the process. */
	if (np_cuda_libs_open(&libs, NP_CUDA_CUBLASLT, &err) != NP_OK || np_cuda_libs_open(&libs, NP_CUDA_CUDNN, &err) != NP_OK)
		return skip(err.message);
	printf("%s, version %zu\n", libs.library[NP_CUDA_CUDNN].path, libs.dnn.version());
	if (libs.dnn.version() < FIRST_VERSION)
		return skip("this cuDNN reads no descriptions of devices; 9.11 does");
	size_t size;
	char *json = read_file(argv[1], &size);
	np_cudnn_target target = {&libs.dnn, NULL, NULL, 0};
	if (np_cudnn_device_read(&libs.dnn, json, size + 1, &target.device, &err) != NP_OK)
		return skip(err.message);
	tally sums = {0};
	bool good = true;
	plan_list(&target, &sums);
#ifdef NP_TEST_SUITES
	if (argc > 3)
		good = plan_suite(&target, argv[3], &sums);
#endif
	printf("%d plans, %d failed, %.1f ms each, slowest %.0f ms\n", sums.planned, sums.failed,
	       sums.seconds * 1e3 / sums.planned, sums.slowest * 1e3);
	libs.dnn.desc_destroy(target.device);
	np_cuda_libs_close(&libs);
	free(json);
	return good && !sums.failed ? 0 : 1;
}
