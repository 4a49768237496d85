/* platforms: the model cards. */
#include "report/report_degrees.h"
#include "report/table.h"
#include "report/units.h"
#include "text/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const np_platform *platform_at(const void *subjects, int i)
{
	return ((const np_platform *const *)subjects)[i];
}

/* 0 stands for unknown. */
static void put_unless_zero(np_json *json, const char *key, double value)
{
	np_json_put_double(json, key, value > 0 ? value : NAN);
}

static void put_model(np_json *json, const np_model_info *m)
{
	np_json_object(json);
	np_json_put_string(json, "type", np_kind_name(m->kind));
	np_json_put_string(json, "target", np_target_name(m->target));
	np_json_put_string(json, "method", m->method);
	if (m->features)
		np_json_put_string(json, "features", m->features);
	np_json_put_int(json, "rows", m->rows);
	np_json_put_int(json, "terms", m->terms);
	np_json_put_int(json, "degree", m->degree);
	np_json_put_double(json, "lambda", m->lambda);
	np_json_put_double(json, "in_sample_rmspe", m->in_sample_rmspe);
	np_json_put_double(json, "in_sample_rmse", m->in_sample_rmse);
	np_json_put_double(json, "cross_validated_rmspe", m->cv_rmspe);
	np_json_put_double(json, "cross_validated_rmse", m->cv_rmse);
	np_json_put_double(json, "cross_validated_mape", m->cv_mape);
	put_unless_zero(json, "interval_factor", m->interval_factor);
	put_unless_zero(json, "interval_coverage", m->cv_coverage);
	np_json_close(json);
}

static void sheet_json(np_json *json, const np_sheet *s)
{
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/sheets/1");
	np_json_put_string(json, "name", s->name);
	np_json_put_string(json, "device", s->device);
	np_json_put_string(json, "kind", s->kind);
	put_unless_zero(json, "peak_gflops", s->peak_gflops);
	put_unless_zero(json, "bandwidth_gbs", s->bandwidth_gbs);
	put_unless_zero(json, "clock_mhz", s->clock_mhz);
	put_unless_zero(json, "idle_w", s->idle_w);
	put_unless_zero(json, "limit_w", s->limit_w);
	put_unless_zero(json, "memory_gib", s->memory_gib);
	put_unless_zero(json, "year", s->year);
	put_unless_zero(json, "process_nm", s->process_nm);
	np_json_put_string(json, "note", s->note);
	np_json_put_string(json, "source", s->source);
	np_json_close(json);
}

static void platforms_json(np_json *json, const void *subjects, int i)
{
	const np_platform *platform = platform_at(subjects, i);
	np_model_info model;
	if (np_platform_sheet(platform)) {
		sheet_json(json, np_platform_sheet(platform));
		return;
	}
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/platforms/1");
	np_json_put_string(json, "name", np_platform_name(platform));
	np_json_put_string(json, "device", np_platform_device(platform));
	np_json_put_string(json, "software", np_platform_software(platform));
	np_json_put_string(json, "dtype", np_platform_dtype(platform));
	np_json_put_string(json, "source", np_platform_source(platform));
	np_json_put_bool(json, "has_power", np_platform_has_power(platform));
	np_json_put_string(json, "folds_by", np_platform_folds_by(platform));
	np_json_key(json, "models");
	np_json_array(json);
	for (int k = 0; np_platform_model(platform, k, &model); k++)
		put_model(json, &model);
	np_json_close(json);
	np_report_put_degrees(json, platform);
	np_json_close(json);
}

static void platforms_csv(np_text *out, const void *subjects, int i)
{
	const np_platform *platform = platform_at(subjects, i);
	np_model_info m;
	for (int k = 0; np_platform_model(platform, k, &m); k++) {
		np_csv_text(out, np_platform_name(platform));
		np_text_printf(out, ",%s,%s,", np_kind_name(m.kind), np_target_name(m.target));
		np_csv_text(out, m.method);
		np_text_printf(out, ",%d,%d,%d,", m.rows, m.terms, m.degree);
		const double errors[] = {m.in_sample_rmspe, m.in_sample_rmse, m.cv_rmspe, m.cv_rmse, m.cv_mape};
		for (int e = 0; e < 5; e++) {
			np_csv_number(out, errors[e], true);
			np_text_puts(out, e < 4 ? "," : "\n");
		}
	}
}

static void put_model_row(np_text *out, const np_model_info *m)
{
	char a[NP_UNIT_TEXT], b[NP_UNIT_TEXT], c[NP_UNIT_TEXT], terms[16] = "-"; /* a product has none */
	if (m->target != NP_ENERGY)
		snprintf(terms, sizeof terms, "%d", m->terms);
	np_put_plain(out, "  %-13s %-10s %-8.12s %6d %6s   %9s %9s %9s", np_kind_name(m->kind), np_target_name(m->target),
	             m->method, m->rows, terms, np_unit_percent(m->in_sample_rmspe, a), np_unit_percent(m->cv_rmspe, b),
	             np_unit_percent(m->cv_mape, c));
	np_text_puts(out, "\n");
}

