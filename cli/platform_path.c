/* Finding platforms: by path, or by name where platforms lie. */
#include "cli.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char DEFAULT_PLATFORM[] = "xeon-5120-pytorch";

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);
	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static list search_path(void)
{
	return share_directories("NEURALPOWER_PLATFORMS", "platforms");
}

static int load_path(const char *path, np_platform **platform)
{
	np_error err = {0};
	return np_platform_load(path, platform, &err) == NP_OK ? EXIT_FINE : complain_error(&err);
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

static int is_platform_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && ends_with(entry->d_name, ".json");
}

static void add_directory(list *paths, const char *directory)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_platform_file, alphasort);
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];
		snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
		if (!has_base(paths, entries[i]->d_name))
			list_add_copy(paths, path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

list platform_list(void)
{
	list directories = search_path(), paths = {0};
	for (int i = 0; i < directories.count; i++)
		add_directory(&paths, directories.items[i]);
	list_free_items(&directories);
	return paths;
}

static int complain_unknown(const char *name, const list *directories)
{
	list paths = platform_list();
	char(*names)[NAME_MAX + 1] = calloc((size_t)paths.count + 1, sizeof *names);
	similar best = {.typed = name};
	for (int i = 0; names && i < paths.count; i++) {
		const char *base = base_name(paths.items[i]);
		snprintf(names[i], sizeof names[i], "%.*s", (int)(strlen(base) - strlen(".json")), base);
		similar_try(&best, names[i]);
	}
	if (best.word)
		complain("no platform '%s'; did you mean '%s'?", name, best.word);
	else
		complain("no platform '%s'; `neuralpower platforms` lists the names, a path ends in .json or holds a '/'",
		         name);
	for (int i = 0; !best.word && i < directories->count; i++)
		complain("  looked in %s", directories->items[i]);
	free(names);
	list_free_items(&paths);
	return EXIT_USAGE;
}

int platform_open(const char *name, np_platform **platform)
{
	*platform = NULL;
	if (strchr(name, '/') || ends_with(name, ".json"))
		return load_path(name, platform);
	list directories = search_path();
	char path[PATH_MAX];
	bool found = share_find(&directories, name, ".json", path);
	int status = found ? load_path(path, platform) : complain_unknown(name, &directories);
	list_free_items(&directories);
	return status;
}

int platform_open_for(const arguments *args, const char *name, np_platform **platform)
{
	np_error err = {0};
	int status = platform_open(name, platform);
	if (status != EXIT_FINE || !(args->interval > 0))
		return status;
	if (np_platform_set_interval(*platform, args->interval, &err) == NP_OK)
		return EXIT_FINE;
	np_platform_free(*platform);
	*platform = NULL;
	return complain_error(&err);
}

int platform_open_asked(const arguments *args, np_platform **platform)
{
	if (args->platforms.count)
		return platform_open_for(args, args->platforms.items[args->platforms.count - 1], platform);
	warn(args, "no --platform was given, %s is taken", DEFAULT_PLATFORM);
	return platform_open_for(args, DEFAULT_PLATFORM, platform);
}
