/*
 * The Caffe reader: layer types and rules on small texts, with shapes and counts worked out by hand from Caffe's
 * documentation, and the well-known files beside the source tree.
 */
#include "test_support.h"

static np_status load(const char *text, const np_load_options *options, np_network **network, np_error *err)
{
	np_error_clear(err);
	return np_network_load_memory(text, strlen(text), "test.prototxt", options, network, err);
}

static np_network *load_with(const char *text, const np_load_options *options)
{
	np_error err = {0};
	np_network *network;
	assert_ok(load(text, options, &network, &err), &err);
	return network;
}

static np_network *load_ok(const char *text)
{
	return load_with(text, NULL);
}

static void expect_error(const char *text, const np_load_options *options, np_status status, int line, int column,
                         const char *message)
{
	np_error err = {0};
	np_network *network = NULL;
	np_status got = load(text, options, &network, &err);
	if (got != status || err.line != line || err.column != column || !strstr(err.message, message))
		fail_msg("status %d at %d:%d: %s\n(%d at %d:%d: %s was expected)", got, err.line, err.column, err.message,
		         status, line, column, message);
	assert_null(network);
	assert_string_equal(err.path, "test.prototxt");
}

static const np_layer *find_layer(const np_network *network, const char *name)
{
	for (int i = 0; i < np_network_layer_count(network); i++)
		if (strcmp(np_network_layer(network, i)->name, name) == 0)
			return np_network_layer(network, i);
	fail_msg("layer '%s' is missing", name);
	return NULL;
}

