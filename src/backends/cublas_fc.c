/* Products by cuBLAS: fully connected layers, and products of two activations. */
#include "backends/cuda_device.h"

#include "base/checked.h"
#include "base/error.h"

#include <math.h>
#include <stdio.h>

/* Pedantic: single precision without tensor cores or any other shortcut. */
static const struct {
	int type, compute;
	const char *name;
} computes[NP_CUDA_MATH_COUNT] = {
        [NP_CUDA_FP32] = {NP_CUBLAS_R_32F, NP_CUBLAS_COMPUTE_32F_PEDANTIC, "gemm_ex pedantic"},
        [NP_CUDA_TF32] = {NP_CUBLAS_R_32F, NP_CUBLAS_COMPUTE_32F_FAST_TF32, "gemm_ex fast_tf32"},
        [NP_CUDA_FP16] = {NP_CUBLAS_R_16F, NP_CUBLAS_COMPUTE_32F, "gemm_ex 32f"},
};

static const float ONE = 1, ZERO = 0;

/* What cuBLAS refuses is one layer; a device that is lost fails the next call of the runtime. */
static np_status check(const np_cuda *cuda, const char *call, int rc, np_error *err)
{
	if (rc == NP_CUBLAS_OK)
		return NP_OK;
	const char *meaning = cuda->libs.blas.status_string ? cuda->libs.blas.status_string(rc) : "no text";
	return np_fail(err, NP_ERR_UNSUPPORTED, "%s: rc %d (%s)", call, rc, meaning);
}

static void free_nothing(np_cuda *cuda, np_cuda_step *step)
{
	(void)cuda;
	(void)step;
}

/* cuBLAS does not tell which kernel it takes. */
static void describe(np_cuda *cuda, np_cuda_step *step, const np_cuda_step_ops *ops)
{
	step->ops = ops;
	step->backend = "cublas";
	step->notes = cuda->math == NP_CUDA_FP32 ? 0 : 1u << NP_CUDNN_NOTE_TENSOR_CORE;
	snprintf(step->algo, sizeof step->algo, "%s", computes[cuda->math].name);
}

/* ---- fully connected ---- */

/* Rows of inputs times the transposed weights, seen by columns: out x batch = (in x out)' * (in x batch). */
static np_status run_fc(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	const np_layer_config *c = &step->config;
	int in = (int)(c->in_c * c->in_h * c->in_w), out = (int)c->out_c, batch = (int)c->batch;
	int type = computes[cuda->math].type;
	int rc = cuda->libs.blas.gemm(cuda->blas, NP_CUBLAS_OP_T, NP_CUBLAS_OP_N, out, batch, in, &ONE,
	                              set->weights[step->index], type, in, np_cuda_input(step, set, 0), type, in, &ZERO,
	                              np_cuda_output(step, set), type, out, computes[cuda->math].compute,
	                              NP_CUBLAS_ALGO_DEFAULT);
	return check(cuda, "cublasGemmEx", rc, err);
}

static const np_cuda_step_ops fc_ops = {run_fc, free_nothing};

np_status np_cublas_fc_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	const np_layer_config *c = &step->config;
	int64_t in, values;
	NP_TRY(np_cuda_volume(c->in_c, c->in_h, c->in_w, 1, &in, err));
	NP_TRY(np_cuda_volume(c->batch, in, 1, 1, &values, err));
	NP_TRY(np_cuda_expect(step, 0, values, err));
	NP_TRY(np_cuda_volume(c->batch, c->out_c, 1, 1, &values, err));
	NP_TRY(np_cuda_expect(step, -1, values, err));
	NP_TRY(np_cuda_volume(c->out_c, in, 1, 1, &step->weight_count, err));
	step->weight_scale = 1 / sqrt((double)in);
	describe(cuda, step, &fc_ops);
	return NP_OK;
}

/* ---- products of activations ---- */

/* `batch` products of in_h rows of in_c values with in_c rows of out_c. The right side may be one for all. */
static np_status run_matmul(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err)
{
	const np_layer_config *c = &step->config;
	int m = (int)c->in_h, k = (int)c->in_c, n = (int)c->out_c, type = computes[cuda->math].type;
	long long left = (long long)m * k, right = (long long)k * n;
	int second = step->input_count > 1 ? 1 : 0;
	if (step->values[step->inputs[second]] == right)
		right = 0;
	int rc = cuda->libs.blas.gemm_batched(cuda->blas, NP_CUBLAS_OP_N, NP_CUBLAS_OP_N, n, m, k, &ONE,
	                                      np_cuda_input(step, set, second), type, n, right, np_cuda_input(step, set, 0),
	                                      type, k, left, &ZERO, np_cuda_output(step, set), type, n, (long long)m * n,
	                                      (int)c->batch, computes[cuda->math].compute, NP_CUBLAS_ALGO_DEFAULT);
	return check(cuda, "cublasGemmStridedBatchedEx", rc, err);
}

static const np_cuda_step_ops matmul_ops = {run_matmul, free_nothing};

np_status np_cublas_matmul_plan(np_cuda *cuda, np_cuda_step *step, np_error *err)
{
	const np_layer_config *c = &step->config;
	int64_t left, right, all, out;
	NP_TRY(np_cuda_volume(c->batch, c->in_h, c->in_c, 1, &left, err));
	NP_TRY(np_cuda_volume(c->in_c, c->out_c, 1, 1, &right, err));
	NP_TRY(np_cuda_volume(c->batch, c->in_c, c->out_c, 1, &all, err));
	NP_TRY(np_cuda_volume(c->batch, c->in_h, c->out_c, 1, &out, err));
	NP_TRY(np_cuda_expect(step, 0, left, err));
	NP_TRY(np_cuda_expect(step, -1, out, err));
	int second = step->input_count > 1 ? 1 : 0;
	if (step->values[step->inputs[second]] != right)
		NP_TRY(np_cuda_expect(step, second, all, err));
	describe(cuda, step, &matmul_ops);
	return NP_OK;
}
