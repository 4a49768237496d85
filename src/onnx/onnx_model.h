/*
 * An ONNX model as its file says it: nodes, attributes, shapes, and of the weights only what they are, not their values.
 * Everything lives in the reader's arena.
 */
#ifndef NP_ONNX_MODEL_H
#define NP_ONNX_MODEL_H

#include "onnx/onnx_wire.h"

#include <neuralpower/network.h>

/* Element types, with ONNX's own numbers: enumerator, number, name, bits, class (f float, i integer, - neither). */
#define NP_ONNX_TYPE_MAP(X)                             \
	X(FLOAT, 1, "float32", 32, 'f')                 \
	X(UINT8, 2, "uint8", 8, 'i')                    \
	X(INT8, 3, "int8", 8, 'i')                      \
	X(UINT16, 4, "uint16", 16, 'i')                 \
	X(INT16, 5, "int16", 16, 'i')                   \
	X(INT32, 6, "int32", 32, 'i')                   \
	X(INT64, 7, "int64", 64, 'i')                   \
	X(STRING, 8, "string", 64, '-')                 \
	X(BOOL, 9, "bool", 8, 'i')                      \
	X(FLOAT16, 10, "float16", 16, 'f')              \
	X(DOUBLE, 11, "float64", 64, 'f')               \
	X(UINT32, 12, "uint32", 32, 'i')                \
	X(UINT64, 13, "uint64", 64, 'i')                \
	X(COMPLEX64, 14, "complex64", 64, '-')          \
	X(COMPLEX128, 15, "complex128", 128, '-')       \
	X(BFLOAT16, 16, "bfloat16", 16, 'f')            \
	X(FLOAT8E4M3FN, 17, "float8e4m3fn", 8, '-')     \
	X(FLOAT8E4M3FNUZ, 18, "float8e4m3fnuz", 8, '-') \
	X(FLOAT8E5M2, 19, "float8e5m2", 8, '-')         \
	X(FLOAT8E5M2FNUZ, 20, "float8e5m2fnuz", 8, '-') \
	X(UINT4, 21, "uint4", 4, '-')                   \
	X(INT4, 22, "int4", 4, '-')                     \
	X(FLOAT4E2M1, 23, "float4e2m1", 4, '-')         \
	X(FLOAT8E8M0, 24, "float8e8m0", 8, '-')         \
	X(UINT2, 25, "uint2", 2, '-')                   \
	X(INT2, 26, "int2", 2, '-')

typedef enum np_onnx_type {
	NP_ONNX_UNDEFINED,
#define NP_ONNX_TYPE_ENUM(name, number, text, bits, class) NP_ONNX_##name = number,
	NP_ONNX_TYPE_MAP(NP_ONNX_TYPE_ENUM)
#undef NP_ONNX_TYPE_ENUM
	        NP_ONNX_TYPE_END
} np_onnx_type;

/* Bytes of one element in memory (at least 1), 4 for an unknown type. */
int np_onnx_type_bytes(int type);
bool np_onnx_type_is_float(int type);
bool np_onnx_type_is_int(int type); /* bool too */

/* A known value: the integer or the real one, as the tensor's type says. */
typedef union np_onnx_cell {
	int64_t i;
	double f;
} np_onnx_cell;

/* The most values of one constant that are ever held, and the most bytes of values that are computed for a model. */
enum { NP_ONNX_MOST_CELLS = 16384, NP_ONNX_MOST_FOLDED = 8 << 20 };

/* A TensorProto. `cells` is NULL where the values are absent, or too many to matter for shapes. */
typedef struct np_onnx_tensor {
	const char *name;
	int64_t offset; /* of the message in the file */
	int type;
	np_shape shape;
	const np_onnx_cell *cells;
} np_onnx_tensor;

/* One dimension: a size > 0, or open (0) with or without a name. */
typedef struct np_onnx_dim {
	int64_t size;
	const char *name; /* NULL = none */
} np_onnx_dim;

/* A ValueInfoProto. */
typedef struct np_onnx_info {
	const char *name;
	int64_t offset;
	bool is_tensor, has_shape;
	int type;
	NP_ONNX_LIST(np_onnx_dim) dims;
} np_onnx_info;

typedef struct np_onnx_graph np_onnx_graph;
typedef NP_ONNX_LIST(int64_t) np_onnx_ints;
typedef NP_ONNX_LIST(double) np_onnx_floats;
typedef NP_ONNX_LIST(const char *) np_onnx_texts;

/* An AttributeProto. What its type is shows in what is set. */
typedef struct np_onnx_attribute {
	const char *name;
	const char *reference; /* in a function: the attribute of the calling node that stands here; NULL = none */
	bool has_float, has_int;
	double f;
	int64_t i;
	const char *s; /* NULL = none (or no text) */
	np_onnx_tensor *tensor;
	np_onnx_graph *graph;
	np_onnx_ints ints;
	np_onnx_floats floats;
} np_onnx_attribute;

/* A NodeProto. An input or output that is left out has the name "". */
typedef struct np_onnx_node {
	const char *name, *op, *domain, *overload;
	int64_t offset;
	np_onnx_texts inputs, outputs;
	NP_ONNX_LIST(np_onnx_attribute) attributes;
} np_onnx_node;

/* A GraphProto, or the body of a function. */
struct np_onnx_graph {
	NP_ONNX_LIST(np_onnx_node) nodes;
	NP_ONNX_LIST(np_onnx_tensor) initializers;
	NP_ONNX_LIST(np_onnx_info) inputs;
	NP_ONNX_LIST(np_onnx_info) outputs;
	NP_ONNX_LIST(np_onnx_info) infos; /* value_info */
};

/* An OperatorSetIdProto. */
typedef struct np_onnx_opset {
	const char *domain;
	int64_t version;
} np_onnx_opset;
typedef NP_ONNX_LIST(np_onnx_opset) np_onnx_opsets;

/* A FunctionProto. */
typedef struct np_onnx_function {
	const char *name, *domain, *overload;
	np_onnx_texts inputs, outputs;
	np_onnx_graph body; /* nodes and value_info only */
	NP_ONNX_LIST(np_onnx_attribute) defaults;
	np_onnx_opsets opsets;
} np_onnx_function;

typedef struct np_onnx_model {
	int64_t ir_version;
	bool has_graph;
	np_onnx_graph graph;
	np_onnx_opsets opsets;
	NP_ONNX_LIST(np_onnx_function) functions;
} np_onnx_model;

/* Reads a whole source. Weights are passed over. */
np_status np_onnx_parse(np_source *source, np_arena *arena, np_onnx_model *model, np_error *err) NP_MUST_CHECK;

/* Of onnx_tensor.c: the current field as a TensorProto or SparseTensorProto. */
np_status np_onnx_read_tensor(np_onnx_wire *wire, np_onnx_tensor *tensor) NP_MUST_CHECK;
np_status np_onnx_read_sparse_tensor(np_onnx_wire *wire, np_onnx_tensor *tensor) NP_MUST_CHECK;

#endif
