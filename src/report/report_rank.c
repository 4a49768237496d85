/* rank: which network the Energy-Precision Ratio chooses, and the Pareto front. */
#include "report/report_impl.h"
#include "report/table.h"
#include "report/units.h"
#include "text/number.h"

#include <math.h>
#include <stdio.h>

static const np_ranking *ranking_at(const void *subjects, int i)
{
	return ((const np_ranking *const *)subjects)[i];
}

static const struct {
	np_budget bit;
	const char *column, *word;
} BUDGETS[] = {
        {NP_BUDGET_RUNTIME, "runtime_ms", "runtime"},
        {NP_BUDGET_ENERGY, "energy_per_item_mj", "energy"},
        {NP_BUDGET_POWER, "power_w", "power"},
};
enum { BUDGET_COUNT = sizeof BUDGETS / sizeof *BUDGETS };

/* ---- JSON ---- */

static void put_missed(np_json *json, const np_ranked *row)
{
	np_json_key(json, "missed");
	np_json_array_compact(json);
	for (int b = 0; b < BUDGET_COUNT; b++)
		if (row->missed & BUDGETS[b].bit)
			np_json_string(json, BUDGETS[b].column);
	np_json_close(json);
}

static void put_network(np_json *json, const np_ranking *r, const np_ranked *row)
{
	np_json_object(json);
	np_json_put_string(json, "network", row->candidate.network);
	np_json_put_double(json, "error", row->candidate.error);
	np_json_put_double(json, "energy_per_item_mj", row->candidate.energy_per_item_mj);
	np_json_put_double(json, "runtime_ms", row->candidate.runtime_ms);
	np_json_put_double(json, "power_w", row->candidate.power_w);
	np_json_key(json, "scores");
	np_json_doubles(json, row->score, r->options.alpha_count);
	np_json_key(json, "places");
	np_json_array_compact(json);
	for (int a = 0; a < r->options.alpha_count; a++)
		if (row->place[a])
			np_json_int(json, row->place[a]);
		else
			np_json_null(json);
	np_json_close(json);
	np_json_put_bool(json, "pareto", row->pareto);
	put_missed(json, row);
	np_json_close(json);
}

static void put_budget(np_json *json, const char *key, double most)
{
	np_json_put_double(json, key, most > 0 ? most : NAN);
}

static void put_chosen(np_json *json, const np_ranking *r)
{
	np_json_key(json, "chosen");
	np_json_array(json);
	for (int a = 0; a < r->options.alpha_count; a++) {
		np_json_object_compact(json);
		np_json_put_double(json, "alpha", r->options.alphas[a]);
		np_json_put_string(json, "network", r->chosen[a] < 0 ? NULL : r->rows[r->chosen[a]].candidate.network);
		np_json_close(json);
	}
	np_json_close(json);
}

static void rank_json(np_json *json, const void *subjects, int i)
{
	const np_ranking *r = ranking_at(subjects, i);
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/rank/1");
	np_json_put_string(json, "data", r->options.data);
	np_json_key(json, "alphas");
	np_json_doubles(json, r->options.alphas, r->options.alpha_count);
	np_json_key(json, "budgets");
	np_json_object_compact(json);
	put_budget(json, "max_runtime_ms", r->options.max_runtime_ms);
	put_budget(json, "max_energy_mj", r->options.max_energy_mj);
	put_budget(json, "max_power_w", r->options.max_power_w);
	np_json_close(json);
	np_json_key(json, "networks");
	np_json_array(json);
	for (int k = 0; k < r->count; k++)
		put_network(json, r, &r->rows[k]);
	np_json_close(json);
	put_chosen(json, r);
	np_json_close(json);
}

/* ---- CSV: a row per network and alpha ---- */

static void csv_number(np_text *out, double value)
{
	np_text_puts(out, ",");
	np_csv_number(out, value, !isnan(value));
}

