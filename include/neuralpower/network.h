/*
 * A network: a directed acyclic graph of typed layers whose shapes are known.
 *
 * Ownership: what you create or load you free with np_network_free(); everything you get from a network is borrowed and
 * valid until it is freed; what you pass in is copied. A finished network is immutable and may be shared by threads.
 */
#ifndef NEURALPOWER_NETWORK_H
#define NEURALPOWER_NETWORK_H

#include <neuralpower/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The kinds of layers: enumerator, public name (the `type` of every report and data set), one line of help. */
#define NP_KIND_MAP(X)                                                                    \
	X(NP_CONV, "conv", "convolution, any rank, grouped and dilated")                  \
	X(NP_DECONV, "deconv", "transposed convolution")                                  \
	X(NP_FC, "fc", "fully connected: product with a constant matrix")                 \
	X(NP_MAXPOOL, "maxpool", "maximum over windows")                                  \
	X(NP_AVGPOOL, "avgpool", "mean over windows")                                     \
	X(NP_GLOBALAVGPOOL, "globalavgpool", "mean over all positions of a channel")      \
	X(NP_LRN, "lrn", "local response normalisation")                                  \
	X(NP_BATCHNORM, "batchnorm", "normalisation or scale per channel with constants") \
	X(NP_LAYERNORM, "layernorm", "normalisation by statistics of the input itself")   \
	X(NP_RELU, "relu", "max(x, 0) and its clipped or leaky forms")                    \
	X(NP_ACTIVATION, "activation", "any other function of one value")                 \
	X(NP_ELTWISE, "eltwise", "arithmetic between tensors, element by element")        \
	X(NP_CONCAT, "concat", "tensors joined along an axis")                            \
	X(NP_SOFTMAX, "softmax", "softmax or log-softmax along an axis")                  \
	X(NP_MATMUL, "matmul", "product of two activations")                              \
	X(NP_RESHAPE, "reshape", "a view (free), or values moved unchanged")              \
	X(NP_DROPOUT, "dropout", "dropout, free at inference")                            \
	X(NP_RESIZE, "resize", "spatial resampling")                                      \
	X(NP_PAD, "pad", "border added or removed")                                       \
	X(NP_REDUCE, "reduce", "sum, mean, max... over axes")                             \
	X(NP_OTHER, "other", "an operator this program does not know")

typedef enum np_kind {
#define NP_KIND_ENUM(name, text, help) name,
	NP_KIND_MAP(NP_KIND_ENUM)
#undef NP_KIND_ENUM
	        NP_KIND_COUNT
} np_kind;

/* The public name of a kind ("conv"); never NULL. */
NP_API const char *np_kind_name(np_kind kind);
/* One line on what a kind is; never NULL. */
NP_API const char *np_kind_help(np_kind kind);
/* Finds a kind by its public name; false when there is none. */
NP_API bool np_kind_find(const char *name, np_kind *kind);

/* A shape of any rank: [n, c, d1, d2, ...] for images, whatever the file's own layout was. Rank 0 is a scalar. */
typedef struct np_shape {
	int rank;
	const int64_t *dims;
} np_shape;

enum {
	NP_MAX_RANK = 32,   /* of any tensor */
	NP_MAX_SPATIAL = 6, /* axes of a window */
};

/* A value that flows between layers. Constants (weights) are not tensors of the network. */
typedef struct np_tensor {
	const char *name;
	np_shape shape;
	int element_bytes;
	int producer; /* layer index, -1 for an input of the network */
	int storage;  /* the tensor whose memory this one shares (a view or in-place result), else its own id */
} np_tensor;

/* One layer of a finished network, with everything that was inferred. */
typedef struct np_layer {
	int index;
	const char *name;
	const char *op; /* the operator's name in the source file */
	np_kind kind;
	bool free; /* costs nothing at inference: a view, dropout, a loss */

	const int *inputs; /* tensor ids of the activation inputs */
	int input_count;
	const int *outputs;
	int output_count;

	int spatial_rank; /* axes of the window; 0 when the kind has none */
	int64_t kernel[NP_MAX_SPATIAL], stride[NP_MAX_SPATIAL], dilation[NP_MAX_SPATIAL];
	int64_t pad_begin[NP_MAX_SPATIAL], pad_end[NP_MAX_SPATIAL];
	int64_t groups; /* 0 when the kind has none */

	int64_t macs;   /* multiply-accumulates, bias excluded; 0 where a kind has none */
	int64_t flops;  /* see np_flops_rule() */
	int64_t params; /* learned values owned by this layer, bias included; shared weights count where first used */
	int64_t input_bytes, output_bytes;
	int64_t weight_bytes; /* constants that this layer reads: weights, bias, statistics */
} np_layer;

