/* The generator and what is drawn from it. */
#include "base/random.h"

#include <math.h>

np_random np_random_seeded(uint64_t seed)
{
	np_random random;
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15u;
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
		random.s[i] = z ^ (z >> 31);
	}
	return random;
}

static uint64_t rotated(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

uint64_t np_random_bits(np_random *random)
{
	uint64_t *s = random->s, result = rotated(s[1] * 5, 7) * 9, t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotated(s[3], 45);
	return result;
}

int np_random_below(np_random *random, int bound)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % (uint64_t)bound, bits;
	do {
		bits = np_random_bits(random);
	} while (bits >= limit);
	return (int)(bits % (uint64_t)bound);
}

double np_random_unit(np_random *random)
{
	return (double)(np_random_bits(random) >> 11) * 0x1p-53;
}

/* Box and Muller's, one of the pair. */
double np_random_normal(np_random *random)
{
	double radius = sqrt(-2 * log(1 - np_random_unit(random)));
	return radius * cos(6.283185307179586 * np_random_unit(random));
}

void np_random_order(np_random *random, int *items, int count)
{
	for (int i = 0; i < count; i++)
		items[i] = i;
	for (int i = count - 1; i > 0; i--) {
		int j = np_random_below(random, i + 1), kept = items[i];
		items[i] = items[j];
		items[j] = kept;
	}
}
