/* The options: one table, from which they are parsed and explained. */
#include "options_choose.h"
#include "tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain_value(const char *word, const char *value, const char *expected)
{
	complain("%s '%s': %s was expected", word, value, expected);
	return EXIT_USAGE;
}

static bool parse_count(const char *text, int64_t least, int64_t *count)
{
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno || end == text || *end || value < least)
		return false;
	*count = value;
	return true;
}

static int add_batch(arguments *args, const char *text)
{
	int64_t batch;
	if (!parse_count(text, 1, &batch) || batch > INT32_MAX)
		return complain_value("--batch", text, "a number from 1 to 2147483647");
	int64_t *larger = realloc(args->batches, (size_t)(args->batch_count + 1) * sizeof *larger);
	if (!larger) {
		complain("out of memory");
		return EXIT_CHECK_FAILED;
	}
	args->batches = larger;
	args->batches[args->batch_count++] = batch;
	return EXIT_FINE;
}

static int set_batch(arguments *args, const char *value)
{
	char *copy = strdup(value), *rest = copy, *part;
	int status = copy ? EXIT_FINE : EXIT_CHECK_FAILED;
	while (status == EXIT_FINE && (part = strsep(&rest, ",")))
		status = add_batch(args, part);
	free(copy);
	return status;
}

static int set_shape(arguments *args, const char *value)
{
	if (!strrchr(value, ':'))
		return complain_value("--shape", value, "NAME:1x3x224x224");
	return list_add(&args->shapes, value) ? EXIT_FINE : EXIT_CHECK_FAILED;
}

static int set_dim(arguments *args, const char *value)
{
	const char *equals = strrchr(value, '=');
	int64_t size;
	if (!equals || !parse_count(equals + 1, 1, &size))
		return complain_value("--dim", value, "NAME=N");
	return list_add(&args->dims, value) ? EXIT_FINE : EXIT_CHECK_FAILED;
}

static int set_platform(arguments *args, const char *value)
{
	return list_add(&args->platforms, value) ? EXIT_FINE : EXIT_CHECK_FAILED;
}

static int add_layers(arguments *args, const char *value)
{
	return list_add(&args->layers, value) ? EXIT_FINE : EXIT_CHECK_FAILED;
}

static int add_suite(arguments *args, const char *value)
{
	return list_add(&args->suites, value) ? EXIT_FINE : EXIT_CHECK_FAILED;
}

static int add_sheet(arguments *args, const char *value)
{
	return list_add(&args->sheets, value) ? EXIT_FINE : EXIT_CHECK_FAILED;
}

static int parse_figure(const char *word, const char *value, const char *expected, double *figure)
{
	char *end;
	*figure = strtod(value, &end);
	return end != value && !*end && *figure > 0 && *figure < 1e12 ? EXIT_FINE : complain_value(word, value, expected);
}

static int set_peak_gflops(arguments *args, const char *value)
{
	return parse_figure("--peak-gflops", value, "GFLOP/s above 0", &args->figures.peak_gflops);
}

static int set_bandwidth(arguments *args, const char *value)
{
	return parse_figure("--bandwidth", value, "GB/s above 0", &args->figures.bandwidth_gbs);
}

static int set_clock_mhz(arguments *args, const char *value)
{
	return parse_figure("--clock-mhz", value, "MHz above 0", &args->figures.clock_mhz);
}

/* 62, 62% and 0.62 are the same. */
static int set_percent_of_peak(arguments *args, const char *value)
{
	char *end;
	double share = strtod(value, &end);
	end += *end == '%';
	share /= share > 1 ? 100 : 1;
	if (end == value || *end || !(share > 0 && share <= 1))
		return complain_value("--percent-of-peak", value, "a percentage above 0, at most 100");
	args->figures.percent_of_peak = share;
	return EXIT_FINE;
}

static int add_degrees(arguments *args, const char *value)
{
	return list_add(&args->degrees, value ? value : "-") ? EXIT_FINE : EXIT_CHECK_FAILED;
}

static int set_json(arguments *args, const char *value)
{
	args->json = (output){true, value};
	return EXIT_FINE;
}

static int set_csv(arguments *args, const char *value)
{
	args->csv = (output){true, value};
	return EXIT_FINE;
}

static int set_html(arguments *args, const char *value)
{
	args->html = (output){true, value};
	return EXIT_FINE;
}

#define TEXT_SETTER(field)                                         \
	static int set_##field(arguments *args, const char *value) \
	{                                                          \
		args->field = value;                               \
		return EXIT_FINE;                                  \
	}
