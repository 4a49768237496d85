/*
 * The part of cuDNN 9 that is used, in declarations of our own: see nvml_api.h for how they are compared. Convolutions go
 * through the graph interface, which says which engine it chose; the cheap layers through the older calls.
 */
#ifndef NP_BACKENDS_CUDNN_API_H
#define NP_BACKENDS_CUDNN_API_H

#include "backends/cudart_api.h"

#include <stdint.h>

enum {
	NP_CUDNN_OK = 0,

	NP_CUDNN_FLOAT = 0,
	NP_CUDNN_HALF = 2,
	NP_CUDNN_NCHW = 0,
	NP_CUDNN_NHWC = 1,
	NP_CUDNN_CROSS_CORRELATION = 1,
	NP_CUDNN_MATH_DEFAULT = 0,
	NP_CUDNN_MATH_TENSOR_OP = 1,
	NP_CUDNN_MATH_FMA = 3,
	NP_CUDNN_NAN_NOT_PROPAGATED = 0,
	NP_CUDNN_POOL_MAX = 0,
	NP_CUDNN_POOL_AVG_INCLUDE = 1,
	NP_CUDNN_POOL_AVG_EXCLUDE = 2,
	NP_CUDNN_ACT_SIGMOID = 0,
	NP_CUDNN_ACT_RELU = 1,
	NP_CUDNN_SOFTMAX_ACCURATE = 1,
	NP_CUDNN_SOFTMAX_CHANNEL = 1,
	NP_CUDNN_LRN_CROSS_CHANNEL = 0,
	NP_CUDNN_BN_SPATIAL = 1,
	NP_CUDNN_OP_ADD = 0,
	NP_CUDNN_REDUCE_AVG = 5,
	NP_CUDNN_REDUCE_NO_INDICES = 0,
	NP_CUDNN_INDICES_32 = 0,
	NP_CUDNN_FWD_ALGO_COUNT = 8,

	/* Kinds of descriptors of the graph interface. */
	NP_CUDNN_DESC_CONVOLUTION = 1,
	NP_CUDNN_DESC_ENGINE = 2,
	NP_CUDNN_DESC_ENGINECFG = 3,
	NP_CUDNN_DESC_ENGINEHEUR = 4,
	NP_CUDNN_DESC_PLAN = 5,
	NP_CUDNN_DESC_KNOB_CHOICE = 7,
	NP_CUDNN_DESC_OP_CONV_FORWARD = 10,
	NP_CUDNN_DESC_OP_CONV_BACKWARD_DATA = 12,
	NP_CUDNN_DESC_OPERATIONGRAPH = 15,
	NP_CUDNN_DESC_VARIANT_PACK = 16,
	NP_CUDNN_DESC_TENSOR = 17,
	NP_CUDNN_DESC_DEVICEPROP = 38,

	/* Their attributes. */
	NP_CUDNN_CONV_COMP_TYPE = 100,
	NP_CUDNN_CONV_MODE = 101,
	NP_CUDNN_CONV_DILATIONS = 102,
	NP_CUDNN_CONV_STRIDES = 103,
	NP_CUDNN_CONV_POST_PADDINGS = 104,
	NP_CUDNN_CONV_PRE_PADDINGS = 105,
	NP_CUDNN_CONV_SPATIAL_DIMS = 106,
	NP_CUDNN_HEUR_MODE = 200,
	NP_CUDNN_HEUR_GRAPH = 201,
	NP_CUDNN_HEUR_RESULTS = 202,
	NP_CUDNN_HEUR_DEVICEPROP = 204,
	NP_CUDNN_ENGINECFG_ENGINE = 300,
	NP_CUDNN_ENGINECFG_KNOB_CHOICES = 302,
	NP_CUDNN_PLAN_HANDLE = 400,
	NP_CUDNN_PLAN_ENGINECFG = 401,
	NP_CUDNN_PLAN_WORKSPACE = 402,
	NP_CUDNN_PLAN_DEVICEPROP = 407,
	NP_CUDNN_KNOB_TYPE = 600,
	NP_CUDNN_KNOB_VALUE = 601,
	NP_CUDNN_FWD_ALPHA = 700,
	NP_CUDNN_FWD_BETA = 701,
	NP_CUDNN_FWD_CONV = 702,
	NP_CUDNN_FWD_W = 703,
	NP_CUDNN_FWD_X = 704,
	NP_CUDNN_FWD_Y = 705,
	NP_CUDNN_BWD_ALPHA = 706,
	NP_CUDNN_BWD_BETA = 707,
	NP_CUDNN_BWD_CONV = 708,
	NP_CUDNN_BWD_W = 709,
	NP_CUDNN_BWD_DX = 710,
	NP_CUDNN_BWD_DY = 711,
	NP_CUDNN_GRAPH_HANDLE = 800,
	NP_CUDNN_GRAPH_OPS = 801,
	NP_CUDNN_TENSOR_ALIGNMENT = 900,
	NP_CUDNN_TENSOR_TYPE = 901,
	NP_CUDNN_TENSOR_DIMS = 902,
	NP_CUDNN_TENSOR_STRIDES = 903,
	NP_CUDNN_TENSOR_UID = 906,
	NP_CUDNN_PACK_UIDS = 1000,
	NP_CUDNN_PACK_POINTERS = 1001,
	NP_CUDNN_PACK_WORKSPACE = 1003,
	NP_CUDNN_ENGINE_INDEX = 1301,
	NP_CUDNN_ENGINE_NOTES = 1303,
	NP_CUDNN_DEVICEPROP_DEVICE_ID = 2700,
	NP_CUDNN_DEVICEPROP_JSON = 2702,

