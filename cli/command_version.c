/* neuralpower version */
#include "cli.h"

#include <stdio.h>

int command_version(const arguments *args)
{
	(void)args;
	printf("neuralpower %s\n", np_version());
	return EXIT_FINE;
}