static const char *shape_text(np_shape shape, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (int i = 0; i < shape.rank; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%lld", i ? "x" : "", (long long)shape.dims[i]);
	return text;
}

static void expect_output(const np_network *network, const np_layer *layer, int output, const char *expected)
{
	char text[256];
	assert_true(output < layer->output_count);
	shape_text(np_network_tensor(network, layer->outputs[output])->shape, text, sizeof text);
	if (strcmp(text, expected) != 0)
		fail_msg("layer '%s': output %d is %s, %s was expected", layer->name, output, text, expected);
}

#define INPUT(shape) "layer { name: 'data' type: 'Input' top: 'data' input_param { shape { dim: [" shape "] } } }\n"

/* ---- one layer on one input ---- */

typedef struct one {
	const char *input, *layer; /* the input's dims; type and parameters */
	const char *kind, *output;
	int64_t macs, params;
} one;

static const one ONES[] = {
        {"2,3,227,227", "type: 'Convolution' convolution_param { num_output: 96 kernel_size: 11 stride: 4 }", "conv",
         "2x96x55x55", 2LL * 96 * 55 * 55 * 363, 96 * 363 + 96},
        {"1,4,10,12",
         "type: 'Convolution' convolution_param { num_output: 6 kernel_h: 3 kernel_w: 5 pad_w: 2 stride_h: 2 "
         "stride_w: 1 bias_term: false group: 2 }",
         "conv", "1x6x4x12", 6LL * 4 * 12 * 15 * 2, 6 * 15 * 2},
        {"1,2,16,16", "type: 'Convolution' convolution_param { num_output: 2 kernel_size: 3 dilation: 2 pad: 2 }", "conv",
         "1x2x16x16", 2LL * 256 * 9 * 2, 38},
        {"1,2,9,16", "type: 'Convolution' convolution_param { num_output: 1 kernel_size: 3 kernel_size: 1 stride: [2, 4] }",
         "conv", "1x1x4x4", 16LL * 6, 7},
        {"1,2,4,5,6", "type: 'Convolution' convolution_param { num_output: 3 kernel_size: [2, 2, 3] }", "conv", "1x3x3x4x4",
         3LL * 48 * 24, 3 * 24 + 3},
        {"1,2,30", "type: 'Convolution' convolution_param { num_output: 3 kernel_size: 7 axis: -2 }", "conv", "1x3x24",
         3LL * 24 * 14, 45},
        {"1,8,7,7", "type: 'ConvolutionDepthwise' convolution_param { num_output: 8 kernel_size: 3 }", "conv", "1x8x5x5",
         8LL * 25 * 9, 80},
        {"1,4,8,8", "type: 'Deconvolution' convolution_param { num_output: 2 kernel_size: 4 stride: 2 pad: 1 group: 2 }",
         "deconv", "1x2x16x16", 4LL * 64 * 16, 4 * 16 + 2},
        {"5,2,3,4", "type: 'InnerProduct' inner_product_param { num_output: 7 }", "fc", "5x7", 5LL * 24 * 7, 24 * 7 + 7},
        {"5,2,3,4", "type: 'InnerProduct' inner_product_param { num_output: 7 axis: -1 bias_term: false transpose: true }",
         "fc", "5x2x3x7", 5LL * 6 * 4 * 7, 28},
        {"3,6", "type: 'Embed' embed_param { num_output: 4 input_dim: 10 bias_term: false }", "reshape", "3x6x4", 0, 40},
        /* pools round up: ceil((55 - 3) / 2) + 1, ceil((6 - 3) / 2) + 1 */
        {"1,1,55,6", "type: 'Pooling' pooling_param { pool: MAX kernel_size: 3 stride: 2 }", "maxpool", "1x1x27x3", 0, 0},
        {"1,1,6,6", "type: 'Pooling' pooling_param { pool: AVE kernel_size: 3 stride: 2 round_mode: FLOOR }", "avgpool",
         "1x1x2x2", 0, 0},
        {"1,1,6,6", "type: 'Pooling' pooling_param { kernel_size: 3 stride: 2 ceil_mode: false }", "maxpool", "1x1x2x2", 0, 0},
        /* padded: ceil((7 + 2 - 2) / 2) + 1 = 5, but the fifth window would start at 8 = 7 + 1 */
        {"1,1,7,7", "type: 'Pooling' pooling_param { pool: MAX kernel_size: 2 stride: 2 pad: 1 }", "maxpool", "1x1x4x4", 0, 0},
        /* not padded: Caffe keeps the window that starts outside, ceil((8 - 1) / 2) + 1 */
        {"1,1,8,8", "type: 'Pooling' pooling_param { pool: MAX kernel_size: 1 stride: 2 }", "maxpool", "1x1x5x5", 0, 0},
        {"1,9,8,6", "type: 'Pooling' pooling_param { pool: AVE global_pooling: true }", "globalavgpool", "1x9x1x1", 0, 0},
        {"1,9,8,6", "type: 'Pooling' pooling_param { global_pooling: true }", "maxpool", "1x9x1x1", 0, 0},
        {"1,9,8,6", "type: 'Pooling' pooling_param { pool: STOCHASTIC kernel_h: 8 kernel_w: 6 }", "avgpool", "1x9x1x1", 0, 0},
        {"1,9,8,6", "type: 'LRN' lrn_param { local_size: 3 norm_region: WITHIN_CHANNEL }", "lrn", "1x9x8x6", 0, 0},
        {"1,9,8,6", "type: 'MVN'", "layernorm", "1x9x8x6", 0, 0},
        {"1,9,8,6", "type: 'Normalize' norm_param { channel_shared: false }", "layernorm", "1x9x8x6", 0, 9},
        {"1,9,8,6", "type: 'BatchNorm' batch_norm_param { use_global_stats: true }", "batchnorm", "1x9x8x6", 0, 0},
        {"1,9,8,6", "type: 'Scale' scale_param { bias_term: true }", "batchnorm", "1x9x8x6", 0, 18},
        {"1,9,8,6", "type: 'Scale' scale_param { axis: 1 num_axes: -1 }", "batchnorm", "1x9x8x6", 0, 9 * 8 * 6},
        {"1,9,8,6", "type: 'Bias'", "batchnorm", "1x9x8x6", 0, 9},
        {"1,9,8,6", "type: 'ReLU'", "relu", "1x9x8x6", 0, 0},
        {"1,9,8,6", "type: 'PReLU'", "relu", "1x9x8x6", 0, 9},
        {"1,9,8,6", "type: 'PReLU' prelu_param { channel_shared: true }", "relu", "1x9x8x6", 0, 1},
        {"1,9,8,6", "type: 'Sigmoid'", "activation", "1x9x8x6", 0, 0},
        {"1,9,8,6", "type: 'Power' power_param { power: 2 }", "activation", "1x9x8x6", 0, 0},
        {"1,9,8,6", "type: 'Softmax'", "softmax", "1x9x8x6", 0, 0},
        {"1,9,8,6", "type: 'Eltwise' eltwise_param { operation: MAX }", "eltwise", "1x9x8x6", 0, 0},
        {"1,9,8,6", "type: 'Concat'", "concat", "1x9x8x6", 0, 0},
        {"2,9,8,6", "type: 'Flatten'", "reshape", "2x432", 0, 0},
        {"2,9,8,6", "type: 'Flatten' flatten_param { axis: 1 end_axis: 2 }", "reshape", "2x72x6", 0, 0},
        {"2,9,8,6", "type: 'Reshape' reshape_param { shape { dim: 0 dim: 3 dim: -1 } }", "reshape", "2x3x144", 0, 0},
        {"2,9,8,6", "type: 'Reshape' reshape_param { shape { dim: 3 dim: -1 } axis: 1 num_axes: 1 }", "reshape", "2x3x3x8x6", 0,
         0},
        {"2,9,8,6", "type: 'Reshape' reshape_param { shape { dim: 1 } axis: -1 num_axes: 0 }", "reshape", "2x9x8x6x1", 0, 0},
        {"2,9,8,6", "type: 'Permute' permute_param { order: 0 order: 2 order: 3 order: 1 }", "reshape", "2x8x6x9", 0, 0},
        {"2,9,8,6", "type: 'Tile' tile_param { tiles: 3 }", "reshape", "2x27x8x6", 0, 0},
        {"2,9,8,6", "type: 'Reduction' reduction_param { operation: MEAN axis: 2 }", "reduce", "2x9", 0, 0},
        {"2,9,8,6", "type: 'ArgMax'", "reduce", "2x1x1x1", 0, 0},
        {"2,9,8,6", "type: 'ArgMax' argmax_param { axis: 1 top_k: 5 }", "reduce", "2x5x8x6", 0, 0},
        {"2,9", "type: 'ArgMax' argmax_param { top_k: 5 out_max_val: true }", "reduce", "2x2x5", 0, 0},
        {"2,9,8,6", "type: 'Interp' interp_param { zoom_factor: 8 }", "resize", "2x9x57x41", 0, 0},
        {"2,9,8,6", "type: 'Interp' interp_param { shrink_factor: 2 pad_beg: 0 pad_end: -1 }", "resize", "2x9x4x3", 0, 0},
        {"2,9,8,6", "type: 'Upsample' upsample_param { scale: 3 }", "resize", "2x9x24x18", 0, 0},
        {"2,9,8,6", "type: 'Dropout' dropout_param { dropout_ratio: 0.5 }", "dropout", "2x9x8x6", 0, 0},
        {"2,9,8,6", "type: 'EuclideanLoss'", "other", "", 0, 0},
        /* V1 names; enumerators and strings alike */
        {"2,9,8,6", "type: INNER_PRODUCT inner_product_param { num_output: 2 }", "fc", "2x2", 2 * 2 * 432, 866},
        {"2,9,8,6", "type: \"TANH\"", "activation", "2x9x8x6", 0, 0},
        {"2,9,8,6", "type: RELU", "relu", "2x9x8x6", 0, 0},
};

static void every_type_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ONES / sizeof *ONES; i++) {
		const one *c = &ONES[i];
		char text[1024];
		snprintf(text, sizeof text,
		         "input: 'data' input_shape { dim: [%s] }\nlayer { name: 'it' bottom: 'data' top: 'it' %s }", c->input,
		         c->layer);
		np_network *network = load_ok(text);
		const np_layer *layer = find_layer(network, "it");
		if (strcmp(np_kind_name(layer->kind), c->kind) != 0)
			fail_msg("%s is of kind %s, %s was expected", c->layer, np_kind_name(layer->kind), c->kind);
		expect_output(network, layer, 0, c->output);
		if (layer->macs != c->macs || layer->params != c->params)
			fail_msg("%s: %lld MACs and %lld parameters, %lld and %lld were expected", c->layer,
			         (long long)layer->macs, (long long)layer->params, (long long)c->macs, (long long)c->params);
		assert_int_equal(np_network_warning_count(network), 0);
		np_network_free(network);
	}
}