	/* Types of attributes. */
	NP_CUDNN_IS_HANDLE = 0,
	NP_CUDNN_IS_DATA_TYPE = 1,
	NP_CUDNN_IS_INT64 = 3,
	NP_CUDNN_IS_DOUBLE = 5,
	NP_CUDNN_IS_POINTER = 6,
	NP_CUDNN_IS_CONV_MODE = 7,
	NP_CUDNN_IS_HEUR_MODE = 8,
	NP_CUDNN_IS_KNOB_TYPE = 9,
	NP_CUDNN_IS_NOTE = 11,
	NP_CUDNN_IS_DESCRIPTOR = 15,
	NP_CUDNN_IS_INT32 = 23,
	NP_CUDNN_IS_CHAR = 24,

	NP_CUDNN_HEUR_FALLBACK = 2,
	NP_CUDNN_HEUR_A = 3,

	NP_CUDNN_NOTE_TENSOR_CORE = 0,
	NP_CUDNN_NOTE_DOWN_CONVERT = 1,
	NP_CUDNN_NOTE_REDUCED_REDUCTION = 2,
	NP_CUDNN_NOTE_FFT = 3,
	NP_CUDNN_NOTE_NONDETERMINISTIC = 4,
	NP_CUDNN_NOTE_WINOGRAD = 5,
};

struct np_cudnn_fwd_perf_layout {
	int algo, rc;
	float ms;
	size_t workspace;
	int determinism, math;
	int reserved[3];
};

#ifndef NP_CUDNN_TYPES_GIVEN
typedef int np_cudnn_rc;
typedef int np_cudnn_enum_type;   /* of values */
typedef int np_cudnn_enum_format; /* of tensors */
typedef int np_cudnn_enum_conv;
typedef int np_cudnn_enum_math;
typedef int np_cudnn_enum_nan;
typedef int np_cudnn_enum_pool;
typedef int np_cudnn_enum_act;
typedef int np_cudnn_enum_softmax;
typedef int np_cudnn_enum_softmax_mode;
typedef int np_cudnn_enum_lrn;
typedef int np_cudnn_enum_bn;
typedef int np_cudnn_enum_op;
typedef int np_cudnn_enum_reduce;
typedef int np_cudnn_enum_indices;
typedef int np_cudnn_enum_indices_type;
typedef int np_cudnn_enum_fwd_algo;
typedef int np_cudnn_kind;      /* of descriptors */
typedef int np_cudnn_attr;      /* names */
typedef int np_cudnn_attr_type; /* and their types */
typedef struct np_cudnn_opaque *np_cudnn_handle;
typedef void *np_cudnn_desc;
typedef struct np_cudnn_tensor_opaque *np_cudnn_tensor;
typedef struct np_cudnn_filter_opaque *np_cudnn_filter;
typedef struct np_cudnn_conv_opaque *np_cudnn_conv;
typedef struct np_cudnn_pool_opaque *np_cudnn_pool;
typedef struct np_cudnn_act_opaque *np_cudnn_act;
typedef struct np_cudnn_lrn_opaque *np_cudnn_lrn;
typedef struct np_cudnn_op_opaque *np_cudnn_op;
typedef struct np_cudnn_reduce_opaque *np_cudnn_reduce;
typedef struct np_cudnn_fwd_perf_layout np_cudnn_fwd_perf;
#endif

