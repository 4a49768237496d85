/* Numbers as text and back, the same in every locale. */
#ifndef NP_TEXT_NUMBER_H
#define NP_TEXT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Enough for any number np_number_write() makes. */
enum { NP_NUMBER_SIZE = 48 };

/*
 * The shortest of 15, 16 or 17 significant digits that reads back as `value`, with a '.' whatever the locale.
 * Infinities and NaN are "inf", "-inf" and "nan". Returns `text`.
 */
const char *np_number_write(double value, char text[NP_NUMBER_SIZE]);

/* snprintf("%.*f") and the like with a '.' whatever the locale. `format` takes one precision and one double. */
const char *np_number_format(const char *format, int digits, double value, char text[NP_NUMBER_SIZE]);

/* A whole text as one finite number, blanks around it allowed; false when it is anything else. */
bool np_number_read(const char *text, double *value);

#endif
