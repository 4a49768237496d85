/* predict, for programs: JSON and CSV. The table for people is in report_predict_table.c. */
#include "report/report_predict.h"
#include "report/table.h"
#include "report/units.h"

#include <inttypes.h>

static const np_prediction *prediction_at(const void *subjects, int i)
{
	return ((const np_prediction *const *)subjects)[i];
}

static void put_layer(np_json *json, const np_prediction *p, int index)
{
	const np_layer *layer = np_network_layer(p->network, index);
	const np_estimate *e = &p->layers[index];
	np_json_object(json);
	np_json_put_int(json, "index", index);
	np_json_put_string(json, "name", layer->name);
	np_json_put_string(json, "type", np_kind_name(layer->kind));
	np_report_value(json, "runtime_ms", e->runtime_ms);
	np_report_value(json, "power_w", e->power_w);
	np_report_value(json, "energy_mj", e->energy_mj);
	np_report_interval(json, "runtime_ms_interval", e->runtime_ms);
	np_report_interval(json, "power_w_interval", e->power_w);
	np_report_interval(json, "energy_mj_interval", e->energy_mj);
	np_json_put_string(json, "source", np_source_name(e->source));
	np_json_put_bool(json, "extrapolated", e->extrapolated != NULL);
	if (e->extrapolated)
		np_json_put_string(json, "extrapolated_feature", e->extrapolated);
	np_json_close(json);
}

/* The level of all intervals, and how the layers' errors are taken to go together in a total: on what evidence. */
static void put_interval_facts(np_json *json, const np_platform *platform)
{
	np_totals_info info;
	np_platform_totals(platform, &info);
	np_json_key(json, "interval");
	np_json_object_compact(json);
	np_json_put_double(json, "level", np_platform_interval(platform));
	np_json_put_int(json, "calibration_networks", info.networks);
	np_json_put_int(json, "calibration_totals", info.totals);
	np_json_key(json, "correlation");
	np_json_doubles(json, info.correlation, NP_TARGET_COUNT);
	np_json_close(json);
}

static void put_totals(np_json *json, const np_prediction *p)
{
	np_json_key(json, "totals");
	np_json_object(json);
	np_report_value(json, "runtime_ms", p->runtime_ms);
	np_report_value(json, "power_w", p->power_w);
	np_report_value(json, "energy_mj", p->energy_mj);
	np_report_value(json, "energy_per_item_mj", p->energy_per_item_mj);
	np_json_put_double(json, "items_per_s", p->items_per_s);
	np_report_interval(json, "runtime_ms_interval", p->runtime_ms);
	np_report_interval(json, "power_w_interval", p->power_w);
	np_report_interval(json, "energy_mj_interval", p->energy_mj);
	put_interval_facts(json, p->platform);
	np_json_close(json);
}

static void put_coverage(np_json *json, const np_prediction *p)
{
	np_json_key(json, "coverage");
	np_json_object(json);
	np_json_put_double(json, "runtime_ms", p->runtime_coverage);
	np_json_key(json, "energy_mj");
	if (p->energy_mj.has)
		np_json_double(json, p->energy_coverage);
	else
		np_json_null(json);
	np_json_close(json);
}

static void predict_json(np_json *json, const void *subjects, int i)
{
	const np_prediction *p = prediction_at(subjects, i);
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/predict/1");
	np_report_platform(json, p->platform);
	np_report_network(json, p->network);
	np_json_key(json, "layers");
	np_json_array(json);
	for (int k = 0; k < p->layer_count; k++)
		put_layer(json, p, k);
	np_json_close(json);
	put_totals(json, p);
	put_coverage(json, p);
	np_json_key(json, "warnings");
	np_json_array(json);
	for (int k = 0; k < p->warning_count; k++)
		np_json_string(json, p->warnings[k]);
	np_json_close(json);
	np_json_close(json);
}

void np_csv_value(np_text *out, np_value value)
{
	np_text_puts(out, ",");
	np_csv_number(out, value.value, value.has);
	np_text_puts(out, ",");
	np_csv_number(out, value.low, value.has && value.has_interval);
	np_text_puts(out, ",");
	np_csv_number(out, value.high, value.has && value.has_interval);
}

static void predict_csv(np_text *out, const void *subjects, int i)
{
	const np_prediction *p = prediction_at(subjects, i);
	for (int k = 0; k < p->layer_count; k++) {
		const np_layer *layer = np_network_layer(p->network, k);
		const np_estimate *e = &p->layers[k];
		np_csv_text(out, np_platform_name(p->platform));
		np_text_puts(out, ",");
		np_csv_text(out, np_network_name(p->network));
		np_text_printf(out, ",%" PRId64 ",%d,", np_network_batch(p->network), k);
		np_csv_text(out, layer->name);
		np_text_printf(out, ",%s", np_kind_name(layer->kind));
		np_csv_value(out, e->runtime_ms);
		np_csv_value(out, e->power_w);
		np_csv_value(out, e->energy_mj);
		np_text_printf(out, ",%s,%s\n", np_source_name(e->source), e->extrapolated ? e->extrapolated : "");
	}
}

/* ---- page ---- */

static void page_title(np_text *out, const void *subjects, int i)
{
	const np_prediction *p = prediction_at(subjects, i);
	np_text_printf(out, "%s, batch %" PRId64 ", on %s", np_network_name(p->network), np_network_batch(p->network),
	               np_platform_name(p->platform));
}

static void words_of(np_text *out, const char *name, np_value value, const char *(*format)(double, char *))
{
	char text[NP_UNIT_TEXT], low[NP_UNIT_TEXT], high[NP_UNIT_TEXT];
	np_text_printf(out, "%s %s", name, value.has ? format(value.value, text) : "unknown");
	if (value.has && value.has_interval)
		np_text_printf(out, " (%s to %s)", format(value.low, low), format(value.high, high));
}

static void page_intro(np_text *out, const void *subjects, int i)
{
	const np_prediction *p = prediction_at(subjects, i);
	char text[NP_UNIT_TEXT];
	words_of(out, "Runtime", p->runtime_ms, np_unit_time);
	words_of(out, ", power", p->power_w, np_unit_power);
	words_of(out, ", energy", p->energy_mj, np_unit_energy);
	words_of(out, ", energy per item", p->energy_per_item_mj, np_unit_energy);
	np_text_printf(out, ", %s items/s.", np_unit_count(p->items_per_s, text));
	for (int k = 0; k < p->warning_count; k++)
		np_text_printf(out, " Note: %s.", p->warnings[k]);
}

np_status np_report_predict(const np_prediction *const *predictions, int count, const np_report_options *options, char **text,
                            size_t *size, np_error *err)
{
	static const np_report_page PAGE = {
	        .title = page_title,
	        .intro = page_intro,
	        .columns = "network,batch,index,name,type,runtime_ms,power_w,energy_mj,source",
	};
	static const np_report_kind PREDICT = {
	        .page = &PAGE,
	        .table = np_predict_table,
	        .json = predict_json,
	        .csv_header = "platform,network,batch,index,name,type,runtime_ms,runtime_ms_low,runtime_ms_high,power_w,"
	                      "power_w_low,power_w_high,energy_mj,energy_mj_low,energy_mj_high,source,extrapolated",
	        .csv = predict_csv,
	};
	return np_report_write(&PREDICT, predictions, count, options, text, size, err);
}
