/*
 * The configuration of one layer, free of any network: what a row of a data set says, what a model's features are
 * computed from, and what a measurement runs.
 */
#ifndef NEURALPOWER_LAYER_CONFIG_H
#define NEURALPOWER_LAYER_CONFIG_H

#include <neuralpower/network.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Sizes in elements. Layers without spatial axes have 1 there: an fc row has in_c inputs and out_c outputs, unless it
 * comes from a convolution that covers its whole input, which keeps its in_h and in_w. One-dimensional layers lie along
 * the width. `batch` is the leading dimension; for fc and matmul it is every dimension before the vector or matrix.
 */
typedef struct np_layer_config {
	np_kind kind;
	int64_t batch, in_c, in_h, in_w, out_c, out_h, out_w;
	int64_t kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups;
	int64_t inputs; /* activation operands: 1, more for eltwise, concat and matmul */
} np_layer_config;

/* The configuration of a network's layer; false when it has no such form (more than two spatial axes, kind other). */
NP_API bool np_layer_config_of(const np_network *network, const np_layer *layer, np_layer_config *config);

#ifdef __cplusplus
}
#endif
#endif
