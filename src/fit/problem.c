/* Least squares problems of all rows but one fold's, from the moments; see moments.h. */
#include "fit/moments.h"

#include "base/error.h"
#include "linalg/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the deviation over all rows: when less of it is left without a fold, the products are formed anew from the rows. */
#define REFORM_BELOW 1e-3

/* The sum over the problem's rows of the product of two of [columns, target, 1]. */
typedef struct remaining {
	const double *all, *fold; /* fold NULL: nothing is left out */
	double weight;
} remaining;

static double mean_product(const remaining *rest, int i, int j)
{
	size_t at = i >= j ? np_triangle((size_t)i) + (size_t)j : np_triangle((size_t)j) + (size_t)i;
	return (rest->all[at] - (rest->fold ? rest->fold[at] : 0)) / rest->weight;
}

static bool allocate_problem(int count, np_problem *problem)
{
	*problem = (np_problem){.size = count, .stride = np_padded((size_t)count)};
	problem->gram = calloc(problem->stride * (size_t)count + 1, sizeof(double));
	problem->product = calloc(problem->stride + 1, sizeof(double));
	problem->shift = calloc(problem->stride + 1, sizeof(double));
	problem->spread = calloc(problem->stride + 1, sizeof(double));
	return problem->gram && problem->product && problem->shift && problem->spread;
}

void np_problem_free(np_problem *problem)
{
	free(problem->gram);
	free(problem->product);
	free(problem->shift);
	free(problem->spread);
	*problem = (np_problem){0};
}

static void correlate(const np_moments *m, const remaining *rest, const int *columns, np_problem *problem)
{
	int target = m->design->columns;
	for (int i = 0; i < problem->size; i++) {
		double *row = problem->gram + (size_t)i * problem->stride;
		double si = problem->spread[i];
		if (!(si > 0))
			continue;
		const double *all = rest->all + np_triangle((size_t)columns[i]);
		const double *fold = rest->fold ? rest->fold + np_triangle((size_t)columns[i]) : NULL;
		for (int j = 0; j < i; j++) {
			double sj = problem->spread[j];
			double product = (all[columns[j]] - (fold ? fold[columns[j]] : 0)) / rest->weight;
			row[j] = sj > 0 ? (product - problem->shift[i] * problem->shift[j]) / (si * sj) : 0;
		}
		row[i] = 1;
		problem->product[i] = (mean_product(rest, target, columns[i]) - problem->shift[i] * problem->target_shift) / si;
	}
}

/* The upper triangle from the lower, in squares that fit the cache. */
static void mirror(np_problem *problem)
{
	enum { SQUARE = 32 };
	size_t n = (size_t)problem->size, stride = problem->stride;
	for (size_t top = 0; top < n; top += SQUARE)
		for (size_t left = 0; left <= top; left += SQUARE)
			for (size_t i = top; i < n && i < top + SQUARE; i++)
				for (size_t j = left; j < i && j < left + SQUARE; j++)
					problem->gram[j * stride + i] = problem->gram[i * stride + j];
}

/* ---- Columns whose variation lies mostly in the fold left out ---------------------------------------------------------- */

typedef struct reform {
	const np_moments *moments;
	const np_problem *problem;
	const int *columns;
	int left_out;
	int *which; /* positions in the problem */
	int count;
	double *raw; /* a block of rows */
	size_t raw_stride;
} reform;

typedef void (*row_visit)(reform *r, const double *raw, int row, void *context);

static void each_row(reform *r, row_visit visit, void *context)
{
	const np_moments *m = r->moments;
	for (int f = 0; f < m->design->folds; f++)
		for (int first = m->start[f]; f != r->left_out && first < m->start[f + 1]; first += NP_BLOCK_ROWS) {
			int left = m->start[f + 1] - first, count = left < NP_BLOCK_ROWS ? left : NP_BLOCK_ROWS;
			m->design->fill(m->design->context, m->order + first, count, r->raw, r->raw_stride);
			for (int i = 0; i < count; i++)
				visit(r, r->raw + (size_t)i * r->raw_stride, m->order[first + i], context);
		}
}

typedef struct anew {
	double *mean, *deviation, *largest; /* of the columns in `which`, in the design's own units */
	double weight;
} anew;

static void visit_mean(reform *r, const double *raw, int row, void *context)
{
	anew *a = context;
	double w = np_design_weight(r->moments->design, row);
	for (int q = 0; q < r->count; q++) {
		double x = raw[r->columns[r->which[q]]];
		a->mean[q] += w * x / a->weight;
		a->largest[q] = fmax(a->largest[q], fabs(x));
	}
}

static void visit_square(reform *r, const double *raw, int row, void *context)
{
	anew *a = context;
	double w = np_design_weight(r->moments->design, row);
	for (int q = 0; q < r->count; q++) {
		double difference = raw[r->columns[r->which[q]]] - a->mean[q];
		a->deviation[q] += w * (difference * difference) / a->weight;
	}
}

