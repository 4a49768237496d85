/*
 * A learned model laid out for being asked: only features that its terms take, each factor once, what does not change with the
 * batch apart from what does. Made when a platform is read or learned; asking takes no memory. The values are those that the
 * sums of terms in estimate.c give, to the last bit: every product and sum is formed in the same order.
 */
#ifndef NP_MODEL_MODEL_PLAN_H
#define NP_MODEL_MODEL_PLAN_H

#include "model/platform_model.h"

enum {
	NP_PLAN_MOST = 256,                  /* terms, and factors that products share */
	NP_PLAN_WIDE = 4,                    /* what stands side by side is filled up to whole numbers of so many */
	NP_PLAN_NOTHING = NP_PLAN_MOST + 32, /* the place of a term that is 0; before it, those of others with what fills up */
	NP_PLAN_PLACES,
	NP_PLAN_GATES = 2,
};

/* Where the value of a feature comes from. */
typedef enum np_plan_source { NP_PLAN_GIVEN, NP_PLAN_BATCH, NP_PLAN_BASE, NP_PLAN_SHAPE } np_plan_source;

/* A feature that factors take, held to its range. A logarithm is of its source. */
typedef struct np_plan_feature {
	np_range range;
	short number; /* in the feature set */
	short row;    /* of a shape feature, which changes with the batch */
	np_plan_source source;
	bool logarithm;
} np_plan_feature;

/*
 * Factors, kind by kind: `scale` times what the kind makes of a feature goes to the place of the factor, place after place from
 * `first` on. A power is a centred x - 0.
 */
typedef struct np_plan_factors {
	int first, begin[NP_FACTOR_KINDS + 1];
	double *knot, *scale;
	short *feature;
} np_plan_factors;

/* Coefficients times products of shared factors, held between bounds; place after place. Factors that are missing are 1. */
typedef struct np_plan_products {
	int first, count;
	short *factor[NP_MAX_FACTORS];
	double *low, *high, *coefficient;
} np_plan_products;

/*
 * A product that changes with the batch. Where a factor that does not change is 0, so is the term: `gate` are such factors, as
 * far as the bounds allow 0.
 */
typedef struct np_plan_product {
	short term, count, factor[NP_MAX_FACTORS], gate[NP_PLAN_GATES];
	double low, high, coefficient;
} np_plan_product;

/* The terms of a correction that do not change with the batch, or those that do: either has its own kind of products. */
typedef struct np_plan_part {
	int feature_count;
	int logarithms; /* of features that change with the batch: the first so many */
	np_plan_feature *features;
	np_plan_factors alone;  /* a coefficient times one factor, straight to the place of the term */
	np_plan_factors shared; /* factors that products are made of */
} np_plan_part;

typedef struct np_plan {
	np_plan_part still, varying; /* all of a power model is still: it is asked at one batch */
	np_plan_products still_products;
	int first_product, product_count; /* that change with the batch */
	np_plan_product *products;
	int term_count;
	short *order; /* the places of the terms: they are added in their own order */
	int mixed_count;
	short *mixed;   /* the places of still factors that stand in products which change */
	int base_terms; /* of physical features */
	short *base_row;
	np_feature_need varying_need;
} np_plan;

/* Makes the plan of a correction, in the arena; NULL where terms are of a form that none is made for. NP_ERR_MEMORY at most. */
np_status np_plan_make(const np_model *model, np_arena *arena, const np_plan **plan, np_error *err) NP_MUST_CHECK;

/*
 * What a term contributes at each batch, and the shared factors, by their places. Of most layers many products are 0, because a
 * factor that does not change with the batch is: only the others are listed. `order` is the plan's, but for them.
 */
typedef struct np_plan_rows {
	double terms[NP_PLAN_PLACES][NP_BATCHES], shared[NP_PLAN_PLACES][NP_BATCHES];
	short order[NP_PLAN_MOST], product[NP_PLAN_MOST];
	int product_count;
} np_plan_rows;

/* One layer at NP_BATCHES batches: the bases, and the values, at least the floor. */
typedef struct np_plan_answers {
	double batches[NP_BATCHES], bases[NP_BATCHES], values[NP_BATCHES];
} np_plan_answers;

/* Asking with the instructions of a processor. All give the same bits. */
typedef struct np_plan_asker {
	/* As np_model_value() where everything is still, given the base. */
	double (*value)(const np_model *model, double base, const double *features);
	/* Fills in what is still, and the list; `features` are those of the layer at any batch. */
	void (*begin)(const np_plan *plan, const double *features, np_plan_rows *rows);
	void (*ask)(const np_model *model, const np_layer_config *config, np_plan_rows *rows, np_plan_answers *answers);
} np_plan_asker;
/* Those that this processor runs, the fastest first; NULL past the last. */
const np_plan_asker *np_plan_asker_at(int index);

#endif
