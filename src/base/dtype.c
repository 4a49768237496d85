/* Element types. */
#include "base/dtype.h"

#include <stddef.h>
#include <string.h>

int np_dtype_bytes(const char *name)
{
	static const struct {
		const char *name;
		int bytes;
	} DTYPES[] = {{"fp64", 8}, {"fp32", 4}, {"tf32", 4}, {"fp16", 2}, {"bf16", 2}, {"int8", 1}};
	for (size_t i = 0; i < sizeof DTYPES / sizeof *DTYPES; i++)
		if (strcmp(name, DTYPES[i].name) == 0)
			return DTYPES[i].bytes;
	return 0;
}
