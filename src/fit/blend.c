/* See blend.h. */
#include "fit/blend.h"

#include "base/error.h"

#include <stdlib.h>

static const double LAST_LAMBDA = 0.02; /* of the first; a smaller one leaves more terms than a model may have */

/* The selections keep their columns times the root of the weight. */
static void fill(void *context, const int *rows, int count, double *values, size_t stride)
{
	const np_blend *b = context;
	for (int j = 0; j < b->count; j++) {
		const double *columns = b->selections[b->configuration[j]].greedy.columns;
		const double *column = columns + (size_t)b->step[j] * (size_t)b->rows;
		for (int i = 0; i < count; i++)
			values[(size_t)i * stride + (size_t)j] = column[rows[i]] / b->root_weight[rows[i]];
	}
}

static bool allocate(np_blend *blend)
{
	size_t most = 1;
	for (int c = 0; c < NP_CONFIGURATIONS; c++)
		most += (size_t)blend->selections[c].greedy.count;
	blend->configuration = malloc(most * sizeof *blend->configuration);
	blend->step = malloc(most * sizeof *blend->step);
	blend->weight = malloc(((size_t)blend->rows + 1) * sizeof *blend->weight);
	return blend->configuration && blend->step && blend->weight;
}

np_status np_blend_make(const np_selection *selections, int rows, const double *target, const double *root_weight,
                        np_blend *blend, np_error *err)
{
	*blend = (np_blend){.selections = selections, .rows = rows, .root_weight = root_weight};
	if (!allocate(blend))
		return np_fail_memory(err);
	for (int c = 0; c < NP_CONFIGURATIONS; c++)
		for (int t = 1; t < selections[c].greedy.count; t++) {
			blend->configuration[blend->count] = c;
			blend->step[blend->count++] = t;
		}
	for (int i = 0; i < rows; i++)
		blend->weight[i] = root_weight[i] * root_weight[i];
	blend->design = (np_design){.rows = rows,
	                            .columns = blend->count,
	                            .fill = fill,
	                            .context = blend,
	                            .target = target,
	                            .weight = blend->weight};
	np_lasso_options options = {.lambdas = NP_BLENDS, .ratio = LAST_LAMBDA};
	NP_TRY(np_moments_make(&blend->design, 1, &blend->moments, err));
	return np_lasso_fit(&blend->moments, NULL, blend->count, &options, &blend->lasso, err);
}

void np_blend_free(np_blend *blend)
{
	np_lasso_free(blend->lasso);
	np_moments_free(&blend->moments);
	free(blend->configuration);
	free(blend->step);
	free(blend->weight);
	*blend = (np_blend){0};
}

void np_blend_values(const np_blend *blend, const np_dictionary *dictionary, const np_columns *columns, int row,
                     double *scratch, double *values)
{
	for (int c = 0; c < NP_CONFIGURATIONS; c++) {
		const np_greedy *greedy = &blend->selections[c].greedy;
		if (!greedy->count)
			continue;
		np_greedy_values(greedy, greedy->count, dictionary, columns, row, scratch);
		for (int t = 1; t < greedy->count; t++)
			*values++ = scratch[t];
	}
}

np_linear np_blend_model(const np_blend *blend, int index, int most)
{
	int last = np_lasso_count(blend->lasso) - 1;
	np_linear model = np_lasso_model(blend->lasso, index < last ? index : last);
	while (model.terms > most && index > 0)
		model = np_lasso_model(blend->lasso, --index);
	return model;
}
