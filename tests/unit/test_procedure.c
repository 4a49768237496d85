/* The procedure recovers what a computed device states of itself, and says where it could not. */
#include "test_support.h"

#include "backends/backends.h"
#include "measure/procedure.h"

#include <math.h>
#include <string.h>

static const np_layer_config LAYER = {.kind = NP_RELU,
                                      .batch = 1,
                                      .in_c = 64,
                                      .in_h = 56,
                                      .in_w = 56,
                                      .out_c = 64,
                                      .out_h = 56,
                                      .out_w = 56,
                                      .kernel_h = 1,
                                      .kernel_w = 1,
                                      .stride_h = 1,
                                      .stride_w = 1,
                                      .dilation_h = 1,
                                      .dilation_w = 1,
                                      .groups = 1,
                                      .inputs = 1};

static np_device *open_device(const char *name)
{
	np_error err = {0};
	np_device *device;
	const np_device_request request = {.name = name};
	assert_ok(np_fake_open(&request, &device, &err), &err);
	return device;
}

static np_job *prepare(np_device *device)
{
	np_error err = {0};
	np_job *job;
	np_step step = {.config = LAYER, .name = "layer"};
	const np_program program = {.steps = &step, .step_count = 1};
	assert_ok(device->ops->prepare(device, &program, &job, &err), &err);
	return job;
}

/* Measures, and is done with the device. */
static np_measurement measure_last(np_device *device, const np_procedure *procedure, np_job *job)
{
	np_error err = {0};
	np_measurement m;
	assert_ok(np_measure_job(device, procedure, job, &m, &err), &err);
	device->ops->release(device, job);
	device->ops->close(device);
	return m;
}

/* Calibrates on the layer itself and measures it. */
static np_measurement measure(const char *name, np_procedure *procedure, bool network)
{
	np_error err = {0};
	np_device *device = open_device(name);
	np_job *job = prepare(device);
	*procedure = np_procedure_for_layers(device);
	assert_ok(np_calibrate(device, job, procedure, &err), &err);
	if (network)
		*procedure = np_procedure_for_networks(device, procedure);
	return measure_last(device, procedure, job);
}

static void assert_share(double value, double truth, double share)
{
	if (!(fabs(value / truth - 1) <= share))
		fail_msg("%.9g, %.9g within %g %% was expected", value, truth, 100 * share);
}

static void test_recovers_the_truth(void **state)
{
	static const char *const DEVICES[] = {
	        "fake:watts=350,time_us=120,tick=0.1",
	        "fake:watts=350,time_us=120,tick=0.02",
	        "fake:watts=123,time_us=2,tick=0.1,idle=60",
	        "fake:watts=350,time_us=4000,tick=0.1,noise=0.02",
	        "fake:watts=15,idle=15,time_us=30000,tick=0.001,depth=1",
	        "fake:watts=350,time_us=120,tick=0.1,rise=0.03",
	        "fake:watts=350,time_us=120,tick=0.1,drift=0.05",
	        "fake:watts=350,time_us=120,tick=0.02,meter=1,rise=0.01",
	};
	static const double TRUTH[][2] = {{350, 120e-6}, {350, 120e-6}, {123, 2e-6},   {350, 4e-3},
	                                  {15, 30e-3},   {350, 120e-6}, {350, 120e-6}, {350, 120e-6}};
	(void)state;
	for (size_t i = 0; i < sizeof DEVICES / sizeof *DEVICES; i++) {
		np_procedure p;
		np_measurement m = measure(DEVICES[i], &p, i % 2);
		assert_share(m.power_w, TRUTH[i][0], 0.005);
		assert_share(m.runtime_s, TRUTH[i][1], 0.005);
		if (m.flags)
			fail_msg("%s: flags %x", DEVICES[i], m.flags);
	}
}

static void test_calibration(void **state)
{
	np_procedure p;
	(void)state;
	measure("fake:watts=350,time_us=120,tick=0.1,rise=0.05,idle=62", &p, false);
	assert_share(p.idle_w, 62, 0.06); /* a tick in three seconds is unknown */
	assert_share(p.tick_s, 0.1, 0.02);
	assert_true(p.rise_s > 0.1 && p.rise_s < 0.35);
	assert_true(p.settle_s >= p.rise_s + p.tick_s - 1e-9);
	assert_int_equal(p.least_ticks, 4);
	measure("fake:watts=350,time_us=120,tick=0.02", &p, false);
	assert_share(p.tick_s, 0.02, 0.05);
	assert_true(p.least_ticks >= 17);
}

