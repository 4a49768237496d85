/* UTF-8 decoding and terminal widths, without the locale. */
#include "text/utf8.h"

#include <stdbool.h>

typedef struct lead {
	unsigned char mask, mark; /* a leading byte & mask == mark */
	size_t length;
	uint32_t least; /* smaller code points have a shorter form */
} lead;

static const lead LEADS[] = {
        {0x80, 0x00, 1, 0},
        {0xE0, 0xC0, 2, 0x80},
        {0xF0, 0xE0, 3, 0x800},
        {0xF8, 0xF0, 4, 0x10000},
};

static bool valid(uint32_t point, uint32_t least)
{
	return point >= least && point <= 0x10FFFF && !(point >= 0xD800 && point <= 0xDFFF);
}

uint32_t np_utf8_decode(const char *text, size_t *length)
{
	const unsigned char *bytes = (const unsigned char *)text;
	*length = 1;
	for (size_t i = 0; i < sizeof LEADS / sizeof *LEADS; i++) {
		const lead *l = &LEADS[i];
		if ((bytes[0] & l->mask) != l->mark)
			continue;
		uint32_t point = bytes[0] & (unsigned char)~l->mask;
		for (size_t k = 1; k < l->length; k++) {
			if ((bytes[k] & 0xC0) != 0x80) /* the terminator stops here too */
				return NP_REPLACEMENT;
			point = point << 6 | (bytes[k] & 0x3F);
		}
		if (!valid(point, l->least))
			return NP_REPLACEMENT;
		*length = l->length;
		return point;
	}
	return NP_REPLACEMENT;
}

typedef struct range {
	uint32_t first, last;
	int width;
} range;

/* The ranges that matter in names: combining marks, format characters, and East Asian wide forms. */
static const range RANGES[] = {
        {0x0300, 0x036F, 0},   {0x0483, 0x0489, 0},   {0x0591, 0x05BD, 0},   {0x0610, 0x061A, 0},   {0x064B, 0x065F, 0},
        {0x1100, 0x115F, 2},   {0x1AB0, 0x1AFF, 0},   {0x1DC0, 0x1DFF, 0},   {0x200B, 0x200F, 0},   {0x202A, 0x202E, 0},
        {0x2060, 0x206F, 0},   {0x20D0, 0x20FF, 0},   {0x2E80, 0x303E, 2},   {0x3041, 0x33FF, 2},   {0x3400, 0x4DBF, 2},
        {0x4E00, 0x9FFF, 2},   {0xA000, 0xA4CF, 2},   {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},   {0xFE00, 0xFE0F, 0},
        {0xFE20, 0xFE2F, 0},   {0xFE30, 0xFE6F, 2},   {0xFEFF, 0xFEFF, 0},   {0xFF00, 0xFF60, 2},   {0xFFE0, 0xFFE6, 2},
        {0x1F300, 0x1F64F, 2}, {0x1F680, 0x1F6FF, 2}, {0x1F900, 0x1FAFF, 2}, {0x20000, 0x3FFFD, 2}, {0xE0000, 0xE0FFF, 0},
};

int np_utf8_width(uint32_t point)
{
	if (point < 0x300)
		return 1;
	for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES && point >= RANGES[i].first; i++)
		if (point <= RANGES[i].last)
			return RANGES[i].width;
	return 1;
}

int np_utf8_columns(const char *text)
{
	int columns = 0;
	size_t length;
	for (; *text; text += length)
		columns += np_utf8_width(np_utf8_decode(text, &length));
	return columns;
}
