/* Memory for a plan, and running it. */
#include "onednn/dnn_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LINE = 64, GAP = 3 * LINE, MOST_SETS = 1024 };

/* Buffers are kept apart by a few lines, so that they do not all begin at the same place of a page. */
static int64_t stride_of(int64_t bytes)
{
	return (bytes + LINE - 1) / LINE * LINE + GAP;
}

/* ---- how many sets ---- */

static bool rotates(const np_part_rotation *rotation, dnn_role role)
{
	return (role == DNN_INPUT && rotation->inputs) || (role == DNN_OUTPUT && rotation->outputs) ||
	       (role == DNN_WEIGHTS && rotation->weights);
}

static bool count_bytes(const dnn_plan *plan, const np_part_rotation *rotation, int64_t *fixed, int64_t *rotating)
{
	*fixed = *rotating = 0;
	for (int i = 0; i < plan->buffer_count; i++) {
		const dnn_buffer *buffer = &plan->buffers[i];
		int64_t *sum = rotates(rotation, buffer->role) ? rotating : fixed;
		if (buffer->bytes < 0 || buffer->bytes > INT64_MAX / 4 ||
		    __builtin_add_overflow(*sum, stride_of(buffer->bytes), sum))
			return false;
	}
	return true;
}

static np_status count_sets(np_part_job *job, const np_part_request *request, np_error *err)
{
	np_part_rotation rotation = request->rotation;
	int64_t fixed, rotating, all;
	if (request->program->step_count > 1)
		rotation = (np_part_rotation){0};
	job->sets = 1;
	if (!count_bytes(&job->plan, &rotation, &fixed, &rotating) || __builtin_add_overflow(fixed, rotating, &all))
		return dnn_fail(err, NP_ERR_LIMIT, "'%s' needs more bytes than 63 bits hold", request->program->name);
	if (all > request->most_bytes)
		return dnn_fail(err, NP_ERR_LIMIT, "'%s' needs %.1f GB of memory, at most %.1f GB are to be used",
		                request->program->name, (double)all * 1e-9, (double)request->most_bytes * 1e-9);
	if (!rotating)
		return NP_OK;
	int64_t room = request->most_bytes - fixed;
	if (room > request->rotate_bytes)
		room = request->rotate_bytes;
	int64_t sets = (rotation.bytes + rotating - 1) / rotating, fit = room / rotating;
	if (sets > fit)
		sets = fit;
	job->sets = sets < 1 ? 1 : sets > MOST_SETS ? MOST_SETS : (int)sets;
	return NP_OK;
}

/* ---- memory ---- */

static np_status allocate(np_part_job *job, const np_part_rotation *rotation, bool alone, np_error *err)
{
	const dnn_plan *plan = &job->plan;
	job->stores = calloc((size_t)plan->buffer_count + 1, sizeof *job->stores);
	if (!job->stores)
		return dnn_fail(err, NP_ERR_MEMORY, "out of memory");
	int64_t size = 0;
	for (int i = 0; i < plan->buffer_count; i++) {
		dnn_store *store = &job->stores[i];
		store->sets = alone && rotates(rotation, plan->buffers[i].role) ? job->sets : 1;
		store->stride = stride_of(plan->buffers[i].bytes);
		size += store->stride * store->sets;
	}
	void *memory = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return dnn_fail(err, NP_ERR_MEMORY, "out of memory: %.1f GB", (double)size * 1e-9);
	job->memory = memory;
	job->memory_bytes = size;
	for (int i = 0; i < plan->buffer_count; i++) {
		job->stores[i].base = memory;
		memory = (char *)memory + job->stores[i].stride * job->stores[i].sets;
	}
	return NP_OK;
}

static void fill(np_part_job *job)
{
	for (int i = 0; i < job->plan.buffer_count; i++) {
		const dnn_buffer *buffer = &job->plan.buffers[i];
		const dnn_store *store = &job->stores[i];
		for (int s = 0; s < store->sets; s++)
			dnn_fill(job->engine->normals, (float *)(store->base + s * store->stride),
			         store->stride / (int64_t)sizeof(float), buffer->mean, buffer->deviation,
			         (uint64_t)i * 1000003 + (uint64_t)s);
	}
}

/* ---- arguments ---- */

static bool bind_handle(np_part_job *job, const dnn_arg *arg, int set, dnnl_exec_arg_t *bound)
{
	const dnn_store *store = &job->stores[arg->buffer];
	void *at = store->base + (set % store->sets) * store->stride;
	dnnl_memory_t handle;
	if (!dnn_grow((void **)&job->handles, job->handle_count, &job->handle_capacity, sizeof *job->handles) ||
	    dnnl_memory_create(&handle, arg->md, job->engine->engine, at) != dnnl_success)
		return false;
	job->handles[job->handle_count++] = handle;
	*bound = (dnnl_exec_arg_t){arg->arg, handle};
	return true;
}

/* A buffer that does not rotate has one handle, which every set uses. */
static bool bind_op(np_part_job *job, const dnn_op *op, dnn_bound_op *bound)
{
	bound->primitive = op->primitive;
	bound->arg_count = op->arg_count;
	bound->args = calloc((size_t)job->sets * (size_t)op->arg_count, sizeof *bound->args);
	if (!bound->args)
		return false;
	for (int s = 0; s < job->sets; s++)
		for (int a = 0; a < op->arg_count; a++) {
			dnnl_exec_arg_t *arg = &bound->args[s * op->arg_count + a];
			if (s && job->stores[op->args[a].buffer].sets == 1)
				*arg = bound->args[a];
			else if (!bind_handle(job, &op->args[a], s, arg))
				return false;
		}
	return true;
}

