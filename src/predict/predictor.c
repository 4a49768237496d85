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
	np_estimate *layers; /* of the network at hand */
	int capacity;
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
	free(predictor->layers);
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

static np_status make_room(np_predictor *p, int layers, np_error *err)
{
	if (layers <= p->capacity)
		return NP_OK;
	np_estimate *larger = realloc(p->layers, 2 * (size_t)layers * sizeof *larger);
	if (!larger)
		return np_fail_memory(err);
	p->layers = larger;
	p->capacity = 2 * layers;
	return NP_OK;
}

np_status np_predictor_network(np_predictor *p, const np_network *network, np_totals *totals, np_error *err)
{
	int count = np_network_layer_count(network);
	NP_TRY(make_room(p, count, err));
	for (int i = 0; i < count; i++)
		np_predict_layer(network, p->platform, p, np_network_layer(network, i), &p->layers[i]);
	np_prediction sums = {.network = network, .platform = p->platform, .layers = p->layers, .layer_count = count};
	np_predict_sum(&sums);
	*totals = (np_totals){.runtime_ms = sums.runtime_ms,
	                      .power_w = sums.power_w,
	                      .energy_mj = sums.energy_mj,
	                      .energy_per_item_mj = sums.energy_per_item_mj,
	                      .items_per_s = sums.items_per_s,
	                      .runtime_coverage = sums.runtime_coverage,
	                      .energy_coverage = sums.energy_coverage};
	return NP_OK;
}

void np_predictor_counts(const np_predictor *p, np_predictor_statistics *statistics)
{
	*statistics = (np_predictor_statistics){
	        .asked = p->asked, .found = p->found, .kept = p->cache.kept, .room = (int)(p->cache.mask + 1) * NP_CACHE_WAYS};
}
