/* See record.h. */
#define _GNU_SOURCE
#include "measure/record.h"

#include "text/csv.h"
#include "text/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

typedef enum column_type {
	TEXT,  /* const char * */
	CHARS, /* char[] */
	COUNT, /* int64_t */
	SIZE,  /* int64_t, 0 says nothing */
	SMALL, /* int, 0 says nothing */
	REAL,  /* double */
	BITS,  /* unsigned, in hexadecimal */
} column_type;

typedef struct column {
	const char *name;
	column_type type;
	size_t offset;
} column;

struct np_record_columns {
	const column *columns;
	int count;
};

#define AT(type, name, field)                          \
	{                                              \
		name, type, offsetof(np_record, field) \
	}
#define CONFIG(name) AT(COUNT, #name, config.name)

/* How it came about: the same for layers and networks. */
#define EXECUTION                                                                                                    \
	AT(CHARS, "backend", job.backend), AT(CHARS, "algo", job.algo), AT(CHARS, "layout", job.layout),             \
	        AT(CHARS, "notes", job.notes), AT(SIZE, "workspace", job.workspace_bytes),                           \
	        AT(SIZE, "footprint", job.footprint_bytes), AT(SMALL, "graph_k", job.graph_k),                       \
	        AT(SMALL, "buffer_sets", job.buffer_sets), AT(TEXT, "cache", job.cache), AT(TEXT, "data", job.data), \
	        AT(COUNT, "threads", threads)
#define STATISTICS                                                                                              \
	AT(REAL, "t_p10_us", p10_us), AT(REAL, "t_p90_us", p90_us), AT(REAL, "t_iqr_pct", iqr_pct),             \
	        AT(REAL, "t_ci95_pct", ci95_pct), AT(COUNT, "n_batches", batches), AT(COUNT, "n_calls", calls), \
	        AT(REAL, "t_cpu_us", cpu_us), AT(REAL, "lat_us", latency_us)
#define METER                                                                                                          \
	AT(TEXT, "power_src", power_source), AT(REAL, "power_sd_w", power_sd_w), AT(COUNT, "n_ticks", ticks),          \
	        AT(REAL, "window_s", window_s), AT(REAL, "settle_s", settle_s), AT(REAL, "power_inst_w", power_now_w), \
	        AT(REAL, "power_avg_w", power_slow_w), AT(REAL, "idle_w", idle_w)
#define STATE                                                                                                                 \
	AT(REAL, "sm_mhz_start", start.sm_mhz), AT(REAL, "sm_mhz_end", end.sm_mhz), AT(REAL, "mem_mhz", end.mem_mhz),         \
	        AT(REAL, "temp_c_start", start.temp_c), AT(REAL, "temp_c_end", end.temp_c), AT(BITS, "reasons", end.reasons), \
	        AT(REAL, "util_pct", end.util_pct)
#define RESULT AT(REAL, "runtime_ms", runtime_ms), AT(REAL, "power_w", power_w), AT(REAL, "energy_mj", energy_mj)

static const column LAYER[] = {AT(TEXT, "layer", layer),
                               AT(TEXT, "layer_type", layer_type),
                               AT(TEXT, "device", device),
                               AT(TEXT, "software", software),
                               AT(TEXT, "dtype", dtype),
                               AT(TEXT, "network", network),
                               AT(COUNT, "pass", pass),
                               AT(COUNT, "seq", sequence),
                               AT(CHARS, "utc", utc),
                               CONFIG(batch),
                               CONFIG(in_c),
                               CONFIG(in_h),
                               CONFIG(in_w),
                               CONFIG(out_c),
                               CONFIG(out_h),
                               CONFIG(out_w),
                               CONFIG(kernel_h),
                               CONFIG(kernel_w),
                               CONFIG(stride_h),
                               CONFIG(stride_w),
                               CONFIG(pad_h),
                               CONFIG(pad_w),
                               CONFIG(dilation_h),
                               CONFIG(dilation_w),
                               CONFIG(groups),
                               CONFIG(inputs),
                               RESULT,
                               AT(TEXT, "flags", flags),
                               EXECUTION,
                               STATISTICS,
                               METER,
                               STATE};

