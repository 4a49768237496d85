/* The options of rank, check, sample and streams, for the table in options.c. */
#ifndef NP_CLI_OPTIONS_CHOOSE_H
#define NP_CLI_OPTIONS_CHOOSE_H

#include "cli.h"

int set_alpha(arguments *args, const char *value);
int set_errors(arguments *args, const char *value);
int set_max_runtime(arguments *args, const char *value);
int set_max_energy(arguments *args, const char *value);
int set_max_power(arguments *args, const char *value);
int set_baseline(arguments *args, const char *value);
int set_tolerance(arguments *args, const char *value);
int set_junit(arguments *args, const char *value);
int set_annotations(arguments *args, const char *value);
int set_space(arguments *args, const char *value);
int set_count(arguments *args, const char *value);
int set_lines(arguments *args, const char *value);
int set_stream(arguments *args, const char *value);
int set_statistics(arguments *args, const char *value);

#endif
