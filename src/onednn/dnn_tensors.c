/* Shapes, layouts and buffers: where a program's tensors lie, and the reorders that bring them where they are wanted. */
#include "onednn/dnn_plan.h"

#include <stdlib.h>
#include <string.h>

/* ---- shapes ---- */

dnn_dims dnn_dims_make(int rank, const int64_t *dims)
{
	dnn_dims made = {.rank = rank};
	for (int i = 0; i < rank; i++)
		made.d[i] = dims[i];
	return made;
}

dnn_dims dnn_dims_of(int64_t n, int64_t c, int64_t h, int64_t w)
{
	return (dnn_dims){h == 1 && w == 1 ? 2 : 4, {n, c, h, w}};
}

dnn_dims dnn_dims_in(const np_layer_config *config)
{
	return dnn_dims_of(config->batch, config->in_c, config->in_h, config->in_w);
}

dnn_dims dnn_dims_out(const np_layer_config *config)
{
	return dnn_dims_of(config->batch, config->out_c, config->out_h, config->out_w);
}

int64_t dnn_dims_values(const dnn_dims *dims)
{
	int64_t values = 1;
	for (int i = 0; i < dims->rank; i++)
		if (__builtin_mul_overflow(values, dims->d[i], &values))
			return -1;
	return values;
}

static bool same_dims(const dnn_dims *a, const dnn_dims *b)
{
	return a->rank == b->rank && !memcmp(a->d, b->d, (size_t)a->rank * sizeof a->d[0]);
}

/* ---- descriptors ---- */

dnn_md dnn_plan_keep(dnn_plan *plan, dnn_md md)
{
	if (!md)
		return NULL;
	if (!dnn_grow((void **)&plan->mds, plan->md_count, &plan->md_capacity, sizeof *plan->mds)) {
		dnn_md_free(md);
		return NULL;
	}
	return plan->mds[plan->md_count++] = md;
}

dnn_md dnn_plan_any(dnn_plan *plan, const dnn_dims *dims)
{
	return dnn_plan_keep(plan, dnn_md_tag(dims->rank, dims->d, dnnl_format_tag_any));
}

dnn_md dnn_plan_plain(dnn_plan *plan, const dnn_dims *dims)
{
	static const dnnl_format_tag_t TAGS[DNN_MOST_RANK + 1] = {
	        dnnl_format_tag_undef, dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd, dnnl_abcde};
	return dnn_plan_keep(plan, dnn_md_tag(dims->rank, dims->d, TAGS[dims->rank]));
}

/* Fewer channels than a block would be mostly padding: convolutions leave such tensors row-major too. */
dnn_md dnn_plan_images(dnn_plan *plan, const dnn_dims *dims)
{
	if (dims->rank != 4 || dims->d[1] < plan->engine->images_block)
		return dnn_plan_plain(plan, dims);
	return dnn_plan_keep(plan, dnn_md_tag(dims->rank, dims->d, plan->engine->images));
}

dnn_md dnn_wants(dnn_plan *plan, const_dnnl_primitive_desc_t pd, dnnl_query_t what, int index)
{
	dnn_const_md md = dnnl_primitive_desc_query_md(pd, what, index);
	return md ? dnn_plan_keep(plan, dnn_md_copy(md)) : NULL;
}

/* ---- buffers ---- */

static int add_buffer(dnn_plan *plan, dnn_buffer buffer)
{
	if (!dnn_grow((void **)&plan->buffers, plan->buffer_count, &plan->buffer_capacity, sizeof *plan->buffers))
		return -1;
	plan->buffers[plan->buffer_count] = buffer;
	return plan->buffer_count++;
}

static int64_t bytes_of(dnn_const_md md)
{
	return md ? (int64_t)dnnl_memory_desc_get_size(md) : 0;
}

int dnn_plan_buffer(dnn_plan *plan, dnn_role role, dnn_const_md md)
{
	return add_buffer(plan, (dnn_buffer){role, bytes_of(md), 0, 1});
}

int dnn_plan_weights(dnn_plan *plan, dnn_const_md md, float mean, float deviation)
{
	return add_buffer(plan, (dnn_buffer){DNN_WEIGHTS, bytes_of(md), mean, deviation});
}

/* ---- tensors ---- */

static bool is_plain(dnn_plan *plan, const dnn_dims *dims, dnn_const_md md)
{
	dnn_md plain = dnn_plan_plain(plan, dims);
	return plain && dnn_md_same(plain, md);
}

static np_status add_view(dnn_plan *plan, dnn_tensor *tensor, dnn_view view, dnn_view *added)
{
	if (view.buffer < 0 || !view.md ||
	    !dnn_grow((void **)&tensor->views, tensor->view_count, &tensor->view_capacity, sizeof *tensor->views))
		return dnn_fail_step(plan, dnnl_out_of_memory, "");
	*added = tensor->views[tensor->view_count++] = view;
	return NP_OK;
}

