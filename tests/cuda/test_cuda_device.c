/* The whole CUDA device against stub libraries: opening, every kind of layer, batches in flight, what goes wrong. */
#include "../unit/test_support.h"

#include "../stubs/stub.h"
#include "backends/backends.h"
#include "programs.h"

#include <dlfcn.h>
#include <math.h>

static np_device *open_device(const char *dtype, const char *modes)
{
	np_device *device = NULL;
	np_error err = {0};
	const np_device_request request = {"cuda:0", dtype, 0};
	setenv("NP_STUB_MODES", modes, 1);
	assert_ok(np_cuda_open(&request, &device, &err), &err);
	return device;
}

/* Bytes of the stub's device memory in use; it stays loaded. */
static int64_t allocated(void)
{
	void *library = dlopen(getenv("NP_CUDART_LIB"), RTLD_NOW | RTLD_NODELETE);
	int64_t (*count)(void) = NULL;
	void *symbol = dlsym(library, "np_stub_allocated");
	memcpy(&count, &symbol, sizeof count);
	int64_t bytes = count ? count() : -1;
	dlclose(library);
	return bytes;
}

static void close_device(np_device *device)
{
	device->ops->close(device);
	assert_int_equal(allocated(), 0);
	setenv("NP_STUB_MODES", "", 1);
}

static np_job *prepare(np_device *device, const np_layer_config *config)
{
	test_program test;
	np_job *job = NULL;
	np_error err = {0};
	test_program_layer(&test, config);
	assert_ok(device->ops->prepare(device, &test.program, &job, &err), &err);
	return job;
}

static np_span run_batch(np_device *device, np_job *job, int64_t calls)
{
	np_span span = {0};
	bool done = false;
	np_error err = {0};
	assert_ok(device->ops->submit(device, job, calls, &err), &err);
	assert_ok(device->ops->reap(device, true, &done, &span, &err), &err);
	assert_true(done);
	assert_true(span.calls >= calls && span.runtime_s > 0 && span.wall_s > 0 && isnan(span.cpu_s));
	return span;
}

