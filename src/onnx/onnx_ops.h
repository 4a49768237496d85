/* The handlers and folders that the rows of the table in onnx_ops.c name, by the file they are in. */
#ifndef NP_ONNX_OPS_H
#define NP_ONNX_OPS_H

#include "onnx/onnx_call.h"

/* What tells operators apart that share a handler or folder. */
typedef enum np_onnx_variant {
	NP_ONNX_PLAIN,
	/* arithmetic on one or more values */
	NP_ONNX_ADD,
	NP_ONNX_SUB,
	NP_ONNX_MUL,
	NP_ONNX_DIV,
	NP_ONNX_MOD,
	NP_ONNX_POW,
	NP_ONNX_MIN,
	NP_ONNX_MAX,
	NP_ONNX_MEAN,
	NP_ONNX_AND,
	NP_ONNX_OR,
	NP_ONNX_XOR,
	NP_ONNX_EQUAL,
	NP_ONNX_LESS,
	NP_ONNX_LESS_EQUAL,
	NP_ONNX_GREATER,
	NP_ONNX_GREATER_EQUAL,
	NP_ONNX_NEG,
	NP_ONNX_ABS,
	NP_ONNX_FLOOR,
	NP_ONNX_CEIL,
	NP_ONNX_ROUND,
	NP_ONNX_SQRT,
	NP_ONNX_RECIPROCAL,
	NP_ONNX_SIGN,
	NP_ONNX_NOT,
	NP_ONNX_RELU,
	NP_ONNX_PROD,
	/* element-wise operators whose results are true or false */
	NP_ONNX_BOOLEAN,
	/* quantized forms: inputs come with scales and zero points */
	NP_ONNX_QUANTIZED,
	NP_ONNX_INTEGER,
	/* layouts with the channels last */
	NP_ONNX_CHANNELS_LAST,
	/* gates of recurrent layers */
	NP_ONNX_RNN,
	NP_ONNX_GRU,
	NP_ONNX_LSTM,
} np_onnx_variant;

/* onnx_ops_view.c: the same values under another shape or type */
np_onnx_handler np_onnx_op_reshape, np_onnx_op_flatten, np_onnx_op_squeeze, np_onnx_op_unsqueeze, np_onnx_op_identity,
        np_onnx_op_cast, np_onnx_op_dropout, np_onnx_op_shape, np_onnx_op_size;

/* onnx_ops_move.c: values picked, joined, moved */
np_onnx_handler np_onnx_op_transpose, np_onnx_op_slice, np_onnx_op_split, np_onnx_op_concat, np_onnx_op_expand, np_onnx_op_tile,
        np_onnx_op_depth_to_space, np_onnx_op_space_to_depth, np_onnx_op_reorder;
np_onnx_folder np_onnx_fold_transpose, np_onnx_fold_slice, np_onnx_fold_concat, np_onnx_fold_expand, np_onnx_fold_tile;

/* Output i as a part of input 0, where that is a known constant, from place `from` along `axis`. */
np_status np_onnx_fold_part(np_onnx_call *call, int i, int axis, int64_t from) NP_MUST_CHECK;

/* onnx_ops_gather.c: values picked and put by indices */
np_onnx_handler np_onnx_op_gather, np_onnx_op_gather_elements, np_onnx_op_gather_nd, np_onnx_op_one_hot;
np_onnx_folder np_onnx_fold_gather, np_onnx_fold_scatter_nd;

/* onnx_ops_resize.c */
np_onnx_handler np_onnx_op_resize, np_onnx_op_pad, np_onnx_op_center_crop_pad, np_onnx_op_grid_sample, np_onnx_op_roi;

/* onnx_ops_create.c: values from nothing, or nothing to know them by */
np_onnx_handler np_onnx_op_constant, np_onnx_op_constant_of_shape, np_onnx_op_range, np_onnx_op_eye_like, np_onnx_op_random,
        np_onnx_op_random_like, np_onnx_op_non_zero, np_onnx_op_non_max_suppression, np_onnx_op_if;
np_onnx_folder np_onnx_fold_range;

/* onnx_ops_pointwise.c: one result per element */
np_onnx_handler np_onnx_op_unary, np_onnx_op_pointwise, np_onnx_op_power, np_onnx_op_where, np_onnx_op_quantize,
        np_onnx_op_dequantize, np_onnx_op_dynamic_quantize, np_onnx_op_quantized_binary;

/* onnx_fold.c */
np_onnx_folder np_onnx_fold_copy, np_onnx_fold_cast, np_onnx_fold_unary, np_onnx_fold_pointwise, np_onnx_fold_where,
        np_onnx_fold_reduce;

/* onnx_loop.c */
np_onnx_handler np_onnx_op_loop;

/* onnx_ops_window.c: windows that slide */
np_onnx_handler np_onnx_op_conv, np_onnx_op_conv_transpose, np_onnx_op_conv_channels_last, np_onnx_op_pool,
        np_onnx_op_global_pool, np_onnx_op_unpool;

/* onnx_ops_product.c: sums of products */
np_onnx_handler np_onnx_op_gemm, np_onnx_op_matmul, np_onnx_op_matmul_packed;
/* onnx_ops_einsum.c */
np_onnx_handler np_onnx_op_einsum;

/* onnx_ops_norm.c */
np_onnx_handler np_onnx_op_batchnorm, np_onnx_op_layernorm, np_onnx_op_skip_layernorm, np_onnx_op_lrn;

/* onnx_ops_reduce.c */
np_onnx_handler np_onnx_op_reduce, np_onnx_op_arg_reduce, np_onnx_op_top_k;

/* onnx_ops_recurrent.c */
np_onnx_handler np_onnx_op_recurrent;

/* onnx_ops_attention.c */
np_onnx_handler np_onnx_op_attention;

/* onnx_ops_sequence.c: lists of tensors */
np_onnx_handler np_onnx_op_split_to_sequence, np_onnx_op_sequence_construct, np_onnx_op_sequence_at, np_onnx_op_sequence_insert,
        np_onnx_op_sequence_erase, np_onnx_op_sequence_length, np_onnx_op_concat_from_sequence;

/* A handler's warning that a layer is counted by a rough rule; NP_ERR_UNSUPPORTED where the user wants none. */
np_status np_onnx_warn_rough(np_onnx_call *call, const char *what) NP_MUST_CHECK;

/* ---- walking over elements (onnx_walk.c) ---- */

enum { NP_ONNX_MOST_WALKED = 3 };

/*
 * All index vectors of a shape in row-major order, with the offsets that up to three tensors have there. Zero-initialise,
 * then np_onnx_walk_add() one tensor after another.
 */
typedef struct np_onnx_walk {
	np_shape shape;
	int count;
	int64_t at[NP_MAX_RANK], stride[NP_ONNX_MOST_WALKED][NP_MAX_RANK], offset[NP_ONNX_MOST_WALKED];
} np_onnx_walk;

/* Adds a tensor that is broadcast to the walk's shape. */
void np_onnx_walk_add(np_onnx_walk *walk, np_shape tensor);
/* Adds a tensor with strides of its own. */
void np_onnx_walk_add_strides(np_onnx_walk *walk, const int64_t *strides, int64_t offset);
void np_onnx_walk_next(np_onnx_walk *walk);
/* Row-major strides of a shape. */
void np_onnx_strides(np_shape shape, int64_t *strides);

#endif
