/* Scaling to the unit that suits. */
#include "report/units.h"

#include "text/number.h"

#include <math.h>
#include <stdio.h>

typedef struct unit {
	double size;
	const char *name;
} unit;

/* Three digits, without an exponent below 10000. */
static void write_digits(double value, const char *name, char *text)
{
	char number[NP_NUMBER_SIZE];
	double size = fabs(value);
	int digits = size >= 99.95 || size == 0 ? 0 : size >= 9.995 ? 1 : 2;
	np_number_format("%.*f", digits, value, number);
	snprintf(text, NP_UNIT_TEXT, "%.20s%s%s", number, *name ? " " : "", name);
}

/* The largest unit of a descending table that is not larger than the value; zero gets the one of size 1. */
static const char *write_scaled(double value, const unit *units, char *text)
{
	const unit *u = units;
	if (value == 0)
		while (u->size != 1)
			u++;
	else
		while (u[1].name && fabs(value) < u->size * 0.9995)
			u++;
	write_digits(value / u->size, u->name, text);
	return text;
}

const char *np_unit_time(double ms, char text[NP_UNIT_TEXT])
{
	static const unit UNITS[] = {{3600e3, "h"}, {60e3, "min"}, {1e3, "s"}, {1, "ms"}, {1e-3, "us"}, {1e-6, "ns"}, {0, 0}};
	return write_scaled(ms, UNITS, text);
}

const char *np_unit_power(double w, char text[NP_UNIT_TEXT])
{
	static const unit UNITS[] = {{1e3, "kW"}, {1, "W"}, {1e-3, "mW"}, {0, 0}};
	return write_scaled(w, UNITS, text);
}

const char *np_unit_energy(double mj, char text[NP_UNIT_TEXT])
{
	static const unit UNITS[] = {{1e9, "MJ"}, {1e6, "kJ"}, {1e3, "J"}, {1, "mJ"}, {1e-3, "uJ"}, {0, 0}};
	return write_scaled(mj, UNITS, text);
}

const char *np_unit_count(double count, char text[NP_UNIT_TEXT])
{
	static const unit UNITS[] = {{1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "K"}, {1, ""}, {0, 0}};
	if (fabs(count) < 1000 && count == floor(count)) {
		snprintf(text, NP_UNIT_TEXT, "%.0f", count);
		return text;
	}
	return write_scaled(count, UNITS, text);
}

const char *np_unit_bytes(double bytes, char text[NP_UNIT_TEXT])
{
	static const unit UNITS[] = {
	        {1099511627776.0, "TiB"}, {1073741824, "GiB"}, {1048576, "MiB"}, {1024, "KiB"}, {1, "B"}, {0, 0}};
	if (fabs(bytes) < 1000) {
		snprintf(text, NP_UNIT_TEXT, "%.0f B", bytes);
		return text;
	}
	return write_scaled(bytes, UNITS, text);
}

const char *np_unit_number(double value, char text[NP_UNIT_TEXT])
{
	write_digits(value, "", text);
	return text;
}

const char *np_unit_percent(double fraction, char text[NP_UNIT_TEXT])
{
	write_digits(100 * fraction, "%", text);
	return text;
}
