/*
 * The Paleo reader: against what the original program computes for its own files (the reference data beside the source
 * tree), and the rules of the format one by one.
 */
#include "test_support.h"

enum { COLUMNS = 21, MOST_NETWORKS = 40 };

/* The columns of a reference file of layers. */
enum { LAYER = 2, TYPE = 3, INPUT_SHAPE = 4, FILTER = 5, STRIDE = 6, OUTPUT_SHAPE = 9, MACS = 10, FLOPS = 11, PARAMS = 12 };

static int split(char *line, char separator, char **fields, int most)
{
	int count = 0;
	line[strcspn(line, "\r\n")] = '\0';
	for (char *at = line; at && count < most;) {
		fields[count++] = at;
		at = strchr(at, separator);
		if (at)
			*at++ = '\0';
	}
	return count;
}

/* "128x224x224x3" -> [128, 3, 224, 224]; returns the rank. */
static int read_shape(const char *text, int64_t *dims)
{
	int64_t nhwc[8] = {0};
	int rank = 0;
	for (const char *at = text; at && rank < 8;) {
		nhwc[rank++] = strtoll(at, NULL, 10);
		at = strchr(at, 'x');
		at = at ? at + 1 : NULL;
	}
	dims[0] = nhwc[0];
	if (rank > 1)
		dims[1] = nhwc[rank - 1];
	for (int i = 2; i < rank; i++)
		dims[i] = nhwc[i - 1];
	return rank;
}

static void expect_shape(const char *what, const char *name, np_shape shape, const char *expected)
{
	int64_t dims[8];
	int rank = read_shape(expected, dims);
	bool same = rank == shape.rank;
	for (int i = 0; same && i < rank; i++)
		same = dims[i] == shape.dims[i];
	if (!same)
		fail_msg("layer '%s': its %s should be %s (NHWC), it has rank %d", name, what, expected, shape.rank);
}

static const np_layer *find_layer(const np_network *network, const char *name)
{
	for (int i = 0; i < np_network_layer_count(network); i++)
		if (strcmp(np_network_layer(network, i)->name, name) == 0)
			return np_network_layer(network, i);
	return NULL;
}

static const char *const TYPE_NAMES[][2] = {
        {"conv", "conv"},           {"fc", "fc"},   {"dropout", "dropout"}, {"concat", "concat"},   {"batchnorm", "batchnorm"},
        {"elementwise", "eltwise"}, {"lrn", "lrn"}, {"softmax", "softmax"}, {"reshape", "reshape"}, {"accuracy", "other"},
        {"pool", "pool"},
};

static void expect_type(const np_layer *layer, const char *type)
{
	for (size_t i = 0; i < sizeof TYPE_NAMES / sizeof *TYPE_NAMES; i++)
		if (strcmp(TYPE_NAMES[i][0], type) == 0 && strstr(np_kind_name(layer->kind), TYPE_NAMES[i][1]))
			return;
	fail_msg("layer '%s' is %s, the reference says %s", layer->name, np_kind_name(layer->kind), type);
}

/* "3x3x64x128": height, width, channels in and out of a convolution. */
static void expect_window(const np_layer *layer, const char *filter, const char *stride)
{
	char *end;
	assert_int_equal(layer->kernel[0], strtoll(filter, &end, 10));
	assert_int_equal(layer->kernel[1], strtoll(end + 1, &end, 10));
	assert_int_equal(layer->stride[0], strtoll(stride, &end, 10));
	assert_int_equal(layer->stride[1], strtoll(end + 1, &end, 10));
}

static void check_row(const np_network *network, char **row)
{
	const char *type = row[TYPE];
	if (strcmp(type, "input") == 0) {
		expect_shape("shape", row[LAYER], np_network_tensor(network, 0)->shape, row[OUTPUT_SHAPE]);
		return;
	}
	const np_layer *layer = find_layer(network, row[LAYER]);
	if (!layer)
		fail_msg("layer '%s' is missing", row[LAYER]);
	expect_type(layer, type);
	expect_shape("output", layer->name, np_network_tensor(network, layer->outputs[0])->shape, row[OUTPUT_SHAPE]);
	if (strcmp(type, "conv") == 0 || strcmp(type, "fc") == 0) {
		assert_int_equal(layer->macs, strtoll(row[MACS], NULL, 10));
		assert_int_equal(layer->flops, strtoll(row[FLOPS], NULL, 10));
		assert_int_equal(layer->params, strtoll(row[PARAMS], NULL, 10));
	} else {
		assert_int_equal(layer->params, 0);
	}
	if (strcmp(type, "conv") == 0 || strcmp(type, "pool") == 0)
		expect_window(layer, row[FILTER], row[STRIDE]);
	char *inputs[64];
	int count = split(row[INPUT_SHAPE], ';', inputs, 64);
	if (strcmp(type, "fc") == 0)
		return; /* the reference lists the flattened vector */
	assert_int_equal(layer->input_count, count);
	for (int i = 0; i < count; i++)
		expect_shape("input", layer->name, np_network_tensor(network, layer->inputs[i])->shape, inputs[i]);
}

