/*
 * Which network to choose: the Energy-Precision Ratio of Cai et al. 2017 (Equation 9), and the Pareto front of error
 * against energy.
 *
 * Ownership: free with np_ranking_free() and np_contenders_free(); a ranking holds copies of what it was made from, texts
 * too.
 */
#ifndef NEURALPOWER_RANK_H
#define NEURALPOWER_RANK_H

#include <neuralpower/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A network one may choose. A runtime or power that is not known is NAN, never 0. */
typedef struct np_contender {
	const char *network;
	double error;               /* share of items that it gets wrong, 0 to 1; NAN = not said */
	double energy_per_item_mj;  /* of one inference, above 0 */
	double runtime_ms, power_w; /* of a forward pass of its batch */
} np_contender;

typedef struct np_contenders {
	np_contender *items;
	int count;
	void *memory; /* the texts */
} np_contenders;

/*
 * Reads a CSV file (.gz too) with the columns network and error (a fraction, or a percentage with its sign: "7.3%"), and
 * where it has them energy_per_item_mj, runtime_ms and power_w; what a row leaves blank is NAN. NP_ERR_DATA with the line
 * of a row that cannot be read, has no network or no error, or names a network a second time.
 */
NP_API np_status np_contenders_load(const char *path, np_contenders *candidates, np_error *err) NP_MUST_CHECK;
NP_API void np_contenders_free(np_contenders *candidates);

/* How to rank. Zero-initialise for the defaults. */
typedef struct np_rank_options {
	const double *alphas; /* the exponents of the error, 0 to 100; NULL = 1, 2, 3, 4 as in Table 7 */
	int alpha_count;
	double max_runtime_ms, max_energy_mj, max_power_w; /* budgets: of the batch, per item, mean; 0 = none */
	const char *data;                                  /* where errors and energies come from, for reports; may be NULL */
} np_rank_options;

/* The budgets that a network misses. One that is not known of a network is missed: it cannot be promised. */
typedef enum np_budget {
	NP_BUDGET_RUNTIME = 1 << 0,
	NP_BUDGET_ENERGY = 1 << 1,
	NP_BUDGET_POWER = 1 << 2,
} np_budget;

typedef struct np_ranked {
	np_contender candidate;
	const double *score; /* M = error^alpha x energy_per_item_mj, one for each alpha; lower is better */
	const int *place;    /* 1 = the best, one for each alpha; 0 = misses a budget */
	bool pareto;     /* no other network within the budgets errs less at no more energy, or costs less at no more error */
	unsigned missed; /* of np_budget */
} np_ranked;

typedef struct np_ranking {
	np_rank_options options; /* with the alphas that were used */
	np_ranked *rows;         /* in the order given */
	int count;
	const int *chosen; /* the row of place 1 for each alpha, the first of equals; -1 when none is within the budgets */
	void *memory;
} np_ranking;

/*
 * Ranks networks. NP_ERR_ARGUMENT when there is none, or an alpha is out of range; NP_ERR_DATA when an error or an energy
 * is not known.
 */
NP_API np_status np_rank(const np_contender *candidates, int count, const np_rank_options *options, np_ranking **ranking,
                         np_error *err) NP_MUST_CHECK;
NP_API void np_ranking_free(np_ranking *ranking);

#ifdef __cplusplus
}
#endif
#endif
