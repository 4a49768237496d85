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

/* `layers` is how many different layers are kept at most, rounded up to a power of two; 0 = 65536 (about 20 MB). */
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

/*
 * A network in memory that is changed and predicted again and again, as a search does: layers that a change does not reach
 * are neither inferred nor estimated anew. Totals are those of np_predictor_network() for a network built afresh, bit for
 * bit. Once created, a variant takes no memory. It refers to its predictor, which must live until np_variant_free().
 */
typedef struct np_variant np_variant;

/* A variant starts as a copy of a finished network. NP_ERR_MEMORY at most. */
NP_API np_status np_variant_create(np_predictor *predictor, const np_network *network, np_variant **variant,
                                   np_error *err) NP_MUST_CHECK;
NP_API void np_variant_free(np_variant *variant);

/*
 * Changes the batch (0 = as it is) and `count` layers, all at once; layers that follow take the shapes that result. NP_ERR_DATA
 * or NP_ERR_LIMIT when a layer cannot be, NP_ERR_ARGUMENT when a layer has nothing of what is to change, NP_ERR_UNSUPPORTED
 * when a layer that a change reaches has sizes its file gave it, which do not follow from its input: then the variant is as
 * it was.
 */
NP_API np_status np_variant_change(np_variant *variant, int64_t batch, const np_layer_change *changes, int count,
                                   np_error *err) NP_MUST_CHECK;

NP_API void np_variant_totals(const np_variant *variant, np_totals *totals);
/* The network as it is now, and the estimate of a layer (NULL when out of range); both until the next change. */
NP_API const np_network *np_variant_network(const np_variant *variant);
NP_API const np_estimate *np_variant_layer(const np_variant *variant, int layer);

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
