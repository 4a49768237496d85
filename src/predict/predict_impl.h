/* What the files of this room share. */
#ifndef NP_PREDICT_PREDICT_IMPL_H
#define NP_PREDICT_PREDICT_IMPL_H

#include <neuralpower/layer_config.h>
#include <neuralpower/predictor.h>

/* What a platform is asked of a network's layer. */
typedef struct np_question {
	np_layer_config config;
	bool known; /* whether the layer has a configuration */
	int64_t bytes;
} np_question;
/* False when the layer costs nothing: then the estimate is filled in. */
bool np_predict_question(const np_network *network, const np_platform *platform, const np_layer *layer, np_question *question,
                         np_estimate *estimate);

/* The log of the factor that a layer's interval spans to either side, by target; 0 where there is none. */
typedef struct np_spreads {
	double of[NP_TARGET_COUNT];
} np_spreads;
void np_predict_spread(const np_estimate *estimate, np_spreads *spreads);

/* Fills the totals of a prediction whose layers are estimated (Equations 3 to 5), given their spreads. */
void np_predict_sum(np_prediction *prediction, const np_spreads *spreads);

/* Layers as a predictor keeps them while it adds them up. */
typedef struct np_layers {
	np_estimate *estimates;
	np_spreads *spreads;
	int capacity;
} np_layers;
np_status np_layers_make_room(np_layers *layers, int count, np_error *err) NP_MUST_CHECK;
void np_layers_free(np_layers *layers);

/* The estimates and spreads of layers of a network, by a predictor; `which` is NULL for the first `count`. */
void np_predictor_take(np_predictor *predictor, const np_network *network, const int *which, int count, np_layers *layers);
/* The totals of a network all of whose layers were taken. */
void np_predictor_sum(const np_predictor *predictor, const np_network *network, const np_layers *layers, np_totals *totals);

#endif
