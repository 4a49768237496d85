/*
 * From a model to a network: values by name, nodes one after another, each handed to its operator's row of the table in
 * onnx_ops.c. A value is a constant (weights, shapes and what is computed from them) or an activation (a tensor of the
 * network). A node whose results are all constants is no layer.
 */
#ifndef NP_ONNX_BUILD_H
#define NP_ONNX_BUILD_H

#include "onnx/onnx_model.h"

/* Learned values behind a constant: a weight of the file, or several joined. Layers own them where first used. */
typedef struct np_onnx_learned {
	int64_t values;
	bool counted;
} np_onnx_learned;

typedef struct np_onnx_value {
	int type; /* np_onnx_type */
	np_shape shape;
	int tensor;                        /* id in the network, -1 for a constant */
	const np_onnx_cell *cells;         /* of a constant whose values are known, else NULL */
	np_onnx_learned *learned;          /* of a constant, NULL when nothing was learned */
	struct np_onnx_sequence *sequence; /* a list of values instead of one, else NULL */
} np_onnx_value;

typedef struct np_onnx_sequence {
	NP_ONNX_LIST(np_onnx_value *) values;
} np_onnx_sequence;

typedef struct np_onnx_scope np_onnx_scope;
typedef struct np_onnx_call np_onnx_call;

/* What one run of a node looked like at the batch that is fixed in the file. */
typedef struct np_onnx_trace {
	const np_onnx_node *node;
	np_shape in, out;          /* of the first input and output */
	const np_onnx_cell *cells; /* values of the second input */
} np_onnx_trace;
typedef NP_ONNX_LIST(np_onnx_trace) np_onnx_traces;

struct np_onnx_table;

typedef struct np_onnx_builder {
	np_arena *arena;
	const np_onnx_model *model;
	const np_load_options *options;
	np_network *network;
	struct np_onnx_table *symbols;   /* name of an open dimension -> its size, int64_t */
	struct np_onnx_table *functions; /* of the model, by domain, name and overload */
	np_onnx_value absent;            /* stands for an input that the caller of a function left out */
	int64_t old_batch, new_batch;    /* of the file, and asked for; equal when there is nothing to adapt */
	const np_onnx_traces *before;    /* the nodes at the old batch, NULL when equal */
	np_onnx_traces *record;          /* where to note them, NULL when not needed */
	int steps, noted;                /* nodes run so far, and those of them that are neither functions nor branches */
	int depth;                       /* of graphs within nodes and functions */
	bool assumed;                    /* an open dimension other than the batch was taken as 1 */
	int64_t work, folded;            /* values read and written while folding, and bytes kept */
} np_onnx_builder;

/* ---- values by name (onnx_scope.c) ---- */

/* Where the texts of a node are looked up: a graph, with the one around it, or the body of a function. */
struct np_onnx_scope {
	np_onnx_scope *around; /* NULL for the model's graph and for functions */
	const np_onnx_graph *graph;
	const np_onnx_call *call;   /* the call that this graph or function replaces, NULL for the model's graph */
	const np_onnx_call *caller; /* of a function, and of the graphs in it: the call of the function */
	const np_onnx_function *function;
	int round;                    /* of the body of a loop, from 1; 0 for other graphs */
	struct np_onnx_table *values; /* name -> np_onnx_value */
	struct np_onnx_table *infos;  /* name -> np_onnx_info */
};

/* A table of names; NULL when the arena is full. */
struct np_onnx_table *np_onnx_table_new(np_arena *arena);
void *np_onnx_table_find(const struct np_onnx_table *table, const char *name);
/* False when the arena is full. A name that is there gets the new item. */
bool np_onnx_table_set(np_arena *arena, struct np_onnx_table *table, const char *name, void *item);

np_status np_onnx_scope_init(np_onnx_builder *builder, np_onnx_scope *scope, np_error *err) NP_MUST_CHECK;
/* NULL when there is none. */
np_onnx_value *np_onnx_scope_find(const np_onnx_scope *scope, const char *name);
np_status np_onnx_scope_bind(np_onnx_builder *builder, np_onnx_scope *scope, const char *name, np_onnx_value *value,
                             np_error *err) NP_MUST_CHECK;
/* The size of a dimension that the file leaves open but names, 0 when nothing is known of it. */
int64_t np_onnx_symbol_size(const np_onnx_builder *builder, const char *name);
/* The shape and type the file states for a value, in the builder's symbols; false when it does not, or not fully. */
bool np_onnx_scope_stated(const np_onnx_builder *builder, const np_onnx_scope *scope, const char *name, int64_t *dims,
                          int *rank, int *type);

/* ---- running (onnx_run.c) ---- */

/* Runs the nodes of a scope's graph. */
np_status np_onnx_run(np_onnx_builder *builder, np_onnx_scope *scope, np_error *err) NP_MUST_CHECK;
/* Counts one node or round against the limit. */
np_status np_onnx_step(np_onnx_call *call) NP_MUST_CHECK;

/* Makes the values of a graph's initializers known in its scope. */
np_status np_onnx_bind_initializers(np_onnx_builder *builder, np_onnx_scope *scope, np_error *err) NP_MUST_CHECK;

/* A constant from a tensor of the file; NULL when the arena is full. */
np_onnx_value *np_onnx_constant(np_onnx_builder *builder, const np_onnx_tensor *tensor);

/* NULL when the arena is full. */
np_onnx_learned *np_onnx_learned_new(np_arena *arena, int64_t values);
/* How many of them nobody has owned yet; they are owned from now on. NULL is nothing. */
int64_t np_onnx_learned_take(np_onnx_learned *learned);

/* ---- graphs within graphs (onnx_inline.c): the outputs of the node get the values of the graph's own results ---- */

/* The function of the model that a node calls, NULL when it is an operator. */
const np_onnx_function *np_onnx_function_of(const np_onnx_builder *builder, const np_onnx_node *node);
np_status np_onnx_index_functions(np_onnx_builder *builder, np_error *err) NP_MUST_CHECK;
np_status np_onnx_inline_function(np_onnx_call *call, const np_onnx_function *function) NP_MUST_CHECK;
/* Runs the nodes of a graph within the call. */
np_status np_onnx_run_inner(np_onnx_call *call, np_onnx_scope *inner) NP_MUST_CHECK;
np_status np_onnx_inline_graph(np_onnx_call *call, const np_onnx_graph *graph) NP_MUST_CHECK;

/* The name of result i of an inlined graph or function, within it. */
const char *np_onnx_result_name(const np_onnx_scope *inner, int i);

/* ---- the layer of a node (onnx_layer.c) ---- */

/* Adds it to the network and gives the outputs their tensors. */
np_status np_onnx_add_layer(np_onnx_call *call) NP_MUST_CHECK;

#endif
