/* evaluate: predictions beside measurements. Fractions in JSON and CSV, percent in tables. */
#include "report/report_impl.h"
#include "report/table.h"
#include "report/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const np_evaluation *evaluation_at(const void *subjects, int i)
{
	return ((const np_evaluation *const *)subjects)[i];
}

/* ---- JSON ---- */

static void put_whole(np_json *json, const char *key, int value)
{
	np_json_key(json, key);
	if (value < 0)
		np_json_null(json);
	else
		np_json_int(json, value);
}

static void put_accuracy(np_json *json, const np_accuracy *a)
{
	np_json_put_double(json, "rmspe", a->rmspe);
	np_json_put_double(json, "rmse", a->rmse);
	np_json_put_double(json, "mape", a->mape);
	np_json_put_double(json, "median_ape", a->median_ape);
	np_json_put_double(json, "within_10pct", a->within_10pct);
}

static void put_points(np_json *json, const np_points *points)
{
	np_json_key(json, "points");
	np_json_object(json);
	np_json_key(json, "line");
	np_json_array_compact(json);
	for (int i = 0; i < points->count; i++)
		np_json_int(json, points->line[i]);
	np_json_close(json);
	np_json_key(json, "predicted");
	np_json_doubles(json, points->predicted, points->count);
	np_json_key(json, "actual");
	np_json_doubles(json, points->actual, points->count);
	np_json_close(json);
}

static void put_layer(np_json *json, const np_layer_score *s, bool full)
{
	np_json_object(json);
	np_json_put_string(json, "type", s->type);
	np_json_put_string(json, "target", s->target);
	np_json_put_int(json, "rows", s->accuracy.rows);
	put_whole(json, "model_size", s->model_size);
	put_whole(json, "degree", s->degree);
	put_accuracy(json, &s->accuracy);
	np_json_put_double(json, "interval_coverage", s->interval_coverage);
	np_json_put_double(json, "in_sample_rmspe", s->in_sample_rmspe);
	np_json_put_double(json, "cross_validated_rmspe", s->cv_rmspe);
	np_json_put_int(json, "out_of_range_rows", s->out_of_range_rows);
	if (full)
		put_points(json, &s->points);
	np_json_close(json);
}

static void put_network(np_json *json, const np_network_score *s)
{
	np_json_object(json);
	np_json_put_string(json, "network", s->network);
	np_json_put_int(json, "batch", s->batch);
	np_json_put_string(json, "target", np_target_name(s->target));
	np_json_put_double(json, "predicted", s->predicted);
	np_json_put_double(json, "actual", s->actual);
	np_json_put_double(json, "sum_of_layers", s->sum_of_layers);
	np_json_put_double(json, "error", s->error);
	np_json_key(json, "interval");
	if (isnan(s->low))
		np_json_null(json);
	else
		np_json_doubles(json, (double[]){s->low, s->high}, 2);
	np_json_close(json);
}

static void put_summary(np_json *json, const np_target_summary *s)
{
	np_json_object(json);
	np_json_put_string(json, "target", s->target);
	np_json_put_int(json, "rows", s->accuracy.rows);
	put_accuracy(json, &s->accuracy);
	np_json_put_double(json, "accuracy", 1 - s->accuracy.rmspe);
	np_json_put_double(json, "interval_coverage", s->interval_coverage);
	np_json_close(json);
}

static void put_evaluation(np_json *json, const np_evaluation *e, bool full)
{
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/evaluate/1");
	if (e->platform)
		np_report_platform(json, e->platform);
	else
		np_json_put_string(json, "platform", NULL);
	np_json_put_string(json, "data", e->data);
	np_json_key(json, "layers");
	np_json_array(json);
	for (int k = 0; k < e->layer_count; k++)
		put_layer(json, &e->layers[k], full);
	np_json_close(json);
	np_json_key(json, "networks");
	np_json_array(json);
	for (int k = 0; k < e->network_count; k++)
		put_network(json, &e->networks[k]);
	np_json_close(json);
	np_json_key(json, "summary");
	np_json_array(json);
	for (int k = 0; k < e->summary_count; k++)
		put_summary(json, &e->summary[k]);
	np_json_close(json);
	np_json_close(json);
}

static void evaluate_json(np_json *json, const void *subjects, int i)
{
	put_evaluation(json, evaluation_at(subjects, i), false);
}

static void evaluate_json_full(np_json *json, const void *subjects, int i)
{
	put_evaluation(json, evaluation_at(subjects, i), true);
}

/* ---- CSV: a row per network and target, or per type and target ---- */

