/* neuralpower rank: which network to choose, by error and energy. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const np_ranking *ranking = subject;
	return np_report_ranking(&ranking, 1, options, text, size, err);
}

static int rank(const arguments *args, const np_contender *candidates, int count, const char *data)
{
	const np_rank_options options = {.alphas = args->alphas,
	                                 .alpha_count = args->alpha_count,
	                                 .max_runtime_ms = args->max_runtime_ms,
	                                 .max_energy_mj = args->max_energy_mj,
	                                 .max_power_w = args->max_power_w,
	                                 .data = data};
	np_error err = {0};
	np_ranking *ranking;
	if (np_rank(candidates, count, &options, &ranking, &err) != NP_OK)
		return complain_error(&err);
	int status = write_reports(args, render, ranking);
	np_ranking_free(ranking);
	return status;
}

static int rank_table(const arguments *args)
{
	np_error err = {0};
	np_contenders table;
	if (np_contenders_load(args->table, &table, &err) != NP_OK)
		return complain_error(&err);
	int kept = 0;
	for (int i = 0; i < table.count; i++) {
		if (isnan(table.items[i].energy_per_item_mj))
			warn(args, "%s: left out: no energy_per_item_mj of network '%s'", args->table, table.items[i].network);
		else
			table.items[kept++] = table.items[i];
	}
	int status = EXIT_BAD_INPUT;
	if (kept)
		status = rank(args, table.items, kept, args->table);
	else
		complain("%s: no network has an energy_per_item_mj", args->table);
	np_contenders_free(&table);
	return status;
}

/* ---- network files, predicted ---- */

typedef struct job {
	np_contenders errors;
	networks networks;
	np_platform *platform;
	np_contender *candidates;
	int count;
} job;

static void job_free(job *j)
{
	np_contenders_free(&j->errors);
	networks_free(&j->networks);
	np_platform_free(j->platform);
	free(j->candidates);
}

/* The error of a network: by the name of its file, or by its own. */
static const np_contender *find_error(const job *j, const np_network *network)
{
	for (int i = 0; i < j->errors.count; i++)
		if (np_network_called(np_network_path(network), j->errors.items[i].network) ||
		    np_network_called(np_network_name(network), j->errors.items[i].network))
			return &j->errors.items[i];
	return NULL;
}

static int add_candidate(const arguments *args, job *j, const np_network *network)
{
	np_error err = {0};
	np_prediction *p;
	const np_contender *known = find_error(j, network);
	if (!known) {
		warn(args, "%s: left out: %s has no error of it", np_network_path(network), args->errors);
		return EXIT_FINE;
	}
	if (np_predict(network, j->platform, &p, &err) != NP_OK)
		return complain_error(&err);
	j->candidates[j->count++] = (np_contender){
	        .network = known->network,
	        .error = known->error,
	        .energy_per_item_mj = p->energy_per_item_mj.value,
	        .runtime_ms = p->runtime_ms.value,
	        .power_w = p->power_w.has ? p->power_w.value : NAN,
	};
	np_prediction_free(p);
	return EXIT_FINE;
}

static int predict_all(const arguments *args, job *j)
{
	if (!np_platform_has_power(j->platform)) {
		complain("platform %s has no power data: energy is not known on it", np_platform_name(j->platform));
		return EXIT_BAD_INPUT;
	}
	j->candidates = calloc((size_t)j->networks.count + 1, sizeof *j->candidates);
	if (!j->candidates)
		return complain_memory();
	for (int i = 0; i < j->networks.count; i++) {
		int status = add_candidate(args, j, j->networks.items[i]);
		if (status != EXIT_FINE)
			return status;
	}
	if (j->count)
		return EXIT_FINE;
	complain("%s has the error of none of the networks", args->errors);
	return EXIT_BAD_INPUT;
}

static int rank_files(const arguments *args, job *j)
{
	np_error err = {0};
	if (np_contenders_load(args->errors, &j->errors, &err) != NP_OK)
		return complain_error(&err);
	int status = networks_load(args, &j->networks);
	if (status == EXIT_FINE)
		status = platform_open_asked(args, &j->platform);
	if (status == EXIT_FINE)
		status = predict_all(args, j);
	return status == EXIT_FINE ? rank(args, j->candidates, j->count, np_platform_name(j->platform)) : status;
}

int command_rank(const arguments *args)
{
	if (!args->table == !args->errors) {
		complain("either --table TABLE.csv or --error ERRORS.csv and network files were expected");
		return EXIT_USAGE;
	}
	if (args->table && args->files.count) {
		complain("--table has the energies already: it goes with no network files, '%s'", args->files.items[0]);
		return EXIT_USAGE;
	}
	if (args->batch_count > 1) {
		complain("rank takes one batch");
		return EXIT_USAGE;
	}
	if (args->table)
		return rank_table(args);
	job j = {0};
	int status = rank_files(args, &j);
	job_free(&j);
	return status;
}
