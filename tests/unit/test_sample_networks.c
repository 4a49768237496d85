/*
 * The sample networks in networks/: parameters and MACs as published or as counted elsewhere, and AlexNet
 * layer for layer as it was measured.
 */
#include "test_support.h"

static np_network *load(const char *name, int64_t batch)
{
	char path[1024], file[128];
	np_error err = {0};
	np_network *network;
	snprintf(file, sizeof file, "networks/%s%s", name, strchr(name, '.') ? "" : ".prototxt");
	assert_ok(np_network_load(source_path(file, path, sizeof path), &(np_load_options){.batch = batch}, &network, &err),
	          &err);
	return network;
}

/* torchvision states 61,100,840, 138,357,544 and 132,863,336 parameters; Caffe's GoogLeNet has 6,998,552 for deployment. */
static const struct {
	const char *name, *title;
	int64_t params, macs;
	const char *paleo; /* the same network among Paleo's files, where the MACs must agree */
} NETWORKS[] = {
        {"alexnet", "AlexNet", 61100840, 714188480, NULL},
        {"vgg16", "VGG-16", 138357544, 15470264320, "vgg16"},
        {"vgg11", "VGG-11", 132863336, 7609090048, NULL},
        {"nin", "NIN", 7595176, 969460864, "nin"},
        {"overfeat", "OverFeat", 145704424, 2647011328, "overfeat"},
        {"cifar10_6conv", "CIFAR10-6conv", 39191690, 642131968, "cifar10_6conv"},
        {"lenet", "LeNet", 431080, 2293000, "mnist"},
        {"googlenet", "GoogLeNet", 6998552, 1582671872, NULL},
};
enum { NETWORK_COUNT = sizeof NETWORKS / sizeof *NETWORKS };

static void sizes_are_those_published(void **state)
{
	(void)state;
	for (int i = 0; i < NETWORK_COUNT; i++) {
		np_network *network = load(NETWORKS[i].name, 0), *many = load(NETWORKS[i].name, 12);
		assert_string_equal(np_network_name(network), NETWORKS[i].title);
		assert_int_equal(np_network_batch(network), 1);
		assert_int_equal(np_network_sums(network).params, NETWORKS[i].params);
		assert_int_equal(np_network_sums(network).macs, NETWORKS[i].macs);
		assert_int_equal(np_network_sums(many).macs, 12 * NETWORKS[i].macs);
		assert_int_equal(np_network_warning_count(network), 0);
		np_network_free(network);
		np_network_free(many);
	}
}

static void the_same_networks_elsewhere_agree(void **state)
{
	(void)state;
	for (int i = 0; i < NETWORK_COUNT; i++) {
		char path[1024], file[128];
		np_error err = {0};
		np_network *network, *ours;
		if (!NETWORKS[i].paleo)
			continue;
		snprintf(file, sizeof file, "nets/paleo/%s.json", NETWORKS[i].paleo);
		assert_ok(np_network_load(shared_path(file, path, sizeof path), NULL, &network, &err), &err);
		ours = load(NETWORKS[i].name, np_network_batch(network));
		assert_int_equal(np_network_sums(ours).macs, np_network_sums(network).macs);
		assert_int_equal(np_network_sums(ours).params, np_network_sums(network).params);
		np_network_free(network);
		np_network_free(ours);
	}
}