static void csv_start(np_text *out, const np_evaluation *e, const char *name, int64_t batch, const char *target)
{
	np_csv_text(out, e->platform ? np_platform_name(e->platform) : "");
	np_text_puts(out, ",");
	np_csv_text(out, name);
	np_text_puts(out, ",");
	if (batch)
		np_text_printf(out, "%" PRId64, batch);
	np_text_puts(out, ",");
	np_csv_text(out, target);
}

static void csv_numbers(np_text *out, const double *values, int count)
{
	for (int i = 0; i < count; i++) {
		np_text_puts(out, ",");
		np_csv_number(out, values[i], !isnan(values[i]));
	}
	np_text_puts(out, "\n");
}

static void evaluate_csv(np_text *out, const void *subjects, int i)
{
	const np_evaluation *e = evaluation_at(subjects, i);
	for (int k = 0; k < e->layer_count; k++) {
		const np_layer_score *s = &e->layers[k];
		const np_accuracy *a = &s->accuracy;
		const double values[] = {NAN,
		                         NAN,
		                         NAN,
		                         NAN,
		                         a->rows,
		                         a->rmspe,
		                         a->rmse,
		                         a->mape,
		                         a->median_ape,
		                         a->within_10pct,
		                         s->interval_coverage,
		                         s->out_of_range_rows,
		                         s->in_sample_rmspe,
		                         s->cv_rmspe};
		csv_start(out, e, s->type, 0, s->target);
		csv_numbers(out, values, 14);
	}
	for (int k = 0; k < e->network_count; k++) {
		const np_network_score *s = &e->networks[k];
		const double values[] = {
		        s->predicted, s->actual, s->sum_of_layers, s->error, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
		csv_start(out, e, s->network, s->batch, np_target_name(s->target));
		csv_numbers(out, values, 14);
	}
}

/* ---- table ---- */

static void put_percent(np_text *out, double fraction)
{
	char text[NP_UNIT_TEXT];
	np_text_printf(out, " %9s", isnan(fraction) ? "-" : np_unit_percent(fraction, text));
}

static void put_accuracy_row(np_text *out, const np_accuracy *a)
{
	np_text_printf(out, " %7d", a->rows);
	put_percent(out, a->rmspe);
	put_percent(out, a->mape);
	put_percent(out, a->median_ape);
	put_percent(out, a->within_10pct);
}

static void put_layers(np_text *out, const np_evaluation *e, const np_report_options *options)
{
	if (!e->layer_count)
		return;
	np_bold_on(out, options);
	np_text_printf(out, "%-13s %-10s %7s %9s %9s %9s %9s %9s", "type", "target", "rows", "RMSPE", "MAPE", "median",
	               "within", "in");
	np_text_printf(out, "\n%-13s %-10s %7s %9s %9s %9s %9s %9s", "", "", "", "", "", "APE", "10 %", "interval");
	np_bold_off(out, options);
	np_text_puts(out, "\n");
	for (int k = 0; k < e->layer_count; k++) {
		np_cell_left(out, options, e->layers[k].type, 13);
		np_text_puts(out, " ");
		np_cell_left(out, options, e->layers[k].target, 10);
		put_accuracy_row(out, &e->layers[k].accuracy);
		put_percent(out, e->layers[k].interval_coverage);
		np_text_puts(out, "\n");
	}
	np_text_puts(out, "\n");
}

/* The platform's own words beside what these rows say. */
static void put_side_by_side(np_text *out, const np_evaluation *e, const np_report_options *options)
{
	if (!e->layer_count || !e->platform)
		return;
	np_bold_on(out, options);
	np_text_printf(out, "%-13s %-10s %7s %7s   %9s %9s %10s", "RMSPE", "target", "terms", "degree", "in-sample", "held-out",
	               "these rows");
	np_bold_off(out, options);
	np_text_puts(out, "\n");
	for (int k = 0; k < e->layer_count; k++) {
		const np_layer_score *s = &e->layers[k];
		char size[16] = "-", degree[16] = "-";
		if (s->model_size >= 0)
			snprintf(size, sizeof size, "%d", s->model_size), snprintf(degree, sizeof degree, "%d", s->degree);
		np_cell_left(out, options, s->type, 13);
		np_text_puts(out, " ");
		np_cell_left(out, options, s->target, 10);
		np_text_printf(out, " %7s %7s  ", size, degree);
		put_percent(out, s->in_sample_rmspe);
		put_percent(out, s->cv_rmspe);
		np_text_puts(out, " ");
		put_percent(out, s->accuracy.rmspe);
		np_text_puts(out, "\n");
	}
	np_text_printf(out, "held out by %s when the platform was learned\n\n", np_platform_folds_by(e->platform));
}

static const char *write_value(np_target target, double value, char *text)
{
	static const char *(*const FORMATS[NP_TARGET_COUNT])(double, char *) = {np_unit_time, np_unit_power, np_unit_energy};
	return isnan(value) ? "-" : FORMATS[target](value, text);
}

static void put_networks(np_text *out, const np_evaluation *e, const np_report_options *options)
{
	if (!e->network_count)
		return;
	np_bold_on(out, options);
	np_text_printf(out, "%-18s %6s %-10s %10s %10s %9s %11s", "network", "batch", "target", "predicted", "measured",
	               "error", "layers' sum");
	np_bold_off(out, options);
	np_text_puts(out, "\n");
	for (int k = 0; k < e->network_count; k++) {
		const np_network_score *s = &e->networks[k];
		char a[NP_UNIT_TEXT], b[NP_UNIT_TEXT], c[NP_UNIT_TEXT];
		np_cell_left(out, options, s->network, 18);
		np_text_printf(out, " %6" PRId64 " %-10s %10s %10s %+8.1f%% %11s\n", s->batch, np_target_name(s->target),
		               write_value(s->target, s->predicted, a), write_value(s->target, s->actual, b), 100 * s->error,
		               write_value(s->target, s->sum_of_layers, c));
	}
	np_text_puts(out, "\n");
}

static void put_summaries(np_text *out, const np_evaluation *e, const np_report_options *options)
{
	for (int k = 0; k < e->summary_count; k++) {
		np_cell_left(out, options, k ? "" : e->network_count ? "all networks" : "all rows", 13);
		np_text_puts(out, " ");
		np_cell_left(out, options, e->summary[k].target, 10);
		put_accuracy_row(out, &e->summary[k].accuracy);
		put_percent(out, e->summary[k].interval_coverage);
		np_text_puts(out, "\n");
	}
}

static void evaluate_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	for (int i = 0; i < count; i++) {
		const np_evaluation *e = evaluation_at(subjects, i);
		if (i)
			np_text_puts(out, "\n");
		if (e->platform)
			np_put_plain(out, "%s against %s", np_platform_name(e->platform), e->data);
		else
			np_put_plain(out, "%s", e->data);
		np_text_puts(out, "\n\n");
		put_layers(out, e, options);
		put_side_by_side(out, e, options);
		put_networks(out, e, options);
		put_summaries(out, e, options);
	}
}

