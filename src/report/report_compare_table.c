/*
 * compare, for people: a column of times and shares for each method and platform, as many side by side as the terminal
 * has room for, the rest in tables below; then where the methods see the bottleneck.
 */
#include "report/report_compare.h"
#include "report/table.h"
#include "report/units.h"

#include <inttypes.h>
#include <stdio.h>

enum { INDEX = 4, FLOPS = 8, TIME = 9, SHARE = 8, COLUMN = TIME + SHARE + 1, NARROWEST_NAME = 12 };

typedef struct view {
	const np_comparison *c;
	const np_report_options *options;
	int first, columns; /* those of this table */
	int name;
} view;

static bool is_hidden(const view *v, int layer)
{
	if (v->options->verbose)
		return false;
	for (int i = 0; i < v->c->count; i++)
		if (v->c->predictions[i]->layers[layer].source != NP_FREE)
			return false;
	return true;
}

/* ---- one table ---- */

static void put_lead(np_text *out, const view *v, const char *index, const char *name, const char *flops)
{
	np_cell_right(out, v->options, index, INDEX);
	np_text_puts(out, " ");
	np_cell_left(out, v->options, name, v->name);
	np_cell_right(out, v->options, flops, FLOPS);
}

static void put_header(np_text *out, const view *v)
{
	np_bold_on(out, v->options);
	put_lead(out, v, "", "", "");
	for (int i = v->first; i < v->first + v->columns; i++) {
		np_text_puts(out, "  ");
		np_cell_right(out, v->options, np_platform_method(v->c->predictions[i]->platform), COLUMN - 2);
	}
	np_text_puts(out, "\n");
	put_lead(out, v, "#", "layer", "FLOPs");
	for (int i = v->first; i < v->first + v->columns; i++) {
		np_text_puts(out, "  ");
		np_cell_right(out, v->options, np_platform_name(v->c->predictions[i]->platform), COLUMN - 2);
	}
	np_bold_off(out, v->options);
	np_text_puts(out, "\n");
}

static void put_time(np_text *out, const view *v, np_value value, const char *beside)
{
	char text[NP_UNIT_TEXT];
	np_cell_right(out, v->options, value.has ? np_unit_time(value.value, text) : "-", TIME);
	np_cell_right(out, v->options, beside, SHARE);
	np_text_puts(out, " ");
}

static void end_line(np_text *out)
{
	while (out->size && out->data[out->size - 1] == ' ')
		out->data[--out->size] = '\0';
	np_text_puts(out, "\n");
}

/* The largest share of a column ends in '*'. */
static void put_row(np_text *out, const view *v, int layer)
{
	char index[16], share[NP_UNIT_TEXT];
	snprintf(index, sizeof index, "%d", layer);
	np_unit_percent(np_compare_share(v->c, -1, layer), share);
	put_lead(out, v, index, np_network_layer(v->c->network, layer)->name, share);
	for (int i = v->first; i < v->first + v->columns; i++) {
		np_unit_percent(np_compare_share(v->c, i, layer), share);
		put_time(out, v, v->c->predictions[i]->layers[layer].runtime_ms, share);
		if (np_compare_bottleneck(v->c, i) == layer)
			out->data[out->size - 1] = '*';
	}
	end_line(out);
}

typedef struct total {
	const char *name;
	np_target target;
	const char *(*format)(double, char *);
} total;

static const total TOTALS[] = {
        {"runtime", NP_RUNTIME, np_unit_time}, {"power", NP_POWER, np_unit_power}, {"energy", NP_ENERGY, np_unit_energy}};

static np_value total_of(const np_prediction *p, np_target target)
{
	const np_value values[] = {p->runtime_ms, p->power_w, p->energy_mj};
	return values[target];
}

