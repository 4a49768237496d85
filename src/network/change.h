/*
 * Changing a network that is finished: only what a change reaches is inferred anew, in place, without taking memory. A change
 * that cannot be leaves the network as it was.
 */
#ifndef NP_NETWORK_CHANGE_H
#define NP_NETWORK_CHANGE_H

#include <neuralpower/network.h>

/* A finished network of its own that can be changed; NP_ERR_ARGUMENT when the other is not finished. */
np_status np_network_copy(const np_network *network, np_network **copy, np_error *err) NP_MUST_CHECK;

/* Changes layers of a copy all at once, and the batch where it is not 0. See np_variant_change(). */
np_status np_network_change(np_network *copy, int64_t batch, const np_layer_change *changes, int count,
                            np_error *err) NP_MUST_CHECK;

/* The layers that the last change reached, in order; none after one that failed. */
const int *np_network_touched(const np_network *copy, int *count);

#endif
