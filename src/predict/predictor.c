/* Many predictions on one platform: what was estimated once is remembered. */
#include <neuralpower/predictor.h>

#include "base/error.h"
#include "predict/layer_cache.h"

#include <stdlib.h>

enum { STANDARD_LAYERS = 1 << 16 };

struct np_predictor {
	const np_platform *platform;
	np_layer_cache cache;
	np_layers layers; /* of the network at hand */
	int64_t asked, found;
};

np_status np_predictor_create(const np_platform *platform, int layers, np_predictor **predictor, np_error *err)
{
	np_predictor *p = *predictor = calloc(1, sizeof *p);
	if (!p)
		return np_fail_memory(err);
	p->platform = platform;
	np_status status = np_layer_cache_create(&p->cache, layers ? layers : STANDARD_LAYERS, err);
	if (status != NP_OK) {
		np_predictor_free(p);
		*predictor = NULL;
	}
	return status;
}

void np_predictor_free(np_predictor *predictor)
{
	if (!predictor)
		return;
	np_layer_cache_free(&predictor->cache);
	np_layers_free(&predictor->layers);
	free(predictor);
}

/* The answer to a question whose place was sought if it has a configuration; with its spreads unless they are not wanted. */
static void answer(np_predictor *p, const np_question *q, const np_cache_place *place, np_estimate *estimate,
                   np_spreads *spreads)
{
	p->asked++;
	if (!q->known) { /* estimated from its bytes alone, which is quick */
		np_platform_estimate(p->platform, NULL, q->bytes, estimate);
		np_predict_spread(estimate, spreads);
		return;
	}
	bool found;
	np_cache_entry *kept = np_layer_cache_take(&p->cache, place, &found);
	p->found += found;
	if (!found) {
		np_platform_estimate(p->platform, &q->config, q->bytes, &kept->estimate);
		np_predict_spread(&kept->estimate, &kept->spreads);
	}
	*estimate = kept->estimate;
	*spreads = kept->spreads;
}

void np_predictor_layer(np_predictor *p, const np_layer_config *config, int64_t bytes, np_estimate *estimate)
{
	np_question q = {.known = config != NULL, .bytes = bytes};
	np_cache_place place;
	np_spreads spreads;
	if (config) {
		q.config = *config;
		np_layer_cache_seek(&p->cache, config, bytes, &place);
	}
	answer(p, &q, &place, estimate, &spreads);
}

np_status np_layers_make_room(np_layers *layers, int count, np_error *err)
{
	if (count <= layers->capacity)
		return NP_OK;
	np_layers larger = {.capacity = 2 * count};
	larger.estimates = malloc((size_t)larger.capacity * sizeof *larger.estimates);
	larger.spreads = malloc((size_t)larger.capacity * sizeof *larger.spreads);
	if (!larger.estimates || !larger.spreads) {
		np_layers_free(&larger);
		return np_fail_memory(err);
	}
	np_layers_free(layers);
	*layers = larger;
	return NP_OK;
}

void np_layers_free(np_layers *layers)
{
	free(layers->estimates);
	free(layers->spreads);
	*layers = (np_layers){0};
}

/* A layer that is asked about, and where its answer goes. */
typedef struct asked {
	int layer;
	np_question question;
	np_cache_place place;
} asked;

/* Puts the questions of several layers, so that memory is fetched for all at the same time; how many layers cost something. */
static int ask_some(np_predictor *p, const np_network *network, const int *which, int first, int count, np_layers *layers,
                    asked *some)
{
	int n = 0;
	for (int i = first; i < first + count; i++) {
		asked *a = &some[n];
		a->layer = which ? which[i] : i;
		np_estimate *estimate = &layers->estimates[a->layer];
		if (!np_predict_question(network, p->platform, np_network_layer(network, a->layer), &a->question, estimate)) {
			layers->spreads[a->layer] = (np_spreads){0};
			continue;
		}
		if (a->question.known)
			np_layer_cache_seek(&p->cache, &a->question.config, a->question.bytes, &a->place);
		n++;
	}
	return n;
}

void np_predictor_take(np_predictor *p, const np_network *network, const int *which, int count, np_layers *layers)
{
	enum { AT_ONCE = 16 };
	asked some[AT_ONCE];
	for (int first = 0; first < count; first += AT_ONCE) {
		int n = ask_some(p, network, which, first, count - first < AT_ONCE ? count - first : AT_ONCE, layers, some);
		for (int i = 0; i < n; i++)
			answer(p, &some[i].question, &some[i].place, &layers->estimates[some[i].layer],
			       &layers->spreads[some[i].layer]);
	}
}

void np_predictor_sum(const np_predictor *p, const np_network *network, const np_layers *layers, np_totals *totals)
{
	np_prediction sums = {.network = network,
	                      .platform = p->platform,
	                      .layers = layers->estimates,
	                      .layer_count = np_network_layer_count(network)};
	np_predict_sum(&sums, layers->spreads);
	*totals = (np_totals){.runtime_ms = sums.runtime_ms,
	                      .power_w = sums.power_w,
	                      .energy_mj = sums.energy_mj,
	                      .energy_per_item_mj = sums.energy_per_item_mj,
	                      .items_per_s = sums.items_per_s,
	                      .runtime_coverage = sums.runtime_coverage,
	                      .energy_coverage = sums.energy_coverage};
}

np_status np_predictor_network(np_predictor *p, const np_network *network, np_totals *totals, np_error *err)
{
	int count = np_network_layer_count(network);
	NP_TRY(np_layers_make_room(&p->layers, count, err));
	np_predictor_take(p, network, NULL, count, &p->layers);
	np_predictor_sum(p, network, &p->layers, totals);
	return NP_OK;
}

void np_predictor_counts(const np_predictor *p, np_predictor_statistics *statistics)
{
	*statistics = (np_predictor_statistics){
	        .asked = p->asked, .found = p->found, .kept = p->cache.kept, .room = (int)(p->cache.mask + 1) * NP_CACHE_WAYS};
}
