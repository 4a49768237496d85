/*
 * Certifies every Lasso problem that `fit --method paper` solves for a file of measured layers.
 *
 *     certify_lasso FILE
 *
 * Per layer type, target and degree one line: rows, terms, and the worst duality gap, in extended precision and relative to
 * the objective, of all lambdas of the path of all rows and of each fold. Then a line of totals. Fails above LARGEST_GAP.
 */
#include "features/terms.h"
#include "fit/certificate.h"
#include "fit/folds.h"
#include "fit/sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEAST_ROWS = 20, FOLDS = 10, SEED = 1 }; /* what the fit does, see fit.c */
static const double LARGEST_GAP = 1e-9;

typedef struct problem {
	np_sample sample;
	int degree, terms;
	np_term term[NP_MAX_TERMS];
	int *fold;
} problem;

typedef struct totals {
	int problems, lambdas; /* lambdas: of all paths */
	double worst;
	int64_t unsettled;
} totals;

static void fill_rows(void *context, const int *rows, int count, double *values, size_t stride)
{
	const problem *p = context;
	for (int i = 0; i < count; i++)
		for (int j = 0; j < p->terms; j++)
			values[(size_t)i * stride + (size_t)j] =
			        np_term_value(&p->term[j], np_sample_features(&p->sample, rows[i]));
}

/* The worst gap of all paths; infinite when one is not a number. */
static np_status worst_gap(const np_lasso *lasso, double *worst, np_error *err)
{
	int lambdas = np_lasso_count(lasso);
	double *gap = calloc((size_t)lambdas, sizeof *gap);
	np_status status = gap ? NP_OK : NP_ERR_MEMORY;
	*worst = 0;
	for (int fold = -1; fold < FOLDS && status == NP_OK; fold++) {
		status = np_lasso_certify(lasso, fold, gap, err);
		for (int l = 0; l < lambdas && status == NP_OK; l++)
			*worst = isnan(gap[l]) ? INFINITY : fmax(*worst, fabs(gap[l]));
	}
	free(gap);
	return status;
}

static np_status certify(problem *p, totals *sum, np_error *err)
{
	np_design design = {.rows = p->sample.rows,
	                    .columns = p->terms,
	                    .fill = fill_rows,
	                    .context = p,
	                    .target = p->sample.target_values,
	                    .fold = p->fold,
	                    .folds = FOLDS};
	np_moments moments = {0};
	np_lasso *lasso = NULL;
	double worst = 0;
	np_status status = np_moments_make(&design, 1, &moments, err);
	if (status == NP_OK)
		status = np_lasso_fit(&moments, NULL, 0, NULL, &lasso, err);
	if (status == NP_OK)
		status = worst_gap(lasso, &worst, err);
	if (status == NP_OK) {
		printf("  %-10s %-10s degree %d: %6d rows %5d terms, gap %.1e\n", np_kind_name(p->sample.kind),
		       np_target_name(p->sample.target), p->degree, p->sample.rows, p->terms, worst);
		sum->problems++;
		sum->lambdas += np_lasso_count(lasso) * (FOLDS + 1);
		sum->worst = fmax(sum->worst, worst);
		sum->unsettled += np_lasso_unsettled(lasso);
	}
	np_lasso_free(lasso);
	np_moments_free(&moments);
	return status;
}

static np_status certify_degrees(problem *p, totals *sum, np_error *err)
{
	np_status status = NP_OK;
	p->fold = calloc((size_t)p->sample.rows + 1, sizeof *p->fold);
	if (!p->fold || !np_folds_deal(p->sample.rows, FOLDS, SEED, NULL, p->fold))
		status = NP_ERR_MEMORY;
	int highest = p->sample.target == NP_POWER ? 2 : 4;
	for (p->degree = 1; p->degree <= highest && status == NP_OK; p->degree++) {
		p->terms = np_terms_paper(p->sample.set, p->sample.target, p->degree, p->term, NP_MAX_TERMS);
		status = certify(p, sum, err);
	}
	free(p->fold);
	return status;
}

static np_status certify_rows(const np_row *rows, int count, totals *sum, np_error *err)
{
	problem *p = malloc(sizeof *p);
	np_status status = p ? NP_OK : NP_ERR_MEMORY;
	for (int kind = 0; kind < NP_KIND_COUNT && status == NP_OK; kind++)
		for (int target = NP_RUNTIME; target <= NP_POWER && status == NP_OK; target++) {
			if (!np_feature_set_of((np_kind)kind))
				continue;
			status = np_sample_take(rows, count, (np_kind)kind, NP_FEATURES_AUTHORS, (np_target)target, NP_BY_ROW,
			                        &p->sample, err);
			if (status == NP_OK && p->sample.rows >= LEAST_ROWS)
				status = certify_degrees(p, sum, err);
			np_sample_free(&p->sample);
		}
	free(p);
	return status;
}

int main(int argc, char **argv)
{
	const char *path = argc == 2 ? argv[1] : "";
	np_dataset *dataset = NULL;
	np_error err = {0};
	totals sum = {0};
	np_status status = np_dataset_load(&path, 1, NULL, &dataset, &err);
	if (status == NP_OK)
		status = certify_rows(np_dataset_row(dataset, 0), np_dataset_row_count(dataset), &sum, &err);
	np_dataset_free(dataset);
	if (status != NP_OK) {
		fprintf(stderr, "certify_lasso: %s: %s\n", path, err.message);
		return 2;
	}
	printf("%d problems, %d lambdas, worst gap %.1e, %lld not settled\n", sum.problems, sum.lambdas, sum.worst,
	       (long long)sum.unsettled);
	return !sum.problems || sum.worst > LARGEST_GAP || sum.unsettled;
}
