/* compare, for programs: JSON and CSV. The table for people is in report_compare_table.c. */
#include "report/report_compare.h"

#include "report/table.h"
#include "report/units.h"

#include <inttypes.h>
#include <math.h>

static const np_comparison *comparison_at(const void *subjects, int i)
{
	return &((const np_comparison *)subjects)[i];
}

/* ---- what both halves need ---- */

static double part_of(const np_comparison *c, int column, int layer)
{
	return column < 0 ? (double)np_network_layer(c->network, layer)->flops
	                  : c->predictions[column]->layers[layer].runtime_ms.value;
}

double np_compare_share(const np_comparison *c, int column, int layer)
{
	double whole = column < 0 ? (double)np_network_sums(c->network).flops : c->predictions[column]->runtime_ms.value;
	return whole > 0 ? part_of(c, column, layer) / whole : 0;
}

int np_compare_bottleneck(const np_comparison *c, int column)
{
	int found = -1;
	for (int i = 0; i < np_network_layer_count(c->network); i++)
		if (part_of(c, column, i) > (found < 0 ? 0 : part_of(c, column, found)))
			found = i;
	return found;
}

bool np_compare_agrees(const np_comparison *c)
{
	int of_flops = np_compare_bottleneck(c, -1);
	for (int column = 0; column < c->count; column++)
		if (np_compare_bottleneck(c, column) != of_flops)
			return false;
	return true;
}

bool np_compare_error(const np_comparison *c, int column, np_target target, double *error)
{
	const np_prediction *p = c->predictions[column];
	const np_value totals[] = {p->runtime_ms, p->power_w, p->energy_mj};
	if (!c->has_actual[target] || !totals[target].has)
		return false;
	*error = totals[target].value / c->actual[target] - 1;
	return true;
}

/* ---- JSON ---- */

static void put_value(np_json *json, const char *key, np_value value)
{
	np_json_put_double(json, key, value.has ? value.value : NAN);
}

static void put_columns(np_json *json, const np_comparison *c)
{
	np_json_key(json, "columns");
	np_json_array(json);
	for (int i = 0; i < c->count; i++) {
		const np_platform *platform = c->predictions[i]->platform;
		np_json_object_compact(json);
		np_json_put_string(json, "method", np_platform_method(platform));
		np_json_put_string(json, "platform", np_platform_name(platform));
		np_json_put_string(json, "device", np_platform_device(platform));
		np_json_close(json);
	}
	np_json_close(json);
}

static void put_layer(np_json *json, const np_comparison *c, int index)
{
	const np_layer *layer = np_network_layer(c->network, index);
	np_json_object(json);
	np_json_put_int(json, "index", index);
	np_json_put_string(json, "name", layer->name);
	np_json_put_string(json, "type", np_kind_name(layer->kind));
	np_json_put_int(json, "flops", layer->flops);
	np_json_put_double(json, "flops_share", np_compare_share(c, -1, index));
	np_json_key(json, "estimates");
	np_json_array(json);
	for (int i = 0; i < c->count; i++) {
		const np_estimate *e = &c->predictions[i]->layers[index];
		np_json_object_compact(json);
		put_value(json, "runtime_ms", e->runtime_ms);
		put_value(json, "power_w", e->power_w);
		put_value(json, "energy_mj", e->energy_mj);
		np_json_put_double(json, "runtime_share", np_compare_share(c, i, index));
		np_json_put_string(json, "source", np_source_name(e->source));
		np_json_close(json);
	}
	np_json_close(json);
	np_json_close(json);
}

static void put_totals(np_json *json, const np_comparison *c)
{
	static const char *const ERRORS[] = {"runtime_ms_error", "power_w_error", "energy_mj_error"};
	np_json_key(json, "totals");
	np_json_array(json);
	for (int i = 0; i < c->count; i++) {
		const np_prediction *p = c->predictions[i];
		double error;
		np_json_object_compact(json);
		put_value(json, "runtime_ms", p->runtime_ms);
		put_value(json, "power_w", p->power_w);
		put_value(json, "energy_mj", p->energy_mj);
		for (int t = 0; t < NP_TARGET_COUNT; t++)
			if (np_compare_error(c, i, (np_target)t, &error))
				np_json_put_double(json, ERRORS[t], error);
		np_json_close(json);
	}
	np_json_close(json);
	np_json_key(json, "actual");
	np_json_object_compact(json);
	for (int t = 0; t < NP_TARGET_COUNT; t++)
		np_json_put_double(json, np_target_name((np_target)t), c->has_actual[t] ? c->actual[t] : NAN);
	np_json_close(json);
}

