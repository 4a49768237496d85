/* A device of the caller's own with stated truth: what a campaign writes of it, how it goes on, and what callbacks can break.
 */
#include "test_support.h"

#include <neuralpower/neuralpower.h>

#include <math.h>
#include <string.h>
#include <unistd.h>

static const double WATTS = 42, IDLE_W = 10, TICK_S = 0.001;

/* What the caller knows of its device; time passes only in its callbacks. */
typedef struct truth {
	double now_s, energy_j, tick_j;
	int prepared, released, whole;
	const char *refuses, *breaks_on; /* a layer's text */
	int run_breaks_after;            /* batches; 0 = never */
	bool own_clock;                  /* `run` tells seconds; else it is timed */
	double between_s;                /* what passes between calls, of which nothing is told */
	int metered;                     /* how often work was said to be */
} truth;

typedef struct work {
	double call_s;
} work;

static double layer_s(const np_layer_config *c)
{
	return 5e-6 + 1e-9 * (double)(c->batch * c->out_c * c->out_h * c->out_w * c->kernel_h * c->kernel_w);
}

static void pass(truth *t, double seconds, double watts)
{
	double end = t->now_s + seconds, tick = floor(end / TICK_S) * TICK_S;
	if (tick > t->now_s)
		t->tick_j = t->energy_j + (tick - t->now_s) * watts;
	t->energy_j += seconds * watts;
	t->now_s = end;
}

static double now(void *context)
{
	return ((truth *)context)->now_s;
}

static void rest(void *context, double seconds)
{
	pass(context, seconds, IDLE_W);
}

static np_status read_energy(void *context, double *at_s, double *joules, np_error *err)
{
	truth *t = context;
	(void)err;
	*at_s = t->now_s;
	*joules = t->tick_j;
	return NP_OK;
}

static np_status trouble(np_error *err, np_status status, const char *message)
{
	err->status = status;
	snprintf(err->message, sizeof err->message, "%s", message);
	return status;
}

static np_status prepare(void *context, const np_own_work *w, np_own_job *job, np_error *err)
{
	truth *t = context;
	if (t->refuses && strcmp(w->text, t->refuses) == 0)
		return trouble(err, NP_ERR_UNSUPPORTED, "this one cannot be run");
	if (t->breaks_on && strcmp(w->text, t->breaks_on) == 0)
		return trouble(err, NP_ERR_DATA, "the caller's own trouble");
	t->prepared++;
	t->whole += !w->layer;
	t->metered += w->metered;
	work *made = malloc(sizeof *made);
	assert_non_null(made);
	made->call_s = w->layer ? layer_s(w->layer) : 1e-3 * (double)w->batch;
	job->handle = made;
	job->buffer_sets = 3;
	job->cache = "rot";
	snprintf(job->algo, sizeof job->algo, "mine");
	return NP_OK;
}

static np_status run(void *context, void *handle, int64_t calls, double *seconds, np_error *err)
{
	truth *t = context;
	double took = (double)calls * ((work *)handle)->call_s;
	if (t->run_breaks_after && --t->run_breaks_after == 0)
		return trouble(err, NP_ERR_DATA, "broke while it ran");
	pass(t, took, WATTS);
	if (t->own_clock) {
		pass(t, 0.1 * took + (double)calls * t->between_s, WATTS); /* what the caller's clock knows not to count */
		*seconds = took;
	}
	return NP_OK;
}

static void release(void *context, void *handle)
{
	((truth *)context)->released++;
	free(handle);
}

static np_own_device device_of(truth *t)
{
	return (np_own_device){.device = "own, virtual",
	                       .software = "callbacks 1",
	                       .provenance = "colour=green\n",
	                       .prepare = prepare,
	                       .run = run,
	                       .release = release,
	                       .now = now,
	                       .sleep = rest,
	                       .read_energy = read_energy,
	                       .context = t};
}

/* ---- files and layers ---- */

static char layers_path[64], networks_path[64];

static int set_up(void **state)
{
	(void)state;
	snprintf(layers_path, sizeof layers_path, "/tmp/neuralpower-own-%d.csv", (int)getpid());
	snprintf(networks_path, sizeof networks_path, "/tmp/neuralpower-own-%d-networks.csv", (int)getpid());
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(layers_path);
	unlink(networks_path);
	return 0;
}

static const char *const TEXTS[] = {"conv:1x3x224x224:64:k7:s2:p3", "relu:1x64x112x112", "maxpool:1x64x112x112:k3:s2:p1",
                                    "fc:1x4096:1000", "eltwise:1x64x56x56"};
enum { LAYERS = sizeof TEXTS / sizeof *TEXTS };

static void read_layers(np_layer_config configs[LAYERS])
{
	for (int i = 0; i < LAYERS; i++) {
		np_error err = {0};
		assert_ok(np_layer_text_read(TEXTS[i], &configs[i], &err), &err);
	}
}

