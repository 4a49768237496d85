/* The meter and the state of a card that a stub library plays: every way a driver has been seen to answer. */
#include "../unit/test_support.h"

#include "backends/cuda_clock.h"
#include "backends/cuda_libs.h"
#include "backends/nvml_meter.h"

#include <math.h>

typedef struct bench {
	np_cuda_libs libs;
	np_nvml nvml;
	np_meter *meter;
	char why[256];
} bench;

static void open_bench(bench *b, const char *modes)
{
	np_error err = {0};
	setenv("NP_STUB_MODES", modes, 1);
	np_cuda_libs_start(&b->libs);
	assert_ok(np_cuda_libs_open(&b->libs, NP_CUDA_NVML, &err), &err);
	assert_ok(np_nvml_start(&b->nvml, &b->libs.nvml, "0000:19:00.0", 0, &err), &err);
	assert_ok(np_nvml_meter_open(&b->nvml, &b->meter, b->why, sizeof b->why, &err), &err);
}

static void close_bench(bench *b)
{
	if (b->meter)
		b->meter->ops->close(b->meter);
	np_nvml_stop(&b->nvml);
	np_cuda_libs_close(&b->libs);
	setenv("NP_STUB_MODES", "", 1);
}

static np_reading look(bench *b)
{
	np_reading reading;
	np_error err = {0};
	assert_ok(b->meter->ops->read(b->meter, &reading, &err), &err);
	return reading;
}

/* Waits for the counter to change, as the procedure does. */
static np_reading next_tick(bench *b)
{
	np_reading first = look(b), reading = first;
	for (int i = 0; i < 4000 && reading.energy_j == first.energy_j; i++) {
		np_cuda_sleep(0.0005);
		reading = look(b);
	}
	return reading;
}

/* Watts between two edges of ticks, as the procedure takes them. */
static double watts_between_ticks(bench *b, int ticks)
{
	np_reading start = next_tick(b), end = start;
	for (int i = 0; i < ticks; i++)
		end = next_tick(b);
	assert_true(end.power_w == 412 && end.power_slow_w == 412 && end.epoch == start.epoch);
	return (end.energy_j - start.energy_j) / (end.at_s - start.at_s);
}

/* On a machine that is busy with other things an edge can be seen late: the best of a few attempts counts. */
static void test_counter_tells_the_watts(void **state)
{
	(void)state;
	bench b;
	setenv("NP_STUB_WATTS", "412", 1);
	setenv("NP_STUB_TICK_MS", "100", 1);
	open_bench(&b, "");
	assert_string_equal(b.meter->source, "nvml-counter");
	assert_true(b.meter->counts);
	double best = 0;
	for (int i = 0; i < 5 && fabs(best / 412 - 1) >= 0.005; i++)
		best = watts_between_ticks(&b, 6);
	print_message("412 W are read as %.2f W\n", best);
	assert_true(fabs(best / 412 - 1) < 0.005);
	close_bench(&b);
	unsetenv("NP_STUB_WATTS");
}

static void expect_source(const char *modes, const char *source, bool counts)
{
	bench b;
	open_bench(&b, modes);
	assert_non_null(b.meter);
	assert_string_equal(b.meter->source, source);
	assert_int_equal(b.meter->counts, counts);
	np_reading reading = look(&b);
	assert_true(reading.power_w == 350);
	assert_true(isnan(reading.energy_j) != counts);
	close_bench(&b);
}

/* What is left when the better meters are missing. */
static void test_lesser_sources(void **state)
{
	(void)state;
	expect_source("no_counter", "nvml-instant", false);
	expect_source("stuck", "nvml-instant", false);
	expect_source("scope1", "nvml-counter", true);
	expect_source("scope1,no_counter", "nvml-instant", false);
	expect_source("no_counter,no_fields", "nvml-average", false);
	bench b;
	open_bench(&b, "no_counter,no_power");
	assert_null(b.meter);
	assert_non_null(strstr(b.why, "nvmlDeviceGetTotalEnergyConsumption: rc 3 (Not Supported)"));
	close_bench(&b);
}

static void test_counter_begins_anew(void **state)
{
	(void)state;
	bench b;
	char reset_s[32];
	setenv("NP_STUB_TICK_MS", "20", 1);
	setenv("NP_STUB_RESET_S", "1e9", 1);
	open_bench(&b, "reset");
	np_reading before = next_tick(&b);
	snprintf(reset_s, sizeof reset_s, "%d", 0);
	setenv("NP_STUB_RESET_S", reset_s, 1); /* all that was counted since the start is gone */
	np_reading after = look(&b);
	assert_int_equal(after.epoch, before.epoch + 1);
	assert_true(after.energy_j >= before.energy_j);
	assert_int_equal(next_tick(&b).epoch, after.epoch);
	close_bench(&b);
	unsetenv("NP_STUB_RESET_S");
	setenv("NP_STUB_TICK_MS", "100", 1);
}