static np_status bind(np_part_job *job, np_error *err)
{
	job->ops = calloc((size_t)job->plan.op_count + 1, sizeof *job->ops);
	bool bound = job->ops;
	for (int i = 0; bound && i < job->plan.op_count; i++)
		bound = bind_op(job, &job->plan.ops[i], &job->ops[i]);
	return bound ? NP_OK : dnn_fail(err, NP_ERR_MEMORY, "out of memory");
}

np_status dnn_job_create(np_part_engine *engine, const np_part_request *request, np_part_job **made, np_error *err)
{
	np_part_job *job = calloc(1, sizeof *job);
	*made = NULL;
	if (!job)
		return dnn_fail(err, NP_ERR_MEMORY, "out of memory");
	job->engine = engine;
	np_status status = dnn_plan_program(engine, request->program, request->most_bytes, &job->plan, err);
	if (status == NP_OK)
		status = count_sets(job, request, err);
	if (status == NP_OK)
		status = allocate(job, &request->rotation, request->program->step_count == 1, err);
	if (status == NP_OK) {
		fill(job);
		status = bind(job, err);
	}
	if (status != NP_OK)
		dnn_job_free(job);
	else
		*made = job;
	return status;
}

void dnn_job_free(np_part_job *job)
{
	if (!job)
		return;
	for (int i = 0; i < job->handle_count; i++)
		dnnl_memory_destroy(job->handles[i]);
	for (int i = 0; job->ops && i < job->plan.op_count; i++)
		free(job->ops[i].args);
	free(job->handles);
	free(job->ops);
	free(job->stores);
	if (job->memory)
		munmap(job->memory, (size_t)job->memory_bytes);
	dnn_plan_free(&job->plan);
	free(job);
}

/* ---- running ---- */

np_status dnn_job_run(np_part_job *job, int64_t calls, np_error *err)
{
	const dnn_bound_op *ops = job->ops;
	int count = job->plan.op_count, sets = job->sets;
	dnnl_stream_t stream = job->engine->stream;
	int set = (int)(job->calls % sets);
	dnnl_status_t status = dnnl_success;
	for (int64_t call = 0; call < calls && status == dnnl_success; call++) {
		for (int i = 0; i < count && status == dnnl_success; i++)
			status = dnnl_primitive_execute(ops[i].primitive, stream, ops[i].arg_count,
			                                ops[i].args + (size_t)set * (size_t)ops[i].arg_count);
		set = set + 1 < sets ? set + 1 : 0;
	}
	if (status == dnnl_success)
		status = dnnl_stream_wait(stream);
	job->calls += calls;
	return status == dnnl_success ? NP_OK
	                              : dnn_fail(err, NP_ERR_UNAVAILABLE, "oneDNN failed to run: status %d", (int)status);
}

void dnn_job_describe(const np_part_job *job, np_job_facts *facts)
{
	const dnn_plan *plan = &job->plan;
	snprintf(facts->backend, sizeof facts->backend, "onednn");
	snprintf(facts->algo, sizeof facts->algo, "%s", plan->step_count == 1 ? plan->implementation : "");
	snprintf(facts->layout, sizeof facts->layout, "%s", plan->step_count == 1 ? plan->layout : "");
	facts->workspace_bytes = plan->buffers[plan->scratch].bytes;
	for (int i = 0; i < plan->buffer_count; i++)
		facts->footprint_bytes += plan->buffers[i].bytes;
	for (int i = 0; i < plan->op_count; i++)
		if (plan->ops[i].reference)
			facts->flags |= NP_FLAG_REF_IMPL;
	facts->buffer_sets = job->sets;
	facts->data = "normal:1";
}

/* ---- looking ---- */

static dnnl_status_t reorder_to(np_part_job *job, const dnn_arg *from, dnn_md plain, float *values)
{
	dnnl_engine_t engine = job->engine->engine;
	dnn_maker maker = {engine, NULL};
	dnnl_primitive_desc_t made;
	dnnl_primitive_t primitive = NULL;
	dnnl_memory_t source = NULL, target = NULL;
	dnnl_status_t status = dnn_make_reorder(&maker, from->md, plain, &made);
	if (status != dnnl_success)
		return status;
	status = dnnl_primitive_create(&primitive, made);
	if (status == dnnl_success)
		status = dnnl_memory_create(&source, from->md, engine, job->stores[from->buffer].base);
	if (status == dnnl_success)
		status = dnnl_memory_create(&target, plain, engine, values);
	if (status == dnnl_success) {
		dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, target}};
		status = dnnl_primitive_execute(primitive, job->engine->stream, 2, args);
		dnnl_stream_wait(job->engine->stream);
	}
	dnnl_memory_destroy(source);
	dnnl_memory_destroy(target);
	dnnl_primitive_destroy(primitive);
	dnnl_primitive_desc_destroy(made);
	return status;
}

np_status dnn_job_values(np_part_job *job, int step, np_part_role role, float *values, int64_t count, np_error *err)
{
	dnn_plan *plan = &job->plan;
	if (step < 0 || step >= plan->step_count || (unsigned)role > NP_PART_OUTPUT || !plan->traces[step].roles[role].md)
		return dnn_fail(err, NP_ERR_DATA, "there is no such operand");
	const dnn_dims *dims = &plan->traces[step].dims[role];
	if (dnn_dims_values(dims) != count)
		return dnn_fail(err, NP_ERR_DATA, "the operand has %lld values", (long long)dnn_dims_values(dims));
	dnn_md plain = dnn_plan_plain(plan, dims);
	if (!plain || reorder_to(job, &plan->traces[step].roles[role], plain, values) != dnnl_success)
		return dnn_fail(err, NP_ERR_MEMORY, "out of memory");
	return NP_OK;
}
