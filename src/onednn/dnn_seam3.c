/* The seam for oneDNN 3: operations are made in one call, memory descriptors are handles. */
#include "onednn/dnn_seam.h"

#if DNNL_VERSION_MAJOR == 3

#include <string.h>

const dnn_scale_args DNN_SCALE_ARGS = {2, {DNNL_ARG_SCALE, DNNL_ARG_SHIFT}};

static const float EPSILON = 1e-5f;
static const dnnl_prop_kind_t INFERENCE = dnnl_forward_inference;

dnn_md dnn_md_copy(dnn_const_md md)
{
	dnn_md copy;
	return dnnl_memory_desc_clone(&copy, md) == dnnl_success ? copy : NULL;
}

void dnn_md_free(dnn_md md)
{
	if (md)
		dnnl_memory_desc_destroy(md);
}

bool dnn_md_same(dnn_const_md a, dnn_const_md b)
{
	return dnnl_memory_desc_equal(a, b);
}

/* Answers to queries of arrays are borrowed from the descriptor. */
static void copy_dims(dnn_const_md md, dnnl_query_t what, int count, dnnl_dim_t *to)
{
	dnnl_dims_t *from = NULL;
	if (dnnl_memory_desc_query(md, what, &from) == dnnl_success && from)
		memcpy(to, *from, (size_t)count * sizeof *to);
}

dnn_strides dnn_md_strides(dnn_const_md md)
{
	dnn_strides strides = {0};
	dnnl_dims_t blocks = {0};
	dnnl_memory_desc_query(md, dnnl_query_ndims_s32, &strides.rank);
	dnnl_memory_desc_query(md, dnnl_query_inner_nblks_s32, &strides.blocks);
	copy_dims(md, dnnl_query_dims, strides.rank, strides.dims);
	copy_dims(md, dnnl_query_strides, strides.rank, strides.strides);
	copy_dims(md, dnnl_query_inner_blks, strides.blocks, blocks);
	strides.block = strides.blocks ? blocks[0] : 0;
	return strides;
}

dnn_md dnn_md_tag(int rank, const dnnl_dim_t *dims, dnnl_format_tag_t tag)
{
	dnn_md md;
	return dnnl_memory_desc_create_with_tag(&md, rank, dims, dnnl_f32, tag) == dnnl_success ? md : NULL;
}

dnn_md dnn_md_part(dnn_const_md whole, const dnnl_dim_t *dims, const dnnl_dim_t *offsets)
{
	dnn_md md;
	return dnnl_memory_desc_create_submemory(&md, whole, dims, offsets) == dnnl_success ? md : NULL;
}

dnnl_status_t dnn_make_conv(const dnn_maker *m, bool transposed, dnn_const_md src, dnn_const_md weights, dnn_const_md bias,
                            dnn_const_md dst, const dnn_window *w, dnnl_primitive_desc_t *made)
{
	if (transposed)
		return dnnl_deconvolution_forward_primitive_desc_create(made, m->engine, INFERENCE, dnnl_deconvolution_direct,
		                                                        src, weights, bias, dst, w->stride, w->dilation,
		                                                        w->pad_begin, w->pad_end, m->attr);
	return dnnl_convolution_forward_primitive_desc_create(made, m->engine, INFERENCE, dnnl_convolution_direct, src, weights,
	                                                      bias, dst, w->stride, w->dilation, w->pad_begin, w->pad_end,
	                                                      m->attr);
}

dnnl_status_t dnn_make_fc(const dnn_maker *m, dnn_const_md src, dnn_const_md weights, dnn_const_md bias, dnn_const_md dst,
                          dnnl_primitive_desc_t *made)
{
	return dnnl_inner_product_forward_primitive_desc_create(made, m->engine, INFERENCE, src, weights, bias, dst, m->attr);
}