TEXT_SETTER(out)
TEXT_SETTER(method)
TEXT_SETTER(name)
TEXT_SETTER(names)
TEXT_SETTER(device)
TEXT_SETTER(source)
TEXT_SETTER(type)
TEXT_SETTER(target)
TEXT_SETTER(networks)
TEXT_SETTER(table)
TEXT_SETTER(group)
TEXT_SETTER(features)
TEXT_SETTER(dtype)
TEXT_SETTER(fit)
TEXT_SETTER(netron)
TEXT_SETTER(format)
TEXT_SETTER(software)
TEXT_SETTER(layer_info)
TEXT_SETTER(times)
TEXT_SETTER(whole)
TEXT_SETTER(trace)

#define FLAG_SETTER(field)                                         \
	static int set_##field(arguments *args, const char *value) \
	{                                                          \
		(void)value;                                       \
		args->field = true;                                \
		return EXIT_FINE;                                  \
	}
FLAG_SETTER(quiet)
FLAG_SETTER(verbose)
FLAG_SETTER(strict)
FLAG_SETTER(help)

static int set_seed(arguments *args, const char *value)
{
	return parse_count(value, 1, &args->seed) ? EXIT_FINE : complain_value("--seed", value, "a number from 1");
}

static int set_degree(arguments *args, const char *value)
{
	bool fine = parse_count(value, 1, &args->degree) && args->degree <= 4;
	return fine ? EXIT_FINE : complain_value("--degree", value, "a number from 1 to 4");
}

static int set_threads(arguments *args, const char *value)
{
	bool fine = parse_count(value, 1, &args->threads) && args->threads <= 1024;
	return fine ? EXIT_FINE : complain_value("--threads", value, "a number from 1 to 1024");
}

static int set_passes(arguments *args, const char *value)
{
	bool fine = parse_count(value, 1, &args->passes) && args->passes <= 1000;
	return fine ? EXIT_FINE : complain_value("--passes", value, "a number from 1 to 1000");
}

static int set_time_budget(arguments *args, const char *value)
{
	char *end;
	args->time_budget_s = strtod(value, &end);
	bool fine = end != value && !*end && args->time_budget_s > 0 && args->time_budget_s < 1e9;
	return fine ? EXIT_FINE : complain_value("--time-budget", value, "seconds above 0");
}

static int parse_watts(const char *word, const char *value, double *watts)
{
	char *end;
	*watts = strtod(value, &end);
	return end != value && !*end && *watts > 0 && *watts < 1e9 ? EXIT_FINE : complain_value(word, value, "watts above 0");
}

static int set_idle_power(arguments *args, const char *value)
{
	return parse_watts("--idle-power", value, &args->idle_power_w);
}

static int set_limit_power(arguments *args, const char *value)
{
	return parse_watts("--limit-power", value, &args->limit_power_w);
}

/* 90, 90% and 0.9 are the same. */
static int set_interval(arguments *args, const char *value)
{
	char *end;
	double level = strtod(value, &end);
	end += *end == '%';
	level /= level > 1 ? 100 : 1;
	if (end == value || *end || !(level >= 0.5 && level <= 0.99))
		return complain_value("--interval", value, "a percentage from 50 to 99");
	args->interval = level;
	return EXIT_FINE;
}