static void visit_product(reform *r, const double *raw, int row, void *context)
{
	const anew *a = context;
	const np_moments *m = r->moments;
	const np_problem *p = r->problem;
	double w = np_design_weight(m->design, row) / a->weight;
	double y = np_moments_target(m, row) - p->target_shift;
	for (int q = 0; q < r->count; q++) {
		int i = r->which[q];
		if (!(p->spread[i] > 0))
			continue;
		double z = w * ((raw[r->columns[i]] - a->mean[q]) / a->deviation[q]);
		double *line = p->gram + (size_t)i * p->stride;
		p->product[i] += z * y;
		for (int j = 0; j < p->size; j++) {
			int c = r->columns[j];
			if (p->spread[j] > 0)
				line[j] += z * (((raw[c] - m->mean[c]) / m->scale[c] - p->shift[j]) / p->spread[j]);
		}
	}
}

static void set_spread(reform *r, anew *a)
{
	const np_moments *m = r->moments;
	for (int q = 0; q < r->count; q++) {
		int i = r->which[q], c = r->columns[i];
		a->deviation[q] = sqrt(a->deviation[q]);
		bool constant = a->deviation[q] <= NP_CONSTANT_BELOW * a->largest[q];
		r->problem->spread[i] = constant ? 0 : a->deviation[q] / m->scale[c];
		r->problem->shift[i] = (a->mean[q] - m->mean[c]) / m->scale[c];
	}
}

/* Lines of columns that do not vary are emptied, and the new lines copied to their columns. */
static void settle_lines(reform *r)
{
	const np_problem *p = r->problem;
	for (int q = 0; q < r->count; q++) {
		size_t i = (size_t)r->which[q];
		bool varies = p->spread[i] > 0;
		for (size_t j = 0; j < (size_t)p->size; j++) {
			if (!varies)
				p->gram[i * p->stride + j] = 0;
			p->gram[j * p->stride + i] = p->gram[i * p->stride + j];
		}
		p->gram[i * p->stride + i] = varies;
	}
}

static np_status reform_columns(reform *r, double weight, np_error *err)
{
	size_t count = (size_t)r->count;
	anew a = {calloc(count, sizeof(double)), calloc(count, sizeof(double)), calloc(count, sizeof(double)), weight};
	r->raw_stride = np_padded((size_t)r->moments->design->columns);
	r->raw = malloc((r->raw_stride + 1) * NP_BLOCK_ROWS * sizeof(double));
	np_status status = NP_OK;
	if (r->raw && a.mean && a.deviation && a.largest) {
		if (r->moments->design->through_origin)
			each_row(r, visit_mean, &a), memset(a.mean, 0, count * sizeof(double));
		else
			each_row(r, visit_mean, &a);
		each_row(r, visit_square, &a);
		set_spread(r, &a);
		for (int q = 0; q < r->count; q++) {
			memset(r->problem->gram + (size_t)r->which[q] * r->problem->stride, 0,
			       r->problem->stride * sizeof(double));
			r->problem->product[r->which[q]] = 0;
		}
		each_row(r, visit_product, &a);
		settle_lines(r);
	} else {
		status = np_fail_memory(err);
	}
	free(r->raw);
	free(a.mean);
	free(a.deviation);
	free(a.largest);
	return status;
}

np_status np_problem_make(const np_moments *moments, int left_out, const int *columns, int count, np_problem *problem,
                          np_error *err)
{
	const np_design *design = moments->design;
	int target = design->columns, one = target + 1;
	reform r = {.moments = moments, .problem = problem, .columns = columns, .left_out = left_out};
	r.which = malloc(((size_t)count + 1) * sizeof *r.which);
	if (!allocate_problem(count, problem) || !r.which) {
		free(r.which);
		return np_fail_memory(err);
	}
	remaining rest = {moments->products[design->folds], left_out < 0 ? NULL : moments->products[left_out], 1};
	double weight = rest.weight = mean_product(&rest, one, one);
	if (!(weight > 0)) {
		free(r.which);
		return np_fail(err, NP_ERR_DATA, "a fold holds all rows");
	}
	problem->rows = design->rows - (left_out < 0 ? 0 : moments->start[left_out + 1] - moments->start[left_out]);
	problem->target_shift = design->through_origin ? 0 : mean_product(&rest, one, target);
	problem->target_square = mean_product(&rest, target, target) - problem->target_shift * problem->target_shift;
	for (int i = 0; i < count; i++) {
		int c = columns[i];
		if (!(moments->scale[c] > 0))
			continue;
		problem->shift[i] = design->through_origin ? 0 : mean_product(&rest, one, c);
		double square = mean_product(&rest, c, c) - problem->shift[i] * problem->shift[i];
		problem->spread[i] = square > 0 ? sqrt(square) : 0;
		if (left_out >= 0 && problem->spread[i] < REFORM_BELOW)
			r.which[r.count++] = i;
	}
	correlate(moments, &rest, columns, problem);
	mirror(problem);
	np_status status = r.count ? reform_columns(&r, weight, err) : NP_OK;
	free(r.which);
	return status;
}
