/* ONNX models written by hand: what every family of operators makes of its inputs, and what damage is answered with. */
#include "onnx_writer.h"

#include "onnx/onnx_ops.h"

#include <sys/resource.h>
#include <unistd.h>

typedef struct result {
	np_network *network;
	np_error err;
	np_status status;
} result;

static result load_with(const model *m, const np_load_options *options)
{
	message file = model_bytes(m);
	result r = {0};
	r.status = np_network_load_memory(file.data, file.size, "test.onnx", options, &r.network, &r.err);
	return r;
}

static result load_ok(const model *m, const np_load_options *options)
{
	result r = load_with(m, options);
	assert_ok(r.status, &r.err);
	return r;
}

static const np_tensor *tensor(const np_network *network, const char *name)
{
	for (int i = 0; i < np_network_tensor_count(network); i++)
		if (strcmp(np_network_tensor(network, i)->name, name) == 0)
			return np_network_tensor(network, i);
	fail_msg("there is no tensor '%s'", name);
	return NULL;
}

static void expect_shape(const np_network *network, const char *name, const char *expected)
{
	char text[256] = "";
	size_t used = 0;
	np_shape shape = tensor(network, name)->shape;
	for (int i = 0; i < shape.rank; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%lld", i ? "x" : "", (long long)shape.dims[i]);
	if (strcmp(text, expected) != 0)
		fail_msg("'%s' has the shape %s, %s was expected", name, text, expected);
}

static const np_layer *layer_of(const np_network *network, const char *output)
{
	return np_network_layer(network, tensor(network, output)->producer);
}

/* A failure of this status whose text holds `words`, and that has a byte offset. */
static void expect_failure(const model *m, np_status status, const char *words)
{
	result r = load_with(m, NULL);
	assert_int_equal(r.status, status);
	assert_null(r.network);
	assert_true(r.err.has_offset);
	if (!strstr(r.err.message, words))
		fail_msg("'%s' does not say '%s'", r.err.message, words);
}

/* One operator on an input x and constants: its output y has this shape. */
static void expect_op(const char *op, const char *x, const char *constants, const char *attributes, const char *shape)
{
	model m = {0};
	char inputs[256] = "x";
	add_input(&m, "x", x);
	for (int i = 0; constants && *constants; i++) {
		char name[16], one[64];
		size_t length = strcspn(constants, " ");
		snprintf(one, sizeof one, "%.*s", (int)length, constants);
		snprintf(name, sizeof name, "c%d", i);
		if (one[0] == '[') {
			int64_t values[16];
			size_t count = 0;
			for (char *text = one + 1, *end; *text && *text != ']'; text = *end == ',' ? end + 1 : end)
				values[count++] = strtoll(text, &end, 10);
			add_ints(&m, name, count, values);
		} else if (one[0] == '#') {
			add_scalar(&m, name, strtoll(one + 1, NULL, 10));
		} else if (one[0] != '-') {
			add_weight(&m, name, one);
		}
		snprintf(inputs + strlen(inputs), sizeof inputs - strlen(inputs), ",%s", one[0] == '-' ? "" : name);
		constants += length + (constants[length] == ' ');
	}
	add_node(&m, op, inputs, "y", attributes);
	result r = load_ok(&m, NULL);
	expect_shape(r.network, "y", shape);
	np_network_free(r.network);
}

/* ---- families of operators ---- */

static void windows(void **state)
{
	(void)state;
	expect_op("Conv", "1x3x224x224", "64x3x7x7", "strides=[2,2];pads=[3,3,3,3]", "1x64x112x112");
	expect_op("Conv", "1x3x15x15", "8x3x3x3", "strides=[2,2];auto_pad=SAME_UPPER", "1x8x8x8");
	expect_op("Conv", "1x3x15x15", "8x3x4x4", "strides=[2,2];auto_pad=SAME_LOWER", "1x8x8x8");
	expect_op("Conv", "1x3x15x15", "8x3x3x3", "auto_pad=VALID", "1x8x13x13");
	expect_op("Conv", "2x4x9", "8x2x3", "group=2;dilations=[2]", "2x8x5");
	expect_op("Conv", "1x2x8x9x10", "4x2x3x3x3", "pads=[1,1,1,1,1,1]", "1x4x8x9x10");
	expect_op("ConvTranspose", "1x8x7x7", "8x4x3x3", "strides=[2,2];pads=[1,1,1,1];output_padding=[1,1]", "1x4x14x14");
	expect_op("ConvTranspose", "1x8x7x7", "8x4x3x3", "strides=[2,2];output_shape=[13,14]", "1x4x13x14");
	expect_op("ConvTranspose", "1x8x7x7", "8x2x4x4", "group=2;strides=[2,2];auto_pad=SAME_UPPER", "1x4x14x14");
	expect_op("MaxPool", "1x4x10x10", NULL, "kernel_shape=[3,3];strides=[2,2]", "1x4x4x4");
	expect_op("MaxPool", "1x4x10x10", NULL, "kernel_shape=[3,3];strides=[2,2];ceil_mode=1", "1x4x5x5");
	expect_op("MaxPool", "1x4x10x10", NULL, "kernel_shape=[3,3];dilations=[2,2]", "1x4x6x6");
	expect_op("AveragePool", "1x4x10x10", NULL, "kernel_shape=[2,2];pads=[0,0,1,1]", "1x4x10x10");
	expect_op("GlobalAveragePool", "2x4x10x11", NULL, NULL, "2x4x1x1");
	expect_op("GlobalMaxPool", "2x4x10x11", NULL, NULL, "2x4x1x1");
	expect_op("LRN", "2x4x10x11", NULL, "size=5", "2x4x10x11");
}

static void products(void **state)
{
	(void)state;
	expect_op("Gemm", "5x7", "7x3 3", NULL, "5x3");
	expect_op("Gemm", "7x5", "3x7", "transA=1;transB=1", "5x3");
	expect_op("MatMul", "2x5x7", "7x3", NULL, "2x5x3");
	expect_op("MatMul", "2x5x7", "7", NULL, "2x5");
	expect_op("MatMul", "5x7", "4x1x7x3", NULL, "4x1x5x3");
	expect_op("Einsum", "2x5x7", "7x3", "equation=abc,cd->abd", "2x5x3");
	expect_op("Einsum", "2x4x5x7", "4x7x3", "equation=...hsc, hcd -> ...hsd", "2x4x5x3");
	expect_op("Einsum", "5x7", "7x3", "equation=ij,jk", "5x3");
}

static void views_and_moves(void **state)
{
	(void)state;
	expect_op("Reshape", "2x3x4", "[0,-1]", NULL, "2x12");
	expect_op("Flatten", "2x3x4", NULL, "axis=2", "6x4");
	expect_op("Flatten", "2x3x4", NULL, "axis=0", "1x24");
	expect_op("Squeeze", "2x1x4x1", "[1]", NULL, "2x4x1");
	expect_op("Squeeze", "2x1x4x1", NULL, NULL, "2x4");
	expect_op("Unsqueeze", "2x4", "[0,-1]", NULL, "1x2x4x1");
	expect_op("Transpose", "2x3x4", NULL, "perm=[2,0,1]", "4x2x3");
	expect_op("Transpose", "2x3x4", NULL, NULL, "4x3x2");
	expect_op("Slice", "10x20", "[1,-5] [9223372036854775807,-1]", NULL, "9x4");
	expect_op("Slice", "10x20", "[-1] [-9223372036854775807] [1] [-3]", NULL, "10x7");
	expect_op("Split", "10x4", NULL, "num_outputs=3", "4x4");
	expect_op("Gather", "4x5x6", "[1,3]", "axis=1", "4x2x6");
	expect_op("Gather", "4x5x6", "#2", "axis=-1", "4x5");
	expect_op("GatherND", "4x5x6", "2x7x2", NULL, "2x7x6");
	expect_op("Expand", "3x1", "[2,1,6]", NULL, "2x3x6");
	expect_op("Tile", "3x2", "[2,3]", NULL, "6x6");
	expect_op("Concat", "3x2", "3x5 3x1", "axis=-1", "3x8");
	expect_op("DepthToSpace", "1x12x4x5", NULL, "blocksize=2", "1x3x8x10");
	expect_op("SpaceToDepth", "1x3x8x10", NULL, "blocksize=2", "1x12x4x5");
	expect_op("Pad", "1x3x8x8", "[0,0,1,2,0,0,3,-1]", NULL, "1x3x12x9");
	expect_op("Pad", "1x3x8x8", "[1,2] - [3]", NULL, "1x3x8x11");
	expect_op("Resize", "1x3x8x8", "- - [1,3,20,12]", NULL, "1x3x20x12");
	expect_op("OneHot", "2x3", "#10 2", NULL, "2x3x10");
}

static void statistics(void **state)
{
	(void)state;
	expect_op("ReduceMean", "2x3x4x5", NULL, "axes=[2,3]", "2x3x1x1");
	expect_op("ReduceMax", "2x3x4x5", "[1,-1]", "keepdims=0", "2x4");
	expect_op("ReduceSum", "2x3", NULL, NULL, "1x1");
	expect_op("ArgMax", "2x3x4", NULL, "axis=-1;keepdims=0", "2x3");
	expect_op("TopK", "2x10", "[4]", NULL, "2x4");
	expect_op("Softmax", "2x10", NULL, NULL, "2x10");
	expect_op("LayerNormalization", "2x10x8", "8 8", NULL, "2x10x8");
	expect_op("Add", "2x1x8", "5x1", NULL, "2x5x8");
	expect_op("Clip", "2x1x8", NULL, NULL, "2x1x8");
}

/* ---- kinds, costs and constants ---- */

static void kinds_of_products(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "2x5x7");
	add_weight(&m, "w", "7x3");
	add_weight(&m, "v", "4x5");
	add_node(&m, "MatMul", "x,w", "right", NULL);
	add_node(&m, "MatMul", "v,x", "left", NULL);
	add_node(&m, "Transpose", "x", "t", "perm=[0,2,1]");
	add_node(&m, "MatMul", "x,t", "both", NULL);
	result r = load_ok(&m, NULL);
	const np_layer *right = layer_of(r.network, "right"), *left = layer_of(r.network, "left");
	const np_layer *both = layer_of(r.network, "both");
	assert_int_equal(right->kind, NP_FC);
	assert_int_equal(right->macs, 2 * 5 * 3 * 7);
	assert_int_equal(right->params, 21);
	expect_shape(r.network, "left", "2x4x7");
	assert_int_equal(left->kind, NP_FC);
	assert_int_equal(left->macs, 2 * 4 * 7 * 5);
	assert_int_equal(both->kind, NP_MATMUL);
	assert_int_equal(both->input_count, 2);
	assert_int_equal(both->macs, 2 * 5 * 5 * 7);
	assert_int_equal(both->params, 0);
	/* As rows times a matrix: 14 rows (2 x 7) of 5 values meet 4 outputs. */
	np_layer_config config;
	assert_true(np_layer_config_of(r.network, left, &config));
	assert_int_equal(config.batch, 14);
	assert_int_equal(config.in_c, 5);
	assert_int_equal(config.out_c, 4);
	np_network_free(r.network);
}

