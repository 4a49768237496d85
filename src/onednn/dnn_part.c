/* The part's door: its table, and the engine of a processor. */
#include "onednn/dnn_job.h"

#include <stdio.h>
#include <stdlib.h>

/* Of whichever OpenMP runtime oneDNN was built with; absent in builds with threads of another kind. */
extern void omp_set_num_threads(int threads) __attribute__((weak));

static void write_software(char *text, size_t size)
{
	const dnnl_version_t *version = dnnl_version();
	snprintf(text, size, "onednn %d.%d.%d", version->major, version->minor, version->patch);
}

static const char *isa_name(const np_part_engine *engine)
{
	(void)engine;
	switch (dnnl_get_effective_cpu_isa()) {
	case dnnl_cpu_isa_sse41:
		return "sse41";
	case dnnl_cpu_isa_avx:
		return "avx";
	case dnnl_cpu_isa_avx2:
		return "avx2";
	case dnnl_cpu_isa_avx2_vnni:
		return "avx2_vnni";
	case dnnl_cpu_isa_avx512_core:
		return "avx512_core";
	case dnnl_cpu_isa_avx512_core_vnni:
		return "avx512_core_vnni";
	case dnnl_cpu_isa_avx512_core_bf16:
		return "avx512_core_bf16";
	case dnnl_cpu_isa_avx512_core_amx:
		return "avx512_core_amx";
	default:
		return "another";
	}
}

/* ---- the layout of images: that which a middling convolution chooses for its result ---- */

static const struct {
	dnnl_format_tag_t tag;
	int block;
} IMAGE_LAYOUTS[] = {{dnnl_nChw8c, 8}, {dnnl_nChw16c, 16}, {dnnl_nChw4c, 4}, {dnnl_nhwc, 1}};

static void recognise_layout(np_part_engine *engine, dnn_const_md md, const dnn_dims *dims)
{
	engine->images = dnnl_nchw;
	engine->images_block = 1;
	for (size_t i = 0; i < sizeof IMAGE_LAYOUTS / sizeof *IMAGE_LAYOUTS; i++) {
		dnn_md known = dnn_md_tag(4, dims->d, IMAGE_LAYOUTS[i].tag);
		if (known && md && dnn_md_same(known, md)) {
			engine->images = IMAGE_LAYOUTS[i].tag;
			engine->images_block = IMAGE_LAYOUTS[i].block;
		}
		dnn_md_free(known);
	}
}

static dnnl_status_t find_image_layout(np_part_engine *engine)
{
	dnn_dims image = {4, {1, 64, 14, 14}}, filter = {4, {64, 64, 3, 3}}, bias = {1, {64}};
	dnn_window window = {{3, 3}, {1, 1}, {0, 0}, {1, 1}, {1, 1}};
	dnn_maker maker = {engine->engine, engine->attr};
	dnn_md any = dnn_md_tag(4, image.d, dnnl_format_tag_any), weights = dnn_md_tag(4, filter.d, dnnl_format_tag_any),
	       vector = dnn_md_tag(1, bias.d, dnnl_a);
	dnnl_primitive_desc_t made;
	dnnl_status_t status = dnnl_out_of_memory;
	if (any && weights && vector)
		status = dnn_make_conv(&maker, false, any, weights, vector, any, &window, &made);
	if (status == dnnl_success) {
		recognise_layout(engine, dnnl_primitive_desc_query_md(made, dnnl_query_dst_md, 0), &image);
		dnnl_primitive_desc_destroy(made);
	}
	dnn_md_free(any);
	dnn_md_free(weights);
	dnn_md_free(vector);
	return status;
}

/* ---- engine ---- */

static void close_engine(np_part_engine *engine)
{
	if (!engine)
		return;
	dnnl_primitive_attr_destroy(engine->attr);
	dnnl_stream_destroy(engine->stream);
	dnnl_engine_destroy(engine->engine);
	free(engine->normals);
	free(engine);
}

static dnnl_status_t start_engine(np_part_engine *engine)
{
	dnnl_status_t status = dnnl_engine_create(&engine->engine, dnnl_cpu, 0);
	if (status == dnnl_success)
		status = dnnl_stream_create(&engine->stream, engine->engine, dnnl_stream_in_order);
	if (status == dnnl_success)
		status = dnnl_primitive_attr_create(&engine->attr);
	if (status == dnnl_success)
		status = dnnl_primitive_attr_set_scratchpad_mode(engine->attr, dnnl_scratchpad_mode_user);
	if (status == dnnl_success)
		status = find_image_layout(engine);
	return status;
}

/* How many threads there are is one setting for all engines: each sets its own before it does anything. */
static np_status prepare(np_part_engine *engine, const np_part_request *request, np_part_job **job, np_error *err)
{
	omp_set_num_threads(engine->threads);
	return dnn_job_create(engine, request, job, err);
}

static np_status run(np_part_job *job, int64_t calls, np_error *err)
{
	omp_set_num_threads(job->engine->threads);
	return dnn_job_run(job, calls, err);
}

static np_status open_engine(int threads, np_part_engine **made, np_error *err)
{
	*made = NULL;
	if (!omp_set_num_threads)
		return dnn_fail(err, NP_ERR_UNAVAILABLE,
		                "this oneDNN was built without OpenMP: how many threads it uses cannot be set");
	np_part_engine *engine = calloc(1, sizeof *engine);
	if (!engine)
		return dnn_fail(err, NP_ERR_MEMORY, "out of memory");
	omp_set_num_threads(threads);
	engine->threads = threads;
	engine->normals = dnn_normals();
	dnnl_status_t status = engine->normals ? start_engine(engine) : dnnl_out_of_memory;
	if (status != dnnl_success) {
		close_engine(engine);
		return dnn_fail(err, NP_ERR_UNAVAILABLE, "oneDNN cannot use this processor: status %d", (int)status);
	}
	*made = engine;
	return NP_OK;
}

const np_part *np_part_table(void);

__attribute__((visibility("default"))) const np_part *np_part_table(void)
{
	static const np_part PART = {
	        .version = NP_PART_VERSION,
	        .sizes = NP_PART_SIZES,
	        .library = "oneDNN",
	        .software = write_software,
	        .open = open_engine,
	        .isa = isa_name,
	        .prepare = prepare,
	        .describe = dnn_job_describe,
	        .run = run,
	        .profile = dnn_job_profile,
	        .values = dnn_job_values,
	        .release = dnn_job_free,
	        .close = close_engine,
	};
	return &PART;
}