/* BatchNorm reads mean, variance and a factor it has not learned; weights of a convolution are read and learned. */
static void statistics_are_read_not_learned(void **state)
{
	(void)state;
	np_network *network = load_ok(INPUT("1,9,8,6") "layer { name: 'bn' type: 'BatchNorm' bottom: 'data' top: 'bn' }");
	assert_int_equal(find_layer(network, "bn")->params, 0);
	assert_int_equal(find_layer(network, "bn")->weight_bytes, 4 * (2 * 9 + 1));
	np_network_free(network);
}

/* ---- several bottoms and tops ---- */

static void tops_of_their_own(void **state)
{
	(void)state;
	np_network *network = load_ok(
	        INPUT("2,6,8,8") "layer { name: 'even' type: 'Slice' bottom: 'data' top: 'a' top: 'b' top: 'c' }\n"
	                         "layer { name: 'at' type: 'Slice' bottom: 'data' top: 'd' top: 'e' slice_param { axis: 2 "
	                         "slice_point: 3 } }\n"
	                         "layer { name: 'split' type: 'Split' bottom: 'a' top: 'f' top: 'g' }\n"
	                         "layer { name: 'pool' type: 'Pooling' bottom: 'g' top: 'h' top: 'mask' pooling_param { "
	                         "kernel_size: 2 stride: 2 } }\n"
	                         "layer { name: 'up' type: 'Upsample' bottom: 'h' bottom: 'mask' top: 'i' }\n"
	                         "layer { name: 'join' type: 'Concat' bottom: 'i' bottom: 'data' bottom: 'b' top: 'j' }\n"
	                         "layer { name: 'crop' type: 'Crop' bottom: 'data' bottom: 'd' top: 'k' }");
	for (int i = 0; i < 3; i++)
		expect_output(network, find_layer(network, "even"), i, "2x2x8x8");
	expect_output(network, find_layer(network, "at"), 0, "2x6x3x8");
	expect_output(network, find_layer(network, "at"), 1, "2x6x5x8");
	assert_true(find_layer(network, "split")->free);
	expect_output(network, find_layer(network, "split"), 1, "2x2x8x8");
	expect_output(network, find_layer(network, "pool"), 1, "2x2x4x4");
	expect_output(network, find_layer(network, "up"), 0, "2x2x8x8");
	expect_output(network, find_layer(network, "join"), 0, "2x10x8x8");
	expect_output(network, find_layer(network, "crop"), 0, "2x6x3x8");
	np_network_free(network);
}