static const option OPTIONS[] = {
        {"--batch", NULL, "N", OPT_SAMPLE, set_batch, "items per forward pass, instead of the space's own"},
        {"--batch", NULL, "N[,N...]", OPT_LOAD, set_batch,
         "items per forward pass, instead of the file's own; several give several results"},
        {"--shape", NULL, "NAME:1x3x224x224", OPT_LOAD, set_shape,
         "shape of an input, [n, c, h, w]; 0 keeps the file's dimension"},
        {"--dim", NULL, "NAME=N", OPT_LOAD, set_dim, "size of a symbolic dimension of an ONNX file"},
        {"--strict", NULL, NULL, OPT_LOAD | OPT_EVALUATE, set_strict, "fail on an operator that is not known (exit status 4)"},
        {"--platform", "-p", VALUE_PLATFORM "|FILE", OPT_PLATFORM, set_platform,
         "the platform; `neuralpower platforms` lists the names"},
        {"--interval", NULL, "PERCENT", OPT_PLATFORM, set_interval, "how sure the intervals are to be (90), from 50 to 99"},
        {"--layers", NULL, "ROWS.csv", OPT_EVALUATE, add_layers,
         "measured layers; with --networks, the networks' layers, to be summed"},
        {"--networks", NULL, "FILE.csv", OPT_EVALUATE, set_networks,
         "measured networks; their files are named there, or follow"},
        {"--table", NULL, "FILE.csv", OPT_EVALUATE, set_table, "columns predicted and actual, made by any program"},
        {"--stream", NULL, "FILE", OPT_STREAM, set_stream,
         "a network per line (docs/searching.md), each predicted as it is read; - is standard input"},
        {"--statistics", NULL, NULL, OPT_STREAM, set_statistics, "with --stream, networks per second and layers found again"},
        {"--table", NULL, "FILE.csv", OPT_RANK, set_table,
         "columns network, error, energy_per_item_mj, and where known runtime_ms, power_w"},
        {"--error", NULL, "FILE.csv", OPT_RANK, set_errors, "columns network and error, of the network files"},
        {"--alpha", NULL, "A[,A...]", OPT_RANK, set_alpha, "exponents of the error in M = error^alpha x energy (1,2,3,4)"},
        {"--max-runtime-ms", NULL, "MS", OPT_RANK, set_max_runtime, "a network that takes longer is not chosen"},
        {"--max-energy-mj", NULL, "MJ", OPT_RANK, set_max_energy, "nor one that takes more energy per item"},
        {"--max-power-w", NULL, "W", OPT_RANK, set_max_power, "nor one that takes more power"},
        {"--space", NULL, "cifar10|mnist|residual|mobile", OPT_SAMPLE, set_space, "where networks are drawn from"},
        {"--max-energy-mj", NULL, "MJ", OPT_CHECK, set_max_energy, "fail when a forward pass of the batch takes more energy"},
        {"--max-runtime-ms", NULL, "MS", OPT_CHECK, set_max_runtime, "fail when it takes longer"},
        {"--max-power-w", NULL, "W", OPT_CHECK, set_max_power, "fail when it takes more power"},
        {"--baseline", NULL, "FILE", OPT_CHECK, set_baseline,
         "JSON of predict or check: fail when runtime or energy grew from there"},
        {"--tolerance", NULL, "PERCENT", OPT_CHECK, set_tolerance, "by how much more than the baseline is fine (5%)"},
        {"--strict", NULL, NULL, OPT_CHECK, set_strict, "and on a value over its limit, even where its interval reaches below"},
        {"--junit", NULL, "FILE", OPT_CHECK, set_junit, "JUnit XML as well"},
        {"--annotations", NULL, "github", OPT_CHECK, set_annotations, "GitHub's workflow commands, on standard error"},
        {"--count", NULL, "N", OPT_SAMPLE, set_count, "how many (1)"},
        {"--seed", NULL, "N", OPT_SAMPLE, set_seed, "another seed gives other networks (1)"},
        {"--lines", NULL, NULL, OPT_SAMPLE, set_lines, "a JSON line each, on standard output or in FILE of -o"},
        {"-o", NULL, "DIR", OPT_SAMPLE, set_out, "a Caffe prototxt file each, in a folder that is made where it is not"},
        {"--method", NULL, "default|paper", OPT_FIT, set_method, "the estimator"},
        {"--method", NULL, "model|paleo|roofline", OPT_BASELINE, set_method,
         "model (learned; the default), or from a data sheet alone: paleo or roofline; then --platform names the sheet"},
        {"--sheet", NULL, VALUE_SHEET "|FILE", OPT_COMPARE, add_sheet, "a data sheet; `neuralpower platforms` lists the names"},
        {"--method", NULL, "paleo|roofline", OPT_COMPARE, set_method, "of the sheets, one instead of both"},
        {"--networks", NULL, "FILE.csv", OPT_COMPARE, set_networks, "measured networks, to be set beside the totals"},
        {"--peak-gflops", NULL, "N", OPT_BASELINE | OPT_COMPARE, set_peak_gflops,
         "a device's peak rate (fp32), instead of its sheet's or of a sheet"},
        {"--bandwidth", NULL, "GB/S", OPT_BASELINE | OPT_COMPARE, set_bandwidth, "a device's memory bandwidth, likewise"},
        {"--clock-mhz", NULL, "N", OPT_BASELINE | OPT_COMPARE, set_clock_mhz,
         "a device's clock, likewise: for paleo nothing is shorter than a cycle"},
        {"--percent-of-peak", NULL, "P", OPT_BASELINE | OPT_COMPARE, set_percent_of_peak,
         "of paleo: the share of peak and bandwidth that is reached (100)"},
        {"--idle-power", NULL, "W", OPT_BASELINE | OPT_COMPARE, set_idle_power, "a device's idle power, for the roofline"},
        {"--limit-power", NULL, "W", OPT_BASELINE | OPT_COMPARE, set_limit_power, "a device's power limit, for the roofline"},
        {"--features", NULL, "authors|text", OPT_FIT | OPT_DESIGN, set_features,
         "features of the paper's polynomial: authors (their scripts' list) or text (the paper's)"},
        {"--degree", NULL, "N", OPT_FIT, set_degree, "with --method paper, the highest degree tried (runtime 4, power 2)"},
        {"--degrees", NULL, "[=FILE]", OPT_FIT, add_degrees,
         "with --method paper, the errors of each degree; FILE.svg, .html, .csv and .json say how"},
        {"--suite", NULL, "quick|paper|full|FILE", OPT_MEASURE, add_suite, "layers to measure; may be given again"},
        {"--device", NULL, "cpu|cuda:N", OPT_MEASURE, set_device,
         "cpu (default) or a GPU; fake:... is computed, replay:FILE.csv repeats a data set"},
        {"--dtype", NULL, "fp32|tf32|fp16", OPT_MEASURE, set_dtype, "fp32 (default), on a GPU also tf32 and fp16"},
        {"--networks", NULL, "FILE.csv", OPT_MEASURE, set_networks, "where whole networks go; else DATASET-networks.csv"},
        {"--passes", NULL, "N", OPT_MEASURE, set_passes, "measure everything N times (1), each time in another order"},
        {"--time-budget", NULL, "SECONDS", OPT_MEASURE, set_time_budget,
         "begin no row after it; the same command goes on from there"},
        {"--fit", NULL, "NAME", OPT_MEASURE, set_fit, "then learn platform NAME from it, into NAME.json"},
        {"--name", NULL, "NAME", OPT_FIT, set_name, "the platform's name; else made from the device"},
        {"--type", NULL, VALUE_TYPE, OPT_DESIGN, set_type, "the type of layers: conv, fc, maxpool..."},
        {"--target", NULL, "runtime_ms|power_w", OPT_DESIGN, set_target, "what was measured (runtime_ms)"},
        {"--degree", NULL, "N", OPT_DESIGN, set_degree, "degree of the paper's polynomial (runtime 3, power 2)"},
        {"--device", NULL, "TEXT", OPT_DEVICE, set_device, "only rows whose device contains TEXT"},
        {"--source", NULL, "TEXT", OPT_FIT, set_source,
         "who measured the rows and under which terms, kept in the platform file"},
        {"--group", NULL, "row|shape|network", OPT_FIT, set_group,
         "rows that stay in one fold: row (default), shape, network (and shape)"},
        {"--seed", NULL, "N", OPT_FIT | OPT_DESIGN | OPT_MEASURE, set_seed,
         "seed of cross-validation folds and of measuring orders (1)"},
        {"--threads", NULL, "N", OPT_FIT, set_threads, "threads (1); the result does not depend on it"},
        {"--threads", NULL, "N", OPT_MEASURE, set_threads, "threads that layers run on (1), each pinned to a processor"},
        {"--idle-power", NULL, "W", OPT_FIT, set_idle_power, "the device's idle power, when known"},
        {"--limit-power", NULL, "W", OPT_FIT, set_limit_power, "the device's power limit, when known"},
        {"--json", NULL, "[=FILE]", OPT_REPORT | OPT_JSON, set_json, "JSON, instead of the table or into FILE beside it"},
        {"--csv", NULL, "[=FILE]", OPT_REPORT, set_csv, "CSV, one row per layer, likewise"},
        {"--html", NULL, "[=FILE]", OPT_PAGE, set_html, "one web page that needs no other file, likewise"},
        {"--names", NULL, "platforms|sheets|suites", OPT_NAMES, set_names, "only the names of what is at hand, one a line"},
        {"--network", NULL, "FILE", OPT_IMPORT, set_networks, "the network that ran, for profiles of ONNX Runtime"},
        {"--layer-info", NULL, "FILE.json", OPT_IMPORT, set_layer_info,
         "the engine's layers, for trtexec (its --exportLayerInfo) and EdgeProfiler"},
        {"--times", NULL, "FILE.json", OPT_IMPORT, set_times, "of trtexec: the runs of the whole network (its --exportTimes)"},
        {"--format", NULL, "NAME", OPT_IMPORT, set_format,
         "onnxruntime, trtexec, edgeprofiler, neurstruc; else told by the content"},
        {"--device", NULL, "TEXT", OPT_IMPORT, set_device, "the device, for the rows"},
        {"--software", NULL, "TEXT", OPT_IMPORT, set_software, "what ran there, for the rows"},
        {"--dtype", NULL, "TYPE", OPT_IMPORT, set_dtype, "fp32, fp16..., for the rows, instead of what the file says"},
        {"--whole", NULL, "FILE.csv", OPT_IMPORT, set_whole, "where rows of whole networks go"},
        {"-o", NULL, "FILE.csv", OPT_IMPORT, set_out, "where rows of layers go; else standard output"},
        {"--netron", NULL, "FILE.json", OPT_VIEWERS, set_netron, "an attachment for Netron, to be opened beside the model"},
        {"--trace", NULL, "FILE.json", OPT_VIEWERS, set_trace, "layers in time, for chrome://tracing and Perfetto"},
        {"-o", NULL, "FILE", OPT_REPORT | OPT_FIT | OPT_DESIGN | OPT_MEASURE, set_out, "write the result to FILE"},
        {"--quiet", "-q", NULL, 0, set_quiet, "no notes and warnings on standard error"},
        {"--verbose", "-v", NULL, 0, set_verbose, "every layer, every warning"},
        {"--help", "-h", NULL, 0, set_help, "this text"},
};
enum { OPTION_COUNT = sizeof OPTIONS / sizeof *OPTIONS };

