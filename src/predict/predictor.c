/* Many predictions on one platform: what was estimated once is remembered. */
#include <neuralpower/predictor.h>

#include "base/error.h"
#include "predict/layer_cache.h"
#include "predict/predict_impl.h"

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

void np_predictor_layer(np_predictor *p, const np_layer_config *config, int64_t bytes, np_estimate *estimate)
{
	p->asked++;
	if (!config) { /* estimated from its bytes alone, which is quick */
		np_platform_estimate(p->platform, NULL, bytes, estimate);
		return;
	}
	np_cache_key key = np_layer_cache_key(config, bytes);
	bool found;
	np_estimate *kept = np_layer_cache_take(&p->cache, &key, &found);
	p->found += found;
	if (!found)
		np_platform_estimate(p->platform, config, bytes, kept);
	*estimate = *kept;
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

void np_predictor_take(np_predictor *p, const np_network *network, int layer, np_layers *layers)
{
	np_estimate *estimate = &layers->estimates[layer];
	np_predict_layer(network, p->platform, p, np_network_layer(network, layer), estimate);
	np_predict_spread(estimate, &layers->spreads[layer]);
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
	for (int i = 0; i < count; i++)
		np_predictor_take(p, network, i, &p->layers);
	np_predictor_sum(p, network, &p->layers, totals);
	return NP_OK;
}

void np_predictor_counts(const np_predictor *p, np_predictor_statistics *statistics)
{
	*statistics = (np_predictor_statistics){
	        .asked = p->asked, .found = p->found, .kept = p->cache.kept, .room = (int)(p->cache.mask + 1) * NP_CACHE_WAYS};
}
