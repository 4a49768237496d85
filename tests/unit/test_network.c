/* Shapes, costs and memory of networks built by hand; every expected number is worked out in the comment beside it. */
#include "test_support.h"

typedef struct fixture {
	np_network *network;
	np_error err;
	int input;
} fixture;

static fixture begin(int rank, const int64_t *dims)
{
	fixture f = {0};
	assert_ok(np_network_create("test", &f.network, &f.err), &f.err);
	assert_ok(np_network_add_input(f.network, "x", (np_shape){rank, dims}, 4, &f.input, &f.err), &f.err);
	return f;
}

#define BEGIN(...) begin(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})

static int add(fixture *f, np_layer_desc desc)
{
	int out = -1;
	if (!desc.name)
		desc.name = "layer";
	if (!desc.inputs) {
		desc.inputs = &f->input;
		desc.input_count = 1;
	}
	assert_ok(np_network_add_layer(f->network, &desc, &out, &f->err), &f->err);
	return out;
}

static np_status try_add(fixture *f, np_layer_desc desc)
{
	desc.name = "layer";
	if (!desc.inputs) {
		desc.inputs = &f->input;
		desc.input_count = 1;
	}
	np_error_clear(&f->err);
	return np_network_add_layer(f->network, &desc, NULL, &f->err);
}

static const np_layer *last(const fixture *f)
{
	return np_network_layer(f->network, np_network_layer_count(f->network) - 1);
}

static void expect_shape(const fixture *f, int tensor, int rank, const int64_t *dims)
{
	np_shape shape = np_network_tensor(f->network, tensor)->shape;
	assert_int_equal(shape.rank, rank);
	for (int i = 0; i < rank; i++)
		assert_int_equal(shape.dims[i], dims[i]);
}

#define EXPECT_SHAPE(f, tensor, ...) \
	expect_shape(f, tensor, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})

static void conv_alexnet_first_layer(void **state)
{
	(void)state;
	fixture f = BEGIN(2, 3, 224, 224);
	int out = add(&f, (np_layer_desc){.kind = NP_CONV,
	                                  .spatial_rank = 2,
	                                  .kernel = {11, 11},
	                                  .stride = {4, 4},
	                                  .pad_begin = {2, 2},
	                                  .pad_end = {2, 2},
	                                  .out_channels = 64,
	                                  .bias = true});
	EXPECT_SHAPE(&f, out, 2, 64, 55, 55); /* (224 + 4 - 11) / 4 + 1 */
	const np_layer *l = last(&f);
	assert_int_equal(l->macs, 2LL * 64 * 55 * 55 * 3 * 121);
	assert_int_equal(l->flops, 2 * l->macs);
	assert_int_equal(l->params, 64 * 3 * 121 + 64);
	assert_int_equal(l->weight_bytes, 4 * l->params);
	assert_int_equal(l->input_bytes, 2LL * 3 * 224 * 224 * 4);
	assert_int_equal(l->output_bytes, 2LL * 64 * 55 * 55 * 4);
	np_network_free(f.network);
}

static void conv_grouped_dilated_asymmetric(void **state)
{
	(void)state;
	fixture f = BEGIN(1, 8, 20, 30);
	int out = add(&f, (np_layer_desc){.kind = NP_CONV,
	                                  .spatial_rank = 2,
	                                  .kernel = {3, 5},
	                                  .stride = {2, 1},
	                                  .dilation = {2, 1},
	                                  .pad_begin = {1, 0},
	                                  .pad_end = {2, 3},
	                                  .groups = 4,
	                                  .out_channels = 12});
	/* h: (20 + 3 - 5) / 2 + 1 = 10; w: 30 + 3 - 5 + 1 = 29 */
	EXPECT_SHAPE(&f, out, 1, 12, 10, 29);
	assert_int_equal(last(&f)->macs, 12LL * 10 * 29 * 15 * 2);
	assert_int_equal(last(&f)->params, 12 * 15 * 2);
	np_network_free(f.network);
}

static void conv_of_one_and_three_axes(void **state)
{
	(void)state;
	fixture f = BEGIN(1, 4, 100);
	EXPECT_SHAPE(&f, add(&f, (np_layer_desc){.kind = NP_CONV, .spatial_rank = 1, .kernel = {7}, .out_channels = 6}), 1, 6,
	             94);
	assert_int_equal(last(&f)->macs, 6LL * 94 * 7 * 4);
	np_network_free(f.network);
	f = BEGIN(1, 3, 8, 16, 16);
	EXPECT_SHAPE(&f, add(&f, (np_layer_desc){.kind = NP_CONV, .spatial_rank = 3, .kernel = {3, 3, 3}, .out_channels = 5}),
	             1, 5, 6, 14, 14);
	assert_int_equal(last(&f)->macs, 5LL * 6 * 14 * 14 * 27 * 3);
	np_network_free(f.network);
}

