/*
 * A platform in memory: what was learned, how, from what. fit/ fills one in, the file room reads and writes it, and
 * estimate.c answers with it. Everything it points to lives in its arena.
 */
#ifndef NP_MODEL_PLATFORM_MODEL_H
#define NP_MODEL_PLATFORM_MODEL_H

#include "base/arena.h"
#include "features/terms.h"

#include <neuralpower/platform.h>

typedef struct np_range {
	double low, high;
} np_range;

/* How far predictions were from measurements: fractions, and the target's unit for rmse. */
typedef struct np_errors {
	double rmspe, rmse, mape;
} np_errors;

/* At several levels of confidence, the factor that an interval spans to either side of its value; 0 = unknown. */
enum { NP_LEVELS = 7 };
typedef struct np_spread {
	double factor[NP_LEVELS];
} np_spread;
double np_spread_level(int index);

/* intercept + sum of coefficient x term */
typedef struct np_sum {
	double intercept;
	int count;
	np_term *terms;
	double *coefficients;
} np_sum;

/* Terms of a sum; an intercept counts, as in the paper. */
int np_sum_size(const np_sum *sum);

/* One degree of the paper's polynomial, and what came of it; see np_degree_info. */
typedef struct np_trial {
	int degree, offered, terms;
	bool tried;
	double cv_rmse, cv_rmspe;
} np_trial;

/* A feature within a correction: held to the range that the training rows covered. */
typedef struct np_hold {
	short feature;
	np_range range;
} np_hold;

/* What a correction's sum h makes of the base: base x (1 + h), or base x exp(h). */
typedef enum np_form { NP_RATIO, NP_EXPONENTIAL, NP_FORMS } np_form;
const char *np_form_name(np_form form);

/*
 * One learned model: the value is a sum of terms (the base), or a base that is at least `floor` times a factor made of
 * another sum and held between two bounds. In the end the value is held between floor and ceiling. A model of energy has
 * no sum: it is the product of the other two, and says how good that is.
 */
typedef struct np_model {
	np_kind kind;
	np_target target;
	const char *method;
	const np_feature_set *set;
	np_sum sum;
	bool corrected;
	np_form form;
	np_sum correction;
	np_range factor_held;
	np_hold *holds; /* one for each feature of the correction */
	int hold_count;
	const struct np_plan *plan; /* how the correction is asked; NULL = term by term */
	np_feature_need need;       /* features of a layer that are needed to ask; known with the plan */
	double floor, ceiling;
	double interval_factor;       /* the interval is value / factor to value x factor; 0 = unknown */
	np_spread spread;             /* the same at other levels */
	double coverage;              /* share of rows in intervals made without them, at 90 %; 0 = unknown */
	np_range ranges[NP_MAX_BASE]; /* of the base features over the training rows */

	int degree, rows, folds;
	np_trial trials[NP_MAX_FACTORS]; /* of degree 1, 2... while learning; the file does not keep them */
	int trial_count;
	double lambda;
	np_errors in_sample, cross_validated;
} np_model;

/* What layers without a model get. */
typedef struct np_fallback {
	double bytes_per_ms;    /* observed bandwidth; > 0 */
	double least_ms;        /* no layer is faster */
	double power_w;         /* observed mean power; 0 = no power data */
	double interval_factor; /* of the runtime; 0 = unknown */
	double power_interval_factor;
	np_spread spread, power_spread;
} np_fallback;

/*
 * A way to estimate layers that was not learned but follows from the figures of a data sheet. `estimate` answers for every
 * layer in place of the models; what it needs lies in the platform's arena.
 */
typedef struct np_formula {
	const char *method; /* "paleo"; NULL = the platform was learned */
	void (*estimate)(const np_platform *platform, const np_layer_config *config, int64_t bytes, np_estimate *estimate);
	const struct np_sheet *sheet;
	const void *context;
	bool charges_dropout; /* counts it as work, though it is free at inference */
} np_formula;

struct np_platform {
	np_arena arena;
	np_formula formula;
	const char *name, *device, *software, *dtype, *source; /* source: who measured, in words; "" = not said */
	double idle_power_w, limit_power_w;                    /* 0 = unknown */
	double interval_level;                                 /* 0.9 */
	uint64_t seed;
	np_dataset_file *files;
	int file_count;
	np_fallback fallback;
	/*
	 * How errors of one network's layers go together: the log of the interval's factor of a total is
	 * sqrt(c (sum w s)^2 + (1 - c) sum (w s)^2), c the correlation, s the logs of the layers' factors, w their shares.
	 */
	np_totals_info totals;
	const char *folds_by; /* what stayed in one fold: "row", "shape" or "network" */
	np_model *models;
	int model_count;
	const np_model *by_kind[NP_KIND_COUNT][NP_TARGET_COUNT]; /* NULL = none */
};

/* An empty platform; NULL when memory is short. Free with np_platform_free(). */
np_platform *np_platform_create(void);
/* Fills by_kind from models, once they are complete. */
void np_platform_index(np_platform *platform);
/* Lays out a corrected model that is complete for being asked, in the arena; one that is not is asked term by term. */
np_status np_model_prepare(np_model *model, np_arena *arena, np_error *err) NP_MUST_CHECK;

double np_sum_value(const np_sum *sum, const double *features);

/* The factor that a correction's sum stands for, within its bounds. */
double np_form_factor(np_form form, double sum, np_range held);

/* The raw value of a model, before floor and ceiling. A power model's features must have been given the runtime. */
double np_model_value(const np_model *model, const double *features);
/* The runtime a corrected model predicts: positive, never falling as the batch grows, within its bounds of the base. */
double np_model_runtime(const np_model *model, const np_layer_config *config);
/* The same, with the features that the model needs at hand. */
double np_model_runtime_of(const np_model *model, const np_layer_config *config, const double *features);
/* What a corrected model corrects: its first sum, at least the floor. */
double np_model_base(const np_model *model, const double *features);

/* The base feature that left its training range, NULL when none did. */
const char *np_model_extrapolated(const np_model *model, const double *features);

#endif
