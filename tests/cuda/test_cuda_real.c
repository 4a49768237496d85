/*
 * The CUDA device on a real GPU: every kind of layer in every type, a few batches of each, and what the meter says meanwhile.
 * The first thing to run on a new machine: it takes seconds and says which layers have no way to run there. Skips (77) where
 * there is no GPU, printing what is missing.
 */
#include "backends/backends.h"
#include "programs.h"

#include <math.h>
#include <stdio.h>

enum { SKIPPED = 77 };

static double flops_of(const np_layer_config *c)
{
	double out = (double)test_out_values(c);
	if (c->kind == NP_CONV)
		return 2 * out * (double)(c->in_c / c->groups * c->kernel_h * c->kernel_w);
	return c->kind == NP_FC ? 2 * out * (double)(c->in_c * c->in_h * c->in_w) : 0;
}

static bool run_one(np_device *device, const np_layer_config *config, np_error *err)
{
	test_program test;
	np_job *job = NULL;
	np_job_facts facts;
	double latency = NAN;
	np_span span = {0};
	bool done = false;
	test_program_layer(&test, config);
	if (device->ops->prepare(device, &test.program, &job, err) != NP_OK)
		return false;
	device->ops->describe(device, job, &facts);
	bool good = device->ops->latency(device, job, &latency, err) == NP_OK;
	for (int i = 0; i < 3 && good; i++)
		good = device->ops->submit(device, job, 100, err) == NP_OK &&
		       device->ops->reap(device, true, &done, &span, err) == NP_OK;
	double seconds = span.calls ? span.runtime_s / (double)span.calls : NAN;
	printf("  %-14s %4dx%-4dx%-3d %9.2f us, alone %7.1f us, %6.2f TFLOP/s, K %d, R %d %s, %s %s [%s]\n",
	       np_kind_name(config->kind), (int)config->batch, (int)config->in_c, (int)config->in_h, seconds * 1e6,
	       latency * 1e6, flops_of(config) / seconds * 1e-12, facts.graph_k, facts.buffer_sets, facts.cache, facts.backend,
	       facts.algo, facts.notes);
	device->ops->release(device, job);
	return good && seconds > 0;
}

static int run_kinds(np_device *device)
{
	static const np_layer_config large[2] = {
	        {NP_CONV, 32, 256, 56, 56, 256, 56, 56, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1},
	        {NP_FC, 4096, 4096, 1, 1, 4096, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1},
	};
	int count, failed = 0;
	const np_layer_config *list = layer_kinds(&count);
	for (int i = 0; i < count + 2; i++) {
		np_error err = {0};
		if (!run_one(device, i < count ? &list[i] : &large[i - count], &err)) {
			printf("  FAILED: %s\n", err.message);
			failed++;
		}
	}
	return failed;
}

static void print_state(np_device *device)
{
	np_device_state state;
	np_reading reading;
	np_error err = {0};
	device->ops->state(device, &state);
	printf("  SM %.0f MHz, %.0f C, use %.0f %%, flags 0x%x, reasons 0x%x\n", state.sm_mhz, state.temp_c, state.util_pct,
	       state.flags, state.reasons);
	if (device->meter && device->meter->ops->read(device->meter, &reading, &err) == NP_OK)
		printf("  meter %s: %.3f J, %.1f W, slow %.1f W\n", device->meter->source, reading.energy_j, reading.power_w,
		       reading.power_slow_w);
	else
		printf("  no meter: %s%s\n", device->facts.no_meter, err.message);
}

int main(void)
{
	static const char *const dtypes[] = {"fp32", "tf32", "fp16"};
	int failed = 0;
	for (int i = 0; i < 3; i++) {
		np_device *device = NULL;
		np_error err = {0};
		const np_device_request request = {"cuda:0", dtypes[i], 0};
		np_status status = np_cuda_open(&request, &device, &err);
		if (status == NP_ERR_UNAVAILABLE) {
			printf("skipped: %s\n", err.message);
			return SKIPPED;
		}
		if (status != NP_OK) {
			printf("%s\n", err.message);
			return 1;
		}
		printf("%s, %s, %s\n", device->facts.device, device->facts.software, dtypes[i]);
		if (i == 0)
			printf("%s", device->facts.provenance.data);
		print_state(device);
		failed += run_kinds(device);
		print_state(device);
		device->ops->close(device);
	}
	printf("%d layers failed\n", failed);
	return failed != 0;
}
