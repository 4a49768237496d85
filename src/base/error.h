/* Setting errors: the first one wins, and every helper returns the status so that `return np_fail(...)` reads well. */
#ifndef NP_BASE_ERROR_H
#define NP_BASE_ERROR_H

#include <neuralpower/status.h>

/* Sets `err` (unless it is NULL or already set) and returns `status`. */
np_status np_fail(np_error *err, np_status status, const char *format, ...) NP_PRINTF(3, 4);

/* The same with a place in a text. */
np_status np_fail_at(np_error *err, np_status status, int line, int column, const char *format, ...) NP_PRINTF(5, 6);

/* The same with a place in a binary file. */
np_status np_fail_offset(np_error *err, np_status status, int64_t offset, const char *format, ...) NP_PRINTF(4, 5);

/* NP_ERR_MEMORY with the usual text. */
np_status np_fail_memory(np_error *err);

/* Adds what a lower room could not know, where it is still missing. `err` may be NULL. */
void np_error_set_path(np_error *err, const char *path);
void np_error_set_place(np_error *err, int line, int column);
void np_error_set_offset(np_error *err, int64_t offset);

/* Leaves the function with its status when a call failed. */
#define NP_TRY(call)                              \
	do {                                      \
		np_status np_try_status = (call); \
		if (np_try_status != NP_OK)       \
			return np_try_status;     \
	} while (0)

#endif
