/*
 * Physical and shape features of one layer at several batches side by side: the numbers that a learned runtime is asked for.
 * One text (features_impl.h) for one batch at a time and for each instruction set, which only decides how many independent
 * operations are done at once: all give the same bits.
 */
#ifndef NP_FEATURES_FEATURE_KERNELS_H
#define NP_FEATURES_FEATURE_KERNELS_H

#include <neuralpower/layer_config.h>

enum { NP_BATCHES = 12 }; /* values of a row: a feature at so many batches */

/* Sets of features that are computed alike. */
typedef enum np_family { NP_AS_CONV, NP_AS_FC, NP_AS_MATMUL, NP_AS_POOL, NP_AS_ELEMENTWISE, NP_FAMILIES } np_family;

/*
 * Fills in the rows of the features that `need` has a bit for and leaves the others alone. The layer's own batch is not looked
 * at: `batches` has as many as a row has values. Shape features that are logarithms come as what they are logarithms of.
 */
typedef void np_fill_rows(const np_layer_config *config, const double *batches, uint64_t need, double *rows);

typedef struct np_feature_kernels {
	int batches; /* values of a row: 1 or NP_BATCHES */
	np_fill_rows *physical[NP_FAMILIES], *shape[NP_FAMILIES];
	void (*log2)(const double *values, double *logs, int count); /* count: a multiple of 4; not of np_features_single */
} np_feature_kernels;

/* For one batch: a row is one value. */
extern const np_feature_kernels np_features_single;
/* For NP_BATCHES at once, two lanes (any processor) or four (where there is AVX2). */
extern const np_feature_kernels np_features_2;
#if defined(__x86_64__)
extern const np_feature_kernels np_features_4;
#endif

/* The fastest for NP_BATCHES at once that this processor runs. */
const np_feature_kernels *np_feature_kernels_best(void);

/* A bit for each shape feature of a family that may change with the batch. */
uint64_t np_shape_varying(np_family family);

#endif
