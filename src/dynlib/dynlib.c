/* Opening a library at run time, and filling a table with its functions. */
#include "dynlib/dynlib.h"

#include "base/error.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Why the last file that is there could not be loaded; "" while none was seen. */
typedef struct np_refusal {
	char reason[256];
} np_refusal;

/* Code is never unloaded: vendors' libraries do not survive it. */
static bool try_open(const np_dynlib_request *request, const char *path, np_dynlib *library, np_refusal *refusal)
{
	int mode = RTLD_NOW | RTLD_NODELETE | (request->global ? RTLD_GLOBAL : RTLD_LOCAL);
	library->handle = dlopen(path, mode);
	if (library->handle) {
		snprintf(library->path, sizeof library->path, "%s", path);
		return true;
	}
	const char *reason = dlerror();
	/* A file that is not there is the common case and tells nothing; a missing dependency or a wrong format does. */
	if (strchr(path, '/') && access(path, F_OK) != 0)
		return false;
	if (!strchr(path, '/') && (!reason || !strncmp(reason, path, strlen(path))))
		return false;
	snprintf(refusal->reason, sizeof refusal->reason, "%s", reason ? reason : "no reason given");
	return false;
}

static bool try_places(const np_dynlib_request *request, const np_places *places, np_dynlib *library, np_refusal *refusal)
{
	for (int i = 0; places && i < places->count; i++)
		for (const char *const *name = request->names; *name; name++) {
			char path[sizeof library->path];
			int length = snprintf(path, sizeof path, "%s/%s", places->items[i], *name);
			if (length > 0 && (size_t)length < sizeof path && try_open(request, path, library, refusal))
				return true;
		}
	return false;
}

static bool try_system(const np_dynlib_request *request, np_dynlib *library, np_refusal *refusal)
{
	for (const char *const *name = request->names; *name; name++)
		if (try_open(request, *name, library, refusal))
			return true;
	return false;
}

/* "libcudnn.so.9 or libcudnn.so" */
static void list_names(const np_dynlib_request *request, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (const char *const *name = request->names; *name && used < size; name++) {
		int length = snprintf(text + used, size - used, "%s%s", used ? " or " : "", *name);
		used += length > 0 ? (size_t)length : 0;
	}
}

static np_status fail_missing(const np_dynlib_request *request, const np_refusal *refusal, np_error *err)
{
	if (request->given && request->given[0])
		return np_fail(err, NP_ERR_UNAVAILABLE, "%s: %s=%s cannot be loaded: %s", request->title,
		               request->given_by ? request->given_by : "path", request->given,
		               refusal->reason[0] ? refusal->reason : "no such file");
	char names[128];
	list_names(request, names, sizeof names);
	if (refusal->reason[0])
		return np_fail(err, NP_ERR_UNAVAILABLE, "%s (%s) was found and cannot be loaded: %s", request->title, names,
		               refusal->reason);
	int searched = (request->first ? request->first->count : 0) + (request->last ? request->last->count : 0);
	const char *example = request->last && request->last->count     ? request->last->items[0]
	                      : request->first && request->first->count ? request->first->items[0]
	                                                                : NULL;
	return np_fail(err, NP_ERR_UNAVAILABLE,
	               "%s not found: no %s where the system's loader looks, nor in %d further director%s%s%s%s; %s",
	               request->title, names, searched, searched == 1 ? "y" : "ies", example ? " (" : "",
	               example ? example : "", example ? (searched > 1 ? ", ...)" : ")") : "", request->remedy);
}

np_status np_dynlib_open(const np_dynlib_request *request, np_dynlib *library, np_error *err)
{
	*library = (np_dynlib){0};
	np_refusal refusal = {""};
	bool open;
	if (request->given && request->given[0])
		open = try_open(request, request->given, library, &refusal);
	else
		open = try_places(request, request->first, library, &refusal) || try_system(request, library, &refusal) ||
		       try_places(request, request->last, library, &refusal);
	return open ? NP_OK : fail_missing(request, &refusal, err);
}

np_status np_dynlib_fill(const np_dynlib *library, const np_dynlib_symbol *symbols, size_t count, void *table, np_error *err)
{
	for (size_t i = 0; i < count; i++) {
		void *address = NULL;
		for (int n = 0; n < 3 && symbols[i].names[n] && !address; n++)
			address = dlsym(library->handle, symbols[i].names[n]);
		if (!address && symbols[i].required)
			return np_fail(err, NP_ERR_UNAVAILABLE, "%s has no function %s: too old, or not what its name says",
			               library->path, symbols[i].names[0]);
		memcpy((char *)table + symbols[i].offset, &address, sizeof address);
	}
	return NP_OK;
}

void np_dynlib_close(np_dynlib *library)
{
	if (library->handle)
		dlclose(library->handle);
	library->handle = NULL;
}
