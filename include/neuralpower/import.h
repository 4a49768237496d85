/*
 * What other programs measured, as rows of our data sets: profiles of ONNX Runtime and TensorRT, and the tables of
 * EdgeProfiler and NeurstrucEnergy.
 *
 * Ownership: free with np_import_free(); rows and texts are borrowed until then.
 */
#ifndef NEURALPOWER_IMPORT_H
#define NEURALPOWER_IMPORT_H

#include <neuralpower/dataset.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How to read. Zero-initialise for the defaults. */
typedef struct np_import_options {
	const char *format;        /* NULL = told by the content; np_import_format() lists them */
	const np_network *network; /* onnxruntime: the network that ran, at the batch it ran at */
	const char *layer_info;    /* trtexec, edgeprofiler: the engine's layers (--exportLayerInfo), a path; else NULL */
	const char *times;         /* trtexec: times of the whole network (--exportTimes), a path; NULL = none */
	const char *device, *software, *dtype; /* for the rows; NULL = what the file says, or "" */
} np_import_options;

/* The formats, by index; NULL past the last. */
NP_API const char *np_import_format(int index);

/* A layer; numbers are medians over the runs in the file. NAN = not measured. */
typedef struct np_import_row {
	const char *layer;   /* its name there */
	const char *network; /* "" when not said */
	const char *dtype;   /* "" when not said */
	const char *notes;   /* what was fused into it, as far as the file says; else "" */
	np_layer_config config;
	double runtime_ms, power_w, energy_mj; /* of a forward pass of the whole batch */
	int64_t runs;                          /* how many it is the median of; -1 when not said */
} np_import_row;

/* A whole network. */
typedef struct np_import_network {
	const char *network, *file;
	int64_t batch;
	double runtime_ms, power_w, energy_mj;
	int64_t runs;
} np_import_network;

typedef struct np_import {
	const char *format;
	const char *device, *software, *dtype; /* as the options said, else "" */
	np_import_row *rows;
	int row_count;
	np_import_network *networks;
	int network_count;
	int left_out;        /* layers or lines of the file that are no rows */
	int untimed;         /* onnxruntime: layers of the network that cost time, but none of the kernels is called by them */
	const char **issues; /* "FILE: what, and why": the first 1000 of what was left out */
	int issue_count;
	void *memory;
} np_import;

/*
 * Reads a file ("-" is standard input). NP_ERR_DATA when nothing in it is a row, or when the network or the layer info that the
 * format needs was not given; NP_ERR_SYNTAX with the place when it is not of the format.
 */
NP_API np_status np_import_load(const char *path, const np_import_options *options, np_import **import,
                                np_error *err) NP_MUST_CHECK;
NP_API void np_import_free(np_import *import);

/* A data set of the layers, as CSV; free() the terminated text. */
NP_API np_status np_import_write_layers(const np_import *import, char **text, size_t *size, np_error *err) NP_MUST_CHECK;
/* The same of whole networks; a header alone when the file says nothing of one. */
NP_API np_status np_import_write_networks(const np_import *import, char **text, size_t *size, np_error *err) NP_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