/* Sums over a network. Bytes as stored in the network's own element types. */
typedef struct np_network_totals {
	int64_t macs, flops, params, weight_bytes;
	int64_t activation_bytes;      /* the network's inputs and every layer's outputs, each counted once */
	int64_t peak_activation_bytes; /* the most that is alive at one time, layers run in order, views sharing memory */
} np_network_totals;

typedef struct np_network np_network;

/* How FLOPs are counted, in one sentence per kind, for people. */
NP_API const char *np_flops_rule(void);

/* ---- Building: create, add inputs, add layers in topological order, finish ------------------------------------------ */

/* How a window's output size is rounded. */
typedef enum np_rounding {
	NP_ROUND_FLOOR, /* floor((in + pads - extent) / stride) + 1 */
	NP_ROUND_CEIL,  /* ceil instead; a last window that would start in the end padding is dropped (Caffe, PyTorch, ONNX) */
	NP_ROUND_SAME,  /* ceil(in / stride), padding derived, the odd cell at the end (TensorFlow's SAME, SAME_UPPER) */
	NP_ROUND_SAME_LOW, /* the same with the odd cell at the beginning (SAME_LOWER) */
} np_rounding;

/*
 * What a new layer is. Zero-initialise, then set what applies: zeros mean the kind's default (stride 1, dilation 1,
 * no padding, one group, one output).
 */
typedef struct np_layer_desc {
	np_kind kind;
	const char *name;
	const char *op; /* NULL = the kind's name */
	bool free;
	bool in_place; /* the output overwrites input 0 (views share memory anyway) */
	const int *inputs;
	int input_count;

	int spatial_rank; /* conv, deconv, pools: axes of the window; the input has rank 2 + spatial_rank */
	int64_t kernel[NP_MAX_SPATIAL], stride[NP_MAX_SPATIAL], dilation[NP_MAX_SPATIAL];
	int64_t pad_begin[NP_MAX_SPATIAL], pad_end[NP_MAX_SPATIAL];
	int64_t output_pad[NP_MAX_SPATIAL]; /* deconv: extra cells at the end of the output */
	np_rounding rounding;
	int64_t groups;
	int64_t out_channels; /* conv, deconv, fc */
	bool bias;            /* conv, deconv, fc: one learned value per output channel */
	int axis;             /* concat: joined axis; fc: first flattened axis (the rest of the input is one vector) */
	int64_t window;       /* lrn: how many channels take part */
	int64_t factor;       /* eltwise, activation...: FLOPs per output value when not the kind's default; 0 = default */
	int64_t contraction;  /* fc, matmul: products per output value where the shapes alone do not say; 0 = they do */

	/* Output shapes, for kinds whose shape is not inferred from the above, or NULL to infer a single output. */
	const np_shape *output_shapes;
	const char *const *output_names; /* NULL = the layer's name */
	int output_count;                /* 0 = 1 */
	int output_element_bytes;        /* 0 = that of input 0 */

	/* Constants that the kind does not imply (a learned scale, statistics...), or shared ones. */
	bool constants_given;    /* use the next two instead of what the kind implies */
	int64_t params;          /* learned values this layer owns */
	int64_t constant_values; /* values it reads, whoever owns them */
} np_layer_desc;

/* What is to be different about one layer. Zero-initialise, then set what changes: zeros leave things as they are. */
typedef struct np_layer_change {
	int layer;
	int64_t out_channels; /* conv, deconv, fc */
	int64_t groups;       /* conv, deconv */
	int64_t kernel[NP_MAX_SPATIAL], stride[NP_MAX_SPATIAL], dilation[NP_MAX_SPATIAL]; /* conv, deconv, pools */
	bool set_padding; /* whether the padding changes, to what follows */
	int64_t pad_begin[NP_MAX_SPATIAL], pad_end[NP_MAX_SPATIAL];
} np_layer_change;

