/* Paleo JSON network definitions: file -> network. */
#ifndef NP_PALEO_PALEO_H
#define NP_PALEO_PALEO_H

#include "base/source.h"

#include <neuralpower/network.h>

/* Reads a whole source into an empty network, which the caller finishes. `options` may be NULL. */
np_status np_paleo_read(np_source *source, const np_load_options *options, np_network *network, np_error *err) NP_MUST_CHECK;

#endif
