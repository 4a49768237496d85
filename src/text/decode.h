/* Passing on the bytes of a source, unpacked where they are compressed with gzip. */
#ifndef NP_TEXT_DECODE_H
#define NP_TEXT_DECODE_H

#include "base/source.h"

/* Takes some bytes; a status other than NP_OK ends the reading. */
typedef np_status np_take_bytes(void *context, const void *data, size_t size, np_error *err);

/*
 * Reads `source` to its end: hands its bytes as they are to `raw` (may be NULL), and as text to `text`: unpacked when the
 * source begins like a gzip file, else the same bytes. NP_ERR_LIMIT when the text is longer than `limit` bytes.
 */
np_status np_decode(np_source *source, int64_t limit, np_take_bytes *raw, np_take_bytes *text, void *context,
                    np_error *err) NP_MUST_CHECK;

#endif
