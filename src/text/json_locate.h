/* Where something stands in a JSON text: for messages on what a parsed document says, since parsers keep no places. */
#ifndef NP_TEXT_JSON_LOCATE_H
#define NP_TEXT_JSON_LOCATE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Finds the member that `path` leads to, one key per level ("3" is the fourth element of an array), in a text that has
 * parsed without error. `*line` and `*column` (from 1, columns in characters) are those of its key, or of the element;
 * with an empty path those of the document. False when the path leads nowhere; the place is then that of the last
 * member that was found, so that it can be used all the same.
 */
bool np_json_locate(const char *text, size_t size, const char *const *path, int depth, int *line, int *column);

#endif
