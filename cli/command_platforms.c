/* neuralpower platforms: what can be predicted for, and how well. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct shelf {
	np_platform **items;
	int count;
} shelf;

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const shelf *s = subject;
	return np_report_platforms((const np_platform *const *)s->items, s->count, options, text, size, err);
}

/* The card of a data sheet is the same by either method; a platform of the roofline carries it. */
static int open_sheet(const char *path, np_platform **platform)
{
	np_error err = {0};
	return np_platform_from_sheet(path, "roofline", platform, &err) == NP_OK ? EXIT_FINE : complain_error(&err);
}

static int open_platform(const char *name, np_platform **platform)
{
	char path[PATH_MAX];
	if (share_is_path(name) && np_platform_from_sheet(name, "roofline", platform, NULL) == NP_OK)
		return EXIT_FINE;
	if (!share_is_path(name) && !platform_known(name) && sheet_find(name, false, path))
		return open_sheet(path, platform);
	return platform_open(name, platform);
}

static int fill(const list *names, int open(const char *name, np_platform **platform), shelf *s)
{
	np_platform **larger = realloc(s->items, (size_t)(s->count + names->count + 1) * sizeof *larger);
	if (!larger)
		return complain_memory();
	s->items = larger;
	for (int i = 0; i < names->count; i++) {
		int status = open(names->items[i], &s->items[s->count]);
		if (status != EXIT_FINE)
			return status;
		s->count++;
	}
	return EXIT_FINE;
}

/* For programs and completions: nothing is opened. */
static int print_names(const arguments *args)
{
	static const struct {
		const char *what;
		list (*find)(void);
	} KINDS[] = {{"platforms", platform_list}, {"sheets", sheet_list}, {"suites", suite_list}};
	for (size_t k = 0; k < sizeof KINDS / sizeof *KINDS; k++) {
		if (strcmp(args->names, KINDS[k].what) != 0)
			continue;
		list found = KINDS[k].find();
		char name[NAME_MAX + 1];
		for (int i = 0; i < found.count; i++) {
			share_name(found.items[i], name);
			printf("%s\n", name);
		}
		list_free_items(&found);
		return EXIT_FINE;
	}
	complain("--names '%s': platforms, sheets or suites was expected", args->names);
	return EXIT_USAGE;
}

int command_platforms(const arguments *args)
{
	if (args->names)
		return print_names(args);
	shelf s = {0};
	list found = {0}, sheets = {0};
	if (!args->files.count) {
		found = platform_list();
		sheets = sheet_list();
	}
	int status = fill(args->files.count ? &args->files : &found, open_platform, &s);
	if (status == EXIT_FINE)
		status = fill(&sheets, open_sheet, &s);
	if (status == EXIT_FINE)
		status = write_reports(args, render, &s);
	for (int i = 0; i < s.count; i++)
		np_platform_free(s.items[i]);
	free(s.items);
	list_free_items(&found);
	list_free_items(&sheets);
	return status;
}
