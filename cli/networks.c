/* Loading the networks a command line names. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The texts of --shape and --dim, taken apart; both borrow from one copy of the command line's words. */
typedef struct load_words {
	char **copies;
	int copy_count;
	np_input_shape *shapes;
	np_named_dim *dims;
	int64_t (*dim_values)[MOST_DIMS];
} load_words;

static void words_free(load_words *w)
{
	for (int i = 0; i < w->copy_count; i++)
		free(w->copies[i]);
	free(w->copies);
	free(w->shapes);
	free(w->dims);
	free(w->dim_values);
}

static bool words_alloc(load_words *w, const arguments *args)
{
	size_t shapes = (size_t)args->shapes.count, dims = (size_t)args->dims.count;
	w->copies = calloc(shapes + dims + 1, sizeof *w->copies);
	w->shapes = calloc(shapes + 1, sizeof *w->shapes);
	w->dims = calloc(dims + 1, sizeof *w->dims);
	w->dim_values = calloc(shapes + 1, sizeof *w->dim_values);
	return w->copies && w->shapes && w->dims && w->dim_values;
}

/* "data:1x3x224x224" */
static bool parse_shape(char *text, np_input_shape *shape, int64_t *values)
{
	char *colon = strrchr(text, ':'), *rest = colon + 1, *part;
	*colon = '\0';
	int rank = 0;
	while ((part = strsep(&rest, "x"))) {
		char *end;
		long long size = strtoll(part, &end, 10);
		if (end == part || *end || size < 0 || rank == MOST_DIMS)
			return false;
		values[rank++] = size;
	}
	*shape = (np_input_shape){text, {rank, values}};
	return true;
}

static char *copy_word(load_words *w, const char *word)
{
	char *copy = strdup(word);
	if (copy)
		w->copies[w->copy_count++] = copy;
	return copy;
}

static int words_parse(load_words *w, const arguments *args)
{
	for (int i = 0; i < args->shapes.count; i++) {
		char *text = copy_word(w, args->shapes.items[i]);
		if (!text)
			return complain_memory();
		if (!parse_shape(text, &w->shapes[i], w->dim_values[i])) {
			complain("--shape '%s': NAME:1x3x224x224 was expected", args->shapes.items[i]);
			return EXIT_USAGE;
		}
	}
	for (int i = 0; i < args->dims.count; i++) {
		char *text = copy_word(w, args->dims.items[i]);
		if (!text)
			return complain_memory();
		char *equals = strrchr(text, '=');
		*equals = '\0';
		w->dims[i] = (np_named_dim){text, strtoll(equals + 1, NULL, 10)};
	}
	return EXIT_FINE;
}

/* Standard input, kept because it can be read once but be asked for at several batches. */
typedef struct kept_input {
	char *data;
	size_t size;
	bool read;
} kept_input;

enum { MOST_INPUT = 1 << 30 };

static int keep_input(kept_input *kept)
{
	size_t capacity = 0;
	do {
		capacity = capacity ? capacity * 2 : 64 << 10;
		char *larger = capacity <= MOST_INPUT ? realloc(kept->data, capacity) : NULL;
		if (!larger) {
			complain("standard input is too large to be kept for several batches; name a file instead");
			return EXIT_BAD_INPUT;
		}
		kept->data = larger;
		kept->size += fread(kept->data + kept->size, 1, capacity - kept->size, stdin);
	} while (kept->size == capacity);
	if (ferror(stdin)) {
		complain("standard input: cannot read: %s", strerror(errno));
		return EXIT_BAD_INPUT;
	}
	kept->read = true;
	return EXIT_FINE;
}

static np_status load_network(const char *path, const kept_input *kept, const np_load_options *options, np_network **network,
                              np_error *err)
{
	if (kept->read && strcmp(path, "-") == 0)
		return np_network_load_memory(kept->data, kept->size, "standard input", options, network, err);
	return np_network_load(path, options, network, err);
}

static int load_one(const char *path, const kept_input *kept, const np_load_options *options, networks *loaded)
{
	np_error err = {0};
	np_network **larger = realloc(loaded->items, (size_t)(loaded->count + 1) * sizeof *larger);
	if (!larger)
		return complain_memory();
	loaded->items = larger;
	if (load_network(path, kept, options, &loaded->items[loaded->count], &err) != NP_OK)
		return complain_error(&err);
	loaded->count++;
	return EXIT_FINE;
}

static bool reads_input_again(const arguments *args)
{
	int times = 0;
	for (int i = 0; i < args->files.count; i++)
		times += strcmp(args->files.items[i], "-") == 0;
	return times && (times > 1 || args->batch_count > 1);
}

static int load_all(const arguments *args, const load_words *words, const kept_input *kept, networks *loaded)
{
	np_load_options options = {.shapes = words->shapes,
	                           .shape_count = args->shapes.count,
	                           .dims = words->dims,
	                           .dim_count = args->dims.count,
	                           .strict = args->strict};
	int batches = args->batch_count ? args->batch_count : 1;
	for (int f = 0; f < args->files.count; f++)
		for (int b = 0; b < batches; b++) {
			options.batch = args->batch_count ? args->batches[b] : 0;
			int status = load_one(args->files.items[f], kept, &options, loaded);
			if (status != EXIT_FINE)
				return status;
		}
	return EXIT_FINE;
}

int networks_load(const arguments *args, networks *loaded)
{
	*loaded = (networks){0};
	if (!args->files.count) {
		complain("a network file was expected; --help shows how");
		return EXIT_USAGE;
	}
	load_words words = {0};
	kept_input kept = {0};
	int status = words_alloc(&words, args) ? words_parse(&words, args) : complain_memory();
	if (status == EXIT_FINE && reads_input_again(args))
		status = keep_input(&kept);
	if (status == EXIT_FINE)
		status = load_all(args, &words, &kept, loaded);
	free(kept.data);
	words_free(&words);
	if (status != EXIT_FINE)
		networks_free(loaded);
	return status;
}

void networks_free(networks *loaded)
{
	for (int i = 0; i < loaded->count; i++)
		np_network_free(loaded->items[i]);
	free(loaded->items);
	*loaded = (networks){0};
}
