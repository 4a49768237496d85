/*
 * The suites of suites/: enough rows of each kind, spelt as the program spells them, affordable, and none of a layer that the
 * test networks have, at any batch. Asked of the program's own readers, not of the tool that made them.
 */
#include "test_support.h"

#include "measure/suite.h"

static const char *const TEST_NETWORKS[] = {"networks/vgg16.prototxt", "networks/alexnet.prototxt", "networks/nin.prototxt",
                                            "networks/overfeat.prototxt", "networks/cifar10_6conv.prototxt"};
enum { TEST_NETWORK_COUNT = sizeof TEST_NETWORKS / sizeof *TEST_NETWORKS };

static np_suite load(const char *name)
{
	char path[512];
	np_suite suite;
	np_error err = {0};
	assert_ok(np_suite_load(source_path(name, path, sizeof path), &suite, &err), &err);
	return suite;
}

/* ---- counts ---- */

typedef struct expected {
	np_kind kinds[2];
	int least, most;
} expected;

static int count_kind(const np_suite *suite, np_kind kind)
{
	int count = 0;
	for (int i = 0; i < suite->count; i++)
		count += suite->layers[i].kind == kind;
	return count;
}

static void check_counts(const char *name, const expected *kinds, int count, int least, int most)
{
	np_suite suite = load(name);
	assert_in_range(suite.count, least, most);
	for (int i = 0; i < count; i++) {
		const expected *e = &kinds[i];
		int rows = count_kind(&suite, e->kinds[0]) + (e->kinds[1] ? count_kind(&suite, e->kinds[1]) : 0);
		if (rows < e->least || rows > e->most)
			fail_msg("%s: %d rows of kind %s, expected %d to %d", name, rows, np_kind_name(e->kinds[0]), e->least,
			         e->most);
	}
	np_suite_free(&suite);
}

static void test_counts(void **state)
{
	(void)state;
	/* The paper learned from 858 convolutions, 216 pools and 116 products. */
	static const expected PAPER[] = {{{NP_CONV}, 858, 1000}, {{NP_MAXPOOL, NP_AVGPOOL}, 216, 260}, {{NP_FC}, 116, 160}};
	static const expected FULL[] = {{{NP_CONV}, 250, 350},        {{NP_DECONV}, 30, 60},     {{NP_FC}, 40, 60},
	                                {{NP_MAXPOOL}, 15, 40},       {{NP_AVGPOOL}, 30, 60},    {{NP_LRN}, 30, 60},
	                                {{NP_GLOBALAVGPOOL}, 30, 60}, {{NP_BATCHNORM}, 30, 60},  {{NP_LAYERNORM}, 30, 60},
	                                {{NP_RELU}, 30, 60},          {{NP_ACTIVATION}, 30, 60}, {{NP_ELTWISE}, 30, 60},
	                                {{NP_CONCAT}, 30, 60},        {{NP_SOFTMAX}, 30, 60},    {{NP_MATMUL}, 30, 60}};
	/* A model needs 20 rows of a kind: each has as many, and a few more. */
	static const expected QUICK[] = {{{NP_CONV}, 200, 250},   {{NP_FC}, 150, 180},          {{NP_MAXPOOL}, 90, 110},
	                                 {{NP_AVGPOOL}, 90, 110}, {{NP_GLOBALAVGPOOL}, 20, 40}, {{NP_RELU}, 20, 40},
	                                 {{NP_LRN}, 20, 40},      {{NP_BATCHNORM}, 20, 40},     {{NP_ELTWISE}, 20, 40},
	                                 {{NP_CONCAT}, 20, 40},   {{NP_SOFTMAX}, 20, 40}};
	check_counts("suites/paper.txt", PAPER, 3, 1190, 1400);
	check_counts("suites/full.txt", FULL, 15, 600, 900);
	check_counts("suites/quick.txt", QUICK, 11, 760, 850);
}

/* ---- spelling ---- */

static void check_spelling(const char *name)
{
	char path[512], line[1024], text[NP_LAYER_TEXT_SIZE];
	np_suite suite = load(name);
	FILE *file = fopen(source_path(name, path, sizeof path), "r");
	assert_non_null(file);
	int count = 0;
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			assert_string_equal(line, np_layer_text_write(&suite.layers[count++], text));
	}
	assert_int_equal(count, suite.count);
	fclose(file);
	np_suite_free(&suite);
}

static void test_spelling(void **state)
{
	(void)state;
	check_spelling("suites/paper.txt");
	check_spelling("suites/full.txt");
	check_spelling("suites/quick.txt");
}

/* ---- costs ---- */

static double macs(const np_layer_config *c)
{
	double outputs = (double)c->batch * (double)c->out_c * (double)c->out_h * (double)c->out_w;
	double inputs = (double)c->batch * (double)c->in_c * (double)c->in_h * (double)c->in_w;
	double window = (double)c->kernel_h * (double)c->kernel_w;
	switch (c->kind) {
	case NP_CONV:
		return outputs * window * (double)c->in_c / (double)c->groups;
	case NP_DECONV:
		return inputs * window * (double)c->out_c / (double)c->groups;
	case NP_FC:
		return inputs * (double)c->out_c;
	case NP_MATMUL:
		return outputs * (double)c->in_c;
	default:
		return 0;
	}
}

