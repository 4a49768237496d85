/* sweep: runtime, power and energy per item against the batch. */
#include "report/report_impl.h"
#include "report/report_predict.h"
#include "report/table.h"
#include "report/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const np_sweep *sweep_at(const void *subjects, int i)
{
	return ((const np_sweep *const *)subjects)[i];
}

/* ---- JSON ---- */

static void put_value(np_json *json, const char *key, np_value value)
{
	np_json_put_double(json, key, value.has ? value.value : NAN);
}

static void put_interval(np_json *json, const char *key, np_value value)
{
	np_json_key(json, key);
	if (value.has && value.has_interval)
		np_json_doubles(json, (double[]){value.low, value.high}, 2);
	else
		np_json_null(json);
}

static void put_point(np_json *json, const np_prediction *p)
{
	np_json_object(json);
	np_json_put_int(json, "batch", np_network_batch(p->network));
	put_value(json, "runtime_ms", p->runtime_ms);
	put_value(json, "power_w", p->power_w);
	put_value(json, "energy_mj", p->energy_mj);
	put_value(json, "energy_per_item_mj", p->energy_per_item_mj);
	np_json_put_double(json, "items_per_s", p->items_per_s);
	put_interval(json, "runtime_ms_interval", p->runtime_ms);
	put_interval(json, "power_w_interval", p->power_w);
	put_interval(json, "energy_mj_interval", p->energy_mj);
	put_interval(json, "energy_per_item_mj_interval", p->energy_per_item_mj);
	np_json_put_double(json, "runtime_coverage", p->runtime_coverage);
	np_json_close(json);
}

static void put_best(np_json *json, const char *key, const np_sweep *s, int point)
{
	np_json_key(json, key);
	if (point < 0)
		np_json_null(json);
	else
		np_json_int(json, np_network_batch(s->points[point]->network));
}

static void sweep_json(np_json *json, const void *subjects, int i)
{
	const np_sweep *s = sweep_at(subjects, i);
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/sweep/1");
	np_report_platform(json, s->points[0]->platform);
	np_json_key(json, "network");
	np_json_object(json);
	np_json_put_string(json, "name", np_network_name(s->points[0]->network));
	np_json_put_string(json, "file", np_network_path(s->points[0]->network));
	np_json_put_string(json, "format", np_network_format(s->points[0]->network));
	np_json_close(json);
	np_json_put_double(json, "interval_level", np_platform_interval(s->points[0]->platform));
	np_json_key(json, "batches");
	np_json_array(json);
	for (int k = 0; k < s->count; k++)
		put_point(json, s->points[k]);
	np_json_close(json);
	put_best(json, "least_energy_per_item", s, s->least_energy);
	put_best(json, "most_items_per_s", s, s->most_items);
	np_json_close(json);
}

/* ---- CSV ---- */

static void sweep_csv(np_text *out, const void *subjects, int i)
{
	const np_sweep *s = sweep_at(subjects, i);
	for (int k = 0; k < s->count; k++) {
		const np_prediction *p = s->points[k];
		np_csv_text(out, np_platform_name(p->platform));
		np_text_puts(out, ",");
		np_csv_text(out, np_network_name(p->network));
		np_text_printf(out, ",%" PRId64, np_network_batch(p->network));
		np_csv_value(out, p->runtime_ms);
		np_csv_value(out, p->power_w);
		np_csv_value(out, p->energy_mj);
		np_csv_value(out, p->energy_per_item_mj);
		np_text_puts(out, ",");
		np_csv_number(out, p->items_per_s, p->items_per_s > 0);
		np_text_puts(out, "\n");
	}
}

/* ---- the table for people ---- */

enum { BATCH = 7, TIME = 9, POWER = 8, ENERGY = 9, RATE = 8, SPAN = 19, NARROWEST_BAR = 6 };

typedef struct view {
	const np_sweep *s;
	const np_report_options *options;
	bool energy; /* what the bars show is the energy per item, or the time where power is not known */
	int bar;
} view;

static double cost_per_item(const view *v, int point)
{
	const np_prediction *p = v->s->points[point];
	return v->energy ? p->energy_per_item_mj.value : p->runtime_ms.value / (double)np_network_batch(p->network);
}

static double largest_cost(const view *v)
{
	double most = 0;
	for (int i = 0; i < v->s->count; i++)
		most = fmax(most, cost_per_item(v, i));
	return most;
}

static void put_quantity(np_text *out, const view *v, np_value value, const char *(*format)(double, char *), int width)
{
	char text[NP_UNIT_TEXT];
	np_text_puts(out, " ");
	np_cell_right(out, v->options, value.has ? format(value.value, text) : "-", width);
}

static void put_span(np_text *out, const view *v, np_value value)
{
	char low[NP_UNIT_TEXT], high[NP_UNIT_TEXT], text[2 * NP_UNIT_TEXT + 8] = "-";
	if (value.has && value.has_interval)
		snprintf(text, sizeof text, "%s to %s", np_unit_energy(value.low, low), np_unit_energy(value.high, high));
	np_text_puts(out, " ");
	np_cell_right(out, v->options, text, SPAN);
}