static void expect_topological(const np_network *network)
{
	for (int i = 0; i < np_network_layer_count(network); i++) {
		const np_layer *layer = np_network_layer(network, i);
		for (int k = 0; k < layer->input_count; k++)
			assert_true(np_network_tensor(network, layer->inputs[k])->producer < i);
	}
}

static int check_layers(const np_network *network, const char *name)
{
	char path[1024], file[256], line[8192], *row[COLUMNS];
	int rows = 0;
	snprintf(file, sizeof file, "reference/paleo/layers/%s.csv", name);
	FILE *csv = fopen(shared_path(file, path, sizeof path), "r");
	assert_non_null(csv);
	assert_non_null(fgets(line, sizeof line, csv));
	while (fgets(line, sizeof line, csv)) {
		assert_int_equal(split(line, ',', row, COLUMNS), COLUMNS);
		check_row(network, row);
		rows++;
	}
	fclose(csv);
	assert_int_equal(rows, np_network_layer_count(network) + 1);
	return rows;
}

/* networks.csv: its first row of each network, whatever the device. */
static void check_totals(const np_network *network, char **row)
{
	enum { PARAMS_TOTAL = 11, ACTIVATION_BYTES = 13, CONV_FC_MACS = 14 };
	np_network_totals totals = np_network_sums(network);
	assert_int_equal(totals.params, strtoll(row[PARAMS_TOTAL], NULL, 10));
	assert_int_equal(totals.activation_bytes, strtoll(row[ACTIVATION_BYTES], NULL, 10));
	assert_int_equal(totals.macs, strtoll(row[CONV_FC_MACS], NULL, 10));
}

static void check_network(char **row, int *degenerate)
{
	char path[1024], file[256];
	np_error err = {0};
	np_network *network;
	bool in_norm = strncmp(row[0], "norm_", 5) == 0;
	snprintf(file, sizeof file, "nets/paleo/%s%s.json", in_norm ? "norm/" : "", row[0] + (in_norm ? 5 : 0));
	shared_path(file, path, sizeof path);
	if (strstr(row[0], "googlenet")) { /* its last pool has an input of 6 and a window of 7 */
		assert_int_equal(np_network_load(path, NULL, &network, &err), NP_ERR_DATA);
		assert_null(network);
		assert_int_equal(err.line, 1452);
		assert_int_equal(err.column, 9);
		assert_non_null(strstr(err.message, "pool5/7x7_s1"));
		++*degenerate;
		return;
	}
	assert_ok(np_network_load(path, NULL, &network, &err), &err);
	assert_int_equal(np_network_batch(network), strtoll(row[2], NULL, 10));
	assert_int_equal(np_network_warning_count(network), 0);
	expect_topological(network);
	check_layers(network, row[0]);
	check_totals(network, row);
	np_network_free(network);
}

static void every_file_is_as_the_original_program_computes(void **state)
{
	(void)state;
	char path[1024], line[2048], last[128] = "", *row[COLUMNS];
	int networks = 0, degenerate = 0;
	FILE *csv = fopen(shared_path("reference/paleo/networks.csv", path, sizeof path), "r");
	assert_non_null(csv);
	assert_non_null(fgets(line, sizeof line, csv));
	while (fgets(line, sizeof line, csv)) {
		assert_true(split(line, ',', row, COLUMNS) >= 15);
		if (strcmp(row[0], last) == 0)
			continue;
		snprintf(last, sizeof last, "%s", row[0]);
		check_network(row, &degenerate);
		networks++;
	}
	fclose(csv);
	assert_int_equal(networks, 34);
	assert_int_equal(degenerate, 3);
}

/* ---- the rules, on small texts ---- */

static np_status load(const char *text, const np_load_options *options, np_network **network, np_error *err)
{
	return np_network_load_memory(text, strlen(text), "test.json", options, network, err);
}

#define INPUT "\"data\": {\"type\": \"Input\", \"parents\": [], \"tensor\": [2, 9, 9, 3]}"

static np_network *load_ok(const char *text, const np_load_options *options)
{
	np_error err = {0};
	np_network *network;
	assert_ok(load(text, options, &network, &err), &err);
	return network;
}

static void expect_output(const np_network *network, const char *name, const char *nhwc)
{
	const np_layer *layer = find_layer(network, name);
	if (!layer)
		fail_msg("layer '%s' is missing", name);
	expect_shape("output", name, np_network_tensor(network, layer->outputs[0])->shape, nhwc);
}

static const char CONVOLUTIONS[] =
        "{\"name\": \"n\", \"layers\": {"
        "\"b\": {\"type\": \"Convolution\", \"parents\": [\"a\"], \"filter\": [3, 3, -1, 8], \"strides\": [1, 2, 2, 1],"
        " \"padding\": \"SAME\", \"activation_fn\": \"relu\"},"
        "\"a\": {\"type\": \"Convolution\", \"parents\": [\"data\"], \"filter\": [3, 2, 3, 4], \"strides\": [1, 1, 2, 1],"
        " \"padding\": \"VALID\"}," INPUT "}}";

