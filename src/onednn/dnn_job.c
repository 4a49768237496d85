/* Memory for a plan, and running it. */
#include "onednn/dnn_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { LINE = 64, GAP = 3 * LINE, MOST_SETS = 1024 };

/* Buffers are kept apart by a few lines, so that they do not all begin at the same place of a page. */
static int64_t stride_of(int64_t bytes)
{
	return (bytes + LINE - 1) / LINE * LINE + GAP;
}

/* ---- how many sets ---- */

typedef int64_t role_sums[DNN_ROLES];

static bool sum_roles(const dnn_plan *plan, role_sums sums, int64_t *all)
{
	*all = 0;
	for (int i = 0; i < plan->buffer_count; i++) {
		const dnn_buffer *buffer = &plan->buffers[i];
		if (buffer->bytes < 0 || buffer->bytes > INT64_MAX / 4 ||
		    __builtin_add_overflow(*all, stride_of(buffer->bytes), all))
			return false;
		sums[buffer->role] += stride_of(buffer->bytes);
	}
	return true;
}

/* Copies of what a role needs in one call, as many as fill its share; `room` is what is left for copies of all. */
static int sets_of(int64_t bytes, int64_t share, int64_t *room)
{
	int64_t more = bytes ? (share + bytes - 1) / bytes - 1 : 0, fit = bytes ? *room / bytes : 0;
	if (more > fit)
		more = fit;
	if (more > MOST_SETS - 1)
		more = MOST_SETS - 1;
	if (more < 0)
		more = 0;
	*room -= more * bytes;
	return (int)more + 1;
}

/* So many copies at most, unless they are small as a whole. */
static int64_t weights_share(const np_part_rotation *rotation, int64_t bytes)
{
	int64_t share = rotation->weights;
	if (rotation->most_copies > 0 && share / rotation->most_copies > bytes)
		share = rotation->most_copies * bytes;
	if (share < rotation->few_from)
		share = rotation->few_from;
	return share < rotation->weights ? share : rotation->weights;
}

static np_status count_sets(np_part_job *job, const np_part_request *request, np_error *err)
{
	const np_part_rotation *rotation = &request->rotation;
	role_sums sums = {0};
	int64_t all, room = request->rotate_bytes;
	if (!sum_roles(&job->plan, sums, &all))
		return dnn_fail(err, NP_ERR_LIMIT, "'%s' needs more bytes than 63 bits hold", request->program->name);
	if (all > request->most_bytes)
		return dnn_fail(err, NP_ERR_LIMIT, "'%s' needs %.1f GB of memory, at most %.1f GB are to be used",
		                request->program->name, (double)all * 1e-9, (double)request->most_bytes * 1e-9);
	if (room > request->most_bytes - all)
		room = request->most_bytes - all;
	bool alone = request->program->step_count == 1;
	job->sets[DNN_WEIGHTS] = sets_of(sums[DNN_WEIGHTS], alone ? weights_share(rotation, sums[DNN_WEIGHTS]) : 0, &room);
	job->sets[DNN_OUTPUT] = sets_of(sums[DNN_OUTPUT], alone ? rotation->outputs : 0, &room);
	job->sets[DNN_SCRATCH] = sets_of(sums[DNN_SCRATCH], alone ? rotation->outputs : 0, &room);
	job->sets[DNN_INPUT] = sets_of(sums[DNN_INPUT], alone ? rotation->inputs : 0, &room);
	return NP_OK;
}

/* ---- memory ---- */

