/*
 * A layer as a product of matrices, and small arithmetic that physical and shape features share. All of it is exact or
 * correctly rounded, so that a feature has the same bits on every processor.
 */
#ifndef NP_FEATURES_PRODUCT_H
#define NP_FEATURES_PRODUCT_H

#include <neuralpower/layer_config.h>

#include <math.h>

/* `count` products of a rows x inner matrix with an inner x columns matrix, and what they move. */
typedef struct np_product {
	double batch, count, rows, inner, columns;
	double in_c, out_c; /* of all groups together */
	double read, written, weights, work, traffic;
} np_product;

np_product np_product_conv(const np_layer_config *config);
np_product np_product_fc(const np_layer_config *config);
np_product np_product_matmul(const np_layer_config *config);

/* Rounded up to whole tiles. */
static inline double np_tiled(double value, double tile)
{
	return ceil(value / tile) * tile;
}

/* Of the windows along one side, those that lie inside the input. */
static inline double np_count_inner(double windows, double size, double kernel, double stride, double pad)
{
	double first = ceil(pad / fmax(stride, 1)), end = floor((size + pad - kernel) / fmax(stride, 1)) + 1;
	return fmax(fmin(end, windows) - first, 0);
}

/* Of the input, what lies under some window of a convolution. */
static inline double np_used_share(const np_layer_config *c)
{
	double share = (double)c->kernel_h * (double)c->kernel_w / ((double)c->stride_h * (double)c->stride_w);
	return share < 1 ? share : 1;
}

static inline bool np_is_3x3(const np_layer_config *c)
{
	return c->kernel_h == 3 && c->kernel_w == 3 && c->stride_h == 1 && c->stride_w == 1;
}

#endif
