/*
 * Layer -> numbers. Each kind of layer has a set of named features: base features (sizes and counts), the binary
 * logarithm of each, and special terms (multiply-accumulates, memory accesses), as the authors of NeuralPower chose them
 * for convolution, fully connected and pooling layers; kinds that move or transform values one by one share a small set.
 */
#ifndef NP_FEATURES_FEATURE_SET_H
#define NP_FEATURES_FEATURE_SET_H

#include "features/feature_kernels.h"

enum {
	NP_MAX_BASE = 13,
	NP_MAX_SPECIAL = 8,
	NP_MAX_PHYSICAL = 64,
	NP_MAX_SHAPE = 48,
	NP_MAX_RATES = 8,
	NP_GIVEN = 2, /* log2(base), log2(runtime) */
	NP_MAX_FEATURES = 2 * NP_MAX_BASE + NP_MAX_SPECIAL + NP_MAX_PHYSICAL + NP_MAX_SHAPE + NP_GIVEN + NP_MAX_RATES,
	NP_FEATURE_NAME = 32,
};

/* Whose base features and special terms: those of the authors' scripts, or those that the paper's text lists. */
typedef enum np_feature_list { NP_FEATURES_AUTHORS, NP_FEATURES_TEXT, NP_FEATURE_LISTS } np_feature_list;
/* "authors", "text" */
const char *np_feature_list_name(np_feature_list list);
/* NULL is the authors' list; false when the name is not known. */
bool np_feature_list_find(const char *name, np_feature_list *list);

/* A quantity over the runtime: the sum of one or two shape features (-1: no second) less log2(runtime). */
typedef struct np_rate {
	const char *name;
	short first, second;
} np_rate;

typedef struct np_feature_set {
	const char *name; /* "conv", "fc", "pool", "elementwise", "matmul" */
	np_feature_list list;
	int base_count, special_count, physical_count, shape_count, rate_count;
	uint64_t shape_logged; /* a bit for each shape feature that is a logarithm */
	const char *base[NP_MAX_BASE];
	const char *special[NP_MAX_SPECIAL];
	const char *physical[NP_MAX_PHYSICAL];
	const char *shape[NP_MAX_SHAPE];
	np_rate rate[NP_MAX_RATES];
	bool special_in_power; /* whether the power model has the special terms too */
	void (*compute)(const np_layer_config *config, double *base, double *special);
	np_family family; /* how physical and shape features are computed */
} np_feature_set;

/* The authors' set of a kind; NULL when the kind cannot be learned (other). */
const np_feature_set *np_feature_set_of(np_kind kind);
/* The set of a kind by a list; kinds that the text does not speak of have one set in both. */
const np_feature_set *np_feature_set_listed(np_kind kind, np_feature_list list);

/*
 * Features are numbered segment after segment: base, their log2, special, physical, shape, given. The last are known
 * only while a model is evaluated: log2 of the value of its base, log2 of the predicted runtime, and the rates.
 * A name for each, written into `text` of NP_FEATURE_NAME bytes. Physical features are >= 0 and never fall as the batch
 * grows: what work and traffic a device cannot avoid.
 */
int np_feature_count(const np_feature_set *set);
const char *np_feature_name(const np_feature_set *set, int feature, char *text);
/* Where the last three segments begin. */
int np_feature_first_physical(const np_feature_set *set);
int np_feature_first_shape(const np_feature_set *set);
int np_feature_first_given(const np_feature_set *set);
/* The number of a name, or -1; where two features are the same quantity, the first. */
int np_feature_find(const np_feature_set *set, const char *name);

/* All features of a configuration, NP_MAX_FEATURES values; those that are given are 0. */
void np_feature_values(const np_feature_set *set, const np_layer_config *config, double *values);

/* Features that somebody asks for, a bit each: logarithms of base features, physical and shape features. */
typedef struct np_feature_need {
	uint64_t base, physical, shape;
} np_feature_need;
void np_feature_need_add(const np_feature_set *set, int feature, np_feature_need *need);

/* As np_feature_values(), but of the three segments that a need speaks of only what is needed is filled in. */
void np_feature_values_needed(const np_feature_set *set, const np_layer_config *config, const np_feature_need *need,
                              double *values);

/* Fills in what is given: the value of a model's base; the runtime predicted for the configuration, in ms. */
void np_feature_give_base(const np_feature_set *set, double base, double *values);
void np_feature_give_runtime(const np_feature_set *set, double runtime, double *values);

/*
 * The configuration a model is asked about: a convolution whose unpadded kernel covers its whole input is a matrix
 * product and becomes fc with in_h, in_w kept; everything else is returned as it is.
 */
np_layer_config np_feature_route(const np_layer_config *config);
/* Whether that is another configuration. */
bool np_feature_routes(const np_layer_config *config);

#endif
