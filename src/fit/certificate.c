/*
 * See certificate.h. With residuals e, weights w of sum W, deviations sd_j and standardised columns z_j, the primal is
 *
 *     sum w e^2 / 2W + ridge / 2 sum (sd_j b_j)^2 + lambda sum sd_j |b_j|
 *
 * and every s with s |z_j' w e / W - ridge sd_j b_j| <= lambda for all j gives a lower bound of its minimum, with y and e
 * about their means: sum w (y^2 - (y - s e)^2) / 2W - s^2 ridge / 2 sum (sd_j b_j)^2.
 */
#include "fit/certificate.h"

#include "base/error.h"
#include "linalg/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct proof {
	const np_lasso *lasso;
	const np_design *design;
	const np_moments *moments;
	int left_out, lambdas, columns;
	long double weight, target_mean;
	long double *mean, *deviation; /* per column */
	double *largest;
	double *intercept, *coefficients; /* per lambda; columns x lambdas */
	long double *error;               /* of one row, per lambda */
	long double *error_mean;          /* of all rows, per lambda */
	long double *residual_square, *target_product;
	long double target_square;
	long double *product; /* columns x lambdas */
	double *raw;
	size_t stride;
} proof;

typedef void visit_row(proof *p, const double *x, double target, double weight);

static void each_row(proof *p, visit_row *visit)
{
	const np_moments *m = p->moments;
	int folds = p->design->folds ? p->design->folds : 1;
	for (int f = 0; f < folds; f++)
		for (int first = m->start[f]; f != p->left_out && first < m->start[f + 1]; first += NP_BLOCK_ROWS) {
			int left = m->start[f + 1] - first, count = left < NP_BLOCK_ROWS ? left : NP_BLOCK_ROWS;
			p->design->fill(p->design->context, m->order + first, count, p->raw, p->stride);
			for (int r = 0; r < count; r++) {
				int row = m->order[first + r];
				visit(p, p->raw + (size_t)r * p->stride, p->design->target[row],
				      np_design_weight(p->design, row));
			}
		}
}

static void add_mean(proof *p, const double *x, double target, double weight)
{
	p->weight += weight;
	p->target_mean += (long double)weight * target;
	for (int j = 0; j < p->columns; j++) {
		p->mean[j] += (long double)weight * x[j];
		p->largest[j] = fmax(p->largest[j], fabs(x[j]));
	}
}

static void add_deviation(proof *p, const double *x, double target, double weight)
{
	(void)target;
	for (int j = 0; j < p->columns; j++)
		p->deviation[j] += weight * ((x[j] - p->mean[j]) * (x[j] - p->mean[j]));
}

/* The row's residuals at all lambdas, into p->error. */
static void find_errors(proof *p, const double *x, double target)
{
	for (int l = 0; l < p->lambdas; l++)
		p->error[l] = (long double)target - p->intercept[l];
	for (int j = 0; j < p->columns; j++) {
		const double *b = p->coefficients + (size_t)j * (size_t)p->lambdas;
		for (int l = 0; l < p->lambdas; l++)
			if (b[l] != 0)
				p->error[l] -= (long double)b[l] * x[j];
	}
}

static void add_error_mean(proof *p, const double *x, double target, double weight)
{
	find_errors(p, x, target);
	for (int l = 0; l < p->lambdas; l++)
		p->error_mean[l] += weight * p->error[l];
}

static void add_products(proof *p, const double *x, double target, double weight)
{
	long double y = target - p->target_mean;
	find_errors(p, x, target);
	p->target_square += weight * (y * y);
	for (int l = 0; l < p->lambdas; l++) {
		p->residual_square[l] += weight * (p->error[l] * p->error[l]);
		p->error[l] = weight * (p->error[l] - p->error_mean[l]);
		p->target_product[l] += y * p->error[l];
	}
	for (int j = 0; j < p->columns; j++) {
		long double z = x[j] - p->mean[j], *sum = p->product + (size_t)j * (size_t)p->lambdas;
		for (int l = 0; l < p->lambdas; l++)
			sum[l] += z * p->error[l];
	}
}

/* Divides sums by the weight; means stay zero for a fit through the origin. */
static void set_means(proof *p)
{
	bool origin = p->design->through_origin;
	p->target_mean = origin ? 0 : p->target_mean / p->weight;
	for (int j = 0; j < p->columns; j++)
		p->mean[j] = origin ? 0 : p->mean[j] / p->weight;
}

