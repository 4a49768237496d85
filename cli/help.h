/* --help: the tables on standard output. */
#ifndef NP_CLI_HELP_H
#define NP_CLI_HELP_H

#include "tables.h"

void help_program(void);
void help_command(const command *c);

#endif
