/* Fuzz target: the Paleo JSON reader. */
#include "paleo/paleo.h"

#define FUZZ_NAME "fuzz.json"
#define FUZZ_READ np_paleo_read
#include "fuzz_load.h"
