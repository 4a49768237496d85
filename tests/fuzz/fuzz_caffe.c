/* Fuzz target: the Caffe prototxt reader. */
#include "caffe/caffe.h"

#define FUZZ_NAME "fuzz.prototxt"
#define FUZZ_READ np_caffe_read
#include "fuzz_load.h"
