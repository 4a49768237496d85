/* The version, from the build. */
#include <neuralpower/neuralpower.h>

const char *np_version(void)
{
	return NP_VERSION;
}