static void put_card(np_text *out, const np_platform *platform, const np_report_options *options)
{
	np_model_info m;
	np_bold_on(out, options);
	np_put_plain(out, "%s", np_platform_name(platform));
	np_bold_off(out, options);
	np_text_puts(out, "\n");
	np_put_plain(out, "%s; %s, %s", np_platform_device(platform), np_platform_software(platform),
	             np_platform_dtype(platform));
	np_text_puts(out, "\n");
	np_put_plain(out, "%s", np_platform_source(platform));
	np_text_puts(out, np_platform_source(platform)[0] ? "\n\n" : "\n");
	np_text_printf(out, "  %-13s %-10s %-8s %6s %6s   %9s %9s %9s\n", "", "", "", "", "", "in-sample", "held-out",
	               "held-out");
	np_text_printf(out, "  %-13s %-10s %-8s %6s %6s   %9s %9s %9s\n", "type", "target", "method", "rows", "terms", "RMSPE",
	               "RMSPE", "MAPE");
	for (int k = 0; np_platform_model(platform, k, &m); k++)
		put_model_row(out, &m);
	if (strcmp(np_platform_folds_by(platform), "row") == 0)
		return;
	np_put_plain(out, "  Held out with all rows of the same %s.", np_platform_folds_by(platform));
	np_text_puts(out, "\n");
}

enum { SHEET_NAME = 18, SHEET_PEAK = 9, SHEET_BANDWIDTH = 8, SHEET_LIMIT = 9, SHEET_YEAR = 6 };
enum { SHEET_FIXED = SHEET_NAME + SHEET_PEAK + SHEET_BANDWIDTH + SHEET_LIMIT + SHEET_YEAR + 1, NARROWEST_DEVICE = 8 };

static void put_figure(np_text *out, const np_report_options *options, double value, int width)
{
	char text[NP_UNIT_TEXT] = "-";
	if (value > 0)
		snprintf(text, sizeof text, "%.4g", value);
	np_cell_right(out, options, text, width);
}

static int device_width(const np_report_options *options)
{
	int width = options->width - SHEET_FIXED;
	return width < NARROWEST_DEVICE ? NARROWEST_DEVICE : width;
}

static void put_sheet_row(np_text *out, const np_sheet *s, const np_report_options *options)
{
	np_cell_left(out, options, s->name, SHEET_NAME);
	put_figure(out, options, s->peak_gflops / 1000, SHEET_PEAK);
	put_figure(out, options, s->bandwidth_gbs, SHEET_BANDWIDTH);
	put_figure(out, options, s->limit_w, SHEET_LIMIT);
	put_figure(out, options, s->year, SHEET_YEAR);
	np_text_puts(out, " ");
	int width = device_width(options), used = np_utf8_columns(s->device);
	np_cell_left(out, options, s->device, used < width ? used : width);
	np_text_puts(out, "\n");
}

static void put_sheet_header(np_text *out, const np_report_options *options)
{
	np_text_puts(out, "Data sheets, for --method roofline and --method paleo:\n\n");
	np_bold_on(out, options);
	np_cell_left(out, options, "name", SHEET_NAME);
	np_text_printf(out, "%*s%*s%*s%*s device", SHEET_PEAK, "TFLOP/s", SHEET_BANDWIDTH, "GB/s", SHEET_LIMIT, "limit W",
	               SHEET_YEAR, "year");
	np_bold_off(out, options);
	np_text_puts(out, "\n");
}

static void platforms_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	int cards = 0, sheets = 0;
	for (int i = 0; i < count; i++) {
		if (np_platform_sheet(platform_at(subjects, i)))
			continue;
		if (cards++)
			np_text_puts(out, "\n");
		put_card(out, platform_at(subjects, i), options);
	}
	if (cards)
		np_text_puts(out, "\nHeld-out errors are of ten-fold cross-validation: every row predicted by models that "
		                  "never saw it.\n");
	for (int i = 0; i < count; i++) {
		if (!np_platform_sheet(platform_at(subjects, i)))
			continue;
		if (!sheets++) {
			np_text_puts(out, cards ? "\n" : "");
			put_sheet_header(out, options);
		}
		put_sheet_row(out, np_platform_sheet(platform_at(subjects, i)), options);
	}
	if (!count)
		np_text_puts(out, "no platforms were found\n");
}

np_status np_report_platforms(const np_platform *const *platforms, int count, const np_report_options *options, char **text,
                              size_t *size, np_error *err)
{
	static const np_report_kind PLATFORMS = {
	        .table = platforms_table,
	        .json = platforms_json,
	        .csv_header = "platform,type,target,method,rows,terms,degree,in_sample_rmspe,in_sample_rmse,"
	                      "cross_validated_rmspe,cross_validated_rmse,cross_validated_mape",
	        .csv = platforms_csv,
	};
	return np_report_write(&PLATFORMS, platforms, count, options, text, size, err);
}
