/* check: values beside their limits, as a table, JSON and CSV. What CI systems read is in report_check_ci.c. */
#include "report/report_check.h"

#include "report/report_predict.h"
#include "report/table.h"
#include "report/units.h"
#include "text/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const struct {
	const char *word;
	const char *(*format)(double, char *);
} TARGETS[NP_TARGET_COUNT] = {[NP_RUNTIME] = {"runtime", np_unit_time},
                              [NP_POWER] = {"power", np_unit_power},
                              [NP_ENERGY] = {"energy", np_unit_energy}};

const char *np_check_word(np_target target)
{
	return TARGETS[target].word;
}

static void put_quantity(np_text *out, np_target target, double value)
{
	char text[NP_UNIT_TEXT];
	np_text_puts(out, TARGETS[target].format(value, text));
}

/* ---- sentences ---- */

static void put_value(np_text *out, const np_check_item *item)
{
	put_quantity(out, item->target, item->value.value);
	if (!item->value.has_interval)
		return;
	np_text_puts(out, " (");
	put_quantity(out, item->target, item->value.low);
	np_text_puts(out, " to ");
	put_quantity(out, item->target, item->value.high);
	np_text_puts(out, ")");
}

/* "the limit of 10 mJ", "the baseline's 9.5 mJ + 5 %" */
static void put_limit(np_text *out, const np_check *check, const np_check_network *network, const np_check_item *item)
{
	char text[NP_UNIT_TEXT];
	np_text_puts(out, item->against_baseline ? "the baseline's " : "the limit of ");
	put_quantity(out, item->target, item->against_baseline ? network->entry->value[item->target] : item->limit);
	if (item->against_baseline)
		np_text_printf(out, " + %s", np_unit_percent(check->options.tolerance, text));
}

static void put_unknown(np_text *out, const np_check_network *network, const np_check_item *item)
{
	const char *word = TARGETS[item->target].word;
	if (item->verdict == NP_CHECK_NEITHER)
		np_text_printf(out, "%s is known neither to the baseline nor to the platform: not compared", word);
	else if (!item->value.has)
		np_text_printf(out, "%s cannot be checked: platform %s has no data for it", word,
		               np_platform_name(network->prediction->platform));
	else
		np_text_printf(out, "%s cannot be checked: the baseline does not know it; write it again", word);
}

void np_check_sentence(np_text *out, const np_check *check, const np_check_network *network, const np_check_item *item)
{
	static const char *const STANDS[] = {
	        [NP_CHECK_PASSED] = "within", [NP_CHECK_UNSURE] = "over, but not surely,", [NP_CHECK_FAILED] = "over"};
	if (item->verdict == NP_CHECK_UNKNOWN || item->verdict == NP_CHECK_NEITHER) {
		put_unknown(out, network, item);
		return;
	}
	np_text_printf(out, "%s ", TARGETS[item->target].word);
	put_value(out, item);
	np_text_printf(out, " is %s ", STANDS[item->verdict]);
	put_limit(out, check, network, item);
}

void np_check_nothing_sentence(np_text *out, const np_check *check)
{
	np_text_printf(out, "%s has none of these networks on %s: nothing was compared", check->options.baseline->path,
	               np_platform_name(check->networks[0].prediction->platform));
}

/* ---- table ---- */

static void put_item(np_text *out, const np_check *check, const np_check_network *network, const np_check_item *item,
                     const np_report_options *options)
{
	np_text sentence = {0};
	bool fails = np_check_verdict_fails(item->verdict);
	np_text_puts(out, "  ");
	if (fails)
		np_bold_on(out, options);
	np_cell_left(out, options, fails ? "FAILED" : np_check_verdict_name(item->verdict), 8);
	if (fails)
		np_bold_off(out, options);
	np_check_sentence(&sentence, check, network, item);
	np_put_plain(out, "%s", sentence.data ? sentence.data : "");
	np_text_puts(out, "\n");
	out->failed |= !np_text_ok(&sentence);
	np_text_free(&sentence);
}

static void put_network(np_text *out, const np_check *check, const np_check_network *network, const np_report_options *options)
{
	const np_network *n = network->prediction->network;
	np_put_plain(out, "%s, batch %" PRId64, np_network_path(n), np_network_batch(n));
	np_text_puts(out, "\n");
	for (int i = 0; i < network->item_count; i++)
		put_item(out, check, network, &network->items[i], options);
	if (check->options.baseline && !network->entry)
		np_text_puts(out, "  new     not in the baseline: not compared with it\n");
}

static void put_missing(np_text *out, const np_check *check)
{
	for (int i = 0; i < check->missing_count; i++) {
		np_put_plain(out, "missing: %s, batch %" PRId64 ", is in the baseline but was not given",
		             check->missing[i]->file, check->missing[i]->batch);
		np_text_puts(out, "\n");
	}
}

static void put_summary(np_text *out, const np_check *check, const np_report_options *options)
{
	int counts[NP_CHECK_NEITHER + 1] = {0}, failing = 0, all = 0;
	for (int i = 0; i < check->count; i++)
		for (int k = 0; k < check->networks[i].item_count; k++, all++) {
			counts[check->networks[i].items[k].verdict]++;
			failing += np_check_verdict_fails(check->networks[i].items[k].verdict);
		}
	np_bold_on(out, options);
	np_text_printf(out, "\n%s: %d of %d values failed", check->failed ? "FAILED" : "passed", failing, all);
	np_bold_off(out, options);
	if (counts[NP_CHECK_UNSURE])
		np_text_printf(out, ", %d over but not surely (--strict fails them)", counts[NP_CHECK_UNSURE]);
	np_text_puts(out, "\n");
	if (check->compares_nothing) {
		np_text sentence = {0};
		np_check_nothing_sentence(&sentence, check);
		np_put_plain(out, "%s", sentence.data ? sentence.data : "");
		np_text_puts(out, "\n");
		np_text_free(&sentence);
	}
}

