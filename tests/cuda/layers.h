/* Configurations of layers for tests, shorter to write than to read from text. */
#ifndef NP_TEST_LAYERS_H
#define NP_TEST_LAYERS_H

#include <neuralpower/layer_config.h>

/* A convolution with the same kernel, stride, padding and dilation on both axes. */
static inline np_layer_config layer_conv(int64_t n, int64_t c, int64_t hw, int64_t out_c, int64_t k, int64_t s, int64_t p,
                                         int64_t d, int64_t g)
{
	int64_t out = (hw + 2 * p - ((k - 1) * d + 1)) / s + 1;
	return (np_layer_config){NP_CONV, n, c, hw, hw, out_c, out, out, k, k, s, s, p, p, d, d, g, 1};
}

/* Its transpose: the output is what such a convolution would have read. */
static inline np_layer_config layer_deconv(int64_t n, int64_t c, int64_t hw, int64_t out_c, int64_t k, int64_t s, int64_t p)
{
	int64_t out = (hw - 1) * s - 2 * p + k;
	return (np_layer_config){NP_DECONV, n, c, hw, hw, out_c, out, out, k, k, s, s, p, p, 1, 1, 1, 1};
}

static inline np_layer_config layer_pool(np_kind kind, int64_t n, int64_t c, int64_t hw, int64_t k, int64_t s, int64_t p)
{
	int64_t out = (hw + 2 * p - k) / s + 1;
	return (np_layer_config){kind, n, c, hw, hw, c, out, out, k, k, s, s, p, p, 1, 1, 1, 1};
}

static inline np_layer_config layer_fc(int64_t n, int64_t in, int64_t out)
{
	return (np_layer_config){NP_FC, n, in, 1, 1, out, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1};
}

/* Kinds that keep their input's shape. */
static inline np_layer_config layer_same(np_kind kind, int64_t n, int64_t c, int64_t hw, int64_t inputs)
{
	return (np_layer_config){kind, n, c, hw, hw, c, hw, hw, 1, 1, 1, 1, 0, 0, 1, 1, 1, inputs};
}

/* One or more of every kind that can run, small enough for any device. */
static inline const np_layer_config *layer_kinds(int *count)
{
	static np_layer_config list[32];
	int n = 0;
	list[n++] = layer_conv(1, 3, 227, 96, 11, 4, 0, 1, 1);
	list[n++] = layer_conv(2, 96, 27, 256, 5, 1, 2, 1, 2);
	list[n++] = layer_conv(2, 32, 56, 32, 3, 1, 1, 1, 32);
	list[n++] = layer_conv(2, 16, 28, 16, 3, 1, 2, 2, 1);
	list[n++] = layer_deconv(1, 16, 14, 8, 4, 2, 1);
	list[n++] = layer_fc(8, 4096, 1000);
	list[n++] = layer_pool(NP_MAXPOOL, 2, 64, 56, 3, 2, 1);
	list[n++] = layer_pool(NP_AVGPOOL, 2, 64, 57, 3, 2, 0);
	list[n] = layer_same(NP_GLOBALAVGPOOL, 2, 64, 7, 1);
	list[n].out_h = list[n].out_w = 1;
	n++;
	list[n++] = layer_same(NP_LRN, 2, 96, 27, 1);
	list[n++] = layer_same(NP_BATCHNORM, 2, 61, 27, 1); /* channels that no vector divides */
	list[n++] = layer_same(NP_RELU, 2, 96, 27, 1);
	list[n++] = layer_same(NP_ACTIVATION, 2, 96, 27, 1);
	list[n++] = layer_same(NP_ELTWISE, 2, 96, 27, 1);
	list[n++] = layer_same(NP_ELTWISE, 2, 96, 27, 2);
	list[n++] = layer_same(NP_ELTWISE, 2, 96, 27, 4);
	list[n++] = layer_same(NP_SOFTMAX, 2, 1000, 1, 1);
	list[n] = layer_same(NP_CONCAT, 2, 32, 14, 3);
	list[n++].out_c = 96;
	list[n] = layer_same(NP_REDUCE, 2, 32, 14, 1);
	list[n].out_h = list[n].out_w = 1;
	n++;
	list[n++] = layer_same(NP_RESHAPE, 2, 32, 14, 1);
	list[n++] = layer_same(NP_DROPOUT, 2, 32, 14, 1);
	*count = n;
	return list;
}

#endif
