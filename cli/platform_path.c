/* Finding platforms: by path, or by name where platforms lie. */
#include "cli.h"

#include <limits.h>

const char DEFAULT_PLATFORM[] = "xeon-5120-pytorch";

static list search_path(void)
{
	return share_directories("NEURALPOWER_PLATFORMS", "platforms");
}

static int load_path(const char *path, np_platform **platform)
{
	np_error err = {0};
	return np_platform_load(path, platform, &err) == NP_OK ? EXIT_FINE : complain_error(&err);
}

list platform_list(void)
{
	list directories = search_path(), paths = share_list(&directories, ".json");
	list_free_items(&directories);
	return paths;
}

bool platform_known(const char *name)
{
	list directories = search_path();
	char path[PATH_MAX];
	bool found = share_find(&directories, name, ".json", path);
	list_free_items(&directories);
	return found;
}

static int complain_unknown(const char *name, const list *directories)
{
	char path[PATH_MAX];
	if (!sheet_find(name, false, path))
		return share_complain("platform", name, directories);
	complain("no platform '%s' was learned, but there is a data sheet: --method roofline or paleo answers from it", name);
	return EXIT_USAGE;
}

int platform_open(const char *name, np_platform **platform)
{
	*platform = NULL;
	if (share_is_path(name))
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
	int status = baseline_asked(args) ? sheet_open(args, name, args->method, platform) : platform_open(name, platform);
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
	if (baseline_asked(args))
		return platform_open_for(args, NULL, platform);
	warn(args, "no --platform was given, %s is taken", DEFAULT_PLATFORM);
	return platform_open_for(args, DEFAULT_PLATFORM, platform);
}
