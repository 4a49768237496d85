/*
 * ONNX files of torchvision and of a current PyTorch, and the light models of the ONNX project, against counts made with
 * forward hooks on the live modules and shapes that onnxruntime saw: tests/data/onnx against tests/reference/onnx.
 */
#include "test_support.h"

enum { MOST_ROWS = 4096, MOST_FIELDS = 12 };

/* ---- tables ---- */

typedef struct table {
	char *text;
	char *cells[MOST_ROWS][MOST_FIELDS];
	int rows; /* without the header */
} table;

static bool read_text(const char *path, char **text)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return false;
	fseek(file, 0, SEEK_END);
	long size = ftell(file);
	rewind(file);
	*text = calloc(1, (size_t)size + 1);
	assert_int_equal(fread(*text, 1, (size_t)size, file), size);
	fclose(file);
	return true;
}

/* The tables have no quotes: a line is its fields between commas. */
static table *read_table(const char *name)
{
	char path[1024], file[256];
	table *t = calloc(1, sizeof *t);
	snprintf(file, sizeof file, "tests/reference/onnx/%s.csv", name);
	if (!read_text(source_path(file, path, sizeof path), &t->text)) {
		free(t);
		return NULL;
	}
	char *rest = NULL, *line = strtok_r(t->text, "\n", &rest);
	while ((line = strtok_r(NULL, "\n", &rest))) {
		assert_true(t->rows < MOST_ROWS);
		char *inner = NULL, *field = strtok_r(line, ",", &inner);
		for (int i = 0; field && i < MOST_FIELDS; i++, field = strtok_r(NULL, ",", &inner))
			t->cells[t->rows][i] = field;
		t->rows++;
	}
	return t;
}

static void free_table(table *t)
{
	if (t)
		free(t->text);
	free(t);
}

/* ---- networks ---- */

