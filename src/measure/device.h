/*
 * What measuring asks of a device and of a meter. Backends implement these; the procedure, the campaign and the tests know
 * nothing else of any device.
 *
 * Units here are those of instruments: seconds, watts, joules. NAN means not known.
 */
#ifndef NP_MEASURE_DEVICE_H
#define NP_MEASURE_DEVICE_H

#include "base/text.h"
#include "dataset/flags.h"
#include "measure/program.h"

/* ---- meters ---- */

/* One look at a meter. */
typedef struct np_reading {
	double at_s;         /* the device's clock, when the value was read */
	double energy_j;     /* since the meter was opened, wraps undone; NAN where the meter only tells power */
	double power_w;      /* now, or over the meter's own short window */
	double power_slow_w; /* a long average that some meters offer too, to compare with */
	unsigned epoch;      /* changes when the counter began anew: a window across it is worthless */
} np_reading;

typedef struct np_meter np_meter;

typedef struct np_meter_ops {
	/* NP_ERR_UNAVAILABLE when the meter has stopped working for good. */
	np_status (*read)(np_meter *meter, np_reading *reading, np_error *err);
	void (*close)(np_meter *meter);
} np_meter_ops;

/* A backend's meter begins with this. */
struct np_meter {
	const np_meter_ops *ops;
	char source[24]; /* "rapl-powercap", "rapl-perf", "nvml-counter", "nvml-instant", "fake" */
	bool counts;     /* energy_j is told; else power is polled and averaged over its changes */
};

/* ---- devices ---- */

/* What was asked for when a device was opened, and what it said of itself. */
typedef struct np_device_facts {
	char device[96];    /* "AMD EPYC 7B13", "NVIDIA H200": the dataset's device */
	char software[64];  /* "onednn 2.6.3", "cudnn 9.19.0": the dataset's software */
	char dtype[16];     /* "fp32", "tf32", "fp16" */
	int threads;        /* 0 where the notion does not apply */
	double limit_w;     /* the board's power limit */
	np_text provenance; /* further "key=value\n" lines for the header of the file */
	char no_meter[256]; /* why there is no meter, one line for people; "" when there is one */
} np_device_facts;

/* How a device wants to be measured. Zeroes mean the procedure's own constants. */
typedef struct np_device_habits {
	int depth;       /* batches that should be in flight so that the device never idles; 1 = it works as it is called */
	double batch_s;  /* how long a timed batch of calls should be */
	double settle_s; /* the least time to run before a power window opens */
	double power_window_s; /* of a layer; longer where calls are long beside the meter's samples */
	/* Of the times of a row's batches, the one that stands for all: 0 = the median. Low where others only ever add time. */
	double quantile;
	bool shift_phases;     /* power windows of long calls need random shifts: the meter samples part of the time */
} np_device_habits;

/* Readings of the device's state; NAN or 0 where it has none. */
typedef struct np_device_state {
	double sm_mhz, mem_mhz, temp_c, util_pct;
	double throttled_ns; /* since some fixed moment, all reasons that slow it down */
	unsigned flags;      /* np_flag bits that hold now: NP_FLAG_THR_POWER..., NP_FLAG_SHARED, NP_FLAG_MIG */
	unsigned reasons;    /* the vendor's own bits, for the record */
} np_device_state;

/* What is to be known of a prepared job; texts are "" and numbers 0 where nothing is to be said. */
typedef struct np_job_facts {
	char backend[24]; /* "onednn", "cudnn-graph", "cudnn-legacy", "cublas", "fake" */
	char algo[96];    /* implementation or engine and knobs */
	char layout[24];  /* "nchw", "nChw8c", "nhwc" */
	char notes[64];   /* numerical notes: "tensor_core" */
	int64_t workspace_bytes, footprint_bytes;
	int buffer_sets;   /* how many sets of buffers calls rotate over */
	const char *cache; /* "rot", "hot", "others" */
	const char *data;  /* "normal:1" */
	int graph_k;       /* calls per captured graph */
	unsigned flags;    /* NP_FLAG_REF_IMPL */
} np_job_facts;

/* One finished batch of calls. */
typedef struct np_span {
	int64_t calls;
	double runtime_s; /* of all calls, by the clock the device is judged by */
	double wall_s;
	double cpu_s;   /* of the calling process; NAN where it says nothing about the device */
	bool disturbed; /* others took part of the device meanwhile, as far as it can tell */
	/* runtime_s without what others seem to have added to it: for rows that have only disturbed batches. 0 = not known. */
	double relieved_s;
	double lasted_s; /* from begin to end, where calls are timed one by one and something is done between; 0 = runtime_s */
} np_span;

typedef struct np_device np_device;
typedef struct np_job np_job; /* a program made ready; each backend has its own */

typedef struct np_device_ops {
	/* Seconds of a clock that never goes back; and waiting by that clock. */
	double (*now)(np_device *device);
	void (*sleep)(np_device *device, double seconds);
	/*
	 * Makes a program ready to run, buffers filled and everything outside the timed part done. NP_ERR_UNSUPPORTED when the
	 * device has no way to run a step (named), NP_ERR_LIMIT when it is too large for the device's memory.
	 */
	np_status (*prepare)(np_device *device, const np_program *program, np_job **job, np_error *err);
	void (*describe)(np_device *device, np_job *job, np_job_facts *facts);
	void (*release)(np_device *device, np_job *job);
	/* Starts `calls` calls in a row. A device of depth 1 returns when they are done. At most `depth` batches are in flight.
	 */
	np_status (*submit)(np_device *device, np_job *job, int64_t calls, np_error *err);
	/* The oldest batch in flight. With `wait`, blocks until it is finished; without, `*done` may stay false. */
	np_status (*reap)(np_device *device, bool wait, bool *done, np_span *span, np_error *err);
	/* One isolated call from start to end, launch included; NULL where it is not different from a batch of one. */
	np_status (*latency)(np_device *device, np_job *job, double *seconds, np_error *err);
	void (*state)(np_device *device, np_device_state *state); /* NULL = nothing to tell */
	void (*close)(np_device *device);
} np_device_ops;

/* A backend's device begins with this. The meter is the device's own: closed with it. */
struct np_device {
	const np_device_ops *ops;
	np_device_facts facts;
	np_device_habits habits;
	np_meter *meter; /* NULL = runtime only */
};

/* How a device is asked for. */
typedef struct np_device_request {
	const char *name;  /* "cpu", "cuda:0", "fake:...", "replay:FILE" */
	const char *dtype; /* NULL = "fp32" */
	int threads;       /* 0 = 1 */
} np_device_request;

#endif