static np_status allocate(np_part_job *job, np_error *err)
{
	const dnn_plan *plan = &job->plan;
	job->stores = calloc((size_t)plan->buffer_count + 1, sizeof *job->stores);
	if (!job->stores)
		return dnn_fail(err, NP_ERR_MEMORY, "out of memory");
	int64_t size = 0;
	for (int i = 0; i < plan->buffer_count; i++) {
		dnn_store *store = &job->stores[i];
		store->sets = job->sets[plan->buffers[i].role];
		store->stride = stride_of(plan->buffers[i].bytes);
		size += store->stride * store->sets;
	}
	void *memory = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return dnn_fail(err, NP_ERR_MEMORY, "out of memory: %.1f GB", (double)size * 1e-9);
	/* Pages of 4 KiB lie in memory differently each time, which alone moves large products by a tenth. */
	madvise(memory, (size_t)size, MADV_HUGEPAGE);
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

/* ---- changing layouts outside of what is timed ---- */

static dnnl_status_t run_copy(np_part_engine *engine, dnnl_primitive_t primitive, dnnl_memory_t from, dnnl_memory_t to)
{
	dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
	dnnl_status_t status = dnnl_primitive_execute(primitive, engine->stream, 2, args);
	return status == dnnl_success ? dnnl_stream_wait(engine->stream) : status;
}

static bool copy(np_part_engine *engine, dnn_const_md from, void *source, dnn_const_md to, void *target)
{
	dnn_maker maker = {engine->engine, NULL};
	dnnl_primitive_desc_t made;
	dnnl_primitive_t primitive = NULL;
	dnnl_memory_t in = NULL, out = NULL;
	if (dnn_make_reorder(&maker, from, to, &made) != dnnl_success)
		return false;
	bool copied = dnnl_primitive_create(&primitive, made) == dnnl_success &&
	              dnnl_memory_create(&in, from, engine->engine, source) == dnnl_success &&
	              dnnl_memory_create(&out, to, engine->engine, target) == dnnl_success &&
	              run_copy(engine, primitive, in, out) == dnnl_success;
	dnnl_memory_destroy(in);
	dnnl_memory_destroy(out);
	dnnl_primitive_destroy(primitive);
	dnnl_primitive_desc_destroy(made);
	return copied;
}

/* Blocks that are not full are filled up with zeros: the library relies on them. */
static bool is_padded(dnn_const_md md)
{
	dnn_strides s = dnn_md_strides(md);
	int64_t values = 1;
	for (int i = 0; i < s.rank; i++)
		values *= s.dims[i];
	return s.blocks && (int64_t)dnnl_memory_desc_get_size(md) > values * (int64_t)sizeof(float);
}

/* Copies from row-major values write those zeros. */
static bool refill(np_part_job *job, const dnn_arg *arg)
{
	dnn_strides s = dnn_md_strides(arg->md);
	dnn_dims dims = dnn_dims_make(s.rank, s.dims);
	const dnn_buffer *buffer = &job->plan.buffers[arg->buffer];
	const dnn_store *store = &job->stores[arg->buffer];
	int64_t count = dnn_dims_values(&dims);
	float *values = malloc((size_t)count * sizeof *values);
	dnn_md plain = dnn_plan_plain(&job->plan, &dims);
	bool filled = values && plain;
	for (int i = 0; filled && i < store->sets; i++) {
		dnn_fill(job->engine->normals, values, count, buffer->mean, buffer->deviation, (uint64_t)i);
		filled = copy(job->engine, plain, values, arg->md, store->base + i * store->stride);
	}
	free(values);
	return filled;
}

/* ---- arguments ---- */

static bool bind_arg(np_part_job *job, const dnn_arg *arg, dnn_bound_arg *bound)
{
	const dnn_store *store = &job->stores[arg->buffer];
	bound->arg = arg->arg;
	bound->handles = calloc((size_t)store->sets, sizeof *bound->handles);
	if (!bound->handles)
		return false;
	for (; bound->sets < store->sets; bound->sets++) {
		dnnl_memory_t *handle = &bound->handles[bound->sets];
		void *at = store->base + bound->sets * store->stride;
		if (dnnl_memory_create(handle, arg->md, job->engine->engine, at) != dnnl_success)
			return false;
	}
	return !is_padded(arg->md) || refill(job, arg);
}

static bool bind_op(np_part_job *job, const dnn_op *op, dnn_bound_op *bound)
{
	bound->primitive = op->primitive;
	bound->args = calloc((size_t)op->arg_count, sizeof *bound->args);
	bound->now = calloc((size_t)op->arg_count, sizeof *bound->now);
	if (!bound->args || !bound->now)
		return false;
	for (; bound->arg_count < op->arg_count; bound->arg_count++)
		if (!bind_arg(job, &op->args[bound->arg_count], &bound->args[bound->arg_count])) {
			bound->arg_count++; /* for those that were made */
			return false;
		}
	return true;
}

static void unbind_op(dnn_bound_op *bound)
{
	for (int a = 0; a < bound->arg_count; a++) {
		for (int s = 0; s < bound->args[a].sets; s++)
			dnnl_memory_destroy(bound->args[a].handles[s]);
		free(bound->args[a].handles);
	}
	free(bound->args);
	free(bound->now);
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
		status = allocate(job, err);
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
	for (int i = 0; job->ops && i < job->plan.op_count; i++)
		unbind_op(&job->ops[i]);
	free(job->ops);
	free(job->stores);
	if (job->memory)
		munmap(job->memory, (size_t)job->memory_bytes);
	dnn_plan_free(&job->plan);
	free(job);
}

/* ---- running ---- */

static dnnl_status_t execute(const dnn_bound_op *op, int64_t call, dnnl_stream_t stream)
{
	for (int a = 0; a < op->arg_count; a++) {
		const dnn_bound_arg *arg = &op->args[a];
		op->now[a] = (dnnl_exec_arg_t){arg->arg, arg->handles[arg->sets > 1 ? call % arg->sets : 0]};
	}
	return dnnl_primitive_execute(op->primitive, stream, op->arg_count, op->now);
}

static np_status fail_to_run(dnnl_status_t status, np_error *err)
{
	return dnn_fail(err, NP_ERR_UNAVAILABLE, "oneDNN failed to run: status %d", (int)status);
}

np_status dnn_job_run(np_part_job *job, int64_t calls, np_error *err)
{
	int count = job->plan.op_count;
	dnnl_stream_t stream = job->engine->stream;
	dnnl_status_t status = dnnl_success;
	for (int64_t end = job->calls + calls; job->calls < end && status == dnnl_success; job->calls++)
		for (int i = 0; i < count && status == dnnl_success; i++)
			status = execute(&job->ops[i], job->calls, stream);
	if (status == dnnl_success)
		status = dnnl_stream_wait(stream);
	return status == dnnl_success ? NP_OK : fail_to_run(status, err);
}

static double cpu_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

np_status dnn_job_profile(np_part_job *job, double *seconds, np_error *err)
{
	double before = cpu_seconds();
	for (int i = 0; i < job->plan.op_count; i++) {
		dnnl_status_t status = execute(&job->ops[i], job->calls, job->engine->stream);
		if (status != dnnl_success)
			return fail_to_run(status, err);
		double after = cpu_seconds();
		seconds[job->plan.ops[i].step] += after - before;
		before = after;
	}
	job->calls++;
	return NP_OK;
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
	for (int role = 0; role < DNN_ROLES; role++)
		if (facts->buffer_sets < job->sets[role])
			facts->buffer_sets = job->sets[role];
	facts->data = "normal:1";
}

/* ---- looking ---- */

np_status dnn_job_values(np_part_job *job, int step, np_part_role role, float *values, int64_t count, np_error *err)
{
	dnn_plan *plan = &job->plan;
	if (step < 0 || step >= plan->step_count || (unsigned)role > NP_PART_OUTPUT || !plan->traces[step].roles[role].md)
		return dnn_fail(err, NP_ERR_DATA, "there is no such operand");
	const dnn_dims *dims = &plan->traces[step].dims[role];
	if (dnn_dims_values(dims) != count)
		return dnn_fail(err, NP_ERR_DATA, "the operand has %lld values", (long long)dnn_dims_values(dims));
	dnn_md plain = dnn_plan_plain(plan, dims);
	const dnn_arg *operand = &plan->traces[step].roles[role];
	bool copied = plain && copy(job->engine, operand->md, job->stores[operand->buffer].base, plain, values);
	return copied ? NP_OK : dnn_fail(err, NP_ERR_MEMORY, "out of memory");
}
