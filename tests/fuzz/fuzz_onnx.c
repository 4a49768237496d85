/* Fuzz target: the ONNX reader. */
#include "onnx/onnx.h"

#define FUZZ_NAME "fuzz.onnx"
#define FUZZ_READ np_onnx_read
#include "fuzz_load.h"