static void order_follows_parents(void **state)
{
	(void)state;
	np_network *network = load_ok(CONVOLUTIONS, NULL);
	assert_string_equal(np_network_name(network), "n");
	assert_int_equal(np_network_layer_count(network), 2);
	assert_string_equal(np_network_layer(network, 0)->name, "a");
	expect_output(network, "a", "2x7x4x4"); /* (9 - 3) / 1 + 1, (9 - 2) / 2 + 1 */
	expect_output(network, "b", "2x4x2x8"); /* ceil(7 / 2), ceil(4 / 2) */
	assert_int_equal(np_network_layer(network, 0)->params, 4 * 3 * 3 * 2 + 4);
	np_network_free(network);
}

static void batch_replaces_the_files(void **state)
{
	(void)state;
	np_network *network = load_ok(CONVOLUTIONS, &(np_load_options){.batch = 7});
	assert_int_equal(np_network_batch(network), 7);
	expect_output(network, "b", "7x4x2x8");
	np_network_free(network);
}

static void shape_replaces_the_files(void **state)
{
	(void)state;
	np_input_shape shape = {"data", {4, (int64_t[]){1, 3, 33, 0}}}; /* n, c, h, w; the width stays */
	np_network *network = load_ok(CONVOLUTIONS, &(np_load_options){.shapes = &shape, .shape_count = 1});
	expect_output(network, "a", "1x31x4x4");
	np_network_free(network);
}

/* A Block without parents inside uses its own parents; as a parent it stands for its endpoint. */
static void blocks_are_taken_apart(void **state)
{
	(void)state;
	np_network *network =
	        load_ok("{\"layers\": {" INPUT ", \"top\": {\"type\": \"Dropout\", \"parents\": [\"mixed\"]},"
	                "\"mixed\": {\"type\": \"Block\", \"parents\": [\"data\"], \"endpoint\": \"join\", \"layers\": {"
	                "\"join\": {\"type\": \"Concatenate\", \"dim\": 3, \"parents\": [\"left\", \"inner\"]},"
	                "\"left\": {\"type\": \"Sigmoid\", \"parents\": []},"
	                "\"inner\": {\"type\": \"Block\", \"parents\": [], \"endpoint\": \"x\", \"layers\": {"
	                "\"x\": {\"type\": \"LRN\", \"parents\": []}}}}}}}",
	                NULL);
	expect_output(network, "mixed/left", "2x9x9x3");
	expect_output(network, "mixed/inner/x", "2x9x9x3");
	expect_output(network, "mixed/join", "2x9x9x6");
	expect_output(network, "top", "2x9x9x6");
	assert_int_equal(find_layer(network, "top")->inputs[0], find_layer(network, "mixed/join")->outputs[0]);
	np_network_free(network);
}

static void reshape_follows_the_batch(void **state)
{
	(void)state;
	static const char TEXT[] = "{\"layers\": {" INPUT ","
	                           "\"a\": {\"type\": \"Reshape\", \"parents\": [\"data\"], \"output_shape\": [-1, -1]},"
	                           "\"b\": {\"type\": \"Reshape\", \"parents\": [\"a\"], \"output_shape\": [2, 3, 27, 3]},"
	                           "\"c\": {\"type\": \"InnerProduct\", \"parents\": [\"b\"], \"num_outputs\": 5}}}";
	np_network *network = load_ok(TEXT, NULL);
	expect_output(network, "a", "2x243");
	expect_output(network, "b", "2x3x27x3");
	expect_output(network, "c", "2x5");
	assert_true(find_layer(network, "a")->free);
	np_network_free(network);
	network = load_ok(TEXT, &(np_load_options){.batch = 6});
	expect_output(network, "b", "6x3x27x3");
	np_network_free(network);
}

static const char UNKNOWN[] = "{\"layers\": {" INPUT ",\n  \"odd\": {\"type\": \"Strange\", \"parents\": [\"data\"]}}}";

static void unknown_types_are_kept_and_reported(void **state)
{
	(void)state;
	np_network *network = load_ok(UNKNOWN, NULL);
	expect_output(network, "odd", "2x9x9x3");
	assert_int_equal(find_layer(network, "odd")->kind, NP_OTHER);
	assert_int_equal(np_network_warning_count(network), 1);
	assert_non_null(strstr(np_network_warning(network, 0), "2:3: layer 'odd' (Strange)"));
	np_network_free(network);
}

static void strict_refuses_unknown_types(void **state)
{
	(void)state;
	np_error err = {0};
	np_network *network;
	assert_int_equal(load(UNKNOWN, &(np_load_options){.strict = true}, &network, &err), NP_ERR_UNSUPPORTED);
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_file_is_as_the_original_program_computes),
	        cmocka_unit_test(order_follows_parents),
	        cmocka_unit_test(batch_replaces_the_files),
	        cmocka_unit_test(shape_replaces_the_files),
	        cmocka_unit_test(blocks_are_taken_apart),
	        cmocka_unit_test(reshape_follows_the_batch),
	        cmocka_unit_test(unknown_types_are_kept_and_reported),
	        cmocka_unit_test(strict_refuses_unknown_types),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
