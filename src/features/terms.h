/*
 * Terms: products of factors, each a function of one feature. A polynomial model is a sum of coefficients times terms
 * whose factors are powers (Equations 1 and 2 of Cai et al. 2017); hinges and steps make terms that matter only in a
 * part of the range, as in multivariate adaptive regression splines (Friedman 1991).
 */
#ifndef NP_FEATURES_TERMS_H
#define NP_FEATURES_TERMS_H

#include "features/feature_set.h"

#include <neuralpower/platform.h>

enum { NP_MAX_FACTORS = 4 };

/* What a factor makes of its feature x, and its name in a platform file. */
#define NP_FACTOR_MAP(X)                                \
	X(NP_POWER_OF, "power")  /* x^power */          \
	X(NP_CENTRED, "centred") /* x - knot */         \
	X(NP_ABOVE, "above")     /* max(0, x - knot) */ \
	X(NP_BELOW, "below")     /* max(0, knot - x) */ \
	X(NP_STEP, "step")       /* 1 where x > knot, else 0 */

typedef enum np_factor_kind {
#define NP_FACTOR_ENUM(name, text) name,
	NP_FACTOR_MAP(NP_FACTOR_ENUM)
#undef NP_FACTOR_ENUM
	        NP_FACTOR_KINDS
} np_factor_kind;

typedef struct np_factor {
	short feature; /* number in the kind's feature set */
	short power;   /* >= 1 */
	np_factor_kind kind;
	double knot;
} np_factor;

const char *np_factor_kind_name(np_factor_kind kind);

typedef struct np_term {
	int factor_count;
	np_factor factors[NP_MAX_FACTORS];
	double low, high; /* where low < high, the product is held between: what it was on the rows it was learned from */
} np_term;

/*
 * The paper's terms for a target (runtime or power) up to `degree` (1 to 4), in the authors' order: monomials of degree 1,
 * then 2 with i <= j, i outermost, then 3...; then the special terms. Power models take the logarithms beside the base
 * features. Returns how many there are and writes at most `capacity` of them; the intercept is not among them.
 */
int np_terms_paper(const np_feature_set *set, np_target target, int degree, np_term *terms, int capacity);

static inline double np_factor_value(const np_factor *factor, double x)
{
	double over = x - factor->knot, power = x;
	switch (factor->kind) {
	case NP_CENTRED:
		return over;
	case NP_ABOVE:
		return over > 0 ? over : 0;
	case NP_BELOW:
		return over < 0 ? -over : 0;
	case NP_STEP:
		return over > 0;
	default:
		for (int i = 1; i < factor->power; i++)
			power *= x;
		return power;
	}
}

/* `value` held between low and high; as it is where they are not a range. */
static inline double np_term_hold(double value, double low, double high)
{
	if (!(low < high))
		return value;
	return value < low ? low : value > high ? high : value;
}

/* The value of a term, given all features of a configuration. */
static inline double np_term_value(const np_term *term, const double *features)
{
	double value = 1;
	for (int i = 0; i < term->factor_count; i++)
		value *= np_factor_value(&term->factors[i], features[term->factors[i].feature]);
	return np_term_hold(value, term->low, term->high);
}

#endif