static np_status measure(truth *t, int layers, bool network, np_measure_result *result, np_error *err)
{
	np_layer_config configs[LAYERS];
	read_layers(configs);
	/* The second layer stands twice in the network. */
	const np_layer_config of_network[] = {configs[0], configs[1], configs[1]};
	const np_own_network whole = {.name = "net", .batch = 2, .layers = of_network, .layer_count = 3};
	const np_measure_options options = {
	        .layers = configs, .layer_count = layers, .layers_path = layers_path, .networks_path = networks_path};
	np_own_device device = device_of(t);
	return np_measure_own(&device, &whole, network, &options, result, err);
}

static void assert_share(double value, double expected, double share)
{
	if (!(fabs(value / expected - 1) <= share))
		fail_msg("%.9g, %.9g within %g %% was expected", value, expected, 100 * share);
}

static bool file_has(const char *path, const char *text)
{
	static char content[1 << 16];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	content[fread(content, 1, sizeof content - 1, file)] = '\0';
	fclose(file);
	return strstr(content, text) != NULL;
}

/* ---- tests ---- */

static void check_rows(double expected_watts)
{
	np_error err = {0};
	np_dataset *rows;
	const char *path = layers_path;
	assert_ok(np_dataset_load(&path, 1, NULL, &rows, &err), &err);
	for (int i = 0; i < np_dataset_row_count(rows); i++) {
		const np_row *row = np_dataset_row(rows, i);
		assert_share(row->value[NP_RUNTIME], 1e3 * layer_s(&row->config), 0.005);
		assert_true(row->has[NP_POWER] == !isnan(expected_watts));
		if (row->has[NP_POWER])
			assert_share(row->value[NP_POWER], expected_watts, 0.005);
	}
	assert_string_equal(np_dataset_device(rows), "own, virtual");
	assert_string_equal(np_dataset_software(rows), "callbacks 1");
	np_dataset_free(rows);
}

static void test_truth(void **state)
{
	(void)state;
	truth t = {0};
	np_error err = {0};
	np_measure_result result;
	assert_ok(measure(&t, LAYERS, true, &result, &err), &err);
	assert_int_equal(result.measured, LAYERS + 2 + 1); /* of the network, two different layers and the whole */
	assert_int_equal(t.whole, 1);
	assert_int_equal(t.prepared, t.released);
	assert_share(result.idle_w, IDLE_W, 0.05);
	check_rows(WATTS);
	assert_true(file_has(layers_path, "# colour=green\n"));
	assert_true(file_has(layers_path, "# power_source=own\n"));
	assert_true(file_has(layers_path, ",own,mine,"));

	np_network_rows *rows;
	assert_ok(np_network_rows_load(networks_path, NULL, &rows, &err), &err);
	assert_int_equal(np_network_rows_count(rows), 1);
	const np_network_row *row = np_network_rows_row(rows, 0);
	np_layer_config configs[LAYERS];
	read_layers(configs);
	double sum_ms = 1e3 * (layer_s(&configs[0]) + 2 * layer_s(&configs[1]));
	assert_string_equal(row->network, "net");
	assert_int_equal(row->batch, 2);
	assert_share(row->value[NP_RUNTIME], 2, 0.005);
	assert_share(row->value[NP_ENERGY], 2 * WATTS, 0.01);
	assert_share(row->sum_of_layers_ms, sum_ms, 0.005);
	assert_share(row->sum_of_layers_mj, sum_ms * WATTS, 0.01);
	np_network_rows_free(rows);
}

static void test_callers_clock(void **state)
{
	(void)state;
	truth t = {.own_clock = true};
	np_error err = {0};
	np_measure_result result;
	assert_ok(measure(&t, LAYERS, false, &result, &err), &err);
	check_rows(WATTS);
	assert_int_equal(t.metered, t.prepared);
}

static void measure_without_power(truth *t, np_measure_result *result)
{
	np_error err = {0};
	np_layer_config configs[LAYERS];
	read_layers(configs);
	const np_measure_options options = {.layers = configs, .layer_count = LAYERS, .layers_path = layers_path};
	np_own_device device = device_of(t);
	device.no_power = true;
	assert_ok(np_measure_own(&device, NULL, 0, &options, result, &err), &err);
}

/* Far more happens between calls than in them: it is not in their times, but in how long a row may last. */
static void test_between_calls(void **state)
{
	(void)state;
	truth t = {.own_clock = true, .between_s = 2e-3};
	np_measure_result result;
	measure_without_power(&t, &result);
	check_rows(NAN);
	assert_int_equal(t.metered, 0);
	assert_true(t.now_s < 0.4 * LAYERS);
}

static void test_goes_on(void **state)
{
	(void)state;
	truth t = {0};
	np_error err = {0};
	np_measure_result result;
	assert_ok(measure(&t, 2, false, &result, &err), &err);
	assert_int_equal(result.measured, 2);
	assert_ok(measure(&t, LAYERS, false, &result, &err), &err);
	assert_int_equal(result.before, 2);
	assert_int_equal(result.measured, LAYERS - 2);
	int prepared = t.prepared;
	assert_ok(measure(&t, LAYERS, false, &result, &err), &err);
	assert_int_equal(result.measured, 0);
	assert_int_equal(t.prepared, prepared);
	check_rows(WATTS);
}

