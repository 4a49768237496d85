/*
 * What a device is asked to run: layers in order, and the tensors that flow between them. One layer alone is a program of
 * one step; a whole network is one of many. Weights are the device's own affair: random, of the size a step implies.
 */
#ifndef NP_MEASURE_PROGRAM_H
#define NP_MEASURE_PROGRAM_H

#include <neuralpower/layer_config.h>

#include "base/arena.h"

/* One layer to run. Layers that cost nothing have no step: their readers read the tensor they are a view of. */
typedef struct np_step {
	np_layer_config config;
	const char *name; /* the layer's, for messages; the layer's text for a layer alone */
	/*
	 * Program tensors. A tensor is read as the shape that `config` says, whatever shape its producer gave it: same number
	 * of values. Activations that may work in place have outputs[0] == inputs[0].
	 */
	const int *inputs;
	int input_count;
	const int *outputs;
	int output_count;
} np_step;

typedef struct np_program {
	np_arena arena; /* owns everything below */
	np_step *steps;
	int step_count;
	int64_t *values; /* how many values each tensor has */
	int tensor_count;
	int64_t batch;
	const char *name;    /* of the network, or the layer's text */
	const char *network; /* the one it is, or its layer belongs to; "" = none */
	const char *path;    /* of the network's file, "" = none */
	bool whole;          /* a network, not a layer alone */
} np_program;

/* One layer alone, with tensors of its own; relu, activation and dropout in place. */
np_status np_program_of_layer(const np_layer_config *config, np_program *program, np_error *err) NP_MUST_CHECK;
/* A network, layer by layer. NP_ERR_UNSUPPORTED names a layer that has no configuration. */
np_status np_program_of_network(const np_network *network, np_program *program, np_error *err) NP_MUST_CHECK;
/* A network of which only the layers are known, for a device that needs no more: steps without tensors. */
np_status np_program_of_list(const char *name, const char *path, int64_t batch, const np_layer_config *layers, int layer_count,
                             np_program *program, np_error *err) NP_MUST_CHECK;
void np_program_free(np_program *program);

#endif