static void in_place_layers_share_memory(void **state)
{
	(void)state;
	np_network *network =
	        load_ok(INPUT("1,4,8,8") "layer { name: 'c' type: 'Convolution' bottom: 'data' top: 'c' convolution_param { "
	                                 "num_output: 4 kernel_size: 1 } }\n"
	                                 "layer { name: 'r' type: 'ReLU' bottom: 'c' top: 'c' }\n"
	                                 "layer { name: 's' type: 'Sigmoid' bottom: 'c' top: 's' }");
	const np_layer *c = find_layer(network, "c"), *r = find_layer(network, "r"), *s = find_layer(network, "s");
	assert_int_equal(r->inputs[0], c->outputs[0]);
	assert_int_equal(np_network_tensor(network, r->outputs[0])->storage, c->outputs[0]);
	assert_int_equal(s->inputs[0], r->outputs[0]);
	assert_int_equal(np_network_tensor(network, s->outputs[0])->storage, s->outputs[0]);
	np_network_free(network);
}

/* LSTM: 4 gates over 5 + 7 values, with bias. RNN: 7 x (5 + 7), 7 x 7 for the output, two biases. */
static void recurrent_layers_are_counted_roughly(void **state)
{
	(void)state;
	np_network *network = load_ok(
	        "input: 'x' input_shape { dim: [3, 2, 5] } input: 'cont' input_shape { dim: [3, 2] }\n"
	        "layer { name: 'l' type: 'LSTM' bottom: 'x' bottom: 'cont' top: 'l' recurrent_param { num_output: 7 } }\n"
	        "layer { name: 'r' type: 'RNN' bottom: 'x' bottom: 'cont' top: 'r' recurrent_param { num_output: 7 } }");
	const np_layer *lstm = find_layer(network, "l"), *rnn = find_layer(network, "r");
	expect_output(network, lstm, 0, "3x2x7");
	assert_int_equal(lstm->params, 4 * 7 * (5 + 7) + 4 * 7);
	assert_int_equal(lstm->flops, 3 * 2 * 7 * 2 * 4 * (5 + 7));
	assert_int_equal(rnn->params, 7 * (5 + 7) + 7 * 7 + 2 * 7);
	assert_int_equal(np_network_warning_count(network), 2);
	np_network_free(network);
}

static void regions_are_small_images(void **state)
{
	(void)state;
	np_network *network = load_ok(
	        "input: 'x' input_shape { dim: [1,18,9,9] } input: 'rois' input_shape { dim: [300,5] }\n"
	        "layer { name: 'a' type: 'ROIPooling' bottom: 'x' bottom: 'rois' top: 'a' roi_pooling_param { pooled_h: 7 "
	        "pooled_w: 6 } }\n"
	        "layer { name: 'b' type: 'PSROIPooling' bottom: 'x' bottom: 'rois' top: 'b' psroi_pooling_param { output_dim: "
	        "2 "
	        "group_size: 3 } }");
	expect_output(network, find_layer(network, "a"), 0, "300x18x7x6");
	expect_output(network, find_layer(network, "b"), 0, "300x2x3x3");
	np_network_free(network);
}