static void weights_belong_to_their_first_layer(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "1x4x6x6");
	add_weight(&m, "w", "4x4x1x1");
	add_weight(&m, "b", "4");
	add_weight(&m, "s", "4");
	add_weight(&m, "column", "4x1x1");
	add_node(&m, "Conv", "x,w,b", "a", NULL);
	add_node(&m, "Conv", "a,w,b", "c", NULL);
	add_node(&m, "BatchNormalization", "c,s,b,s,s", "d", NULL);
	add_node(&m, "Mul", "d,column", "e", NULL);
	add_node(&m, "Relu", "e", "y", NULL);
	result r = load_ok(&m, NULL);
	assert_int_equal(layer_of(r.network, "a")->params, 20);
	assert_int_equal(layer_of(r.network, "c")->params, 0);
	assert_int_equal(layer_of(r.network, "c")->weight_bytes, 80);
	assert_int_equal(layer_of(r.network, "d")->params, 4); /* the scale; the bias is the convolution's */
	assert_int_equal(layer_of(r.network, "d")->weight_bytes, 4 * 4 * 4);
	assert_int_equal(layer_of(r.network, "e")->params, 4);
	assert_int_equal(layer_of(r.network, "e")->input_count, 1);
	assert_int_equal(layer_of(r.network, "y")->kind, NP_RELU);
	np_network_free(r.network);
}

