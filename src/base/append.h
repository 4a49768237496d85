/*
 * A file that only grows, line by line: each line is on the disk or is not there at all, whatever kills the writer. One
 * writer at a time.
 */
#ifndef NP_BASE_APPEND_H
#define NP_BASE_APPEND_H

#include <neuralpower/status.h>

typedef struct np_appender np_appender;

/*
 * Opens or creates `path` for appending and locks it. A file that is not empty must begin with the line
 * `first_line`, else it is left alone and NP_ERR_DATA returned: it is somebody else's. A last line without its end, as a killed
 * writer leaves one, is taken off: *cut says how many bytes. *empty: nothing is in the file. NP_ERR_IO when it cannot be
 * written, or another process holds it.
 */
np_status np_append_open(const char *path, const char *first_line, np_appender **appender, bool *empty, int64_t *cut,
                         np_error *err) NP_MUST_CHECK;
/* Appends whole lines (the text ends with a line break) and syncs. NP_ERR_IO leaves the file as it was before. */
np_status np_append(np_appender *appender, const char *lines, size_t size, np_error *err) NP_MUST_CHECK;
void np_append_close(np_appender *appender);

#endif
