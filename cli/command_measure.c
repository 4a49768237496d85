/* neuralpower measure: layers and networks timed and metered on a device; with --fit, all the way to a platform. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the words of the command line named. */
typedef struct subjects {
	np_layer_config *layers;
	int layer_count;
	list files, suites; /* network files; paths of suites, copies */
	networks networks;
	char *layers_path, *networks_path;
} subjects;

static void subjects_free(subjects *s)
{
	free(s->layers);
	free(s->files.items);
	list_free_items(&s->suites);
	networks_free(&s->networks);
	free(s->layers_path);
	free(s->networks_path);
}

/* ---- what to measure ---- */

/* A word that begins with a kind of layer and a colon is a layer's text, unless a file has that name. */
static bool is_layer(const char *word)
{
	char kind[32];
	np_kind ignored;
	size_t length = strcspn(word, ":");
	if (!word[length] || length >= sizeof kind || access(word, F_OK) == 0)
		return false;
	snprintf(kind, sizeof kind, "%.*s", (int)length, word);
	return np_kind_find(kind, &ignored);
}

static int take_word(subjects *s, const char *word)
{
	np_error err = {0};
	if (!is_layer(word))
		return list_add(&s->files, word) ? EXIT_FINE : EXIT_CHECK_FAILED;
	np_layer_config *larger = realloc(s->layers, (size_t)(s->layer_count + 1) * sizeof *larger);
	if (!larger)
		return complain_memory();
	s->layers = larger;
	if (np_layer_text_read(word, &s->layers[s->layer_count], &err) == NP_OK) {
		s->layer_count++;
		return EXIT_FINE;
	}
	complain("layer '%s', column %d: %s", word, err.column, err.message);
	return EXIT_USAGE;
}

static list suite_directories(void)
{
	return share_directories("NEURALPOWER_SUITES", "suites");
}

list suite_list(void)
{
	list directories = suite_directories(), paths = share_list(&directories, ".txt");
	list_free_items(&directories);
	return paths;
}

static int complain_suite(const char *name, const list *directories)
{
	complain("no suite '%s'; quick, paper, full, or a path that ends in .txt or holds a '/'", name);
	for (int i = 0; i < directories->count; i++)
		complain("  looked in %s", directories->items[i]);
	return EXIT_USAGE;
}

static int find_suite(subjects *s, const char *name)
{
	char path[PATH_MAX];
	size_t length = strlen(name);
	if (strchr(name, '/') || (length > 4 && strcmp(name + length - 4, ".txt") == 0) || strcmp(name, "-") == 0)
		return list_add_copy(&s->suites, name) ? EXIT_FINE : EXIT_CHECK_FAILED;
	list directories = suite_directories();
	int status = EXIT_FINE;
	if (!share_find(&directories, name, ".txt", path))
		status = complain_suite(name, &directories);
	else if (!list_add_copy(&s->suites, path))
		status = EXIT_CHECK_FAILED;
	list_free_items(&directories);
	return status;
}

static int load_networks(const arguments *args, subjects *s)
{
	arguments of_files = *args;
	of_files.files = s->files;
	return s->files.count ? networks_load(&of_files, &s->networks) : EXIT_FINE;
}

/* ---- where to ---- */

/* "a.csv" and "-networks.csv" give "a-networks.csv". */
static char *beside(const char *path, const char *end)
{
	size_t length = strlen(path);
	if (length > 4 && strcmp(path + length - 4, ".csv") == 0)
		length -= 4;
	char *made = malloc(length + strlen(end) + 1);
	if (made)
		sprintf(made, "%.*s%s", (int)length, path, end);
	return made;
}

