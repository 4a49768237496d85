/* What readers need of this room beyond the public header. */
#ifndef NP_NETWORK_NETWORK_H
#define NP_NETWORK_NETWORK_H

#include <neuralpower/network.h>

/* Says where the network came from. */
np_status np_network_set_origin(np_network *network, const char *path, const char *format, np_error *err) NP_MUST_CHECK;
np_status np_network_set_name(np_network *network, const char *name, np_error *err) NP_MUST_CHECK;

/*
 * The shape that a layer with one output would have, into `dims` (of NP_MAX_RANK): desc->input_count shapes come in,
 * tensor ids are not looked at.
 */
np_status np_layer_shape(const np_layer_desc *desc, const np_shape *inputs, int64_t *dims, int *rank,
                         np_error *err) NP_MUST_CHECK;

/* Empties a network, finished or not, so that another can be built in its memory. */
void np_network_reset(np_network *network);

/* Takes back the layers, tensors and warnings that were added after there were so many of them. */
void np_network_take_back(np_network *network, int layers, int tensors, int warnings);

/* Elements of a shape; false when the product leaves 63 bits. */
bool np_shape_elements(np_shape shape, int64_t *count);

/* "1x3x224x224" into `text`, always terminated; returns `text`. */
const char *np_shape_format(np_shape shape, char *text, size_t size);

#endif
