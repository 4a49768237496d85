/* See base.h. */
#include "fit/base.h"

#include "base/error.h"
#include "fit/nonnegative.h"
#include "linalg/kernels.h"

#include <math.h>
#include <stdlib.h>

_Static_assert((int)NP_MAX_PHYSICAL <= (int)NP_NONNEGATIVE_MOST, "every physical feature may take part");

enum { MOST_TERMS = 14 };
static const double SLACK = 1.004 * 1.004; /* of the squared error, for fewer terms */

/* Physical features over the target, scaled to mean square 1: columns of the problem "sum b x / y = 1". */
static void fill_columns(const np_sample *sample, const int *rows, int count, double *columns, double *scale)
{
	int first = np_feature_first_physical(sample->set), size = sample->set->physical_count;
	for (int r = 0; r < count; r++) {
		const double *features = np_sample_features(sample, rows[r]) + first;
		for (int j = 0; j < size; j++)
			columns[(size_t)j * (size_t)count + (size_t)r] = features[j] / sample->target_values[rows[r]];
	}
	for (int j = 0; j < size; j++) {
		double *column = columns + (size_t)j * (size_t)count;
		scale[j] = sqrt(np_kernels_best()->dot(column, column, (size_t)count) / count);
		for (int r = 0; r < count && scale[j] > 0; r++)
			column[r] /= scale[j];
	}
}

static void fill_gram(const double *columns, int size, int count, double *gram, double *product)
{
	const np_kernels *kernels = np_kernels_best();
	for (int i = 0; i < size; i++) {
		const double *column = columns + (size_t)i * (size_t)count;
		product[i] = 0;
		for (int r = 0; r < count; r++)
			product[i] += column[r];
		product[i] /= count;
		for (int j = 0; j <= i; j++) {
			double value = kernels->dot(column, columns + (size_t)j * (size_t)count, (size_t)count) / count;
			gram[i * size + j] = gram[j * size + i] = value;
		}
	}
}

static np_status keep_sum(const np_sample *sample, const np_support *support, const double *scale, np_arena *arena, np_sum *sum,
                          np_error *err)
{
	*sum = (np_sum){.terms = np_arena_array(arena, (size_t)support->count + 1, sizeof *sum->terms),
	                .coefficients = np_arena_array(arena, (size_t)support->count + 1, sizeof *sum->coefficients)};
	if (!sum->terms || !sum->coefficients)
		return np_fail_memory(err);
	for (int i = 0; i < support->count; i++) {
		short feature = (short)(np_feature_first_physical(sample->set) + support->column[i]);
		if (!(support->value[i] > 0))
			continue;
		sum->terms[sum->count] = (np_term){.factor_count = 1, .factors = {{.feature = feature, .power = 1}}};
		sum->coefficients[sum->count++] = support->value[i] / scale[support->column[i]];
	}
	return NP_OK;
}

static np_status learn_physical(const np_sample *sample, const int *rows, int count, np_arena *arena, np_sum *sum,
                                np_error *err)
{
	int size = sample->set->physical_count;
	double scale[NP_MAX_PHYSICAL], product[NP_MAX_PHYSICAL], gram[NP_MAX_PHYSICAL * NP_MAX_PHYSICAL];
	double *columns = malloc(((size_t)size * (size_t)count + 1) * sizeof *columns);
	if (!columns)
		return np_fail_memory(err);
	fill_columns(sample, rows, count, columns, scale);
	fill_gram(columns, size, count, gram, product);
	free(columns);
	np_nonnegative problem = {.size = size, .gram = gram, .product = product, .total = 1};
	np_support support;
	np_nonnegative_solve(&problem, &support);
	np_nonnegative_prune(&problem, MOST_TERMS, SLACK, &support);
	return keep_sum(sample, &support, scale, arena, sum, err);
}

static void learn_constant(const np_sample *sample, const int *rows, int count, np_sum *sum)
{
	double inverse = 0, square = 0;
	for (int r = 0; r < count; r++) {
		double value = 1 / sample->target_values[rows[r]];
		inverse += value;
		square += value * value;
	}
	*sum = (np_sum){.intercept = inverse / square};
}

np_status np_base_learn(const np_sample *sample, const int *rows, int count, np_arena *arena, np_sum *sum, np_error *err)
{
	if (sample->target == NP_RUNTIME)
		return learn_physical(sample, rows, count, arena, sum, err);
	learn_constant(sample, rows, count, sum);
	return NP_OK;
}
