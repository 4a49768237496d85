/* See run.h. */
#include "measure/run.h"

#include "base/error.h"

#include <math.h>

enum { MOST_CALLS = 1 << 24, MOST_GROWTH = 10, SIZINGS = 12 };

double np_span_lasted(const np_span *span)
{
	return span->lasted_s > 0 ? span->lasted_s : span->runtime_s;
}

static np_status run_once(np_run *run, np_span *span, np_error *err)
{
	bool done;
	NP_TRY(run->device->ops->submit(run->device, run->job, run->calls, err));
	NP_TRY(run->device->ops->reap(run->device, true, &done, span, err));
	if (!(span->runtime_s >= 0))
		return np_fail(err, NP_ERR_DATA, "the device says that %lld calls took %g s", (long long)span->calls,
		               span->runtime_s);
	return NP_OK;
}

/* More calls, aiming a little past the wanted time, but not by leaps: the first calls mislead. */
static int64_t grown(int64_t calls, double took_s, double batch_s)
{
	double factor = took_s > 0 ? 1.1 * batch_s / took_s : MOST_GROWTH;
	double next = ceil((double)calls * (factor < MOST_GROWTH ? factor : MOST_GROWTH));
	if (next <= (double)calls)
		next = (double)calls + 1;
	return next < MOST_CALLS ? (int64_t)next : MOST_CALLS;
}

np_status np_run_start(np_device *device, np_job *job, double batch_s, np_run *run, np_error *err)
{
	*run = (np_run){.device = device, .job = job, .calls = 1};
	np_span span;
	NP_TRY(run_once(run, &span, err)); /* lazy set-up, cold caches: of no account */
	for (int i = 0; i < SIZINGS; i++) {
		NP_TRY(run_once(run, &span, err));
		if (np_span_lasted(&span) >= batch_s || run->calls == MOST_CALLS)
			break;
		run->calls = grown(run->calls, np_span_lasted(&span), batch_s);
	}
	run->call_s = span.runtime_s / (double)span.calls;
	return NP_OK;
}

np_status np_run_step(np_run *run, bool wait, bool *done, np_span *span, np_error *err)
{
	int depth = run->device->habits.depth > 1 ? run->device->habits.depth : 1;
	while (run->in_flight < depth) {
		NP_TRY(run->device->ops->submit(run->device, run->job, run->calls, err));
		run->in_flight++;
	}
	*done = false;
	NP_TRY(run->device->ops->reap(run->device, wait, done, span, err));
	run->in_flight -= *done;
	return NP_OK;
}

np_status np_run_for(np_run *run, double seconds, np_error *err)
{
	const np_device_ops *ops = run->device->ops;
	double end = ops->now(run->device) + seconds;
	while (ops->now(run->device) < end) {
		np_span span;
		bool done;
		NP_TRY(np_run_step(run, true, &done, &span, err));
	}
	return NP_OK;
}

np_status np_run_drain(np_run *run, np_error *err)
{
	while (run->in_flight) {
		np_span span;
		bool done;
		NP_TRY(run->device->ops->reap(run->device, true, &done, &span, err));
		run->in_flight--;
	}
	return NP_OK;
}
