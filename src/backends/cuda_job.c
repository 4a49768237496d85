/* Jobs: programs whose steps are planned, whose buffers are there and filled, and whose calls are captured in a graph. */
#include "backends/cuda_device.h"

#include "base/checked.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A row may use so much of the free memory: the rest is for workspace and for what the libraries take themselves. */
static const double MEMORY_SHARE = 0.6;
/* Sets of buffers together are this many times the cache, so that no call finds what the one before left there. */
enum { CACHE_FACTOR = 3 };

/* ---- what the program says ---- */

static bool copy_step(np_cuda_job *job, const np_step *from, np_cuda_step *to)
{
	const char *name = from->name ? from->name : np_kind_name(from->config.kind);
	to->config = from->config;
	to->nhwc = job->nhwc;
	to->passed_over = job->passed_over;
	to->name = np_arena_text(&job->arena, name, strlen(name));
	to->inputs = np_arena_copy(&job->arena, from->inputs, (size_t)from->input_count * sizeof *from->inputs);
	to->input_count = from->input_count;
	to->output = from->output_count > 0 ? from->outputs[0] : -1;
	to->values = job->values;
	return to->name && to->inputs;
}

/* Steps that read or write a tensor the program does not have would write outside the buffers. */
static bool tensors_exist(const np_cuda_job *job, const np_cuda_step *step)
{
	for (int i = 0; i < step->input_count; i++)
		if (step->inputs[i] < 0 || step->inputs[i] >= job->tensor_count)
			return false;
	return step->output >= 0 && step->output < job->tensor_count;
}

/*
 * A layer alone that works in place would work on its own results again and again, until its values have lost all
 * likeness to data. It gets an output of its own; where buffers rotate, that moves as many bytes.
 */
static void part_output(np_cuda_job *job)
{
	np_cuda_step *step = &job->steps[0];
	if (job->step_count != 1 || step->inputs[0] != step->output)
		return;
	job->values[job->tensor_count] = job->values[step->output];
	step->output = job->tensor_count++;
}

static np_status copy_program(np_cuda_job *job, const np_program *program, np_error *err)
{
	if (program->step_count < 1 || program->tensor_count < 1)
		return np_fail(err, NP_ERR_ARGUMENT, "a program of %d steps on %d tensors", program->step_count,
		               program->tensor_count);
	const char *name = program->name ? program->name : "";
	job->name = np_arena_text(&job->arena, name, strlen(name));
	job->step_count = program->step_count;
	job->tensor_count = program->tensor_count;
	job->steps = np_arena_array(&job->arena, (size_t)program->step_count, sizeof *job->steps);
	job->values = np_arena_array(&job->arena, (size_t)program->tensor_count + 1, sizeof *job->values);
	if (!job->name || !job->steps || !job->values)
		return np_fail_memory(err);
	memcpy(job->values, program->values, (size_t)program->tensor_count * sizeof *job->values);
	for (int i = 0; i < job->step_count; i++) {
		job->steps[i].index = i;
		if (program->steps[i].input_count < 1)
			return np_fail(err, NP_ERR_UNSUPPORTED, "%s: a layer without inputs", job->name);
		if (!copy_step(job, &program->steps[i], &job->steps[i]))
			return np_fail_memory(err);
		if (!tensors_exist(job, &job->steps[i]))
			return np_fail(err, NP_ERR_ARGUMENT, "%s: works on a tensor that is not there", job->steps[i].name);
	}
	part_output(job);
	return NP_OK;
}

/* ---- buffers ---- */

static int64_t weight_bytes(const np_cuda *cuda, const np_cuda_step *step)
{
	return step->weight_count * (step->weights_fp32 ? 4 : np_cuda_maths[cuda->math].bytes);
}

static bool add_aligned(int64_t *total, int64_t bytes)
{
	return bytes >= 0 && bytes <= INT64_MAX - NP_CUDA_ALIGN &&
	       np_add_into(total, (bytes + NP_CUDA_ALIGN - 1) / NP_CUDA_ALIGN * NP_CUDA_ALIGN);
}

/* Bytes of one set, each buffer rounded up; and the largest workspace of any step, which all share. */
static np_status size_buffers(const np_cuda *cuda, np_cuda_job *job, np_error *err)
{
	int64_t footprint = 0;
	bool fits = true;
	for (int i = 0; i < job->tensor_count; i++) {
		int64_t bytes = 0;
		fits = fits && np_mul(job->values[i], np_cuda_maths[cuda->math].bytes, &bytes) &&
		       add_aligned(&footprint, bytes);
	}
	for (int i = 0; i < job->step_count; i++) {
		fits = fits && add_aligned(&footprint, weight_bytes(cuda, &job->steps[i]));
		if (job->steps[i].workspace_bytes > job->workspace_bytes)
			job->workspace_bytes = job->steps[i].workspace_bytes;
	}
	job->footprint_bytes = footprint;
	return fits ? NP_OK : np_fail(err, NP_ERR_LIMIT, "%s: its tensors exceed what can be counted", job->name);
}

