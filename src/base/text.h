/* A growing text, for reports and files written in one piece. Errors stick: check np_text_ok() once, at the end. */
#ifndef NP_BASE_TEXT_H
#define NP_BASE_TEXT_H

#include <neuralpower/status.h>

#include <stdarg.h>

typedef struct np_text {
	char *data; /* terminated, or NULL when nothing was written */
	size_t size, capacity;
	bool failed;
} np_text;

void np_text_add(np_text *text, const char *data, size_t size);
void np_text_puts(np_text *text, const char *string);
void np_text_printf(np_text *text, const char *format, ...) NP_PRINTF(2, 3);
void np_text_vprintf(np_text *text, const char *format, va_list args);
static inline bool np_text_ok(const np_text *text)
{
	return !text->failed;
}
/* Hands the terminated text over to the caller, who frees it with free(); NULL when something failed. */
char *np_text_take(np_text *text, size_t *size);
void np_text_free(np_text *text);

#endif
