/* Rows that were left out, and why: a list with an end, so that a broken file does not fill the memory. */
#ifndef NP_DATASET_ISSUES_H
#define NP_DATASET_ISSUES_H

#include "base/arena.h"

#include <neuralpower/status.h>

enum { NP_MOST_ISSUES = 1000 };

typedef struct np_issues {
	const char *items[NP_MOST_ISSUES]; /* "FILE:line: reason" in an arena */
	int count;
} np_issues;

/* Notes one, unless the list is full. */
np_status np_issues_add(np_issues *issues, np_arena *arena, const char *path, int line, const char *reason,
                        np_error *err) NP_MUST_CHECK;

/* NULL when out of range. */
const char *np_issues_item(const np_issues *issues, int index);

#endif