static double bytes(const np_layer_config *c)
{
	double outputs = (double)c->batch * (double)c->out_c * (double)c->out_h * (double)c->out_w;
	double inputs = (double)c->batch * (double)c->in_c * (double)c->in_h * (double)c->in_w;
	double weights = c->kind == NP_FC ? (double)c->in_c * (double)c->in_h * (double)c->in_w * (double)c->out_c : 0;
	return 4 * (inputs * (double)c->inputs + outputs + weights);
}

static void check_costs(const char *name, double most_macs, double most_bytes)
{
	char text[NP_LAYER_TEXT_SIZE];
	np_suite suite = load(name);
	for (int i = 0; i < suite.count; i++)
		if (macs(&suite.layers[i]) > most_macs || bytes(&suite.layers[i]) > most_bytes)
			fail_msg("%s: %s has %.3g MACs and %.3g bytes", name, np_layer_text_write(&suite.layers[i], text),
			         macs(&suite.layers[i]), bytes(&suite.layers[i]));
	np_suite_free(&suite);
}

/* Large GPUs do 50 TFLOP/s in fp32: 20 ms are 5e11 MACs. A core does 85 GFLOP/s: 40 ms are 1.7e9. */
static void test_costs(void **state)
{
	(void)state;
	check_costs("suites/paper.txt", 5e11, 20e9);
	check_costs("suites/full.txt", 5e11, 20e9);
	check_costs("suites/quick.txt", 1.7e9, 1e9);
}

/* A suite of small layers only would say nothing of large ones. */
static void test_range(void **state)
{
	(void)state;
	np_suite suite = load("suites/paper.txt");
	int small = 0, medium = 0, large = 0;
	for (int i = 0; i < suite.count; i++) {
		double m = macs(&suite.layers[i]);
		if (suite.layers[i].kind != NP_CONV)
			continue;
		small += m < 1e8;
		medium += m >= 1e8 && m < 5e9;
		large += m >= 5e9;
	}
	assert_true(small >= 100 && medium >= 300 && large >= 150);
	np_suite_free(&suite);
}

/* ---- what must not be in them ---- */

/* The same layer whatever the batch. A convolution over its whole input is a product. */
static np_layer_config without_batch(np_layer_config c)
{
	bool whole = c.kind == NP_CONV && c.groups == 1 && c.out_h == 1 && c.out_w == 1 && c.kernel_h == c.in_h &&
	             c.kernel_w == c.in_w;
	if (c.kind == NP_FC || whole)
		c = (np_layer_config){.kind = NP_FC, .in_c = c.in_c * c.in_h * c.in_w, .out_c = c.out_c};
	c.batch = 1;
	return c;
}

static bool same(const np_layer_config *a, const np_layer_config *b)
{
	const size_t from = offsetof(np_layer_config, batch);
	return a->kind == b->kind && memcmp(&a->batch, &b->batch, sizeof *a - from) == 0;
}

/* Returns how many of the network's layers were looked for. */
static int check_absent(const char *name, const char *network_name)
{
	char path[512], text[NP_LAYER_TEXT_SIZE];
	np_suite suite = load(name);
	np_network *network;
	np_error err = {0};
	int looked = 0;
	assert_ok(np_network_load(source_path(network_name, path, sizeof path), NULL, &network, &err), &err);
	for (int k = 0; k < np_network_layer_count(network); k++) {
		np_layer_config config;
		if (!np_layer_config_of(network, np_network_layer(network, k), &config))
			continue;
		config = without_batch(config);
		looked++;
		for (int i = 0; i < suite.count; i++) {
			np_layer_config row = without_batch(suite.layers[i]);
			if (same(&row, &config))
				fail_msg("%s has %s, a layer of %s", name, np_layer_text_write(&suite.layers[i], text),
				         network_name);
		}
	}
	np_network_free(network);
	np_suite_free(&suite);
	return looked;
}

static void test_absent(void **state)
{
	(void)state;
	int looked = 0;
	for (int i = 0; i < TEST_NETWORK_COUNT; i++) {
		looked += check_absent("suites/paper.txt", TEST_NETWORKS[i]);
		looked += check_absent("suites/full.txt", TEST_NETWORKS[i]);
		looked += check_absent("suites/quick.txt", TEST_NETWORKS[i]);
	}
	assert_true(looked >= 300);
	assert_true(check_absent("suites/quick.txt", "tests/data/onnx/resnet18.onnx") >= 40);
}

/* A campaign runs `paper`, then `full`: nothing is measured twice. */
static void test_disjoint(void **state)
{
	(void)state;
	char text[NP_LAYER_TEXT_SIZE];
	np_suite paper = load("suites/paper.txt"), full = load("suites/full.txt");
	for (int i = 0; i < full.count; i++)
		for (int k = 0; k < paper.count; k++)
			if (same(&full.layers[i], &paper.layers[k]))
				fail_msg("%s is in both", np_layer_text_write(&full.layers[i], text));
	np_suite_free(&paper);
	np_suite_free(&full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_counts), cmocka_unit_test(test_spelling), cmocka_unit_test(test_costs),
	        cmocka_unit_test(test_range),  cmocka_unit_test(test_absent),   cmocka_unit_test(test_disjoint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
