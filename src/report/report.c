/* The frame of every report: one format chosen, one object or an array, one text handed over. */
#include "base/error.h"
#include "report/page.h"

void np_report_write_json(const np_report_kind *kind, const void *subjects, int count, bool full, np_text *out)
{
	np_json json = np_json_on(out);
	void (*put)(np_json *, const void *, int) = full && kind->json_full ? kind->json_full : kind->json;
	if (count != 1)
		np_json_array(&json);
	for (int i = 0; i < count; i++)
		put(&json, subjects, i);
	if (count != 1)
		np_json_close(&json);
}

void np_report_write_csv(const np_report_kind *kind, const void *subjects, int count, np_text *out)
{
	np_text_puts(out, kind->csv_header);
	np_text_puts(out, "\n");
	for (int i = 0; i < count; i++)
		kind->csv(out, subjects, i);
}

/* What a report cannot be; NULL when it can be what is asked for. */
static const char *find_lack(const np_report_kind *kind, int count, np_report_format format)
{
	if (format == NP_REPORT_SVG && (!kind->svg || count != 1))
		return "this report has no picture";
	if (format == NP_REPORT_CSV && !kind->csv)
		return "this report has no CSV form";
	if (format == NP_REPORT_HTML && !kind->page)
		return "this report has no page";
	return NULL;
}

static np_status write_format(const np_report_kind *kind, const void *subjects, int count, const np_report_options *options,
                              np_text *out, np_error *err)
{
	switch (options->format) {
	case NP_REPORT_JSON:
		np_report_write_json(kind, subjects, count, options->verbose, out);
		return NP_OK;
	case NP_REPORT_CSV:
		np_report_write_csv(kind, subjects, count, out);
		return NP_OK;
	case NP_REPORT_SVG:
		kind->svg(out, subjects, 0);
		return NP_OK;
	case NP_REPORT_HTML:
		return np_page_write(kind, subjects, count, out, err);
	default:
		kind->table(out, subjects, count, options);
		return NP_OK;
	}
}

np_status np_report_write(const np_report_kind *kind, const void *subjects, int count, const np_report_options *options,
                          char **text, size_t *size, np_error *err)
{
	np_report_options own = options ? *options : (np_report_options){0};
	if (own.width <= 0)
		own.width = 80;
	const char *lack = find_lack(kind, count, own.format);
	np_text out = {0};
	*text = NULL;
	if (lack)
		return np_fail(err, NP_ERR_ARGUMENT, "%s", lack);
	np_status status = write_format(kind, subjects, count, &own, &out, err);
	if (status != NP_OK) {
		np_text_free(&out);
		return status;
	}
	*text = np_text_take(&out, size);
	return *text ? NP_OK : np_fail_memory(err);
}

void np_report_value(np_json *json, const char *key, np_value value)
{
	np_json_key(json, key);
	if (value.has)
		np_json_double(json, value.value);
	else
		np_json_null(json);
}

void np_report_interval(np_json *json, const char *key, np_value value)
{
	np_json_key(json, key);
	if (value.has && value.has_interval)
		np_json_doubles(json, (double[]){value.low, value.high}, 2);
	else
		np_json_null(json);
}

void np_report_network(np_json *json, const np_network *network)
{
	np_json_key(json, "network");
	np_json_object(json);
	np_json_put_string(json, "name", np_network_name(network));
	np_json_put_string(json, "file", np_network_path(network));
	np_json_put_string(json, "format", np_network_format(network));
	np_json_put_int(json, "batch", np_network_batch(network));
	np_json_close(json);
}

void np_report_platform(np_json *json, const np_platform *platform)
{
	np_json_key(json, "platform");
	np_json_object(json);
	np_json_put_string(json, "name", np_platform_name(platform));
	np_json_put_string(json, "device", np_platform_device(platform));
	np_json_put_string(json, "software", np_platform_software(platform));
	np_json_put_string(json, "dtype", np_platform_dtype(platform));
	if (np_platform_sheet(platform))
		np_json_put_string(json, "method", np_platform_method(platform));
	np_json_close(json);
}
