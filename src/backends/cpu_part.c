/* Finding and loading the part that runs layers on the processor. */
#define _GNU_SOURCE
#include "backends/cpu.h"

#include "base/error.h"

#include <dlfcn.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char FILE_NAME[] = "neuralpower-onednn.so";
static const char ADVICE[] = "apt install libdnnl-dev, then build NeuralPower again";

static np_status open_part(const char *path, const np_part **part, np_error *err)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return np_fail(err, NP_ERR_UNAVAILABLE, "layers cannot run on the processor: %s: %s", dlerror(), ADVICE);
	np_part_entry entry;
	void *symbol = dlsym(library, NP_PART_ENTRY);
	memcpy(&entry, &symbol, sizeof entry); /* the C standard knows no conversion, POSIX does */
	const np_part *table = symbol ? entry() : NULL;
	if (!table || table->version != NP_PART_VERSION || table->sizes != NP_PART_SIZES)
		return np_fail(err, NP_ERR_VERSION, "%s was built for another NeuralPower: build and install both together",
		               path);
	*part = table;
	return NP_OK;
}

static bool exists(const char *path)
{
	return access(path, R_OK) == 0;
}

/* The directory of the program or library that this function is in, or that of the running program. */
static bool own_directory(bool program, char *directory, size_t size)
{
	Dl_info info;
	char path[PATH_MAX];
	ssize_t length = program ? readlink("/proc/self/exe", path, sizeof path - 1) : -1;
	if (length > 0)
		path[length] = '\0';
	else if (program || !dladdr((void *)(uintptr_t)np_cpu_load_part, &info) || !realpath(info.dli_fname, path))
		return false;
	char *slash = strrchr(path, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return snprintf(directory, size, "%s", path) < (int)size;
}

/* In a build directory, or one below it; where a library is installed; and from where a program is installed. */
static bool find_near(const char *directory, char *path, size_t size)
{
	static const char *const PLACES[] = {"", "../", "neuralpower/", "../lib/neuralpower/", "../lib/*/neuralpower/"};
	for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
		char pattern[PATH_MAX + 64];
		glob_t found;
		snprintf(pattern, sizeof pattern, "%s/%s%s", directory, PLACES[i], FILE_NAME);
		if (glob(pattern, 0, NULL, &found) != 0)
			continue;
		bool fits = snprintf(path, size, "%s", found.gl_pathv[0]) < (int)size;
		globfree(&found);
		if (fits && exists(path))
			return true;
	}
	return false;
}

static bool find_part(char *path, size_t size)
{
	char directory[PATH_MAX];
	for (int program = 0; program < 2; program++)
		if (own_directory(program, directory, sizeof directory) && find_near(directory, path, size))
			return true;
	return snprintf(path, size, "%s/%s", NP_PART_DIR, FILE_NAME) < (int)size && exists(path);
}

np_status np_cpu_load_part(const np_part **part, char *path, size_t size, np_error *err)
{
	const char *given = getenv("NP_ONEDNN_PART");
	*part = NULL;
	if (given && *given)
		snprintf(path, size, "%s", given);
	else if (!find_part(path, size))
		return np_fail(err, NP_ERR_UNAVAILABLE,
		               "layers cannot run on the processor: there is no %s beside the program or in %s: %s", FILE_NAME,
		               NP_PART_DIR, ADVICE);
	return open_part(path, part, err);
}
