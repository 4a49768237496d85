/* JSON as a whole document, by jansson, whose complaints become errors with a place. */
#ifndef NP_TEXT_JSON_DOCUMENT_H
#define NP_TEXT_JSON_DOCUMENT_H

#include <neuralpower/status.h>

#include <jansson.h>

/*
 * Parses a text; the caller gives the document back with json_decref(). NP_ERR_SYNTAX with line and column, which says that
 * `expected` ("a data sheet in JSON was") was expected; NP_ERR_LIMIT before it is parsed when it would take hundreds of
 * megabytes. `flags` are jansson's.
 */
np_status np_json_parse(const char *text, size_t size, size_t flags, const char *expected, json_t **root,
                        np_error *err) NP_MUST_CHECK;

#endif
