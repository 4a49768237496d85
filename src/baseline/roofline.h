/*
 * The constants of the roofline: what share of its peaks a device reaches, by classes of layers. tools/fit_roofline.py
 * fits them to measurements and writes roofline_fit.c.
 */
#ifndef NP_BASELINE_ROOFLINE_H
#define NP_BASELINE_ROOFLINE_H

#include "model/platform_model.h"

/* Convolutions of several kinds, other products of matrices, pools, and all that only moves values. */
typedef enum np_roof_class {
	NP_ROOF_CONV,
	NP_ROOF_CONV_1X1,
	NP_ROOF_CONV_3X3, /* stride 1: where fewer multiplications do */
	NP_ROOF_CONV_GROUPED,
	NP_ROOF_PRODUCT,
	NP_ROOF_POOL,
	NP_ROOF_POINTWISE,
	NP_ROOF_CLASSES,
} np_roof_class;

/*
 * The shares of peak rate and bandwidth that a large layer reaches; and the sizes at which half of the rate is lost:
 * output values per GFLOP/s of peak, length of the sums, output channels, positions of one image.
 */
typedef struct np_roof_rates {
	double compute, memory;
	double outputs, inner, columns, positions;
} np_roof_rates;

typedef struct np_roof {
	np_roof_rates rates[NP_ROOF_CLASSES];
	double launch_ms;       /* of every layer */
	double compute, memory; /* of this kind of device, relative to the rates */
	/*
	 * What of its peak rate a device sustains: (W of the limit per TFLOP/s and nm of the process / 1.25)^throttle where
	 * that is less than 1, and `old` of that on a process of 28 nm or more.
	 */
	double throttle, old;
	/*
	 * Power = idle + (limit - idle) x (busy x share of the time not spent launching + compute x share of the peak rate in
	 * use + memory x that of the bandwidth), at most the limit; all 0: not known.
	 */
	double busy, power_compute, power_memory;
	double idle_share;                   /* idle power over the limit, where the sheet does not state it */
	double correlation[NP_TARGET_COUNT]; /* of the errors of one device's layers */
	np_spread spread, power_spread;      /* of devices that took no part in the fit */
} np_roof;

extern const np_roof NP_ROOF_GPU, NP_ROOF_CPU;

#endif