/* What everything needs. */
#define NP_CUDNN_CORE_MAP(X)                                                                                                   \
	X(version, size_t, (void), true, "cudnnGetVersion", NULL)                                                              \
	X(error_string, const char *, (np_cudnn_rc rc), true, "cudnnGetErrorString", NULL)                                     \
	X(last_error, void, (char *text, size_t size), false, "cudnnGetLastErrorString", NULL)                                 \
	X(create, np_cudnn_rc, (np_cudnn_handle * handle), true, "cudnnCreate", NULL)                                          \
	X(destroy, np_cudnn_rc, (np_cudnn_handle handle), true, "cudnnDestroy", NULL)                                          \
	X(set_stream, np_cudnn_rc, (np_cudnn_handle handle, np_cuda_stream stream), true, "cudnnSetStream", NULL)              \
	X(desc_create, np_cudnn_rc, (np_cudnn_kind kind, np_cudnn_desc * desc), true, "cudnnBackendCreateDescriptor", NULL)    \
	X(desc_destroy, np_cudnn_rc, (np_cudnn_desc desc), true, "cudnnBackendDestroyDescriptor", NULL)                        \
	X(desc_finalize, np_cudnn_rc, (np_cudnn_desc desc), true, "cudnnBackendFinalize", NULL)                                \
	X(desc_set, np_cudnn_rc,                                                                                               \
	  (np_cudnn_desc desc, np_cudnn_attr attr, np_cudnn_attr_type type, int64_t count, const void *values), true,          \
	  "cudnnBackendSetAttribute", NULL)                                                                                    \
	X(desc_get, np_cudnn_rc,                                                                                               \
	  (np_cudnn_desc const desc, np_cudnn_attr attr, np_cudnn_attr_type type, int64_t wanted, int64_t *count,              \
	   void *values),                                                                                                      \
	  true, "cudnnBackendGetAttribute", NULL)                                                                              \
	X(execute, np_cudnn_rc, (np_cudnn_handle handle, np_cudnn_desc plan, np_cudnn_desc pack), true, "cudnnBackendExecute", \
	  NULL)

