/* The table of commands. */
#include "tables.h"

#include <string.h>

static const command COMMANDS[] = {
#define COMMAND_ROW(name, function, options, usage, help) {name, function, options, usage, help},
        COMMAND_MAP(COMMAND_ROW)
#undef COMMAND_ROW
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

const command *command_at(int index)
{
	return index >= 0 && index < COMMAND_COUNT ? &COMMANDS[index] : NULL;
}

const command *command_find(const char *name)
{
	for (int i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(COMMANDS[i].name, name) == 0)
			return &COMMANDS[i];
	return NULL;
}