/* A new empty network named `name`. */
NP_API np_status np_network_create(const char *name, np_network **network, np_error *err) NP_MUST_CHECK;

/* Adds an input; `*tensor` is its id. Every dimension must be >= 1. */
NP_API np_status np_network_add_input(np_network *network, const char *name, np_shape shape, int element_bytes, int *tensor,
                                      np_error *err) NP_MUST_CHECK;

/*
 * Adds a layer whose inputs exist, infers its output shapes and its costs. `*first_output` (may be NULL) is the id of its
 * first output tensor; the others follow. NP_ERR_DATA when the shapes do not fit the kind, NP_ERR_LIMIT when a count
 * leaves 63 bits or the network its memory limit.
 */
NP_API np_status np_network_add_layer(np_network *network, const np_layer_desc *desc, int *first_output,
                                      np_error *err) NP_MUST_CHECK;

/* Marks a tensor as a result of the network: it stays alive to the end. Tensors that nobody reads are results anyway. */
NP_API void np_network_mark_output(np_network *network, int tensor);

/* Notes something the user should know (an assumption, an unknown operator). */
NP_API void np_network_warn(np_network *network, const char *format, ...) NP_PRINTF(2, 3);

/* Sums the totals and freezes the network. NP_ERR_DATA when it has no layer. */
NP_API np_status np_network_finish(np_network *network, np_error *err) NP_MUST_CHECK;

NP_API void np_network_free(np_network *network);

/* ---- Looking ---------------------------------------------------------------------------------------------------------- */

NP_API const char *np_network_name(const np_network *network);
NP_API const char *np_network_path(const np_network *network);   /* "" when built in memory */
NP_API const char *np_network_format(const np_network *network); /* caffe, onnx, paleo, json, or "memory" */
/* The leading dimension of the first input: how many items one forward pass takes. */
NP_API int64_t np_network_batch(const np_network *network);
NP_API int np_network_layer_count(const np_network *network);
NP_API const np_layer *np_network_layer(const np_network *network, int index); /* NULL when out of range */
NP_API int np_network_tensor_count(const np_network *network);
NP_API const np_tensor *np_network_tensor(const np_network *network, int id); /* NULL when out of range */
NP_API np_network_totals np_network_sums(const np_network *network);
/*
 * Whether a path or name is that of a network, as tables of networks name it: whatever the case, with or without '-', '_' and
 * blanks, of a path the last part without its extension. "networks/vgg_16.prototxt" is called "VGG-16".
 */
NP_API bool np_network_called(const char *path, const char *name);
NP_API int np_network_warning_count(const np_network *network);
NP_API const char *np_network_warning(const np_network *network, int index); /* NULL when out of range */

/* ---- Loading ---------------------------------------------------------------------------------------------------------- */

typedef struct np_input_shape {
	const char *input;
	np_shape shape; /* in [n, c, h, w] order; 0 keeps the file's own dimension */
} np_input_shape;

typedef struct np_named_dim {
	const char *name; /* a symbolic dimension of an ONNX file */
	int64_t size;
} np_named_dim;

/* How to read a network file. Zero-initialise for the defaults. */
typedef struct np_load_options {
	int64_t batch; /* leading dimension of every input; 0 = the file's own, 1 where it leaves it open */
	const np_input_shape *shapes;
	int shape_count;
	const np_named_dim *dims;
	int dim_count;
	bool strict; /* NP_ERR_UNSUPPORTED on the first unknown operator, instead of a layer of kind `other` and a warning */
} np_load_options;

/* The formats of network files, by index; NULL past the last: "onnx", "paleo", "caffe", "json". */
NP_API const char *np_format_name(int index);
/* One line on a format; NULL when there is none of that name. */
NP_API const char *np_format_help(const char *name);

/*
 * Reads a network file: Caffe prototxt, ONNX, Paleo JSON or our own JSON, told apart by content, then by extension; "-" is
 * standard input. Weights are never read into memory. `options` may be NULL.
 */
NP_API np_status np_network_load(const char *path, const np_load_options *options, np_network **network,
                                 np_error *err) NP_MUST_CHECK;

/* The same from memory; `name` stands for the path in messages and names the network. */
NP_API np_status np_network_load_memory(const void *data, size_t size, const char *name, const np_load_options *options,
                                        np_network **network, np_error *err) NP_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