static void test_facts(void **state)
{
	(void)state;
	np_device *device = open_device("fp32", "");
	assert_string_equal(device->facts.device, "NVIDIA Stub GPU");
	assert_string_equal(device->facts.software, "cudnn 9.19.0");
	assert_string_equal(device->facts.dtype, "fp32");
	assert_true(device->facts.limit_w == 700);
	assert_string_equal(device->facts.no_meter, "");
	assert_string_equal(device->meter->source, "nvml-counter");
	assert_int_equal(device->habits.depth, 4);
	static const char *const lines[] = {
	        "uuid_hash=",
	        "driver=580.00.stub\n",
	        "nvml=13.580.00.stub\n",
	        "cuda_rt=13.0\n",
	        "cudnn=9.19.0\n",
	        "cublas=13.1.2\n",
	        "power_limit_w=700\n",
	        "persistence=on\n",
	        "mig=off\n",
	        "max_sm_mhz=1980\n",
	        "nvidia_tf32_override=",
	        "cudnn_device={  \"deviceName\": \"Stub GPU\" }\n",
	        "compute_capability=9.0\n",
	        "sm_count=132\n",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (!strstr(device->facts.provenance.data, lines[i]))
			fail_msg("no %s in:\n%s", lines[i], device->facts.provenance.data);
	np_device_state reading;
	device->ops->state(device, &reading);
	assert_true(reading.sm_mhz == 1755 && !reading.flags);
	/* No context yet: an idle card is to be read as it is. */
	assert_int_equal(allocated(), 0);
	close_device(device);
}

/* Single precision passes the engine with tensor cores over; the others take it. Times are the stub's formula. */
static void test_conv(void **state)
{
	(void)state;
	static const char *const dtypes[] = {"fp32", "tf32", "fp16"};
	const np_layer_config conv = layer_conv(4, 64, 28, 128, 3, 1, 1, 1, 1);
	for (int i = 0; i < 3; i++) {
		np_device *device = open_device(dtypes[i], "");
		np_job *job = prepare(device, &conv);
		np_job_facts facts;
		device->ops->describe(device, job, &facts);
		assert_string_equal(facts.backend, "cudnn-graph");
		assert_string_equal(facts.algo, i == 0 ? "e70" : "e67");
		assert_string_equal(facts.notes, i == 0 ? "" : "tensor_core");
		assert_string_equal(facts.layout, i == 0 ? "nchw" : "nhwc");
		assert_string_equal(facts.cache, "rot");
		assert_string_equal(facts.data, "normal:1");
		assert_int_equal(facts.workspace_bytes, 1024);
		int bytes = i == 2 ? 2 : 4;
		int64_t footprint = (4 * 64 * 28 * 28 + 4 * 128 * 28 * 28 + 128 * 64 * 9) * bytes;
		assert_int_equal(facts.footprint_bytes, footprint);
		assert_true(facts.buffer_sets * footprint >= 3 * (1 << 20) &&
		            (facts.buffer_sets - 1) * footprint < 3 * (1 << 20));
		assert_int_equal(facts.graph_k % facts.buffer_sets, 0);
		double expected = stub_kernel_s(2.0 * 4 * 128 * 28 * 28 * 64 * 9, (double)footprint);
		double best = 1;
		for (int n = 0; n < 10; n++) { /* the stub runs in real time: a busy machine can only make it slower */
			np_span span = run_batch(device, job, 500);
			assert_int_equal(span.calls % facts.graph_k, 0);
			best = fmin(best, span.runtime_s / (double)span.calls);
		}
		assert_true(fabs(best / expected - 1) < 0.02);
		assert_true(facts.graph_k <= 0.001 / expected + 1 + facts.buffer_sets);
		device->ops->release(device, job);
		close_device(device);
	}
}

static void test_every_kind(void **state)
{
	(void)state;
	static const char *const dtypes[] = {"fp32", "tf32", "fp16"};
	int count;
	const np_layer_config *list = layer_kinds(&count);
	for (int d = 0; d < 3; d++) {
		np_device *device = open_device(dtypes[d], "");
		for (int i = 0; i < count; i++) {
			np_job *job = prepare(device, &list[i]);
			np_job_facts facts;
			double seconds = 0;
			np_error err = {0};
			device->ops->describe(device, job, &facts);
			assert_true(facts.backend[0] && facts.algo[0] && facts.graph_k >= 1);
			run_batch(device, job, 3);
			assert_ok(device->ops->latency(device, job, &seconds, &err), &err);
			assert_true(seconds > 0);
			device->ops->release(device, job);
		}
		close_device(device);
	}
}

/* 12 products of 32 x 64 with 64 x 16: once with a right side for each, once with one for all. */
static void test_matmul(void **state)
{
	(void)state;
	np_device *device = open_device("fp32", "");
	const np_layer_config c = {NP_MATMUL, 12, 64, 32, 1, 16, 32, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 2};
	for (int shared = 0; shared < 2; shared++) {
		test_program test;
		np_job *job = NULL;
		np_error err = {0};
		test_program_start(&test, "matmul");
		int inputs[2] = {test_program_tensor(&test, 12 * 64 * 32),
		                 test_program_tensor(&test, (shared ? 1 : 12) * 64 * 16)};
		test_program_step(&test, &c, "matmul", 2, inputs, -1);
		assert_ok(device->ops->prepare(device, &test.program, &job, &err), &err);
		run_batch(device, job, 1);
		device->ops->release(device, job);
	}
	close_device(device);
}

/* An operand with a value per channel, in either place. */
static void test_eltwise_with_small_operand(void **state)
{
	(void)state;
	np_device *device = open_device("fp16", "");
	const np_layer_config c = layer_same(NP_ELTWISE, 2, 96, 27, 2);
	for (int first = 0; first < 2; first++) {
		test_program test;
		np_job *job = NULL;
		np_error err = {0};
		test_program_start(&test, "scale");
		int large = test_program_tensor(&test, 2 * 96 * 27 * 27), small = test_program_tensor(&test, 2 * 96);
		int inputs[2] = {first ? small : large, first ? large : small};
		test_program_step(&test, &c, "scale", 2, inputs, -1);
		assert_ok(device->ops->prepare(device, &test.program, &job, &err), &err);
		run_batch(device, job, 1);
		device->ops->release(device, job);
	}
	close_device(device);
}

/* Layers in a row, one in place, as one graph. */
static void test_network(void **state)
{
	(void)state;
	np_device *device = open_device("fp32", "");
	test_program test;
	np_job *job = NULL;
	np_error err = {0};
	np_job_facts facts;
	test_program_start(&test, "little net");
	const np_layer_config conv = layer_conv(2, 3, 32, 16, 3, 1, 1, 1, 1), relu = layer_same(NP_RELU, 2, 16, 32, 1);
	const np_layer_config pool = layer_pool(NP_MAXPOOL, 2, 16, 32, 2, 2, 0), fc = layer_fc(2, 16 * 16 * 16, 10);
	int image = test_program_tensor(&test, 2 * 3 * 32 * 32);
	int a = test_program_step(&test, &conv, "conv1", 1, &image, -1);
	test_program_step(&test, &relu, "relu1", 1, &a, a);
	int b = test_program_step(&test, &pool, "pool1", 1, &a, -1);
	test_program_step(&test, &fc, "fc1", 1, &b, -1);
	assert_ok(device->ops->prepare(device, &test.program, &job, &err), &err);
	device->ops->describe(device, job, &facts);
	assert_string_equal(facts.backend, "cudnn+cublas");
	assert_true(facts.graph_k >= 1);
	run_batch(device, job, 10);
	device->ops->release(device, job);
	close_device(device);
}

static void test_batches_in_flight(void **state)
{
	(void)state;
	np_device *device = open_device("fp32", "");
	const np_layer_config conv = layer_conv(4, 64, 28, 128, 3, 1, 1, 1, 1);
	np_job *job = prepare(device, &conv);
	np_error err = {0};
	np_span span;
	bool done;
	assert_int_equal(device->ops->reap(device, true, &done, &span, &err), NP_ERR_ARGUMENT);
	np_error_clear(&err);
	double start = device->ops->now(device), runtime = 0, wall = 0;
	for (int i = 0; i < 4; i++)
		assert_ok(device->ops->submit(device, job, 400, &err), &err);
	assert_int_equal(device->ops->submit(device, job, 400, &err), NP_ERR_ARGUMENT);
	np_error_clear(&err);
	int early = 0;
	for (int reaped = 0; reaped < 4; reaped += done) {
		assert_ok(device->ops->reap(device, false, &done, &span, &err), &err);
		early += !done;
		if (done) {
			runtime += span.runtime_s;
			wall += span.wall_s;
		} else {
			device->ops->sleep(device, 0.0002);
		}
	}
	double took = device->ops->now(device) - start;
	print_message("4 batches: %.1f ms by events, %.1f ms by the clock, asked %d times too early\n", runtime * 1e3,
	              took * 1e3, early);
	assert_true(early > 0 && runtime <= took && wall <= took && wall > 0.9 * runtime);
	device->ops->release(device, job);
	close_device(device);
}

/* Jobs of neighbouring rows: the second is made ready while the first still runs. */
static void test_two_jobs(void **state)
{
	(void)state;
	np_device *device = open_device("fp32", "");
	const np_layer_config first = layer_conv(4, 64, 28, 128, 3, 1, 1, 1, 1), second = layer_fc(8, 512, 512);
	np_error err = {0};
	np_span span;
	bool done;
	np_job *a = prepare(device, &first);
	assert_ok(device->ops->submit(device, a, 100, &err), &err);
	np_job *b = prepare(device, &second);
	assert_ok(device->ops->submit(device, b, 100, &err), &err);
	device->ops->release(device, a);
	assert_ok(device->ops->reap(device, true, &done, &span, &err), &err);
	device->ops->release(device, b); /* its batch is still in flight */
	assert_ok(device->ops->reap(device, true, &done, &span, &err), &err);
	assert_true(done && span.calls >= 100);
	for (int i = 0; i < 40; i++) /* memory of finished jobs is used again */
		device->ops->release(device, prepare(device, i % 2 ? &first : &second));
	close_device(device);
}

static void expect_refusal(const char *modes, const np_layer_config *config, np_status status, const char *part)
{
	np_device *device = open_device("fp32", modes);
	test_program test;
	np_job *job = NULL;
	np_error err = {0};
	test_program_layer(&test, config);
	assert_int_equal(device->ops->prepare(device, &test.program, &job, &err), status);
	assert_null(job);
	if (!strstr(err.message, part))
		fail_msg("\"%s\" is not in \"%s\"", part, err.message);
	/* The device is none the worse for it. */
	const np_layer_config fc = layer_fc(4, 64, 64);
	job = prepare(device, &fc);
	run_batch(device, job, 1);
	device->ops->release(device, job);
	close_device(device);
}

static void test_refusals(void **state)
{
	(void)state;
	np_layer_config c = layer_same(NP_LAYERNORM, 2, 16, 8, 1);
	expect_refusal("", &c, NP_ERR_UNSUPPORTED, "layernorm: there is no way to run a layer of kind layernorm");
	c = layer_same(NP_RESIZE, 2, 16, 8, 1);
	expect_refusal("", &c, NP_ERR_UNSUPPORTED, "resize");
	c = layer_conv(64, 512, 224, 512, 3, 1, 1, 1, 1);
	expect_refusal("", &c, NP_ERR_LIMIT, "free memory");
	c = layer_conv(1, 15, 28, 16, 3, 1, 1, 1, 4);
	expect_refusal("", &c, NP_ERR_UNSUPPORTED, "4 groups");
	np_layer_config pool = layer_pool(NP_MAXPOOL, 2, 16, 8, 2, 2, 0);
	expect_refusal("no_pool", &pool, NP_ERR_UNSUPPORTED,
	               "cudnnPoolingForward: rc 3000 (CUDNN_STATUS_NOT_SUPPORTED): a reason");
	pool.dilation_h = 2;
	expect_refusal("", &pool, NP_ERR_UNSUPPORTED, "dilation");
	c = layer_fc(INT64_C(3000000000), 64, 64);
	expect_refusal("", &c, NP_ERR_UNSUPPORTED, "3000000000");
}

/* The engine that is recommended first can be planned and not run. */
static void test_engine_that_fails(void **state)
{
	(void)state;
	np_device *device = open_device("tf32", "bad_engine");
	const np_layer_config conv = layer_conv(4, 64, 28, 128, 3, 1, 1, 1, 1);
	np_job *job = prepare(device, &conv);
	np_job_facts facts;
	device->ops->describe(device, job, &facts);
	assert_string_equal(facts.algo, "e70");
	run_batch(device, job, 1);
	device->ops->release(device, job);
	close_device(device);
}

/* A layer that knows one layout only gets it, and its row says so. */
static void test_other_layout(void **state)
{
	(void)state;
	static const char *const layouts[] = {"nhwc", "nchw"};
	const np_layer_config pool = layer_pool(NP_MAXPOOL, 2, 16, 8, 2, 2, 0);
	for (int i = 0; i < 2; i++) {
		np_device *device = open_device("fp16", i ? "nchw_pool" : "");
		np_job *job = prepare(device, &pool);
		np_job_facts facts;
		device->ops->describe(device, job, &facts);
		assert_string_equal(facts.layout, layouts[i]);
		run_batch(device, job, 1);
		device->ops->release(device, job);
		close_device(device);
	}
}

static void test_wrong_values(void **state)
{
	(void)state;
	np_device *device = open_device("fp32", "");
	int count;
	const np_layer_config *list = layer_kinds(&count);
	for (int i = 0; i < count; i++) {
		test_program test;
		np_job *job = NULL;
		np_error err = {0};
		test_program_layer(&test, &list[i]);
		test.values[test.outputs[0]] -= 1;
		assert_int_equal(device->ops->prepare(device, &test.program, &job, &err), NP_ERR_UNSUPPORTED);
		test_program_layer(&test, &list[i]);
		test.outputs[0] = 99;
		np_error_clear(&err);
		assert_int_equal(device->ops->prepare(device, &test.program, &job, &err), NP_ERR_ARGUMENT);
	}
	close_device(device);
}

static void test_without_graphs(void **state)
{
	(void)state;
	np_device *device = open_device("fp32", "no_capture");
	const np_layer_config conv = layer_conv(4, 64, 28, 128, 3, 1, 1, 1, 1);
	np_job *job = prepare(device, &conv);
	np_job_facts facts;
	device->ops->describe(device, job, &facts);
	assert_int_equal(facts.graph_k, 0);
	assert_int_equal(run_batch(device, job, 7).calls, 7);
	device->ops->release(device, job);
	close_device(device);
}

/* Where the graph interface has nothing to offer. */
static void test_legacy_conv(void **state)
{
	(void)state;
	static const char *const modes[] = {"no_engines", "no_plan"};
	const np_layer_config conv = layer_conv(4, 64, 28, 128, 3, 1, 1, 1, 1);
	for (int i = 0; i < 2; i++) {
		np_device *device = open_device(i ? "fp16" : "fp32", modes[i]);
		np_job *job = prepare(device, &conv);
		np_job_facts facts;
		device->ops->describe(device, job, &facts);
		assert_string_equal(facts.backend, "cudnn-legacy");
		assert_string_equal(facts.algo, i ? "algo0" : "algo1"); /* the first has tensor cores */
		run_batch(device, job, 10);
		device->ops->release(device, job);
		close_device(device);
	}
	const np_layer_config deconv = layer_deconv(1, 16, 14, 8, 4, 2, 1);
	expect_refusal("no_engines", &deconv, NP_ERR_UNSUPPORTED, "cuDNN has no engine for this in fp32");
}

/* A small cache-resident layer: more sets than the graph holds are of no use, and the row says that it was hot. */
static void test_hot(void **state)
{
	(void)state;
	setenv("NP_STUB_L2_BYTES", "62914560", 1);
	np_device *device = open_device("fp32", "");
	const np_layer_config fc = layer_fc(1, 16, 16);
	np_job *job = prepare(device, &fc);
	np_job_facts facts;
	device->ops->describe(device, job, &facts);
	assert_int_equal(facts.buffer_sets, 256);
	assert_string_equal(facts.cache, "hot");
	device->ops->release(device, job);
	close_device(device);
	unsetenv("NP_STUB_L2_BYTES");
}

/* A device too full for its libraries' own memory, which is tried again when there is room. */
static void test_full_device(void **state)
{
	(void)state;
	setenv("NP_STUB_MEMORY_MB", "10", 1);
	np_device *device = open_device("fp32", "");
	test_program test;
	np_job *job = NULL;
	np_error err = {0};
	const np_layer_config fc = layer_fc(4, 64, 64);
	test_program_layer(&test, &fc);
	assert_int_equal(device->ops->prepare(device, &test.program, &job, &err), NP_ERR_LIMIT);
	assert_non_null(strstr(err.message, "cudaMalloc: rc 2 (cudaErrorMemoryAllocation: out of memory)"));
	assert_int_equal(allocated(), 0);
	unsetenv("NP_STUB_MEMORY_MB");
	job = prepare(device, &fc);
	run_batch(device, job, 1);
	device->ops->release(device, job);
	close_device(device);
}

static void expect_unavailable(const char *name, const char *dtype, const char *modes, np_status status, const char *part)
{
	np_device *device = NULL;
	np_error err = {0};
	const np_device_request request = {name, dtype, 0};
	setenv("NP_STUB_MODES", modes, 1);
	assert_int_equal(np_cuda_open(&request, &device, &err), status);
	assert_null(device);
	if (!strstr(err.message, part))
		fail_msg("\"%s\" is not in \"%s\"", part, err.message);
	setenv("NP_STUB_MODES", "", 1);
}

static void test_not_available(void **state)
{
	(void)state;
	expect_unavailable("cuda:7", NULL, "", NP_ERR_UNAVAILABLE, "no device cuda:7: there is 1");
	expect_unavailable("cuda:x", NULL, "", NP_ERR_ARGUMENT, "\"cuda:x\": expected");
	expect_unavailable("cudax", NULL, "", NP_ERR_ARGUMENT, "expected");
	expect_unavailable("cuda", "bf16", "", NP_ERR_ARGUMENT, "fp32, tf32 or fp16");
	expect_unavailable("cuda", NULL, "no_device", NP_ERR_UNAVAILABLE, "cudaGetDeviceCount: rc 100");
	expect_unavailable("cuda", NULL, "old_driver", NP_ERR_UNAVAILABLE, "the driver knows CUDA 11.4");
	static const char *const variables[] = {"NP_CUDART_LIB", "NP_CUBLAS_LIB", "NP_CUDNN_LIB"};
	for (int i = 0; i < 3; i++) {
		char path[512];
		snprintf(path, sizeof path, "%s", getenv(variables[i]));
		setenv(variables[i], "/nonexistent", 1);
		expect_unavailable("cuda", NULL, "", NP_ERR_UNAVAILABLE, variables[i]);
		setenv(variables[i], path, 1);
	}
}

/* Without a meter, runtime can still be measured. */
static void test_without_meter(void **state)
{
	(void)state;
	char path[512];
	snprintf(path, sizeof path, "%s", getenv("NP_NVML_LIB"));
	setenv("NP_NVML_LIB", "/nonexistent", 1);
	np_device *device = open_device("fp32", "");
	assert_null(device->meter);
	assert_non_null(strstr(device->facts.no_meter, "NP_NVML_LIB=/nonexistent"));
	assert_string_equal(device->facts.device, "Stub GPU of the runtime");
	np_device_state reading;
	device->ops->state(device, &reading);
	assert_true(isnan(reading.sm_mhz) && !reading.flags);
	const np_layer_config fc = layer_fc(4, 64, 64);
	np_job *job = prepare(device, &fc);
	run_batch(device, job, 1);
	device->ops->release(device, job);
	close_device(device);
	setenv("NP_NVML_LIB", path, 1);
}

static bool has_finding(const np_findings *findings, const char *area, const char *item, np_finding_level level)
{
	for (int i = 0; i < np_findings_count(findings); i++) {
		const np_finding *finding = np_findings_item(findings, i);
		if (!strcmp(finding->area, area) && !strcmp(finding->item, item) && finding->level == level)
			return true;
	}
	return false;
}

static void test_probe(void **state)
{
	(void)state;
	np_findings *findings = NULL;
	np_error err = {0};
	int devices = 0;
	assert_ok(np_findings_create(&findings, &err), &err);
	setenv("NP_STUB_MODES", "busy,mig", 1);
	np_cuda_probe(findings, &devices);
	setenv("NP_STUB_MODES", "", 1);
	for (int i = 0; i < np_findings_count(findings); i++)
		print_message("  %s, %s: %s\n", np_findings_item(findings, i)->area, np_findings_item(findings, i)->item,
		              np_findings_item(findings, i)->text);
	assert_ok(np_findings_status(findings, &err), &err);
	assert_int_equal(devices, 1);
	assert_true(has_finding(findings, "gpu 0", "device", NP_FINDING_GOOD));
	assert_true(has_finding(findings, "gpu 0 power", "meter", NP_FINDING_GOOD));
	assert_true(has_finding(findings, "gpu 0", "MIG", NP_FINDING_CAUTION));
	assert_true(has_finding(findings, "gpu 0", "processes", NP_FINDING_CAUTION));
	np_findings_free(findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_facts),
	        cmocka_unit_test(test_conv),
	        cmocka_unit_test(test_every_kind),
	        cmocka_unit_test(test_matmul),
	        cmocka_unit_test(test_eltwise_with_small_operand),
	        cmocka_unit_test(test_network),
	        cmocka_unit_test(test_batches_in_flight),
	        cmocka_unit_test(test_two_jobs),
	        cmocka_unit_test(test_refusals),
	        cmocka_unit_test(test_engine_that_fails),
	        cmocka_unit_test(test_other_layout),
	        cmocka_unit_test(test_wrong_values),
	        cmocka_unit_test(test_without_graphs),
	        cmocka_unit_test(test_legacy_conv),
	        cmocka_unit_test(test_hot),
	        cmocka_unit_test(test_full_device),
	        cmocka_unit_test(test_not_available),
	        cmocka_unit_test(test_without_meter),
	        cmocka_unit_test(test_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