static void operands_may_come_from_the_network(void **state)
{
	(void)state;
	np_network *network =
	        load_ok("input: 'x' input_shape { dim: [1,6,4,4] } input: 'a' input_shape { dim: [1,6] }\n"
	                "layer { name: 's' type: 'Scale' bottom: 'x' bottom: 'a' top: 's' scale_param { axis: 0 } }\n"
	                "layer { name: 'axpy' type: 'Axpy' bottom: 'a' bottom: 's' bottom: 'x' top: 'y' }");
	assert_int_equal(find_layer(network, "s")->kind, NP_ELTWISE);
	assert_int_equal(find_layer(network, "s")->params, 0);
	expect_output(network, find_layer(network, "s"), 0, "1x6x4x4");
	assert_int_equal(find_layer(network, "axpy")->flops, 2 * 6 * 16);
	np_network_free(network);
}

/* The second layer owns neither weights nor bias, the third only its bias; all of them read 15 + 3 values. */
static void shared_weights_count_once(void **state)
{
	(void)state;
#define FC(name, w, b)                                                                                   \
	"layer { name: '" name "' type: 'InnerProduct' bottom: 'data' top: '" name "' param { name: '" w \
	"' } param { name: '" b "' } inner_product_param { num_output: 3 } }\n"
	np_network *network = load_ok(INPUT("1,5") FC("one", "w", "b") FC("two", "w", "b") FC("three", "w", "own"));
	assert_int_equal(find_layer(network, "one")->params, 18);
	assert_int_equal(find_layer(network, "two")->params, 0);
	assert_int_equal(find_layer(network, "three")->params, 3);
	assert_int_equal(find_layer(network, "two")->weight_bytes, 4 * 18);
	np_network_free(network);
	network = load_ok(
	        "input: 'data' input_shape { dim: [1,2,5,5] }\n"
	        "layers { name: 'a' type: CONVOLUTION bottom: 'data' top: 'a' param: 'w' param: 'b' convolution_param { "
	        "num_output: 3 kernel_size: 3 } }\n"
	        "layers { name: 'b' type: CONVOLUTION bottom: 'data' top: 'b' param: 'w' convolution_param { "
	        "num_output: 3 kernel_size: 3 } }");
	assert_int_equal(find_layer(network, "a")->params, 57);
	assert_int_equal(find_layer(network, "b")->params, 3);
	np_network_free(network);
}

/* ---- detection ---- */

static void prior_boxes_have_their_own_shape(void **state)
{
	(void)state;
	/* ratios 1, 2, 1/2, 3, 1/3: 5 boxes of the smaller size and one between the sizes, 4 numbers each, on 4x5 cells */
	np_network *network = load_ok(
	        "input: 'x' input_shape { dim: [1,8,4,5] } input: 'image' input_shape { dim: [1,3,64,80] }\n"
	        "layer { name: 'p' type: 'PriorBox' bottom: 'x' bottom: 'image' top: 'p' prior_box_param { min_size: 30 "
	        "max_size: 60 aspect_ratio: 2 aspect_ratio: 3 aspect_ratio: 2.0 } }\n"
	        "layer { name: 'q' type: 'PriorBox' bottom: 'x' bottom: 'image' top: 'q' prior_box_param { min_size: 30 "
	        "aspect_ratio: 2 flip: false } }\n"
	        "layer { name: 'j' type: 'Concat' bottom: 'p' bottom: 'q' top: 'j' concat_param { axis: 2 } }\n"
	        "layer { name: 'd' type: 'DetectionOutput' bottom: 'j' bottom: 'p' top: 'd' detection_output_param { "
	        "keep_top_k: 200 } }");
	expect_output(network, find_layer(network, "j"), 0, "1x2x640"); /* 4 * 5 * (6 + 2) * 4 */
	expect_output(network, find_layer(network, "d"), 0, "1x1x200x7");
	assert_int_equal(np_network_warning_count(network), 3);
	np_network_free(network);
}

/* ---- phases ---- */

#define RELU(name, rule) "layer { name: '" name "' type: 'ReLU' bottom: 'data' top: '" name "' " rule " }\n"

static void only_the_test_phase_is_read(void **state)
{
	(void)state;
	np_network *network = load_ok(
	        INPUT("1,2") RELU("both", "") RELU("test", "include { phase: TEST }") RELU("no1", "include { phase: TRAIN }")
	                RELU("no2", "exclude { phase: TEST }") RELU("yes", "exclude { phase: TRAIN }")
	                        RELU("either", "include { phase: TRAIN } include: { phase: TEST }") RELU(
	                                "no3", "include { stage: 'other' }") RELU("unstaged", "include { not_stage: 'other' }")
	                                RELU("no4", "include { min_level: 1 }") RELU("level", "include { max_level: 3 }"));
	static const char *const KEPT[] = {"both", "test", "yes", "either", "unstaged", "level"};
	assert_int_equal(np_network_layer_count(network), 6);
	for (int i = 0; i < 6; i++)
		assert_string_equal(np_network_layer(network, i)->name, KEPT[i]);
	np_network_free(network);
}

