/*
 * Networks one after the other, from a text with one JSON object a line ("neuralpower/network/1", docs/searching.md). Read
 * in the memory of one network, whatever their number.
 *
 * Ownership: free with np_stream_close(). A network of a stream is borrowed, and valid until the next is asked for.
 */
#ifndef NEURALPOWER_STREAM_H
#define NEURALPOWER_STREAM_H

#include <neuralpower/network.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct np_stream np_stream;

/* Opens a file; "-" is standard input. `options` may be NULL; what they point to must live until the stream is closed. */
NP_API np_status np_stream_open(const char *path, const np_load_options *options, np_stream **stream,
                                np_error *err) NP_MUST_CHECK;
NP_API void np_stream_close(np_stream *stream);

/*
 * The next network, finished; NULL after the last. Lines that are blank are passed over. A line that cannot be read is an
 * error with its place, after which the next call goes on with the next line; only NP_ERR_IO and NP_ERR_MEMORY end the
 * stream. Lines of more than 1 MB are NP_ERR_LIMIT.
 */
NP_API np_status np_stream_next(np_stream *stream, const np_network **network, np_error *err) NP_MUST_CHECK;

/* The line of the network or error that came last, from 1; 0 before the first. */
NP_API int64_t np_stream_line(const np_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