static bool takes(const option *o, unsigned commands)
{
	return !o->commands || (o->commands & commands);
}

const option *option_next(const option *previous, unsigned commands)
{
	for (int i = previous ? (int)(previous - OPTIONS) + 1 : 0; i < OPTION_COUNT; i++)
		if (takes(&OPTIONS[i], commands))
			return &OPTIONS[i];
	return NULL;
}

void option_text(const option *o, char *text, size_t size)
{
	const char *value = o->value ? o->value : "";
	snprintf(text, size, "%s%s%s%s%s", o->alias ? o->alias : "", o->alias ? ", " : "", o->name,
	         o->value && value[0] != '[' ? " " : "", value);
}

/* The option that `word` names; `*inline_value` points behind its '=' when it has one. */
static const option *find_option(const char *word, unsigned commands, const char **inline_value)
{
	const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
	size_t length = equals ? (size_t)(equals - word) : strlen(word);
	*inline_value = equals ? equals + 1 : NULL;
	for (const option *o = NULL; (o = option_next(o, commands));)
		if ((strlen(o->name) == length && strncmp(o->name, word, length) == 0) ||
		    (o->alias && strcmp(o->alias, word) == 0))
			return o;
	return NULL;
}

static int complain_option(const char *word, unsigned commands)
{
	char name[64];
	snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
	similar best = {.typed = name};
	for (const option *o = NULL; (o = option_next(o, commands));)
		similar_try(&best, o->name);
	if (best.word)
		complain("unknown option '%s'; did you mean '%s'?", name, best.word);
	else
		complain("unknown option '%s'; --help lists what there is", name);
	return EXIT_USAGE;
}

