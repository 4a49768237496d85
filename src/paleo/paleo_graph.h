/* The layers of a Paleo file as a list: Blocks taken apart, parents resolved, in topological order. */
#ifndef NP_PALEO_PALEO_GRAPH_H
#define NP_PALEO_PALEO_GRAPH_H

#include "base/arena.h"

#include <neuralpower/network.h>

#include <jansson.h>

/* A Block: a named group of layers with parents and an endpoint of its own. */
typedef struct np_paleo_block {
	const char *key;
	int outer; /* block, -1 = the network */
	int depth; /* 1 for a Block of the network */
	json_t *params;
	const int *parents; /* layers, once resolved */
	int parent_count;
	bool resolved;
} np_paleo_block;

typedef struct np_paleo_layer {
	const char *key, *name; /* in its block; the whole name, "Mixed_5b/concat" */
	const char *type;
	int block; /* -1 = the network */
	json_t *params;
	const int *parents; /* layers */
	int parent_count;
	int tensor;          /* its result, once it is in the network */
	unsigned char state; /* of the search for an order */
} np_paleo_layer;

typedef struct np_paleo_reader {
	np_network *network;
	const np_load_options *options;
	np_error *err;
	np_arena arena;
	const char *text; /* of the file, for the places of errors */
	size_t size;
	np_paleo_layer *layers;
	int layer_count, layer_capacity;
	np_paleo_block *blocks;
	int block_count, block_capacity;
	json_t *names; /* whole name -> layer >= 0, or block as -1 - block */
	int64_t edges;
	int *order; /* of the layers */
	int64_t file_batch;
	int located_warnings;
} np_paleo_reader;

/* Fills layers, parents and order from the `layers` object of the file. */
np_status np_paleo_read_graph(np_paleo_reader *reader, json_t *layers) NP_MUST_CHECK;

/* An error at a layer, or at one of its fields when `field` is not NULL. */
np_status np_paleo_fail(np_paleo_reader *reader, const np_paleo_layer *layer, const char *field, np_status status,
                        const char *format, ...) NP_PRINTF(5, 6);
/* Where a layer (or its field) stands in the file. */
void np_paleo_place(const np_paleo_reader *reader, const np_paleo_layer *layer, const char *field, int *line, int *column);

/* Adds one layer whose parents are in the network. */
np_status np_paleo_add(np_paleo_reader *reader, np_paleo_layer *layer) NP_MUST_CHECK;

#endif
