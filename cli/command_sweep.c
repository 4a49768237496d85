/* neuralpower sweep: what a network costs per item as its batch grows. */
#include "cli.h"

#include <stdlib.h>

static const int64_t BATCHES[] = {1, 2, 4, 8, 16, 32, 64, 128, 256};
enum { BATCH_COUNT = sizeof BATCHES / sizeof *BATCHES };

typedef struct job {
	networks networks; /* each file at every batch */
	np_platform *platform;
	predicted predictions;
	np_sweep *sweeps;
	const np_sweep **pointers;
	int count;
} job;

static void job_free(job *j)
{
	predictions_free(&j->predictions);
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

/* Warnings are much the same at every batch: those of the first. */
static void show_warnings(const arguments *args, const job *j)
{
	for (int i = 0; i < j->predictions.count; i += args->batch_count) {
		const np_prediction *p = j->predictions.items[i];
		for (int k = 0; k < p->warning_count; k++)
			warn(args, "%s: batch %lld: %s", np_network_path(p->network), (long long)np_network_batch(p->network),
			     p->warnings[k]);
	}
}

static int gather(const arguments *args, job *j)
{
	j->count = j->networks.count / args->batch_count;
	j->sweeps = calloc((size_t)j->count, sizeof *j->sweeps);
	j->pointers = calloc((size_t)j->count, sizeof *j->pointers);
	if (!j->sweeps || !j->pointers)
		return complain_memory();
	for (int i = 0; i < j->count; i++) {
		const np_prediction *const *points = (const np_prediction *const *)j->predictions.items + i * args->batch_count;
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
		status = predictions_add(&j->networks, j->platform, &j->predictions);
	if (status != EXIT_FINE)
		return status;
	show_warnings(args, j);
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