/* A refused read is forgiven, a lost card is not. */
static void test_meter_that_dies(void **state)
{
	(void)state;
	bench b;
	np_reading reading;
	np_error err = {0};
	open_bench(&b, "");
	setenv("NP_STUB_MODES", "lost", 1);
	np_status status = NP_OK;
	int reads = 0;
	while (status == NP_OK && ++reads < 100)
		status = b.meter->ops->read(b.meter, &reading, &err);
	assert_int_equal(status, NP_ERR_UNAVAILABLE);
	assert_true(reads > 5 && reads < 100);
	assert_non_null(strstr(err.message, "rc 15 (GPU is lost)"));
	close_bench(&b);
}

static unsigned flags_of(const char *modes)
{
	bench b;
	np_device_state state;
	open_bench(&b, modes);
	np_nvml_state(&b.nvml, np_cuda_now(), &state);
	np_cuda_sleep(0.05);
	np_nvml_state(&b.nvml, np_cuda_now(), &state);
	assert_true(state.sm_mhz == 1755 && state.mem_mhz == 3201 && state.temp_c == 41);
	close_bench(&b);
	return state.flags;
}

static void test_flags(void **state)
{
	(void)state;
	assert_int_equal(flags_of(""), 0);
	assert_int_equal(flags_of("mig"), NP_FLAG_MIG);
	assert_int_equal(flags_of("busy"), NP_FLAG_SHARED_GPU);
	assert_int_equal(flags_of("throttle"), NP_FLAG_THR_POWER);
	assert_int_equal(flags_of("hot"), NP_FLAG_THR_THERMAL);
}

/* Inside a container this process is listed under a number it does not know. */
static void test_own_process_under_another_number(void **state)
{
	(void)state;
	bench b;
	open_bench(&b, "namespaced");
	assert_int_equal(np_nvml_strangers(&b.nvml), 1);
	b.nvml.here = true;
	assert_int_equal(np_nvml_strangers(&b.nvml), 0);
	setenv("NP_STUB_MODES", "namespaced,busy", 1);
	assert_int_equal(np_nvml_strangers(&b.nvml), 1);
	close_bench(&b);
}

/* A driver without most calls: what it does not tell is not known, and nothing fails. */
static void test_old_driver(void **state)
{
	(void)state;
	bench b;
	np_device_state reading;
	np_device_facts facts = {.threads = 0};
	char new_path[512];
	snprintf(new_path, sizeof new_path, "%s", getenv("NP_NVML_LIB"));
	setenv("NP_NVML_LIB", getenv("NP_NVML_OLD_LIB"), 1);
	open_bench(&b, "");
	assert_string_equal(b.meter->source, "nvml-average");
	np_nvml_state(&b.nvml, np_cuda_now(), &reading);
	assert_true(isnan(reading.sm_mhz) && isnan(reading.temp_c) && isnan(reading.throttled_ns) && !reading.flags);
	np_nvml_facts(&b.nvml, &facts);
	assert_string_equal(facts.device, "NVIDIA Stub GPU");
	assert_true(isnan(facts.limit_w));
	np_text_free(&facts.provenance);
	close_bench(&b);
	setenv("NP_NVML_LIB", new_path, 1);
}

static void test_library_that_is_not_there(void **state)
{
	(void)state;
	np_cuda_libs libs;
	np_error err = {0};
	char path[512];
	snprintf(path, sizeof path, "%s", getenv("NP_NVML_LIB"));
	np_cuda_libs_start(&libs);
	setenv("NP_NVML_LIB", "/nonexistent/libnvidia-ml.so.1", 1);
	assert_int_equal(np_cuda_libs_open(&libs, NP_CUDA_NVML, &err), NP_ERR_UNAVAILABLE);
	assert_string_equal(err.message, "NVML: NP_NVML_LIB=/nonexistent/libnvidia-ml.so.1 cannot be loaded: no such file");
	np_error_clear(&err);
	setenv("NP_NVML_LIB", getenv("NP_CUBLAS_LIB"), 1);
	assert_int_equal(np_cuda_libs_open(&libs, NP_CUDA_NVML, &err), NP_ERR_UNAVAILABLE);
	assert_non_null(strstr(err.message, "has no function nvmlInit_v2"));
	np_cuda_libs_close(&libs);
	setenv("NP_NVML_LIB", path, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_counter_tells_the_watts),
	        cmocka_unit_test(test_lesser_sources),
	        cmocka_unit_test(test_counter_begins_anew),
	        cmocka_unit_test(test_meter_that_dies),
	        cmocka_unit_test(test_flags),
	        cmocka_unit_test(test_own_process_under_another_number),
	        cmocka_unit_test(test_old_driver),
	        cmocka_unit_test(test_library_that_is_not_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