static void test_no_meter(void **state)
{
	np_procedure p;
	(void)state;
	np_measurement m = measure("fake:time_us=50,meter=2", &p, false);
	assert_share(m.runtime_s, 50e-6, 0.005);
	assert_true(isnan(m.power_w));
	assert_int_equal(m.flags, 0);
	assert_int_equal(m.ticks, 0);
}

static void test_counter_that_begins_anew(void **state)
{
	np_device *device = open_device("fake:watts=200,time_us=500,tick=0.05,reset=0.75");
	np_job *job = prepare(device);
	np_procedure p = np_procedure_for_layers(device);
	(void)state;
	assert_share(measure_last(device, &p, job).power_w, 200, 0.005);
}

static void test_flags(void **state)
{
	np_procedure p;
	(void)state;
	assert_int_equal(measure("fake:time_us=50,meter=2,contention=0.2", &p, false).flags, NP_FLAG_CONTENDED);
	assert_int_equal(measure("fake:time_us=50,meter=2,contention=0.01", &p, false).flags, 0);
	assert_int_equal(measure("fake:time_us=50000,meter=2,noise=0.3", &p, false).flags, NP_FLAG_NOISY);
	/* A meter that stands still says nothing, and that is not zero watts. */
	np_measurement m = measure("fake:time_us=50,watts=10,tick=1000", &p, false);
	assert_true(m.flags & NP_FLAG_SHORT_WINDOW);
	assert_true(isnan(m.power_w));
	assert_share(m.runtime_s, 50e-6, 0.005);
}

/* A device whose neighbours only ever add time is judged by a low quantile, others by the median. */
static void test_quantile(void **state)
{
	np_measurement m[2];
	(void)state;
	for (int i = 0; i < 2; i++) {
		np_device *device = open_device("fake:time_us=5000,meter=2,noise=0.2");
		np_job *job = prepare(device);
		device->habits.quantile = i * 0.1;
		np_procedure p = np_procedure_for_layers(device);
		assert_true(p.quantile == (i ? 0.1 : 0.5));
		m[i] = measure_last(device, &p, job);
	}
	assert_true(m[0].call_s.p10 < 0.95 * m[0].call_s.median); /* the noise is there */
	assert_true(m[0].runtime_s == m[0].call_s.median);
	assert_true(m[1].runtime_s == m[1].call_s.p10);
}

static np_status (*reap_undisturbed)(np_device *, bool, bool *, np_span *, np_error *);

static np_status reap_disturbed(np_device *device, bool wait, bool *done, np_span *span, np_error *err)
{
	np_status status = reap_undisturbed(device, wait, done, span, err);
	span->disturbed = true;
	span->relieved_s = span->runtime_s / 2;
	return status;
}

/* A row that has only disturbed batches goes by what the device makes of them, and says so. */
static void test_relieved(void **state)
{
	np_device *device = open_device("fake:time_us=500,meter=2");
	np_job *job = prepare(device);
	np_procedure p = np_procedure_for_layers(device);
	np_device_ops ops = *device->ops;
	(void)state;
	reap_undisturbed = ops.reap;
	ops.reap = reap_disturbed;
	device->ops = &ops;
	np_measurement m = measure_last(device, &p, job);
	assert_share(m.runtime_s, 250e-6, 0.005);
	assert_true(m.flags & NP_FLAG_CONTENDED);
}

static void test_settings(void **state)
{
	static const char *const BAD[] = {"fake:watts",      "fake:watts=", "fake:watts=x", "fake:watt=3", "fake:watts=-1",
	                                  "fake:watts=1e99", "fake:,",      "replay",       "replay:"};
	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		np_error err = {0};
		np_device *device;
		const np_device_request request = {.name = BAD[i]};
		assert_int_equal(np_fake_open(&request, &device, &err), NP_ERR_ARGUMENT);
		assert_null(device);
		assert_true(err.message[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_recovers_the_truth),
	        cmocka_unit_test(test_calibration),
	        cmocka_unit_test(test_no_meter),
	        cmocka_unit_test(test_counter_that_begins_anew),
	        cmocka_unit_test(test_flags),
	        cmocka_unit_test(test_quantile),
	        cmocka_unit_test(test_relieved),
	        cmocka_unit_test(test_settings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
