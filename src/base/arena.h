/*
 * An arena: many small objects that die together. Capped, so that no input can exhaust the machine's memory.
 */
#ifndef NP_BASE_ARENA_H
#define NP_BASE_ARENA_H

#include <stddef.h>

typedef struct np_arena {
	struct np_arena_block *blocks;
	size_t used;  /* bytes handed out and reserved, over all blocks */
	size_t limit; /* 0 = NP_ARENA_LIMIT */
} np_arena;

enum { NP_ARENA_LIMIT = 192 << 20 };

/* Zeroed memory aligned for any type; NULL when there is none left or the arena's limit is reached. */
void *np_arena_alloc(np_arena *arena, size_t size);
/* The same for `count` objects; NULL on overflow too. */
void *np_arena_array(np_arena *arena, size_t count, size_t size);
/* Copies; NULL as above. np_arena_text takes `length` bytes and adds the terminator. */
void *np_arena_copy(np_arena *arena, const void *data, size_t size);
char *np_arena_text(np_arena *arena, const char *text, size_t length);
/* Empties the arena but keeps its newest block: to fill it as far again takes no memory anew. */
void np_arena_reset(np_arena *arena);
/* Frees everything; the arena is empty and can be used again. */
void np_arena_free(np_arena *arena);

#endif
