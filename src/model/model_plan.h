/*
 * A learned model laid out for being asked: only features that its terms take, each factor once, what does not change with the
 * batch apart from what does. Made when a platform is read or learned; asking takes no memory. The values are those that the
 * sums of terms in estimate.c give, to the last bit: every product and sum is formed in the same order.
 */
#ifndef NP_MODEL_MODEL_PLAN_H
#define NP_MODEL_MODEL_PLAN_H

#include "model/platform_model.h"

enum { NP_PLAN_TERMS = 256, NP_PLAN_SHARED = 256 };

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

/* Factors of one kind: `scale` times what the kind makes of a feature goes to place `to`. A power is a centred x - 0. */
typedef struct np_plan_factor {
	double knot, scale;
	short feature, to;
} np_plan_factor;
typedef struct np_plan_factors {
	int count[NP_FACTOR_KINDS];
	np_plan_factor *factor[NP_FACTOR_KINDS];
} np_plan_factors;

/*
 * A coefficient times a product of at least two shared factors, held between bounds. The first shared factor is 1, and stands in
 * the places that are left.
 */
typedef struct np_plan_product {
	short count, factor[NP_MAX_FACTORS], to;
	double low, high, coefficient;
} np_plan_product;

/* The terms of a correction that do not change with the batch, or those that do. */
typedef struct np_plan_part {
	int feature_count, product_count;
	int logarithms; /* of features that change with the batch: the first so many */
	np_plan_feature *features;
	np_plan_factors alone;  /* a coefficient times one factor, straight to the place of the term */
	np_plan_factors shared; /* factors that products are made of */
	np_plan_product *products;
} np_plan_part;

typedef struct np_plan_list {
	int count;
	short *number;
} np_plan_list;

typedef struct np_plan {
	np_plan_part still, varying;            /* all of a power model is still: it is asked at one batch */
	int terms, shared;                      /* of the correction */
	np_plan_list still_terms, all_terms;    /* numbers of terms */
	np_plan_list still_factors;             /* shared factors that are still, in products that vary */
	int base_terms;              /* of physical features */
	short *base_row;
	np_feature_need varying_need;
} np_plan;

/* Makes the plan of a correction, in the arena; NULL where terms are of a form that none is made for. NP_ERR_MEMORY at most. */
np_status np_plan_make(const np_model *model, np_arena *arena, const np_plan **plan, np_error *err) NP_MUST_CHECK;

/* As np_model_value() where everything is still, given the base. */
double np_plan_value(const np_model *model, double base, const double *features);

/*
 * What a term contributes at each batch, and the shared factors. Of most layers most terms are 0 at every batch, because a
 * factor that does not change with it is: only the others are listed, terms in their order.
 */
typedef struct np_plan_rows {
	double terms[NP_PLAN_TERMS][NP_BATCHES], shared[NP_PLAN_SHARED][NP_BATCHES];
	short term[NP_PLAN_TERMS], product[NP_PLAN_TERMS]; /* a product by its number among those that change */
	int term_count, product_count;
} np_plan_rows;
/* Fills in what is still, and the lists; `features` are those of the layer at any batch. */
void np_plan_begin(const np_plan *plan, const double *features, np_plan_rows *rows);

/* One layer at NP_BATCHES batches: the bases, and the values, at least the floor. */
typedef struct np_plan_answers {
	double batches[NP_BATCHES], bases[NP_BATCHES], values[NP_BATCHES];
} np_plan_answers;
typedef void np_plan_asker(const np_model *model, const np_layer_config *config, np_plan_rows *rows, np_plan_answers *answers);
np_plan_asker np_plan_ask;
/* The versions that this processor runs, the fastest first; NULL past the last. All give the same bits. */
np_plan_asker *np_plan_asker_at(int index);

#endif
