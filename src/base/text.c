/* The growing text. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(np_text *text, size_t extra)
{
	if (text->failed)
		return false;
	size_t needed = text->size + extra + 1;
	if (needed <= text->capacity)
		return true;
	size_t capacity = text->capacity ? text->capacity : 256;
	while (capacity < needed)
		capacity *= 2;
	char *data = realloc(text->data, capacity);
	if (!data) {
		text->failed = true;
		return false;
	}
	text->data = data;
	text->capacity = capacity;
	return true;
}

void np_text_add(np_text *text, const char *data, size_t size)
{
	if (!reserve(text, size))
		return;
	memcpy(text->data + text->size, data, size);
	text->size += size;
	text->data[text->size] = '\0';
}

void np_text_puts(np_text *text, const char *string)
{
	np_text_add(text, string, strlen(string));
}

void np_text_vprintf(np_text *text, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);
	if (length >= 0 && reserve(text, (size_t)length)) {
		vsnprintf(text->data + text->size, (size_t)length + 1, format, again);
		text->size += (size_t)length;
	}
	va_end(again);
}

void np_text_printf(np_text *text, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	np_text_vprintf(text, format, args);
	va_end(args);
}

char *np_text_take(np_text *text, size_t *size)
{
	if (!reserve(text, 0)) {
		np_text_free(text);
		return NULL;
	}
	text->data[text->size] = '\0';
	char *data = text->data;
	if (size)
		*size = text->size;
	*text = (np_text){0};
	return data;
}

void np_text_free(np_text *text)
{
	free(text->data);
	*text = (np_text){0};
}
