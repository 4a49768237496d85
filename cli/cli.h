/* What the commands share: the parsed command line, and how results leave the program. */
#ifndef NP_CLI_CLI_H
#define NP_CLI_CLI_H

#include <neuralpower/neuralpower.h>

#include <limits.h>
#include <stdio.h>

/* Exit statuses, part of the public contract. */
enum {
	EXIT_FINE = 0,
	EXIT_CHECK_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_BAD_INPUT = 3,
	EXIT_UNSUPPORTED = 4,
	EXIT_NO_DEVICE = 5,
};

enum { MOST_DIMS = 8 };

typedef struct list {
	const char **items;
	int count;
} list;

/* A report asked for: --json, --csv, --html, each on standard output or in a file. */
typedef struct output {
	bool asked;
	const char *path; /* NULL = standard output */
} output;

typedef struct arguments {
	const char *program; /* argv[0] */
	list files;
	list shapes, dims, platforms, layers; /* as typed */
	list degrees;                         /* where to write them; "-" = standard output */
	list suites, sheets;
	np_sheet figures; /* of a device, on the command line; 0 = not given */
	int64_t *batches;
	int batch_count;
	output json, csv, html;
	const char *out, *method, *name, *names, *device, *source, *type, *target, *networks, *table, *group, *features, *dtype,
	        *fit;
	int64_t seed, threads, degree, passes;
	double idle_power_w, limit_power_w, interval, time_budget_s;
	const char *errors, *space, *stream;
	const char *format, *software, *layer_info, *times, *whole;
	const char *netron, *trace;
	const char *baseline, *junit;
	double tolerance;
	bool tolerance_given, annotations;
	double *alphas;
	int alpha_count;
	double max_runtime_ms, max_energy_mj, max_power_w;
	int64_t count;
	bool lines, statistics;
	bool strict, strict_limits; /* of operators; of check */
	bool quiet, verbose, help;
} arguments;

/* Parses argv[first..]; EXIT_FINE or EXIT_USAGE, having said on standard error what was wrong. */
int arguments_parse(arguments *args, unsigned options, int argc, char **argv, int first);
void arguments_free(arguments *args);

/* Bits of the options a command takes. */
enum {
	OPT_FILES = 1 << 0,    /* batch, shape, dim */
	OPT_PLATFORM = 1 << 1, /* platform, interval */
	OPT_REPORT = 1 << 2,   /* json, csv, o */
	OPT_FIT = 1 << 3,      /* o, method, features, degree, degrees, name, group, seed, threads, idle and limit power */
	OPT_JSON = 1 << 4,     /* json alone */
	OPT_DEVICE = 1 << 5,   /* device */
	OPT_EVALUATE = 1 << 6, /* layers, networks, table */
	OPT_DESIGN = 1 << 7,   /* type, target, features, degree, seed, o */
	OPT_BASELINE = 1 << 9, /* method, and figures of a device */
	OPT_COMPARE = 1 << 10, /* sheet, method, figures of a device, networks */
	OPT_MEASURE = 1 << 8,  /* suite, device, dtype, threads, o, networks, passes, seed, time-budget, fit */
	OPT_PAGE = 1 << 11,    /* html */
	OPT_NAMES = 1 << 12,   /* names */
	OPT_STRICT = 1 << 13,  /* strict, of operators */
	OPT_LOAD = OPT_FILES | OPT_STRICT,
};

/* More of them. */
enum {
	OPT_RANK = 1 << 16,    /* table, error, alpha, budgets */
	OPT_SAMPLE = 1 << 17,  /* space, count, seed, batch, lines, o */
	OPT_STREAM = 1 << 18,  /* stream */
	OPT_CHECK = 1 << 19,   /* limits, baseline, tolerance, strict (of limits), strict-operators, junit, annotations */
	OPT_VIEWERS = 1 << 20, /* netron, trace */
	OPT_IMPORT = 1 << 21,  /* network, layer-info, times, format, device, software, dtype, whole, o */
};

/* The known word nearest to what was typed; start with {typed}, word stays NULL when none is near. */
typedef struct similar {
	const char *typed, *word;
	size_t slips;
} similar;
void similar_try(similar *best, const char *word);

/* "neuralpower: ..." on standard error. */
void complain(const char *format, ...) NP_PRINTF(1, 2);
/* Says an error and returns the exit status that belongs to it. */
int complain_error(const np_error *err);
/* The same as a warning; nothing when quiet. */
void warn(const arguments *args, const char *format, ...) NP_PRINTF(2, 3);

