/*
 * Energy over a window whose edges are ticks of the meter. A counter that moves every 100 ms is wrong by up to a tick at
 * either end of a window cut anywhere else; a meter of power is averaged over its changed values instead.
 */
#ifndef NP_MEASURE_POWER_WINDOW_H
#define NP_MEASURE_POWER_WINDOW_H

#include "measure/device.h"
#include "measure/statistics.h"

typedef struct np_power_window {
	np_meter *meter;
	bool begun;             /* a first tick was seen */
	np_reading first, last; /* at the edges: ticks */
	np_reading seen;        /* the last look */
	int ticks;              /* intervals between them */
	np_series watts;        /* of each interval, or each changed value */
	np_series intervals;    /* seconds between ticks */
	np_series now_w;        /* the meter's other power reading, at ticks */
	bool broken;            /* the counter began anew: what was gathered was dropped, once */
} np_power_window;

void np_power_window_open(np_power_window *window, np_meter *meter);
/* One look at the meter; a change is a tick. */
np_status np_power_window_look(np_power_window *window, np_error *err) NP_MUST_CHECK;
/* Seconds between the edges. */
double np_power_window_s(const np_power_window *window);
/* Mean power between the edges; NAN before two ticks. */
double np_power_window_w(const np_power_window *window);
/* The standard error of that mean, as a share of it; NAN before three ticks. */
double np_power_window_error(const np_power_window *window);
void np_power_window_free(np_power_window *window);

#endif