static void deconv_doubles_the_map(void **state)
{
	(void)state;
	fixture f = BEGIN(1, 16, 10, 10);
	int out = add(&f, (np_layer_desc){.kind = NP_DECONV,
	                                  .spatial_rank = 2,
	                                  .kernel = {4, 4},
	                                  .stride = {2, 2},
	                                  .pad_begin = {1, 1},
	                                  .pad_end = {1, 1},
	                                  .out_channels = 8,
	                                  .bias = true});
	EXPECT_SHAPE(&f, out, 1, 8, 20, 20); /* 9 * 2 + 4 - 2 */
	assert_int_equal(last(&f)->macs, 16LL * 100 * 16 * 8);
	assert_int_equal(last(&f)->params, 16 * 8 * 16 + 8);
	out = add(&f, (np_layer_desc){.kind = NP_DECONV,
	                              .spatial_rank = 2,
	                              .kernel = {3, 3},
	                              .stride = {2, 2},
	                              .pad_begin = {1, 1},
	                              .pad_end = {1, 1},
	                              .output_pad = {1, 1},
	                              .groups = 2,
	                              .out_channels = 8});
	EXPECT_SHAPE(&f, out, 1, 8, 20, 20); /* 9 * 2 + 3 - 2 + 1 */
	assert_int_equal(last(&f)->macs, 16LL * 100 * 9 * 4);
	np_network_free(f.network);
}

static void pool_rounding(void **state)
{
	(void)state;
	fixture f = BEGIN(1, 1, 112, 112);
	np_layer_desc pool = {.kind = NP_MAXPOOL, .spatial_rank = 2, .kernel = {3, 3}, .stride = {2, 2}};
	EXPECT_SHAPE(&f, add(&f, pool), 1, 1, 55, 55);
	pool.rounding = NP_ROUND_CEIL;
	EXPECT_SHAPE(&f, add(&f, pool), 1, 1, 56, 56);
	pool.rounding = NP_ROUND_SAME;
	EXPECT_SHAPE(&f, add(&f, pool), 1, 1, 56, 56);
	assert_int_equal(last(&f)->pad_begin[0], 0); /* total 55 * 2 + 3 - 112 = 1, at the end */
	assert_int_equal(last(&f)->pad_end[0], 1);
	pool.rounding = NP_ROUND_SAME_LOW;
	(void)add(&f, pool);
	assert_int_equal(last(&f)->pad_begin[0], 1);
	np_network_free(f.network);

	/* A window that would start in the padding at the end is dropped: ceil(7 + 2 - 2, 2) + 1 = 5, but 4 * 2 >= 7 + 1. */
	f = BEGIN(1, 1, 7, 7);
	pool = (np_layer_desc){.kind = NP_AVGPOOL,
	                       .spatial_rank = 2,
	                       .kernel = {2, 2},
	                       .stride = {2, 2},
	                       .pad_begin = {1, 1},
	                       .pad_end = {1, 1},
	                       .rounding = NP_ROUND_CEIL};
	EXPECT_SHAPE(&f, add(&f, pool), 1, 1, 4, 4);
	assert_int_equal(last(&f)->flops, 16 * 4);
	np_network_free(f.network);
}

static void fc_flattens_from_its_axis(void **state)
{
	(void)state;
	fixture f = BEGIN(3, 256, 6, 6);
	EXPECT_SHAPE(&f, add(&f, (np_layer_desc){.kind = NP_FC, .axis = 1, .out_channels = 4096, .bias = true}), 3, 4096);
	assert_int_equal(last(&f)->macs, 3LL * 9216 * 4096);
	assert_int_equal(last(&f)->params, 9216LL * 4096 + 4096);
	np_network_free(f.network);
	f = BEGIN(2, 197, 768);
	EXPECT_SHAPE(&f, add(&f, (np_layer_desc){.kind = NP_FC, .axis = 2, .out_channels = 3072}), 2, 197, 3072);
	assert_int_equal(last(&f)->macs, 2LL * 197 * 768 * 3072);
	np_layer_config config;
	assert_true(np_layer_config_of(f.network, last(&f), &config));
	assert_int_equal(config.batch, 2 * 197);
	assert_int_equal(config.in_c, 768);
	assert_int_equal(config.out_c, 3072);
	np_network_free(f.network);
}