/* Weights that are transposed, cast or dequantized first are weights, and what does it is no layer. */
static void constants_are_no_layers(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "5x7");
	add_weight(&m, "w", "3x7");
	add_node(&m, "Identity", "w", "i", NULL);
	add_node(&m, "Transpose", "i", "t", NULL);
	add_node(&m, "Cast", "t", "c", "to=1");
	add_node(&m, "MatMul", "x,c", "y", NULL);
	result r = load_ok(&m, NULL);
	assert_int_equal(np_network_layer_count(r.network), 1);
	assert_int_equal(layer_of(r.network, "y")->params, 21);
	np_network_free(r.network);
}

static void shapes_are_computed(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "Nx6x4x4");
	add_scalar(&m, "zero", 0);
	ADD_INTS(&m, "axis0", 0);
	ADD_INTS(&m, "minus", -1);
	ADD_INTS(&m, "two", 2);
	add_node(&m, "Shape", "x", "s", NULL);
	add_node(&m, "Gather", "s,zero", "n", NULL);
	add_node(&m, "Unsqueeze", "n,axis0", "n1", NULL);
	add_node(&m, "Mul", "n1,two", "n2", NULL);
	add_node(&m, "Div", "n2,two", "n3", NULL);
	add_node(&m, "Cast", "n3", "n4", "to=1");
	add_node(&m, "Floor", "n4", "n5", NULL);
	add_node(&m, "Cast", "n5", "n6", "to=7");
	add_node(&m, "Concat", "n6,minus", "target", "axis=0");
	add_node(&m, "Reshape", "x,target", "y", NULL);
	np_named_dim dim = {"N", 3};
	np_load_options options = {.dims = &dim, .dim_count = 1};
	result r = load_ok(&m, &options);
	assert_int_equal(np_network_layer_count(r.network), 1);
	expect_shape(r.network, "y", "3x96");
	assert_true(layer_of(r.network, "y")->free);
	assert_int_equal(np_network_warning_count(r.network), 0);
	np_network_free(r.network);
	r = load_ok(&m, NULL);
	expect_shape(r.network, "y", "1x96");
	assert_int_equal(np_network_warning_count(r.network), 1);
	np_network_free(r.network);
}