static int parse_option(arguments *args, unsigned commands, int argc, char **argv, int *at)
{
	const char *word = argv[*at], *value;
	const option *o = find_option(word, commands, &value);
	if (!o)
		return complain_option(word, commands);
	bool optional = o->value && o->value[0] == '[';
	if (!o->value && value) {
		complain("%s takes no value", o->name);
		return EXIT_USAGE;
	}
	if (o->value && !optional && !value) {
		if (*at + 1 >= argc) {
			complain("%s: %s was expected", o->name, o->value);
			return EXIT_USAGE;
		}
		value = argv[++*at];
	}
	return o->set(args, value);
}

int arguments_parse(arguments *args, unsigned options, int argc, char **argv, int first)
{
	bool only_files = false;
	for (int i = first; i < argc; i++) {
		int status = EXIT_FINE;
		if (!only_files && strcmp(argv[i], "--") == 0)
			only_files = true;
		else if (!only_files && argv[i][0] == '-' && argv[i][1])
			status = parse_option(args, options, argc, argv, &i);
		else if (!list_add(&args->files, argv[i]))
			status = EXIT_CHECK_FAILED;
		if (status != EXIT_FINE)
			return status;
	}
	return EXIT_FINE;
}

bool list_add(list *l, const char *item)
{
	const char **larger = realloc(l->items, (size_t)(l->count + 1) * sizeof *larger);
	if (!larger) {
		complain("out of memory");
		return false;
	}
	l->items = larger;
	l->items[l->count++] = item;
	return true;
}

void arguments_free(arguments *args)
{
	free(args->files.items);
	free(args->shapes.items);
	free(args->dims.items);
	free(args->platforms.items);
	free(args->layers.items);
	free(args->degrees.items);
	free(args->suites.items);
	free(args->sheets.items);
	free(args->batches);
	free(args->alphas);
}
