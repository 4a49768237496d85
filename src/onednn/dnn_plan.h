/*
 * A program on its way to oneDNN: the operations that run it, the buffers they work on, and in which layout each tensor lies
 * at which moment. Planning allocates no buffer; dnn_job.c does, when the whole is known to fit.
 */
#ifndef NP_ONEDNN_PLAN_H
#define NP_ONEDNN_PLAN_H

#include "measure/part.h"
#include "onednn/dnn_seam.h"

#include <stdarg.h>

struct np_part_engine {
	dnnl_engine_t engine;
	dnnl_stream_t stream;
	dnnl_primitive_attr_t attr; /* scratchpads are ours */
	dnnl_format_tag_t images;   /* how this processor's convolutions like their tensors */
	int images_block;           /* channels per block, 1 where there are no blocks */
	int threads;
	float *normals; /* to fill buffers with */
};

/* What a buffer is for, which decides whether calls rotate over copies of it. */
typedef enum dnn_role { DNN_INPUT, DNN_OUTPUT, DNN_WEIGHTS, DNN_SCRATCH, DNN_ROLES } dnn_role;

typedef struct dnn_buffer {
	dnn_role role;
	int64_t bytes;
	float mean, deviation; /* of the random values it is filled with */
} dnn_buffer;

typedef struct dnn_arg {
	int arg; /* DNNL_ARG_... */
	int buffer;
	dnn_const_md md;
} dnn_arg;

typedef struct dnn_op {
	dnnl_primitive_t primitive;
	dnn_arg *args;
	int arg_count;
	int step;
	bool reference; /* the library's slow fallback */
} dnn_op;

enum { DNN_MOST_RANK = 5 };

typedef struct dnn_dims {
	int rank;
	dnnl_dims_t d;
} dnn_dims;

/* One way in which a tensor lies in memory now. */
typedef struct dnn_view {
	dnn_md md;
	int buffer;
	dnn_dims dims;
	bool plain; /* row-major without gaps: may be read as any other shape */
} dnn_view;

typedef struct dnn_tensor {
	dnn_view *views; /* the first is what its producer wrote */
	int view_count, view_capacity;
	int64_t values;
} dnn_tensor;

/* Where a step's operands lie, for those who want to look. */
typedef struct dnn_trace {
	dnn_arg roles[NP_PART_OUTPUT + 1]; /* md NULL = the step has none */
	dnn_dims dims[NP_PART_OUTPUT + 1];
} dnn_trace;

typedef struct dnn_plan {
	const np_part_engine *engine;
	const np_program *program; /* while planning */
	int step_count, tensor_count;
	dnn_maker maker;
	dnn_buffer *buffers;
	int buffer_count, buffer_capacity;
	dnn_op *ops;
	int op_count, op_capacity;
	dnn_md *mds; /* owned, freed with the plan */
	int md_count, md_capacity;
	dnn_tensor *tensors;
	dnn_trace *traces; /* per step */
	int step;
	int scratch;       /* the buffer all operations share */
	bool free_layouts; /* a layer alone: its inputs lie as it likes them */
	char implementation[96], layout[24];
	np_error *err;
} dnn_plan;

/* NP_ERR_LIMIT when it surely needs more than `most` bytes; the layouts may need a little more than was foreseen. */
np_status dnn_plan_program(const np_part_engine *engine, const np_program *program, int64_t most, dnn_plan *plan,
                           np_error *err);
void dnn_plan_free(dnn_plan *plan);

/* ---- for the layers: each plans one step ---- */

np_status dnn_fail(np_error *err, np_status status, const char *format, ...) NP_PRINTF(3, 4);
/* Names the step. */
np_status dnn_fail_step(dnn_plan *plan, dnnl_status_t why, const char *what);
bool dnn_grow(void **items, int count, int *capacity, size_t size);

