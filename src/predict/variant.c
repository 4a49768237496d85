/* A network under change, with the estimates of its layers kept. */
#include <neuralpower/predictor.h>

#include "base/error.h"
#include "network/change.h"
#include "predict/predict_impl.h"

#include <stdlib.h>

struct np_variant {
	np_predictor *predictor;
	np_network *network;
	np_layers layers;
};

static np_status fill(np_variant *v, const np_network *network, np_error *err)
{
	NP_TRY(np_network_copy(network, &v->network, err));
	int count = np_network_layer_count(v->network);
	NP_TRY(np_layers_make_room(&v->layers, count, err));
	np_predictor_take(v->predictor, v->network, NULL, count, &v->layers);
	return NP_OK;
}

np_status np_variant_create(np_predictor *predictor, const np_network *network, np_variant **variant, np_error *err)
{
	np_variant *v = *variant = calloc(1, sizeof *v);
	if (!v)
		return np_fail_memory(err);
	v->predictor = predictor;
	np_status status = fill(v, network, err);
	if (status != NP_OK) {
		np_variant_free(v);
		*variant = NULL;
	}
	return status;
}

void np_variant_free(np_variant *variant)
{
	if (!variant)
		return;
	np_network_free(variant->network);
	np_layers_free(&variant->layers);
	free(variant);
}

np_status np_variant_change(np_variant *v, int64_t batch, const np_layer_change *changes, int count, np_error *err)
{
	int touched;
	NP_TRY(np_network_change(v->network, batch, changes, count, err));
	const int *layers = np_network_touched(v->network, &touched);
	np_predictor_take(v->predictor, v->network, layers, touched, &v->layers);
	return NP_OK;
}

void np_variant_totals(const np_variant *variant, np_totals *totals)
{
	np_predictor_sum(variant->predictor, variant->network, &variant->layers, totals);
}

const np_network *np_variant_network(const np_variant *variant)
{
	return variant->network;
}

const np_estimate *np_variant_layer(const np_variant *variant, int layer)
{
	bool known = layer >= 0 && layer < np_network_layer_count(variant->network);
	return known ? &variant->layers.estimates[layer] : NULL;
}
