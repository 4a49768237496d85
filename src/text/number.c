/* Numbers as text and back. The C library follows the locale of the program it sits in; files must not. */
#define _GNU_SOURCE
#include "text/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The locale's decimal sign may be any text; whatever is not part of a number is replaced by one '.'. */
static void use_point(char *text)
{
	char *to = text;
	bool point = false;
	for (const char *from = text; *from; from++) {
		if (strchr("0123456789+-eE.", *from)) {
			*to++ = *from;
		} else if (!point) {
			*to++ = '.';
			point = true;
		}
	}
	*to = '\0';
}

const char *np_number_format(const char *format, int digits, double value, char text[NP_NUMBER_SIZE])
{
	if (!isfinite(value)) {
		strcpy(text, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
		return text;
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, NP_NUMBER_SIZE, format, digits, value);
#pragma GCC diagnostic pop
	use_point(text);
	return text;
}

const char *np_number_write(double value, char text[NP_NUMBER_SIZE])
{
	double back;
	for (int digits = 15; digits <= 17; digits++) {
		np_number_format("%.*g", digits, value, text);
		if (digits == 17 || !isfinite(value) || (np_number_read(text, &back) && back == value))
			break;
	}
	return text;
}

bool np_number_read(const char *text, double *value)
{
	while (*text == ' ' || *text == '\t')
		text++;
	/* Only plain decimal numbers: strtod also takes hexadecimal, "inf" and "nan". */
	size_t length = strspn(text, "0123456789+-eE.");
	if (!length || text[length + strspn(text + length, " \t")] != '\0')
		return false;
	/* The C locale is part of the C library: nothing is allocated here. */
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!c)
		return false;
	char *end;
	*value = strtod_l(text, &end, c);
	freelocale(c);
	return end == text + length && isfinite(*value);
}
