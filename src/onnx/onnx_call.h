/*
 * One node under interpretation: what an operator's handler sees and sets. A handler checks its inputs, sets the shapes
 * and types of the outputs, and fills the description of the layer; it knows nothing of names or scopes.
 */
#ifndef NP_ONNX_CALL_H
#define NP_ONNX_CALL_H

#include "base/error.h"
#include "onnx/onnx_build.h"

typedef np_status np_onnx_handler(np_onnx_call *call);
/* Computes the values of the first output, whose shape is set, of inputs whose values are known; false = it cannot. */
typedef bool np_onnx_folder(np_onnx_call *call, np_onnx_cell *result);

enum {
	NP_ONNX_STANDARD = 1,  /* the domains "" and ai.onnx */
	NP_ONNX_MICROSOFT = 2, /* com.microsoft */
	NP_ONNX_FREE = 4,      /* no work at inference */
	NP_ONNX_MOVES = 8,     /* the output holds values of input 0: what was learned stays learned */
	NP_ONNX_RANDOM = 16,   /* no constant, even without inputs */
	NP_ONNX_SEQUENCE = 64, /* takes lists of values */
	NP_ONNX_BLENDS = 32,   /* arithmetic: what was learned of the inputs is in the output */
};

/* One operator. */
typedef struct np_onnx_op {
	const char *name;
	unsigned flags;
	np_kind kind;
	np_onnx_handler *handler;
	np_onnx_folder *folder; /* NULL = results are never known */
	unsigned weights;       /* bit i: input i, where constant, is read as weights by the layer */
	int variant;            /* tells apart operators that share a handler or a folder */
} np_onnx_op;

struct np_onnx_call {
	np_onnx_builder *builder;
	np_onnx_scope *scope;
	const np_onnx_node *node;
	const np_onnx_op *op; /* NULL when not known */
	int64_t opset;        /* version of the node's operator set */
	np_onnx_value **in;   /* NULL where left out */
	int in_count;
	np_onnx_value *out; /* the handler sets type, shape and, for known constants, cells */
	int out_count;
	const char **out_names;
	bool constant;      /* no input is an activation */
	bool shape_only;    /* the outputs depend on the shapes of the inputs alone: they are constants */
	bool bound;         /* the handler has bound the outputs itself */
	bool unknown;       /* failed because a value that decides a shape is not known */
	np_layer_desc desc; /* name, op, kind, inputs are filled already */
	np_error *err;
};

/* The row of an operator, NULL when it is not known. `microsoft`: com.microsoft instead of the standard domain. */
const np_onnx_op *np_onnx_op_find(const char *name, bool microsoft);
/* For every operator that has no row: a layer of kind other, with a warning. */
np_status np_onnx_op_unknown(np_onnx_call *call) NP_MUST_CHECK;
/* The table, in the order of the names; for tests. */
const np_onnx_op *np_onnx_op_table(int *count);

/* NP_ERR_DATA (or `status`) with the node's name and operator. */
np_status np_onnx_fail(np_onnx_call *call, np_status status, const char *format, ...) NP_PRINTF(3, 4);
/* The same for a shape that hangs on a value that is not known. */
np_status np_onnx_fail_unknown(np_onnx_call *call, const char *what);

/* Sets the name of the layer to come. */
void np_onnx_name_call(np_onnx_call *call);

/* ---- attributes ---- */

const np_onnx_attribute *np_onnx_attr(const np_onnx_call *call, const char *name);
int64_t np_onnx_attr_int(const np_onnx_call *call, const char *name, int64_t otherwise);
double np_onnx_attr_float(const np_onnx_call *call, const char *name, double otherwise);
const char *np_onnx_attr_text(const np_onnx_call *call, const char *name, const char *otherwise);
/* NULL when there is none. */
const np_onnx_ints *np_onnx_attr_ints(const np_onnx_call *call, const char *name);

/* ---- inputs ---- */

/* Input i, NULL when left out. */
np_onnx_value *np_onnx_in(const np_onnx_call *call, int i);
np_status np_onnx_need(np_onnx_call *call, int i, np_onnx_value **value) NP_MUST_CHECK;
bool np_onnx_is_constant(const np_onnx_value *value);
int64_t np_onnx_elements(const np_onnx_value *value);
/*
 * A list of integers, from input i where it is given, else from an attribute. `list` keeps count = -1 when there is
 * neither. At most `most` numbers.
 */
typedef struct np_onnx_list {
	int count;
	int64_t items[NP_MAX_RANK * 2];
} np_onnx_list;
np_status np_onnx_get_list(np_onnx_call *call, int i, const char *attribute, np_onnx_list *list) NP_MUST_CHECK;
/* An axis in [0, rank), counted from the end when negative. */
np_status np_onnx_get_axis(np_onnx_call *call, int64_t axis, int rank, int *result) NP_MUST_CHECK;

/* ---- outputs ---- */

/* Sets output i; nothing happens when the node does not have it. */
np_status np_onnx_set(np_onnx_call *call, int i, int type, const int64_t *dims, int rank) NP_MUST_CHECK;
np_status np_onnx_set_like(np_onnx_call *call, int i, const np_onnx_value *value) NP_MUST_CHECK;
/* Infers output 0 from the layer's description as the network would, whatever the inputs are. `type` of the output. */
np_status np_onnx_infer(np_onnx_call *call, const np_onnx_value *input, int type) NP_MUST_CHECK;
/* The joint shape of two under NumPy's rule, into dims of NP_MAX_RANK. `dims` may be a's. */
np_status np_onnx_broadcast(np_onnx_call *call, np_shape a, np_shape b, int64_t *dims, int *rank) NP_MUST_CHECK;
/* Reads `value` as weights of the layer. */
void np_onnx_read_weight(np_onnx_call *call, const np_onnx_value *value);

/* ---- a batch other than the one fixed in the file (onnx_batch.c) ---- */

/* What this node looked like at the file's batch, NULL when that is not known or the batch is the file's. */
const np_onnx_trace *np_onnx_before(const np_onnx_call *call);
/*
 * Adapts the target of a reshape that was written for the file's batch: true when `dims` now hold it. `target` is the
 * input or NULL for an attribute, `dims` come in as literally read, 0 and -1 resolved as far as they can be.
 */
bool np_onnx_adapt_target(const np_onnx_call *call, const np_onnx_value *target, np_shape in, int64_t *dims, int rank);
/* Whether `size` in the file and `now` are the same dimension at the file's batch and at ours. */
bool np_onnx_is_batch(const np_onnx_call *call, int64_t size, int64_t now);

#endif
