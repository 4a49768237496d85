/* neuralpower sweep: what a network costs per item as its batch grows. */
#include "cli.h"

#include <stdlib.h>

static const int64_t BATCHES[] = {1, 2, 4, 8, 16, 32, 64, 128, 256};
enum { BATCH_COUNT = sizeof BATCHES / sizeof *BATCHES };

typedef struct job {
	networks networks; /* each file at every batch */
	np_platform *platform;
	np_prediction **predictions;
	int predicted;
	np_sweep *sweeps;
	const np_sweep **pointers;
	int count;
} job;

static void job_free(job *j)
{
	for (int i = 0; i < j->predicted; i++)
		np_prediction_free(j->predictions[i]);
	free(j->predictions);
	free(j->sweeps);
	free(j->pointers);
	networks_free(&j->networks);
	np_platform_free(j->platform);
}

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const job *j = subject;
	return np_report_sweep(j->pointers, j->count, options, text, size, err);
}

static int predict_all(const arguments *args, job *j)
{
	np_error err = {0};
	j->predictions = calloc((size_t)j->networks.count, sizeof *j->predictions);
	if (!j->predictions)
		return EXIT_CHECK_FAILED;
	for (int i = 0; i < j->networks.count; i++) {
		if (np_predict(j->networks.items[i], j->platform, &j->predictions[i], &err) != NP_OK)
			return complain_error(&err);
		j->predicted++;
		if (i % args->batch_count == 0) /* warnings are much the same at every batch */
			for (int k = 0; k < j->predictions[i]->warning_count; k++)
				warn(args, "%s: batch %lld: %s", np_network_path(j->networks.items[i]),
				     (long long)np_network_batch(j->networks.items[i]), j->predictions[i]->warnings[k]);
	}
	return EXIT_FINE;
}

static int gather(const arguments *args, job *j)
{
	j->count = j->networks.count / args->batch_count;
	j->sweeps = calloc((size_t)j->count, sizeof *j->sweeps);
	j->pointers = calloc((size_t)j->count, sizeof *j->pointers);
	if (!j->sweeps || !j->pointers)
		return EXIT_CHECK_FAILED;
	for (int i = 0; i < j->count; i++) {
		const np_prediction *const *points = (const np_prediction *const *)j->predictions + i * args->batch_count;
		j->sweeps[i] = np_sweep_of(points, args->batch_count);
		j->pointers[i] = &j->sweeps[i];
	}
	return EXIT_FINE;
}

static int run(const arguments *args, job *j)
{
	int status = networks_load(args, &j->networks);
	if (status == EXIT_FINE)
		status = platform_open_asked(args, &j->platform);
	if (status == EXIT_FINE)
		status = predict_all(args, j);
	if (status == EXIT_FINE)
		status = gather(args, j);
	return status == EXIT_FINE ? write_reports(args, render, j) : status;
}

int command_sweep(const arguments *args)
{
	job j = {0};
	arguments own = *args;
	int64_t batches[BATCH_COUNT];
	if (!own.batch_count) {
		for (int i = 0; i < BATCH_COUNT; i++)
			batches[i] = BATCHES[i];
		own.batches = batches;
		own.batch_count = BATCH_COUNT;
	}
	int status = run(&own, &j);
	job_free(&j);
	return status;
}
