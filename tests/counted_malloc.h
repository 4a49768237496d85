/*
 * Counts allocations of a program, the library's too. The program is linked with --wrap=malloc, --wrap=calloc and
 * --wrap=realloc, and has one file that includes this.
 */
#ifndef NP_TESTS_COUNTED_MALLOC_H
#define NP_TESTS_COUNTED_MALLOC_H

#include <stddef.h>

static long allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	allocations++;
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	allocations++;
	return __real_realloc(memory, size);
}

#endif
