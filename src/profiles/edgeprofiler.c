/*
 * Tables of EdgeProfiler (fuzzylabs/edge-vision-power-estimation): power_runtime_mapping_layerwise.csv, a row per layer and
 * inference, whose layers are told by trt_engine_info.json; and its training data, a row per layer with its sizes.
 */
#define _GNU_SOURCE
#include "base/error.h"
#include "profiles/profiles.h"
#include "text/csv.h"
#include "text/number.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const double W_PER_UW = 1e-6;

typedef struct line {
	const char *name, *micro_watts; /* a text: below 0 where idle power was taken off too much */
	double run_time, runtime, power;
	int64_t batch, inputs, outputs, in[3], out[3], kernel[2], padding[2], stride[2];
} line;

#define COUNT(name, field)                                  \
	{                                                   \
		name, NP_FIELD_COUNT, offsetof(line, field) \
	}
static const np_field FIELDS[] = {
        {"layer_name", NP_FIELD_TEXT, offsetof(line, name)},
        {"layer_power_including_idle_power_micro_watt", NP_FIELD_TEXT, offsetof(line, micro_watts)},
        {"layer_run_time", NP_FIELD_MEASURE, offsetof(line, run_time)},
        {"runtime", NP_FIELD_MEASURE, offsetof(line, runtime)},
        {"power", NP_FIELD_MEASURE, offsetof(line, power)},
        COUNT("batch_size", batch),
        COUNT("input_size", inputs),
        COUNT("output_size", outputs),
        COUNT("input_size_0", in[0]),
        COUNT("input_size_1", in[1]),
        COUNT("input_size_2", in[2]),
        COUNT("output_size_0", out[0]),
        COUNT("output_size_1", out[1]),
        COUNT("output_size_2", out[2]),
        COUNT("kernel_0", kernel[0]),
        COUNT("kernel_1", kernel[1]),
        COUNT("padding_0", padding[0]),
        COUNT("padding_1", padding[1]),
        COUNT("stride_0", stride[0]),
        COUNT("stride_1", stride[1]),
};
#undef COUNT

typedef struct reading {
	np_profile *profile;
	np_columns columns;
	bool has_header, by_cycle;
	np_samples samples;
	np_engine *engine;
} reading;

/* ---- a row per layer and inference ---- */

static np_status take_cycle(reading *r, const line *l, np_error *err)
{
	double micro_watts;
	np_sample sample = {.runtime_ms = l->run_time, .power_w = NAN};
	if (np_number_read(l->micro_watts, &micro_watts) && micro_watts > 0)
		sample.power_w = W_PER_UW * micro_watts;
	if (isnan(l->run_time))
		return NP_OK; /* this inference has no time of it, others may */
	NP_TRY(np_profile_keep(r->profile, l->name, &sample.name, err));
	return np_samples_add(&r->samples, sample, err);
}

static np_status take_timing(void *context, const np_timing *timing, np_error *err)
{
	reading *r = context;
	char reason[256];
	np_import_row row = {.layer = timing->name,
	                     .runtime_ms = timing->runtime_ms,
	                     .power_w = timing->power_w,
	                     .energy_mj = NAN,
	                     .runs = timing->runs};
	if (!np_engine_find(r->engine, timing->name, &row, reason, sizeof reason))
		return np_profile_leave_out(r->profile, err, "layer '%s': %s", timing->name, reason);
	return np_profile_add_row(r->profile, &row, err);
}

/* ---- training data ---- */

/* The sum of both sides; an odd one has the one cell more at the far end, as data sets do. */
static int64_t one_side(int64_t both)
{
	return both == NP_BLANK ? NP_BLANK : both / 2;
}

static bool has(const char *name, const char *word)
{
	return strcasestr(name, word) != NULL;
}