static void set_deviations(proof *p)
{
	for (int j = 0; j < p->columns; j++) {
		p->deviation[j] = sqrtl(p->deviation[j] / p->weight);
		if (p->deviation[j] <= NP_CONSTANT_BELOW * p->largest[j])
			p->deviation[j] = 0;
	}
}

static void set_error_means(proof *p)
{
	for (int l = 0; l < p->lambdas; l++)
		p->error_mean[l] = p->design->through_origin ? 0 : p->error_mean[l] / p->weight;
}

static double gap_at(const proof *p, const np_lasso_options *options, int l)
{
	long double lambda = np_lasso_lambda(p->lasso, l), ridge = options->ridge;
	long double penalty = 0, squares = 0, largest = 0;
	int count;
	const int *columns = np_lasso_columns(p->lasso, &count);
	for (int i = 0; i < count; i++) {
		int j = columns[i];
		size_t at = (size_t)j * (size_t)p->lambdas + (size_t)l;
		long double b = p->coefficients[at] * p->deviation[j];
		if (!(p->deviation[j] > 0))
			continue;
		long double g = p->product[at] / p->deviation[j] / p->weight - ridge * b;
		penalty += fabsl(b);
		squares += b * b;
		largest = fmaxl(largest, options->nonnegative ? g : fabsl(g));
	}
	long double s = largest > lambda ? lambda / largest : 1;
	long double centred = p->residual_square[l] - p->weight * p->error_mean[l] * p->error_mean[l];
	long double primal = p->residual_square[l] / (2 * p->weight) + ridge / 2 * squares + lambda * penalty;
	/* y^2 - (y - s e)^2 = 2 s y e - s^2 e^2 */
	long double dual = (2 * s * p->target_product[l] - s * s * centred) / (2 * p->weight) - s * s * ridge / 2 * squares;
	return primal > 0 ? (double)((primal - dual) / primal) : 0;
}

static bool allocate(proof *p)
{
	size_t columns = (size_t)p->columns + 1, lambdas = (size_t)p->lambdas + 1;
	p->stride = np_padded((size_t)p->columns);
	p->raw = malloc((p->stride + 1) * NP_BLOCK_ROWS * sizeof *p->raw);
	p->mean = calloc(columns, sizeof *p->mean);
	p->deviation = calloc(columns, sizeof *p->deviation);
	p->largest = calloc(columns, sizeof *p->largest);
	p->intercept = calloc(lambdas, sizeof *p->intercept);
	p->coefficients = calloc(columns * lambdas, sizeof *p->coefficients);
	p->error = calloc(lambdas, sizeof *p->error);
	p->error_mean = calloc(lambdas, sizeof *p->error_mean);
	p->residual_square = calloc(lambdas, sizeof *p->residual_square);
	p->target_product = calloc(lambdas, sizeof *p->target_product);
	p->product = calloc(columns * lambdas, sizeof *p->product);
	return p->raw && p->mean && p->deviation && p->largest && p->intercept && p->coefficients && p->error &&
	       p->error_mean && p->residual_square && p->target_product && p->product;
}

static void release(proof *p)
{
	free(p->raw);
	free(p->mean);
	free(p->deviation);
	free(p->largest);
	free(p->intercept);
	free(p->coefficients);
	free(p->error);
	free(p->error_mean);
	free(p->residual_square);
	free(p->target_product);
	free(p->product);
}

static void take_models(proof *p)
{
	for (int l = 0; l < p->lambdas; l++) {
		np_linear model = np_lasso_fold_model(p->lasso, p->left_out, l);
		p->intercept[l] = model.intercept;
		for (int i = 0; i < model.terms; i++)
			p->coefficients[(size_t)model.column[i] * (size_t)p->lambdas + (size_t)l] = model.value[i];
	}
}

np_status np_lasso_certify(const np_lasso *lasso, int left_out, double *gap, np_error *err)
{
	const np_moments *moments = np_lasso_moments(lasso);
	proof p = {.lasso = lasso, .design = moments->design, .moments = moments, .left_out = left_out};
	p.lambdas = np_lasso_count(lasso);
	p.columns = p.design->columns;
	np_status status = NP_OK;
	if (allocate(&p)) {
		take_models(&p);
		each_row(&p, add_mean);
		set_means(&p);
		each_row(&p, add_deviation);
		set_deviations(&p);
		each_row(&p, add_error_mean);
		set_error_means(&p);
		each_row(&p, add_products);
		for (int l = 0; l < p.lambdas; l++)
			gap[l] = gap_at(&p, np_lasso_settings(lasso), l);
	} else {
		status = np_fail_memory(err);
	}
	release(&p);
	return status;
}
