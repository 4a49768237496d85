/* neuralpower evaluate: how far predictions are from measurements. */
#include "cli.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const np_evaluation *evaluation = subject;
	return np_report_evaluation(&evaluation, 1, options, text, size, err);
}

static int show(const arguments *args, np_evaluation *evaluation)
{
	int status = write_reports(args, render, evaluation);
	np_evaluation_free(evaluation);
	return status;
}

static int evaluate_table(const arguments *args)
{
	np_error err = {0};
	np_evaluation *evaluation;
	if (np_evaluate_table(args->table, &evaluation, &err) != NP_OK)
		return complain_error(&err);
	return show(args, evaluation);
}

static int load_layers(const arguments *args, np_dataset **layers)
{
	np_error err = {0};
	if (np_dataset_load(args->layers.items, args->layers.count, args->device, layers, &err) != NP_OK)
		return complain_error(&err);
	show_rows(args, *layers);
	return EXIT_FINE;
}

static int evaluate_layers(const arguments *args, const np_platform *platform)
{
	np_error err = {0};
	np_dataset *layers;
	np_evaluation *evaluation;
	int status = load_layers(args, &layers);
	if (status != EXIT_FINE)
		return status;
	if (np_evaluate_layers(platform, layers, &evaluation, &err) != NP_OK)
		status = complain_error(&err);
	else
		status = show(args, evaluation);
	np_dataset_free(layers);
	return status;
}

/* ---- whole networks ---- */

typedef struct comparison {
	np_network_rows *rows;
	np_dataset *layers; /* measured alone; NULL when none were given */
	np_network **networks;
	np_prediction **predictions; /* parallel to rows */
	int count;
} comparison;

static void comparison_free(comparison *c)
{
	for (int i = 0; i < c->count; i++) {
		np_prediction_free(c->predictions[i]);
		np_network_free(c->networks[i]);
	}
	free(c->predictions);
	free(c->networks);
	np_dataset_free(c->layers);
	np_network_rows_free(c->rows);
}

/* The network file of a row: one of the command line, or the row's own, beside the table or where we are. */
static bool find_file(const arguments *args, const char *table, const np_network_row *row, char path[PATH_MAX])
{
	for (int i = 0; i < args->files.count; i++)
		if (np_network_called(args->files.items[i], row->network)) {
			snprintf(path, PATH_MAX, "%s", args->files.items[i]);
			return true;
		}
	if (!row->file[0])
		return false;
	const char *slash = strrchr(table, '/');
	snprintf(path, PATH_MAX, "%.*s%s", row->file[0] == '/' || !slash ? 0 : (int)(slash + 1 - table), table, row->file);
	if (access(path, F_OK) != 0)
		snprintf(path, PATH_MAX, "%s", row->file);
	return true;
}

static int predict_row(const arguments *args, const np_platform *platform, comparison *c, int index)
{
	const np_network_row *row = np_network_rows_row(c->rows, index);
	char path[PATH_MAX];
	np_error err = {0};
	if (!find_file(args, np_network_rows_path(c->rows), row, path)) {
		warn(args, "%s:%d: left out: no file given for network '%s'", np_network_rows_path(c->rows), row->line,
		     row->network);
		return EXIT_FINE;
	}
	const np_load_options options = {.batch = row->batch, .strict = args->strict};
	if (np_network_load(path, &options, &c->networks[index], &err) != NP_OK ||
	    np_predict(c->networks[index], platform, &c->predictions[index], &err) != NP_OK)
		return complain_error(&err);
	return EXIT_FINE;
}

static int open_comparison(const arguments *args, comparison *c)
{
	np_error err = {0};
	if (np_network_rows_load(args->networks, args->device, &c->rows, &err) != NP_OK)
		return complain_error(&err);
	for (int i = 0; i < np_network_rows_issue_count(c->rows); i++)
		warn(args, "%s", np_network_rows_issue(c->rows, i));
	c->count = np_network_rows_count(c->rows);
	c->networks = calloc((size_t)c->count, sizeof *c->networks);
	c->predictions = calloc((size_t)c->count, sizeof *c->predictions);
	if (!c->networks || !c->predictions) {
		c->count = 0;
		return complain_memory();
	}
	return args->layers.count ? load_layers(args, &c->layers) : EXIT_FINE;
}

static int evaluate_networks(const arguments *args, const np_platform *platform)
{
	comparison c = {0};
	np_error err = {0};
	np_evaluation *evaluation;
	int status = open_comparison(args, &c);
	for (int i = 0; status == EXIT_FINE && i < c.count; i++)
		status = predict_row(args, platform, &c, i);
	if (status == EXIT_FINE) {
		const np_prediction *const *predictions = (const np_prediction *const *)c.predictions;
		if (np_evaluate_networks(predictions, c.rows, c.layers, &evaluation, &err) != NP_OK)
			status = complain_error(&err);
		else
			status = show(args, evaluation);
	}
	comparison_free(&c);
	return status;
}

int command_evaluate(const arguments *args)
{
	if (args->table && (args->networks || args->layers.count || args->files.count)) {
		complain("--table has its predictions already: it goes with neither --layers, --networks nor network files");
		return EXIT_USAGE;
	}
	if (args->files.count && !args->networks) {
		complain("network files go with --networks: '%s'", args->files.items[0]);
		return EXIT_USAGE;
	}
	if (args->table)
		return evaluate_table(args);
	if (!args->networks && !args->layers.count) {
		complain("--layers, --networks or --table was expected: what to compare predictions with");
		return EXIT_USAGE;
	}
	np_platform *platform;
	int status = platform_open_asked(args, &platform);
	if (status != EXIT_FINE)
		return status;
	status = args->networks ? evaluate_networks(args, platform) : evaluate_layers(args, platform);
	np_platform_free(platform);
	return status;
}
