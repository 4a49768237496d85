/*
 * A device that is computed: it has a clock of its own, runs jobs whose time and power are known, and a meter that moves
 * in ticks. With it the whole way of a measurement runs in an instant, and what comes out can be compared with the truth.
 */
#ifndef NP_BACKENDS_VIRTUAL_DEVICE_H
#define NP_BACKENDS_VIRTUAL_DEVICE_H

#include "base/random.h"
#include "measure/device.h"

typedef enum np_virtual_meter {
	NP_VIRTUAL_COUNTER, /* energy since some moment */
	NP_VIRTUAL_POWER,   /* power at each tick */
	NP_VIRTUAL_NONE,
} np_virtual_meter;

typedef struct np_virtual_nature {
	double idle_w, limit_w;
	double tick_s;      /* the meter's */
	double rise_s;      /* the meter's time constant: it follows steps of power slowly */
	double reset_s;     /* when the counter begins anew; 0 = never */
	double noise;       /* of each batch's time, standard deviation as a share */
	double drift_per_h; /* how much slower calls get in an hour, as a share */
	double contention;  /* how much longer than its CPU time a batch takes by the wall, as a share */
	double hold_s;      /* real seconds that making a job ready takes, for tests that interrupt */
	double reading_s;   /* what a look at the meter takes */
	np_virtual_meter meter;
	int depth;
	uint64_t seed;
} np_virtual_nature;

/* The truth about one step; false with the reason when the device does not know. */
typedef bool np_virtual_truth(void *context, const np_layer_config *config, double *runtime_s, double *power_w, char *reason,
                              size_t size);

/* A device of that nature; facts are still to be filled. `context` is freed by `free_context` when the device is closed. */
np_status np_virtual_open(const np_virtual_nature *nature, np_virtual_truth *truth, void *context, void (*free_context)(void *),
                          np_device **device, np_error *err) NP_MUST_CHECK;

#endif
