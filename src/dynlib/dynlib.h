/*
 * A library that may be absent: found when it is needed, by a list of names and places, and its functions put into a table
 * of function pointers. Never unloaded again, because vendors' libraries leave threads and exit handlers behind.
 */
#ifndef NP_DYNLIB_DYNLIB_H
#define NP_DYNLIB_DYNLIB_H

#include "dynlib/places.h"

typedef struct np_dynlib {
	void *handle;   /* NULL = not open */
	char path[512]; /* what was opened: a full path, or the name the system's loader knew */
} np_dynlib;

/* What to look for. Searched in this order: `first`, where the system's loader looks, `last`. */
typedef struct np_dynlib_request {
	const char *title;        /* for people: "cuDNN 9" */
	const char *const *names; /* file names, preferred first, NULL at the end */
	const char *given;        /* a path or name that was asked for: then nothing else is tried; NULL or "" = none */
	const char *given_by;     /* who asked, for messages: the name of an environment variable */
	const np_places *first;   /* may be NULL */
	const np_places *last;    /* may be NULL */
	const char *remedy;       /* for messages: what to install */
	bool global;              /* libraries loaded later shall see its symbols */
} np_dynlib_request;

/* One function of a table. */
typedef struct np_dynlib_symbol {
	const char *names[3]; /* preferred first; NULL = no more */
	size_t offset;        /* of the pointer in the table */
	bool required;
} np_dynlib_symbol;

/* NP_ERR_UNAVAILABLE says what was looked for, where, and why what was found did not load. */
np_status np_dynlib_open(const np_dynlib_request *request, np_dynlib *library, np_error *err) NP_MUST_CHECK;
/* Fills `table`: NULL where an optional function is missing, NP_ERR_UNAVAILABLE naming a required one. */
np_status np_dynlib_fill(const np_dynlib *library, const np_dynlib_symbol *symbols, size_t count, void *table,
                         np_error *err) NP_MUST_CHECK;
/* Gives the handle back; the code stays loaded. */
void np_dynlib_close(np_dynlib *library);

#endif
