/* The arena. Blocks grow from 4 KB, so that a small network costs little and a large one few calls. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct np_arena_block {
	struct np_arena_block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
} np_arena_block;

enum { FIRST_BLOCK = 4 << 10, LARGEST_BLOCK = 1 << 20 };

static size_t next_block_size(const np_arena *arena, size_t needed)
{
	size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	return size < needed ? needed : size;
}

static np_arena_block *add_block(np_arena *arena, size_t needed)
{
	size_t limit = arena->limit ? arena->limit : NP_ARENA_LIMIT;
	size_t size = next_block_size(arena, needed);
	if (needed > limit || arena->used > limit - needed)
		return NULL;
	if (size > limit - arena->used)
		size = needed;
	np_arena_block *block = calloc(1, sizeof *block + size);
	if (!block)
		return NULL;
	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	arena->used += size;
	return block;
}

void *np_arena_alloc(np_arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > SIZE_MAX - align)
		return NULL;
	size = (size + align - 1) & ~(align - 1);
	np_arena_block *block = arena->blocks;
	if (!block || block->size - block->used < size)
		block = add_block(arena, size);
	if (!block)
		return NULL;
	void *memory = block->bytes + block->used;
	block->used += size;
	return memory;
}

void *np_arena_array(np_arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return NULL;
	return np_arena_alloc(arena, count * size);
}

void *np_arena_copy(np_arena *arena, const void *data, size_t size)
{
	void *copy = np_arena_alloc(arena, size);
	if (copy && size)
		memcpy(copy, data, size);
	return copy;
}

char *np_arena_text(np_arena *arena, const char *text, size_t length)
{
	if (length == SIZE_MAX)
		return NULL;
	char *copy = np_arena_alloc(arena, length + 1);
	if (copy && length)
		memcpy(copy, text, length);
	return copy;
}

void np_arena_reset(np_arena *arena)
{
	np_arena_block *kept = arena->blocks;
	if (!kept)
		return;
	arena->blocks = kept->next;
	np_arena_free(arena);
	memset(kept->bytes, 0, kept->used);
	kept->used = 0;
	kept->next = NULL;
	arena->blocks = kept;
	arena->used = kept->size;
}

void np_arena_free(np_arena *arena)
{
	while (arena->blocks) {
		np_arena_block *next = arena->blocks->next;
		free(arena->blocks);
		arena->blocks = next;
	}
	arena->used = 0;
}