static void test_refused_layer(void **state)
{
	(void)state;
	truth t = {.refuses = TEXTS[2]};
	np_error err = {0};
	np_measure_result result;
	assert_ok(measure(&t, LAYERS, false, &result, &err), &err);
	assert_int_equal(result.impossible, 1);
	assert_int_equal(result.measured, LAYERS - 1);
}

/* The message comes out, what was prepared is released, rows are kept, and the next call goes on. */
static void test_trouble(void **state)
{
	static const struct {
		truth truth;
		const char *message;
	} CASES[] = {
	        {{.breaks_on = "fc:1x4096:1000"}, "the caller's own trouble"},
	        {{.breaks_on = "conv:1x128x56x56:128:k3:p1"}, "the caller's own trouble"}, /* while the meter is learned */
	        {{.run_breaks_after = 30}, "broke while it ran"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		truth t = CASES[i].truth;
		np_error err = {0};
		np_measure_result result;
		assert_int_equal(measure(&t, LAYERS, false, &result, &err), NP_ERR_DATA);
		assert_string_equal(err.message, CASES[i].message);
		assert_int_equal(t.prepared, t.released);
	}
	truth t = {0};
	np_error err = {0};
	np_measure_result result;
	assert_ok(measure(&t, LAYERS, false, &result, &err), &err);
	assert_int_equal(result.before + result.measured, LAYERS);
	check_rows(WATTS);
}

static void test_no_power(void **state)
{
	(void)state;
	truth t = {0};
	np_measure_result result;
	measure_without_power(&t, &result);
	assert_true(strstr(result.no_power, "as was asked") != NULL);
	check_rows(NAN);
}

static void test_arguments(void **state)
{
	(void)state;
	truth t = {0};
	const np_own_device good = device_of(&t);
	np_own_device bad[] = {good, good, good, good, good, good};
	bad[0].prepare = NULL;
	bad[1].run = NULL;
	bad[2].now = NULL;
	bad[3].device = NULL;
	bad[4].software = NULL;
	bad[5].place = "cpu"; /* has a clock of its own */
	np_layer_config configs[LAYERS];
	read_layers(configs);
	const np_measure_options options = {.layers = configs, .layer_count = LAYERS, .layers_path = layers_path};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		np_error err = {0};
		np_measure_result result;
		assert_int_equal(np_measure_own(&bad[i], NULL, 0, &options, &result, &err), NP_ERR_ARGUMENT);
		assert_true(err.message[0]);
	}
	np_error err = {0};
	np_measure_result result;
	np_own_device nowhere = {.place = "moon", .software = "x", .prepare = prepare, .run = run};
	assert_int_equal(np_measure_own(&nowhere, NULL, 0, &options, &result, &err), NP_ERR_ARGUMENT);
}

/* On the processor: timed by its CPU time, so that what the callback spends is what comes out, whatever else goes on. */
static volatile double sink;
static np_status spin(void *context, void *handle, int64_t calls, double *seconds, np_error *err)
{
	(void)context;
	(void)handle;
	(void)seconds;
	(void)err;
	for (int64_t i = 0; i < calls * 200000; i++)
		sink = sink + 1;
	return NP_OK;
}

static np_status prepare_nothing(void *context, const np_own_work *w, np_own_job *job, np_error *err)
{
	assert_true(w->most_bytes > 0);
	*(np_own_rotation *)context = w->rotation;
	(void)job;
	(void)err;
	return NP_OK;
}

static void test_processor(void **state)
{
	(void)state;
	np_own_rotation rotation = {0};
	np_error err = {0};
	np_measure_result result;
	np_layer_config configs[LAYERS];
	read_layers(configs);
	const np_measure_options options = {.layers = configs, .layer_count = 1, .layers_path = layers_path};
	const np_own_device device = {.software = "loops",
	                              .place = "cpu",
	                              .no_power = true,
	                              .prepare = prepare_nothing,
	                              .run = spin,
	                              .context = &rotation};
	assert_ok(np_measure_own(&device, NULL, 0, &options, &result, &err), &err);
	assert_true(result.measured == 1 || result.measured == 2); /* again, where others took the core */
	assert_true(result.device[0]);
	assert_true(rotation.input_bytes > 0 && rotation.weight_bytes > 0 && rotation.most_bytes > 0);
	assert_true(file_has(layers_path, "# clock=cpu\n"));
	assert_true(file_has(layers_path, "# pace=steadied\n") || file_has(layers_path, "# pace=own\n"));
	assert_true(file_has(layers_path, "# threads=1\n"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	        TEST(test_truth),    TEST(test_callers_clock), TEST(test_between_calls),
	        TEST(test_goes_on),  TEST(test_refused_layer), TEST(test_trouble),
	        TEST(test_no_power), TEST(test_arguments),     TEST(test_processor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