static void matmul_and_eltwise_broadcast(void **state)
{
	(void)state;
	fixture f = BEGIN(2, 12, 197, 64);
	int other;
	assert_ok(np_network_add_input(f.network, "y", (np_shape){3, (int64_t[]){12, 64, 50}}, 4, &other, &f.err), &f.err);
	int both[] = {f.input, other};
	EXPECT_SHAPE(&f, add(&f, (np_layer_desc){.kind = NP_MATMUL, .inputs = both, .input_count = 2}), 2, 12, 197, 50);
	assert_int_equal(last(&f)->macs, 2LL * 12 * 197 * 50 * 64);
	int small;
	assert_ok(np_network_add_input(f.network, "z", (np_shape){2, (int64_t[]){197, 1}}, 4, &small, &f.err), &f.err);
	int pair[] = {small, f.input};
	EXPECT_SHAPE(&f, add(&f, (np_layer_desc){.kind = NP_ELTWISE, .inputs = pair, .input_count = 2}), 2, 12, 197, 64);
	assert_int_equal(last(&f)->flops, 2LL * 12 * 197 * 64);
	assert_int_equal(try_add(&f, (np_layer_desc){.kind = NP_ELTWISE, .inputs = both, .input_count = 2}), NP_ERR_DATA);
	np_network_free(f.network);
}

static void concat_joins_its_axis(void **state)
{
	(void)state;
	fixture f = BEGIN(1, 16, 8, 8);
	int twice[] = {f.input, f.input, f.input};
	EXPECT_SHAPE(&f, add(&f, (np_layer_desc){.kind = NP_CONCAT, .inputs = twice, .input_count = 3, .axis = 1}), 1, 48, 8,
	             8);
	assert_int_equal(last(&f)->flops, 0);
	assert_int_equal(try_add(&f, (np_layer_desc){.kind = NP_CONCAT, .inputs = twice, .input_count = 3, .axis = 4}),
	                 NP_ERR_DATA);
	np_network_free(f.network);
}

static void bad_layers_are_refused(void **state)
{
	(void)state;
	fixture f = BEGIN(1, 6, 8, 8);
	np_layer_desc conv = {.kind = NP_CONV, .spatial_rank = 2, .kernel = {9, 9}, .out_channels = 4};
	assert_int_equal(try_add(&f, conv), NP_ERR_DATA); /* larger than the input */
	assert_non_null(strstr(f.err.message, "does not fit"));
	conv.kernel[0] = conv.kernel[1] = 3;
	conv.groups = 4;
	assert_int_equal(try_add(&f, conv), NP_ERR_DATA); /* 6 channels in 4 groups */
	conv.groups = 1;
	conv.kernel[0] = 0;
	assert_int_equal(try_add(&f, conv), NP_ERR_DATA);
	conv.kernel[0] = 3;
	conv.spatial_rank = 1;
	assert_int_equal(try_add(&f, conv), NP_ERR_DATA); /* rank 4 under a window of one axis */
	conv.spatial_rank = 2;
	conv.out_channels = INT64_MAX / 4;
	assert_int_equal(try_add(&f, conv), NP_ERR_LIMIT);
	int nowhere = 99;
	assert_int_equal(try_add(&f, (np_layer_desc){.kind = NP_RELU, .inputs = &nowhere, .input_count = 1}), NP_ERR_ARGUMENT);
	assert_int_equal(np_network_layer_count(f.network), 0);
	np_error_clear(&f.err);
	assert_int_equal(np_network_finish(f.network, &f.err), NP_ERR_DATA); /* no layer */
	np_network_free(f.network);
}

