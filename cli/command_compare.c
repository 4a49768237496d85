/* neuralpower compare: learned models, Paleo, the roofline and FLOPs on the same networks. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

typedef struct job {
	networks networks;
	np_platform **platforms; /* one per column */
	int platform_count;
	np_prediction **predictions; /* platform_count for each network */
	np_comparison *comparisons;
	np_network_rows *rows; /* measured; NULL when none were given */
} job;

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const job *j = subject;
	return np_report_compare(j->comparisons, j->networks.count, options, text, size, err);
}

static void job_free(job *j)
{
	for (int i = 0; j->predictions && i < j->networks.count * j->platform_count; i++)
		np_prediction_free(j->predictions[i]);
	for (int i = 0; i < j->platform_count; i++)
		np_platform_free(j->platforms[i]);
	free(j->predictions);
	free(j->comparisons);
	free(j->platforms);
	np_network_rows_free(j->rows);
	networks_free(&j->networks);
}

/* ---- the columns ---- */

static int add_column(job *j, np_platform *platform)
{
	np_platform **larger = realloc(j->platforms, (size_t)(j->platform_count + 1) * sizeof *larger);
	if (!larger) {
		np_platform_free(platform);
		return complain_memory();
	}
	j->platforms = larger;
	j->platforms[j->platform_count++] = platform;
	return EXIT_FINE;
}

/* A sheet by every method, or by the one that was asked for; NULL is the figures of the command line. */
static int add_sheet(const arguments *args, const char *name, job *j)
{
	for (int i = 0; np_baseline_method(i); i++) {
		const char *method = np_baseline_method(i);
		np_platform *platform;
		if (baseline_asked(args) && np_baseline_help(args->method) && strcmp(args->method, method) != 0)
			continue;
		int status = sheet_open(args, name, baseline_asked(args) ? args->method : method, &platform);
		if (status == EXIT_FINE)
			status = add_column(j, platform);
		if (status != EXIT_FINE)
			return status;
	}
	return EXIT_FINE;
}

/* Learned platforms are opened as such, whatever method was asked for of the sheets. */
static int add_learned(const arguments *args, const char *name, job *j)
{
	arguments learned = *args;
	np_platform *platform;
	learned.method = NULL;
	int status = name ? platform_open_for(&learned, name, &platform) : platform_open_asked(&learned, &platform);
	return status == EXIT_FINE ? add_column(j, platform) : status;
}

/* The sheet of a platform's device where there is one, said so that nobody wonders. */
static int add_sheet_of(const arguments *args, const char *name, job *j)
{
	char path[PATH_MAX];
	if (share_is_path(name) || !sheet_find(name, true, path))
		return EXIT_FINE;
	const char *slash = strrchr(path, '/');
	warn(args, "the data sheet %s is taken for %s; --sheet names others", slash ? slash + 1 : path, name);
	return add_sheet(args, path, j);
}

static int open_columns(const arguments *args, job *j)
{
	bool described = args->figures.peak_gflops > 0 && args->figures.bandwidth_gbs > 0 && !args->sheets.count;
	bool bare = !args->platforms.count && !args->sheets.count && !described;
	int status = bare ? add_learned(args, NULL, j) : EXIT_FINE;
	for (int i = 0; status == EXIT_FINE && i < args->platforms.count; i++)
		status = add_learned(args, args->platforms.items[i], j);
	for (int i = 0; status == EXIT_FINE && i < args->sheets.count; i++)
		status = add_sheet(args, args->sheets.items[i], j);
	if (status == EXIT_FINE && described)
		status = add_sheet(args, NULL, j);
	if (status == EXIT_FINE && bare)
		status = add_sheet_of(args, DEFAULT_PLATFORM, j);
	for (int i = 0; status == EXIT_FINE && !args->sheets.count && !described && i < args->platforms.count; i++)
		status = add_sheet_of(args, args->platforms.items[i], j);
	return status;
}

/* ---- the rows ---- */

static int open_rows(const arguments *args, job *j)
{
	np_error err = {0};
	if (!args->networks)
		return EXIT_FINE;
	if (np_network_rows_load(args->networks, args->device, &j->rows, &err) != NP_OK)
		return complain_error(&err);
	for (int i = 0; i < np_network_rows_issue_count(j->rows); i++)
		warn(args, "%s", np_network_rows_issue(j->rows, i));
	return EXIT_FINE;
}

static bool is_measured(const np_network_row *row, const np_network *network)
{
	bool named = np_network_called(np_network_path(network), row->network) ||
	             np_network_called(row->file, np_network_name(network)) ||
	             np_network_called(np_network_name(network), row->network);
	return named && row->batch == np_network_batch(network);
}

/* The first row of the network at its batch. */
static void find_actual(const arguments *args, const job *j, np_comparison *c)
{
	int count = j->rows ? np_network_rows_count(j->rows) : 0;
	for (int i = 0; i < count; i++) {
		const np_network_row *row = np_network_rows_row(j->rows, i);
		if (!is_measured(row, c->network))
			continue;
		memcpy(c->actual, row->value, sizeof c->actual);
		memcpy(c->has_actual, row->has, sizeof c->has_actual);
		return;
	}
	if (j->rows)
		warn(args, "%s: no row of it at batch %lld in %s", np_network_path(c->network),
		     (long long)np_network_batch(c->network), np_network_rows_path(j->rows));
}

static int compare_one(const arguments *args, job *j, int index)
{
	np_comparison *c = &j->comparisons[index];
	np_prediction **predictions = &j->predictions[index * j->platform_count];
	np_error err = {0};
	for (int i = 0; i < j->platform_count; i++)
		if (np_predict(j->networks.items[index], j->platforms[i], &predictions[i], &err) != NP_OK)
			return complain_error(&err);
	c->network = j->networks.items[index];
	c->predictions = (const np_prediction *const *)predictions;
	c->count = j->platform_count;
	find_actual(args, j, c);
	return EXIT_FINE;
}

static int run(const arguments *args, job *j)
{
	int status = networks_load(args, &j->networks);
	if (status == EXIT_FINE)
		status = open_columns(args, j);
	if (status == EXIT_FINE)
		status = open_rows(args, j);
	if (status != EXIT_FINE)
		return status;
	j->predictions = calloc((size_t)j->networks.count * (size_t)j->platform_count + 1, sizeof *j->predictions);
	j->comparisons = calloc((size_t)j->networks.count + 1, sizeof *j->comparisons);
	if (!j->predictions || !j->comparisons)
		return complain_memory();
	for (int i = 0; status == EXIT_FINE && i < j->networks.count; i++)
		status = compare_one(args, j, i);
	return status == EXIT_FINE ? write_reports(args, render, j) : status;
}

int command_compare(const arguments *args)
{
	job j = {0};
	int status = run(args, &j);
	job_free(&j);
	return status;
}
