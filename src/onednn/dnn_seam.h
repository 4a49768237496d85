/*
 * The one place that knows which oneDNN it is compiled for. Versions 2 and 3 describe operations differently (descriptor
 * first, or all at once) and memory too (a structure, or a handle): here a memory descriptor is always a pointer that
 * dnn_md_free() frees, and an operation is made in one call.
 */
#ifndef NP_ONEDNN_SEAM_H
#define NP_ONEDNN_SEAM_H

#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>

#if DNNL_VERSION_MAJOR == 2
typedef dnnl_memory_desc_t *dnn_md;
typedef const dnnl_memory_desc_t *dnn_const_md;
#elif DNNL_VERSION_MAJOR == 3
typedef dnnl_memory_desc_t dnn_md;
typedef const_dnnl_memory_desc_t dnn_const_md;
#else
#error "This part is written for oneDNN 2 and 3"
#endif

/* Of 32-bit floats; NULL when there is no such layout or no memory. */
dnn_md dnn_md_tag(int rank, const dnnl_dim_t *dims, dnnl_format_tag_t tag);
dnn_md dnn_md_part(dnn_const_md whole, const dnnl_dim_t *dims, const dnnl_dim_t *offsets);
dnn_md dnn_md_copy(dnn_const_md md);
void dnn_md_free(dnn_md md);
bool dnn_md_same(dnn_const_md a, dnn_const_md b);
/* What it is made of, for naming it. */
typedef struct dnn_strides {
	int rank, blocks;
	dnnl_dim_t block; /* of the innermost axis that is blocked, 0 = none */
	dnnl_dims_t dims, strides;
} dnn_strides;
dnn_strides dnn_md_strides(dnn_const_md md);

/* A window of two spatial axes, in the library's order; dilation 0 is none. */
typedef struct dnn_window {
	dnnl_dims_t kernel, stride, dilation, pad_begin, pad_end;
} dnn_window;

/* Everything an operation is made with: its engine, and a scratchpad that the caller owns. */
typedef struct dnn_maker {
	dnnl_engine_t engine;
	dnnl_primitive_attr_t attr;
} dnn_maker;

dnnl_status_t dnn_make_conv(const dnn_maker *m, bool transposed, dnn_const_md src, dnn_const_md weights, dnn_const_md bias,
                            dnn_const_md dst, const dnn_window *window, dnnl_primitive_desc_t *made);
dnnl_status_t dnn_make_fc(const dnn_maker *m, dnn_const_md src, dnn_const_md weights, dnn_const_md bias, dnn_const_md dst,
                          dnnl_primitive_desc_t *made);
dnnl_status_t dnn_make_pool(const dnn_maker *m, dnnl_alg_kind_t alg, dnn_const_md src, dnn_const_md dst,
                            const dnn_window *window, dnnl_primitive_desc_t *made);
dnnl_status_t dnn_make_lrn(const dnn_maker *m, dnn_const_md data, dnnl_primitive_desc_t *made);
/* With given statistics, scale and shift. */
dnnl_status_t dnn_make_batchnorm(const dnn_maker *m, dnn_const_md data, dnnl_primitive_desc_t *made);
/* Along the last axis, statistics of the data itself, scale and shift. */
dnnl_status_t dnn_make_layernorm(const dnn_maker *m, dnn_const_md data, dnnl_primitive_desc_t *made);
dnnl_status_t dnn_make_pointwise(const dnn_maker *m, dnnl_alg_kind_t alg, dnn_const_md data, dnnl_primitive_desc_t *made);
dnnl_status_t dnn_make_add(const dnn_maker *m, dnn_const_md a, dnn_const_md b, dnn_const_md dst, dnnl_primitive_desc_t *made);
dnnl_status_t dnn_make_softmax(const dnn_maker *m, dnn_const_md data, int axis, dnnl_primitive_desc_t *made);
dnnl_status_t dnn_make_matmul(const dnn_maker *m, dnn_const_md a, dnn_const_md b, dnn_const_md dst,
                              dnnl_primitive_desc_t *made);
dnnl_status_t dnn_make_resize(const dnn_maker *m, dnn_const_md src, dnn_const_md dst, dnnl_primitive_desc_t *made);
dnnl_status_t dnn_make_mean(const dnn_maker *m, dnn_const_md src, dnn_const_md dst, dnnl_primitive_desc_t *made);
dnnl_status_t dnn_make_concat(const dnn_maker *m, int count, int axis, const dnn_const_md *src, dnn_const_md dst,
                              dnnl_primitive_desc_t *made);
dnnl_status_t dnn_make_reorder(const dnn_maker *m, dnn_const_md src, dnn_const_md dst, dnnl_primitive_desc_t *made);

/* Which arguments a normalisation's learned constants are: one tensor of two rows, or two tensors. */
typedef struct dnn_scale_args {
	int count;
	int args[2];
} dnn_scale_args;
extern const dnn_scale_args DNN_SCALE_ARGS;

#endif
