/* The gate: which side of a limit a value is on, and which entry of a baseline is a network's. */
#include "test_support.h"

#include <math.h>

static const char LENET[] = "name: \"N\" input: \"d\" input_shape { dim: 2 dim: 3 dim: 8 dim: 8 }\n"
                            "layer { name: \"c\" type: \"Convolution\" bottom: \"d\" top: \"c\"\n"
                            "  convolution_param { num_output: 4 kernel_size: 3 } }\n";

/* A prediction with chosen totals, of a network that was read from `path`. */
typedef struct made {
	np_network *network;
	np_prediction *prediction;
} made;

static np_platform *platform;

static int set_up(void **state)
{
	char path[512];
	np_error err = {0};
	(void)state;
	assert_ok(np_platform_load(source_path("tests/cli/data/platforms/toy.json", path, sizeof path), &platform, &err), &err);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	np_platform_free(platform);
	return 0;
}

static made make(const char *path)
{
	made m;
	np_error err = {0};
	assert_ok(np_network_load_memory(LENET, strlen(LENET), path, NULL, &m.network, &err), &err);
	assert_ok(np_predict(m.network, platform, &m.prediction, &err), &err);
	m.prediction->runtime_ms = (np_value){2, 1, 4, true, true};
	m.prediction->power_w = (np_value){5, 4, 6, true, false};
	m.prediction->energy_mj = (np_value){10, 8, 12, true, true};
	return m;
}

static void drop(made *m)
{
	np_prediction_free(m->prediction);
	np_network_free(m->network);
}

static np_check *run(const np_prediction *const *predictions, int count, const np_check_options *options)
{
	np_error err = {0};
	np_check *check;
	assert_ok(np_check_run(predictions, count, options, &check, &err), &err);
	return check;
}

/* The verdict on the one value that is held against a limit. */
static np_check_verdict verdict_of(const made *m, np_target target, double limit, bool strict)
{
	np_check_options options = {.strict = strict};
	options.limit[target] = limit;
	np_check *check = run((const np_prediction *const *)&m->prediction, 1, &options);
	assert_int_equal(check->networks[0].item_count, 1);
	np_check_verdict verdict = check->networks[0].items[0].verdict;
	assert_int_equal(check->failed, np_check_verdict_fails(verdict));
	np_check_free(check);
	return verdict;
}

static void test_limits(void **state)
{
	(void)state;
	made m = make("a.prototxt");
	assert_int_equal(verdict_of(&m, NP_ENERGY, 11, false), NP_CHECK_PASSED);
	assert_int_equal(verdict_of(&m, NP_ENERGY, 10, true), NP_CHECK_PASSED);
	assert_int_equal(verdict_of(&m, NP_ENERGY, 9.999, false), NP_CHECK_UNSURE);
	assert_int_equal(verdict_of(&m, NP_ENERGY, 8, false), NP_CHECK_UNSURE);
	assert_int_equal(verdict_of(&m, NP_ENERGY, 7.999, false), NP_CHECK_FAILED);
	assert_int_equal(verdict_of(&m, NP_ENERGY, 9.999, true), NP_CHECK_FAILED);
	assert_int_equal(verdict_of(&m, NP_POWER, 4.5, false), NP_CHECK_FAILED); /* it has no interval */
	m.prediction->energy_mj.has = false;
	assert_int_equal(verdict_of(&m, NP_ENERGY, 1e9, false), NP_CHECK_UNKNOWN);
	drop(&m);
}

static np_check_entry entry_of(const char *file, int64_t batch, const char *on, double runtime_ms, double energy_mj)
{
	return (np_check_entry){.network = "N",
	                        .file = file,
	                        .platform = on,
	                        .batch = batch,
	                        .value = {[NP_RUNTIME] = runtime_ms, [NP_ENERGY] = energy_mj},
	                        .has = {[NP_RUNTIME] = true, [NP_ENERGY] = energy_mj > 0}};
}

static void test_tolerance(void **state)
{
	(void)state;
	made m = make("a.prototxt");
	np_check_entry entry = entry_of("a.prototxt", 2, "toy", 2, 8);
	np_check_baseline baseline = {.entries = &entry, .count = 1, .path = "base"};
	np_check_options options = {.baseline = &baseline, .tolerance = 0.25, .strict = true};
	np_check *check = run((const np_prediction *const *)&m.prediction, 1, &options);
	assert_int_equal(check->networks[0].item_count, 2);
	assert_int_equal(check->networks[0].items[1].target, NP_ENERGY);
	assert_true(check->networks[0].items[1].limit == 10); /* 8 x 1.25 */
	assert_false(check->failed);
	np_check_free(check);
	options.tolerance = 0.2;
	check = run((const np_prediction *const *)&m.prediction, 1, &options);
	assert_int_equal(check->networks[0].items[0].verdict, NP_CHECK_PASSED);
	assert_int_equal(check->networks[0].items[1].verdict, NP_CHECK_FAILED);
	np_check_free(check);
	drop(&m);
}

