/* Where files that come with the program lie: those of an environment variable, then beside the program. */
#include "cli.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool list_add_copy(list *l, const char *text)
{
	char *copy = strdup(text);
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

static void add_environment(list *directories, const char *variable)
{
	const char *value = getenv(variable);
	char *copy = value ? strdup(value) : NULL, *rest = copy, *part;
	while (copy && (part = strsep(&rest, ":")))
		if (*part)
			list_add_copy(directories, part);
	free(copy);
}

/* Relative to the program, so that an installed tree can be moved. */
static void add_program(list *directories, const char *folder)
{
	static const char *const PLACES[] = {"/../share/neuralpower/", "/../"};
	char program[PATH_MAX], directory[PATH_MAX + 64];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	if (length <= 0)
		return;
	program[length] = '\0';
	*strrchr(program, '/') = '\0';
	for (int i = 0; i < 2; i++) {
		snprintf(directory, sizeof directory, "%s%s%s", program, PLACES[i], folder);
		list_add_copy(directories, directory);
	}
}

list share_directories(const char *variable, const char *folder)
{
	list directories = {0};
	add_environment(&directories, variable);
	add_program(&directories, folder);
	return directories;
}

bool share_find(const list *directories, const char *name, const char *extension, char path[PATH_MAX])
{
	for (int i = 0; i < directories->count; i++) {
		int length = snprintf(path, PATH_MAX, "%s/%s%s", directories->items[i], name, extension);
		if (length < PATH_MAX && access(path, F_OK) == 0)
			return true;
	}
	return false;
}
