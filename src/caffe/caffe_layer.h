/* What the files of this room share: the reader's state, one layer under way, and the builders of the layer types. */
#ifndef NP_CAFFE_CAFFE_LAYER_H
#define NP_CAFFE_CAFFE_LAYER_H

#include "caffe/blobnames.h"
#include "caffe/prototext.h"

#include <neuralpower/network.h>

typedef struct np_caffe_reader {
	np_network *network;
	const np_load_options *options;
	np_error *err;
	np_arena arena; /* the tree, and everything below that is not the network's */
	const np_proto *root;
	np_blob_names blobs;  /* name -> the tensor it stands for at this point of the file */
	np_blob_names shared; /* names of weights that an earlier layer owns */
	np_blob_names stages; /* of the network state that rules are held against */
	int64_t file_batch;   /* leading dimension of the first input as the file has it, 0 = not said */
} np_caffe_reader;

struct np_caffe_type;

/* One layer of the file. */
typedef struct np_caffe_layer {
	np_caffe_reader *reader;
	const struct np_caffe_type *type;
	const np_proto *node;  /* the whole layer */
	const np_proto *param; /* its own parameters (convolution_param...), NULL when it has none */
	const char *name, *type_name;
	const char **tops;
	int top_count;
	const char **bottom_names; /* as the file lists them */
	int named_bottom_count;
	int *bottoms; /* tensors of those that exist */
	np_shape *in; /* their shapes */
	int bottom_count;
	np_layer_desc desc; /* what the builders fill in */
} np_caffe_layer;

/* How a type behaves beyond its builder. */
enum {
	NP_CAFFE_POINTWISE = 1, /* keeps the shape and may work in place */
	NP_CAFFE_FREE = 2,      /* costs nothing at inference */
	NP_CAFFE_LABELS = 4,    /* bottoms after the first may be labels that exist in training only */
	NP_CAFFE_DATA = 8,      /* makes inputs of the network */
	NP_CAFFE_SINK = 16,     /* leaves no trace in the network */
	NP_CAFFE_STRANGE = 32,  /* known by name and shape, not by cost */
	NP_CAFFE_ROUGH = 64,    /* its products are counted, the rest of its work is not */
};

/* One row per layer type. */
typedef struct np_caffe_type {
	const char *name;  /* of the current format, "Convolution" */
	const char *old;   /* the enumerator of the V1 format, "CONVOLUTION", or NULL */
	const char *param; /* the message of its parameters, or NULL */
	np_kind kind;
	int least_bottoms;
	unsigned flags;
	np_status (*build)(np_caffe_layer *layer); /* fills layer->desc; NULL where the above says all */
} np_caffe_type;

/* The row of a type, by either name; NULL when the type is not known. */
const np_caffe_type *np_caffe_find_type(const char *name);

/* Reads one `layer` or `layers` message of the root into the network. */
np_status np_caffe_read_layer(np_caffe_reader *reader, const np_proto *node) NP_MUST_CHECK;

/* Is the layer part of the network at test time? Sets up the state first: np_caffe_read_state(). */
np_status np_caffe_read_state(np_caffe_reader *reader) NP_MUST_CHECK;
np_status np_caffe_is_included(np_caffe_reader *reader, const np_proto *node, bool *included) NP_MUST_CHECK;

/* The inputs of the old style (root `input`), those of data layers, and one that only the user gave a shape for. */
np_status np_caffe_read_inputs(np_caffe_reader *reader) NP_MUST_CHECK;
np_status np_caffe_read_data(np_caffe_layer *layer) NP_MUST_CHECK;
np_status np_caffe_given_input(np_caffe_reader *reader, const char *name, const np_proto *place, bool *given) NP_MUST_CHECK;

