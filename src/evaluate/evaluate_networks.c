/* Whole networks that were measured against the predictions of their files. */
#include "base/error.h"
#include "evaluate/scores.h"

#include <math.h>
#include <string.h>

static bool belongs(const np_row *layer, const np_network_row *row)
{
	return layer->config.batch == row->batch && strcmp(layer->network, row->network) == 0 &&
	       strcmp(layer->run, row->run) == 0;
}

/* The layers of a network measured alone at its batch; NAN when one of them lacks the target, or there is none. */
static double sum_layers(const np_dataset *layers, const np_network_row *row, np_target target)
{
	double sum = 0;
	int count = layers ? np_dataset_row_count(layers) : 0, found = 0;
	for (int i = 0; i < count; i++) {
		const np_row *layer = np_dataset_row(layers, i);
		if (!belongs(layer, row))
			continue;
		if (!layer->has[target])
			return NAN;
		sum += layer->value[target];
		found++;
	}
	return found ? sum : NAN;
}

/* The sum that the row itself has, or that of the layers given; power is the mean over layers, weighted by runtime. */
static double measured_sum(const np_dataset *layers, const np_network_row *row, np_target target)
{
	double runtime = layers ? sum_layers(layers, row, NP_RUNTIME) : row->sum_of_layers_ms;
	double energy = layers ? sum_layers(layers, row, NP_ENERGY) : row->sum_of_layers_mj;
	return target == NP_RUNTIME ? runtime : target == NP_ENERGY ? energy : energy / runtime;
}

static np_status score_network(np_evaluation *e, const np_prediction *p, const np_network_row *row, const np_dataset *layers,
                               np_pairs *all, np_error *err)
{
	const np_value values[] = {p->runtime_ms, p->power_w, p->energy_mj};
	for (int t = 0; t < NP_TARGET_COUNT; t++) {
		if (!row->has[t] || !values[t].has)
			continue;
		np_network_score *score = &e->networks[e->network_count++];
		*score = (np_network_score){.network = np_evaluation_text(e, row->network),
		                            .batch = row->batch,
		                            .target = (np_target)t,
		                            .predicted = values[t].value,
		                            .actual = row->value[t],
		                            .error = values[t].value / row->value[t] - 1,
		                            .low = values[t].has_interval ? values[t].low : NAN,
		                            .high = values[t].has_interval ? values[t].high : NAN,
		                            .sum_of_layers = measured_sum(layers, row, (np_target)t)};
		if (!score->network)
			return np_fail_memory(err);
		NP_TRY(np_pairs_add_value(&all[t], &values[t], row->value[t], row->line, err));
	}
	return NP_OK;
}

static np_status fill(np_evaluation *e, const np_prediction *const *predictions, const np_network_rows *rows,
                      const np_dataset *layers, np_pairs *all, np_error *err)
{
	for (int i = 0; i < np_network_rows_count(rows); i++) {
		if (!predictions[i])
			continue;
		e->platform = predictions[i]->platform;
		NP_TRY(score_network(e, predictions[i], np_network_rows_row(rows, i), layers, all, err));
	}
	for (int t = 0; t < NP_TARGET_COUNT; t++)
		NP_TRY(np_evaluation_summarise(e, np_target_name((np_target)t), &all[t], err));
	return e->network_count ? NP_OK : np_fail(err, NP_ERR_DATA, "no row could be compared with a prediction");
}

np_status np_evaluate_networks(const np_prediction *const *predictions, const np_network_rows *rows, const np_dataset *layers,
                               np_evaluation **evaluation, np_error *err)
{
	np_pairs all[NP_TARGET_COUNT] = {0};
	np_evaluation *e = np_evaluation_create(np_network_rows_path(rows), 0, np_network_rows_count(rows) * NP_TARGET_COUNT);
	np_status status = e ? fill(e, predictions, rows, layers, all, err) : np_fail_memory(err);
	for (int t = 0; t < NP_TARGET_COUNT; t++)
		np_pairs_free(&all[t]);
	if (status != NP_OK) {
		np_error_set_path(err, np_network_rows_path(rows));
		np_evaluation_free(e);
		e = NULL;
	}
	*evaluation = e;
	return status;
}
