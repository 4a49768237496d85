/* What was imported, as the data sets that measure writes too: what only measure knows stays blank. */
#include "base/error.h"
#include "measure/record.h"

#include <neuralpower/import.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static np_record blank(const np_import *import)
{
	return (np_record){
	        .device = import->device,
	        .software = import->software,
	        .layer = "",
	        .layer_type = "",
	        .network = "",
	        .file = "",
	        .flags = "",
	        .power_source = "",
	        .pass = -1,
	        .sequence = -1,
	        .threads = -1,
	        .batch = -1,
	        .batches = -1,
	        .ticks = -1,
	        .job = {.cache = "", .data = ""},
	        .sum_of_layers_ms = NAN,
	        .sum_of_layers_mj = NAN,
	        .p10_us = NAN,
	        .p90_us = NAN,
	        .iqr_pct = NAN,
	        .ci95_pct = NAN,
	        .cpu_us = NAN,
	        .latency_us = NAN,
	        .power_sd_w = NAN,
	        .window_s = NAN,
	        .settle_s = NAN,
	        .power_now_w = NAN,
	        .power_slow_w = NAN,
	        .idle_w = NAN,
	        .start = {.sm_mhz = NAN, .temp_c = NAN},
	        .end = {.sm_mhz = NAN, .mem_mhz = NAN, .temp_c = NAN, .util_pct = NAN},
	};
}

static np_status hand_over(np_text *out, char **text, size_t *size, np_error *err)
{
	*text = np_text_take(out, size);
	return *text ? NP_OK : np_fail_memory(err);
}

np_status np_import_write_layers(const np_import *import, char **text, size_t *size, np_error *err)
{
	np_text out = {0};
	np_record_header(&NP_LAYER_COLUMNS, &out);
	for (int i = 0; i < import->row_count; i++) {
		const np_import_row *row = &import->rows[i];
		np_record record = blank(import);
		record.layer = row->layer;
		record.layer_type = np_kind_name(row->config.kind);
		record.network = row->network;
		record.dtype = import->dtype[0] ? import->dtype : row->dtype;
		record.config = row->config;
		record.runtime_ms = row->runtime_ms;
		record.power_w = row->power_w;
		record.energy_mj = row->energy_mj;
		record.calls = row->runs;
		snprintf(record.job.notes, sizeof record.job.notes, "%s", row->notes);
		np_record_write(&NP_LAYER_COLUMNS, &record, &out);
	}
	return hand_over(&out, text, size, err);
}

np_status np_import_write_networks(const np_import *import, char **text, size_t *size, np_error *err)
{
	np_text out = {0};
	np_record_header(&NP_NETWORK_COLUMNS, &out);
	for (int i = 0; i < import->network_count; i++) {
		const np_import_network *row = &import->networks[i];
		np_record record = blank(import);
		record.network = row->network;
		record.file = row->file;
		record.dtype = import->dtype;
		record.batch = row->batch;
		record.runtime_ms = row->runtime_ms;
		record.power_w = row->power_w;
		record.energy_mj = row->energy_mj;
		record.calls = row->runs;
		np_record_write(&NP_NETWORK_COLUMNS, &record, &out);
	}
	return hand_over(&out, text, size, err);
}
