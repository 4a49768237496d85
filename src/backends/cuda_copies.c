/* Layers that only move values: joining along channels, and plain copies. */
#include "backends/cuda_device.h"

#include "base/error.h"

#include <stdio.h>

static void free_nothing(np_cuda *cuda, np_cuda_step *step)
{
	(void)cuda;
	(void)step;
}

/* ---- joining ---- */

/*
 * Rows of the output are images where channels are outermost, and positions where they are innermost; each input brings a
 * piece of every row.
 */
static np_status run_concat(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	const np_layer_config *c = &step->config;
	const np_cuda_math_info *info = &np_cuda_maths[cuda->math];
	int64_t rows = step->nhwc ? c->batch * c->out_h * c->out_w : c->batch;
	size_t row = (size_t)(step->values[step->output] / rows) * (size_t)info->bytes;
	char *target = np_cuda_output(step, set);
	for (int i = 0; i < step->input_count; i++) {
		size_t piece = (size_t)(step->values[step->inputs[i]] / rows) * (size_t)info->bytes;
		int rc = cuda->libs.cuda.copy_2d(target, row, np_cuda_input(step, set, i), piece, piece, (size_t)rows,
		                                 NP_CUDA_DEVICE_TO_DEVICE, cuda->stream);
		NP_TRY(np_cuda_check(cuda, "cudaMemcpy2DAsync", rc, NP_ERR_UNAVAILABLE, err));
		target += piece;
	}
	return NP_OK;
}

static const np_cuda_step_ops concat_ops = {run_concat, free_nothing};

np_status np_cuda_concat_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	(void)cuda;
	const np_layer_config *c = &step->config;
	int64_t out, sum = 0, rows;
	NP_TRY(np_cuda_volume(c->batch, c->out_c, c->out_h, c->out_w, &out, err));
	NP_TRY(np_cuda_expect(step, -1, out, err));
	rows = step->nhwc ? c->batch * c->out_h * c->out_w : c->batch;
	for (int i = 0; i < step->input_count; i++) {
		int64_t values = step->values[step->inputs[i]];
		if (values % rows)
			return np_fail(err, NP_ERR_UNSUPPORTED, "input %d is not joined along channels", i);
		sum += values;
	}
	if (sum != out)
		return np_fail(err, NP_ERR_UNSUPPORTED, "its inputs have %lld values, its output %lld", (long long)sum,
		               (long long)out);
	step->ops = &concat_ops;
	step->backend = "cuda-copy";
	snprintf(step->algo, sizeof step->algo, "memcpy2d");
	return NP_OK;
}

/* ---- copies ---- */

static np_status run_copy(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	void *from = np_cuda_input(step, set, 0), *to = np_cuda_output(step, set);
	if (from == to)
		return NP_OK;
	size_t bytes = (size_t)step->values[step->output] * (size_t)np_cuda_maths[cuda->math].bytes;
	int rc = cuda->libs.cuda.copy(to, from, bytes, NP_CUDA_DEVICE_TO_DEVICE, cuda->stream);
	return np_cuda_check(cuda, "cudaMemcpyAsync", rc, NP_ERR_UNAVAILABLE, err);
}

static const np_cuda_step_ops copy_ops = {run_copy, free_nothing};

np_status np_cuda_copy_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	(void)cuda;
	const np_layer_config *c = &step->config;
	int64_t values;
	NP_TRY(np_cuda_volume(c->batch, c->in_c, c->in_h, c->in_w, &values, err));
	NP_TRY(np_cuda_expect(step, 0, values, err));
	NP_TRY(np_cuda_expect(step, -1, values, err));
	step->ops = &copy_ops;
	step->backend = "cuda-copy";
	snprintf(step->algo, sizeof step->algo, "memcpy");
	return NP_OK;
}