/* What only one side knows fails; what neither knows is said. */
static void test_unknown(void **state)
{
	(void)state;
	made m = make("a.prototxt");
	np_check_entry entry = entry_of("a.prototxt", 2, "toy", 2, 0);
	np_check_baseline baseline = {.entries = &entry, .count = 1, .path = "base"};
	const np_check_options options = {.baseline = &baseline};
	np_check *check = run((const np_prediction *const *)&m.prediction, 1, &options);
	assert_int_equal(check->networks[0].items[1].verdict, NP_CHECK_UNKNOWN);
	assert_true(check->failed);
	np_check_free(check);
	m.prediction->energy_mj.has = false;
	check = run((const np_prediction *const *)&m.prediction, 1, &options);
	assert_int_equal(check->networks[0].items[1].verdict, NP_CHECK_NEITHER);
	assert_false(check->failed);
	np_check_free(check);
	drop(&m);
}

/* The index of the entry each of three networks gets; -1 = none. */
static void match(const char *const files[3], const np_check_entry *entries, int count, int found[3], int *missing)
{
	made m[3];
	const np_prediction *predictions[3];
	const np_check_baseline baseline = {.entries = entries, .count = count, .path = "base"};
	const np_check_options options = {.baseline = &baseline};
	for (int i = 0; i < 3; i++) {
		m[i] = make(files[i]);
		predictions[i] = m[i].prediction;
	}
	np_check *check = run(predictions, 3, &options);
	for (int i = 0; i < 3; i++)
		found[i] = check->networks[i].entry ? (int)(check->networks[i].entry - entries) : -1;
	*missing = check->missing_count;
	assert_int_equal(check->compares_nothing, found[0] < 0 && found[1] < 0 && found[2] < 0);
	np_check_free(check);
	for (int i = 0; i < 3; i++)
		drop(&m[i]);
}

static void test_matching(void **state)
{
	(void)state;
	int found[3], missing;
	/* The path decides, then the file's name among what is left. */
	const np_check_entry one[] = {entry_of("x/n", 2, "toy", 2, 10), entry_of("y/n", 2, "toy", 2, 10),
	                              entry_of("z/m", 2, "toy", 2, 10)};
	match((const char *const[]){"/ci/x/n", "y/n", "m"}, one, 3, found, &missing);
	assert_int_equal(found[0], 0);
	assert_int_equal(found[1], 1);
	assert_int_equal(found[2], 2);
	assert_int_equal(missing, 0);
	/* Two of that name on either side are no choice; another batch or platform is another network. */
	const np_check_entry two[] = {entry_of("x/n", 2, "toy", 2, 10), entry_of("y/n", 2, "toy", 2, 10),
	                              entry_of("m", 1, "toy", 2, 10), entry_of("m", 2, "other", 2, 10)};
	match((const char *const[]){"n", "u/n", "m"}, two, 4, found, &missing);
	assert_int_equal(found[0], -1);
	assert_int_equal(found[1], -1);
	assert_int_equal(found[2], -1);
	assert_int_equal(missing, 3);
	const np_check_entry three[] = {entry_of("x/n", 2, "toy", 2, 10)};
	match((const char *const[]){"a/n", "b/n", "m"}, three, 1, found, &missing);
	assert_int_equal(found[0], -1);
	assert_int_equal(found[1], -1);
	assert_int_equal(missing, 1);
	/* The same network twice: the second has no entry left. */
	match((const char *const[]){"x/n", "x/n", "m"}, three, 1, found, &missing);
	assert_int_equal(found[0], 0);
	assert_int_equal(found[1], -1);
}

static void test_arguments(void **state)
{
	(void)state;
	made m = make("a.prototxt");
	np_error err = {0};
	np_check *check;
	const np_prediction *predictions[] = {m.prediction};
	const np_check_options none = {0}, bad = {.limit = {1}, .tolerance = NAN};
	assert_int_equal(np_check_run(predictions, 1, &none, &check, &err), NP_ERR_ARGUMENT);
	assert_null(check);
	assert_int_equal(np_check_run(predictions, 1, &bad, &check, NULL), NP_ERR_ARGUMENT);
	assert_int_equal(np_check_run(predictions, 0, &(np_check_options){.limit = {1}}, &check, NULL), NP_ERR_ARGUMENT);
	np_check_free(NULL);
	np_check_baseline_free(NULL);
	drop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_limits),   cmocka_unit_test(test_tolerance), cmocka_unit_test(test_unknown),
	        cmocka_unit_test(test_matching), cmocka_unit_test(test_arguments),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
