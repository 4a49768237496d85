/* See moments.h. */
#include "fit/moments.h"

#include "base/error.h"
#include "fit/parallel.h"
#include "linalg/kernels.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A block of rows, as made and as the kernels want it. */
typedef struct buffer {
	size_t stride;  /* of raw */
	double *raw;    /* NP_BLOCK_ROWS rows */
	double *panels; /* the same rows standardised, with the target and a one behind, times the root of the weight */
} buffer;

static bool make_buffer(int columns, buffer *b)
{
	b->stride = np_padded((size_t)columns);
	b->raw = malloc((b->stride + NP_PANEL) * NP_BLOCK_ROWS * sizeof(double));
	b->panels = calloc((b->stride + NP_PANEL) * NP_BLOCK_ROWS, sizeof(double));
	return b->raw && b->panels;
}

static void free_buffer(buffer *b)
{
	free(b->raw);
	free(b->panels);
}

/* Rows by fold; without folds, one fold of all rows. */
static bool order_rows(const np_design *design, np_moments *m)
{
	int groups = design->folds ? design->folds : 1;
	m->order = malloc(((size_t)design->rows + 1) * sizeof *m->order);
	m->start = calloc((size_t)groups + 1, sizeof *m->start);
	if (!m->order || !m->start)
		return false;
	int filled = 0;
	for (int f = 0; f < groups; f++) {
		m->start[f] = filled;
		for (int i = 0; i < design->rows; i++)
			if (!design->folds || design->fold[i] == f)
				m->order[filled++] = i;
	}
	m->start[groups] = filled;
	return true;
}

/* Sums over rows of a function of each column, block by block in plain doubles, then in extended precision. */
typedef struct column_sums {
	long double *total;
	double *block;
	double *largest;
} column_sums;

static void add_means(const np_design *design, const int *rows, int count, const buffer *b, column_sums *sums)
{
	for (int r = 0; r < count; r++) {
		const double *x = b->raw + (size_t)r * b->stride;
		double w = np_design_weight(design, rows[r]);
		for (int j = 0; j < design->columns; j++) {
			sums->block[j] += w * x[j];
			sums->largest[j] = fabs(x[j]) > sums->largest[j] ? fabs(x[j]) : sums->largest[j];
		}
	}
}

static void add_squares(const np_design *design, const int *rows, int count, const buffer *b, const double *mean,
                        column_sums *sums)
{
	for (int r = 0; r < count; r++) {
		const double *x = b->raw + (size_t)r * b->stride;
		double w = np_design_weight(design, rows[r]);
		for (int j = 0; j < design->columns; j++)
			sums->block[j] += w * ((x[j] - mean[j]) * (x[j] - mean[j]));
	}
}

/* One pass: `mean` NULL sums the columns, otherwise the squares about it. */
static void sum_columns(const np_moments *m, const buffer *b, const double *mean, column_sums *sums)
{
	const np_design *design = m->design;
	for (int j = 0; j < design->columns; j++)
		sums->total[j] = 0;
	for (int first = 0; first < design->rows; first += NP_BLOCK_ROWS) {
		int count = design->rows - first < NP_BLOCK_ROWS ? design->rows - first : NP_BLOCK_ROWS;
		design->fill(design->context, m->order + first, count, b->raw, b->stride);
		memset(sums->block, 0, (size_t)design->columns * sizeof *sums->block);
		if (mean)
			add_squares(design, m->order + first, count, b, mean, sums);
		else
			add_means(design, m->order + first, count, b, sums);
		for (int j = 0; j < design->columns; j++)
			sums->total[j] += sums->block[j];
	}
}

static long double total_weight(const np_design *design)
{
	long double sum = 0;
	for (int i = 0; i < design->rows; i++)
		sum += np_design_weight(design, i);
	return sum;
}

static np_status standardise_target(const np_design *design, long double weight, np_moments *m, np_error *err)
{
	long double sum = 0, squares = 0;
	double largest = 0;
	for (int i = 0; i < design->rows; i++) {
		if (!isfinite(design->target[i]) || !isfinite(np_design_weight(design, i)) || np_design_weight(design, i) < 0)
			return np_fail(err, NP_ERR_DATA, "row %d has a target or weight that is not a number", i + 1);
		sum += (long double)np_design_weight(design, i) * design->target[i];
		largest = fmax(largest, fabs(design->target[i]));
	}
	m->target_mean = design->through_origin ? 0 : (double)(sum / weight);
	for (int i = 0; i < design->rows; i++) {
		long double difference = (long double)design->target[i] - m->target_mean;
		squares += np_design_weight(design, i) * difference * difference;
	}
	m->target_scale = (double)sqrtl(squares / weight);
	if (m->target_scale <= NP_CONSTANT_BELOW * largest)
		m->target_scale = 0;
	return NP_OK;
}

