/*
 * Many predictions on one platform: a predictor remembers the layers it was asked about, up to a limit, because
 * networks of a search have most of theirs in common. What it answers is what np_platform_estimate() and np_predict()
 * answer, bit for bit.
 *
 * Ownership: free with np_predictor_free(). A predictor refers to its platform, which must live and keep its level of
 * intervals until then. A predictor is for one thread at a time; a platform may have many.
 */
#ifndef NEURALPOWER_PREDICTOR_H
#define NEURALPOWER_PREDICTOR_H

#include <neuralpower/predict.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct np_predictor np_predictor;

/* `layers` is how many different layers are kept at most, rounded up to a power of two; 0 = 65536 (about 18 MB). */
NP_API np_status np_predictor_create(const np_platform *platform, int layers, np_predictor **predictor,
                                     np_error *err) NP_MUST_CHECK;
NP_API void np_predictor_free(np_predictor *predictor);

/* As np_platform_estimate(). */
NP_API void np_predictor_layer(np_predictor *predictor, const np_layer_config *config, int64_t bytes, np_estimate *estimate);

/* The totals of a network, as in a prediction. */
typedef struct np_totals {
	np_value runtime_ms, power_w, energy_mj, energy_per_item_mj;
	double items_per_s;
	double runtime_coverage, energy_coverage; /* share of the totals that learned models gave */
} np_totals;

/* As np_predict(), without its layers and warnings. NP_ERR_MEMORY at most. */
NP_API np_status np_predictor_network(np_predictor *predictor, const np_network *network, np_totals *totals,
                                      np_error *err) NP_MUST_CHECK;

typedef struct np_predictor_statistics {
	int64_t asked; /* layers that cost something */
	int64_t found; /* of them, those that were remembered */
	int kept, room;
} np_predictor_statistics;
NP_API void np_predictor_counts(const np_predictor *predictor, np_predictor_statistics *statistics);

#ifdef __cplusplus
}
#endif
#endif
