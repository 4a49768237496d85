/* neuralpower predict: what a network costs on one or more platforms. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct job {
	networks networks;
	np_platform **platforms;
	int platform_count;
	predicted predictions;
} job;

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const job *j = subject;
	return np_report_predict((const np_prediction *const *)j->predictions.items, j->predictions.count, options, text, size,
	                         err);
}

static np_status render_netron(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const job *j = subject;
	(void)options;
	return np_report_netron(j->predictions.items[0], text, size, err);
}

static np_status render_trace(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const job *j = subject;
	(void)options;
	return np_report_trace((const np_prediction *const *)j->predictions.items, j->predictions.count, text, size, err);
}

static void job_free(job *j)
{
	predictions_free(&j->predictions);
	for (int i = 0; i < j->platform_count; i++)
		np_platform_free(j->platforms[i]);
	free(j->platforms);
	networks_free(&j->networks);
}

static int open_platforms(const arguments *args, job *j)
{
	int count = args->platforms.count ? args->platforms.count : 1;
	j->platforms = calloc((size_t)count, sizeof *j->platforms);
	if (!j->platforms)
		return complain_memory();
	for (int i = 0; i < count; i++) {
		int status = args->platforms.count ? platform_open_for(args, args->platforms.items[i], &j->platforms[i])
		                                   : platform_open_asked(args, &j->platforms[i]);
		if (status != EXIT_FINE)
			return status;
		j->platform_count++;
	}
	return EXIT_FINE;
}

static int write_all(const arguments *args, const job *j)
{
	int status = write_reports(args, render, j);
	if (status == EXIT_FINE && args->netron)
		status = write_report(render_netron, j, (np_report_options){0}, args->netron);
	if (status == EXIT_FINE && args->trace)
		status = write_report(render_trace, j, (np_report_options){0}, args->trace);
	return status;
}

/* Netron shows one attachment, and takes it only from a .json file. */
static int check_netron(const arguments *args, const job *j)
{
	const char *end = args->netron ? strrchr(args->netron, '.') : NULL;
	if (args->netron && (!end || strcasecmp(end, ".json") != 0)) {
		complain("--netron '%s': a name that ends in .json was expected, Netron takes no other", args->netron);
		return EXIT_USAGE;
	}
	if (args->netron && j->networks.count * j->platform_count != 1) {
		complain("--netron takes one network, one batch and one platform");
		return EXIT_USAGE;
	}
	return EXIT_FINE;
}

static int run(const arguments *args, job *j)
{
	int status = networks_load(args, &j->networks);
	if (status == EXIT_FINE)
		status = open_platforms(args, j);
	if (status == EXIT_FINE)
		status = check_netron(args, j);
	for (int i = 0; status == EXIT_FINE && i < j->platform_count; i++)
		status = predictions_add(&j->networks, j->platforms[i], &j->predictions);
	if (status != EXIT_FINE)
		return status;
	predictions_warn(args, &j->predictions);
	return write_all(args, j);
}

int command_predict(const arguments *args)
{
	if (args->stream && (args->netron || args->trace)) {
		complain("--netron and --trace are of networks in files, not of --stream");
		return EXIT_USAGE;
	}
	if (args->statistics && !args->stream) {
		complain("--statistics goes with --stream");
		return EXIT_USAGE;
	}
	if (args->stream)
		return predict_stream(args);
	job j = {0};
	int status = run(args, &j);
	job_free(&j);
	return status;
}