/* The batch is written into the file as 1; the graph asks for another. */
static void literal_batch(void **state)
{
	static const int64_t TARGETS[][2] = {{1, 96}, {1, -1}, {-1, 96}, {0, -1}};
	(void)state;
	np_load_options options = {.batch = 5};
	for (size_t i = 0; i < sizeof TARGETS / sizeof *TARGETS; i++) {
		model m = {0};
		add_input(&m, "x", "1x6x4x4");
		add_ints(&m, "target", 2, TARGETS[i]);
		add_weight(&m, "w", "96x10");
		add_node(&m, "Reshape", "x,target", "flat", NULL);
		add_node(&m, "MatMul", "flat,w", "y", NULL);
		result r = load_ok(&m, &options);
		expect_shape(r.network, "y", "5x10");
		np_network_free(r.network);
	}
}

/* Tokens: a constant of the file's batch joins activations; heads are split off a batch in the middle. */
static void literal_batch_of_tokens(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "2x16x24");
	add_weight(&m, "token", "2x1x24");
	ADD_INTS(&m, "heads", 17, 6, 8);
	ADD_INTS(&m, "rows", 34, 24);
	ADD_INTS(&m, "back", 17, 2, 24);
	add_node(&m, "Concat", "token,x", "all", "axis=1");
	add_node(&m, "Transpose", "all", "t", "perm=[1,0,2]");
	add_node(&m, "Reshape", "t,heads", "h", NULL);
	add_node(&m, "Transpose", "h", "ht", "perm=[1,0,2]");
	add_node(&m, "Transpose", "ht", "hb", "perm=[1,0,2]");
	add_node(&m, "Reshape", "hb,rows", "flat", NULL);
	add_node(&m, "Reshape", "flat,back", "y", NULL);
	add_node(&m, "Add", "y,t", "z", NULL);
	np_load_options options = {.batch = 6};
	result r = load_ok(&m, &options);
	expect_shape(r.network, "all", "6x17x24");
	expect_shape(r.network, "ht", "18x17x8");
	expect_shape(r.network, "flat", "102x24");
	expect_shape(r.network, "z", "17x6x24");
	np_network_free(r.network);
}

