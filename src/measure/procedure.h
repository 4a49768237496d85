/*
 * How one job is measured: warmed up, settled, timed batch by batch, metered over a window whose edges lie on the meter's
 * ticks, until it is sure enough or its time is up. Knows no device; runtime and power come from the same run.
 *
 * The constants are recorded with every data set. Where they come from: windows of energy counters err by up to a tick at
 * either edge unless aligned; averages of a second are too slow for short rows; a chip that just ramped up reads low.
 */
#ifndef NP_MEASURE_PROCEDURE_H
#define NP_MEASURE_PROCEDURE_H

#include "measure/device.h"
#include "measure/statistics.h"

typedef struct np_procedure {
	double warm_s;    /* running before anything is timed */
	double batch_s;   /* calls are timed in batches at least this long */
	double window_s;  /* the least timed */
	double longest_s; /* when a row that is still unsure is taken as it is, and flagged */
	double precision; /* sure enough: 95 % confidence intervals within this share */
	int least_batches;
	double quantile; /* of the times of batches, what is taken for the layer's */
	/* With a meter. */
	double settle_s; /* running on before a power window opens */
	double power_window_s;
	int least_ticks;
	double tick_s; /* the meter's, as calibrated; 0 = unknown */
	double rise_s; /* how long the meter takes to show nine tenths of a step; 0 = unknown */
	double idle_w; /* of the device, opened and doing nothing; NAN = unknown */
	int windows;   /* power windows, each after a random shift; 1 = no shifts */
	uint64_t seed; /* of the shifts */
} np_procedure;

/* The constants for layers on a device, before calibration. */
np_procedure np_procedure_for_layers(const np_device *device);
/* From those of layers to those for whole networks: longer windows, shifted where the meter samples part of the time. */
np_procedure np_procedure_for_networks(const np_device *device, const np_procedure *layers);

/* What was measured of one job. */
typedef struct np_measurement {
	np_summary call_s;    /* over batches, per call */
	double runtime_s;     /* of a call: the procedure's quantile over batches */
	int64_t calls;        /* in all timed batches */
	double wall_s, cpu_s; /* of all timed batches; cpu_s NAN where it says nothing */
	double latency_s;     /* one isolated call; NAN = not measured */
	/* NAN without a meter. */
	double power_w, power_sd_w; /* over the window; between ticks */
	double power_now_w, power_slow_w;
	double window_s, settle_s;
	int ticks;
	np_device_state start, end;
	unsigned flags;
} np_measurement;

np_status np_measure_job(np_device *device, const np_procedure *procedure, np_job *job, np_measurement *measurement,
                         np_error *err) NP_MUST_CHECK;

/*
 * Learns the meter's tick and rise and the idle power, with `load` (a job that keeps the device busy), and sets the windows
 * of the procedure accordingly. Nothing to do without a meter.
 */
np_status np_calibrate(np_device *device, np_job *load, np_procedure *procedure, np_error *err) NP_MUST_CHECK;

#endif
