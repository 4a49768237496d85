/* UTF-8: decoding that survives any bytes, and how wide a text is on a terminal. */
#ifndef NP_TEXT_UTF8_H
#define NP_TEXT_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { NP_REPLACEMENT = 0xFFFD };

/*
 * The code point at the start of `text` (not empty), its length in bytes in `*length`. Bytes that are not UTF-8 give
 * NP_REPLACEMENT and a length of 1.
 */
uint32_t np_utf8_decode(const char *text, size_t *length);

/* Columns a code point takes on a terminal: 0, 1 or 2. Control characters count as 1: they are shown as '?'. */
int np_utf8_width(uint32_t point);

/* Columns a text takes. */
int np_utf8_columns(const char *text);

#endif