static const np_check *check_at(const void *subjects)
{
	return *(const np_check *const *)subjects;
}

static void check_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	(void)count;
	const np_check *check = check_at(subjects);
	const np_platform *platform = check->networks[0].prediction->platform;
	np_put_plain(out, "On %s, per forward pass of the whole batch", np_platform_name(platform));
	if (check->options.baseline)
		np_put_plain(out, "; baseline %s", check->options.baseline->path);
	np_text_puts(out, "\n\n");
	for (int i = 0; i < check->count; i++)
		put_network(out, check, &check->networks[i], options);
	put_missing(out, check);
	put_summary(out, check, options);
}

/* ---- JSON ---- */

static void put_check_json(np_json *json, const np_check_network *network, const np_check_item *item)
{
	np_json_object(json);
	np_json_put_string(json, "target", np_target_name(item->target));
	np_json_put_string(json, "against", item->against_baseline ? "baseline" : "limit");
	if (item->against_baseline)
		np_json_put_double(json, "baseline",
		                   network->entry->has[item->target] ? network->entry->value[item->target] : NAN);
	np_json_put_double(json, "limit", item->limit);
	np_report_value(json, "value", item->value);
	np_report_interval(json, "interval", item->value);
	np_json_put_string(json, "verdict", np_check_verdict_name(item->verdict));
	np_json_close(json);
}

/* As predict --json has them, so that either can be a baseline. */
static void put_totals_json(np_json *json, const np_prediction *p)
{
	np_json_key(json, "totals");
	np_json_object(json);
	np_report_value(json, "runtime_ms", p->runtime_ms);
	np_report_value(json, "power_w", p->power_w);
	np_report_value(json, "energy_mj", p->energy_mj);
	np_report_interval(json, "runtime_ms_interval", p->runtime_ms);
	np_report_interval(json, "power_w_interval", p->power_w);
	np_report_interval(json, "energy_mj_interval", p->energy_mj);
	np_json_close(json);
}

static void put_network_json(np_json *json, const np_check *check, const np_check_network *network)
{
	np_json_object(json);
	np_report_network(json, network->prediction->network);
	np_json_put_bool(json, "passed", !network->failed);
	if (check->options.baseline)
		np_json_put_string(json, "baseline_file", network->entry ? network->entry->file : NULL);
	put_totals_json(json, network->prediction);
	np_json_key(json, "checks");
	np_json_array(json);
	for (int i = 0; i < network->item_count; i++)
		put_check_json(json, network, &network->items[i]);
	np_json_close(json);
	np_json_close(json);
}

static void put_missing_json(np_json *json, const np_check *check)
{
	np_json_key(json, "missing");
	np_json_array(json);
	for (int i = 0; i < check->missing_count; i++) {
		np_json_object_compact(json);
		np_json_put_string(json, "file", check->missing[i]->file);
		np_json_put_int(json, "batch", check->missing[i]->batch);
		np_json_close(json);
	}
	np_json_close(json);
}

static void check_json(np_json *json, const void *subjects, int i)
{
	(void)i;
	const np_check *check = check_at(subjects);
	const np_platform *platform = check->networks[0].prediction->platform;
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/check/1");
	np_json_put_bool(json, "passed", !check->failed);
	np_report_platform(json, platform);
	np_json_put_bool(json, "strict", check->options.strict);
	np_json_put_double(json, "interval_level", np_platform_interval(platform));
	if (check->options.baseline) {
		np_json_put_string(json, "baseline", check->options.baseline->path);
		np_json_put_double(json, "tolerance", check->options.tolerance);
		np_json_put_bool(json, "compares_nothing", check->compares_nothing);
	}
	np_json_key(json, "networks");
	np_json_array(json);
	for (int k = 0; k < check->count; k++)
		put_network_json(json, check, &check->networks[k]);
	np_json_close(json);
	put_missing_json(json, check);
	np_json_close(json);
}

/* ---- CSV ---- */

static void check_csv(np_text *out, const void *subjects, int i)
{
	(void)i;
	const np_check *check = check_at(subjects);
	for (int n = 0; n < check->count; n++)
		for (int k = 0; k < check->networks[n].item_count; k++) {
			const np_network *network = check->networks[n].prediction->network;
			const np_check_item *item = &check->networks[n].items[k];
			np_csv_text(out, np_network_path(network));
			np_text_printf(out, ",%" PRId64 ",%s,%s,", np_network_batch(network), np_target_name(item->target),
			               item->against_baseline ? "baseline" : "limit");
			np_csv_number(out, item->limit, !isnan(item->limit));
			np_csv_value(out, item->value);
			np_text_printf(out, ",%s\n", np_check_verdict_name(item->verdict));
		}
}

np_status np_report_check(const np_check *check, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	static const np_report_kind CHECK = {
	        .table = check_table,
	        .json = check_json,
	        .csv_header = "file,batch,target,against,limit,value,low,high,verdict",
	        .csv = check_csv,
	};
	return np_report_write(&CHECK, &check, 1, options, text, size, err);
}
