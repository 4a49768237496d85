/* A hash table with open addressing and FNV-1a, never more than half full. */
#include "caffe/blobnames.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

typedef struct np_blob_name {
	const char *name; /* NULL = empty */
	int number;
} np_blob_name;

static size_t hash(const char *name)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3u;
	return (size_t)(h ^ (h >> 32));
}

/* The slot that holds the name, or the empty one where it belongs. */
static np_blob_name *slot_of(np_blob_name *slots, size_t capacity, const char *name)
{
	size_t at = hash(name) & (capacity - 1);
	while (slots[at].name && strcmp(slots[at].name, name) != 0)
		at = (at + 1) & (capacity - 1);
	return &slots[at];
}

int np_blob_names_find(const np_blob_names *names, const char *name)
{
	if (!names->capacity)
		return -1;
	const np_blob_name *slot = slot_of(names->slots, names->capacity, name);
	return slot->name ? slot->number : -1;
}

static np_status grow(np_blob_names *names, np_error *err)
{
	size_t capacity = names->capacity ? names->capacity * 2 : 64;
	np_blob_name *slots = calloc(capacity, sizeof *slots);
	if (!slots)
		return np_fail_memory(err);
	for (size_t i = 0; i < names->capacity; i++)
		if (names->slots[i].name)
			*slot_of(slots, capacity, names->slots[i].name) = names->slots[i];
	free(names->slots);
	names->slots = slots;
	names->capacity = capacity;
	return NP_OK;
}

np_status np_blob_names_set(np_blob_names *names, const char *name, int number, np_error *err)
{
	if (names->count * 2 >= names->capacity)
		NP_TRY(grow(names, err));
	np_blob_name *slot = slot_of(names->slots, names->capacity, name);
	names->count += !slot->name;
	*slot = (np_blob_name){name, number};
	return NP_OK;
}

void np_blob_names_free(np_blob_names *names)
{
	free(names->slots);
	*names = (np_blob_names){0};
}
