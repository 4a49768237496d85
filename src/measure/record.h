/* A row of what was measured, and the columns of the files it goes to: one table a file. */
#ifndef NP_MEASURE_RECORD_H
#define NP_MEASURE_RECORD_H

#include "measure/procedure.h"

/* Everything a row can say. Texts "" or NULL, numbers NAN and counts below 0 are left blank. */
typedef struct np_record {
	/* what was measured */
	const char *layer, *layer_type, *network, *file;
	const char *device, *software, *dtype;
	np_layer_config config;
	int64_t pass, sequence, threads, batch;
	char utc[32];
	/* the result, in the units of data sets */
	double runtime_ms, power_w, energy_mj;
	double sum_of_layers_ms, sum_of_layers_mj; /* of a network's layers measured alone */
	const char *flags, *power_source;
	/* how it came about */
	np_job_facts job;
	double p10_us, p90_us, iqr_pct, ci95_pct, cpu_us, latency_us;
	int64_t batches, calls, ticks;
	double power_sd_w, window_s, settle_s, power_now_w, power_slow_w, idle_w;
	np_device_state start, end;
} np_record;

/* Everything that follows from a device and a measurement on it; the rest is to be filled in. */
void np_record_fill(np_record *record, const np_device *device, const np_procedure *procedure, const np_job_facts *job,
                    const np_measurement *measurement);

typedef struct np_record_columns np_record_columns;
extern const np_record_columns NP_LAYER_COLUMNS, NP_NETWORK_COLUMNS;

/* The line of column names, and a row; both with their line break. */
void np_record_header(const np_record_columns *columns, np_text *out);
void np_record_write(const np_record_columns *columns, const np_record *record, np_text *out);

/* The time of day in UTC, "2026-01-31T12:00:00Z". */
void np_record_utc(char utc[32]);

#endif
