/* ONNX models; weights are passed over, never read. */
#include "onnx/onnx.h"

#include "base/error.h"

np_status np_onnx_read(np_source *source, const np_load_options *options, np_network *network, np_error *err)
{
	(void)source, (void)options, (void)network;
	return np_fail(err, NP_ERR_UNSUPPORTED, "not written yet");
}
