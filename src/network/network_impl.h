/* What the files of this room share. Nobody outside src/network/ includes it. */
#ifndef NP_NETWORK_IMPL_H
#define NP_NETWORK_IMPL_H

#include <neuralpower/network.h>

#include "base/arena.h"

/* What a layer was made of, for making it again; its pointers are not kept. */
typedef struct np_recipe {
	np_layer_desc desc;
	bool shapes_given;
} np_recipe;

typedef struct np_changes np_changes; /* see change.c */

struct np_network {
	np_arena arena; /* owns everything below but the growing tables */
	const char *name, *path, *format;
	np_layer *layers;
	np_recipe *recipes; /* parallel to layers */
	int layer_count, layer_capacity;
	np_tensor *tensors;
	int tensor_count, tensor_capacity;
	const char **warnings;
	int warning_count, warning_capacity;
	unsigned char *marked_outputs; /* parallel to tensors */
	int first_input;               /* tensor id, -1 */
	bool finished;
	np_network_totals totals;
	np_changes *changes; /* NULL = never to be changed */
	void *scratch;       /* of np_peak_activation() */
	size_t scratch_size;
};

/* A layer under construction: what was asked, what is known, and where the result goes. */
typedef struct np_build {
	np_network *network;
	const np_layer_desc *desc;
	np_layer *layer;
	const np_shape *in;       /* shapes of the inputs */
	int64_t out[NP_MAX_RANK]; /* the inferred shape */
	int out_rank;
	np_error *err;
} np_build;

/* Infers build->out from the kind; shapes of several outputs are always given by the reader. */
np_status np_infer_shape(np_build *build);

/* The window of conv, deconv and pools: fills the layer's kernel, stride, dilation, padding and groups. */
np_status np_infer_window(np_build *build);

/* Fills macs, flops, params and the bytes of a layer whose shapes are known. */
np_status np_count_costs(np_build *build);

/* Elements of a shape; false when the product leaves 63 bits. */
bool np_shape_elements(np_shape shape, int64_t *count);

/* Bytes of a tensor; the builder has checked that they fit 63 bits. */
int64_t np_tensor_bytes(const np_tensor *tensor);

/* NP_OK when a tensor may have such a shape. */
np_status np_shape_check(np_shape shape, int element_bytes, const char *name, np_error *err);

/* Sums the totals of a network whose layers are known. */
np_status np_network_sum(np_network *network, np_error *err);

/* The most memory alive at one time, or false when a sum leaves 63 bits. */
bool np_peak_activation(np_network *network, int64_t *peak, np_error *err);

#endif
