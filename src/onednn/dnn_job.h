/* A plan made ready to run: memory for its buffers, filled, and every operation's arguments bound. */
#ifndef NP_ONEDNN_JOB_H
#define NP_ONEDNN_JOB_H

#include "onednn/dnn_plan.h"

/* A buffer's copies lie one after the other. */
typedef struct dnn_store {
	char *base;
	int64_t stride;
	int sets;
} dnn_store;

typedef struct dnn_bound_arg {
	int arg, sets;
	dnnl_memory_t *handles; /* one per set */
} dnn_bound_arg;

typedef struct dnn_bound_op {
	dnnl_primitive_t primitive; /* the plan's */
	int arg_count;
	dnn_bound_arg *args;
	dnnl_exec_arg_t *now; /* of the call being made */
} dnn_bound_op;

struct np_part_job {
	np_part_engine *engine;
	dnn_plan plan;
	dnn_store *stores; /* one per buffer */
	dnn_bound_op *ops;
	int sets[DNN_ROLES];
	char *memory;
	int64_t memory_bytes;
	int64_t calls; /* so far: which sets are next */
};

np_status dnn_job_create(np_part_engine *engine, const np_part_request *request, np_part_job **job, np_error *err);
np_status dnn_job_run(np_part_job *job, int64_t calls, np_error *err);
np_status dnn_job_profile(np_part_job *job, double *seconds, np_error *err);
void dnn_job_describe(const np_part_job *job, np_job_facts *facts);
np_status dnn_job_values(np_part_job *job, int step, np_part_role role, float *values, int64_t count, np_error *err);
void dnn_job_free(np_part_job *job);

/* Normal values: a table to draw from (free() it; NULL for want of memory), and pieces of it in an order given by `seed`. */
float *dnn_normals(void);
void dnn_fill(const float *normals, float *values, int64_t count, float mean, float deviation, uint64_t seed);

#endif
