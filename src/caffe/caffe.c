/* Caffe prototxt, current and V1. */
#include "caffe/caffe.h"

#include "base/error.h"

np_status np_caffe_read(np_source *source, const np_load_options *options, np_network *network, np_error *err)
{
	(void)source, (void)options, (void)network;
	return np_fail(err, NP_ERR_UNSUPPORTED, "not written yet");
}
