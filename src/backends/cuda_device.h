/* What the files of the CUDA device share. Calls of the vendor's libraries all go through the tables in `libs`. */
#ifndef NP_BACKENDS_CUDA_DEVICE_H
#define NP_BACKENDS_CUDA_DEVICE_H

#include "backends/cuda_libs.h"
#include "backends/cudnn_graph.h"
#include "backends/nvml_device.h"
#include "measure/device.h"

enum {
	NP_CUDA_DEPTH = 4,   /* batches in flight */
	NP_CUDA_SLABS = 8,   /* blocks of device memory that are kept for the next job */
	NP_CUDA_ALIGN = 256, /* of every tensor */
	NP_CUDA_MAX_SETS = 256,
	NP_CUDA_MAX_CALLS = 256,  /* per graph, before it is made to cover all sets */
	NP_CUDA_MAX_NODES = 8192, /* launches per graph, about */
};

/* ---- memory ---- */

typedef struct np_cuda_slab {
	void *memory;
	int64_t bytes;
	bool used;
} np_cuda_slab;

/* Random values of a normal distribution, on the host, and on the device as the device's type. */
typedef struct np_cuda_noise {
	float *values;
	void *scratch; /* host memory for as many values, scaled and converted */
	void *resident;
} np_cuda_noise;

/* ---- batches in flight ---- */

typedef struct np_cuda_batch {
	np_cuda_event start, end;
	const struct np_cuda_job *job; /* compared, never looked into: it may be gone */
	int64_t calls;
	double submitted_s;
} np_cuda_batch;

typedef struct np_cuda_queue {
	np_cuda_batch batches[NP_CUDA_DEPTH];
	int head, count;
	double reaped_s;          /* when the batch before was taken out */
	np_cuda_event start, end; /* for what is timed outside batches */
} np_cuda_queue;

typedef struct np_cuda {
	np_device device; /* first: what the outside sees */
	np_cuda_libs libs;
	np_nvml nvml;
	np_cuda_math math;
	int index;
	int64_t l2_bytes;
	/* Nothing below exists before the first job: a context alone makes an idle card draw more power. */
	bool awake;
	np_cuda_stream stream;
	np_cudnn_handle dnn;
	np_cublas_handle blas;
	void *blas_workspace;
	np_cuda_noise noise;
	np_cuda_slab slabs[NP_CUDA_SLABS];
	np_cuda_queue queue;
} np_cuda;

/* ---- jobs ---- */

/* One set of buffers: calls rotate over several, so that a cache does not keep what a network would have evicted. */
typedef struct np_cuda_set {
	int index;
	void **tensors; /* by tensor of the program */
	void **weights; /* by step; NULL where a step has none */
	void *workspace;
} np_cuda_set;

typedef struct np_cuda_step np_cuda_step;

typedef struct np_cuda_step_ops {
	/* Puts the step on the device's stream. */
	np_status (*run)(np_cuda *cuda, np_cuda_step *step, const np_cuda_set *set, np_error *err);
	void (*free)(np_cuda *cuda, np_cuda_step *step);
} np_cuda_step_ops;

/* A layer made ready to run. */
struct np_cuda_step {
	int index;
	np_layer_config config;
	const char *name;
	bool nhwc;         /* channels innermost */
	int passed_over;   /* engines of convolutions not to be taken */
	const int *inputs; /* tensors */
	int input_count, output;
	const int64_t *values; /* how many each tensor of the program has */
	/* What planning fills in. */
	const np_cuda_step_ops *ops;
	void *state;
	int64_t weight_count;  /* values that the step reads besides tensors; 0 = none */
	bool weights_fp32;     /* whatever the device's type */
	bool weights_positive; /* variances */
	double weight_scale;   /* standard deviation, so that values neither grow nor vanish along a network */
	int64_t workspace_bytes;
	const char *backend;
	char algo[96];
	unsigned notes; /* bits 1 << NP_CUDNN_NOTE_... */
};

typedef struct np_cuda_job {
	np_arena arena; /* owns the arrays below and all names */
	const char *name;
	np_cuda_step *steps;
	int step_count, tensor_count;
	bool nhwc;
	int passed_over;
	int64_t *values;
	np_cuda_set *sets;
	int set_count;
	int next_set; /* for calls outside a graph */
	void *memory, *workspace;
	int64_t footprint_bytes, workspace_bytes;
	np_cuda_exec exec; /* NULL = launched one by one */
	int graph_k;
	double call_s; /* estimated when the job was prepared */
} np_cuda_job;