static np_status standardise_columns(long double weight, const buffer *b, column_sums *sums, np_moments *m, np_error *err)
{
	const np_design *design = m->design;
	sum_columns(m, b, NULL, sums);
	for (int j = 0; j < design->columns; j++)
		m->mean[j] = design->through_origin ? 0 : (double)(sums->total[j] / weight);
	sum_columns(m, b, m->mean, sums);
	for (int j = 0; j < design->columns; j++) {
		m->scale[j] = (double)sqrtl(sums->total[j] / weight);
		if (!isfinite(m->mean[j]) || !isfinite(m->scale[j]))
			return np_fail(err, NP_ERR_DATA, "column %d of the design holds values that are not finite", j + 1);
		if (m->scale[j] <= NP_CONSTANT_BELOW * sums->largest[j])
			m->scale[j] = 0;
	}
	return NP_OK;
}

static np_status standardise(const np_design *design, np_moments *m, np_error *err)
{
	size_t columns = (size_t)design->columns + 1;
	buffer b = {0};
	column_sums sums = {malloc(columns * sizeof(long double)), malloc(columns * sizeof(double)),
	                    calloc(columns, sizeof(double))};
	m->mean = calloc(columns, sizeof(double));
	m->scale = calloc(columns, sizeof(double));
	np_status status = NP_OK;
	long double weight = total_weight(design);
	if (!make_buffer(design->columns, &b) || !sums.total || !sums.block || !sums.largest || !m->mean || !m->scale)
		status = np_fail_memory(err);
	if (status == NP_OK && !(weight > 0))
		status = np_fail(err, NP_ERR_DATA, "no row has a positive weight");
	if (status == NP_OK)
		status = standardise_target(design, weight, m, err);
	if (status == NP_OK)
		status = standardise_columns(weight, &b, &sums, m, err);
	free(sums.total);
	free(sums.block);
	free(sums.largest);
	free_buffer(&b);
	return status;
}

/* The place of column j of row r in panels. */
static double *cell(const buffer *b, int r, size_t j)
{
	return b->panels + (j / NP_PANEL * NP_BLOCK_ROWS + (size_t)r) * NP_PANEL + j % NP_PANEL;
}

static void fill_panels(const np_moments *m, const int *rows, int count, buffer *b)
{
	const np_design *design = m->design;
	size_t columns = (size_t)design->columns;
	design->fill(design->context, rows, count, b->raw, b->stride);
	for (int r = 0; r < count; r++) {
		const double *x = b->raw + (size_t)r * b->stride;
		double root = sqrt(np_design_weight(design, rows[r]));
		for (size_t j = 0; j < columns; j++)
			*cell(b, r, j) = m->scale[j] > 0 ? (x[j] - m->mean[j]) / m->scale[j] * root : 0;
		*cell(b, r, columns) = np_moments_target(m, rows[r]) * root;
		*cell(b, r, columns + 1) = root;
	}
}

typedef struct gram_job {
	np_moments *moments;
	atomic_bool failed;
} gram_job;

static void sum_fold(void *context, int fold)
{
	gram_job *job = context;
	np_moments *m = job->moments;
	buffer b = {0};
	if (make_buffer(m->design->columns, &b)) {
		const np_kernels *kernels = np_kernels_best();
		for (int first = m->start[fold]; first < m->start[fold + 1]; first += NP_BLOCK_ROWS) {
			int left = m->start[fold + 1] - first, count = left < NP_BLOCK_ROWS ? left : NP_BLOCK_ROWS;
			fill_panels(m, m->order + first, count, &b);
			kernels->gram(b.panels, (size_t)count, (size_t)m->design->columns + 2, m->products[fold]);
		}
	} else {
		job->failed = true;
	}
	free_buffer(&b);
}

static np_status form_products(np_moments *m, int threads, np_error *err)
{
	int folds = m->design->folds;
	size_t cells = np_triangle((size_t)m->design->columns + 2);
	m->products = calloc((size_t)folds + 1, sizeof *m->products);
	if (!m->products)
		return np_fail_memory(err);
	for (int f = 0; f <= folds; f++)
		if (!(m->products[f] = calloc(cells, sizeof(double))))
			return np_fail_memory(err);
	gram_job job = {.moments = m};
	np_parallel(folds ? folds : 1, threads, sum_fold, &job);
	if (job.failed)
		return np_fail_memory(err);
	for (int f = 0; f < folds; f++)
		np_kernels_best()->axpy(1, m->products[f], m->products[folds], cells);
	return NP_OK;
}

np_status np_moments_make(const np_design *design, int threads, np_moments *moments, np_error *err)
{
	*moments = (np_moments){.design = design};
	if (!order_rows(design, moments))
		return np_fail_memory(err);
	NP_TRY(standardise(design, moments, err));
	return form_products(moments, threads, err);
}

void np_moments_free(np_moments *moments)
{
	if (moments->products)
		for (int f = 0; f <= moments->design->folds; f++)
			free(moments->products[f]);
	free(moments->products);
	free(moments->mean);
	free(moments->scale);
	free(moments->order);
	free(moments->start);
	*moments = (np_moments){0};
}
