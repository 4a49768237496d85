/*
 * Measured layers, read from CSV files (RFC 4180, columns by name; see the documentation of the data set format).
 *
 * Ownership: free with np_dataset_free(); rows and texts are borrowed until then.
 */
#ifndef NEURALPOWER_DATASET_H
#define NEURALPOWER_DATASET_H

#include <neuralpower/layer_config.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What can be measured and predicted, and the name of its column. */
#define NP_TARGET_MAP(X)            \
	X(NP_RUNTIME, "runtime_ms") \
	X(NP_POWER, "power_w")      \
	X(NP_ENERGY, "energy_mj")

typedef enum np_target {
#define NP_TARGET_ENUM(name, text) name,
	NP_TARGET_MAP(NP_TARGET_ENUM)
#undef NP_TARGET_ENUM
	        NP_TARGET_COUNT
} np_target;

NP_API const char *np_target_name(np_target target);

/* One measured layer configuration. A value that was not measured has has[target] = false; its number means nothing. */
typedef struct np_row {
	np_layer_config config;
	double value[NP_TARGET_COUNT]; /* ms, W, mJ per forward pass of the whole batch */
	bool has[NP_TARGET_COUNT];
	const char *network; /* the network the row was measured for, "" when none is said: rows of one group */
	const char *run;     /* which measurement of that network, "" when not said */
	int64_t pass;        /* of rows that were measured several times, 0 when not said; merged rows have the first's */
	bool contended;      /* others used the device meanwhile, by the column `flags` */
	int file, line;      /* where it came from */
} np_row;

typedef struct np_dataset np_dataset;

/* Facts about one of the files a data set was read from. */
typedef struct np_dataset_file {
	const char *path;
	int rows, rejected;
	int other_devices; /* rows passed over because their device does not match */
	int flagged;       /* rows passed over because measuring them went wrong, by their column `flags` */
	int repeats;       /* rows merged into an earlier pass's: each target is the median over the passes */
	char sha256[65];   /* of the file's bytes as they are on disk */
} np_dataset_file;

/*
 * Reads one or more CSV files (.gz too). A row that cannot be used is left out and reported as an issue; a file without
 * the needed columns, or with no usable row, is an error. `device` (may be NULL) keeps only rows whose device column
 * contains that text. Rows that say which pass of a campaign they belong to are merged, layer by layer.
 */
NP_API np_status np_dataset_load(const char *const *paths, int path_count, const char *device, np_dataset **dataset,
                                 np_error *err) NP_MUST_CHECK;
NP_API void np_dataset_free(np_dataset *dataset);

NP_API int np_dataset_row_count(const np_dataset *dataset);
/* Rows are contiguous: row i + 1 follows row i in memory. NULL when out of range. */
NP_API const np_row *np_dataset_row(const np_dataset *dataset, int index);
NP_API int np_dataset_file_count(const np_dataset *dataset);
NP_API const np_dataset_file *np_dataset_file_info(const np_dataset *dataset, int index);
/* Device, software and dtype when all rows agree, else a list joined by " + "; "" when not said. */
NP_API const char *np_dataset_device(const np_dataset *dataset);
NP_API const char *np_dataset_software(const np_dataset *dataset);
NP_API const char *np_dataset_dtype(const np_dataset *dataset);
/* "FILE:line: what was wrong", one per row left out (at most 1000 are kept; the counts per file are complete). */
NP_API int np_dataset_issue_count(const np_dataset *dataset);
NP_API const char *np_dataset_issue(const np_dataset *dataset, int index);

/* ---- whole networks ---- */

/* One whole network that was measured. */
typedef struct np_network_row {
	const char *network, *file; /* its name; its file where one is named, else "" */
	const char *device, *software, *dtype, *run;
	int64_t batch;
	double value[NP_TARGET_COUNT]; /* ms, W, mJ per forward pass of the whole batch */
	bool has[NP_TARGET_COUNT];
	double sum_of_layers_ms, sum_of_layers_mj; /* of its layers measured alone; NAN = not said */
	int line;
} np_network_row;

typedef struct np_network_rows np_network_rows;

/* Reads a CSV file of whole networks (.gz too); rows that cannot be used are issues, as in np_dataset_load(). */
NP_API np_status np_network_rows_load(const char *path, const char *device, np_network_rows **rows,
                                      np_error *err) NP_MUST_CHECK;
NP_API void np_network_rows_free(np_network_rows *rows);
NP_API const char *np_network_rows_path(const np_network_rows *rows);
NP_API int np_network_rows_count(const np_network_rows *rows);
NP_API const np_network_row *np_network_rows_row(const np_network_rows *rows, int index); /* NULL when out of range */
NP_API int np_network_rows_issue_count(const np_network_rows *rows);
NP_API const char *np_network_rows_issue(const np_network_rows *rows, int index);

#ifdef __cplusplus
}
#endif
#endif
