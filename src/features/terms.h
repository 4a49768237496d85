/*
 * Terms: products of powers of features. A polynomial model is a sum of coefficients times terms (Equations 1 and 2 of
 * Cai et al. 2017).
 */
#ifndef NP_FEATURES_TERMS_H
#define NP_FEATURES_TERMS_H

#include "features/feature_set.h"

#include <neuralpower/dataset.h>

enum { NP_MAX_FACTORS = 4, NP_MAX_TERMS = 1024 };

typedef struct np_factor {
	short feature; /* number in the kind's feature set */
	short power;   /* >= 1 */
} np_factor;

typedef struct np_term {
	int factor_count;
	np_factor factors[NP_MAX_FACTORS];
} np_term;

/*
 * The authors' terms for a target (runtime or power) up to `degree` (1 to 4), in their order: monomials of degree 1,
 * then 2 with i <= j, i outermost, then 3...; then the special terms. Power models take the logarithms beside the base
 * features. Returns how many there are and writes at most `capacity` of them; the intercept is not among them.
 */
int np_terms_paper(const np_feature_set *set, np_target target, int degree, np_term *terms, int capacity);

/* The value of a term, given all features of a configuration. */
double np_term_value(const np_term *term, const double *features);

#endif