/* ---- what a file may look like ---- */

/* Initializers behind the nodes and listed as inputs, values before their type and shape, external data. */
static void any_order(void **state)
{
	(void)state;
	model m = {0};
	int64_t target[2] = {2, -1};
	message shape = {.size = 0}, weight = tensor_of("w", 1, "12x5");
	put_bytes(&shape, 9, target, sizeof target);
	put_text(&shape, 8, "target");
	put_int(&shape, 2, 7);
	put_int(&shape, 1, 2);
	put_int(&weight, 14, 1);
	add_input(&m, "w", "12x5");
	add_input(&m, "target", "2");
	add_node(&m, "Reshape", "x,target", "flat", NULL);
	add_node(&m, "Gemm", "flat,w", "y", NULL);
	put_message(&m.graph, 5, &shape);
	put_message(&m.graph, 5, &weight);
	add_input(&m, "x", "2x3x4");
	add_output(&m, "y");
	result r = load_ok(&m, NULL);
	expect_shape(r.network, "y", "2x5");
	assert_int_equal(np_network_tensor_count(r.network), 3);
	assert_int_equal(np_network_batch(r.network), 2);
	np_network_free(r.network);
}

static message branch(const char *op)
{
	message graph = {.size = 0}, node = node_of("", op, "x", "inner", NULL), out = value_info("inner", 1, NULL);
	put_message(&graph, 1, &node);
	put_message(&graph, 12, &out);
	return graph;
}

static void put_branch(message *node, const char *name, const char *op)
{
	message attribute = {.size = 0}, graph = branch(op);
	put_text(&attribute, 1, name);
	put_message(&attribute, 6, &graph);
	put_message(node, 5, &attribute);
}

static void branches(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "2x3");
	add_scalar(&m, "yes", 1);
	message node = node_of("", "If", "yes", "y", NULL);
	put_branch(&node, "then_branch", "Relu");
	put_branch(&node, "else_branch", "Sigmoid");
	put_message(&m.graph, 1, &node);
	add_node(&m, "Tanh", "y", "z", NULL);
	result r = load_ok(&m, NULL);
	assert_int_equal(np_network_layer_count(r.network), 2);
	assert_int_equal(layer_of(r.network, "y")->kind, NP_RELU);
	np_network_free(r.network);
}

/* A function whose body refers to an attribute of the call, with a default. */
static void add_function(model *m, const char *name, const char *inner_op, const char *inner_domain)
{
	message function = {.size = 0};
	message node = node_of(inner_domain, inner_op, "in,filters", "out", "strides=@steps;pads=@border");
	message fallback = {.size = 0};
	put_text(&fallback, 1, "border");
	for (int i = 0; i < 4; i++)
		put_int(&fallback, 8, 1);
	put_text(&function, 1, name);
	put_names(&function, 4, "in,filters,unused");
	put_text(&function, 5, "out");
	put_message(&function, 7, &node);
	put_text(&function, 10, "local");
	put_message(&function, 11, &fallback);
	put_message(&m->functions, 25, &function);
}

static void functions(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "1x3x8x8");
	add_weight(&m, "w", "4x3x3x3");
	message node = node_of("local", "Block", "x,w", "y", "steps=[2,2]");
	put_message(&m.graph, 1, &node);
	add_function(&m, "Block", "Conv", "");
	result r = load_ok(&m, NULL);
	expect_shape(r.network, "y", "1x4x4x4");
	assert_int_equal(layer_of(r.network, "y")->kind, NP_CONV);
	np_network_free(r.network);

	model endless = {0};
	add_input(&endless, "x", "1x3x8x8");
	add_weight(&endless, "w", "4x3x3x3");
	put_message(&endless.graph, 1, &node);
	add_function(&endless, "Block", "Block", "local");
	expect_failure(&endless, NP_ERR_LIMIT, "nested");
}

static void lists(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "2x7x3");
	add_scalar(&m, "three", 3);
	add_scalar(&m, "last", -1);
	add_node(&m, "SplitToSequence", "x,three", "parts", "axis=1");
	add_node(&m, "SequenceAt", "parts,last", "part", NULL);
	add_node(&m, "Relu", "part", "y", NULL);
	add_node(&m, "ConcatFromSequence", "parts", "whole", "axis=1");
	result r = load_ok(&m, NULL);
	expect_shape(r.network, "y", "2x1x3");
	expect_shape(r.network, "whole", "2x7x3");
	np_network_free(r.network);
}

