/* The frame of every report: one format chosen, one object or an array, one text handed over. */
#include "base/error.h"
#include "report/report_impl.h"

static void write_json(const np_report_kind *kind, const void *subjects, int count, np_text *out)
{
	np_json json = np_json_on(out);
	if (count != 1)
		np_json_array(&json);
	for (int i = 0; i < count; i++)
		kind->json(&json, subjects, i);
	if (count != 1)
		np_json_close(&json);
}

static void write_csv(const np_report_kind *kind, const void *subjects, int count, np_text *out)
{
	np_text_puts(out, kind->csv_header);
	np_text_puts(out, "\n");
	for (int i = 0; i < count; i++)
		kind->csv(out, subjects, i);
}

np_status np_report_write(const np_report_kind *kind, const void *subjects, int count, const np_report_options *options,
                          char **text, size_t *size, np_error *err)
{
	np_report_options own = options ? *options : (np_report_options){0};
	if (own.width <= 0)
		own.width = 80;
	np_text out = {0};
	if (own.format == NP_REPORT_SVG && (!kind->svg || count != 1)) {
		*text = NULL;
		return np_fail(err, NP_ERR_ARGUMENT, "this report has no picture");
	}
	if (own.format == NP_REPORT_CSV && !kind->csv) {
		*text = NULL;
		return np_fail(err, NP_ERR_ARGUMENT, "this report has no CSV form");
	}
	if (own.format == NP_REPORT_JSON)
		write_json(kind, subjects, count, &out);
	else if (own.format == NP_REPORT_CSV)
		write_csv(kind, subjects, count, &out);
	else if (own.format == NP_REPORT_SVG)
		kind->svg(&out, subjects, 0);
	else
		kind->table(&out, subjects, count, &own);
	*text = np_text_take(&out, size);
	return *text ? NP_OK : np_fail_memory(err);
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