/* The cheap layers; each of them can do without the others. */
#define NP_CUDNN_LAYER_MAP(X)                                                                                                  \
	X(tensor_create, np_cudnn_rc, (np_cudnn_tensor * tensor), false, "cudnnCreateTensorDescriptor", NULL)                  \
	X(tensor_destroy, np_cudnn_rc, (np_cudnn_tensor tensor), false, "cudnnDestroyTensorDescriptor", NULL)                  \
	X(tensor_set, np_cudnn_rc,                                                                                             \
	  (np_cudnn_tensor tensor, np_cudnn_enum_format format, np_cudnn_enum_type type, int n, int c, int h, int w), false,   \
	  "cudnnSetTensor4dDescriptor", NULL)                                                                                  \
	X(pool_create, np_cudnn_rc, (np_cudnn_pool * pool), false, "cudnnCreatePoolingDescriptor", NULL)                       \
	X(pool_destroy, np_cudnn_rc, (np_cudnn_pool pool), false, "cudnnDestroyPoolingDescriptor", NULL)                       \
	X(pool_set, np_cudnn_rc,                                                                                               \
	  (np_cudnn_pool pool, np_cudnn_enum_pool mode, np_cudnn_enum_nan nan, int h, int w, int pad_h, int pad_w,             \
	   int stride_h, int stride_w),                                                                                        \
	  false, "cudnnSetPooling2dDescriptor", NULL)                                                                          \
	X(pool_forward, np_cudnn_rc,                                                                                           \
	  (np_cudnn_handle handle, const np_cudnn_pool pool, const void *alpha, const np_cudnn_tensor x_desc, const void *x,   \
	   const void *beta, const np_cudnn_tensor y_desc, void *y),                                                           \
	  false, "cudnnPoolingForward", NULL)                                                                                  \
	X(lrn_create, np_cudnn_rc, (np_cudnn_lrn * lrn), false, "cudnnCreateLRNDescriptor", NULL)                              \
	X(lrn_destroy, np_cudnn_rc, (np_cudnn_lrn lrn), false, "cudnnDestroyLRNDescriptor", NULL)                              \
	X(lrn_set, np_cudnn_rc, (np_cudnn_lrn lrn, unsigned n, double alpha, double beta, double k), false,                    \
	  "cudnnSetLRNDescriptor", NULL)                                                                                       \
	X(lrn_forward, np_cudnn_rc,                                                                                            \
	  (np_cudnn_handle handle, np_cudnn_lrn lrn, np_cudnn_enum_lrn mode, const void *alpha, const np_cudnn_tensor x_desc,  \
	   const void *x, const void *beta, const np_cudnn_tensor y_desc, void *y),                                            \
	  false, "cudnnLRNCrossChannelForward", NULL)                                                                          \
	X(softmax_forward, np_cudnn_rc,                                                                                        \
	  (np_cudnn_handle handle, np_cudnn_enum_softmax algo, np_cudnn_enum_softmax_mode mode, const void *alpha,             \
	   const np_cudnn_tensor x_desc, const void *x, const void *beta, const np_cudnn_tensor y_desc, void *y),              \
	  false, "cudnnSoftmaxForward", NULL)                                                                                  \
	X(act_create, np_cudnn_rc, (np_cudnn_act * act), false, "cudnnCreateActivationDescriptor", NULL)                       \
	X(act_destroy, np_cudnn_rc, (np_cudnn_act act), false, "cudnnDestroyActivationDescriptor", NULL)                       \
	X(act_set, np_cudnn_rc, (np_cudnn_act act, np_cudnn_enum_act mode, np_cudnn_enum_nan nan, double coefficient), false,  \
	  "cudnnSetActivationDescriptor", NULL)                                                                                \
	X(act_forward, np_cudnn_rc,                                                                                            \
	  (np_cudnn_handle handle, np_cudnn_act act, const void *alpha, const np_cudnn_tensor x_desc, const void *x,           \
	   const void *beta, const np_cudnn_tensor y_desc, void *y),                                                           \
	  false, "cudnnActivationForward", NULL)                                                                               \
	X(bn_derive, np_cudnn_rc, (np_cudnn_tensor derived, const np_cudnn_tensor x_desc, np_cudnn_enum_bn mode), false,       \
	  "cudnnDeriveBNTensorDescriptor", NULL)                                                                               \
	X(bn_forward, np_cudnn_rc,                                                                                             \
	  (np_cudnn_handle handle, np_cudnn_enum_bn mode, const void *alpha, const void *beta, const np_cudnn_tensor x_desc,   \
	   const void *x, const np_cudnn_tensor y_desc, void *y, const np_cudnn_tensor derived, const void *scale,             \
	   const void *bias, const void *mean, const void *variance, double epsilon),                                          \
	  false, "cudnnBatchNormalizationForwardInference", NULL)                                                              \
	X(add, np_cudnn_rc,                                                                                                    \
	  (np_cudnn_handle handle, const void *alpha, const np_cudnn_tensor a_desc, const void *a, const void *beta,           \
	   const np_cudnn_tensor c_desc, void *c),                                                                             \
	  false, "cudnnAddTensor", NULL)                                                                                       \
	X(op_create, np_cudnn_rc, (np_cudnn_op * op), false, "cudnnCreateOpTensorDescriptor", NULL)                            \
	X(op_destroy, np_cudnn_rc, (np_cudnn_op op), false, "cudnnDestroyOpTensorDescriptor", NULL)                            \
	X(op_set, np_cudnn_rc, (np_cudnn_op op, np_cudnn_enum_op kind, np_cudnn_enum_type type, np_cudnn_enum_nan nan), false, \
	  "cudnnSetOpTensorDescriptor", NULL)                                                                                  \
	X(op_forward, np_cudnn_rc,                                                                                             \
	  (np_cudnn_handle handle, const np_cudnn_op op, const void *alpha1, const np_cudnn_tensor a_desc, const void *a,      \
	   const void *alpha2, const np_cudnn_tensor b_desc, const void *b, const void *beta, const np_cudnn_tensor c_desc,    \
	   void *c),                                                                                                           \
	  false, "cudnnOpTensor", NULL)                                                                                        \
	X(reduce_create, np_cudnn_rc, (np_cudnn_reduce * reduce), false, "cudnnCreateReduceTensorDescriptor", NULL)            \
	X(reduce_destroy, np_cudnn_rc, (np_cudnn_reduce reduce), false, "cudnnDestroyReduceTensorDescriptor", NULL)            \
	X(reduce_set, np_cudnn_rc,                                                                                             \
	  (np_cudnn_reduce reduce, np_cudnn_enum_reduce kind, np_cudnn_enum_type type, np_cudnn_enum_nan nan,                  \
	   np_cudnn_enum_indices indices, np_cudnn_enum_indices_type indices_type),                                            \
	  false, "cudnnSetReduceTensorDescriptor", NULL)                                                                       \
	X(reduce_workspace, np_cudnn_rc,                                                                                       \
	  (np_cudnn_handle handle, const np_cudnn_reduce reduce, const np_cudnn_tensor a_desc, const np_cudnn_tensor c_desc,   \
	   size_t *size),                                                                                                      \
	  false, "cudnnGetReductionWorkspaceSize", NULL)                                                                       \
	X(reduce_forward, np_cudnn_rc,                                                                                         \
	  (np_cudnn_handle handle, const np_cudnn_reduce reduce, void *indices, size_t indices_size, void *workspace,          \
	   size_t workspace_size, const void *alpha, const np_cudnn_tensor a_desc, const void *a, const void *beta,            \
	   const np_cudnn_tensor c_desc, void *c),                                                                             \
	  false, "cudnnReduceTensor", NULL)