/* NP_ERR_DATA at a field of the layer, or at the layer itself when `field` is NULL; the layer's name goes before. */
np_status np_caffe_fail(const np_caffe_layer *layer, const np_proto *field, const char *format, ...) NP_PRINTF(3, 4);
/* A warning of the network with the layer's place. */
void np_caffe_warn(const np_caffe_layer *layer, const char *format, ...) NP_PRINTF(2, 3);

/* An axis by name; negative ones count from the end of `rank`. */
np_status np_caffe_axis(const np_caffe_layer *layer, const char *field, int64_t standard, int rank, int *axis) NP_MUST_CHECK;
/* num_output, which must be there. */
np_status np_caffe_num_output(np_caffe_layer *layer) NP_MUST_CHECK;
/* A fresh list of dims in the reader's arena; NULL-free: fails. Copies `from` when it is given. */
np_status np_caffe_dims(const np_caffe_layer *layer, int rank, const int64_t *from, int64_t **dims) NP_MUST_CHECK;
/* Makes this the shape of every top, or of top `index`. */
np_status np_caffe_set_outputs(np_caffe_layer *layer, int rank, const int64_t *dims) NP_MUST_CHECK;
np_status np_caffe_set_output(np_caffe_layer *layer, int index, int rank, const int64_t *dims) NP_MUST_CHECK;
/*
 * Learned values and what else is read: `weights` and `biases` are the first and second blob of the layer, counted
 * unless an earlier layer owns a blob of that name; `statistics` are read, not learned.
 */
np_status np_caffe_constants(np_caffe_layer *layer, int64_t weights, int64_t biases, int64_t statistics) NP_MUST_CHECK;
/* Does one of the layer's first two blobs have a name that an earlier layer owns? Claims the names that are new. */
np_status np_caffe_share(np_caffe_layer *layer, bool shared[2]) NP_MUST_CHECK;

/* The builders, by file. */
np_status np_caffe_convolution(np_caffe_layer *layer);
np_status np_caffe_depthwise(np_caffe_layer *layer);
np_status np_caffe_pooling(np_caffe_layer *layer);

np_status np_caffe_inner_product(np_caffe_layer *layer);
np_status np_caffe_embed(np_caffe_layer *layer);
np_status np_caffe_recurrent(np_caffe_layer *layer);
np_status np_caffe_scale(np_caffe_layer *layer);
np_status np_caffe_bias(np_caffe_layer *layer);
np_status np_caffe_batch_norm(np_caffe_layer *layer);
np_status np_caffe_affine_norm(np_caffe_layer *layer);
np_status np_caffe_prelu(np_caffe_layer *layer);
np_status np_caffe_normalize(np_caffe_layer *layer);
np_status np_caffe_lrn(np_caffe_layer *layer);
np_status np_caffe_eltwise(np_caffe_layer *layer);
np_status np_caffe_axpy(np_caffe_layer *layer);
np_status np_caffe_loss(np_caffe_layer *layer);

np_status np_caffe_concat(np_caffe_layer *layer);
np_status np_caffe_slice(np_caffe_layer *layer);
np_status np_caffe_split(np_caffe_layer *layer);
np_status np_caffe_flatten(np_caffe_layer *layer);
np_status np_caffe_reshape(np_caffe_layer *layer);
np_status np_caffe_permute(np_caffe_layer *layer);
np_status np_caffe_tile(np_caffe_layer *layer);
np_status np_caffe_crop(np_caffe_layer *layer);
np_status np_caffe_reduction(np_caffe_layer *layer);
np_status np_caffe_argmax(np_caffe_layer *layer);

np_status np_caffe_interp(np_caffe_layer *layer);
np_status np_caffe_upsample(np_caffe_layer *layer);
np_status np_caffe_resize(np_caffe_layer *layer);
np_status np_caffe_prior_box(np_caffe_layer *layer);
np_status np_caffe_detection_output(np_caffe_layer *layer);
np_status np_caffe_roi_pooling(np_caffe_layer *layer);
np_status np_caffe_psroi_pooling(np_caffe_layer *layer);

#endif
