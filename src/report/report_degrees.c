/* degrees: which degrees of the paper's polynomial were tried and how good each was (Figure 3 of the paper). */
#include "report/report_degrees.h"

#include "report/table.h"
#include "report/units.h"

static const np_platform *platform_at(const void *subjects, int i)
{
	return ((const np_platform *const *)subjects)[i];
}

/* ---- JSON and CSV ---- */

static void put_known(np_json *json, const char *key, double value, bool known)
{
	np_json_key(json, key);
	if (known)
		np_json_double(json, value);
	else
		np_json_null(json);
}

static void put_degree(np_json *json, const np_degree_info *d)
{
	np_json_object(json);
	np_json_put_string(json, "type", np_kind_name(d->kind));
	np_json_put_string(json, "target", np_target_name(d->target));
	np_json_put_string(json, "features", d->features);
	np_json_put_int(json, "degree", d->degree);
	np_json_put_int(json, "terms_offered", d->offered);
	np_json_key(json, "terms");
	if (d->tried)
		np_json_int(json, d->terms);
	else
		np_json_null(json);
	put_known(json, "cv_rmse", d->cv_rmse, d->tried);
	put_known(json, "cv_rmspe", d->cv_rmspe, d->tried);
	np_json_put_bool(json, "chosen", d->chosen);
	np_json_close(json);
}

void np_report_put_degrees(np_json *json, const np_platform *platform)
{
	np_degree_info degree;
	if (!np_platform_degree_count(platform))
		return;
	np_json_key(json, "degrees");
	np_json_array(json);
	for (int i = 0; np_platform_degree(platform, i, &degree); i++)
		put_degree(json, &degree);
	np_json_close(json);
}

static void degrees_json(np_json *json, const void *subjects, int i)
{
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/degrees/1");
	np_report_platform(json, platform_at(subjects, i));
	np_report_put_degrees(json, platform_at(subjects, i));
	np_json_close(json);
}

static void degrees_csv(np_text *out, const void *subjects, int i)
{
	const np_platform *platform = platform_at(subjects, i);
	np_degree_info d;
	for (int k = 0; np_platform_degree(platform, k, &d); k++) {
		np_csv_text(out, np_platform_name(platform));
		np_text_printf(out, ",%s,%s,%s,%d,%d,", np_kind_name(d.kind), np_target_name(d.target), d.features, d.degree,
		               d.offered);
		np_csv_number(out, d.terms, d.tried);
		np_text_puts(out, ",");
		np_csv_number(out, d.cv_rmse, d.tried);
		np_text_puts(out, ",");
		np_csv_number(out, d.cv_rmspe, d.tried);
		np_text_printf(out, ",%s\n", d.chosen ? "true" : "false");
	}
}

/* ---- table ---- */

static void put_row(np_text *out, const np_degree_info *d, bool first, const np_report_options *options)
{
	char rmse[NP_UNIT_TEXT], rmspe[NP_UNIT_TEXT];
	np_text_printf(out, "  %-13s %-10s ", first ? np_kind_name(d->kind) : "", first ? np_target_name(d->target) : "");
	if (!d->tried) {
		np_text_printf(out, "%6d %8d %6s %9s %9s  too many\n", d->degree, d->offered, "-", "-", "-");
		return;
	}
	if (d->chosen)
		np_bold_on(out, options);
	np_text_printf(out, "%6d %8d %6d %9s %9s%s", d->degree, d->offered, d->terms,
	               (d->target == NP_POWER ? np_unit_power : np_unit_time)(d->cv_rmse, rmse),
	               np_unit_percent(d->cv_rmspe, rmspe), d->chosen ? "  chosen" : "");
	if (d->chosen)
		np_bold_off(out, options);
	np_text_puts(out, "\n");
}

static void put_degrees(np_text *out, const np_platform *platform, const np_report_options *options)
{
	np_degree_info d;
	np_put_plain(out, "%s", np_platform_name(platform));
	np_text_puts(out, ": degrees of the paper's polynomial\n\n");
	np_text_printf(out, "  %-13s %-10s %6s %8s %6s %9s %9s\n", "", "", "", "terms", "terms", "held-out", "held-out");
	np_text_printf(out, "  %-13s %-10s %6s %8s %6s %9s %9s\n", "type", "target", "degree", "offered", "kept", "RMSE",
	               "RMSPE");
	for (int i = 0; np_platform_degree(platform, i, &d); i++)
		put_row(out, &d, d.degree == 1, options);
}

static void degrees_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	for (int i = 0; i < count; i++)
		put_degrees(out, platform_at(subjects, i), options);
	np_text_puts(out, "\nThe degree of least RMSE in ten-fold cross-validation is chosen. These errors\n"
	                  "are of the polynomial itself; a platform also holds its predictions to what was\n"
	                  "observed.\n");
}

static void degrees_svg(np_text *out, const void *subjects, int i)
{
	np_report_draw_degrees(out, platform_at(subjects, i));
}

static void page_title(np_text *out, const void *subjects, int i)
{
	np_text_printf(out, "%s: degrees of the paper's polynomial", np_platform_name(platform_at(subjects, i)));
}

np_status np_report_degrees(const np_platform *platform, const np_report_options *options, char **text, size_t *size,
                            np_error *err)
{
	static const np_report_page PAGE = {
	        .title = page_title,
	        .columns = "type,target,degree,terms_offered,terms,cv_rmse,cv_rmspe,chosen",
	};
	static const np_report_kind DEGREES = {
	        .page = &PAGE,
	        .table = degrees_table,
	        .json = degrees_json,
	        .csv_header = "platform,type,target,features,degree,terms_offered,terms,cv_rmse,cv_rmspe,chosen",
	        .csv = degrees_csv,
	        .svg = degrees_svg,
	};
	return np_report_write(&DEGREES, &platform, 1, options, text, size, err);
}
