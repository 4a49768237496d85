/*
 * Plans for convolutions by cuDNN's graph interface: which engine, what it may round, how much workspace. A plan can be
 * made for a device that is not here, from a description of it; then it can be looked at but not run.
 */
#ifndef NP_BACKENDS_CUDNN_GRAPH_H
#define NP_BACKENDS_CUDNN_GRAPH_H

#include "backends/cudnn_api.h"

#include <neuralpower/layer_config.h>

/* How numbers are stored and multiplied. */
typedef enum np_cuda_math {
	NP_CUDA_FP32, /* no tensor cores: every product in single precision */
	NP_CUDA_TF32, /* single precision stored, tensor cores allowed */
	NP_CUDA_FP16, /* half precision stored, single precision sums */
	NP_CUDA_MATH_COUNT
} np_cuda_math;

/* What belongs to a way of computing: its name, sizes, the layout that its engines like. */
typedef struct np_cuda_math_info {
	const char *name; /* "fp32" */
	int bytes;
	int type;  /* NP_CUDNN_FLOAT, NP_CUDNN_HALF */
	bool nhwc; /* the layout that its engines like best has channels innermost */
} np_cuda_math_info;

extern const np_cuda_math_info np_cuda_maths[NP_CUDA_MATH_COUNT];

/* False when there is no such way. */
bool np_cuda_math_find(const char *name, np_cuda_math *math);

/* For whom to plan: a handle for the device at hand, or the description of another. */
typedef struct np_cudnn_target {
	const np_cudnn_api *api;
	np_cudnn_handle handle; /* NULL when `device` is set */
	np_cudnn_desc device;   /* NULL when `handle` is set */
	int passed_over;        /* how many engines that could be planned are not to be taken: they were seen to fail */
} np_cudnn_target;

enum { NP_CUDNN_MAX_DESCS = 12 };

typedef struct np_cudnn_plan {
	const np_cudnn_api *api;
	np_cudnn_desc plan;
	np_cudnn_desc owned[NP_CUDNN_MAX_DESCS]; /* all that the plan was made of, itself too */
	int owned_count;
	int64_t workspace_bytes;
	int64_t engine;
	unsigned notes; /* bits 1 << NP_CUDNN_NOTE_... */
	int tried;      /* how many engines were refused before this one */
	char algo[96];  /* "e67 k2=1 k13=4" */
} np_cudnn_plan;

/* Which buffers an execution works on. */
typedef struct np_cudnn_pointers {
	void *x, *w, *y, *workspace;
} np_cudnn_pointers;

/*
 * Plans a convolution, or a transposed one (kind NP_DECONV), with channels innermost or outermost. NP_ERR_UNSUPPORTED when no
 * engine computes as `math` asks within `workspace_limit`; the message says what the last one refused. A failed call leaves
 * nothing behind.
 */
np_status np_cudnn_plan_make(const np_cudnn_target *target, const np_layer_config *config, np_cuda_math math, bool nhwc,
                             int64_t workspace_limit, np_cudnn_plan *plan, np_error *err) NP_MUST_CHECK;
void np_cudnn_plan_free(np_cudnn_plan *plan);

/* Binds buffers to a plan: a descriptor to run it with, which the caller destroys. */
np_status np_cudnn_plan_bind(const np_cudnn_plan *plan, const np_cudnn_pointers *pointers, np_cudnn_desc *pack,
                             np_error *err) NP_MUST_CHECK;

/* A device from its JSON description, or the description of the device at hand (malloc'ed; NULL where there is none). */
np_status np_cudnn_device_read(const np_cudnn_api *api, const char *json, size_t size, np_cudnn_desc *device,
                               np_error *err) NP_MUST_CHECK;
char *np_cudnn_device_write(const np_cudnn_api *api, int index);

/* NP_OK for rc 0; else a failure that names the call, the number, and what cuDNN says. */
np_status np_cudnn_check(const np_cudnn_api *api, const char *call, int rc, np_status status, np_error *err) NP_MUST_CHECK;
/* "tensor_core;winograd" */
void np_cudnn_notes_write(unsigned notes, char *text, size_t size);

#endif