dnnl_status_t dnn_make_pool(const dnn_maker *m, dnnl_alg_kind_t alg, dnn_const_md src, dnn_const_md dst, const dnn_window *w,
                            dnnl_primitive_desc_t *made)
{
	return dnnl_pooling_forward_primitive_desc_create(made, m->engine, INFERENCE, alg, src, dst, w->stride, w->kernel,
	                                                  w->dilation, w->pad_begin, w->pad_end, m->attr);
}

dnnl_status_t dnn_make_lrn(const dnn_maker *m, dnn_const_md data, dnnl_primitive_desc_t *made)
{
	return dnnl_lrn_forward_primitive_desc_create(made, m->engine, INFERENCE, dnnl_lrn_across_channels, data, data, 5,
	                                              1e-4f, 0.75f, 1.f, m->attr);
}

dnnl_status_t dnn_make_batchnorm(const dnn_maker *m, dnn_const_md data, dnnl_primitive_desc_t *made)
{
	return dnnl_batch_normalization_forward_primitive_desc_create(made, m->engine, INFERENCE, data, data, EPSILON,
	                                                              dnnl_use_global_stats | dnnl_use_scale | dnnl_use_shift,
	                                                              m->attr);
}

dnnl_status_t dnn_make_layernorm(const dnn_maker *m, dnn_const_md data, dnnl_primitive_desc_t *made)
{
	return dnnl_layer_normalization_forward_primitive_desc_create(made, m->engine, INFERENCE, data, data, NULL, EPSILON,
	                                                              dnnl_use_scale | dnnl_use_shift, m->attr);
}

dnnl_status_t dnn_make_pointwise(const dnn_maker *m, dnnl_alg_kind_t alg, dnn_const_md data, dnnl_primitive_desc_t *made)
{
	return dnnl_eltwise_forward_primitive_desc_create(made, m->engine, INFERENCE, alg, data, data, 0.f, 0.f, m->attr);
}

dnnl_status_t dnn_make_add(const dnn_maker *m, dnn_const_md a, dnn_const_md b, dnn_const_md dst, dnnl_primitive_desc_t *made)
{
	return dnnl_binary_primitive_desc_create(made, m->engine, dnnl_binary_add, a, b, dst, m->attr);
}

dnnl_status_t dnn_make_softmax(const dnn_maker *m, dnn_const_md data, int axis, dnnl_primitive_desc_t *made)
{
	return dnnl_softmax_forward_primitive_desc_create(made, m->engine, INFERENCE, dnnl_softmax_accurate, data, data, axis,
	                                                  m->attr);
}

dnnl_status_t dnn_make_matmul(const dnn_maker *m, dnn_const_md a, dnn_const_md b, dnn_const_md dst, dnnl_primitive_desc_t *made)
{
	return dnnl_matmul_primitive_desc_create(made, m->engine, a, b, NULL, dst, m->attr);
}

dnnl_status_t dnn_make_resize(const dnn_maker *m, dnn_const_md src, dnn_const_md dst, dnnl_primitive_desc_t *made)
{
	return dnnl_resampling_forward_primitive_desc_create(made, m->engine, INFERENCE, dnnl_resampling_linear, NULL, src, dst,
	                                                     m->attr);
}

dnnl_status_t dnn_make_mean(const dnn_maker *m, dnn_const_md src, dnn_const_md dst, dnnl_primitive_desc_t *made)
{
	return dnnl_reduction_primitive_desc_create(made, m->engine, dnnl_reduction_mean, src, dst, 0.f, 0.f, m->attr);
}

dnnl_status_t dnn_make_concat(const dnn_maker *m, int count, int axis, const dnn_const_md *src, dnn_const_md dst,
                              dnnl_primitive_desc_t *made)
{
	return dnnl_concat_primitive_desc_create(made, m->engine, dst, count, axis, src, m->attr);
}

dnnl_status_t dnn_make_reorder(const dnn_maker *m, dnn_const_md src, dnn_const_md dst, dnnl_primitive_desc_t *made)
{
	return dnnl_reorder_primitive_desc_create(made, src, m->engine, dst, m->engine, m->attr);
}

#endif
