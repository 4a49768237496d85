/* What the files of this room share. */
#ifndef NP_PREDICT_PREDICT_IMPL_H
#define NP_PREDICT_PREDICT_IMPL_H

#include <neuralpower/predictor.h>

/* The estimate of a network's layer: by `predictor`, which may be NULL, or else straight from the platform. */
void np_predict_layer(const np_network *network, const np_platform *platform, np_predictor *predictor, const np_layer *layer,
                      np_estimate *estimate);

/* Fills the totals of a prediction whose layers are estimated (Equations 3 to 5). */
void np_predict_sum(np_prediction *prediction);

#endif
