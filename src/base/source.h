/*
 * A source of bytes read once from front to back: a file, standard input, or memory. Skipping seeks where the file can,
 * so that the weights of a model are passed over, not read.
 */
#ifndef NP_BASE_SOURCE_H
#define NP_BASE_SOURCE_H

#include <neuralpower/status.h>

typedef struct np_source np_source;

/* Opens a path ("-" is standard input). NP_ERR_IO with the reason when it cannot be opened or is a directory. */
np_status np_source_open(const char *path, np_source **source, np_error *err) NP_MUST_CHECK;
/* Reads from memory, which the caller keeps alive. `name` is used in messages. */
np_status np_source_open_memory(const void *data, size_t size, const char *name, np_source **source,
                                np_error *err) NP_MUST_CHECK;
void np_source_close(np_source *source);

const char *np_source_path(const np_source *source);
/* Bytes consumed so far. */
int64_t np_source_offset(const np_source *source);
/* Bytes left, or -1 when unknown (a pipe). */
int64_t np_source_left(const np_source *source);

/* Up to `size` bytes ahead without consuming them, fewer at the end of the source; at most NP_SOURCE_PEEK. */
enum { NP_SOURCE_PEEK = 4096 };
np_status np_source_peek(np_source *source, size_t size, const unsigned char **data, size_t *got, np_error *err) NP_MUST_CHECK;
/* Exactly `size` bytes; NP_ERR_SYNTAX with the offset when the source ends before. */
np_status np_source_read(np_source *source, void *data, size_t size, np_error *err) NP_MUST_CHECK;
np_status np_source_skip(np_source *source, int64_t size, np_error *err) NP_MUST_CHECK;
/*
 * All that is left, terminated by a NUL that `*size` does not count; the caller frees it with free().
 * NP_ERR_LIMIT when it is more than `limit` bytes.
 */
np_status np_source_read_all(np_source *source, size_t limit, char **data, size_t *size, np_error *err) NP_MUST_CHECK;
/* The same of a whole file: opened, read, closed. */
np_status np_source_read_file(const char *path, size_t limit, char **data, size_t *size, np_error *err) NP_MUST_CHECK;

#endif
