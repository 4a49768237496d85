/* predict, for people: where the time and the energy go. */
#include "report/report_predict.h"
#include "report/table.h"
#include "report/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { INDEX = 4, TYPE = 10, TIME = 9, POWER = 8, ENERGY = 9, PERCENT = 7, BAR = 10, MARK = 3 };
enum { BATCH = 6, PLATFORM = 18, SUMMARY_FIXED = BATCH + PLATFORM + TIME + POWER + 2 * ENERGY + 6 };
enum { FIXED = INDEX + TYPE + TIME + POWER + ENERGY + PERCENT + BAR + MARK + 6, NARROWEST_NAME = 8, BOTTLENECKS = 3 };

typedef struct view {
	const np_prediction *p;
	const np_report_options *options;
	bool energy; /* shares are of the energy, or of the runtime where power is unknown */
	int name;
} view;

static double share_of(const view *v, int index)
{
	const np_estimate *e = &v->p->layers[index];
	double part = v->energy ? e->energy_mj.value : e->runtime_ms.value;
	double whole = v->energy ? v->p->energy_mj.value : v->p->runtime_ms.value;
	return whole > 0 ? part / whole : 0;
}

/* ---- rows ---- */

static const char *marks_of(const np_estimate *e)
{
	if (e->source == NP_FROM_FALLBACK)
		return "~";
	if (e->clamped)
		return e->extrapolated ? "!^" : "^";
	return e->extrapolated ? "!" : "";
}

static void put_value(np_text *out, const view *v, np_value value, const char *(*format)(double, char *), int width)
{
	char text[NP_UNIT_TEXT];
	np_text_puts(out, " ");
	np_cell_right(out, v->options, value.has ? format(value.value, text) : "-", width);
}

static void put_row(np_text *out, const view *v, int index)
{
	const np_layer *layer = np_network_layer(v->p->network, index);
	const np_estimate *e = &v->p->layers[index];
	char text[NP_UNIT_TEXT];
	double share = share_of(v, index);
	snprintf(text, sizeof text, "%d", index);
	np_cell_right(out, v->options, text, INDEX);
	np_text_puts(out, " ");
	np_cell_left(out, v->options, layer->name, v->name);
	np_text_puts(out, " ");
	np_cell_left(out, v->options, np_kind_name(layer->kind), TYPE);
	put_value(out, v, e->runtime_ms, np_unit_time, TIME);
	put_value(out, v, e->power_w, np_unit_power, POWER);
	put_value(out, v, e->energy_mj, np_unit_energy, ENERGY);
	np_cell_right(out, v->options, np_unit_percent(share, text), PERCENT);
	np_text_puts(out, " ");
	np_cell_bar(out, v->options, share, BAR);
	np_text_printf(out, " %s", marks_of(e));
	while (out->size && out->data[out->size - 1] == ' ')
		out->data[--out->size] = '\0';
	np_text_puts(out, "\n");
}

static void put_header(np_text *out, const view *v)
{
	np_bold_on(out, v->options);
	np_cell_right(out, v->options, "#", INDEX);
	np_text_puts(out, " ");
	np_cell_left(out, v->options, "layer", v->name);
	np_text_puts(out, " ");
	np_cell_left(out, v->options, "type", TYPE);
	np_text_printf(out, " %*s %*s %*s", TIME, "runtime", POWER, "power", ENERGY, "energy");
	np_text_printf(out, "  share of %s", v->energy ? "energy" : "runtime");
	np_bold_off(out, v->options);
	np_text_puts(out, "\n");
}

static int put_rows(np_text *out, const view *v)
{
	int hidden = 0;
	for (int i = 0; i < v->p->layer_count; i++) {
		if (v->p->layers[i].source == NP_FREE && !v->options->verbose)
			hidden++;
		else
			put_row(out, v, i);
	}
	return hidden;
}

/* ---- what stands below the rows ---- */

static void put_total(np_text *out, const view *v)
{
	np_bold_on(out, v->options);
	np_cell_left(out, v->options, "", INDEX + 1);
	np_cell_left(out, v->options, "total", v->name + 1 + TYPE);
	put_value(out, v, v->p->runtime_ms, np_unit_time, TIME);
	put_value(out, v, v->p->power_w, np_unit_power, POWER);
	put_value(out, v, v->p->energy_mj, np_unit_energy, ENERGY);
	np_bold_off(out, v->options);
	np_text_puts(out, "\n");
}

static void put_interval(np_text *out, const char *name, np_value value, const char *(*format)(double, char *))
{
	char low[NP_UNIT_TEXT], high[NP_UNIT_TEXT];
	if (value.has && value.has_interval)
		np_text_printf(out, "%s %s to %s", name, format(value.low, low), format(value.high, high));
}

static void put_coverage(np_text *out, const np_prediction *p)
{
	char a[NP_UNIT_TEXT], b[NP_UNIT_TEXT];
	if (np_platform_sheet(p->platform)) {
		np_text_printf(out, "from the device's data sheet (%s): nothing was measured on the device\n",
		               np_platform_method(p->platform));
		return;
	}
	np_text_printf(out, "learned models cover %s of the runtime", np_unit_percent(p->runtime_coverage, a));
	if (p->energy_mj.has)
		np_text_printf(out, ", %s of the energy", np_unit_percent(p->energy_coverage, b));
	np_text_puts(out, "\n");
}

