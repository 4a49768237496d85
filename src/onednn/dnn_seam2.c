/* The seam for oneDNN 2: a descriptor of the operation first, then what implements it. */
#include "onednn/dnn_seam.h"

#if DNNL_VERSION_MAJOR == 2

#include <stdlib.h>
#include <string.h>

const dnn_scale_args DNN_SCALE_ARGS = {1, {DNNL_ARG_SCALE_SHIFT}};

static const float EPSILON = 1e-5f;

dnn_md dnn_md_copy(dnn_const_md md)
{
	dnn_md copy = malloc(sizeof *copy);
	if (copy)
		*copy = *md;
	return copy;
}

void dnn_md_free(dnn_md md)
{
	free(md);
}

bool dnn_md_same(dnn_const_md a, dnn_const_md b)
{
	return dnnl_memory_desc_equal(a, b);
}

dnn_strides dnn_md_strides(dnn_const_md md)
{
	const dnnl_blocking_desc_t *blocking = &md->format_desc.blocking;
	dnn_strides strides = {.rank = md->ndims, .blocks = blocking->inner_nblks};
	if (blocking->inner_nblks)
		strides.block = blocking->inner_blks[0];
	memcpy(strides.dims, md->dims, sizeof strides.dims);
	memcpy(strides.strides, blocking->strides, sizeof strides.strides);
	return strides;
}

dnn_md dnn_md_tag(int rank, const dnnl_dim_t *dims, dnnl_format_tag_t tag)
{
	dnnl_memory_desc_t md;
	if (dnnl_memory_desc_init_by_tag(&md, rank, dims, dnnl_f32, tag) != dnnl_success)
		return NULL;
	return dnn_md_copy(&md);
}

dnn_md dnn_md_part(dnn_const_md whole, const dnnl_dim_t *dims, const dnnl_dim_t *offsets)
{
	dnnl_memory_desc_t md;
	if (dnnl_memory_desc_init_submemory(&md, whole, dims, offsets) != dnnl_success)
		return NULL;
	return dnn_md_copy(&md);
}

static dnnl_status_t make(const dnn_maker *m, dnnl_status_t described, const_dnnl_op_desc_t desc, dnnl_primitive_desc_t *made)
{
	if (described != dnnl_success)
		return described;
	return dnnl_primitive_desc_create(made, desc, m->attr, m->engine, NULL);
}

dnnl_status_t dnn_make_conv(const dnn_maker *m, bool transposed, dnn_const_md src, dnn_const_md weights, dnn_const_md bias,
                            dnn_const_md dst, const dnn_window *w, dnnl_primitive_desc_t *made)
{
	dnnl_convolution_desc_t conv;
	dnnl_deconvolution_desc_t deconv;
	if (transposed)
		return make(m,
		            dnnl_dilated_deconvolution_forward_desc_init(&deconv, dnnl_forward_inference,
		                                                         dnnl_deconvolution_direct, src, weights, bias, dst,
		                                                         w->stride, w->dilation, w->pad_begin, w->pad_end),
		            &deconv, made);
	return make(m,
	            dnnl_dilated_convolution_forward_desc_init(&conv, dnnl_forward_inference, dnnl_convolution_direct, src,
	                                                       weights, bias, dst, w->stride, w->dilation, w->pad_begin,
	                                                       w->pad_end),
	            &conv, made);
}

dnnl_status_t dnn_make_fc(const dnn_maker *m, dnn_const_md src, dnn_const_md weights, dnn_const_md bias, dnn_const_md dst,
                          dnnl_primitive_desc_t *made)
{
	dnnl_inner_product_desc_t desc;
	return make(m, dnnl_inner_product_forward_desc_init(&desc, dnnl_forward_inference, src, weights, bias, dst), &desc,
	            made);
}

dnnl_status_t dnn_make_pool(const dnn_maker *m, dnnl_alg_kind_t alg, dnn_const_md src, dnn_const_md dst, const dnn_window *w,
                            dnnl_primitive_desc_t *made)
{
	dnnl_pooling_v2_desc_t desc;
	return make(m,
	            dnnl_pooling_v2_forward_desc_init(&desc, dnnl_forward_inference, alg, src, dst, w->stride, w->kernel,
	                                              w->dilation, w->pad_begin, w->pad_end),
	            &desc, made);
}