static void put_bottleneck(np_json *json, const np_comparison *c, int column)
{
	int layer = np_compare_bottleneck(c, column);
	if (layer < 0) {
		np_json_null(json);
		return;
	}
	np_json_object_compact(json);
	np_json_put_int(json, "index", layer);
	np_json_put_string(json, "name", np_network_layer(c->network, layer)->name);
	np_json_put_double(json, "share", np_compare_share(c, column, layer));
	np_json_close(json);
}

static void put_bottlenecks(np_json *json, const np_comparison *c)
{
	np_json_key(json, "bottlenecks");
	np_json_array(json);
	for (int i = 0; i < c->count; i++)
		put_bottleneck(json, c, i);
	np_json_close(json);
	np_json_key(json, "flops_bottleneck");
	put_bottleneck(json, c, -1);
	np_json_put_bool(json, "bottlenecks_agree", np_compare_agrees(c));
}

static void compare_json(np_json *json, const void *subjects, int i)
{
	const np_comparison *c = comparison_at(subjects, i);
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/compare/1");
	np_report_network(json, c->network);
	put_columns(json, c);
	np_json_key(json, "layers");
	np_json_array(json);
	for (int k = 0; k < np_network_layer_count(c->network); k++)
		put_layer(json, c, k);
	np_json_close(json);
	put_totals(json, c);
	put_bottlenecks(json, c);
	np_json_close(json);
}

/* ---- CSV: a row per layer and column ---- */

static void csv_row(np_text *out, const np_comparison *c, int index, int column)
{
	const np_layer *layer = np_network_layer(c->network, index);
	const np_platform *platform = c->predictions[column]->platform;
	const np_estimate *e = &c->predictions[column]->layers[index];
	np_csv_text(out, np_network_name(c->network));
	np_text_printf(out, ",%" PRId64 ",%d,", np_network_batch(c->network), index);
	np_csv_text(out, layer->name);
	np_text_printf(out, ",%s,%" PRId64 ",", np_kind_name(layer->kind), layer->flops);
	np_csv_number(out, np_compare_share(c, -1, index), true);
	np_text_printf(out, ",%s,", np_platform_method(platform));
	np_csv_text(out, np_platform_name(platform));
	const np_value values[] = {e->runtime_ms, e->power_w, e->energy_mj};
	for (int t = 0; t < NP_TARGET_COUNT; t++) {
		np_text_puts(out, ",");
		np_csv_number(out, values[t].value, values[t].has);
	}
	np_text_puts(out, ",");
	np_csv_number(out, np_compare_share(c, column, index), true);
	np_text_puts(out, "\n");
}

static void compare_csv(np_text *out, const void *subjects, int i)
{
	const np_comparison *c = comparison_at(subjects, i);
	for (int k = 0; k < np_network_layer_count(c->network); k++)
		for (int column = 0; column < c->count; column++)
			csv_row(out, c, k, column);
}

/* ---- page ---- */

static void page_title(np_text *out, const void *subjects, int i)
{
	const np_network *network = comparison_at(subjects, i)->network;
	np_text_printf(out, "%s, batch %" PRId64 ", by several methods", np_network_name(network), np_network_batch(network));
}

static void page_intro(np_text *out, const void *subjects, int i)
{
	const np_comparison *c = comparison_at(subjects, i);
	char runtime[NP_UNIT_TEXT], energy[NP_UNIT_TEXT];
	for (int k = 0; k < c->count; k++) {
		const np_prediction *p = c->predictions[k];
		np_text_printf(out, "%s%s, %s: runtime %s, energy %s", k ? "; " : "", np_platform_method(p->platform),
		               np_platform_name(p->platform), np_unit_time(p->runtime_ms.value, runtime),
		               p->energy_mj.has ? np_unit_energy(p->energy_mj.value, energy) : "unknown");
	}
}

np_status np_report_compare(const np_comparison *comparisons, int count, const np_report_options *options, char **text,
                            size_t *size, np_error *err)
{
	static const np_report_page PAGE = {
	        .title = page_title,
	        .intro = page_intro,
	        .columns = "index,name,type,flops_share,method,platform,runtime_ms,energy_mj,runtime_share",
	};
	static const np_report_kind COMPARE = {
	        .page = &PAGE,
	        .table = np_compare_table,
	        .json = compare_json,
	        .csv_header = "network,batch,index,name,type,flops,flops_share,method,platform,runtime_ms,power_w,energy_mj,"
	                      "runtime_share",
	        .csv = compare_csv,
	};
	return np_report_write(&COMPARE, comparisons, count, options, text, size, err);
}