static void csv_row(np_text *out, const np_ranking *r, int index, int alpha)
{
	const np_ranked *row = &r->rows[index];
	np_csv_text(out, row->candidate.network);
	csv_number(out, row->candidate.error);
	csv_number(out, row->candidate.energy_per_item_mj);
	csv_number(out, row->candidate.runtime_ms);
	csv_number(out, row->candidate.power_w);
	csv_number(out, r->options.alphas[alpha]);
	csv_number(out, row->score[alpha]);
	csv_number(out, row->place[alpha] ? row->place[alpha] : NAN);
	np_text_printf(out, ",%s,%s,", r->chosen[alpha] == index ? "true" : "false", row->pareto ? "true" : "false");
	for (int b = 0, named = 0; b < BUDGET_COUNT; b++)
		if (row->missed & BUDGETS[b].bit)
			np_text_printf(out, "%s%s", named++ ? " " : "", BUDGETS[b].column);
	np_text_puts(out, "\n");
}

static void rank_csv(np_text *out, const void *subjects, int i)
{
	const np_ranking *r = ranking_at(subjects, i);
	for (int k = 0; k < r->count; k++)
		for (int a = 0; a < r->options.alpha_count; a++)
			csv_row(out, r, k, a);
}

/* ---- the table for people ---- */

enum { ERROR = 8, ENERGY = 9, TIME = 9, POWER = 8, SCORE = 9, NARROWEST = 8 };

typedef struct view {
	const np_ranking *r;
	const np_report_options *options;
	int name;
	bool runtime, power; /* known of some network */
} view;

static view view_of(const np_ranking *r, const np_report_options *options)
{
	view v = {.r = r, .options = options};
	for (int i = 0; i < r->count; i++) {
		v.runtime |= !isnan(r->rows[i].candidate.runtime_ms);
		v.power |= !isnan(r->rows[i].candidate.power_w);
	}
	int used =
	        2 + ERROR + 1 + ENERGY + v.runtime * (TIME + 1) + v.power * (POWER + 1) + r->options.alpha_count * (SCORE + 2);
	v.name = options->width - used < NARROWEST ? NARROWEST : options->width - used;
	return v;
}

static void put_quantity(np_text *out, const view *v, double value, const char *(*format)(double, char *), int width)
{
	char text[NP_UNIT_TEXT];
	np_text_puts(out, " ");
	np_cell_right(out, v->options, isnan(value) ? "-" : format(value, text), width);
}

static void put_header(np_text *out, const view *v)
{
	char number[NP_NUMBER_SIZE], text[NP_NUMBER_SIZE + 8];
	np_bold_on(out, v->options);
	np_cell_left(out, v->options, "  network", v->name + 2);
	np_text_printf(out, "%*s %*s", ERROR, "error", ENERGY, "per item");
	if (v->runtime)
		np_text_printf(out, " %*s", TIME, "runtime");
	if (v->power)
		np_text_printf(out, " %*s", POWER, "power");
	for (int a = 0; a < v->r->options.alpha_count; a++) {
		snprintf(text, sizeof text, "alpha %s", np_number_format("%.*g", 4, v->r->options.alphas[a], number));
		np_text_puts(out, " ");
		np_cell_right(out, v->options, text, SCORE);
		np_text_puts(out, a + 1 < v->r->options.alpha_count ? " " : "");
	}
	np_bold_off(out, v->options);
	np_text_puts(out, "\n");
}

static void put_row(np_text *out, const view *v, int index)
{
	const np_ranked *row = &v->r->rows[index];
	char number[NP_NUMBER_SIZE];
	np_text_puts(out, row->missed ? "x " : row->pareto ? "+ " : "  ");
	np_cell_left(out, v->options, row->candidate.network, v->name);
	np_cell_right(out, v->options, np_unit_percent(row->candidate.error, number), ERROR);
	put_quantity(out, v, row->candidate.energy_per_item_mj, np_unit_energy, ENERGY);
	if (v->runtime)
		put_quantity(out, v, row->candidate.runtime_ms, np_unit_time, TIME);
	if (v->power)
		put_quantity(out, v, row->candidate.power_w, np_unit_power, POWER);
	for (int a = 0; a < v->r->options.alpha_count; a++) {
		bool last = a + 1 == v->r->options.alpha_count, chosen = v->r->chosen[a] == index;
		np_text_puts(out, " ");
		np_cell_right(out, v->options, np_number_format("%.*g", 4, row->score[a], number), SCORE);
		np_text_puts(out, chosen ? "*" : last ? "" : " ");
	}
	np_text_puts(out, "\n");
}