static int choose_paths(const arguments *args, subjects *s)
{
	if (!args->out && !args->fit) {
		complain("where to write was expected: -o DATASET.csv, or --fit NAME");
		return EXIT_USAGE;
	}
	if (args->fit && (strchr(args->fit, '/') || !args->fit[0])) {
		complain("--fit '%s': a name was expected, the files are written here", args->fit);
		return EXIT_USAGE;
	}
	s->layers_path = args->out ? strdup(args->out) : beside(args->fit, ".csv");
	s->networks_path = args->networks   ? strdup(args->networks)
	                   : s->layers_path ? beside(s->layers_path, "-networks.csv")
	                                    : NULL;
	return s->layers_path && s->networks_path ? EXIT_FINE : complain_memory();
}

static int gather(const arguments *args, subjects *s)
{
	int status = choose_paths(args, s);
	for (int i = 0; i < args->files.count && status == EXIT_FINE; i++)
		status = take_word(s, args->files.items[i]);
	for (int i = 0; i < args->suites.count && status == EXIT_FINE; i++)
		status = find_suite(s, args->suites.items[i]);
	if (status == EXIT_FINE && !s->layer_count && !s->files.count && !s->suites.count) {
		complain("what to measure was expected: --suite NAME, layers, or network files");
		return EXIT_USAGE;
	}
	return status == EXIT_FINE ? load_networks(args, s) : status;
}

/* ---- measuring ---- */

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	return np_report_measure(subject, options, text, size, err);
}

static int measure(const arguments *args, const subjects *s, np_measure_result *result)
{
	progress shown = {.args = args};
	np_error err = {0};
	const np_measure_options options = {.device = args->device ? args->device : "cpu",
	                                    .dtype = args->dtype,
	                                    .threads = (int)args->threads,
	                                    .suites = s->suites.items,
	                                    .suite_count = s->suites.count,
	                                    .layers = s->layers,
	                                    .layer_count = s->layer_count,
	                                    .networks = (const np_network *const *)s->networks.items,
	                                    .network_count = s->networks.count,
	                                    .layers_path = s->layers_path,
	                                    .networks_path = s->networks_path,
	                                    .passes = (int)args->passes,
	                                    .seed = (uint64_t)args->seed,
	                                    .time_budget_s = args->time_budget_s,
	                                    .tell = progress_tell,
	                                    .context = &shown};
	np_status status = np_measure(&options, result, &err);
	progress_end(&shown);
	if (status != NP_OK)
		return complain_error(&err);
	warn(args, "%s: layers%s%s", s->layers_path, s->networks.count ? ", networks in " : "",
	     s->networks.count ? s->networks_path : "");
	return EXIT_FINE;
}

/* Rows of one shape at several batches are held out together: the errors are then those on layers of other shapes. */
static int learn(const arguments *args, const subjects *s, const np_measure_result *result)
{
	np_error err = {0};
	np_dataset *dataset;
	const char *path = s->layers_path;
	if (np_dataset_load(&path, 1, NULL, &dataset, &err) != NP_OK)
		return complain_error(&err);
	show_rows(args, dataset);
	char *platform = beside(args->fit, ".json");
	arguments fit = *args;
	fit.name = args->fit;
	fit.out = platform;
	fit.group = "shape";
	fit.json = (output){0};
	fit.threads = 0;
	fit.idle_power_w = result->idle_w > 0 ? result->idle_w : 0;
	fit.limit_power_w = result->limit_w > 0 ? result->limit_w : 0;
	int status = platform ? fit_and_show(&fit, dataset) : complain_memory();
	if (status == EXIT_FINE)
		warn(args, "%s: use it with `neuralpower predict NETWORK --platform %s`", platform, platform);
	free(platform);
	np_dataset_free(dataset);
	return status;
}

int command_measure(const arguments *args)
{
	subjects s = {0};
	np_measure_result result;
	int status = gather(args, &s);
	if (status == EXIT_FINE)
		status = measure(args, &s, &result);
	if (status == EXIT_FINE) {
		arguments report = *args;
		report.out = NULL;
		status = write_reports(&report, render, &result);
	}
	if (status == EXIT_FINE && args->fit)
		status = learn(args, &s, &result);
	subjects_free(&s);
	return status;
}