/* x (100 values) -> a (200) -> b (300) -> view of b -> c (50), with a read again by c's layer's neighbour. */
static void peak_memory_follows_liveness(void **state)
{
	(void)state;
	fixture f = BEGIN(1, 100);
	int a = add(&f, (np_layer_desc){.kind = NP_FC, .axis = 1, .out_channels = 200});
	int b = add(&f, (np_layer_desc){.kind = NP_FC, .axis = 1, .out_channels = 300, .inputs = &a, .input_count = 1});
	np_shape flat = {1, (int64_t[]){300}};
	int view = add(
	        &f, (np_layer_desc){.kind = NP_RESHAPE, .free = true, .inputs = &b, .input_count = 1, .output_shapes = &flat});
	int c = add(&f, (np_layer_desc){.kind = NP_FC, .axis = 0, .out_channels = 50, .inputs = &view, .input_count = 1});
	(void)c;
	assert_ok(np_network_finish(f.network, &f.err), &f.err);
	np_network_totals totals = np_network_sums(f.network);
	/* alive: x+a = 300, a+b = 500, b(view)+c = 350 values */
	assert_int_equal(totals.peak_activation_bytes, 500 * 4);
	assert_int_equal(totals.activation_bytes, (100 + 200 + 300 + 300 + 50) * 4);
	np_network_free(f.network);
}

static void a_skip_connection_stays_alive(void **state)
{
	(void)state;
	fixture f = BEGIN(1, 8, 10, 10); /* 800 values */
	np_layer_desc conv = {.kind = NP_CONV, .spatial_rank = 2, .kernel = {1, 1}, .out_channels = 8};
	int a = add(&f, conv);
	conv.inputs = &a;
	conv.input_count = 1;
	int b = add(&f, conv);
	int both[] = {b, f.input};
	(void)add(&f, (np_layer_desc){.kind = NP_ELTWISE, .inputs = both, .input_count = 2});
	assert_ok(np_network_finish(f.network, &f.err), &f.err);
	assert_int_equal(np_network_sums(f.network).peak_activation_bytes, 3 * 800 * 4);
	np_network_free(f.network);
}

static void in_place_layers_take_no_memory(void **state)
{
	(void)state;
	fixture f = BEGIN(1, 8, 10, 10);
	int a = add(&f, (np_layer_desc){.kind = NP_CONV, .spatial_rank = 2, .kernel = {1, 1}, .out_channels = 8});
	int r = add(&f, (np_layer_desc){.kind = NP_RELU, .inputs = &a, .input_count = 1, .in_place = true});
	(void)add(&f, (np_layer_desc){.kind = NP_RELU, .inputs = &r, .input_count = 1, .in_place = true});
	assert_ok(np_network_finish(f.network, &f.err), &f.err);
	assert_int_equal(np_network_sums(f.network).peak_activation_bytes, 2 * 800 * 4);
	np_network_free(f.network);
}

static void kinds_have_names(void **state)
{
	(void)state;
	for (int k = 0; k < NP_KIND_COUNT; k++) {
		np_kind found;
		assert_true(np_kind_find(np_kind_name((np_kind)k), &found));
		assert_int_equal(found, k);
	}
	np_kind none;
	assert_false(np_kind_find("convolution", &none));
}

static void networks_are_called_in_many_ways(void **state)
{
	static const struct {
		const char *path, *name;
		bool same;
	} CASES[] = {
	        {"networks/vgg_16.prototxt", "VGG-16", true},
	        {"vgg16", "VGG 16", true},
	        {"VGG-16", "vgg_16", true},
	        {"a.b/resnet18", "ResNet-18", true},
	        {".hidden", "HIDDEN", false},
	        {"vgg16.prototxt", "vgg11", false},
	        {"vgg16.prototxt", "vgg", false},
	        {"vgg.onnx", "vgg16", false},
	        {"", "", true},
	        {"net/", "", true},
	        {"-_ ", "", true},
	        {"x.tar.gz", "x.tar", true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
		if (np_network_called(CASES[i].path, CASES[i].name) != CASES[i].same)
			fail_msg("'%s' called '%s'", CASES[i].path, CASES[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(conv_alexnet_first_layer),
	        cmocka_unit_test(conv_grouped_dilated_asymmetric),
	        cmocka_unit_test(conv_of_one_and_three_axes),
	        cmocka_unit_test(deconv_doubles_the_map),
	        cmocka_unit_test(pool_rounding),
	        cmocka_unit_test(fc_flattens_from_its_axis),
	        cmocka_unit_test(matmul_and_eltwise_broadcast),
	        cmocka_unit_test(concat_joins_its_axis),
	        cmocka_unit_test(bad_layers_are_refused),
	        cmocka_unit_test(peak_memory_follows_liveness),
	        cmocka_unit_test(a_skip_connection_stays_alive),
	        cmocka_unit_test(in_place_layers_take_no_memory),
	        cmocka_unit_test(kinds_have_names),
	        cmocka_unit_test(networks_are_called_in_many_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
