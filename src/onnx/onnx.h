/* ONNX models; weights are passed over, never read: file -> network. */
#ifndef NP_ONNX_ONNX_H
#define NP_ONNX_ONNX_H

#include "base/source.h"

#include <neuralpower/network.h>

/* Reads a whole source into an empty network, which the caller finishes. `options` may be NULL. */
np_status np_onnx_read(np_source *source, const np_load_options *options, np_network *network, np_error *err) NP_MUST_CHECK;

#endif