/* Shapes: 2 axes where there is nothing spatial, else 4. */
dnn_dims dnn_dims_of(int64_t n, int64_t c, int64_t h, int64_t w);
dnn_dims dnn_dims_in(const np_layer_config *config);
dnn_dims dnn_dims_out(const np_layer_config *config);
dnn_dims dnn_dims_make(int rank, const int64_t *dims);
int64_t dnn_dims_values(const dnn_dims *dims);

/* Descriptors that the plan owns; NULL when memory or the layout is not to be had. */
dnn_md dnn_plan_keep(dnn_plan *plan, dnn_md md);
dnn_md dnn_plan_any(dnn_plan *plan, const dnn_dims *dims);
dnn_md dnn_plan_plain(dnn_plan *plan, const dnn_dims *dims);
/* As convolutions like it, where that makes sense for these channels; else row-major. */
dnn_md dnn_plan_images(dnn_plan *plan, const dnn_dims *dims);

/* Buffers: index, or -1 for want of memory. */
int dnn_plan_buffer(dnn_plan *plan, dnn_role role, dnn_const_md md);
int dnn_plan_weights(dnn_plan *plan, dnn_const_md md, float mean, float deviation);

/* As it lies, read as a shape; a tensor that lies nowhere yet will lie as `wish`. */
np_status dnn_look(dnn_plan *plan, int tensor, const dnn_dims *dims, dnn_const_md wish, dnn_view *view);
/* In this very layout: a reorder is planned where it lies otherwise. */
np_status dnn_read(dnn_plan *plan, int tensor, const dnn_dims *dims, dnn_const_md md, dnn_view *view);
/* A result of the step; in place where the program says so and the layout is that of what was read. */
np_status dnn_write(dnn_plan *plan, int tensor, const dnn_dims *dims, dnn_const_md md, dnn_view *view);

/* The descriptor an operation wants for an operand, owned by the plan. */
dnn_md dnn_wants(dnn_plan *plan, const_dnnl_primitive_desc_t pd, dnnl_query_t what, int index);
/* Plans the operation and takes its descriptor over, also in failure. */
np_status dnn_plan_op(dnn_plan *plan, dnnl_primitive_desc_t pd, const dnn_arg *args, int count);
/* The slow fallback of the library: "ref:any" and the like. */
bool dnn_is_reference(const_dnnl_primitive_desc_t pd);
void dnn_trace_role(dnn_plan *plan, np_part_role role, const dnn_dims *dims, dnn_const_md md, int buffer);

/*
 * Operations that take many layouts: made for the one the tensor lies in, else the one of images, else row-major; the
 * fastest sort of implementation wins, the first among equals.
 */
typedef dnnl_status_t (*dnn_make)(dnn_plan *plan, dnn_const_md src, const void *context, dnnl_primitive_desc_t *made);
np_status dnn_choose(dnn_plan *plan, int tensor, const dnn_dims *dims, dnn_make make, const void *context, dnn_view *src,
                     dnnl_primitive_desc_t *made);

/* One per file of layers; the table is in dnn_plan.c. */
np_status dnn_step_conv(dnn_plan *plan, const np_step *step);
np_status dnn_step_fc(dnn_plan *plan, const np_step *step);
np_status dnn_step_matmul(dnn_plan *plan, const np_step *step);
np_status dnn_step_pool(dnn_plan *plan, const np_step *step);
np_status dnn_step_norm(dnn_plan *plan, const np_step *step);
np_status dnn_step_pointwise(dnn_plan *plan, const np_step *step);
np_status dnn_step_eltwise(dnn_plan *plan, const np_step *step);
np_status dnn_step_concat(dnn_plan *plan, const np_step *step);
np_status dnn_step_softmax(dnn_plan *plan, const np_step *step);
np_status dnn_step_reduce(dnn_plan *plan, const np_step *step);
np_status dnn_step_resize(dnn_plan *plan, const np_step *step);
np_status dnn_step_copy(dnn_plan *plan, const np_step *step);
np_status dnn_step_pad(dnn_plan *plan, const np_step *step);

#endif