/* A file for training and deployment at once: the stage that is named for it is read. */
static void the_deploy_stage_is_read(void **state)
{
	(void)state;
	np_network *network =
	        load_ok("layer { name: 'd' type: 'Input' top: 'data' include { stage: 'deploy' } input_param { shape "
	                "{ dim: 1 dim: 2 } } }\n"
	                "layer { name: 't' type: 'Data' top: 'data' include { stage: 'train' } }\n" RELU("r", "")
	                        RELU("loss", "exclude { stage: 'deploy' }"));
	assert_int_equal(np_network_layer_count(network), 1);
	np_network_free(network);
	network = load_ok("state { stage: 'a' stage: 'b' }" INPUT("1,2") RELU("yes", "include { stage: 'a' stage: 'b' }")
	                          RELU("no", "include { stage: 'a' not_stage: 'b' }"));
	assert_int_equal(np_network_layer_count(network), 1);
	np_network_free(network);
}

static void losses_are_free_and_their_labels_may_be_missing(void **state)
{
	(void)state;
	np_network *network = load_ok(INPUT(
	        "4,10") "layer { name: 'loss' type: 'SoftmaxWithLoss' bottom: 'data' bottom: 'label' top: 'l' top: 'p' }\n"
	                "layer { name: 'acc' type: 'Accuracy' bottom: 'data' bottom: 'label' top: 'acc' include { phase: "
	                "TEST } }\n"
	                "layer { name: 'quiet' type: 'Silence' bottom: 'p' bottom: 'nothing' }");
	assert_int_equal(np_network_layer_count(network), 2);
	const np_layer *loss = find_layer(network, "loss");
	assert_true(loss->free && find_layer(network, "acc")->free);
	assert_int_equal(loss->input_count, 1);
	expect_output(network, loss, 0, "");
	expect_output(network, loss, 1, "4x10");
	assert_int_equal(np_network_warning_count(network), 2);
	assert_non_null(strstr(np_network_warning(network, 0), "2:1: layer 'loss' (SoftmaxWithLoss): bottom 'label'"));
	np_network_free(network);
}

/* ---- inputs ---- */

static void expect_input(const char *text, const np_load_options *options, int index, const char *name, const char *shape)
{
	char found[256];
	np_network *network = load_with(text, options);
	const np_tensor *tensor = np_network_tensor(network, index);
	assert_string_equal(tensor->name, name);
	assert_int_equal(tensor->producer, -1);
	assert_string_equal(shape_text(tensor->shape, found, sizeof found), shape);
	np_network_free(network);
}

#define THEN_RELU "\nlayer { name: 'r' type: 'ReLU' bottom: 'data' top: 'r' }"

static void inputs_of_every_style(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int index;
		const char *name, *shape;
	} CASES[] = {
	        {"input: 'data' input_dim: 10 input_dim: 3 input_dim: 5 input_dim: 6", 0, "data", "10x3x5x6"},
	        {"input: 'im' input: 'data' input_dim: [1, 2, 3, 4, 5, 6, 7, 8]", 1, "data", "5x6x7x8"},
	        {"input: 'data' input_shape { dim: 1 dim: 7 }", 0, "data", "1x7"},
	        {"input: 'data' input: 'b' input_shape { dim: 1 } input_shape { dim: 2 }", 1, "b", "2"},
	        {"layer { type: 'Input' top: 'data' top: 'b' input_param { shape { dim: 4 dim: 5 } } }", 1, "b", "4x5"},
	        {"layer { type: 'Data' name: 'd' top: 'data' top: 'label' data_param { batch_size: 64 } transform_param { "
	         "crop_size: 28 force_gray: true } }",
	         0, "data", "64x1x28x28"},
	        {"layer { type: 'Data' name: 'd' top: 'data' top: 'label' data_param { batch_size: 64 } transform_param { "
	         "crop_size: 28 } }",
	         1, "label", "64"},
	        {"layers { type: DATA name: 'd' top: 'data' top: 'label' data_param { batch_size: 8 crop_size: 28 } }", 0,
	         "data", "8x3x28x28"},
	        {"layer { type: 'ImageData' top: 'data' top: 'l' image_data_param { batch_size: 2 new_height: 9 new_width: 8 "
	         "is_color: false } }",
	         0, "data", "2x1x9x8"},
	        {"layer { type: 'MemoryData' top: 'data' top: 'l' memory_data_param { batch_size: 2 channels: 5 height: 6 "
	         "width: "
	         "7 } }",
	         0, "data", "2x5x6x7"},
	        {"layer { type: 'WindowData' top: 'data' top: 'l' window_data_param { batch_size: 2 crop_size: 11 } }", 0,
	         "data", "2x3x11x11"},
	        {"layer { type: 'DummyData' top: 'data' top: 'b' dummy_data_param { shape { dim: 3 dim: 4 } shape { dim: 5 } } "
	         "}",
	         1, "b", "5"},
	        {"layer { type: 'DummyData' top: 'data' dummy_data_param { num: 3 channels: 4 height: 5 width: 6 } }", 0,
	         "data", "3x4x5x6"},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		char text[1024];
		snprintf(text, sizeof text, "%s" THEN_RELU, CASES[i].text);
		expect_input(text, NULL, CASES[i].index, CASES[i].name, CASES[i].shape);
	}
}

