/* A job kept running: batches submitted ahead as deep as the device wants, finished ones handed out in order. */
#ifndef NP_MEASURE_RUN_H
#define NP_MEASURE_RUN_H

#include "measure/device.h"

typedef struct np_run {
	np_device *device;
	np_job *job;
	int64_t calls; /* per batch */
	double call_s; /* as estimated when it was sized */
	int in_flight;
} np_run;

/* What a batch took of the campaign's time. */
double np_span_lasted(const np_span *span);
/* Times a few batches and sizes them: at least batch_s, at least one call. */
np_status np_run_start(np_device *device, np_job *job, double batch_s, np_run *run, np_error *err) NP_MUST_CHECK;
/*
 * Fills the queue, then takes the oldest batch; without `wait` only if it has finished. A device that works as it is called
 * always has one.
 */
np_status np_run_step(np_run *run, bool wait, bool *done, np_span *span, np_error *err) NP_MUST_CHECK;
/* Keeps it running for so many seconds, results dropped. */
np_status np_run_for(np_run *run, double seconds, np_error *err) NP_MUST_CHECK;
/* Waits for what is in flight. */
np_status np_run_drain(np_run *run, np_error *err) NP_MUST_CHECK;

#endif
