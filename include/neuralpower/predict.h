/*
 * A prediction: the estimates of a network's layers on a platform, and the network's totals (Equations 3, 4 and 5 of
 * Cai et al. 2017).
 *
 * Ownership: free with np_prediction_free(). A prediction refers to its network and platform: keep both until then.
 */
#ifndef NEURALPOWER_PREDICT_H
#define NEURALPOWER_PREDICT_H

#include <neuralpower/platform.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct np_prediction {
	const np_network *network;
	const np_platform *platform;
	np_estimate *layers; /* one per layer of the network, same order */
	int layer_count;
	np_value runtime_ms;                      /* Equation 3: sum of the layers */
	np_value power_w;                         /* Equation 4: mean power, weighted by runtime */
	np_value energy_mj;                       /* Equation 5: sum of runtime x power */
	np_value energy_per_item_mj;              /* energy_mj / batch */
	double items_per_s;                       /* batch / runtime */
	double runtime_coverage, energy_coverage; /* share of the totals that learned models gave; energy only with power */
	char **warnings;
	int warning_count;
} np_prediction;

NP_API np_status np_predict(const np_network *network, const np_platform *platform, np_prediction **prediction,
                            np_error *err) NP_MUST_CHECK;
NP_API void np_prediction_free(np_prediction *prediction);

#ifdef __cplusplus
}
#endif
#endif