/* As many sets as defeat the cache, as memory and the graph allow. */
static np_status choose_sets(np_cuda *cuda, np_cuda_job *job, np_error *err)
{
	int64_t room = (int64_t)(MEMORY_SHARE * (double)np_cuda_free_bytes(cuda)) - job->workspace_bytes;
	if (job->footprint_bytes > room)
		return np_fail(
		        err, NP_ERR_LIMIT,
		        "%s: needs %.1f MB for tensors and weights and %.1f MB of workspace; of the device's free memory "
		        "%.1f MB may be used",
		        job->name, (double)job->footprint_bytes * 1e-6, (double)job->workspace_bytes * 1e-6,
		        ((double)room + (double)job->workspace_bytes) * 1e-6);
	int64_t wanted = np_ceil_div(CACHE_FACTOR * cuda->l2_bytes, job->footprint_bytes);
	int64_t most = room / job->footprint_bytes;
	if (most > NP_CUDA_MAX_NODES / job->step_count)
		most = NP_CUDA_MAX_NODES / job->step_count;
	if (most > NP_CUDA_MAX_SETS)
		most = NP_CUDA_MAX_SETS;
	wanted = wanted < most ? wanted : most;
	job->set_count = wanted > 1 ? (int)wanted : 1;
	return NP_OK;
}

static char *carve(char **at, int64_t bytes)
{
	char *begin = *at;
	*at += (bytes + NP_CUDA_ALIGN - 1) / NP_CUDA_ALIGN * NP_CUDA_ALIGN;
	return begin;
}

static np_status fill_set(np_cuda *cuda, np_cuda_job *job, np_cuda_set *set, char **at, np_error *err)
{
	set->tensors = np_arena_array(&job->arena, (size_t)job->tensor_count, sizeof *set->tensors);
	set->weights = np_arena_array(&job->arena, (size_t)job->step_count, sizeof *set->weights);
	if (!set->tensors || !set->weights)
		return np_fail_memory(err);
	set->index = (int)(set - job->sets);
	set->workspace = job->workspace;
	for (int i = 0; i < job->tensor_count; i++) {
		set->tensors[i] = carve(at, job->values[i] * np_cuda_maths[cuda->math].bytes);
		NP_TRY(np_cuda_fill(cuda, set->tensors[i], job->values[i], (unsigned)i, err));
	}
	for (int i = 0; i < job->step_count; i++) {
		const np_cuda_step *step = &job->steps[i];
		if (!step->weight_count)
			continue;
		set->weights[i] = carve(at, weight_bytes(cuda, step));
		if (set->index == 0)
			NP_TRY(np_cuda_fill_weights(cuda, step, set->weights[i], err));
		else { /* weights of the first set, at the device's own speed */
			int rc = cuda->libs.cuda.copy(set->weights[i], job->sets[0].weights[i],
			                              (size_t)weight_bytes(cuda, step), NP_CUDA_DEVICE_TO_DEVICE, cuda->stream);
			NP_TRY(np_cuda_check(cuda, "cudaMemcpyAsync", rc, NP_ERR_UNAVAILABLE, err));
		}
	}
	return NP_OK;
}

static np_status make_buffers(np_cuda *cuda, np_cuda_job *job, np_error *err)
{
	NP_TRY(size_buffers(cuda, job, err));
	NP_TRY(choose_sets(cuda, job, err));
	job->sets = np_arena_array(&job->arena, (size_t)job->set_count, sizeof *job->sets);
	if (!job->sets)
		return np_fail_memory(err);
	NP_TRY(np_cuda_take(cuda, job->set_count * job->footprint_bytes, &job->memory, err));
	if (job->workspace_bytes > 0)
		NP_TRY(np_cuda_take(cuda, job->workspace_bytes, &job->workspace, err));
	char *at = job->memory;
	for (int i = 0; i < job->set_count; i++)
		NP_TRY(fill_set(cuda, job, &job->sets[i], &at, err));
	return NP_OK;
}

/* ---- a job's life ---- */