static const char *say_window(const line *l, np_raw_row *raw)
{
	raw->in_c = l->in[0];
	raw->in_h = l->in[1];
	raw->in_w = l->in[2];
	raw->out_c = l->out[0];
	raw->out_h = l->out[1];
	raw->out_w = l->out[2];
	raw->kernel_h = l->kernel[0];
	raw->kernel_w = l->kernel[1];
	raw->stride_h = l->stride[0];
	raw->stride_w = l->stride[1];
	raw->pad_h = one_side(l->padding[0]);
	raw->pad_w = one_side(l->padding[1]);
	if (l->padding[0] != NP_BLANK) {
		/* Groups are not in it. As many channels out as in is how depthwise convolutions look, and some others. */
		raw->layer_type = "conv";
		return raw->in_c == raw->out_c && raw->in_c > 1 && raw->kernel_h > 1
		               ? "it may be a depthwise convolution, the table does not say: use the layers and "
		                 "trt_engine_info.json"
		               : NULL;
	}
	raw->layer_type = has(l->name, "max") ? "maxpool" : has(l->name, "av") || has(l->name, "mean") ? "avgpool" : "";
	return raw->layer_type[0] ? NULL : "its name does not say whether it is a maximum or an average";
}

/* Sizes of the whole batch. TensorRT's convolutions of 1 x 1 are told as dense too, and their sizes as one number. */
static const char *say_dense(const line *l, np_raw_row *raw)
{
	if (has(l->name, "conv"))
		return "a convolution told as a dense layer: its sizes are not in the table";
	if (l->batch < 1 || l->inputs % l->batch || l->outputs % l->batch)
		return "its sizes are no multiple of the batch";
	raw->layer_type = "fc";
	raw->in_c = l->inputs / l->batch;
	raw->out_c = l->outputs / l->batch;
	return NULL;
}

static np_status take_layer(reading *r, const line *l, int number, np_error *err)
{
	char reason[256];
	np_raw_row raw = np_profile_blank();
	np_import_row row = {
	        .layer = l->name, .runtime_ms = l->runtime, .power_w = W_PER_UW * l->power, .energy_mj = NAN, .runs = -1};
	raw.batch = l->batch;
	const char *refused = l->in[0] == NP_BLANK ? say_dense(l, &raw) : say_window(l, &raw);
	if (!refused && !np_row_check_config(&raw, &row.config, reason, sizeof reason))
		refused = reason;
	if (refused)
		return np_profile_leave_out(r->profile, err, "line %d, layer '%s': %s", number, l->name, refused);
	return np_profile_add_row(r->profile, &row, err);
}

/* ---- the file ---- */

static np_status take_row(void *context, const np_csv_row *row, np_error *err)
{
	reading *r = context;
	char reason[256];
	line l;
	if (!r->has_header) {
		r->has_header = true;
		NP_TRY(np_columns_read(&r->columns, FIELDS, sizeof FIELDS / sizeof *FIELDS, row, err));
		r->by_cycle = np_columns_have(&r->columns, "layer_run_time");
		if (!np_columns_have(&r->columns, "layer_name") || (!r->by_cycle && !np_columns_have(&r->columns, "runtime")))
			return np_fail_at(err, NP_ERR_DATA, row->line, 1, "columns layer_name and runtime were expected");
		return NP_OK;
	}
	if (!np_columns_fill(&r->columns, row, &l, reason, sizeof reason))
		return np_profile_leave_out(r->profile, err, "line %d: %s", row->line, reason);
	return r->by_cycle ? take_cycle(r, &l, err) : take_layer(r, &l, row->line, err);
}

static np_status read_rows(reading *r, np_error *err)
{
	np_csv_reader *csv;
	NP_TRY(np_csv_reader_create(take_row, r, &csv, err));
	np_status status = np_csv_reader_feed(csv, r->profile->text, r->profile->size, err);
	if (status == NP_OK)
		status = np_csv_reader_finish(csv, err);
	np_csv_reader_free(csv);
	return status;
}

static np_status take_cycles(reading *r, np_error *err)
{
	const char *layer_info = r->profile->options->layer_info;
	if (!layer_info)
		return np_fail(err, NP_ERR_DATA,
		               "this table names layers only: trt_engine_info.json, as layer info, is needed too");
	NP_TRY(np_engine_load(layer_info, &r->engine, err));
	np_status status = np_samples_each(&r->samples, true, take_timing, r, err);
	np_engine_free(r->engine);
	return status;
}

np_status np_read_edgeprofiler(np_profile *profile, np_error *err)
{
	reading r = {.profile = profile};
	np_status status = read_rows(&r, err);
	if (status == NP_OK && r.by_cycle)
		status = take_cycles(&r, err);
	np_samples_free(&r.samples);
	return status;
}
