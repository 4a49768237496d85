/* Evaluation: measures worked out by hand; layers, networks and tables compared with the right predictions. */
#include "test_support.h"

#include <math.h>
#include <unistd.h>

static void assert_near(double actual, double expected)
{
	if (!(fabs(actual - expected) <= 1e-12 * fabs(expected)))
		fail_msg("%.17g, expected %.17g", actual, expected);
}

static void measures(void **state)
{
	(void)state;
	/* relative errors 0.5, 0, -0.25, 0.1 */
	const double predicted[] = {3, 5, 6, 11}, actual[] = {2, 5, 8, 10};
	np_error err = {0};
	np_accuracy a;
	assert_ok(np_accuracy_of(predicted, actual, 4, &a, &err), &err);
	assert_int_equal(a.rows, 4);
	assert_near(a.rmspe, sqrt((0.25 + 0.0625 + 0.01) / 4));
	assert_near(a.rmse, sqrt((1 + 4 + 1) / 4.0));
	assert_near(a.mape, (0.5 + 0.25 + 0.1) / 4);
	assert_near(a.median_ape, (0.1 + 0.25) / 2);
	assert_near(a.within_10pct, 0.5);
	assert_ok(np_accuracy_of(predicted, actual, 3, &a, &err), &err);
	assert_near(a.median_ape, 0.25);
	assert_ok(np_accuracy_of(NULL, NULL, 0, &a, &err), &err);
	assert_true(a.rows == 0 && a.rmspe == 0);
}

static const char *write_file(const char *text)
{
	static char path[64];
	strcpy(path, "/tmp/np_evaluate_XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return path;
}

static void tables(void **state)
{
	(void)state;
	const char *path =
	        write_file("actual,target,layer_type,predicted\n2,runtime_ms,conv,3\n4,power_w,conv,4\n5,runtime_ms,fc,5\n"
	                   "4,runtime_ms,conv,4\n");
	np_error err = {0};
	np_evaluation *e;
	assert_ok(np_evaluate_table(path, &e, &err), &err);
	unlink(path);
	assert_null(e->platform);
	assert_int_equal(e->layer_count, 3);
	assert_string_equal(e->layers[0].type, "conv");
	assert_string_equal(e->layers[0].target, "runtime_ms");
	assert_near(e->layers[0].accuracy.mape, 0.25);
	assert_int_equal(e->summary_count, 2);
	assert_int_equal(e->summary[0].accuracy.rows, 3);
	assert_near(e->summary[0].accuracy.rmspe, sqrt(0.25 / 3));
	np_evaluation_free(e);
}

static const struct {
	const char *text, *message;
	int line;
} BAD_TABLES[] = {
        {"predicted,measured\n1,1\n", "columns 'predicted' and 'actual' were expected", 1},
        {"predicted,actual\n", "no row follows", 0},
        {"predicted,actual\n1,2\n1,-2\n", "actual is '-2'", 3},
        {"predicted,actual\n1,\n", "blank", 2},
        {"predicted,actual\n1\n", "1 fields, the header has 2", 2},
};

static void bad_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof BAD_TABLES / sizeof *BAD_TABLES; i++) {
		const char *path = write_file(BAD_TABLES[i].text);
		np_error err = {0};
		np_evaluation *e;
		assert_int_equal(np_evaluate_table(path, &e, &err), NP_ERR_DATA);
		unlink(path);
		assert_null(e);
		if (!strstr(err.message, BAD_TABLES[i].message) || err.line != BAD_TABLES[i].line ||
		    strcmp(err.path, path) != 0)
			fail_msg("%s:%d: %s", err.path, err.line, err.message);
	}
}

static np_platform *toy_platform(void)
{
	char path[512];
	np_error err = {0};
	np_platform *platform;
	assert_ok(np_platform_load(source_path("tests/cli/data/platforms/toy.json", path, sizeof path), &platform, &err), &err);
	return platform;
}

static np_dataset *load_dataset(const char *text)
{
	const char *path = write_file(text);
	np_error err = {0};
	np_dataset *dataset;
	assert_ok(np_dataset_load(&path, 1, NULL, &dataset, &err), &err);
	unlink(path);
	return dataset;
}