/* cuda_device.c: creates the context and what belongs to it, once. */
np_status np_cuda_wake(np_cuda *cuda, np_error *err) NP_MUST_CHECK;
/* NP_OK for rc 0; else a failure that names the call, the number and its meaning, and clears the runtime's memory of it. */
np_status np_cuda_check(const np_cuda *cuda, const char *call, int rc, np_status status, np_error *err) NP_MUST_CHECK;

/* cuda_memory.c */
np_status np_cuda_take(np_cuda *cuda, int64_t bytes, void **memory, np_error *err) NP_MUST_CHECK;
void np_cuda_give(np_cuda *cuda, void *memory);
int64_t np_cuda_free_bytes(np_cuda *cuda);
np_status np_cuda_noise_start(np_cuda *cuda, np_error *err) NP_MUST_CHECK;
void np_cuda_memory_stop(np_cuda *cuda);
/* Puts random values of a tensor on the stream: `seed` says where in the stock of values to begin. */
np_status np_cuda_fill(np_cuda *cuda, void *target, int64_t values, unsigned seed, np_error *err) NP_MUST_CHECK;
/* The same for a step's weights: scaled, perhaps in another type, perhaps all positive. */
np_status np_cuda_fill_weights(np_cuda *cuda, const np_cuda_step *step, void *target, np_error *err) NP_MUST_CHECK;

/* cuda_job.c */
np_status np_cuda_prepare(np_device *device, const np_program *program, np_job **job, np_error *err);
void np_cuda_describe(np_device *device, np_job *job, np_job_facts *facts);
void np_cuda_release(np_device *device, np_job *job);
/* Puts one call of all steps on the stream. */
np_status np_cuda_call(np_cuda *cuda, np_cuda_job *job, const np_cuda_set *set, np_error *err) NP_MUST_CHECK;

/* cuda_graph.c: estimates a call's time, then captures calls into a graph where that works. */
np_status np_cuda_graph_make(np_cuda *cuda, np_cuda_job *job, np_error *err) NP_MUST_CHECK;

/* cuda_queue.c */
np_status np_cuda_queue_start(np_cuda *cuda, np_error *err) NP_MUST_CHECK;
void np_cuda_queue_stop(np_cuda *cuda);
/* Waits for the batches of a job, which stay to be reaped. */
void np_cuda_drain(np_cuda *cuda, const np_cuda_job *job);
np_status np_cuda_submit(np_device *device, np_job *job, int64_t calls, np_error *err);
np_status np_cuda_reap(np_device *device, bool wait, bool *done, np_span *span, np_error *err);
np_status np_cuda_latency(np_device *device, np_job *job, double *seconds, np_error *err);
/* Seconds between the queue's two events, waiting for the second. */
np_status np_cuda_elapsed(np_cuda *cuda, double *seconds, np_error *err) NP_MUST_CHECK;

/* ---- layers: each makes a step ready, or says NP_ERR_UNSUPPORTED ---- */

np_status np_cuda_step_plan(np_cuda *cuda, np_cuda_step *step, np_error *err) NP_MUST_CHECK;

typedef np_status np_cuda_planner(np_cuda *cuda, np_cuda_step *step, np_error *err);
np_cuda_planner np_cudnn_conv_plan, np_cudnn_conv_legacy_plan;                /* cudnn_conv.c, cudnn_conv_legacy.c */
np_cuda_planner np_cublas_fc_plan, np_cublas_matmul_plan;                     /* cublas_fc.c */
np_cuda_planner np_cudnn_pool_plan, np_cudnn_lrn_plan, np_cudnn_softmax_plan; /* cudnn_layers.c */
np_cuda_planner np_cudnn_act_plan, np_cudnn_bn_plan, np_cudnn_eltwise_plan;   /* cudnn_layers.c */
np_cuda_planner np_cudnn_reduce_plan;                                         /* cudnn_layers.c */
np_cuda_planner np_cuda_concat_plan, np_cuda_copy_plan;                       /* cuda_copies.c */

/* Buffers of a step in a set. */
static inline void *np_cuda_input(const np_cuda_step *step, const np_cuda_set *set, int i)
{
	return set->tensors[step->inputs[i]];
}
static inline void *np_cuda_output(const np_cuda_step *step, const np_cuda_set *set)
{
	return set->tensors[step->output];
}
/* NP_OK when input `i` (-1 = the output) has exactly `values` values: what keeps kernels inside their buffers. */
np_status np_cuda_expect(const np_cuda_step *step, int i, int64_t values, np_error *err) NP_MUST_CHECK;
/* a * b * c * d, or NP_ERR_UNSUPPORTED when one of them, or the product, is not a positive int. */
np_status np_cuda_volume(int64_t a, int64_t b, int64_t c, int64_t d, int64_t *product, np_error *err) NP_MUST_CHECK;

#endif
