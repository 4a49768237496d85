/* The options: one table, from which they are parsed and explained. */
#include "option_values.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TO(field) offsetof(arguments, field)
static const option OPTIONS[] = {
        {"--batch", NULL, "N", OPT_SAMPLE, add_batches, TO(batches), 0, "items per forward pass, instead of the space's own"},
        {"--batch", NULL, "N[,N...]", OPT_FILES, add_batches, TO(batches), 0,
         "items per forward pass, instead of the file's own; several give several results"},
        {"--shape", NULL, "NAME:1x3x224x224", OPT_FILES, add_shape, TO(shapes), 0,
         "shape of an input, [n, c, h, w]; 0 keeps the file's dimension"},
        {"--dim", NULL, "NAME=N", OPT_FILES, add_dim, TO(dims), 0, "size of a symbolic dimension of an ONNX file"},
        {"--strict", NULL, NULL, OPT_STRICT, set_flag, TO(strict), 0, "fail on an operator that is not known (exit status 4)"},
        {"--platform", "-p", VALUE_PLATFORM "|FILE", OPT_PLATFORM, add_word, TO(platforms), 0,
         "the platform; `neuralpower platforms` lists the names"},
        {"--interval", NULL, "PERCENT", OPT_PLATFORM, set_interval, TO(interval), 0,
         "how sure the intervals are to be (90), from 50 to 99"},
        {"--layers", NULL, "ROWS.csv", OPT_EVALUATE, add_word, TO(layers), 0,
         "measured layers; with --networks, the networks' layers, to be summed"},
        {"--networks", NULL, "FILE.csv", OPT_EVALUATE, set_text, TO(networks), 0,
         "measured networks; their files are named there, or follow"},
        {"--table", NULL, "FILE.csv", OPT_EVALUATE, set_text, TO(table), 0,
         "columns predicted and actual, made by any program"},
        {"--stream", NULL, "FILE", OPT_STREAM, set_text, TO(stream), 0,
         "a network per line (docs/searching.md), each predicted as it is read; - is standard input"},
        {"--statistics", NULL, NULL, OPT_STREAM, set_flag, TO(statistics), 0,
         "with --stream, networks per second and layers found again"},
        {"--table", NULL, "FILE.csv", OPT_RANK, set_text, TO(table), 0,
         "columns network, error, energy_per_item_mj, and where known runtime_ms, power_w"},
        {"--error", NULL, "FILE.csv", OPT_RANK, set_text, TO(errors), 0, "columns network and error, of the network files"},
        {"--alpha", NULL, "A[,A...]", OPT_RANK, add_alphas, TO(alphas), 0,
         "exponents of the error in M = error^alpha x energy (1,2,3,4)"},
        {"--max-runtime-ms", NULL, "N", OPT_RANK, set_real, TO(max_runtime_ms), 0, "a network that takes longer is not chosen"},
        {"--max-energy-mj", NULL, "N", OPT_RANK, set_real, TO(max_energy_mj), 0,
         "nor one that takes more millijoules per item (of check it is per batch)"},
        {"--max-power-w", NULL, "N", OPT_RANK, set_real, TO(max_power_w), 0, "nor one that takes more power"},
        {"--space", NULL, "cifar10|mnist|residual|mobile", OPT_SAMPLE, set_text, TO(space), 0, "where networks are drawn from"},
        {"--max-energy-mj", NULL, "N", OPT_CHECK, set_real, TO(max_energy_mj), 0,
         "fail when a forward pass of the whole batch takes more millijoules (of rank it is per item)"},
        {"--max-runtime-ms", NULL, "N", OPT_CHECK, set_real, TO(max_runtime_ms), 0, "fail when it takes longer"},
        {"--max-power-w", NULL, "N", OPT_CHECK, set_real, TO(max_power_w), 0, "fail when it takes more power"},
        {"--baseline", NULL, "FILE", OPT_CHECK, set_text, TO(baseline), 0,
         "JSON of predict or check: fail when runtime or energy grew from there"},
        {"--tolerance", NULL, "PERCENT", OPT_CHECK, set_tolerance, TO(tolerance), 0,
         "by how much more than the baseline is fine (5%)"},
        {"--strict", NULL, NULL, OPT_CHECK, set_flag, TO(strict_limits), 0,
         "hold the plain number against the limit: fail even where its interval reaches below"},
        {"--strict-operators", NULL, NULL, OPT_CHECK, set_flag, TO(strict), 0,
         "fail on an operator that is not known (exit status 4)"},
        {"--junit", NULL, "FILE", OPT_CHECK, set_text, TO(junit), 0, "JUnit XML as well"},
        {"--annotations", NULL, "github", OPT_CHECK, set_annotations, TO(annotations), 0,
         "GitHub's workflow commands, on standard error"},
        {"--count", NULL, "N", OPT_SAMPLE, set_whole, TO(count), 0, "how many (1)"},
        {"--seed", NULL, "N", OPT_SAMPLE, set_whole, TO(seed), 0, "another seed gives other networks (1)"},
        {"--lines", NULL, NULL, OPT_SAMPLE, set_flag, TO(lines), 0, "a JSON line each, on standard output or in FILE of -o"},
        {"-o", NULL, "DIR", OPT_SAMPLE, set_text, TO(out), 0,
         "a Caffe prototxt file each, in a folder that is made where it is not"},
        {"--method", NULL, "default|paper", OPT_FIT, set_text, TO(method), 0, "the estimator"},
        {"--method", NULL, "model|paleo|roofline", OPT_BASELINE, set_text, TO(method), 0,
         "model (learned; the default), or from a data sheet alone: paleo or roofline; then --platform names the sheet"},
        {"--sheet", NULL, VALUE_SHEET "|FILE", OPT_COMPARE, add_word, TO(sheets), 0,
         "a data sheet; `neuralpower platforms` lists the names"},
        {"--method", NULL, "paleo|roofline", OPT_COMPARE, set_text, TO(method), 0, "of the sheets, one instead of both"},
        {"--networks", NULL, "FILE.csv", OPT_COMPARE, set_text, TO(networks), 0,
         "measured networks, to be set beside the totals"},
        {"--peak-gflops", NULL, "N", OPT_BASELINE | OPT_COMPARE, set_real, TO(figures.peak_gflops), 0,
         "a device's peak rate (fp32), instead of its sheet's or of a sheet"},
        {"--bandwidth", NULL, "GB/S", OPT_BASELINE | OPT_COMPARE, set_real, TO(figures.bandwidth_gbs), 0,
         "a device's memory bandwidth, likewise"},
        {"--clock-mhz", NULL, "N", OPT_BASELINE | OPT_COMPARE, set_real, TO(figures.clock_mhz), 0,
         "a device's clock, likewise: for paleo nothing is shorter than a cycle"},
        {"--percent-of-peak", NULL, "P", OPT_BASELINE | OPT_COMPARE, set_share, TO(figures.percent_of_peak), 0,
         "of paleo: the share of peak and bandwidth that is reached (100)"},
        {"--idle-power", NULL, "W", OPT_BASELINE | OPT_COMPARE, set_real, TO(idle_power_w), 0,
         "a device's idle power, for the roofline"},
        {"--limit-power", NULL, "W", OPT_BASELINE | OPT_COMPARE, set_real, TO(limit_power_w), 0,
         "a device's power limit, for the roofline"},
        {"--features", NULL, "authors|text", OPT_FIT | OPT_DESIGN, set_text, TO(features), 0,
         "features of the paper's polynomial: authors (their scripts' list) or text (the paper's)"},
        {"--degree", NULL, "N", OPT_FIT, set_whole, TO(degree), 4,
         "with --method paper, the highest degree tried (runtime 4, power 2)"},
        {"--degrees", NULL, "[=FILE]", OPT_FIT, add_word, TO(degrees), 0,
         "with --method paper, the errors of each degree; FILE.svg, .html, .csv and .json say how"},
        {"--suite", NULL, "quick|paper|full|FILE", OPT_MEASURE, add_word, TO(suites), 0,
         "layers to measure; may be given again"},
        {"--device", NULL, "cpu|cuda:N", OPT_MEASURE, set_text, TO(device), 0,
         "cpu (default) or a GPU; fake:... is computed, replay:FILE.csv repeats a data set"},
        {"--dtype", NULL, "fp32|tf32|fp16", OPT_MEASURE, set_text, TO(dtype), 0, "fp32 (default), on a GPU also tf32 and fp16"},
        {"--networks", NULL, "FILE.csv", OPT_MEASURE, set_text, TO(networks), 0,
         "where whole networks go; else DATASET-networks.csv"},
        {"--passes", NULL, "N", OPT_MEASURE, set_whole, TO(passes), 1000,
         "measure everything N times (1), each time in another order"},
        {"--time-budget", NULL, "SECONDS", OPT_MEASURE, set_real, TO(time_budget_s), 0,
         "begin no row after it; the same command goes on from there"},
        {"--fit", NULL, "NAME", OPT_MEASURE, set_text, TO(fit), 0, "then learn platform NAME from it, into NAME.json"},
        {"--name", NULL, "NAME", OPT_FIT, set_text, TO(name), 0, "the platform's name; else made from the device"},
        {"--type", NULL, VALUE_TYPE, OPT_DESIGN, set_text, TO(type), 0, "the type of layers: conv, fc, maxpool..."},
        {"--target", NULL, "runtime_ms|power_w", OPT_DESIGN, set_text, TO(target), 0, "what was measured (runtime_ms)"},
        {"--degree", NULL, "N", OPT_DESIGN, set_whole, TO(degree), 4, "degree of the paper's polynomial (runtime 3, power 2)"},
        {"--device", NULL, "TEXT", OPT_DEVICE, set_text, TO(device), 0, "only rows whose device contains TEXT"},
        {"--source", NULL, "TEXT", OPT_FIT, set_text, TO(source), 0,
         "who measured the rows and under which terms, kept in the platform file"},
        {"--group", NULL, "row|shape|network", OPT_FIT, set_text, TO(group), 0,
         "rows that stay in one fold: row (default), shape, network (and shape)"},
        {"--seed", NULL, "N", OPT_FIT | OPT_DESIGN | OPT_MEASURE, set_whole, TO(seed), 0,
         "seed of cross-validation folds and of measuring orders (1)"},
        {"--threads", NULL, "N", OPT_FIT, set_whole, TO(threads), 1024, "threads (1); the result does not depend on it"},
        {"--threads", NULL, "N", OPT_MEASURE, set_whole, TO(threads), 1024,
         "threads that layers run on (1), each pinned to a processor"},
        {"--idle-power", NULL, "W", OPT_FIT, set_real, TO(idle_power_w), 0, "the device's idle power, when known"},
        {"--limit-power", NULL, "W", OPT_FIT, set_real, TO(limit_power_w), 0, "the device's power limit, when known"},
        {"--json", NULL, "[=FILE]", OPT_REPORT | OPT_JSON, set_output, TO(json), 0,
         "JSON, instead of the table or into FILE beside it"},
        {"--csv", NULL, "[=FILE]", OPT_REPORT, set_output, TO(csv), 0, "CSV, one row per layer, likewise"},
        {"--html", NULL, "[=FILE]", OPT_PAGE, set_output, TO(html), 0, "one web page that needs no other file, likewise"},
        {"--names", NULL, "platforms|sheets|suites", OPT_NAMES, set_text, TO(names), 0,
         "only the names of what is at hand, one a line"},
        {"--network", NULL, "FILE", OPT_IMPORT, set_text, TO(networks), 0,
         "the network that ran, for profiles of ONNX Runtime"},
        {"--layer-info", NULL, "FILE.json", OPT_IMPORT, set_text, TO(layer_info), 0,
         "the engine's layers, for trtexec (its --exportLayerInfo) and EdgeProfiler"},
        {"--times", NULL, "FILE.json", OPT_IMPORT, set_text, TO(times), 0,
         "of trtexec: the runs of the whole network (its --exportTimes)"},
        {"--format", NULL, "NAME", OPT_IMPORT, set_text, TO(format), 0,
         "onnxruntime, trtexec, edgeprofiler, neurstruc; else told by the content"},
        {"--device", NULL, "TEXT", OPT_IMPORT, set_text, TO(device), 0, "the device, for the rows"},
        {"--software", NULL, "TEXT", OPT_IMPORT, set_text, TO(software), 0, "what ran there, for the rows"},
        {"--dtype", NULL, "TYPE", OPT_IMPORT, set_text, TO(dtype), 0,
         "fp32, fp16..., for the rows, instead of what the file says"},
        {"--whole", NULL, "FILE.csv", OPT_IMPORT, set_text, TO(whole), 0, "where rows of whole networks go"},
        {"-o", NULL, "FILE.csv", OPT_IMPORT, set_text, TO(out), 0, "where rows of layers go; else standard output"},
        {"--netron", NULL, "FILE.json", OPT_VIEWERS, set_text, TO(netron), 0,
         "an attachment for Netron, to be opened beside the model"},
        {"--trace", NULL, "FILE.json", OPT_VIEWERS, set_text, TO(trace), 0,
         "layers in time, for chrome://tracing and Perfetto"},
        {"-o", NULL, "FILE", OPT_REPORT | OPT_FIT | OPT_DESIGN | OPT_MEASURE, set_text, TO(out), 0, "write the result to FILE"},
        {"--quiet", "-q", NULL, 0, set_flag, TO(quiet), 0, "no notes and warnings on standard error"},
        {"--verbose", "-v", NULL, 0, set_flag, TO(verbose), 0, "every layer, every warning"},
        {"--help", "-h", NULL, 0, set_flag, TO(help), 0, "this text"},
};
#undef TO
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
	if (value && !*value) {
		complain("%s: a value was expected, not an empty text", o->name);
		return EXIT_USAGE;
	}
	return o->set(args, o, value);
}

/* Of two reports on standard output neither could be read. */
static int check_outputs(const arguments *args)
{
	const output outputs[] = {args->json, args->csv, args->html};
	int here = 0;
	for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
		here += outputs[i].asked && !outputs[i].path;
	if (here <= 1)
		return EXIT_FINE;
	complain("one of --json, --csv and --html can be the output, the others want a file: --csv=FILE");
	return EXIT_USAGE;
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
	return check_outputs(args);
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