/* "chosen: AlexNet for alpha 1, 2, 3; VGG-16 for alpha 4" */
static void put_choices(np_text *out, const np_ranking *r)
{
	char number[NP_NUMBER_SIZE];
	int last = -1;
	if (r->chosen[0] < 0) {
		np_text_puts(out, "no network is within the budgets\n");
		return;
	}
	np_text_puts(out, "* chosen: ");
	for (int a = 0; a < r->options.alpha_count; a++) {
		if (r->chosen[a] != last)
			np_put_plain(out, "%s%s for alpha", a ? "; " : "", r->rows[r->chosen[a]].candidate.network);
		np_text_printf(out, "%s %s", r->chosen[a] == last ? "," : "",
		               np_number_format("%.*g", 4, r->options.alphas[a], number));
		last = r->chosen[a];
	}
	np_text_puts(out, "\n+ on the Pareto front: no other errs less at no more energy, or costs less at no more error\n");
}

static void put_budgets(np_text *out, const np_ranking *r)
{
	const struct {
		double most;
		const char *(*format)(double, char *);
	} budgets[BUDGET_COUNT] = {{r->options.max_runtime_ms, np_unit_time},
	                           {r->options.max_energy_mj, np_unit_energy},
	                           {r->options.max_power_w, np_unit_power}};
	char text[NP_UNIT_TEXT];
	for (int b = 0; b < BUDGET_COUNT; b++) {
		int missing = 0;
		for (int i = 0; i < r->count; i++)
			missing += (r->rows[i].missed & BUDGETS[b].bit) != 0;
		if (missing)
			np_text_printf(out, "x %d of %d over %s of %s%s, or not known\n", missing, r->count,
			               budgets[b].format(budgets[b].most, text), BUDGETS[b].word,
			               BUDGETS[b].bit == NP_BUDGET_ENERGY ? " per item" : "");
	}
}

static void rank_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	for (int i = 0; i < count; i++) {
		view v = view_of(ranking_at(subjects, i), options);
		np_text_puts(out, i ? "\n" : "");
		np_text_puts(out, "Energy-Precision Ratio M = error^alpha x energy per item in mJ, lower is better\n");
		if (v.r->options.data[0]) {
			np_put_plain(out, "%s", v.r->options.data);
			np_text_puts(out, "\n");
		}
		np_text_puts(out, "\n");
		put_header(out, &v);
		for (int k = 0; k < v.r->count; k++)
			put_row(out, &v, k);
		np_text_puts(out, "\n");
		put_choices(out, v.r);
		put_budgets(out, v.r);
	}
}

/* ---- page ---- */

static void page_title(np_text *out, const void *subjects, int i)
{
	(void)subjects;
	(void)i;
	np_text_puts(out, "Energy-Precision Ratio");
}

static void page_intro(np_text *out, const void *subjects, int i)
{
	const np_ranking *r = ranking_at(subjects, i);
	char number[NP_NUMBER_SIZE];
	np_text_puts(out, "Error^alpha x energy per item in mJ, lower is better. Chosen:");
	for (int a = 0; a < r->options.alpha_count; a++)
		np_text_printf(out, "%s %s for alpha %s", a ? ";" : "",
		               r->chosen[a] < 0 ? "none" : r->rows[r->chosen[a]].candidate.network,
		               np_number_format("%.*g", 4, r->options.alphas[a], number));
}

np_status np_report_ranking(const np_ranking *const *rankings, int count, const np_report_options *options, char **text,
                            size_t *size, np_error *err)
{
	static const np_report_page PAGE = {
	        .title = page_title,
	        .intro = page_intro,
	        .columns = "network,error,energy_per_item_mj,runtime_ms,power_w,alpha,score,place,chosen,pareto,missed",
	};
	static const np_report_kind RANK = {
	        .page = &PAGE,
	        .table = rank_table,
	        .json = rank_json,
	        .csv_header = "network,error,energy_per_item_mj,runtime_ms,power_w,alpha,score,place,chosen,pareto,missed",
	        .csv = rank_csv,
	};
	return np_report_write(&RANK, rankings, count, options, text, size, err);
}
