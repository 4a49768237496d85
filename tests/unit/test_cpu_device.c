/*
 * The processor as a device: every kind runs, and what is run is the layer that was asked for, by loops that compute the
 * same. Skips where the part is not built.
 */
#include "test_support.h"

#include "backends/cpu.h"

#include <math.h>

static np_device *device; /* NULL where there is no part */

static int open_device(void **state)
{
	(void)state;
	np_error err = {0};
	np_status status = np_cpu_open(&(np_device_request){.name = "cpu"}, &device, &err);
	if (status != NP_OK)
		print_message("skipped: %s\n", err.message);
	return status == NP_OK || status == NP_ERR_UNAVAILABLE ? 0 : -1;
}

static int close_device(void **state)
{
	(void)state;
	if (device)
		device->ops->close(device);
	return 0;
}

static void need_device(void)
{
	if (!device)
		skip();
}

static np_status prepare(const char *text, np_job **job, np_error *err)
{
	np_layer_config config;
	np_program program;
	assert_ok(np_layer_text_read(text, &config, err), err);
	assert_ok(np_program_of_layer(&config, &program, err), err);
	np_status status = device->ops->prepare(device, &program, job, err);
	np_program_free(&program);
	return status;
}

static np_span run(np_job *job, int64_t calls)
{
	np_error err = {0};
	np_span span;
	bool done = false;
	assert_ok(device->ops->submit(device, job, calls, &err), &err);
	assert_ok(device->ops->reap(device, true, &done, &span, &err), &err);
	assert_true(done);
	return span;
}

/* ---- every kind ---- */

static void every_kind_runs(void **state)
{
	(void)state;
	static const char *const LAYERS[] = {
	        "conv:1x3x32x32:16:k3:p1",
	        "conv:2x16x17x17:24:k3:s2:p1",
	        "conv:1x32x14x14:32:k3:p1:g32",
	        "conv:1x32x14x14:64:k3:p2:d2:g4",
	        "conv:1x16x1x100:32:k1x5:p0x2",
	        "conv:1x10x9x9:7:k3:p1",
	        "deconv:1x16x8x8:8:k4:s2:p1",
	        "fc:4x300:77",
	        "fc:2x16x6x6:50",
	        "maxpool:1x16x27x27:k3:s2",
	        "maxpool:1x20x28x28:k3:s2:o14x14",
	        "avgpool:1x3x8x8:k2:s2",
	        "globalavgpool:2x40x7x7",
	        "lrn:1x32x13x13",
	        "batchnorm:1x24x14x14",
	        "batchnorm:1x3x14x14",
	        "layernorm:2x50x1x64",
	        "relu:1x16x14x14",
	        "relu:1x1000",
	        "activation:1x5x14x14",
	        "eltwise:1x16x14x14:x2",
	        "eltwise:1x16x14x14:x3",
	        "eltwise:1x16x14x14:x1",
	        "concat:1x16x14x14:48:x3",
	        "concat:1x5x14x14:12:x2",
	        "softmax:4x1000",
	        "softmax:1x8x50x50",
	        "matmul:8x64x50x1:50",
	        "reshape:1x16x14x14",
	        "resize:1x16x14x14:o28x28",
	        "pad:1x16x14x14:o18x16",
	        "pad:1x16x14x14:o12x12",
	        "reduce:1x16x14x14:o1x1",
	        "reduce:1x16x14x14:1",
	};
	need_device();
	for (size_t i = 0; i < sizeof LAYERS / sizeof *LAYERS; i++) {
		np_error err = {0};
		np_job *job;
		np_job_facts facts;
		assert_ok(prepare(LAYERS[i], &job, &err), &err);
		device->ops->describe(device, job, &facts);
		np_span span = run(job, 3);
		assert_int_equal(span.calls, 3);
		assert_true(span.runtime_s > 0 && span.wall_s > 0 && span.cpu_s > 0);
		assert_string_equal(facts.backend, "onednn");
		assert_true(facts.algo[0] && facts.layout[0] && facts.footprint_bytes > 0 && facts.buffer_sets >= 1);
		if (facts.flags & NP_FLAG_REF_IMPL)
			print_message("%s: reference implementation %s\n", LAYERS[i], facts.algo);
		device->ops->release(device, job);
	}
}