/* Bytes instead of floats: one per element, and the result of a comparison too. */
static void element_sizes(void **state)
{
	(void)state;
	model m = {0};
	message w = tensor_of("w", 3, "4x3x1x1"), z = tensor_of("z", 2, ""), s = tensor_of("s", 1, "");
	put_message(&m.graph, 5, &w);
	put_message(&m.graph, 5, &z);
	put_message(&m.graph, 5, &s);
	add_input(&m, "x", "1x3x8x8");
	add_node(&m, "QuantizeLinear", "x,s,z", "q", NULL);
	add_node(&m, "QLinearConv", "q,s,z,w,s,z,s,z", "c", NULL);
	add_node(&m, "DequantizeLinear", "c,s,z", "d", NULL);
	add_node(&m, "Greater", "d,s", "g", NULL);
	add_node(&m, "Cast", "d", "half", "to=10");
	result r = load_ok(&m, NULL);
	assert_int_equal(tensor(r.network, "q")->element_bytes, 1);
	assert_int_equal(layer_of(r.network, "c")->kind, NP_CONV);
	assert_int_equal(layer_of(r.network, "c")->output_bytes, 4 * 8 * 8);
	assert_int_equal(layer_of(r.network, "c")->weight_bytes, 12);
	assert_int_equal(tensor(r.network, "d")->element_bytes, 4);
	assert_int_equal(tensor(r.network, "g")->element_bytes, 1);
	assert_int_equal(tensor(r.network, "half")->element_bytes, 2);
	np_network_free(r.network);
}

static void channels_last(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "1x8x9x3");
	add_weight(&m, "w", "4x3x3x3");
	message node = node_of("com.microsoft", "NhwcConv", "x,w", "y", "pads=[1,1,1,1]");
	put_message(&m.graph, 1, &node);
	result r = load_ok(&m, NULL);
	expect_shape(r.network, "y", "1x8x9x4");
	assert_int_equal(np_network_sums(r.network).macs, 8 * 9 * 4 * 27);
	np_network_free(r.network);
}

/* ---- what is not known ---- */

static void unknown_operators(void **state)
{
	(void)state;
	model m = {0};
	message stated = value_info("y", 1, "2x5");
	add_input(&m, "x", "2x3");
	message node = node_of("my.domain", "Fancy", "x", "y", NULL), other = node_of("my.domain", "Fancy", "y", "z", NULL);
	put_message(&m.graph, 1, &node);
	put_message(&m.graph, 1, &other);
	put_message(&m.graph, 13, &stated);
	result r = load_ok(&m, NULL);
	assert_int_equal(layer_of(r.network, "y")->kind, NP_OTHER);
	assert_string_equal(layer_of(r.network, "y")->op, "Fancy");
	expect_shape(r.network, "y", "2x5");
	expect_shape(r.network, "z", "2x5");
	assert_int_equal(np_network_warning_count(r.network), 2);
	assert_non_null(strstr(np_network_warning(r.network, 0), "my.domain.Fancy"));
	assert_non_null(strstr(np_network_warning(r.network, 1), "assumed"));
	np_network_free(r.network);
	np_load_options strict = {.strict = true};
	r = load_with(&m, &strict);
	assert_int_equal(r.status, NP_ERR_UNSUPPORTED);
	assert_non_null(strstr(r.err.message, "Fancy"));
}

static void recurrent(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "9x2x5");
	add_weight(&m, "w", "2x24x5");
	add_weight(&m, "r", "2x24x6");
	add_node(&m, "LSTM", "x,w,r", "y,h,c", "hidden_size=6");
	result r = load_ok(&m, NULL);
	expect_shape(r.network, "y", "9x2x2x6");
	expect_shape(r.network, "c", "2x2x6");
	assert_int_equal(layer_of(r.network, "y")->params, 2 * 24 * (5 + 6));
	assert_int_equal(np_network_warning_count(r.network), 1);
	np_network_free(r.network);
}

