/* measure: how a campaign went. */
#include "report/report_impl.h"
#include "report/table.h"
#include "report/units.h"

#include <math.h>

static void measure_json(np_json *json, const void *subjects, int i)
{
	const np_measure_result *r = (const np_measure_result *)subjects + i;
	const struct {
		const char *key;
		double value;
	} numbers[] = {
	        {"idle_w", r->idle_w},
	        {"limit_w", r->limit_w},
	        {"seconds", r->seconds},
	        {"runtime_difference_median", r->runtime_difference_median},
	        {"runtime_difference_p90", r->runtime_difference_p90},
	        {"power_difference_median", r->power_difference_median},
	        {"power_difference_p90", r->power_difference_p90},
	        {"anchor_runtime_spread", r->anchor_runtime_spread},
	        {"anchor_runtime_per_h", r->anchor_runtime_per_h},
	        {"anchor_power_w_per_h", r->anchor_power_w_per_h},
	};
	const struct {
		const char *key;
		int count;
	} counts[] = {{"measured", r->measured}, {"before", r->before}, {"impossible", r->impossible},
	              {"flagged", r->flagged},   {"left", r->left},     {"repeated", r->repeated},
	              {"anchors", r->anchors}};
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/measure/1");
	np_json_put_string(json, "device", r->device);
	np_json_put_string(json, "software", r->software);
	np_json_put_string(json, "dtype", r->dtype);
	np_json_put_string(json, "no_power", r->no_power[0] ? r->no_power : NULL);
	for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
		np_json_put_int(json, counts[k].key, counts[k].count);
	for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
		np_json_put_double(json, numbers[k].key, numbers[k].value);
	np_json_close(json);
}

static void put_agreement(np_text *out, const np_measure_result *r)
{
	char a[NP_UNIT_TEXT], b[NP_UNIT_TEXT];
	if (!r->repeated)
		return;
	np_text_printf(out, "  passes agree   runtime within %s (median), %s (90 %%) over %d layers\n",
	               np_unit_percent(r->runtime_difference_median, a), np_unit_percent(r->runtime_difference_p90, b),
	               r->repeated);
	if (!isnan(r->power_difference_median))
		np_text_printf(out, "                 power within %s (median), %s (90 %%)\n",
		               np_unit_percent(r->power_difference_median, a), np_unit_percent(r->power_difference_p90, b));
}

static void put_drift(np_text *out, const np_measure_result *r)
{
	char a[NP_UNIT_TEXT];
	if (r->anchors < 2)
		return;
	np_text_printf(out, "  drift          one layer, %d times: runtimes within %s", r->anchors,
	               np_unit_percent(r->anchor_runtime_spread, a));
	if (!isnan(r->anchor_power_w_per_h))
		np_text_printf(out, ", power %+.2g W per hour", r->anchor_power_w_per_h);
	np_text_puts(out, "\n");
}

static void measure_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	for (int i = 0; i < count; i++) {
		const np_measure_result *r = (const np_measure_result *)subjects + i;
		char seconds[NP_UNIT_TEXT], idle[NP_UNIT_TEXT];
		np_bold_on(out, options);
		np_put_plain(out, "%s; %s, %s", r->device, r->software, r->dtype);
		np_bold_off(out, options);
		np_text_printf(out, "\n  rows           %d measured in %s, %d there before", r->measured,
		               np_unit_time(1000 * r->seconds, seconds), r->before);
		np_text_printf(out, ", %d that fit leaves out, %d the device cannot run\n", r->flagged, r->impossible);
		if (r->idle_w > 0)
			np_text_printf(out, "  idle power     %s\n", np_unit_power(r->idle_w, idle));
		put_agreement(out, r);
		put_drift(out, r);
		if (r->left)
			np_text_printf(out, "  left           %d rows: the same command goes on with them\n", r->left);
	}
}

np_status np_report_measure(const np_measure_result *result, const np_report_options *options, char **text, size_t *size,
                            np_error *err)
{
	static const np_report_kind MEASURE = {.table = measure_table, .json = measure_json};
	return np_report_write(&MEASURE, result, 1, options, text, size, err);
}