/* The platform says fc: 0.05 + 1e-7 macs ms at 60 + 8 log2(batch) W, factors 1.5 and 1.25. */
static void layers(void **state)
{
	(void)state;
	np_platform *platform = toy_platform();
	np_dataset *dataset = load_dataset("layer_type,batch,in_c,out_c,runtime_ms,power_w\n"
	                                   "fc,1,1000,1000,0.15,60\n" /* exact */
	                                   "fc,2,1000,1000,0.20,\n"   /* 0.25: +25 %, inside the interval */
	                                   "fc,64,1000,5000,16.0,\n"  /* 32.05: out of range (out_c), outside the interval */
	                                   "dropout,1,1000,1000,1,1\n" /* free */);
	np_error err = {0};
	np_evaluation *e;
	assert_ok(np_evaluate_layers(platform, dataset, &e, &err), &err);
	assert_ptr_equal(e->platform, platform);
	assert_int_equal(e->layer_count, 3);
	const np_layer_score *runtime = &e->layers[0], *power = &e->layers[1], *dropout = &e->layers[2];
	assert_string_equal(runtime->type, "fc");
	assert_string_equal(runtime->target, "runtime_ms");
	assert_int_equal(runtime->accuracy.rows, 3);
	assert_near(runtime->accuracy.mape, (0.25 + 32.05 / 16 - 1) / 3);
	assert_near(runtime->interval_coverage, 2 / 3.0);
	assert_int_equal(runtime->out_of_range_rows, 1);
	assert_int_equal(runtime->model_size, 2);
	assert_string_equal(power->target, "power_w");
	assert_true(power->accuracy.rows == 1 && power->accuracy.rmspe == 0);
	assert_string_equal(dropout->type, "dropout");
	assert_true(dropout->accuracy.mape == 1);
	assert_int_equal(e->summary[0].accuracy.rows, 4);
	np_evaluation_free(e);
	np_dataset_free(dataset);
	np_platform_free(platform);
}

static np_network *fc_network(int64_t batch)
{
	np_error err = {0};
	np_network *network;
	const int64_t dims[] = {batch, 1000};
	int tensor;
	assert_ok(np_network_create("net", &network, &err), &err);
	assert_ok(np_network_add_input(network, "x", (np_shape){2, dims}, 4, &tensor, &err), &err);
	const np_layer_desc fc = {
	        .kind = NP_FC, .name = "fc", .inputs = &tensor, .input_count = 1, .axis = 1, .out_channels = 1000};
	assert_ok(np_network_add_layer(network, &fc, NULL, &err), &err);
	assert_ok(np_network_finish(network, &err), &err);
	return network;
}

static void networks(void **state)
{
	(void)state;
	const char *path =
	        write_file("run,network,batch,runtime_ms,power_w,energy_mj\n0,net,1,0.1,,10\n1,net,1,0.3,,\n0,gone,1,1,1,1\n"
	                   "0,net,0,1,1,1\n0,,1,1,1,1\n0,net,1,,,\n0,net,1,x,,\n");
	np_error err = {0};
	np_network_rows *rows;
	assert_ok(np_network_rows_load(path, NULL, &rows, &err), &err);
	unlink(path);
	assert_int_equal(np_network_rows_count(rows), 3);
	assert_int_equal(np_network_rows_issue_count(rows), 4);
	assert_non_null(strstr(np_network_rows_issue(rows, 3), ":8: runtime_ms is 'x'"));
	np_dataset *alone =
	        load_dataset("network,run,layer_type,batch,in_c,out_c,runtime_ms\nnet,0,fc,1,9,9,0.02\nnet,0,fc,1,9,9,0.03\n"
	                     "net,1,fc,1,9,9,5\nnet,0,fc,2,9,9,5\n");
	np_platform *platform = toy_platform();
	np_network *network = fc_network(1);
	np_prediction *p;
	assert_ok(np_predict(network, platform, &p, &err), &err);
	const np_prediction *predictions[] = {p, p, NULL};
	np_evaluation *e;
	assert_ok(np_evaluate_networks(predictions, rows, alone, &e, &err), &err);
	assert_int_equal(e->network_count, 3);
	assert_near(e->networks[0].predicted, 0.15);
	assert_near(e->networks[0].error, 0.15 / 0.1 - 1);
	assert_near(e->networks[0].sum_of_layers, 0.05);
	assert_int_equal(e->networks[1].target, NP_ENERGY);
	assert_near(e->networks[1].predicted, 9);
	assert_true(isnan(e->networks[1].sum_of_layers));
	assert_near(e->networks[2].sum_of_layers, 5);
	assert_int_equal(e->summary_count, 2);
	np_evaluation_free(e);
	np_prediction_free(p);
	np_network_free(network);
	np_platform_free(platform);
	np_dataset_free(alone);
	np_network_rows_free(rows);
	np_evaluation_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(measures), cmocka_unit_test(tables),   cmocka_unit_test(bad_tables),
	        cmocka_unit_test(layers),   cmocka_unit_test(networks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
