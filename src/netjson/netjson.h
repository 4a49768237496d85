/*
 * Networks as JSON objects, one a line ("neuralpower/network/1"): text -> network. docs/searching.md says what they hold.
 * A reader keeps its tables from one network to the next, so that a stream of them takes no memory anew.
 */
#ifndef NP_NETJSON_NETJSON_H
#define NP_NETJSON_NETJSON_H

#include "base/source.h"
#include "netjson/json_scan.h"

#include <neuralpower/network.h>

#define NP_NETJSON_SCHEMA "neuralpower/network/"

/* Reads a whole source, which holds one network, into an empty one, which the caller finishes. `options` may be NULL. */
np_status np_netjson_read(np_source *source, const np_load_options *options, np_network *network, np_error *err) NP_MUST_CHECK;

/* A name of a tensor. */
typedef struct np_netjson_name {
	uint32_t hash, stamp; /* stamp: of the network it belongs to; others are empty */
	int tensor;
} np_netjson_name;

typedef struct np_netjson {
	np_scan scan;
	np_network *network;
	const np_load_options *options;
	np_netjson_name *names;
	uint32_t name_capacity, name_count, stamp;
	int *inputs; /* of the layer at hand */
	int input_capacity;
	int last; /* the tensor that a layer without `input` reads; -1 = there is none yet */
} np_netjson;

/* Reads one text; see np_scan_on(). Zero-initialise the reader before the first. */
np_status np_netjson_parse(np_netjson *reader, np_scan scan, const np_load_options *options, np_network *network) NP_MUST_CHECK;
/* The same into a network that is emptied before and finished after, and has come from `path`. */
np_status np_netjson_next(np_netjson *reader, np_scan scan, const char *path, const np_load_options *options,
                          np_network *network) NP_MUST_CHECK;
void np_netjson_free(np_netjson *reader);

/* ---- what the files of this room share ---- */

/* Reads the array of layers and adds each. */
np_status np_netjson_layers(np_netjson *reader) NP_MUST_CHECK;

/* Remembers the name of a tensor; NP_ERR_DATA when it is taken. `at` is where the text says it. */
np_status np_netjson_name_add(np_netjson *reader, const char *name, size_t length, int tensor, const char *at) NP_MUST_CHECK;
/* -1 when there is none of that name. */
int np_netjson_name_find(const np_netjson *reader, const char *name, size_t length);

#endif