/* An input of the program lies as its first reader likes in a layer alone, row-major in a network. */
static np_status place_input(dnn_plan *plan, dnn_tensor *tensor, const dnn_dims *dims, dnn_const_md wish)
{
	dnn_view view = {.dims = *dims}, added;
	view.md = plan->free_layouts && wish ? dnn_plan_keep(plan, dnn_md_copy(wish)) : dnn_plan_plain(plan, dims);
	if (!view.md)
		return dnn_fail_step(plan, dnnl_out_of_memory, "");
	view.plain = is_plain(plan, dims, view.md);
	view.buffer = dnn_plan_buffer(plan, DNN_INPUT, view.md);
	return add_view(plan, tensor, view, &added);
}

static np_status plan_reorder(dnn_plan *plan, const dnn_view *from, const dnn_view *to)
{
	dnnl_primitive_desc_t made;
	dnnl_status_t status = dnn_make_reorder(&plan->maker, from->md, to->md, &made);
	if (status != dnnl_success)
		return dnn_fail_step(plan, status, "a layout cannot be changed");
	dnn_arg args[] = {{DNNL_ARG_FROM, from->buffer, from->md}, {DNNL_ARG_TO, to->buffer, to->md}};
	return dnn_plan_op(plan, made, args, 2);
}

static np_status copy_to(dnn_plan *plan, dnn_tensor *tensor, const dnn_view *from, dnn_const_md md, dnn_view *view)
{
	dnn_view copy = {.dims = from->dims, .md = dnn_plan_keep(plan, dnn_md_copy(md))};
	if (!copy.md)
		return dnn_fail_step(plan, dnnl_out_of_memory, "");
	copy.plain = is_plain(plan, &copy.dims, copy.md);
	copy.buffer = dnn_plan_buffer(plan, DNN_OUTPUT, copy.md);
	np_status status = add_view(plan, tensor, copy, view);
	return status == NP_OK ? plan_reorder(plan, from, view) : status;
}

/* The same memory as another shape. Where a layer reads more than there is (a broadcast), the buffer grows instead. */
static np_status reshape(dnn_plan *plan, dnn_tensor *tensor, int plain, const dnn_dims *dims, dnn_view *view)
{
	dnn_view other = {.dims = *dims, .plain = true, .buffer = tensor->views[plain].buffer};
	other.md = dnn_plan_plain(plan, dims);
	if (!other.md)
		return dnn_fail_step(plan, dnnl_out_of_memory, "");
	dnn_buffer *buffer = &plan->buffers[other.buffer];
	if (buffer->bytes < bytes_of(other.md))
		buffer->bytes = bytes_of(other.md);
	return add_view(plan, tensor, other, view);
}

np_status dnn_look(dnn_plan *plan, int index, const dnn_dims *dims, dnn_const_md wish, dnn_view *view)
{
	dnn_tensor *tensor = &plan->tensors[index];
	np_status status = tensor->view_count ? NP_OK : place_input(plan, tensor, dims, wish);
	if (status != NP_OK)
		return status;
	int plain = -1;
	for (int i = 0; i < tensor->view_count; i++) {
		if (same_dims(&tensor->views[i].dims, dims)) {
			*view = tensor->views[i];
			return NP_OK;
		}
		if (tensor->views[i].plain)
			plain = i;
	}
	if (plain < 0) {
		dnn_view first = tensor->views[0], ignored;
		dnn_md md = dnn_plan_plain(plan, &first.dims);
		status = md ? copy_to(plan, tensor, &first, md, &ignored) : dnn_fail_step(plan, dnnl_out_of_memory, "");
		if (status != NP_OK)
			return status;
		plain = tensor->view_count - 1;
	}
	return reshape(plan, tensor, plain, dims, view);
}

np_status dnn_read(dnn_plan *plan, int index, const dnn_dims *dims, dnn_const_md md, dnn_view *view)
{
	np_status status = dnn_look(plan, index, dims, md, view);
	if (status != NP_OK || dnn_md_same(view->md, md))
		return status;
	dnn_tensor *tensor = &plan->tensors[index];
	for (int i = 0; i < tensor->view_count; i++)
		if (same_dims(&tensor->views[i].dims, dims) && dnn_md_same(tensor->views[i].md, md)) {
			*view = tensor->views[i];
			return NP_OK;
		}
	dnn_view from = *view;
	return copy_to(plan, tensor, &from, md, view);
}

np_status dnn_write(dnn_plan *plan, int index, const dnn_dims *dims, dnn_const_md md, dnn_view *view)
{
	dnn_tensor *tensor = &plan->tensors[index];
	dnn_view made = {.dims = *dims, .md = dnn_plan_keep(plan, dnn_md_copy(md)), .buffer = -1};
	if (!made.md)
		return dnn_fail_step(plan, dnnl_out_of_memory, "");
	made.plain = is_plain(plan, dims, made.md);
	/* In place: a view in this layout is overwritten, and all others are worthless from now on. */
	for (int i = 0; i < tensor->view_count && made.buffer < 0; i++)
		if (same_dims(&tensor->views[i].dims, dims) && dnn_md_same(tensor->views[i].md, made.md))
			made.buffer = tensor->views[i].buffer;
	if (made.buffer < 0)
		made.buffer = dnn_plan_buffer(plan, DNN_OUTPUT, made.md);
	tensor->view_count = 0;
	return add_view(plan, tensor, made, view);
}
