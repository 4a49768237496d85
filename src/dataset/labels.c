/* The table of repeated texts. */
#include "dataset/labels.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a */
static size_t hash(const char *text)
{
	uint64_t h = 14695981039346656037u;
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

static const char **find_slot(const char **slots, size_t capacity, const char *text)
{
	size_t i = hash(text) & (capacity - 1);
	while (slots[i] && strcmp(slots[i], text) != 0)
		i = (i + 1) & (capacity - 1);
	return &slots[i];
}

static bool grow(np_labels *labels)
{
	size_t capacity = labels->capacity ? labels->capacity * 2 : 64;
	const char **slots = calloc(capacity, sizeof *slots);
	if (!slots)
		return false;
	for (size_t i = 0; i < labels->capacity; i++)
		if (labels->slots[i])
			*find_slot(slots, capacity, labels->slots[i]) = labels->slots[i];
	free(labels->slots);
	labels->slots = slots;
	labels->capacity = capacity;
	return true;
}

const char *np_label(np_labels *labels, const char *text)
{
	if (2 * (labels->count + 1) > labels->capacity && !grow(labels))
		return NULL;
	const char **slot = find_slot(labels->slots, labels->capacity, text);
	if (!*slot) {
		*slot = np_arena_text(labels->arena, text, strlen(text));
		labels->count += *slot != NULL;
	}
	return *slot;
}

void np_labels_free(np_labels *labels)
{
	free(labels->slots);
	*labels = (np_labels){0};
}

void np_distinct_add(np_distinct *set, const char *label)
{
	if (!*label)
		return;
	for (int i = 0; i < set->count; i++)
		if (set->items[i] == label)
			return;
	if (set->count == NP_DISTINCT)
		set->more = true;
	else
		set->items[set->count++] = label;
}

const char *np_distinct_join(const np_distinct *set, np_arena *arena)
{
	np_text text = {0};
	for (int i = 0; i < set->count; i++)
		np_text_printf(&text, "%s%s", i ? " + " : "", set->items[i]);
	if (set->more)
		np_text_puts(&text, " + more");
	const char *joined = np_text_ok(&text) ? np_arena_text(arena, text.data ? text.data : "", text.size) : NULL;
	np_text_free(&text);
	return joined;
}