/* What was measured stands where the FLOPs do, the columns have how far they are from it. */
static void put_total(np_text *out, const view *v, const total *t)
{
	char text[NP_UNIT_TEXT];
	bool measured = v->c->has_actual[t->target];
	put_lead(out, v, "", t->name, measured ? t->format(v->c->actual[t->target], text) : "");
	for (int i = v->first; i < v->first + v->columns; i++) {
		np_value value = total_of(v->c->predictions[i], t->target);
		double error;
		np_cell_right(out, v->options, value.has ? t->format(value.value, text) : "-", TIME);
		bool known = np_compare_error(v->c, i, t->target, &error);
		snprintf(text, sizeof text, "%+.1f %%", 100 * (known ? error : 0));
		np_cell_right(out, v->options, known ? text : "", SHARE);
		np_text_puts(out, " ");
	}
	end_line(out);
}

static void put_totals(np_text *out, const view *v)
{
	bool measured = v->c->has_actual[NP_RUNTIME] || v->c->has_actual[NP_POWER] || v->c->has_actual[NP_ENERGY];
	np_rule(out, v->options, INDEX + 1 + v->name + FLOPS + COLUMN * v->columns);
	if (measured) {
		put_lead(out, v, "", "", "measured");
		np_text_puts(out, "\n");
	}
	for (size_t i = 0; i < sizeof TOTALS / sizeof *TOTALS; i++)
		put_total(out, v, &TOTALS[i]);
}

static void put_table(np_text *out, const view *v)
{
	np_text_puts(out, "\n");
	put_header(out, v);
	for (int i = 0; i < np_network_layer_count(v->c->network); i++)
		if (!is_hidden(v, i))
			put_row(out, v, i);
	put_totals(out, v);
}

/* ---- the bottlenecks ---- */

static void put_bottleneck(np_text *out, const np_comparison *c, int column, const char *method, const char *platform)
{
	int layer = np_compare_bottleneck(c, column);
	char share[NP_UNIT_TEXT];
	if (layer < 0)
		np_put_plain(out, "  %-9s %-24s no layer", method, platform);
	else
		np_put_plain(out, "  %-9s %-24s %s, %s", method, platform, np_network_layer(c->network, layer)->name,
		             np_unit_percent(np_compare_share(c, column, layer), share));
	np_text_puts(out, "\n");
}

static void put_bottlenecks(np_text *out, const np_comparison *c)
{
	bool agree = np_compare_agrees(c);
	np_text_puts(out, agree ? "\nthe bottleneck (*) is the same by every method:\n"
	                        : "\nthe methods disagree about the bottleneck (*):\n");
	for (int i = 0; i < c->count; i++)
		put_bottleneck(out, c, i, np_platform_method(c->predictions[i]->platform),
		               np_platform_name(c->predictions[i]->platform));
	put_bottleneck(out, c, -1, "FLOPs", "");
}

static void put_comparison(np_text *out, view v)
{
	const np_network *network = v.c->network;
	np_put_plain(out, "%s (%s, %s), batch %" PRId64, np_network_name(network), np_network_path(network),
	             np_network_format(network), np_network_batch(network));
	np_text_puts(out, "\n");
	int room = v.options->width - INDEX - 1 - FLOPS - NARROWEST_NAME;
	int most = room > COLUMN ? room / COLUMN : 1;
	for (v.first = 0; v.first < v.c->count; v.first += v.columns) {
		v.columns = v.c->count - v.first < most ? v.c->count - v.first : most;
		v.name = NARROWEST_NAME + room - COLUMN * (most < v.c->count ? most : v.c->count);
		if (v.name > 32)
			v.name = 32;
		if (v.name < NARROWEST_NAME)
			v.name = NARROWEST_NAME;
		put_table(out, &v);
	}
	put_bottlenecks(out, v.c);
}

void np_compare_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	for (int i = 0; i < count; i++) {
		if (i)
			np_text_puts(out, "\n");
		put_comparison(out, (view){.c = &((const np_comparison *)subjects)[i], .options = options});
	}
}