/* Says that there is no memory; EXIT_CHECK_FAILED. */
int complain_memory(void);
/* Says that something could not be written, by errno; EXIT_CHECK_FAILED. */
int complain_write(const char *name);

/* Where rows go as they come: a file, or standard output for NULL and "-". */
typedef struct sink {
	FILE *file;
	const char *name;
} sink;
int sink_open(const char *path, sink *s);
/* `status`, or that of a failure to write what was still to be written. */
int sink_close(sink *s, int status);

/* Writes a report to a file or standard output; EXIT_FINE, or EXIT_CHECK_FAILED having said why. */
int write_output(const char *path, const char *text, size_t size);
/* Tables for the terminal at hand: width, colour, characters. */
np_report_options table_options(void);

/* How a report becomes a text. */
typedef np_status render_function(const void *subject, const np_report_options *options, char **text, size_t *size,
                                  np_error *err);
/* Renders a report in one format and writes it; EXIT_FINE, or another status having said why. */
int write_report(render_function *render, const void *subject, np_report_options options, const char *path);
/* Renders a report in every format that was asked for (a table when none took standard output) and writes them. */
int write_reports(const arguments *args, render_function *render, const void *subject);

/* predict --stream: one network after the other. */
int predict_stream(const arguments *args);

/* Learns a platform from rows, as the options say, and writes it to args->out; shows its card. */
int fit_and_show(const arguments *args, const np_dataset *dataset);
/* Says how many rows were read and which were left out. */
void show_rows(const arguments *args, const np_dataset *dataset);

/* The progress of a campaign, shown on standard error; `tell` of np_measure_options with a progress as its context. */
typedef struct progress {
	const arguments *args;
	bool shown; /* a line that changes is on the terminal */
	int tenths;
} progress;
void progress_tell(void *context, const np_measure_event *event);
void progress_end(progress *p);

/* Networks of every file at every batch, in the order asked. */
typedef struct networks {
	np_network **items;
	int count;
} networks;
int networks_load(const arguments *args, networks *loaded);
void networks_free(networks *loaded);

/* Predictions of them, in the same order, one platform after the other. */
typedef struct predicted {
	np_prediction **items;
	int count;
} predicted;
int predictions_add(const networks *of, const np_platform *platform, predicted *made);
void predictions_warn(const arguments *args, const predicted *made);
void predictions_free(predicted *made);

/* Finds a platform by name or path and loads it; EXIT_FINE or the status to exit with. */
int platform_open(const char *name, np_platform **platform);
/* Whether a learned platform of that name is at hand. */
bool platform_known(const char *name);
/* The same, with the level of intervals that was asked for. */
int platform_open_for(const arguments *args, const char *name, np_platform **platform);
/* The platform of --platform, or the default one, which is then said. */
int platform_open_asked(const arguments *args, np_platform **platform);
/* Every *.json of the directories where platforms lie, in order, the first of each name. Free with list_free_items(). */
list platform_list(void);

/* Whether the command line asks for a method that answers from a data sheet. */
bool baseline_asked(const arguments *args);
/* Finds a data sheet by name or path, or takes the figures of the command line alone when `name` is NULL. */
int sheet_open(const arguments *args, const char *name, const char *method, np_platform **platform);
/* The path of the sheet of that name, as titan_x, Titan-X or, of a platform, titan_x-software; false when there is none. */
bool sheet_find(const char *name, bool of_platform, char path[PATH_MAX]);
/* As platform_list(). */
list sheet_list(void);
/* As platform_list(), of *.txt. */
list suite_list(void);

/* Lists: of borrowed items, or of copies that list_free_items() frees too. */
bool list_add(list *l, const char *item);
bool list_add_copy(list *l, const char *item);
void list_free_items(list *l);

/* Directories of the variable (with ':' between), then share/neuralpower/FOLDER beside the program, or a build tree's. */
list share_directories(const char *variable, const char *folder);
/* Finds NAME + EXTENSION in one of them. */
bool share_find(const list *directories, const char *name, const char *extension, char path[PATH_MAX]);
/* Whether it is a path rather than a name: it holds a '/' or ends in .json. */
bool share_is_path(const char *name);
/* Every file of the directories with that extension, in order, the first of each name. */
list share_list(const list *directories, const char *extension);
/* What such a file is called by: without its directory and extension. */
void share_name(const char *path, char name[NAME_MAX + 1]);
/* Says that there is no such platform or data sheet, and which name is near or where was looked; EXIT_USAGE. */
int share_complain(const char *what, const char *name, const list *directories);

