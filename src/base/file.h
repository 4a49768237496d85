/* Writing files so that a reader never sees half of one. */
#ifndef NP_BASE_FILE_H
#define NP_BASE_FILE_H

#include <neuralpower/status.h>

/* Replaces `path` by `data` atomically: a temporary file beside it, synced, then renamed. NP_ERR_IO names the reason. */
np_status np_file_replace(const char *path, const void *data, size_t size, np_error *err) NP_MUST_CHECK;

#endif
