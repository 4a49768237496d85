/* Fuzz target: the reader of networks as JSON objects. */
#include "netjson/netjson.h"

#define FUZZ_NAME "fuzz.jsonl"
#define FUZZ_READ np_netjson_read
#include "fuzz_load.h"