static const char *shape_text(np_shape shape, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (int i = 0; i < shape.rank; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%lld", i ? "x" : "", (long long)shape.dims[i]);
	return text;
}

static int read_shape(const char *text, int64_t *dims)
{
	int rank = 0;
	for (char *end = NULL; *text; text = *end ? end + 1 : end)
		dims[rank++] = strtoll(text, &end, 10);
	return rank;
}

/* A network at the shape of its row, its batch times `times`. Nothing in it may be unknown. */
static np_network *load(const char *name, const char *input, const char *shape, int64_t times)
{
	char path[1024], file[256];
	int64_t dims[8];
	np_input_shape given = {.input = input};
	np_load_options options = {.strict = true};
	if (shape) {
		given.shape = (np_shape){read_shape(shape, dims), dims};
		dims[0] *= times;
		options.shapes = &given;
		options.shape_count = 1;
	}
	np_error err = {0};
	np_network *network;
	snprintf(file, sizeof file, "tests/data/onnx/%s.onnx", name);
	assert_ok(np_network_load(source_path(file, path, sizeof path), &options, &network, &err), &err);
	return network;
}

/* ---- layers: every convolution and linear module is a layer with its products and its output ---- */

/*
 * Batch normalisation that the exporter folded gives a convolution a bias that its module has not, the bias of a MatMul
 * is an Add of its own, and what a layer shares with one before it counts there.
 */
static bool params_agree(const np_layer *layer, int64_t weights, int64_t bias, int64_t channels, bool shared)
{
	bool folded = !bias && layer->params == weights + channels;
	bool apart = layer->kind == NP_FC && layer->params == weights;
	return layer->params == weights + bias || folded || apart || (shared && layer->params < weights + channels);
}

static bool is_row(const np_network *network, const np_layer *layer, char *const *row, bool shared)
{
	char text[128], macs[32];
	np_shape out = np_network_tensor(network, layer->outputs[0])->shape;
	snprintf(macs, sizeof macs, "%lld", (long long)layer->macs);
	shape_text(out, text, sizeof text);
	return strcmp(np_kind_name(layer->kind), row[0]) == 0 && strcmp(macs, row[2]) == 0 && strcmp(text, row[5]) == 0 &&
	       params_agree(layer, strtoll(row[3], NULL, 10), strtoll(row[4], NULL, 10),
	                    out.dims[layer->kind == NP_FC ? out.rank - 1 : 1], shared);
}

/* Rows and layers are both in the order of execution; layers may stand between those of two rows. */
static void match_layers(const char *name, const np_network *network, const table *t)
{
	int at = 0, layers = np_network_layer_count(network);
	bool shared = strstr(name, "_shared") || strstr(name, "dynamo_shuffle");
	for (int r = 0; r < t->rows; r++, at++) {
		while (at < layers && !is_row(network, np_network_layer(network, at), t->cells[r], shared))
			at++;
		if (at == layers)
			fail_msg("%s: after those of the rows before, no layer is %s %s with %s macs, %s + %s params and "
			         "output %s",
			         name, t->cells[r][0], t->cells[r][1], t->cells[r][2], t->cells[r][3], t->cells[r][4],
			         t->cells[r][5]);
	}
}

/* Networks without a module per product (attention) have more of them than the hooks could see. */
static void match_sums(char *const *row, const np_network *network, int64_t tolerance)
{
	int64_t convs = 0, fcs = 0, macs = 0, statistics = 0;
	for (int i = 0; i < np_network_layer_count(network); i++) {
		const np_layer *layer = np_network_layer(network, i);
		convs += layer->kind == NP_CONV;
		fcs += layer->kind == NP_FC;
		if (layer->kind == NP_CONV || layer->kind == NP_DECONV || layer->kind == NP_FC)
			macs += layer->macs;
		if (layer->kind == NP_BATCHNORM && layer->params) /* not one whose weights another layer owns */
			statistics += layer->weight_bytes / 4 / 2;
		assert_true(layer->kind != NP_OTHER);
	}
	assert_int_equal(convs, strtoll(row[3], NULL, 10));
	assert_true(fcs >= strtoll(row[4], NULL, 10));
	if (fcs == strtoll(row[4], NULL, 10))
		assert_int_equal(macs, strtoll(row[5], NULL, 10));
	/* Learned values are the file's constants but for the statistics, and for single numbers in graphs of dynamo. */
	int64_t constants = np_network_sums(network).params + statistics;
	if (llabs(constants - strtoll(row[7], NULL, 10)) > tolerance)
		fail_msg("%s: %lld constants, %s were expected", row[0], (long long)constants, row[7]);
}

/* ---- shapes ---- */

/*
 * Values that we fold to constants though they come from the shape or type of an input (masks, expanded tokens, weights
 * cast like an activation), and parts of lists, which have no name of their own.
 */
static int values_without_tensor(const char *name)
{
	static const struct {
		const char *name;
		int count;
	} ABSENT[] = {
	        {"swin_t", 729},
	        {"vit_b_16_opset17", 1},
	        {"dynamo_residual_raw", 30},
	        {"dynamo_shuffle_raw", 26},
	        {"dynamo_transformer_attention", 1},
	        {"dynamo_transformer_batch", 1},
	        {"dynamo_transformer_raw", 25},
	        {"dynamo_unet_raw", 5},
	};
	for (size_t i = 0; i < sizeof ABSENT / sizeof *ABSENT; i++)
		if (strcmp(ABSENT[i].name, name) == 0)
			return ABSENT[i].count;
	return 0;
}

static const np_tensor *find_tensor(const np_network *network, const char *name)
{
	for (int i = 0; i < np_network_tensor_count(network); i++)
		if (strcmp(np_network_tensor(network, i)->name, name) == 0)
			return np_network_tensor(network, i);
	return NULL;
}

static void match_shapes(const char *name, const np_network *network)
{
	char file[256], text[128];
	int absent = 0;
	snprintf(file, sizeof file, "%s.shapes", name);
	table *t = read_table(file);
	assert_non_null(t);
	assert_true(t->rows > 0);
	for (int r = 0; r < t->rows; r++) {
		const np_tensor *tensor = find_tensor(network, t->cells[r][0]);
		const char *expected = t->cells[r][1] ? t->cells[r][1] : "";
		absent += !tensor;
		if (tensor && strcmp(shape_text(tensor->shape, text, sizeof text), expected) != 0)
			fail_msg("%s: '%s' has the shape %s, %s was expected", name, tensor->name, text, expected);
	}
	if (absent != values_without_tensor(name))
		fail_msg("%s: %d values have no tensor, %d were expected", name, absent, values_without_tensor(name));
	free_table(t);
}

/* ---- the tests ---- */

/* Twice the batch is twice the work on the same weights, whether the file leaves the batch open or fixes it. */
static void match_double_batch(char *const *row, const np_network *network)
{
	np_network *twice = load(row[0], row[1], row[2], 2);
	np_network_totals one = np_network_sums(network), two = np_network_sums(twice);
	if (two.macs != 2 * one.macs || two.params != one.params)
		fail_msg("%s: twice the batch takes %lld macs, once %lld", row[0], (long long)two.macs, (long long)one.macs);
	assert_int_equal(np_network_batch(twice), 2 * np_network_batch(network));
	np_network_free(twice);
}

static void match_table(const char *sums, int64_t tolerance)
{
	table *t = read_table(sums);
	assert_non_null(t);
	assert_true(t->rows > 0);
	for (int r = 0; r < t->rows; r++) {
		char *const *row = t->cells[r];
		np_network *network = load(row[0], row[1], row[2], 1);
		table *layers = read_table(row[0]);
		assert_non_null(layers);
		match_layers(row[0], network, layers);
		match_sums(row, network, tolerance);
		match_shapes(row[0], network);
		match_double_batch(row, network);
		free_table(layers);
		np_network_free(network);
	}
	free_table(t);
}

static void torchvision(void **state)
{
	(void)state;
	match_table("torchvision", 0);
}

static void current_exporter(void **state)
{
	(void)state;
	match_table("dynamo", 8);
}

static void light_models(void **state)
{
	static const char *const NAMES[] = {"bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50",
	                                    "shufflenet",   "squeezenet",  "vgg19",        "zfnet512"};
	(void)state;
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
		char file[128], name[128];
		snprintf(file, sizeof file, "light/light_%s", NAMES[i]);
		snprintf(name, sizeof name, "light_%s", NAMES[i]);
		np_network *network = load(file, NULL, NULL, 1);
		match_shapes(name, network);
		np_network_free(network);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(torchvision),
	        cmocka_unit_test(current_exporter),
	        cmocka_unit_test(light_models),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
