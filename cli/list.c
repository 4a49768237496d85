/* Lists of texts. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

bool list_add(list *l, const char *item)
{
	const char **larger = realloc(l->items, (size_t)(l->count + 1) * sizeof *larger);
	if (!larger) {
		complain_memory();
		return false;
	}
	l->items = larger;
	l->items[l->count++] = item;
	return true;
}

bool list_add_copy(list *l, const char *text)
{
	char *copy = strdup(text);
	if (!copy)
		complain_memory();
	bool added = copy && list_add(l, copy);
	if (!added)
		free(copy);
	return added;
}

void list_free_items(list *l)
{
	for (int i = 0; i < l->count; i++)
		free((char *)l->items[i]);
	free(l->items);
	*l = (list){0};
}
