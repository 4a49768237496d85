/*
 * Spaces of networks, and random networks drawn from them: to learn from, to search in, to test with. docs/searching.md
 * describes each. The same space, seed and index give the same network everywhere.
 *
 * Ownership: free with np_space_free(); texts are borrowed until the next network is drawn.
 */
#ifndef NEURALPOWER_SPACE_H
#define NEURALPOWER_SPACE_H

#include <neuralpower/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct np_space np_space;

/* The known spaces by index, and one line on what each holds; NULL past the last. */
NP_API const char *np_space_name(int index);
NP_API const char *np_space_help(int index);

/* `batch` 0 = the space's own. NP_ERR_ARGUMENT when there is no such space. */
NP_API np_status np_space_open(const char *name, uint64_t seed, int64_t batch, np_space **space, np_error *err) NP_MUST_CHECK;
NP_API void np_space_free(np_space *space);

/* Draws network `index`, from 0: any index, in any order. */
NP_API void np_space_draw(np_space *space, int64_t index);

/* The network drawn last: its name, and it as a Caffe prototxt file or as one JSON line with its line break. NP_ERR_MEMORY at
 * most. */
NP_API const char *np_space_drawn(const np_space *space);
NP_API np_status np_space_prototxt(np_space *space, const char **text, size_t *size, np_error *err) NP_MUST_CHECK;
NP_API np_status np_space_line(np_space *space, const char **text, size_t *size, np_error *err) NP_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
