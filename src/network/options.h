/* What --batch, --shape and --dim mean for an input, the same for every reader. */
#ifndef NP_NETWORK_OPTIONS_H
#define NP_NETWORK_OPTIONS_H

#include <neuralpower/network.h>

/*
 * Settles the shape of one input in place: dims the file leaves open are <= 0 on entry. A shape given for this input
 * wins, then the batch for the leading dimension, then the file, then 1 with a warning on the network.
 * `options` may be NULL. NP_ERR_ARGUMENT when a given shape has another rank.
 */
np_status np_options_settle(const np_load_options *options, np_network *network, const char *input, int64_t *dims, int rank,
                            np_error *err) NP_MUST_CHECK;

/* The size given for a symbolic dimension, or 0. */
int64_t np_options_dim(const np_load_options *options, const char *name);

#endif