dnnl_status_t dnn_make_lrn(const dnn_maker *m, dnn_const_md data, dnnl_primitive_desc_t *made)
{
	dnnl_lrn_desc_t desc;
	return make(
	        m,
	        dnnl_lrn_forward_desc_init(&desc, dnnl_forward_inference, dnnl_lrn_across_channels, data, 5, 1e-4f, 0.75f, 1.f),
	        &desc, made);
}

dnnl_status_t dnn_make_batchnorm(const dnn_maker *m, dnn_const_md data, dnnl_primitive_desc_t *made)
{
	dnnl_batch_normalization_desc_t desc;
	return make(m,
	            dnnl_batch_normalization_forward_desc_init(&desc, dnnl_forward_inference, data, EPSILON,
	                                                       dnnl_use_global_stats | dnnl_use_scaleshift),
	            &desc, made);
}

dnnl_status_t dnn_make_layernorm(const dnn_maker *m, dnn_const_md data, dnnl_primitive_desc_t *made)
{
	dnnl_layer_normalization_desc_t desc;
	return make(m,
	            dnnl_layer_normalization_forward_desc_init(&desc, dnnl_forward_inference, data, NULL, EPSILON,
	                                                       dnnl_use_scaleshift),
	            &desc, made);
}

dnnl_status_t dnn_make_pointwise(const dnn_maker *m, dnnl_alg_kind_t alg, dnn_const_md data, dnnl_primitive_desc_t *made)
{
	dnnl_eltwise_desc_t desc;
	return make(m, dnnl_eltwise_forward_desc_init(&desc, dnnl_forward_inference, alg, data, 0.f, 0.f), &desc, made);
}

dnnl_status_t dnn_make_add(const dnn_maker *m, dnn_const_md a, dnn_const_md b, dnn_const_md dst, dnnl_primitive_desc_t *made)
{
	dnnl_binary_desc_t desc;
	return make(m, dnnl_binary_desc_init(&desc, dnnl_binary_add, a, b, dst), &desc, made);
}

dnnl_status_t dnn_make_softmax(const dnn_maker *m, dnn_const_md data, int axis, dnnl_primitive_desc_t *made)
{
	dnnl_softmax_v2_desc_t desc;
	return make(m,
	            dnnl_softmax_v2_forward_desc_init(&desc, dnnl_forward_inference, dnnl_softmax_accurate, data, data, axis),
	            &desc, made);
}

dnnl_status_t dnn_make_matmul(const dnn_maker *m, dnn_const_md a, dnn_const_md b, dnn_const_md dst, dnnl_primitive_desc_t *made)
{
	dnnl_matmul_desc_t desc;
	return make(m, dnnl_matmul_desc_init(&desc, a, b, NULL, dst), &desc, made);
}

dnnl_status_t dnn_make_resize(const dnn_maker *m, dnn_const_md src, dnn_const_md dst, dnnl_primitive_desc_t *made)
{
	dnnl_resampling_desc_t desc;
	return make(m, dnnl_resampling_forward_desc_init(&desc, dnnl_forward_inference, dnnl_resampling_linear, NULL, src, dst),
	            &desc, made);
}

dnnl_status_t dnn_make_mean(const dnn_maker *m, dnn_const_md src, dnn_const_md dst, dnnl_primitive_desc_t *made)
{
	dnnl_reduction_desc_t desc;
	return make(m, dnnl_reduction_desc_init(&desc, dnnl_reduction_mean, src, dst, 0.f, 0.f), &desc, made);
}

dnnl_status_t dnn_make_concat(const dnn_maker *m, int count, int axis, const dnn_const_md *src, dnn_const_md dst,
                              dnnl_primitive_desc_t *made)
{
	dnnl_memory_desc_t *row = malloc((size_t)count * sizeof *row);
	if (!row)
		return dnnl_out_of_memory;
	for (int i = 0; i < count; i++)
		row[i] = *src[i];
	dnnl_status_t status = dnnl_concat_primitive_desc_create(made, dst, count, axis, row, m->attr, m->engine);
	free(row);
	return status;
}

dnnl_status_t dnn_make_reorder(const dnn_maker *m, dnn_const_md src, dnn_const_md dst, dnnl_primitive_desc_t *made)
{
	return dnnl_reorder_primitive_desc_create(made, src, m->engine, dst, m->engine, m->attr);
}

#endif
