/* Quantities for people: three or four digits and the unit that suits, in a text of NP_UNIT_TEXT bytes. */
#ifndef NP_REPORT_UNITS_H
#define NP_REPORT_UNITS_H

#include <stdint.h>

enum { NP_UNIT_TEXT = 32 };

const char *np_unit_time(double ms, char text[NP_UNIT_TEXT]);          /* "12.3 ms", "1.74 s" */
const char *np_unit_power(double w, char text[NP_UNIT_TEXT]);          /* "75.5 W" */
const char *np_unit_energy(double mj, char text[NP_UNIT_TEXT]);        /* "24.4 J" */
const char *np_unit_count(double count, char text[NP_UNIT_TEXT]);      /* "4.09 G" */
const char *np_unit_bytes(double bytes, char text[NP_UNIT_TEXT]);      /* "97.5 MiB" */
const char *np_unit_number(double value, char text[NP_UNIT_TEXT]);     /* "12.3" */
const char *np_unit_percent(double fraction, char text[NP_UNIT_TEXT]); /* "12.3 %" */

#endif