static void put_row(np_text *out, const view *v, int point, double largest)
{
	const np_prediction *p = v->s->points[point];
	char text[NP_UNIT_TEXT];
	np_text_printf(out, "%*" PRId64, BATCH, np_network_batch(p->network));
	put_quantity(out, v, p->runtime_ms, np_unit_time, TIME);
	put_quantity(out, v, p->power_w, np_unit_power, POWER);
	put_quantity(out, v, p->energy_per_item_mj, np_unit_energy, ENERGY);
	put_span(out, v, p->energy_per_item_mj);
	np_text_puts(out, " ");
	np_cell_right(out, v->options, np_unit_count(p->items_per_s, text), RATE);
	np_text_puts(out, point == v->s->least_energy ? " <" : "  ");
	np_text_puts(out, point == v->s->most_items ? ">" : " ");
	np_cell_bar(out, v->options, largest > 0 ? cost_per_item(v, point) / largest : 0, v->bar);
	while (out->size && out->data[out->size - 1] == ' ')
		out->data[--out->size] = '\0';
	np_text_puts(out, "\n");
}

static void put_header(np_text *out, const view *v)
{
	const np_prediction *p = v->s->points[0];
	np_put_plain(out, "%s (%s, %s) on %s", np_network_name(p->network), np_network_path(p->network),
	             np_network_format(p->network), np_platform_name(p->platform));
	np_text_puts(out, "\n\n");
	np_bold_on(out, v->options);
	char span[NP_UNIT_TEXT];
	snprintf(span, sizeof span, "%g %% interval", 100 * np_platform_interval(p->platform));
	np_text_printf(out, "%*s %*s %*s %*s %*s %*s   %s", BATCH, "batch", TIME, "runtime", POWER, "power", ENERGY, "per item",
	               SPAN, span, RATE, "items/s", v->energy ? "energy/item" : "time/item");
	np_bold_off(out, v->options);
	np_text_puts(out, "\n");
}

static void put_bests(np_text *out, const view *v)
{
	char text[NP_UNIT_TEXT];
	np_text_puts(out, "\n");
	if (v->s->least_energy >= 0) {
		const np_prediction *p = v->s->points[v->s->least_energy];
		np_text_printf(out, "< least energy per item: %s at batch %" PRId64 "\n",
		               np_unit_energy(p->energy_per_item_mj.value, text), np_network_batch(p->network));
	}
	if (v->s->most_items >= 0) {
		const np_prediction *p = v->s->points[v->s->most_items];
		np_text_printf(out, "> highest throughput: %s items/s at batch %" PRId64 "\n",
		               np_unit_count(p->items_per_s, text), np_network_batch(p->network));
	}
}

static void sweep_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	for (int i = 0; i < count; i++) {
		view v = {.s = sweep_at(subjects, i), .options = options};
		v.energy = v.s->least_energy >= 0;
		v.bar = options->width - (BATCH + TIME + POWER + ENERGY + SPAN + RATE + 8);
		v.bar = v.bar < NARROWEST_BAR ? NARROWEST_BAR : v.bar > 30 ? 30 : v.bar;
		double largest = largest_cost(&v);
		np_text_puts(out, i ? "\n" : "");
		put_header(out, &v);
		for (int k = 0; k < v.s->count; k++)
			put_row(out, &v, k, largest);
		put_bests(out, &v);
	}
}

/* ---- page ---- */

static void page_title(np_text *out, const void *subjects, int i)
{
	const np_prediction *p = sweep_at(subjects, i)->points[0];
	np_text_printf(out, "%s against the batch, on %s", np_network_name(p->network), np_platform_name(p->platform));
}

static void page_intro(np_text *out, const void *subjects, int i)
{
	const np_sweep *s = sweep_at(subjects, i);
	if (s->least_energy >= 0)
		np_text_printf(out, "Least energy per item at batch %" PRId64 ". ",
		               np_network_batch(s->points[s->least_energy]->network));
	if (s->most_items >= 0)
		np_text_printf(out, "Highest throughput at batch %" PRId64 ".",
		               np_network_batch(s->points[s->most_items]->network));
}

np_status np_report_sweep(const np_sweep *const *sweeps, int count, const np_report_options *options, char **text, size_t *size,
                          np_error *err)
{
	static const np_report_page PAGE = {
	        .title = page_title,
	        .intro = page_intro,
	        .columns = "platform,network,batch,runtime_ms,power_w,energy_mj,energy_per_item_mj,items_per_s",
	};
	static const np_report_kind SWEEP = {
	        .page = &PAGE,
	        .table = sweep_table,
	        .json = sweep_json,
	        .csv_header = "platform,network,batch,runtime_ms,runtime_ms_low,runtime_ms_high,power_w,power_w_low,"
	                      "power_w_high,energy_mj,energy_mj_low,energy_mj_high,energy_per_item_mj,"
	                      "energy_per_item_mj_low,energy_per_item_mj_high,items_per_s",
	        .csv = sweep_csv,
	};
	return np_report_write(&SWEEP, sweeps, count, options, text, size, err);
}
