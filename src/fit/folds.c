/* See folds.h: xoshiro256** seeded by splitmix64 (Blackman and Vigna, public domain algorithms), Fisher-Yates. */
#include "fit/folds.h"

#include <stdbool.h>
#include <stdlib.h>

typedef struct generator {
	uint64_t s[4];
} generator;

static generator seeded(uint64_t seed)
{
	generator g;
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15u;
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
		g.s[i] = z ^ (z >> 31);
	}
	return g;
}

static uint64_t rotated(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

static uint64_t next_bits(generator *g)
{
	uint64_t *s = g->s, result = rotated(s[1] * 5, 7) * 9, t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotated(s[3], 45);
	return result;
}

/* Uniform in 0..bound-1, without the bias of a plain remainder. */
static int below(generator *g, int bound)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % (uint64_t)bound, bits;
	do {
		bits = next_bits(g);
	} while (bits >= limit);
	return (int)(bits % (uint64_t)bound);
}

static void shuffle(int *items, int count, uint64_t seed)
{
	generator g = seeded(seed);
	for (int i = 0; i < count; i++)
		items[i] = i;
	for (int i = count - 1; i > 0; i--) {
		int j = below(&g, i + 1), kept = items[i];
		items[i] = items[j];
		items[j] = kept;
	}
}

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
	shuffle(order, rows, seed);
	bool ok = true;
	if (group)
		ok = deal_groups(rows, folds, order, group, fold);
	else
		for (int i = 0; i < rows; i++)
			fold[order[i]] = i % folds;
	free(order);
	return ok;
}
