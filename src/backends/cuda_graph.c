/*
 * Graphs of calls. Launching a small layer takes longer than running it, so many calls are captured once and launched
 * together: about a millisecond of work each, over all sets of buffers in turn.
 */
#include "backends/cuda_device.h"

#include "base/error.h"

#include <math.h>

static const double GRAPH_S = 0.001;
/* Calls longer than this are estimated from fewer. */
static const double LONG_CALL_S = 0.005;

/* Seconds of `calls` calls in a row, launched one by one. */
static np_status time_calls(np_cuda *cuda, np_cuda_job *job, int calls, double *seconds, np_error *err)
{
	const np_cudart_api *api = &cuda->libs.cuda;
	NP_TRY(np_cuda_check(cuda, "cudaEventRecord", api->event_record(cuda->queue.start, cuda->stream), NP_ERR_UNAVAILABLE,
	                     err));
	for (int i = 0; i < calls; i++)
		NP_TRY(np_cuda_call(cuda, job, &job->sets[i % job->set_count], err));
	NP_TRY(np_cuda_check(cuda, "cudaEventRecord", api->event_record(cuda->queue.end, cuda->stream), NP_ERR_UNAVAILABLE,
	                     err));
	return np_cuda_elapsed(cuda, seconds, err);
}

/* The first call loads and compiles; then a few that tell how long one takes. */
static np_status estimate(np_cuda *cuda, np_cuda_job *job, np_error *err)
{
	double seconds = 0;
	NP_TRY(time_calls(cuda, job, 1, &seconds, err));
	NP_TRY(time_calls(cuda, job, 1, &seconds, err));
	int calls = seconds > LONG_CALL_S ? 3 : 10;
	NP_TRY(time_calls(cuda, job, calls, &seconds, err));
	job->call_s = seconds / calls;
	return NP_OK;
}

/* As many calls as fill a graph's time, rounded up to whole rounds over the sets. */
static int choose_calls(const np_cuda_job *job)
{
	double wanted = ceil(GRAPH_S / (job->call_s > 1e-9 ? job->call_s : 1e-9));
	int most = NP_CUDA_MAX_NODES / job->step_count;
	most = most < NP_CUDA_MAX_CALLS ? most : NP_CUDA_MAX_CALLS;
	int calls = wanted > most ? most : (int)wanted;
	calls = calls > 1 ? calls : 1;
	return (calls + job->set_count - 1) / job->set_count * job->set_count;
}

/* Leaves the stream out of capture whatever happens inside. */
static np_status capture(np_cuda *cuda, np_cuda_job *job, int calls, np_cuda_graph *graph, np_error *err)
{
	const np_cudart_api *api = &cuda->libs.cuda;
	*graph = NULL;
	int rc = api->capture_begin(cuda->stream, NP_CUDA_CAPTURE_THREAD_LOCAL);
	NP_TRY(np_cuda_check(cuda, "cudaStreamBeginCapture", rc, NP_ERR_UNSUPPORTED, err));
	np_status status = NP_OK;
	for (int i = 0; i < calls && status == NP_OK; i++)
		status = np_cuda_call(cuda, job, &job->sets[i % job->set_count], err);
	rc = api->capture_end(cuda->stream, graph);
	if (status == NP_OK)
		return np_cuda_check(cuda, "cudaStreamEndCapture", rc, NP_ERR_UNSUPPORTED, err);
	api->last_error();
	return status;
}

static np_status instantiate(np_cuda *cuda, np_cuda_job *job, np_cuda_graph graph, np_error *err)
{
	const np_cudart_api *api = &cuda->libs.cuda;
	int rc = api->graph_instantiate(&job->exec, graph, 0);
	np_status status = np_cuda_check(cuda, "cudaGraphInstantiate", rc, NP_ERR_UNSUPPORTED, err);
	if (status != NP_OK)
		job->exec = NULL;
	/* An upload only makes the first launch quicker. */
	else if (api->graph_upload && api->graph_upload(job->exec, cuda->stream) != NP_CUDA_OK)
		api->last_error();
	return status;
}

/* A program that cannot be captured is launched call by call: graph_k 0 in its row says so. */
np_status np_cuda_graph_make(np_cuda *cuda, np_cuda_job *job, np_error *err)
{
	NP_TRY(estimate(cuda, job, err));
	int calls = choose_calls(job);
	np_cuda_graph graph = NULL;
	np_error ignored = {0};
	np_status status = capture(cuda, job, calls, &graph, &ignored);
	if (status == NP_OK)
		status = instantiate(cuda, job, graph, &ignored);
	if (graph)
		cuda->libs.cuda.graph_destroy(graph);
	job->graph_k = status == NP_OK ? calls : 0;
	int rc = cuda->libs.cuda.stream_wait(cuda->stream);
	return np_cuda_check(cuda, "cudaStreamSynchronize", rc, NP_ERR_UNAVAILABLE, err);
}
