/*
 * Measuring what only the caller can run, layers of another framework or a device of their own, as np_measure() measures:
 * by its procedure, with its statistics, flags and meters, into its files, which go on where they were.
 *
 *     np_own_device device = {.device = "my accelerator", .software = "my runtime 1.2", .threads = 1,
 *                             .prepare = prepare, .run = run, .release = release, .context = my_context};
 *     np_measure_options options = {.suites = suites, .suite_count = 1, .layers_path = "mine.csv"};
 *     if (np_measure_own(&device, NULL, 0, &options, &result, &err) == NP_OK) ...
 *
 * Ownership: everything that is passed in is borrowed during the call. Callbacks are called on the calling thread, one at a
 * time. What a callback answers but NP_OK, with its message, ends the campaign and is what np_measure_own() answers; rows
 * measured until then are in the file.
 */
#ifndef NEURALPOWER_OWN_DEVICE_H
#define NEURALPOWER_OWN_DEVICE_H

#include <neuralpower/measure.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Over how many bytes calls of a layer alone should change between copies of what they read and write, so that a call finds
 * in the caches what it would find in a network; 0 = no need to. `few_from`: once the copies of the weights fill so many
 * bytes, no more than `most_copies` of them.
 */
typedef struct np_own_rotation {
	int64_t input_bytes, weight_bytes, output_bytes, few_from;
	int most_copies;    /* 0 = as many as it takes */
	int64_t most_bytes; /* what rotation may use in all; 0 = not known */
} np_own_rotation;

/* What is to be run: one layer alone, or a network as a whole. */
typedef struct np_own_work {
	const np_layer_config *layer; /* NULL = the whole network */
	const char *text;             /* the layer's text, or the network's name */
	const char *network;          /* the one it is, or belongs to; "" = none */
	int64_t batch;
	np_own_rotation rotation; /* zeroes for a whole network */
	int64_t most_bytes;       /* that all buffers may take: beyond, answer NP_ERR_LIMIT; 0 = not known */
	bool metered;             /* power is measured while it runs: nothing else should */
} np_own_work;

/* What a callback says of the work it made ready. Texts may stay "". */
typedef struct np_own_job {
	void *handle;      /* its own, handed back to `run` and `release` */
	char algo[96];     /* what runs: one word or a few */
	char layout[24];   /* "nchw" */
	int64_t bytes;     /* of all buffers; 0 = not said */
	int buffer_sets;   /* how many sets of buffers calls change between; 0 = not said */
	const char *cache; /* "rot", "hot", "others"; NULL = not said; a constant */
	const char *data;  /* what is in the buffers: "normal:1"; NULL = not said; a constant */
} np_own_job;

typedef struct np_own_device {
	const char *device;     /* as it stands in the data set: "AMD EPYC 7B13"; NULL = the name of `place`'s */
	const char *software;   /* "pytorch 2.13.0" */
	const char *dtype;      /* NULL = "fp32" */
	const char *provenance; /* further lines "key=value\n" for the header of the files; may be NULL */
	int threads;            /* of a processor; 0 where the notion does not apply */
	/*
	 * Where it runs: "cpu" pins the calling thread, times by CPU time where there is one thread and by the wall clock where
	 * there are several, notices others on the core, and meters by RAPL. "cuda:BUS_ID" ("cuda:0000:17:00.0") meters by
	 * NVML. NULL is neither: the monotonic clock, and no meter but `read_energy`.
	 */
	const char *place;
	bool no_power; /* leave power unmeasured */

	/* Makes work ready: everything that is no part of a call. NP_ERR_UNSUPPORTED and NP_ERR_LIMIT leave the work out. */
	np_status (*prepare)(void *context, const np_own_work *work, np_own_job *job, np_error *err);
	/*
	 * Does so many calls in a row and returns when they are done, on a device that works by itself too. `*seconds` is for
	 * what all of them took by a better clock than the caller's (events of a GPU), or alone, where something is done between
	 * them; left as it is, the whole is timed.
	 */
	np_status (*run)(void *context, void *handle, int64_t calls, double *seconds, np_error *err);
	void (*release)(void *context, void *handle);
	/* Optional: a clock that never goes back and waiting by it, both or none, not with a place. */
	double (*now)(void *context);
	void (*sleep)(void *context, double seconds);
	/* Optional: joules of the device since some moment, and when that was read, by the same clock; not with a place. */
	np_status (*read_energy)(void *context, double *at_s, double *joules, np_error *err);
	void *context;
} np_own_device;

/* A network that only the caller can run: measured as a whole, and each of its layers alone. */
typedef struct np_own_network {
	const char *name, *file; /* `file` may be NULL */
	int64_t batch;
	const np_layer_config *layers; /* each as often as it occurs */
	int layer_count;
} np_own_network;

/*
 * np_measure() on an own device. Of the options, `device`, `dtype`, `threads` and `networks` are not used. The campaign asks
 * for layers of suites and options, for those of `networks`, for each of these as a whole, and for one layer now and then by
 * which it notices drift (conv:1x128x56x56:128:k3:p1). NP_ERR_ARGUMENT when a callback is missing.
 */
NP_API np_status np_measure_own(const np_own_device *device, const np_own_network *networks, int network_count,
                                const np_measure_options *options, np_measure_result *result, np_error *err) NP_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
