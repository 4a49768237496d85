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

#endif