/* The target of a reshape is not in the file, but the shape of the result is. */
static void stated_shapes_help(void **state)
{
	(void)state;
	model m = {0};
	message target = tensor_of("target", 7, "2"), stated = value_info("y", 1, "2x12");
	put_message(&m.graph, 5, &target);
	add_input(&m, "x", "2x3x4");
	add_node(&m, "Reshape", "x,target", "y", NULL);
	expect_failure(&m, NP_ERR_DATA, "not known");
	put_message(&m.graph, 13, &stated);
	result r = load_ok(&m, NULL);
	expect_shape(r.network, "y", "2x12");
	assert_int_equal(np_network_warning_count(r.network), 1);
	np_network_free(r.network);
}

/* ---- damage ---- */

static void contradictions(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "1x3x8x8");
	add_weight(&m, "w", "4x3x3x3");
	model undefined = m, twice = m, channels = m, nowhere = m, open = {0}, none = {0};
	add_node(&undefined, "Relu", "missing", "y", NULL);
	expect_failure(&undefined, NP_ERR_DATA, "'missing' is defined by nothing before it");
	add_node(&twice, "Relu", "x", "y", NULL);
	add_node(&twice, "Tanh", "x", "y", NULL);
	expect_failure(&twice, NP_ERR_DATA, "'y' is defined twice");
	add_node(&channels, "Conv", "x,w", "y", "group=2");
	expect_failure(&channels, NP_ERR_DATA, "its weights are for 6 in 2 groups");
	add_node(&nowhere, "Relu", "x", "y", NULL);
	add_output(&nowhere, "z");
	expect_failure(&nowhere, NP_ERR_DATA, "'z' is computed by no node");
	add_input(&open, "x", "1x3xHxW");
	add_node(&open, "MaxPool", "x", "y", "kernel_shape=[2,2]");
	expect_failure(&open, NP_ERR_DATA, "give their sizes");
	add_input(&none, "x", NULL);
	add_node(&none, "Relu", "x", "y", NULL);
	expect_failure(&none, NP_ERR_DATA, "has no shape");
}

/* Names the byte where it went wrong: the offset of the field, or of the node. */
static void offsets(void **state)
{
	(void)state;
	static const unsigned char HUGE[] = {0x08, 0x08, 0x3a, 0xff, 0xff, 0x03}; /* a graph of 65535 bytes, and no more */
	static const unsigned char GROUP[] = {0x08, 0x08, 0x0b};
	np_network *network;
	np_error err = {0};
	assert_int_equal(np_network_load_memory(HUGE, sizeof HUGE, "t", NULL, &network, &err), NP_ERR_SYNTAX);
	assert_int_equal(err.offset, 2);
	np_error_clear(&err);
	assert_int_equal(np_network_load_memory(GROUP, sizeof GROUP, "t", NULL, &network, &err), NP_ERR_SYNTAX);
	assert_int_equal(err.offset, 2);
	np_error_clear(&err);
	assert_int_equal(np_network_load_memory("\x08\x08", 2, "t", NULL, &network, &err), NP_ERR_SYNTAX);
	assert_non_null(strstr(err.message, "without a graph"));
}

/* Every beginning of a file is an error with a byte offset, never a crash. */
static void truncations(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "Nx3x8x8");
	add_weight(&m, "w", "4x3x3x3");
	ADD_INTS(&m, "target", 1, -1);
	add_node(&m, "Conv", "x,w", "y", "strides=[2,2];auto_pad=SAME_UPPER");
	add_node(&m, "Reshape", "y,target", "z", NULL);
	add_output(&m, "z");
	add_function(&m, "Block", "Conv", "");
	message file = model_bytes(&m);
	size_t whole = file.size - m.functions.size;
	for (size_t size = 1; size < file.size; size++) {
		unsigned char *exact = malloc(size);
		memcpy(exact, file.data, size);
		np_network *network;
		np_error err = {0};
		np_status status = np_network_load_memory(exact, size, "t.onnx", NULL, &network, &err);
		if (size == whole)
			assert_ok(status, &err);
		else if (status == NP_OK || !err.has_offset)
			fail_msg("the first %zu bytes give no error with an offset", size);
		np_network_free(network);
		free(exact);
	}
}

/* ---- large files and pipes ---- */

