/*
 * A product of matrices, whose FLOPs are known, timed three ways in one run: by a plain loop around OpenBLAS (its own rate),
 * by the measuring procedure around the same call, and by the procedure around oneDNN's fc layer of the same size. The
 * first two must agree; the third says how near to OpenBLAS the layers run that `measure` runs.
 *
 *     gemm_rate [libopenblas.so.0]
 */
#include "backends/backends.h"
#include "backends/host.h"
#include "base/random.h"
#include "measure/procedure.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { M = 256, N = 1024, K = 1024, ROUNDS = 5, CALLS = 40 };
static const double FLOPS = 2.0 * M * N * K;

typedef void gemm(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a, int lda,
                  const float *b, int ldb, float beta, float *c, int ldc);

typedef struct blas_device {
	np_device device;
	gemm *run;
	float *a, *b, *c;
	np_span span;
} blas_device;

static double cpu_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void multiply(const blas_device *d)
{
	d->run(101, 111, 112, M, N, K, 1, d->a, K, d->b, K, 0, d->c, N); /* row-major, A x B transposed */
}

static double blas_now(np_device *device)
{
	(void)device;
	return np_host_now();
}

static np_status blas_submit(np_device *device, np_job *job, int64_t calls, np_error *err)
{
	(void)job;
	(void)err;
	blas_device *d = (blas_device *)device;
	double wall = np_host_now(), cpu = cpu_s();
	for (int64_t i = 0; i < calls; i++)
		multiply(d);
	cpu = cpu_s() - cpu;
	d->span = (np_span){calls, cpu, np_host_now() - wall, cpu, false};
	return NP_OK;
}

static np_status blas_reap(np_device *device, bool wait, bool *done, np_span *span, np_error *err)
{
	(void)wait;
	(void)err;
	*done = true;
	*span = ((blas_device *)device)->span;
	return NP_OK;
}

static const np_device_ops BLAS_OPS = {.now = blas_now, .submit = blas_submit, .reap = blas_reap};

static float *normal_values(size_t count)
{
	float *values = malloc(count * sizeof *values);
	np_random random = np_random_seeded(count);
	for (size_t i = 0; values && i < count; i++)
		values[i] = (float)np_random_normal(&random);
	return values;
}

/* GFLOP/s by the median of single calls. */
static double loop_rate(const blas_device *d)
{
	np_series times = {0};
	for (int i = 0; i < CALLS; i++) {
		double start = cpu_s();
		multiply(d);
		if (np_series_add(&times, cpu_s() - start, NULL) != NP_OK)
			exit(1);
	}
	double rate = FLOPS / np_series_median(&times) / 1e9;
	np_series_free(&times);
	return rate;
}

static double procedure_rate(np_device *device, np_job *job)
{
	np_error err = {0};
	np_measurement m;
	const np_procedure procedure = np_procedure_for_layers(device);
	if (np_measure_job(device, &procedure, job, &m, &err) != NP_OK) {
		fprintf(stderr, "%s\n", err.message);
		exit(1);
	}
	return FLOPS / m.call_s.median / 1e9;
}

/* The layer of the same product; NAN where the processor cannot be measured. */
static double layer_rate(np_device *device, np_error *err)
{
	char text[64];
	np_layer_config config;
	np_program program;
	np_job *job;
	snprintf(text, sizeof text, "fc:%dx%d:%d", M, K, N);
	if (np_layer_text_read(text, &config, err) != NP_OK || np_program_of_layer(&config, &program, err) != NP_OK)
		exit(1);
	np_status status = device->ops->prepare(device, &program, &job, err);
	double rate = status == NP_OK ? procedure_rate(device, job) : NAN;
	if (status == NP_OK)
		device->ops->release(device, job);
	np_program_free(&program);
	return rate;
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "libopenblas.so.0";
	setenv("OPENBLAS_NUM_THREADS", "1", 1);
	void *library = dlopen(path, RTLD_NOW);
	blas_device blas = {.device = {.ops = &BLAS_OPS}};
	if (library)
		*(void **)&blas.run = dlsym(library, "cblas_sgemm");
	if (!blas.run) {
		fprintf(stderr, "skipped: no OpenBLAS (%s); Debian: libopenblas0\n", path);
		return 77;
	}
	blas.a = normal_values((size_t)M * K);
	blas.b = normal_values((size_t)N * K);
	blas.c = normal_values((size_t)M * N);
	np_error err = {0};
	np_device *cpu = NULL;
	const np_device_request request = {.name = "cpu"};
	if (np_cpu_open(&request, &cpu, &err) != NP_OK)
		fprintf(stderr, "no layer: %s\n", err.message);
	np_series ratios = {0};
	printf("round  OpenBLAS's own rate  by the procedure  ratio  oneDNN fc  ratio   (GFLOP/s, one thread)\n");
	for (int i = 0; i < ROUNDS; i++) {
		double own = loop_rate(&blas), ours = procedure_rate(&blas.device, NULL),
		       layer = cpu ? layer_rate(cpu, &err) : NAN;
		printf("%5d  %19.2f  %16.2f  %5.3f  %9.2f  %5.3f\n", i + 1, own, ours, ours / own, layer, layer / own);
		if (np_series_add(&ratios, ours / own, &err) != NP_OK)
			return 1;
	}
	double median = np_series_median(&ratios);
	printf("median ratio of the procedure to OpenBLAS's own rate: %.3f\n", median);
	np_series_free(&ratios);
	if (cpu)
		cpu->ops->close(cpu);
	return fabs(median - 1) <= 0.05 ? 0 : 1;
}
