/* See folds.h. */
#include "fit/folds.h"

#include "base/random.h"

#include <stdbool.h>
#include <stdlib.h>

/* Groups in shuffled order, each into the fold that is the smallest so far. */
static bool deal_groups(int rows, int folds, const int *order, const int *group, int *fold)
{
	int *size = calloc((size_t)rows + 1, sizeof *size), *home = calloc((size_t)rows + 1, sizeof *home);
	int *held = calloc((size_t)folds, sizeof *held);
	bool ok = size && home && held;
	if (ok) {
		for (int i = 0; i < rows; i++)
			size[group[i]]++;
		for (int i = 0; i < rows; i++) {
			int least = 0;
			for (int f = 1; f < folds; f++)
				if (held[f] < held[least])
					least = f;
			home[order[i]] = least;
			held[least] += size[order[i]];
		}
		for (int i = 0; i < rows; i++)
			fold[i] = home[group[i]];
	}
	free(size);
	free(home);
	free(held);
	return ok;
}

_Bool np_folds_deal(int rows, int folds, uint64_t seed, const int *group, int *fold)
{
	int *order = malloc(((size_t)rows + 1) * sizeof *order);
	if (!order)
		return false;
	np_random random = np_random_seeded(seed);
	np_random_order(&random, order, rows);
	bool ok = true;
	if (group)
		ok = deal_groups(rows, folds, order, group, fold);
	else
		for (int i = 0; i < rows; i++)
			fold[order[i]] = i % folds;
	free(order);
	return ok;
}