/* The head of a file whose last field, raw data of `size` bytes, is cut off: what is missing follows. */
static size_t large_model(message *file, int64_t values)
{
	model m = {0};
	message weight = {.size = 0};
	char columns[32];
	size_t raw = (size_t)values * 4;
	snprintf(columns, sizeof columns, "%lldx1000", (long long)values / 1000);
	weight = tensor_of("w", 1, columns);
	put_varint(&weight, 9 << 3 | 2);
	put_varint(&weight, raw);
	snprintf(columns, sizeof columns, "1x%lld", (long long)values / 1000);
	add_input(&m, "x", columns);
	add_node(&m, "MatMul", "x,w", "y", NULL);
	put_varint(&m.graph, 5 << 3 | 2);
	put_varint(&m.graph, weight.size + raw);
	memcpy(m.graph.data + m.graph.size, weight.data, weight.size);
	m.graph.size += weight.size;
	*file = (message){.size = 0};
	put_int(file, 1, 8);
	put_varint(file, 7 << 3 | 2);
	put_varint(file, m.graph.size + raw);
	memcpy(file->data + file->size, m.graph.data, m.graph.size);
	file->size += m.graph.size;
	return raw;
}

static void weights_are_passed_over(void **state)
{
	(void)state;
	message file;
	char path[] = "/tmp/np-test-large-XXXXXX";
	size_t raw = large_model(&file, 500 * 1000 * 1000 / 4);
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, file.data, file.size), file.size);
	assert_int_equal(ftruncate(fd, (off_t)(file.size + raw)), 0);
	close(fd);
	struct rusage before, after;
	np_network *network;
	np_error err = {0};
	getrusage(RUSAGE_SELF, &before);
	np_status status = np_network_load(path, NULL, &network, &err);
	getrusage(RUSAGE_SELF, &after);
	unlink(path);
	assert_ok(status, &err);
	assert_int_equal(np_network_sums(network).params, 500 * 1000 * 1000 / 4);
	assert_true(after.ru_maxrss - before.ru_maxrss < 30 * 1024);
	np_network_free(network);
}

static void pipes(void **state)
{
	(void)state;
	model m = {0};
	add_input(&m, "x", "2x3");
	add_node(&m, "Relu", "x", "y", NULL);
	message file = model_bytes(&m);
	for (size_t cut = 0; cut < 2; cut++) {
		int ends[2];
		char path[32];
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], file.data, file.size - cut), file.size - cut);
		close(ends[1]);
		snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
		np_network *network;
		np_error err = {0};
		np_status status = np_network_load(path, NULL, &network, &err);
		close(ends[0]);
		if (!cut)
			assert_ok(status, &err);
		else
			assert_int_equal(status, NP_ERR_SYNTAX);
		np_network_free(network);
	}
}

/* The table is searched by halves, and no row is without a handler. */
static void table_is_sorted(void **state)
{
	(void)state;
	int count;
	const np_onnx_op *table = np_onnx_op_table(&count);
	for (int i = 0; i < count; i++) {
		assert_non_null(table[i].handler);
		assert_true(table[i].flags & (NP_ONNX_STANDARD | NP_ONNX_MICROSOFT));
		if (i)
			assert_true(strcmp(table[i - 1].name, table[i].name) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(windows),
	        cmocka_unit_test(products),
	        cmocka_unit_test(views_and_moves),
	        cmocka_unit_test(statistics),
	        cmocka_unit_test(kinds_of_products),
	        cmocka_unit_test(weights_belong_to_their_first_layer),
	        cmocka_unit_test(constants_are_no_layers),
	        cmocka_unit_test(shapes_are_computed),
	        cmocka_unit_test(literal_batch),
	        cmocka_unit_test(literal_batch_of_tokens),
	        cmocka_unit_test(any_order),
	        cmocka_unit_test(branches),
	        cmocka_unit_test(functions),
	        cmocka_unit_test(lists),
	        cmocka_unit_test(element_sizes),
	        cmocka_unit_test(channels_last),
	        cmocka_unit_test(unknown_operators),
	        cmocka_unit_test(recurrent),
	        cmocka_unit_test(stated_shapes_help),
	        cmocka_unit_test(contradictions),
	        cmocka_unit_test(offsets),
	        cmocka_unit_test(truncations),
	        cmocka_unit_test(weights_are_passed_over),
	        cmocka_unit_test(pipes),
	        cmocka_unit_test(table_is_sorted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