static void layers_that_cannot_run_are_named(void **state)
{
	(void)state;
	need_device();
	np_error err = {0};
	np_job *job;
	assert_int_equal(prepare("dropout:1x16", &job, &err), NP_ERR_UNSUPPORTED);
	assert_null(job);
	assert_non_null(strstr(err.message, "dropout"));
}

static void layers_beyond_memory_are_refused(void **state)
{
	(void)state;
	static const char *const HUGE[] = {"fc:1x4000000:4000000", "conv:1000000x64x1000x1000:64:k3:p1",
	                                   "conv:1x100000x8x8:100000:k3:p1", "relu:1000000000x1000"};
	need_device();
	for (size_t i = 0; i < sizeof HUGE / sizeof *HUGE; i++) {
		np_error err = {0};
		np_job *job;
		assert_int_equal(prepare(HUGE[i], &job, &err), NP_ERR_LIMIT);
		assert_null(job);
		assert_non_null(strstr(err.message, "GB"));
	}
}

/* ---- the layer that was asked for ---- */

static float *values_of(np_job *job, np_part_role role, int64_t count)
{
	np_error err = {0};
	float *values = malloc((size_t)count * sizeof *values);
	assert_non_null(values);
	assert_ok(np_cpu_values(device, job, 0, role, values, count, &err), &err);
	return values;
}

/* Sums of products of numbers of size one: errors grow with the root of their number. */
static void assert_near(const char *layer, float got, double expected)
{
	if (!(fabs(got - expected) <= 1e-4 * fmax(1, fabs(expected))))
		fail_msg("%s: %.9g, but %.9g was expected", layer, got, expected);
}

/* The value of a convolution at one place. */
static double convolve(const np_layer_config *c, const float *in, const float *weights, int64_t n, int64_t o, int64_t y,
                       int64_t x)
{
	int64_t ins = c->in_c / c->groups, first = o / (c->out_c / c->groups) * ins;
	double sum = 0;
	for (int64_t i = 0; i < ins; i++)
		for (int64_t ky = 0; ky < c->kernel_h; ky++)
			for (int64_t kx = 0; kx < c->kernel_w; kx++) {
				int64_t h = y * c->stride_h - c->pad_h + ky * c->dilation_h,
				        w = x * c->stride_w - c->pad_w + kx * c->dilation_w;
				if (h < 0 || h >= c->in_h || w < 0 || w >= c->in_w)
					continue;
				sum += (double)in[((n * c->in_c + first + i) * c->in_h + h) * c->in_w + w] *
				       weights[((o * ins + i) * c->kernel_h + ky) * c->kernel_w + kx];
			}
	return sum;
}

static void convolutions_are_those_asked_for(void **state)
{
	(void)state;
	static const char *const LAYERS[] = {"conv:2x3x19x23:16:k5x3:s2x1:p2x1", "conv:1x16x9x9:24:k3:p2:d2:g2",
	                                     "conv:1x16x9x9:16:k3:p1:g16",       "conv:1x10x8x8:7:k3:s2:p1:o4x4",
	                                     "conv:1x8x1x40:16:k1x5:p0x2",       "conv:1x3x20x20:8:k11:s4:p2"};
	need_device();
	for (size_t l = 0; l < sizeof LAYERS / sizeof *LAYERS; l++) {
		np_error err = {0};
		np_layer_config c;
		np_job *job;
		assert_ok(np_layer_text_read(LAYERS[l], &c, &err), &err);
		assert_ok(prepare(LAYERS[l], &job, &err), &err);
		run(job, 1);
		int64_t count = c.batch * c.out_c * c.out_h * c.out_w;
		float *in = values_of(job, NP_PART_INPUT, c.batch * c.in_c * c.in_h * c.in_w),
		      *weights = values_of(job, NP_PART_WEIGHTS, c.out_c * c.in_c / c.groups * c.kernel_h * c.kernel_w),
		      *bias = values_of(job, NP_PART_BIAS, c.out_c), *out = values_of(job, NP_PART_OUTPUT, count);
		for (int64_t i = 0; i < count; i++) {
			int64_t x = i % c.out_w, y = i / c.out_w % c.out_h, o = i / (c.out_w * c.out_h) % c.out_c,
			        n = i / (c.out_w * c.out_h * c.out_c);
			assert_near(LAYERS[l], out[i], convolve(&c, in, weights, n, o, y, x) + bias[o]);
		}
		free(in);
		free(weights);
		free(bias);
		free(out);
		device->ops->release(device, job);
	}
}