static void what_the_file_leaves_open_can_be_given(void **state)
{
	(void)state;
	np_input_shape shape = {"data", {4, (int64_t[]){0, 3, 12, 12}}};
	np_load_options given = {.shapes = &shape, .shape_count = 1}, batch = {.batch = 9};
	static const char HDF5[] =
	        "layer { type: 'HDF5Data' name: 'd' top: 'data' top: 'label' hdf5_data_param { batch_size: 5 } "
	        "}" THEN_RELU;
	expect_input(HDF5, &given, 0, "data", "5x3x12x12");
	expect_input(HDF5, &given, 1, "label", "5");
	expect_input("layer { type: 'Python' name: 'd' top: 'data' }" THEN_RELU, &given, 0, "data", "1x3x12x12");
	expect_input("layer { name: 'r' type: 'ReLU' bottom: 'data' top: 'r' }", &given, 0, "data", "1x3x12x12");
	expect_input("input: 'data'" THEN_RELU, &given, 0, "data", "1x3x12x12");
	expect_input(INPUT("2,3,5,5") THEN_RELU, &given, 0, "data", "2x3x12x12");
	expect_input(INPUT("2,3,5,5") THEN_RELU, &batch, 0, "data", "9x3x5x5");
	expect_input(INPUT("-1,3,5,5") THEN_RELU, NULL, 0, "data", "1x3x5x5");
	expect_error(HDF5, NULL, NP_ERR_DATA, 1, 1, "--shape data:NxCxHxW");
	expect_error("input: 'data'" THEN_RELU, NULL, NP_ERR_DATA, 1, 1, "--shape data:NxCxHxW");
}

static void a_batch_written_in_a_reshape_follows(void **state)
{
	(void)state;
	static const char TEXT[] =
	        INPUT("10,6,4,4") "layer { name: 'r' type: 'Reshape' bottom: 'data' top: 'r' reshape_param { "
	                          "shape { dim: 10 dim: 2 dim: -1 } } }";
	np_network *network = load_with(TEXT, &(np_load_options){.batch = 4});
	expect_output(network, find_layer(network, "r"), 0, "4x2x48");
	np_network_free(network);
}

/* ---- unknown types, mistakes ---- */

static void unknown_types_are_kept_and_reported(void **state)
{
	(void)state;
	static const char TEXT[] = INPUT("1,3,5,5") "layer {\n type: 'Strange' name: 'odd' bottom: 'data' top: 'a' top: 'b' "
	                                            "strange_param { deep { x: 1 } } }" THEN_RELU;
	np_network *network = load_ok(TEXT);
	const np_layer *odd = find_layer(network, "odd");
	assert_int_equal(odd->kind, NP_OTHER);
	assert_string_equal(odd->op, "Strange");
	expect_output(network, odd, 1, "1x3x5x5");
	assert_int_equal(np_network_warning_count(network), 1);
	assert_non_null(strstr(np_network_warning(network, 0), "2:1: layer 'odd' (Strange): the type is not known"));
	np_network_free(network);
	expect_error(TEXT, &(np_load_options){.strict = true}, NP_ERR_UNSUPPORTED, 2, 1, "'Strange' is not known");
}