extern const char DEFAULT_PLATFORM[];

/* One row per command: name, function, options, arguments as shown in the usage, one line of help. */
#define COMMAND_MAP(X)                                                                                                       \
	X("inspect", command_inspect, OPT_LOAD | OPT_REPORT, "FILE...", "layers, shapes, MACs, parameters, memory")          \
	X("predict", command_predict,                                                                                        \
	  OPT_LOAD | OPT_PLATFORM | OPT_BASELINE | OPT_REPORT | OPT_PAGE | OPT_STREAM | OPT_VIEWERS,                         \
	  "FILE... | --stream NETWORKS.jsonl", "runtime, power and energy, per layer and in all")                            \
	X("compare", command_compare, OPT_LOAD | OPT_PLATFORM | OPT_COMPARE | OPT_DEVICE | OPT_REPORT | OPT_PAGE,            \
	  "FILE... [--platform NAME...] [--sheet NAME...]", "learned models, Paleo, roofline and FLOPs side by side")        \
	X("fit", command_fit, OPT_FIT | OPT_JSON | OPT_DEVICE, "DATASET.csv... -o PLATFORM.json",                            \
	  "learn a platform from measured layers")                                                                           \
	X("features", command_features, OPT_DESIGN | OPT_DEVICE, "DATASET.csv... --type T --target T",                       \
	  "the terms that fit sees, as CSV for other tools")                                                                 \
	X("evaluate", command_evaluate,                                                                                      \
	  OPT_EVALUATE | OPT_STRICT | OPT_PLATFORM | OPT_BASELINE | OPT_DEVICE | OPT_REPORT | OPT_PAGE,                      \
	  "--layers ROWS.csv | --networks NETWORKS.csv [FILE...] | --table PREDICTED_ACTUAL.csv",                            \
	  "predictions beside measurements")                                                                                 \
	X("rank", command_rank, OPT_LOAD | OPT_PLATFORM | OPT_REPORT | OPT_PAGE | OPT_RANK,                                  \
	  "FILE... --error ERRORS.csv | --table TABLE.csv", "which network to choose: Energy-Precision Ratio, Pareto front") \
	X("check", command_check, OPT_FILES | OPT_PLATFORM | OPT_BASELINE | OPT_REPORT | OPT_CHECK,                          \
	  "FILE... (--max-energy-mj N | --max-runtime-ms N | --max-power-w N | --baseline FILE)...",                         \
	  "the gate for CI: fails when a network costs more than a limit or a baseline")                                     \
	X("sweep", command_sweep, OPT_LOAD | OPT_PLATFORM | OPT_REPORT | OPT_PAGE, "FILE... [--batch 1,2,4...]",             \
	  "energy per item and throughput against the batch")                                                                \
	X("sample", command_sample, OPT_SAMPLE, "--space NAME --count N [--seed S] (-o DIR | --lines)",                      \
	  "random networks, as files or lines that predict reads")                                                           \
	X("measure", command_measure, OPT_LOAD | OPT_MEASURE | OPT_JSON,                                                     \
	  "--suite NAME | LAYER... | FILE... --device cpu|cuda:N -o DATASET.csv",                                            \
	  "runtime and power of layers and networks on a device at hand")                                                    \
	X("import", command_import, OPT_LOAD | OPT_IMPORT, "PROFILE [--network FILE] -o DATASET.csv",                        \
	  "layers that other programs measured, as a data set for fit and evaluate")                                         \
	X("platforms", command_platforms, OPT_REPORT | OPT_NAMES, "[NAME...]",                                               \
	  "the platforms at hand and how good their models are")                                                             \
	X("doctor", command_doctor, OPT_REPORT, "", "what can be measured on this machine, and what would mend the rest")    \
	X("version", command_version, OPT_REPORT, "", "the program's version, what it reads, and the optional parts it finds")

#define COMMAND_DECLARE(name, function, options, usage, help) int function(const arguments *args);
COMMAND_MAP(COMMAND_DECLARE)
#undef COMMAND_DECLARE

#endif