/* The result of a pool at one place of one plane; windows reach beyond the far edge where sizes were rounded up. */
static double pool(const np_layer_config *c, const float *plane, int64_t y, int64_t x)
{
	double most = -INFINITY, sum = 0;
	int count = 0;
	for (int64_t ky = 0; ky < c->kernel_h; ky++)
		for (int64_t kx = 0; kx < c->kernel_w; kx++) {
			int64_t h = y * c->stride_h - c->pad_h + ky, w = x * c->stride_w - c->pad_w + kx;
			if (h < 0 || h >= c->in_h || w < 0 || w >= c->in_w)
				continue;
			most = fmax(most, plane[h * c->in_w + w]);
			sum += plane[h * c->in_w + w];
			count++;
		}
	return c->kind == NP_MAXPOOL ? most : sum / count;
}

static void pools_are_those_asked_for(void **state)
{
	(void)state;
	static const char *const LAYERS[] = {"maxpool:2x16x28x27:k3:s2:o14x13", "maxpool:1x5x13x13:k3x2:s2:p1x0",
	                                     "avgpool:1x16x13x13:k3:s2:p1", "avgpool:1x3x7x7:k7"};
	need_device();
	for (size_t l = 0; l < sizeof LAYERS / sizeof *LAYERS; l++) {
		np_error err = {0};
		np_layer_config c;
		np_job *job;
		assert_ok(np_layer_text_read(LAYERS[l], &c, &err), &err);
		assert_ok(prepare(LAYERS[l], &job, &err), &err);
		run(job, 1);
		int64_t planes = c.batch * c.in_c, count = planes * c.out_h * c.out_w;
		float *in = values_of(job, NP_PART_INPUT, planes * c.in_h * c.in_w),
		      *out = values_of(job, NP_PART_OUTPUT, count);
		for (int64_t i = 0; i < count; i++)
			assert_near(
			        LAYERS[l], out[i],
			        pool(&c, in + i / (c.out_h * c.out_w) * c.in_h * c.in_w, i / c.out_w % c.out_h, i % c.out_w));
		free(in);
		free(out);
		device->ops->release(device, job);
	}
}

static void products_are_those_asked_for(void **state)
{
	(void)state;
	static const char *const LAYERS[] = {"fc:3x100:40", "fc:2x16x3x3:10"};
	need_device();
	for (size_t l = 0; l < sizeof LAYERS / sizeof *LAYERS; l++) {
		np_error err = {0};
		np_layer_config c;
		np_job *job;
		assert_ok(np_layer_text_read(LAYERS[l], &c, &err), &err);
		assert_ok(prepare(LAYERS[l], &job, &err), &err);
		run(job, 1);
		int64_t row = c.in_c * c.in_h * c.in_w;
		float *in = values_of(job, NP_PART_INPUT, c.batch * row),
		      *weights = values_of(job, NP_PART_WEIGHTS, c.out_c * row), *bias = values_of(job, NP_PART_BIAS, c.out_c),
		      *out = values_of(job, NP_PART_OUTPUT, c.batch * c.out_c);
		for (int64_t i = 0; i < c.batch * c.out_c; i++) {
			double sum = bias[i % c.out_c];
			for (int64_t k = 0; k < row; k++)
				sum += (double)in[i / c.out_c * row + k] * weights[i % c.out_c * row + k];
			assert_near(LAYERS[l], out[i], sum);
		}
		free(in);
		free(weights);
		free(bias);
		free(out);
		device->ops->release(device, job);
	}
}