/* Convolution by the older calls, for what the graph interface has no engine for. */
#define NP_CUDNN_CONV_MAP(X)                                                                                                 \
	X(filter_create, np_cudnn_rc, (np_cudnn_filter * filter), false, "cudnnCreateFilterDescriptor", NULL)                \
	X(filter_destroy, np_cudnn_rc, (np_cudnn_filter filter), false, "cudnnDestroyFilterDescriptor", NULL)                \
	X(filter_set, np_cudnn_rc,                                                                                           \
	  (np_cudnn_filter filter, np_cudnn_enum_type type, np_cudnn_enum_format format, int k, int c, int h, int w), false, \
	  "cudnnSetFilter4dDescriptor", NULL)                                                                                \
	X(conv_create, np_cudnn_rc, (np_cudnn_conv * conv), false, "cudnnCreateConvolutionDescriptor", NULL)                 \
	X(conv_destroy, np_cudnn_rc, (np_cudnn_conv conv), false, "cudnnDestroyConvolutionDescriptor", NULL)                 \
	X(conv_set, np_cudnn_rc,                                                                                             \
	  (np_cudnn_conv conv, int pad_h, int pad_w, int stride_h, int stride_w, int dilation_h, int dilation_w,             \
	   np_cudnn_enum_conv mode, np_cudnn_enum_type type),                                                                \
	  false, "cudnnSetConvolution2dDescriptor", NULL)                                                                    \
	X(conv_groups, np_cudnn_rc, (np_cudnn_conv conv, int groups), false, "cudnnSetConvolutionGroupCount", NULL)          \
	X(conv_math, np_cudnn_rc, (np_cudnn_conv conv, np_cudnn_enum_math math), false, "cudnnSetConvolutionMathType", NULL) \
	X(conv_algos, np_cudnn_rc,                                                                                           \
	  (np_cudnn_handle handle, const np_cudnn_tensor x, const np_cudnn_filter w, const np_cudnn_conv conv,               \
	   const np_cudnn_tensor y, const int wanted, int *count, np_cudnn_fwd_perf *list),                                  \
	  false, "cudnnGetConvolutionForwardAlgorithm_v7", NULL)                                                             \
	X(conv_workspace, np_cudnn_rc,                                                                                       \
	  (np_cudnn_handle handle, const np_cudnn_tensor x, const np_cudnn_filter w, const np_cudnn_conv conv,               \
	   const np_cudnn_tensor y, np_cudnn_enum_fwd_algo algo, size_t *size),                                              \
	  false, "cudnnGetConvolutionForwardWorkspaceSize", NULL)                                                            \
	X(conv_forward, np_cudnn_rc,                                                                                         \
	  (np_cudnn_handle handle, const void *alpha, const np_cudnn_tensor x_desc, const void *x,                           \
	   const np_cudnn_filter w_desc, const void *w, const np_cudnn_conv conv, np_cudnn_enum_fwd_algo algo,               \
	   void *workspace, size_t workspace_size, const void *beta, const np_cudnn_tensor y_desc, void *y),                 \
	  false, "cudnnConvolutionForward", NULL)

#define NP_CUDNN_MAP(X)       \
	NP_CUDNN_CORE_MAP(X)  \
	NP_CUDNN_LAYER_MAP(X) \
	NP_CUDNN_CONV_MAP(X)

typedef struct np_cudnn_api {
#define NP_CUDNN_MEMBER(member, result, arguments, required, newest, older) result(*member) arguments;
	NP_CUDNN_MAP(NP_CUDNN_MEMBER)
#undef NP_CUDNN_MEMBER
} np_cudnn_api;

#endif
