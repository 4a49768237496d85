/* Programs: what is left of a network when everything that costs nothing is looked through. */
#include "test_support.h"

#include "measure/program.h"

static np_program program_of(const char *text)
{
	np_error err = {0};
	np_layer_config config;
	np_program program;
	assert_ok(np_layer_text_read(text, &config, &err), &err);
	assert_ok(np_program_of_layer(&config, &program, &err), &err);
	assert_int_equal(program.step_count, 1);
	return program;
}

static np_network *load(const char *file, int64_t batch)
{
	char path[1024];
	np_error err = {0};
	np_network *network;
	assert_ok(np_network_load(source_path(file, path, sizeof path), &(np_load_options){.batch = batch}, &network, &err),
	          &err);
	return network;
}

static np_program program_of_network(const np_network *network)
{
	np_error err = {0};
	np_program program;
	assert_ok(np_program_of_network(network, &program, &err), &err);
	return program;
}

/* ---- one layer ---- */

static void a_layer_has_tensors_of_its_own(void **state)
{
	(void)state;
	np_program conv = program_of("conv:2x3x224x224:64:k7:s2:p3");
	assert_string_equal(conv.name, "conv:2x3x224x224:64:k7:s2:p3");
	assert_string_equal(conv.steps[0].name, conv.name);
	assert_int_equal(conv.batch, 2);
	assert_int_equal(conv.tensor_count, 2);
	assert_int_equal(conv.values[conv.steps[0].inputs[0]], 2 * 3 * 224 * 224);
	assert_int_equal(conv.values[conv.steps[0].outputs[0]], 2 * 64 * 112 * 112);
	np_program_free(&conv);
	np_program_free(&conv); /* once more is fine */
	np_program relu = program_of("relu:1x64x112x112");
	assert_int_equal(relu.tensor_count, 1);
	assert_int_equal(relu.steps[0].outputs[0], relu.steps[0].inputs[0]);
	np_program_free(&relu);
}

static void operands_have_their_own_sizes(void **state)
{
	(void)state;
	np_program sum = program_of("eltwise:1x256x56x56:x3");
	assert_int_equal(sum.steps[0].input_count, 3);
	assert_int_equal(sum.tensor_count, 4);
	np_program_free(&sum);
	/* 64 channels and two others to make 192: 64 + 64 + 64; to make 193: the last has one more. */
	np_program even = program_of("concat:1x64x28x28:192:x3"), odd = program_of("concat:1x64x28x28:193:x3");
	assert_int_equal(even.values[1], 64 * 28 * 28);
	assert_int_equal(odd.values[1], 64 * 28 * 28);
	assert_int_equal(odd.values[2], 65 * 28 * 28);
	assert_int_equal(odd.values[3], 193 * 28 * 28);
	np_program_free(&even);
	np_program_free(&odd);
}

static void sizes_beyond_any_memory_are_refused(void **state)
{
	(void)state;
	np_error err = {0};
	np_program program;
	np_layer_config huge = {.kind = NP_RELU, .batch = INT64_MAX, .in_c = 2, .in_h = 1, .in_w = 1};
	assert_int_equal(np_program_of_layer(&huge, &program, &err), NP_ERR_LIMIT);
	assert_null(program.steps);
	huge = (np_layer_config){.kind = NP_ELTWISE, .batch = 1, .in_c = 1, .in_h = 1, .in_w = 1, .inputs = INT64_MAX};
	np_error_clear(&err);
	assert_int_equal(np_program_of_layer(&huge, &program, &err), NP_ERR_LIMIT);
}

/* ---- networks ---- */

static void check_steps(const np_network *network, const np_program *program)
{
	bool *written = calloc((size_t)program->tensor_count + 1, sizeof *written);
	int expected = 0;
	for (int l = 0; l < np_network_layer_count(network); l++)
		expected += !np_network_layer(network, l)->free;
	assert_int_equal(program->step_count, expected);
	for (int s = 0; s < program->step_count; s++) {
		const np_step *step = &program->steps[s];
		for (int i = 0; i < step->input_count; i++)
			assert_in_range(step->inputs[i], 0, program->tensor_count - 1);
		for (int o = 0; o < step->output_count; o++) {
			bool in_place = step->outputs[o] == step->inputs[0];
			assert_in_range(step->outputs[o], 0, program->tensor_count - 1);
			assert_true(in_place || !written[step->outputs[o]]); /* every tensor has one producer */
			written[step->outputs[o]] = true;
		}
	}
	for (int t = 0; t < program->tensor_count; t++)
		assert_true(program->values[t] > 0);
	free(written);
}

static void networks_become_programs(void **state)
{
	(void)state;
	static const char *const FILES[] = {
	        "networks/alexnet.prototxt",       "networks/nin.prototxt",
	        "networks/cifar10_6conv.prototxt", "networks/googlenet.prototxt",
	        "networks/vgg16.prototxt",         "networks/lenet.prototxt",
	        "networks/mobilenet_v2.onnx",      "networks/resnet50.onnx",
	        "tests/data/onnx/resnet18.onnx",   "tests/data/onnx/vit_b_16.onnx",
	        "tests/data/onnx/swin_t.onnx",     "tests/data/onnx/shufflenet_v2_x1_0.onnx",
	        "tests/data/onnx/alexnet.onnx",    "tests/data/onnx/convnext_tiny.onnx",
	};
	for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
		np_network *network = load(FILES[i], 2);
		np_program program = program_of_network(network);
		assert_int_equal(program.batch, 2);
		check_steps(network, &program);
		np_program_free(&program);
		np_network_free(network);
	}
}