static const column NETWORK[] = {AT(TEXT, "network", network),
                                 AT(TEXT, "file", file),
                                 AT(TEXT, "device", device),
                                 AT(TEXT, "software", software),
                                 AT(TEXT, "dtype", dtype),
                                 AT(COUNT, "batch", batch),
                                 AT(COUNT, "pass", pass),
                                 AT(COUNT, "seq", sequence),
                                 AT(CHARS, "utc", utc),
                                 RESULT,
                                 AT(REAL, "sum_of_layers_ms", sum_of_layers_ms),
                                 AT(REAL, "sum_of_layers_mj", sum_of_layers_mj),
                                 AT(TEXT, "flags", flags),
                                 EXECUTION,
                                 STATISTICS,
                                 METER,
                                 STATE};

const np_record_columns NP_LAYER_COLUMNS = {LAYER, sizeof LAYER / sizeof *LAYER};
const np_record_columns NP_NETWORK_COLUMNS = {NETWORK, sizeof NETWORK / sizeof *NETWORK};

void np_record_header(const np_record_columns *columns, np_text *out)
{
	for (int i = 0; i < columns->count; i++)
		np_csv_put(out, i == 0, columns->columns[i].name);
	np_text_puts(out, "\n");
}

static const char *write_real(double value, char text[NP_NUMBER_SIZE])
{
	return isnan(value) ? "" : np_number_format("%.*g", 7, value, text);
}

static const char *write_count(int64_t value, char text[NP_NUMBER_SIZE])
{
	snprintf(text, NP_NUMBER_SIZE, "%" PRId64, value);
	return value < 0 ? "" : text;
}

static const char *write_field(const column *c, const np_record *record, char text[NP_NUMBER_SIZE])
{
	const void *at = (const char *)record + c->offset;
	switch (c->type) {
	case TEXT:
		return *(const char *const *)at;
	case CHARS:
		return at;
	case COUNT:
		return write_count(*(const int64_t *)at, text);
	case SIZE:
		return *(const int64_t *)at ? write_count(*(const int64_t *)at, text) : "";
	case SMALL:
		return *(const int *)at ? write_count(*(const int *)at, text) : "";
	case REAL:
		return write_real(*(const double *)at, text);
	default:
		snprintf(text, NP_NUMBER_SIZE, "%x", *(const unsigned *)at);
		return text;
	}
}

void np_record_write(const np_record_columns *columns, const np_record *record, np_text *out)
{
	char text[NP_NUMBER_SIZE];
	for (int i = 0; i < columns->count; i++)
		np_csv_put(out, i == 0, write_field(&columns->columns[i], record, text));
	np_text_puts(out, "\n");
}

void np_record_fill(np_record *record, const np_device *device, const np_procedure *procedure, const np_job_facts *job,
                    const np_measurement *m)
{
	const double calls = (double)m->calls;
	record->device = device->facts.device;
	record->software = device->facts.software;
	record->dtype = device->facts.dtype;
	record->threads = device->facts.threads;
	record->job = *job;
	record->runtime_ms = 1e3 * m->runtime_s;
	record->power_w = m->power_w;
	record->energy_mj = record->power_w * record->runtime_ms;
	record->p10_us = 1e6 * m->call_s.p10;
	record->p90_us = 1e6 * m->call_s.p90;
	record->iqr_pct = 100 * m->call_s.iqr;
	record->ci95_pct = 100 * m->call_s.ci95;
	record->cpu_us = 1e6 * m->cpu_s / calls;
	record->latency_us = 1e6 * m->latency_s;
	record->batches = m->call_s.count;
	record->calls = m->calls;
	record->power_source = device->meter ? device->meter->source : "none";
	record->ticks = device->meter ? m->ticks : -1;
	record->power_sd_w = m->power_sd_w;
	record->power_now_w = m->power_now_w;
	record->power_slow_w = m->power_slow_w;
	record->window_s = m->window_s;
	record->settle_s = m->settle_s;
	record->idle_w = procedure->idle_w;
	record->start = m->start;
	record->end = m->end;
	np_record_utc(record->utc);
}

void np_record_utc(char utc[32])
{
	time_t now = time(NULL);
	struct tm parts;
	utc[0] = '\0';
	if (gmtime_r(&now, &parts))
		strftime(utc, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}
