/* neuralpower fit: a platform learned from measured layers. */
#include "cli.h"

#include <string.h>

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const np_platform *platform = subject;
	return np_report_platforms(&platform, 1, options, text, size, err);
}

void show_rows(const arguments *args, const np_dataset *dataset)
{
	for (int i = 0; i < np_dataset_file_count(dataset); i++) {
		const np_dataset_file *file = np_dataset_file_info(dataset, i);
		warn(args, "%s: %d row%s, %d left out", file->path, file->rows, file->rows == 1 ? "" : "s", file->rejected);
		if (file->flagged)
			warn(args, "%s: %d flagged when they were measured, left out", file->path, file->flagged);
		if (file->repeats)
			warn(args, "%s: %d repeats merged, the median stands for them", file->path, file->repeats);
		if (file->other_devices)
			warn(args, "%s: %d of other devices", file->path, file->other_devices);
	}
	int issues = np_dataset_issue_count(dataset), shown = args->verbose || issues < 10 ? issues : 10;
	for (int i = 0; i < shown; i++)
		warn(args, "%s", np_dataset_issue(dataset, i));
	if (shown < issues)
		warn(args, "and %d more rows were left out; --verbose shows them all", issues - shown);
}

static int save(const arguments *args, const np_platform *platform)
{
	np_error err = {0};
	if (np_platform_save(platform, args->out, &err) != NP_OK) {
		complain_error(&err);
		return EXIT_CHECK_FAILED;
	}
	arguments report = *args;
	report.out = NULL;
	return write_reports(&report, render, platform);
}

/* ---- degrees ---- */

/* Degrees whose polynomials have more terms than a model may choose from. */
static void show_untried(const arguments *args, const np_platform *platform)
{
	np_degree_info d;
	for (int i = 0; np_platform_degree(platform, i, &d); i++)
		if (!d.tried)
			warn(args, "%s %s: degree %d was not tried, its %d terms are more than %d", np_kind_name(d.kind),
			     np_target_name(d.target), d.degree, d.offered, NP_MAX_TERMS);
}

static np_status render_degrees(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	return np_report_degrees(subject, options, text, size, err);
}

/* As the file's name ends. */
static np_report_format format_of(const char *path)
{
	static const struct {
		const char *end;
		np_report_format format;
	} FORMATS[] = {{".json", NP_REPORT_JSON}, {".csv", NP_REPORT_CSV}, {".svg", NP_REPORT_SVG}, {".html", NP_REPORT_HTML}};
	const char *dot = strrchr(path, '.');
	for (size_t i = 0; dot && i < sizeof FORMATS / sizeof *FORMATS; i++)
		if (strcmp(dot, FORMATS[i].end) == 0)
			return FORMATS[i].format;
	return NP_REPORT_TABLE;
}

/* JSON on standard output has the degrees in it already. */
static int write_degrees(const arguments *args, const np_platform *platform)
{
	int status = EXIT_FINE;
	for (int i = 0; i < args->degrees.count && status == EXIT_FINE; i++) {
		const char *path = args->degrees.items[i];
		bool here = strcmp(path, "-") == 0;
		np_report_options options = table_options();
		options.format = format_of(path);
		options.color &= here;
		if (here && args->json.asked && !args->json.path)
			continue;
		if (here)
			status = write_output(path, "\n", 1);
		if (status == EXIT_FINE)
			status = write_report(render_degrees, platform, options, path);
	}
	return status;
}

static bool has_degrees(const arguments *args)
{
	if (!args->degrees.count || (args->method && strcmp(args->method, "paper") == 0))
		return true;
	complain("--degrees goes with --method paper, no other method has degrees");
	return false;
}

/* ---- the command ---- */

int fit_and_show(const arguments *args, const np_dataset *dataset)
{
	np_fit_options options = {.method = args->method,
	                          .name = args->name,
	                          .features = args->features,
	                          .degree = (int)args->degree,
	                          .source = args->source,
	                          .group = args->group,
	                          .seed = (uint64_t)args->seed,
	                          .threads = (int)args->threads,
	                          .idle_power_w = args->idle_power_w,
	                          .limit_power_w = args->limit_power_w};
	np_error err = {0};
	np_platform *platform;
	if (np_platform_fit(dataset, &options, &platform, &err) != NP_OK)
		return complain_error(&err);
	show_untried(args, platform);
	int status = save(args, platform);
	if (status == EXIT_FINE)
		status = write_degrees(args, platform);
	np_platform_free(platform);
	return status;
}

int command_fit(const arguments *args)
{
	if (!args->files.count || !args->out) {
		complain("measured layers and where to write the platform were expected: DATASET.csv... -o PLATFORM.json");
		return EXIT_USAGE;
	}
	if (!has_degrees(args))
		return EXIT_USAGE;
	np_error err = {0};
	np_dataset *dataset;
	if (np_dataset_load(args->files.items, args->files.count, args->device, &dataset, &err) != NP_OK)
		return complain_error(&err);
	show_rows(args, dataset);
	int status = fit_and_show(args, dataset);
	np_dataset_free(dataset);
	return status;
}