/* type, channels and height in, channels and height out; kernel, stride, padding where there is a window. */
static void alexnet_is_layer_for_layer_the_measured_one(void **state)
{
	(void)state;
	static const struct {
		const char *type;
		int64_t in_c, in_h, out_c, out_h, kernel, stride, pad;
	} LAYERS[] = {
	        {"conv", 3, 224, 64, 55, 11, 4, 2},    {"relu", 64, 55, 64, 55, 0, 0, 0},
	        {"maxpool", 64, 55, 64, 27, 3, 2, 0},  {"conv", 64, 27, 192, 27, 5, 1, 2},
	        {"relu", 192, 27, 192, 27, 0, 0, 0},   {"maxpool", 192, 27, 192, 13, 3, 2, 0},
	        {"conv", 192, 13, 384, 13, 3, 1, 1},   {"relu", 384, 13, 384, 13, 0, 0, 0},
	        {"conv", 384, 13, 256, 13, 3, 1, 1},   {"relu", 256, 13, 256, 13, 0, 0, 0},
	        {"conv", 256, 13, 256, 13, 3, 1, 1},   {"relu", 256, 13, 256, 13, 0, 0, 0},
	        {"maxpool", 256, 13, 256, 6, 3, 2, 0}, {"avgpool", 256, 6, 256, 6, 1, 1, 0},
	        {"dropout", 256, 6, 256, 6, 0, 0, 0},  {"fc", 256, 6, 4096, 1, 0, 0, 0},
	        {"relu", 4096, 1, 4096, 1, 0, 0, 0},   {"dropout", 4096, 1, 4096, 1, 0, 0, 0},
	        {"fc", 4096, 1, 4096, 1, 0, 0, 0},     {"relu", 4096, 1, 4096, 1, 0, 0, 0},
	        {"fc", 4096, 1, 1000, 1, 0, 0, 0},
	};
	np_network *network = load("alexnet", 0);
	assert_int_equal(np_network_layer_count(network), sizeof LAYERS / sizeof *LAYERS);
	for (int i = 0; i < np_network_layer_count(network); i++) {
		const np_layer *layer = np_network_layer(network, i);
		np_shape in = np_network_tensor(network, layer->inputs[0])->shape;
		np_shape out = np_network_tensor(network, layer->outputs[0])->shape;
		assert_string_equal(np_kind_name(layer->kind), LAYERS[i].type);
		assert_int_equal(in.dims[1], LAYERS[i].in_c);
		assert_int_equal(out.dims[1], LAYERS[i].out_c);
		assert_int_equal(in.rank > 2 ? in.dims[2] : 1, LAYERS[i].in_h);
		assert_int_equal(out.rank > 2 ? out.dims[2] : 1, LAYERS[i].out_h);
		assert_int_equal(layer->kernel[0], LAYERS[i].kernel);
		assert_int_equal(layer->stride[0], LAYERS[i].stride);
		assert_int_equal(layer->pad_begin[0], LAYERS[i].pad);
	}
	np_network_free(network);
}

/*
 * torchvision's networks have 25,557,032 and 3,504,872 parameters; here batch normalisation is folded, which leaves one
 * value of two per channel (26,560 and 17,056 channels). The files leave the batch open.
 */
static void onnx_samples_are_as_published(void **state)
{
	(void)state;
	static const struct {
		const char *file, *name;
		int layers;
		int64_t params, macs;
	} SAMPLES[] = {
	        {"resnet50.onnx", "resnet50", 122, 25557032 - 26560, 4089184256},
	        {"mobilenet_v2.onnx", "mobilenet_v2", 100, 3504872 - 17056, 300774272},
	};
	for (size_t i = 0; i < sizeof SAMPLES / sizeof *SAMPLES; i++) {
		np_network *network = load(SAMPLES[i].file, 0), *many = load(SAMPLES[i].file, 12);
		assert_string_equal(np_network_name(network), SAMPLES[i].name);
		assert_int_equal(np_network_batch(network), 1);
		assert_int_equal(np_network_warning_count(network), 1);
		assert_int_equal(np_network_layer_count(network), SAMPLES[i].layers);
		assert_int_equal(np_network_sums(network).params, SAMPLES[i].params);
		assert_int_equal(np_network_sums(network).macs, SAMPLES[i].macs);
		assert_int_equal(np_network_sums(many).macs, 12 * SAMPLES[i].macs);
		assert_int_equal(np_network_warning_count(many), 0);
		np_network_free(network);
		np_network_free(many);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sizes_are_those_published),
	        cmocka_unit_test(the_same_networks_elsewhere_agree),
	        cmocka_unit_test(alexnet_is_layer_for_layer_the_measured_one),
	        cmocka_unit_test(onnx_samples_are_as_published),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
