/* Seeded folds for cross-validation: the same on every machine. */
#ifndef NP_FIT_FOLDS_H
#define NP_FIT_FOLDS_H

#include <stdint.h>

/*
 * Deals `rows` rows into `folds` folds of sizes that differ by one at most: fold[i] in 0..folds-1. With `group` (may be
 * NULL; group[i] in 0..rows-1) rows of one group stay together, and folds are as even as the groups allow. false without
 * memory.
 */
_Bool np_folds_deal(int rows, int folds, uint64_t seed, const int *group, int *fold);

#endif