/* ---- page ---- */

static void page_title(np_text *out, const void *subjects, int i)
{
	const np_evaluation *e = evaluation_at(subjects, i);
	if (e->platform)
		np_text_printf(out, "%s against ", np_platform_name(e->platform));
	np_text_puts(out, e->data);
}

static void page_intro(np_text *out, const void *subjects, int i)
{
	const np_evaluation *e = evaluation_at(subjects, i);
	char rmspe[NP_UNIT_TEXT], mape[NP_UNIT_TEXT], within[NP_UNIT_TEXT];
	for (int k = 0; k < e->summary_count; k++) {
		const np_accuracy *a = &e->summary[k].accuracy;
		np_text_printf(out, "%s%s over %d %s: RMSPE %s, MAPE %s, %s of them within 10 %%.", k ? " " : "",
		               e->summary[k].target, a->rows, e->network_count ? "networks" : "rows",
		               np_unit_percent(a->rmspe, rmspe), np_unit_percent(a->mape, mape),
		               np_unit_percent(a->within_10pct, within));
	}
}

np_status np_report_evaluation(const np_evaluation *const *evaluations, int count, const np_report_options *options,
                               char **text, size_t *size, np_error *err)
{
	static const np_report_page PAGE = {
	        .title = page_title,
	        .intro = page_intro,
	        .columns = "name,batch,target,predicted,actual,sum_of_layers,error,rows,rmspe,mape,within_10pct,"
	                   "in_sample_rmspe,cross_validated_rmspe",
	};
	static const np_report_kind EVALUATE = {
	        .table = evaluate_table,
	        .json = evaluate_json,
	        .json_full = evaluate_json_full,
	        .page = &PAGE,
	        .csv_header = "platform,name,batch,target,predicted,actual,sum_of_layers,error,rows,rmspe,rmse,mape,median_ape,"
	                      "within_10pct,interval_coverage,out_of_range_rows,in_sample_rmspe,cross_validated_rmspe",
	        .csv = evaluate_csv,
	};
	return np_report_write(&EVALUATE, evaluations, count, options, text, size, err);
}
