/* Batches in flight: each between two events on one stream, taken out in the order they went in. */
#include "backends/cuda_clock.h"
#include "backends/cuda_device.h"

#include "base/error.h"

#include <math.h>

np_status np_cuda_queue_start(np_cuda *cuda, np_error *err)
{
	np_cuda_queue *queue = &cuda->queue;
	np_cuda_event *events[2 * NP_CUDA_DEPTH + 2] = {&queue->start, &queue->end};
	for (int i = 0; i < NP_CUDA_DEPTH; i++) {
		events[2 + 2 * i] = &queue->batches[i].start;
		events[3 + 2 * i] = &queue->batches[i].end;
	}
	for (int i = 0; i < 2 * NP_CUDA_DEPTH + 2; i++) {
		int rc = cuda->libs.cuda.event_create(events[i]);
		NP_TRY(np_cuda_check(cuda, "cudaEventCreate", rc, NP_ERR_UNAVAILABLE, err));
	}
	return NP_OK;
}

static void destroy(np_cuda *cuda, np_cuda_event event)
{
	if (event)
		cuda->libs.cuda.event_destroy(event);
}

void np_cuda_queue_stop(np_cuda *cuda)
{
	destroy(cuda, cuda->queue.start);
	destroy(cuda, cuda->queue.end);
	for (int i = 0; i < NP_CUDA_DEPTH; i++) {
		destroy(cuda, cuda->queue.batches[i].start);
		destroy(cuda, cuda->queue.batches[i].end);
	}
	cuda->queue = (np_cuda_queue){0};
}

static np_status elapsed(np_cuda *cuda, np_cuda_event start, np_cuda_event end, double *seconds, np_error *err)
{
	float ms = 0;
	int rc = cuda->libs.cuda.event_elapsed(&ms, start, end);
	*seconds = (double)ms / 1000;
	return np_cuda_check(cuda, "cudaEventElapsedTime", rc, NP_ERR_UNAVAILABLE, err);
}

np_status np_cuda_elapsed(np_cuda *cuda, double *seconds, np_error *err)
{
	int rc = cuda->libs.cuda.event_wait(cuda->queue.end);
	NP_TRY(np_cuda_check(cuda, "cudaEventSynchronize", rc, NP_ERR_UNAVAILABLE, err));
	return elapsed(cuda, cuda->queue.start, cuda->queue.end, seconds, err);
}

static np_status record(np_cuda *cuda, np_cuda_event event, np_error *err)
{
	return np_cuda_check(cuda, "cudaEventRecord", cuda->libs.cuda.event_record(event, cuda->stream), NP_ERR_UNAVAILABLE,
	                     err);
}

/* Whole graphs: a batch has as many calls as were asked for, rounded up. */
static np_status launch(np_cuda *cuda, np_cuda_job *job, int64_t wanted, int64_t *calls, np_error *err)
{
	*calls = 0;
	while (*calls < wanted) {
		if (job->exec) {
			int rc = cuda->libs.cuda.graph_launch(job->exec, cuda->stream);
			NP_TRY(np_cuda_check(cuda, "cudaGraphLaunch", rc, NP_ERR_UNAVAILABLE, err));
			*calls += job->graph_k;
		} else {
			NP_TRY(np_cuda_call(cuda, job, &job->sets[job->next_set], err));
			job->next_set = (job->next_set + 1) % job->set_count;
			++*calls;
		}
	}
	return NP_OK;
}

np_status np_cuda_submit(np_device *device, np_job *opaque, int64_t calls, np_error *err)
{
	np_cuda *cuda = (np_cuda *)device;
	np_cuda_job *job = (np_cuda_job *)opaque;
	np_cuda_queue *queue = &cuda->queue;
	if (calls < 1 || queue->count == NP_CUDA_DEPTH)
		return np_fail(err, NP_ERR_ARGUMENT, "%s: %lld calls asked for with %d batches in flight", job->name,
		               (long long)calls, queue->count);
	np_cuda_batch *batch = &queue->batches[(queue->head + queue->count) % NP_CUDA_DEPTH];
	batch->submitted_s = np_cuda_now();
	batch->job = job;
	NP_TRY(record(cuda, batch->start, err));
	NP_TRY(launch(cuda, job, calls, &batch->calls, err));
	NP_TRY(record(cuda, batch->end, err));
	queue->count++;
	return NP_OK;
}

np_status np_cuda_reap(np_device *device, bool wait, bool *done, np_span *span, np_error *err)
{
	np_cuda *cuda = (np_cuda *)device;
	np_cuda_queue *queue = &cuda->queue;
	*done = false;
	if (!queue->count)
		return np_fail(err, NP_ERR_ARGUMENT, "no batch is in flight");
	np_cuda_batch *batch = &queue->batches[queue->head];
	int rc = wait ? cuda->libs.cuda.event_wait(batch->end) : cuda->libs.cuda.event_query(batch->end);
	if (rc == NP_CUDA_NOT_READY) {
		cuda->libs.cuda.last_error(); /* "not ready" would stick and be taken for the failure of a later call */
		return NP_OK;
	}
	/* Failed or not, this batch is over: a caller that goes on must not meet it again. */
	queue->head = (queue->head + 1) % NP_CUDA_DEPTH;
	queue->count--;
	NP_TRY(np_cuda_check(cuda, wait ? "cudaEventSynchronize" : "cudaEventQuery", rc, NP_ERR_UNAVAILABLE, err));
	double now = np_cuda_now(), began = batch->submitted_s > queue->reaped_s ? batch->submitted_s : queue->reaped_s;
	*span = (np_span){.calls = batch->calls, .wall_s = now - began, .cpu_s = NAN};
	queue->reaped_s = now;
	NP_TRY(elapsed(cuda, batch->start, batch->end, &span->runtime_s, err));
	*done = true;
	return NP_OK;
}

void np_cuda_drain(np_cuda *cuda, const np_cuda_job *job)
{
	const np_cuda_queue *queue = &cuda->queue;
	for (int i = queue->count - 1; i >= 0; i--) {
		const np_cuda_batch *batch = &queue->batches[(queue->head + i) % NP_CUDA_DEPTH];
		if (batch->job == job) {
			cuda->libs.cuda.event_wait(batch->end);
			return;
		}
	}
}

/* The first event is recorded on an idle device, so that launching lies between the two. */
np_status np_cuda_latency(np_device *device, np_job *opaque, double *seconds, np_error *err)
{
	np_cuda *cuda = (np_cuda *)device;
	np_cuda_job *job = (np_cuda_job *)opaque;
	int rc = cuda->libs.cuda.stream_wait(cuda->stream);
	NP_TRY(np_cuda_check(cuda, "cudaStreamSynchronize", rc, NP_ERR_UNAVAILABLE, err));
	NP_TRY(record(cuda, cuda->queue.start, err));
	NP_TRY(np_cuda_call(cuda, job, &job->sets[job->next_set], err));
	job->next_set = (job->next_set + 1) % job->set_count;
	NP_TRY(record(cuda, cuda->queue.end, err));
	return np_cuda_elapsed(cuda, seconds, err);
}
