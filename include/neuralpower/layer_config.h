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

/*
 * A layer as one word, which names it on the command line, in suite files, in data sets and in messages:
 *
 *     KIND:BATCHxC[xHxW][:OUT_C][:kK][:sS][:pP][:dD][:gG][:oHxW][:xN]
 *
 *     conv:1x3x224x224:64:k7:s2:p3      maxpool:8x64x112x112:k3:s2:p1               fc:1x9216:4096
 *     conv:1x32x56x56:32:k3:p1:g32      eltwise:1x256x56x56                         relu:1x64x112x112
 *
 * K, S, P and D (kernel, stride, padding, dilation) are one number for both axes or HxW. What has its usual value is left
 * out: stride, dilation and groups 1, no padding, outputs that follow from the rest rounded down, the kind's usual number
 * of inputs. Writing gives the one shortest form, reading takes any order after OUT_C, and both are inverse to each other.
 */
enum { NP_LAYER_TEXT_SIZE = 320 }; /* enough for any layer's text */

/* Returns `text`. */
NP_API const char *np_layer_text_write(const np_layer_config *config, char text[NP_LAYER_TEXT_SIZE]);
/* NP_ERR_SYNTAX or NP_ERR_DATA with the column of what cannot be, and what was expected. */
NP_API np_status np_layer_text_read(const char *text, np_layer_config *config, np_error *err) NP_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