static const np_step *find(const np_program *program, const char *name)
{
	for (int s = 0; s < program->step_count; s++)
		if (strcmp(program->steps[s].name, name) == 0)
			return &program->steps[s];
	fail_msg("there is no step '%s'", name);
	return NULL;
}

static void alexnet_is_a_chain_without_dropout(void **state)
{
	(void)state;
	np_network *network = load("networks/alexnet.prototxt", 4);
	np_program program = program_of_network(network);
	for (int s = 0; s < program.step_count; s++) {
		const np_step *step = &program.steps[s];
		assert_true(step->config.kind != NP_DROPOUT && step->config.kind != NP_RESHAPE);
		if (s)
			assert_int_equal(step->inputs[0], program.steps[s - 1].outputs[0]);
		if (step->config.kind == NP_RELU)
			assert_int_equal(step->inputs[0], step->outputs[0]);
	}
	const np_step *fc6 = find(&program, "fc6");
	assert_int_equal(program.values[fc6->inputs[0]], 4 * 9216);
	assert_int_equal(program.values[fc6->outputs[0]], 4 * 4096);
	np_program_free(&program);
	np_network_free(network);
}

/* input -> relu a -> reshape (a view) -> relu b, and an eltwise of `other` and b. */
static np_network *small_network(bool other_is_a)
{
	np_error err = {0};
	np_network *network;
	int64_t dims[] = {1, 8, 4, 4}, flat[] = {1, 8, 16};
	np_shape flat_shape = {3, flat};
	int input, first, a, view, b, back, sum;
	assert_ok(np_network_create("small", &network, &err), &err);
	assert_ok(np_network_add_input(network, "input", (np_shape){4, dims}, 4, &input, &err), &err);
	np_layer_desc lrn = {.kind = NP_LRN, .name = "first", .inputs = &input, .input_count = 1, .window = 5};
	assert_ok(np_network_add_layer(network, &lrn, &first, &err), &err);
	np_layer_desc relu = {.kind = NP_RELU, .name = "a", .inputs = &first, .input_count = 1};
	assert_ok(np_network_add_layer(network, &relu, &a, &err), &err);
	np_layer_desc reshape = {.kind = NP_RESHAPE, .name = "view", .free = true, .inputs = &a, .input_count = 1};
	reshape.output_shapes = &flat_shape;
	assert_ok(np_network_add_layer(network, &reshape, &view, &err), &err);
	relu.name = "b";
	relu.inputs = &view;
	assert_ok(np_network_add_layer(network, &relu, &b, &err), &err);
	np_shape image = {4, dims};
	np_layer_desc again = {.kind = NP_RESHAPE, .name = "back", .free = true, .inputs = &b, .input_count = 1};
	again.output_shapes = &image;
	assert_ok(np_network_add_layer(network, &again, &back, &err), &err);
	int operands[] = {other_is_a ? a : first, back};
	np_layer_desc add = {.kind = NP_ELTWISE, .name = "sum", .inputs = operands, .input_count = 2};
	assert_ok(np_network_add_layer(network, &add, &sum, &err), &err);
	assert_ok(np_network_finish(network, &err), &err);
	return network;
}

static void only_the_last_reader_overwrites(void **state)
{
	(void)state;
	np_network *network = small_network(true);
	np_program program = program_of_network(network);
	const np_step *a = find(&program, "a"), *b = find(&program, "b"), *sum = find(&program, "sum");
	assert_int_equal(program.step_count, 4);
	assert_int_equal(a->outputs[0], a->inputs[0]);
	assert_int_equal(b->inputs[0], a->outputs[0]); /* through the view */
	assert_int_not_equal(b->outputs[0], b->inputs[0]);
	assert_int_equal(sum->inputs[0], a->outputs[0]);
	assert_int_equal(sum->inputs[1], b->outputs[0]);
	np_program_free(&program);
	np_network_free(network);
	network = small_network(false);
	program = program_of_network(network);
	a = find(&program, "a"), b = find(&program, "b");
	assert_int_not_equal(a->outputs[0], a->inputs[0]);
	assert_int_equal(b->outputs[0], b->inputs[0]);
	np_program_free(&program);
	np_network_free(network);
}

static void unknown_operators_are_named(void **state)
{
	(void)state;
	np_error err = {0};
	np_network *network;
	np_program program;
	int64_t dims[] = {1, 8};
	np_shape shape = {2, dims};
	int input;
	assert_ok(np_network_create("odd", &network, &err), &err);
	assert_ok(np_network_add_input(network, "input", shape, 4, &input, &err), &err);
	np_layer_desc desc = {.kind = NP_OTHER, .name = "mystery", .op = "FFT", .inputs = &input, .input_count = 1};
	desc.output_shapes = &shape;
	assert_ok(np_network_add_layer(network, &desc, NULL, &err), &err);
	assert_ok(np_network_finish(network, &err), &err);
	assert_int_equal(np_program_of_network(network, &program, &err), NP_ERR_UNSUPPORTED);
	assert_non_null(strstr(err.message, "mystery"));
	assert_non_null(strstr(err.message, "FFT"));
	assert_null(program.steps);
	np_network_free(network);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_layer_has_tensors_of_its_own),      cmocka_unit_test(operands_have_their_own_sizes),
	        cmocka_unit_test(sizes_beyond_any_memory_are_refused), cmocka_unit_test(networks_become_programs),
	        cmocka_unit_test(alexnet_is_a_chain_without_dropout),  cmocka_unit_test(only_the_last_reader_overwrites),
	        cmocka_unit_test(unknown_operators_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
