/*
 * Measuring layers and whole networks on a device, into data sets that a platform is learned from.
 *
 * A campaign's files only grow: each row is on the disk when the next begins, and a campaign that was stopped, by whatever,
 * goes on where it was when the same call is made again.
 */
#ifndef NEURALPOWER_MEASURE_H
#define NEURALPOWER_MEASURE_H

#include <neuralpower/layer_config.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a campaign tells while it runs. Borrowed during the call. */
typedef struct np_measure_event {
	const char *note; /* something worth saying in words; NULL = a row was measured, and the rest tells which */
	const char *name; /* the layer's text, or the network's name */
	double runtime_ms, power_w; /* NAN = not measured */
	const char *flags;          /* "" = nothing was wrong */
	int done, total;            /* rows */
	double seconds_left;        /* as far as can be told; NAN at first */
} np_measure_event;

/* What to measure, on what, and where to. Zero-initialise for the defaults. */
typedef struct np_measure_options {
	const char *device; /* "cpu", "cuda:0", "fake:..." (computed), "replay:FILE.csv" (recorded) */
	const char *dtype;  /* NULL = "fp32" */
	int threads;        /* of a CPU; 0 = 1 */

	const char *const *suites; /* files of layers, one text a line */
	int suite_count;
	const np_layer_config *layers;
	int layer_count;
	const np_network *const *networks; /* whole, and each of their layers alone */
	int network_count;

	const char *layers_path;   /* the data set of layers */
	const char *networks_path; /* that of networks; needed where there are any */
	int passes;                /* how often each is measured, each time in another order; 0 = 1 */
	uint64_t seed;             /* of the orders; 0 = 1 */
	double time_budget_s;      /* no row is begun after it; 0 = none */

	void (*tell)(void *context, const np_measure_event *event); /* may be NULL */
	void *context;
} np_measure_options;

/* How a campaign went. Numbers are NAN where nothing is known. */
typedef struct np_measure_result {
	char device[96], software[64], dtype[16];
	char no_power[256]; /* why power was not measured; "" when it was */
	double idle_w, limit_w;
	int measured, before;  /* rows measured now, and found in the files */
	int impossible;        /* layers that the device cannot run */
	int flagged;           /* of all rows, those that a fit passes over */
	int left;              /* rows that the time budget left undone */
	double seconds;
	/* Between the first two passes: |a - b| / mean, over layers that went well in both. */
	int repeated;
	double runtime_difference_median, runtime_difference_p90, power_difference_median, power_difference_p90;
	/* One layer measured again and again. */
	int anchors;
	double anchor_runtime_spread, anchor_runtime_per_h, anchor_power_w_per_h;
} np_measure_result;

/*
 * Runs a campaign. NP_ERR_UNAVAILABLE when there is no such device; NP_ERR_DATA when a file is of another device, or not of
 * a campaign at all; NP_ERR_IO when a file cannot be written: what was measured until then is in it.
 */
NP_API np_status np_measure(const np_measure_options *options, np_measure_result *result, np_error *err) NP_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