/* ---- whole networks ---- */

/* Values neither explode nor die out over repeated calls: they would take other times than those of a network in use. */
static void check_values(np_job *job, const np_program *program)
{
	const np_step *last = &program->steps[program->step_count - 1];
	int64_t count = program->values[last->outputs[0]];
	np_error err = {0};
	float *values = malloc((size_t)count * sizeof *values);
	assert_non_null(values);
	run(job, 3);
	if (np_cpu_values(device, job, program->step_count - 1, NP_PART_OUTPUT, values, count, &err) == NP_OK) {
		double most = 0;
		for (int64_t i = 0; i < count; i++)
			most = fmax(most, isfinite(values[i]) ? fabs(values[i]) : INFINITY);
		if (!(most > 1e-12 && most < 1e12))
			fail_msg("%s: values up to %g", program->name, most);
	}
	free(values);
}

static void networks_run(void **state)
{
	(void)state;
	static const char *const FILES[] = {"networks/lenet.prototxt",
	                                    "networks/nin.prototxt",
	                                    "networks/googlenet.prototxt",
	                                    "networks/mobilenet_v2.onnx",
	                                    "tests/data/onnx/resnet18.onnx",
	                                    "tests/data/onnx/squeezenet1_0.onnx",
	                                    "tests/data/onnx/shufflenet_v2_x1_0.onnx",
	                                    "tests/data/onnx/efficientnet_b0.onnx",
	                                    "tests/data/onnx/vit_b_16.onnx",
	                                    "tests/data/onnx/swin_t.onnx",
	                                    "tests/data/onnx/lraspp_mobilenet_v3_large.onnx"};
	need_device();
	for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
		char path[1024];
		np_error err = {0};
		np_network *network;
		np_program program;
		np_job *job;
		assert_ok(np_network_load(source_path(FILES[i], path, sizeof path), NULL, &network, &err), &err);
		assert_ok(np_program_of_network(network, &program, &err), &err);
		assert_ok(device->ops->prepare(device, &program, &job, &err), &err);
		check_values(job, &program);
		device->ops->release(device, job);
		np_program_free(&program);
		np_network_free(network);
	}
}

/* ---- the device ---- */

static void the_device_says_what_it_is(void **state)
{
	(void)state;
	need_device();
	const np_device_facts *facts = &device->facts;
	assert_true(facts->device[0]);
	assert_memory_equal(facts->software, "onednn ", 7);
	assert_string_equal(facts->dtype, "fp32");
	assert_int_equal(facts->threads, 1);
	assert_non_null(strstr(facts->provenance.data, "threads=1\n"));
	assert_true(device->meter || facts->no_meter[0]);
}

static void requests_that_cannot_be_met_are_refused(void **state)
{
	(void)state;
	np_error err = {0};
	np_device *other;
	assert_int_equal(np_cpu_open(&(np_device_request){.name = "cpu", .dtype = "fp16"}, &other, &err), NP_ERR_UNSUPPORTED);
	np_error_clear(&err);
	assert_int_equal(np_cpu_open(&(np_device_request){.name = "cpu:3"}, &other, &err), NP_ERR_ARGUMENT);
	np_error_clear(&err);
	assert_int_equal(np_cpu_open(&(np_device_request){.name = "cpu", .threads = 1 << 20}, &other, &err), NP_ERR_ARGUMENT);
	assert_null(other);
}

/* Several threads are judged by the wall clock. A device that is open keeps the thread on its processors: one at a time. */
static void threads_are_those_asked_for(void **state)
{
	(void)state;
	np_error err = {0};
	np_device *two;
	np_job *job;
	need_device();
	close_device(NULL);
	np_status status = np_cpu_open(&(np_device_request){.name = "cpu", .threads = 2}, &two, &err);
	if (status != NP_OK) { /* there is but one processor */
		assert_int_equal(status, NP_ERR_ARGUMENT);
		assert_int_equal(open_device(NULL), 0);
		skip();
	}
	assert_int_equal(two->facts.threads, 2);
	device = two;
	assert_ok(prepare("conv:1x64x28x28:64:k3:p1", &job, &err), &err);
	np_span span = run(job, 10);
	assert_true(span.runtime_s == span.wall_s);
	two->ops->release(two, job);
	two->ops->close(two);
	assert_int_equal(open_device(NULL), 0);
}

