/* Where files that come with the program lie: those of an environment variable, then beside the program. */
#include "cli.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

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
static void add_beside(list *directories, char *program, const char *folder)
{
	static const char *const PLACES[] = {"/../share/neuralpower/", "/../"};
	char directory[PATH_MAX + 64];
	*strrchr(program, '/') = '\0';
	for (int i = 0; i < 2; i++) {
		snprintf(directory, sizeof directory, "%s%s%s", program, PLACES[i], folder);
		list_add_copy(directories, directory);
	}
}

/* Where there is no /proc, as in a chroot, what it was started as may tell; and there is where it was to be installed. */
static void add_program(list *directories, const char *folder)
{
	char program[PATH_MAX], installed[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	if (length > 0) {
		program[length] = '\0';
		add_beside(directories, program, folder);
		return;
	}
	const char *started = (const char *)(uintptr_t)getauxval(AT_EXECFN);
	if (started && realpath(started, program))
		add_beside(directories, program, folder);
	snprintf(installed, sizeof installed, "%s/%s", NP_SHARE_DIR, folder);
	list_add_copy(directories, installed);
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

/* ---- what lies there ---- */

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);
	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static bool has_base(const list *paths, const char *base)
{
	for (int i = 0; i < paths->count; i++)
		if (strcmp(base_name(paths->items[i]), base) == 0)
			return true;
	return false;
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void add_directory(list *paths, const char *directory, const char *extension)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_shown, alphasort);
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];
		snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
		if (ends_with(path, extension) && !has_base(paths, entries[i]->d_name))
			list_add_copy(paths, path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

bool share_is_path(const char *name)
{
	return strchr(name, '/') || ends_with(name, ".json");
}

list share_list(const list *directories, const char *extension)
{
	list paths = {0};
	for (int i = 0; i < directories->count; i++)
		add_directory(&paths, directories->items[i], extension);
	return paths;
}

void share_name(const char *path, char name[NAME_MAX + 1])
{
	const char *base = base_name(path), *dot = strrchr(base, '.');
	snprintf(name, NAME_MAX + 1, "%.*s", dot ? (int)(dot - base) : (int)strlen(base), base);
}

int share_complain(const char *what, const char *name, const list *directories)
{
	list paths = share_list(directories, ".json");
	char(*names)[NAME_MAX + 1] = calloc((size_t)paths.count + 1, sizeof *names);
	similar best = {.typed = name};
	for (int i = 0; names && i < paths.count; i++) {
		share_name(paths.items[i], names[i]);
		similar_try(&best, names[i]);
	}
	if (best.word)
		complain("no %s '%s'; did you mean '%s'?", what, name, best.word);
	else
		complain("no %s '%s'; `neuralpower platforms` lists the names, a path ends in .json or holds a '/'", what,
		         name);
	for (int i = 0; !best.word && i < directories->count; i++)
		complain("  looked in %s", directories->items[i]);
	free(names);
	list_free_items(&paths);
	return EXIT_USAGE;
}
