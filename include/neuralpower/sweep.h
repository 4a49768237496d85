/*
 * One network at several batch sizes: which costs the least energy per item, which has the highest throughput.
 *
 * Ownership: nothing is owned; a sweep refers to the predictions it was made from.
 */
#ifndef NEURALPOWER_SWEEP_H
#define NEURALPOWER_SWEEP_H

#include <neuralpower/predict.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct np_sweep {
	const np_prediction *const *points; /* of one network on one platform, one per batch */
	int count;
	int least_energy; /* the point of the least energy per item, the first of equals; -1 when power is not known */
	int most_items;   /* the point of the most items per second; -1 when there is none */
} np_sweep;

NP_API np_sweep np_sweep_of(const np_prediction *const *points, int count);

#ifdef __cplusplus
}
#endif
#endif
