/* Finding data sheets: by path, by name where sheets lie, or none where the command line has the figures itself. */
#include "cli.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static list search_path(void)
{
	return share_directories("NEURALPOWER_SHEETS", "sheets");
}

list sheet_list(void)
{
	list directories = search_path(), paths = share_list(&directories, ".json");
	list_free_items(&directories);
	return paths;
}

bool baseline_asked(const arguments *args)
{
	return args->method && strcmp(args->method, "model") != 0;
}

/* Sheets are named in small letters, with '_' between words. */
static void write_plain(const char *name, char plain[NAME_MAX + 1])
{
	snprintf(plain, NAME_MAX + 1, "%s", name);
	for (char *at = plain; *at; at++)
		*at = *at == '-' || *at == ' ' ? '_' : (char)tolower((unsigned char)*at);
}

bool sheet_find(const char *name, bool of_platform, char path[PATH_MAX])
{
	char plain[NAME_MAX + 1];
	list directories = search_path();
	write_plain(name, plain);
	bool found = share_find(&directories, plain, ".json", path);
	/* Of xeon_5120_pytorch the device is xeon_5120. */
	for (char *end; !found && of_platform && (end = strrchr(plain, '_'));) {
		*end = '\0';
		found = share_find(&directories, plain, ".json", path);
	}
	list_free_items(&directories);
	return found;
}

static int complain_unknown(const char *name)
{
	list directories = search_path();
	int status = share_complain("data sheet", name, &directories);
	list_free_items(&directories);
	return status;
}

/* The figures in the words of a data sheet. */
static np_sheet figures_of(const arguments *args)
{
	np_sheet figures = args->figures;
	figures.idle_w = args->idle_power_w;
	figures.limit_w = args->limit_power_w;
	return figures;
}

int sheet_open(const arguments *args, const char *name, const char *method, np_platform **platform)
{
	char found[PATH_MAX];
	np_error err = {0};
	np_sheet figures = figures_of(args);
	*platform = NULL;
	if (!np_baseline_help(method)) {
		complain("--method '%s': model, paleo or roofline was expected", method);
		return EXIT_USAGE;
	}
	if (!name && !(figures.peak_gflops > 0 && figures.bandwidth_gbs > 0)) {
		complain("--method %s wants a data sheet (--platform NAME), or --peak-gflops and --bandwidth", method);
		return EXIT_USAGE;
	}
	if (name && !share_is_path(name)) {
		if (!sheet_find(name, false, found))
			return complain_unknown(name);
		name = found;
	}
	if (np_platform_from_figures(name, &figures, method, platform, &err) != NP_OK)
		return complain_error(&err);
	return EXIT_FINE;
}
