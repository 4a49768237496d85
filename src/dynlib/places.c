/* Directories where run-time libraries may lie. */
#include "dynlib/places.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_listed(const np_places *places, const char *directory)
{
	for (int i = 0; i < places->count; i++)
		if (!strcmp(places->items[i], directory))
			return true;
	return false;
}

void np_places_add(np_places *places, const char *directory)
{
	struct stat info;
	if (!directory[0] || stat(directory, &info) != 0 || !S_ISDIR(info.st_mode) || is_listed(places, directory))
		return;
	char **items = realloc(places->items, (size_t)(places->count + 1) * sizeof *items);
	if (items)
		places->items = items;
	char *copy = strdup(directory);
	if (!items || !copy) {
		free(copy);
		places->failed = true;
		return;
	}
	places->items[places->count++] = copy;
}

void np_places_match(np_places *places, const char *pattern)
{
	glob_t found = {0};
	int rc = glob(pattern, 0, NULL, &found);
	for (size_t i = 0; !rc && i < found.gl_pathc; i++)
		np_places_add(places, found.gl_pathv[i]);
	if (rc == GLOB_NOSPACE)
		places->failed = true;
	globfree(&found);
}

/* A pattern that does not fit is longer than any path can be, so nothing is lost by leaving it out. */
static void match_under(np_places *places, const char *prefix, const char *format, const char *vendor)
{
	char tail[256], pattern[PATH_MAX];
	snprintf(tail, sizeof tail, format, vendor);
	int length = snprintf(pattern, sizeof pattern, "%s/%s", prefix, tail);
	if (length > 0 && (size_t)length < sizeof pattern)
		np_places_match(places, pattern);
}

void np_places_add_list(np_places *places, const char *list)
{
	while (list && *list) {
		size_t length = strcspn(list, ":");
		char directory[PATH_MAX], below[PATH_MAX + 8];
		if (length && length < sizeof directory) {
			memcpy(directory, list, length);
			directory[length] = '\0';
			np_places_add(places, directory);
			snprintf(below, sizeof below, "%s/lib64", directory);
			np_places_add(places, below);
			snprintf(below, sizeof below, "%s/lib", directory);
			np_places_add(places, below);
		}
		list += length + (list[length] == ':');
	}
}

void np_places_wheels(np_places *places, const char *prefix, const char *vendor)
{
	if (!prefix || !prefix[0])
		return;
	static const char *const layouts[] = {
	        "lib/python3*/site-packages/%s/*/lib",
	        "lib64/python3*/site-packages/%s/*/lib",
	        "lib/python3*/dist-packages/%s/*/lib",
	        "site-packages/%s/*/lib",
	        "%s/*/lib",
	};
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
		match_under(places, prefix, layouts[i], vendor);
}

void np_places_free(np_places *places)
{
	for (int i = 0; i < places->count; i++)
		free(places->items[i]);
	free(places->items);
	*places = (np_places){0};
}