static void put_sums(np_text *out, const view *v)
{
	const np_prediction *p = v->p;
	char a[NP_UNIT_TEXT];
	np_text_puts(out, "\n");
	if (p->energy_mj.has)
		np_text_printf(out, "%s per item, ", np_unit_energy(p->energy_per_item_mj.value, a));
	np_text_printf(out, "%s items/s", np_unit_count(p->items_per_s, a));
	np_text_puts(out, "\n");
	put_coverage(out, p);
	if (!p->runtime_ms.has_interval)
		return;
	np_text_printf(out, "%g %% interval:", 100 * np_platform_interval(p->platform));
	put_interval(out, " runtime", p->runtime_ms, np_unit_time);
	put_interval(out, ", energy", p->energy_mj, np_unit_energy);
	np_text_puts(out, "\n");
}

/* The layers with the largest shares, largest first. */
static int find_bottlenecks(const view *v, int *top)
{
	int found = 0;
	for (int i = 0; i < v->p->layer_count; i++) {
		int at = found < BOTTLENECKS ? found++ : BOTTLENECKS;
		while (at > 0 && share_of(v, i) > share_of(v, top[at - 1])) {
			if (at < BOTTLENECKS)
				top[at] = top[at - 1];
			at--;
		}
		if (at < BOTTLENECKS)
			top[at] = i;
	}
	return found;
}

static void put_bottlenecks(np_text *out, const view *v)
{
	int top[BOTTLENECKS], found = find_bottlenecks(v, top);
	char text[NP_UNIT_TEXT];
	if (!found || !(share_of(v, top[0]) > 0))
		return;
	np_text_puts(out, "bottlenecks: ");
	for (int i = 0; i < found && share_of(v, top[i]) > 0; i++)
		np_put_plain(out, "%s%s %s", i ? ", " : "", np_network_layer(v->p->network, top[i])->name,
		             np_unit_percent(share_of(v, top[i]), text));
	np_text_printf(out, " of the %s\n", v->energy ? "energy" : "runtime");
}

static void put_legend(np_text *out, const view *v, int hidden)
{
	static const struct {
		char mark;
		const char *meaning;
	} LEGEND[] = {{'~', "no learned model: bytes moved over the platform's bandwidth"},
	              {'!', "outside the range the platform was learned from"},
	              {'^', "held at the platform's floor or ceiling"}};
	for (size_t k = 0; k < sizeof LEGEND / sizeof *LEGEND; k++)
		for (int i = 0; i < v->p->layer_count; i++)
			if (strchr(marks_of(&v->p->layers[i]), LEGEND[k].mark)) {
				np_text_printf(out, "%c %s\n", LEGEND[k].mark, LEGEND[k].meaning);
				break;
			}
	if (hidden) {
		np_put_counted(out, hidden, "layer");
		np_text_puts(out, hidden == 1 ? " that costs nothing at inference is not shown\n"
		                              : " that cost nothing at inference are not shown\n");
	}
}

static void put_prediction(np_text *out, const view *v)
{
	const np_network *network = v->p->network;
	np_put_plain(out, "%s (%s, %s), batch %" PRId64 ", on %s", np_network_name(network), np_network_path(network),
	             np_network_format(network), np_network_batch(network), np_platform_name(v->p->platform));
	np_text_puts(out, "\n");
	np_put_plain(out, "%s; %s, %s", np_platform_device(v->p->platform), np_platform_software(v->p->platform),
	             np_platform_dtype(v->p->platform));
	np_text_puts(out, "\n\n");
	put_header(out, v);
	int hidden = put_rows(out, v);
	np_rule(out, v->options, FIXED + v->name - MARK);
	put_total(out, v);
	put_sums(out, v);
	put_bottlenecks(out, v);
	put_legend(out, v, hidden);
}

static void put_summary(np_text *out, const view *v)
{
	np_cell_left(out, v->options, np_network_name(v->p->network), v->name);
	np_text_printf(out, " %*" PRId64 " ", BATCH, np_network_batch(v->p->network));
	np_cell_left(out, v->options, np_platform_name(v->p->platform), PLATFORM);
	put_value(out, v, v->p->runtime_ms, np_unit_time, TIME);
	put_value(out, v, v->p->power_w, np_unit_power, POWER);
	put_value(out, v, v->p->energy_mj, np_unit_energy, ENERGY);
	put_value(out, v, v->p->energy_per_item_mj, np_unit_energy, ENERGY);
	np_text_puts(out, "\n");
}

static void put_summaries(np_text *out, const np_prediction *const *predictions, int count, view v)
{
	np_text_puts(out, "\n");
	np_bold_on(out, v.options);
	int name = v.options->width - SUMMARY_FIXED;
	v.name = name < NARROWEST_NAME ? NARROWEST_NAME : name;
	np_cell_left(out, v.options, "network", v.name);
	np_text_printf(out, " %*s %-*s %*s %*s %*s %*s", BATCH, "batch", PLATFORM, "platform", TIME, "runtime", POWER, "power",
	               ENERGY, "energy", ENERGY, "per item");
	np_bold_off(out, v.options);
	np_text_puts(out, "\n");
	for (int i = 0; i < count; i++) {
		v.p = predictions[i];
		put_summary(out, &v);
	}
}

void np_predict_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	const np_prediction *const *predictions = subjects;
	int name = options->width - FIXED;
	view v = {.options = options, .name = name < NARROWEST_NAME ? NARROWEST_NAME : name};
	for (int i = 0; i < count; i++) {
		if (i)
			np_text_puts(out, "\n");
		v.p = predictions[i];
		v.energy = predictions[i]->energy_mj.has;
		put_prediction(out, &v);
	}
	if (count > 1)
		put_summaries(out, predictions, count, v);
}
