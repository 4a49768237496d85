/* Directories where run-time libraries may lie. Only what exists is kept, in the order it was added, each once. */
#ifndef NP_DYNLIB_PLACES_H
#define NP_DYNLIB_PLACES_H

#include <neuralpower/status.h>

typedef struct np_places {
	char **items;
	int count;
	bool failed; /* memory ran out: what is listed is not all */
} np_places;

/* Adds a directory, or every directory that a shell pattern matches. */
void np_places_add(np_places *places, const char *directory);
void np_places_match(np_places *places, const char *pattern);
/* Adds the directories of a list with colons between them, as in PATH, each with its lib and lib64; NULL is fine. */
void np_places_add_list(np_places *places, const char *list);
/* Adds the library directories of a vendor's Python packages: PREFIX/lib/python3.N/site-packages/VENDOR/PACKAGE/lib. */
void np_places_wheels(np_places *places, const char *prefix, const char *vendor);
void np_places_free(np_places *places);

#endif
