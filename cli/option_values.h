/* Setters for the table of options: each reads a kind of value, and says what was expected where it is another. */
#ifndef NP_CLI_OPTION_VALUES_H
#define NP_CLI_OPTION_VALUES_H

#include "tables.h"

/* Into the field that the option's row names. */
setter set_text, set_flag, set_output;
setter add_word;  /* to a list; "-" where the value is optional and not given */
setter set_whole; /* from 1 to the row's `most` */
setter set_real;  /* above 0 */
setter set_share; /* a percentage or a fraction */
setter add_shape, add_dim;

/* Those of one option. */
setter add_batches, add_alphas, set_interval, set_tolerance, set_annotations;

#endif