/* What to do is said where the part is missing, or is no part. */
static void a_missing_part_is_explained(void **state)
{
	(void)state;
	char kept[1024] = "";
	const char *now = getenv("NP_ONEDNN_PART");
	np_error err = {0};
	np_device *other;
	if (now)
		snprintf(kept, sizeof kept, "%s", now);
	setenv("NP_ONEDNN_PART", "/nowhere/part.so", 1);
	assert_int_equal(np_cpu_open(&(np_device_request){.name = "cpu"}, &other, &err), NP_ERR_UNAVAILABLE);
	assert_non_null(strstr(err.message, "apt install libdnnl-dev"));
	assert_null(other);
	int devices = 0;
	np_findings *findings;
	np_error_clear(&err);
	assert_ok(np_findings_create(&findings, &err), &err);
	np_cpu_probe(findings, &devices);
	assert_int_equal(devices, 0);
	assert_int_equal(np_findings_item(findings, 0)->level, NP_FINDING_MISSING);
	np_findings_free(findings);
	if (now)
		setenv("NP_ONEDNN_PART", kept, 1);
	else
		unsetenv("NP_ONEDNN_PART");
}

static void generic_names_gain_their_family(void **state)
{
	(void)state;
	char name[96];
	np_cpu_name("/nowhere", "AMD EPYC 7B13", name, sizeof name);
	assert_string_equal(name, "AMD EPYC 7B13");
	np_cpu_name("", "AMD EPYC", name, sizeof name);
	assert_memory_equal(name, "AMD EPYC", 8);
}

/* Weights and outputs rotate over as much as is asked for, networks never. */
static void rotation_follows_what_was_asked(void **state)
{
	(void)state;
	need_device();
	np_error err = {0};
	np_job *job;
	np_job_facts facts;
	np_part_rotation before = np_cpu_rotation(device);
	/* 256 x 256 weights are 256 KiB, a few lines of bias and gaps besides: 16 sets need just over 4 MiB. */
	np_cpu_set_rotation(device, (np_part_rotation){.weights = 4 << 20});
	assert_ok(prepare("fc:1x256:256", &job, &err), &err);
	device->ops->describe(device, job, &facts);
	assert_int_equal(facts.buffer_sets, 16);
	assert_string_equal(facts.cache, "rot");
	device->ops->release(device, job);
	np_cpu_set_rotation(device, (np_part_rotation){0});
	assert_ok(prepare("fc:1x256:256", &job, &err), &err);
	device->ops->describe(device, job, &facts);
	assert_int_equal(facts.buffer_sets, 1);
	assert_string_equal(facts.cache, "hot");
	device->ops->release(device, job);
	np_cpu_set_rotation(device, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_kind_runs),
	        cmocka_unit_test(layers_that_cannot_run_are_named),
	        cmocka_unit_test(layers_beyond_memory_are_refused),
	        cmocka_unit_test(convolutions_are_those_asked_for),
	        cmocka_unit_test(pools_are_those_asked_for),
	        cmocka_unit_test(products_are_those_asked_for),
	        cmocka_unit_test(networks_run),
	        cmocka_unit_test(the_device_says_what_it_is),
	        cmocka_unit_test(requests_that_cannot_be_met_are_refused),
	        cmocka_unit_test(threads_are_those_asked_for),
	        cmocka_unit_test(a_missing_part_is_explained),
	        cmocka_unit_test(generic_names_gain_their_family),
	        cmocka_unit_test(rotation_follows_what_was_asked),
	};
	return cmocka_run_group_tests(tests, open_device, close_device);
}