static void names_have_defaults(void **state)
{
	(void)state;
	np_network *network = load_ok("name: 'whole'" INPUT("1,3") "layer { type: 'ReLU' bottom: 'data' top: 'named by top' }\n"
	                                                           "layer { type: 'Accuracy' bottom: 'data' }");
	assert_string_equal(np_network_name(network), "whole");
	assert_string_equal(np_network_format(network), "caffe");
	find_layer(network, "named by top");
	find_layer(network, "Accuracy");
	np_network_free(network);
}

static void wrong_shapes_for_inputs(void **state)
{
	(void)state;
	np_input_shape shape = {"data", {2, (int64_t[]){1, 3}}}, other = {"nothing", {1, (int64_t[]){1}}};
	np_error err = {0};
	np_network *network;
	expect_error(INPUT("1,3,5,5") THEN_RELU, &(np_load_options){.shapes = &shape, .shape_count = 1}, NP_ERR_ARGUMENT, 1, 62,
	             "has 2 dimensions, the file's has 4");
	assert_int_equal(load(INPUT("1,3") THEN_RELU, &(np_load_options){.shapes = &other, .shape_count = 1}, &network, &err),
	                 NP_ERR_ARGUMENT);
}

/* ---- well-known files ---- */

static void known_files(void **state)
{
	(void)state;
	static const struct {
		const char *file;
		int64_t batch, params, macs_per_item; /* 0 = not compared */
		const char *output;
	} FILES[] = {
	        {"bvlc_alexnet", 10, 60965224, 724406816, "10x1000"},
	        {"bvlc_caffenet", 10, 60965224, 724406816, "10x1000"},
	        {"bvlc_googlenet", 10, 6998552, 1582671872, "10x1000"},
	        {"bvlc_rcnn", 10, 57687624, 0, "10x200"},
	        {"finetume_flickr", 10, 56950164, 0, "10x20"},
	        {"VGG_ILSVRC_19_layers_deploy", 10, 143667240, 19632062464, "10x1000"},
	        {"VGG_ILSVRC_19_", 64, 20024384, 0, "64x512x7x7"},
	        {"SSDH_VGG16_48", 10, 134457200, 0, "10x48"},
	        {"cifar10", 128, 89578, 0, ""},
	        {"cifar10_full", 1, 89578, 12298240, "1x10"},
	        {"mnist.net", 128, 431080, 2293000, ""},
	        {"mnist_lenet", 64, 431080, 2293000, "64x10"},
	        {"random_cifar10_net", 200, 0, 0, ""},
	        {"densenet", 1, 1019722, 0, ""},
	        {"resnet50", 1, 25503912 + 64 + 2 * 26560, 3857973248, "1x1000"}, /* conv1 has a bias; Scale layers */
	        {"resnet101", 20, 44549160, 0, "20x1000"},
	};
	for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
		char path[1024], file[128];
		np_error err = {0};
		np_network *network;
		snprintf(file, sizeof file, "nets/caffe/%s.prototxt", FILES[i].file);
		assert_ok(np_network_load(shared_path(file, path, sizeof path), NULL, &network, &err), &err);
		np_network_totals totals = np_network_sums(network);
		assert_int_equal(np_network_batch(network), FILES[i].batch);
		if (FILES[i].params)
			assert_int_equal(totals.params, FILES[i].params);
		if (FILES[i].macs_per_item)
			assert_int_equal(totals.macs, FILES[i].macs_per_item * FILES[i].batch);
		expect_output(network, np_network_layer(network, np_network_layer_count(network) - 1), 0, FILES[i].output);
		np_network_free(network);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_type_alone),
	        cmocka_unit_test(statistics_are_read_not_learned),
	        cmocka_unit_test(tops_of_their_own),
	        cmocka_unit_test(in_place_layers_share_memory),
	        cmocka_unit_test(recurrent_layers_are_counted_roughly),
	        cmocka_unit_test(regions_are_small_images),
	        cmocka_unit_test(operands_may_come_from_the_network),
	        cmocka_unit_test(shared_weights_count_once),
	        cmocka_unit_test(prior_boxes_have_their_own_shape),
	        cmocka_unit_test(only_the_test_phase_is_read),
	        cmocka_unit_test(the_deploy_stage_is_read),
	        cmocka_unit_test(losses_are_free_and_their_labels_may_be_missing),
	        cmocka_unit_test(inputs_of_every_style),
	        cmocka_unit_test(what_the_file_leaves_open_can_be_given),
	        cmocka_unit_test(a_batch_written_in_a_reshape_follows),
	        cmocka_unit_test(unknown_types_are_kept_and_reported),
	        cmocka_unit_test(names_have_defaults),
	        cmocka_unit_test(wrong_shapes_for_inputs),
	        cmocka_unit_test(known_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
