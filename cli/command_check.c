/* neuralpower check: the gate for CI. Exit status 1 when a network fails it. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct job {
	networks networks;
	np_platform *platform;
	predicted predictions;
	np_check_baseline baseline;
	np_check *check;
} job;

static void job_free(job *j)
{
	np_check_free(j->check);
	np_check_baseline_free(&j->baseline);
	predictions_free(&j->predictions);
	np_platform_free(j->platform);
	networks_free(&j->networks);
}

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	return np_report_check(subject, options, text, size, err);
}

static np_status render_junit(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	(void)options;
	return np_report_check_junit(subject, text, size, err);
}

/* GitHub reads commands from either stream: on standard error they do not mix with JSON. */
static int write_annotations(const np_check *check)
{
	np_error err = {0};
	char *text;
	size_t size;
	if (np_report_check_github(check, &text, &size, &err) != NP_OK)
		return complain_error(&err);
	fflush(stdout);
	fwrite(text, 1, size, stderr);
	free(text);
	return EXIT_FINE;
}

static int load(const arguments *args, job *j)
{
	np_error err = {0};
	if (args->baseline && np_check_baseline_load(args->baseline, &j->baseline, &err) != NP_OK)
		return complain_error(&err);
	int status = networks_load(args, &j->networks);
	if (status == EXIT_FINE)
		status = platform_open_asked(args, &j->platform);
	if (status == EXIT_FINE)
		status = predictions_add(&j->networks, j->platform, &j->predictions);
	if (status == EXIT_FINE)
		predictions_warn(args, &j->predictions);
	return status;
}

static int check(const arguments *args, job *j)
{
	static const double USUAL_TOLERANCE = 0.05;
	np_error err = {0};
	const np_check_options options = {
	        .limit = {[NP_RUNTIME] = args->max_runtime_ms,
	                  [NP_POWER] = args->max_power_w,
	                  [NP_ENERGY] = args->max_energy_mj},
	        .baseline = args->baseline ? &j->baseline : NULL,
	        .tolerance = args->tolerance_given ? args->tolerance : USUAL_TOLERANCE,
	        .strict = args->strict_limits,
	};
	np_status status = np_check_run((const np_prediction *const *)j->predictions.items, j->predictions.count, &options,
	                                &j->check, &err);
	return status == NP_OK ? EXIT_FINE : complain_error(&err);
}

static int write_all(const arguments *args, const np_check *check)
{
	int status = write_reports(args, render, check);
	if (status == EXIT_FINE && args->junit)
		status = write_report(render_junit, check, (np_report_options){0}, args->junit);
	if (status == EXIT_FINE && args->annotations)
		status = write_annotations(check);
	return status;
}

static int check_usage(const arguments *args)
{
	if (!args->baseline && !(args->max_energy_mj > 0) && !(args->max_runtime_ms > 0) && !(args->max_power_w > 0)) {
		complain("a limit (--max-energy-mj, --max-runtime-ms, --max-power-w) or --baseline FILE was expected");
		return EXIT_USAGE;
	}
	if (args->tolerance_given && !args->baseline) {
		complain("--tolerance is of a --baseline, and none was given");
		return EXIT_USAGE;
	}
	if (args->junit && strcmp(args->junit, "-") == 0 && !args->out) {
		complain("--junit - is the output; where the table goes instead was expected: -o FILE");
		return EXIT_USAGE;
	}
	if (args->platforms.count > 1) {
		complain("check takes one platform");
		return EXIT_USAGE;
	}
	return EXIT_FINE;
}

int command_check(const arguments *args)
{
	job j = {0};
	int status = check_usage(args);
	if (status == EXIT_FINE)
		status = load(args, &j);
	if (status == EXIT_FINE)
		status = check(args, &j);
	if (status == EXIT_FINE)
		status = write_all(args, j.check);
	if (status == EXIT_FINE && j.check->failed)
		status = EXIT_CHECK_FAILED;
	job_free(&j);
	return status;
}
