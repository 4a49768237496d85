/* Random numbers that are the same on every machine: folds, orders, noise. Not for secrets. */
#ifndef NP_BASE_RANDOM_H
#define NP_BASE_RANDOM_H

#include <stdint.h>

/* xoshiro256** seeded by splitmix64 (Blackman and Vigna, public domain algorithms). */
typedef struct np_random {
	uint64_t s[4];
} np_random;

np_random np_random_seeded(uint64_t seed);
uint64_t np_random_bits(np_random *random);
/* Uniform in 0..bound-1, without the bias of a plain remainder. */
int np_random_below(np_random *random, int bound);
/* Uniform in [0, 1). */
double np_random_unit(np_random *random);
/* Normal, mean 0, standard deviation 1. */
double np_random_normal(np_random *random);
/* 0..count-1 in random order (Fisher and Yates). */
void np_random_order(np_random *random, int *items, int count);

#endif