np_status np_cuda_call(np_cuda *cuda, np_cuda_job *job, const np_cuda_set *set, np_error *err)
{
	for (int i = 0; i < job->step_count; i++) {
		np_error inner = {0};
		np_status status = job->steps[i].ops->run(cuda, &job->steps[i], set, &inner);
		if (status != NP_OK)
			return np_fail(err, status, "%s: %s", job->steps[i].name, inner.message);
	}
	return NP_OK;
}

static void free_job(np_cuda *cuda, np_cuda_job *job)
{
	if (job->exec)
		cuda->libs.cuda.exec_destroy(job->exec);
	for (int i = 0; job->steps && i < job->step_count; i++)
		if (job->steps[i].ops)
			job->steps[i].ops->free(cuda, &job->steps[i]);
	np_cuda_give(cuda, job->memory);
	np_cuda_give(cuda, job->workspace);
	np_arena_free(&job->arena);
	free(job);
}

static np_status prepare_job(np_cuda *cuda, np_cuda_job *job, const np_program *program, np_error *err)
{
	NP_TRY(copy_program(job, program, err));
	for (int i = 0; i < job->step_count; i++)
		NP_TRY(np_cuda_step_plan(cuda, &job->steps[i], err));
	NP_TRY(make_buffers(cuda, job, err));
	return np_cuda_graph_make(cuda, job, err);
}

static np_status prepare_as(np_cuda *cuda, const np_program *program, bool nhwc, int passed_over, np_job **result,
                            np_error *err)
{
	np_cuda_job *job = calloc(1, sizeof *job);
	if (!job)
		return np_fail_memory(err);
	job->nhwc = nhwc;
	job->passed_over = passed_over;
	np_status status = prepare_job(cuda, job, program, err);
	if (status != NP_OK) {
		/* Nothing that was begun may still run on memory that is given back. */
		cuda->libs.cuda.stream_wait(cuda->stream);
		free_job(cuda, job);
		return status;
	}
	*result = (np_job *)job;
	return NP_OK;
}

np_status np_cuda_prepare(np_device *device, const np_program *program, np_job **result, np_error *err)
{
	np_cuda *cuda = (np_cuda *)device;
	*result = NULL;
	NP_TRY(np_cuda_wake(cuda, err));
	bool nhwc = np_cuda_maths[cuda->math].nhwc;
	/*
	 * What a heuristic recommends may yet fail when it runs, and some of cuDNN's layers know channels outermost only. The
	 * first reason is the one to tell.
	 */
	const struct {
		bool nhwc;
		int passed_over;
	} ways[] = {{nhwc, 0}, {nhwc, 1}, {nhwc, 2}, {false, 0}};
	np_error first = {0};
	np_status status = NP_ERR_UNSUPPORTED;
	for (int i = 0; i < (nhwc ? 4 : 3) && status == NP_ERR_UNSUPPORTED; i++)
		status = prepare_as(cuda, program, ways[i].nhwc, ways[i].passed_over, result, &first);
	return status == NP_OK ? NP_OK : np_fail(err, status, "%s", first.message);
}

/* Plans take their compiled kernels with them, so none of their launches may still be in flight. */
void np_cuda_release(np_device *device, np_job *job)
{
	if (!job)
		return;
	np_cuda_drain((np_cuda *)device, (np_cuda_job *)job);
	free_job((np_cuda *)device, (np_cuda_job *)job);
}

/* What a layer alone says of its step; a network has many. */
void np_cuda_describe(np_device *device, np_job *opaque, np_job_facts *facts)
{
	const np_cuda *cuda = (const np_cuda *)device;
	const np_cuda_job *job = (const np_cuda_job *)opaque;
	unsigned notes = 0;
	for (int i = 0; i < job->step_count; i++)
		notes |= job->steps[i].notes;
	bool alone = job->step_count == 1;
	int64_t rotated = job->footprint_bytes * job->set_count;
	*facts = (np_job_facts){
	        .workspace_bytes = job->workspace_bytes,
	        .footprint_bytes = job->footprint_bytes,
	        .buffer_sets = job->set_count,
	        .cache = rotated >= CACHE_FACTOR * cuda->l2_bytes ? "rot" : "hot",
	        .data = "normal:1",
	        .graph_k = job->graph_k,
	};
	snprintf(facts->backend, sizeof facts->backend, "%s", alone ? job->steps[0].backend : "cudnn+cublas");
	snprintf(facts->algo, sizeof facts->algo, "%s", alone ? job->steps[0].algo : "");
	snprintf(facts->layout, sizeof facts->layout, "%s", job->nhwc ? "nhwc" : "nchw");
	np_cudnn_notes_write(notes, facts->notes, sizeof facts->notes);
}
