/* neuralpower features: the terms that fit sees, for checking with other tools. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

static int find_target(const char *name, np_target *target)
{
	for (*target = NP_RUNTIME; *target <= NP_POWER; ++*target)
		if (strcmp(np_target_name(*target), name) == 0)
			return EXIT_FINE;
	complain("--target '%s': runtime_ms or power_w was expected", name);
	return EXIT_USAGE;
}

static int read_options(const arguments *args, np_design_options *options)
{
	*options = (np_design_options){.degree = (int)args->degree, .seed = (uint64_t)args->seed, .features = args->features};
	if (!args->files.count || !args->type) {
		complain("measured layers and one type of them were expected: DATASET.csv... --type conv");
		return EXIT_USAGE;
	}
	if (!np_kind_find(args->type, &options->kind)) {
		complain("--type '%s': a layer type such as conv, fc or maxpool was expected", args->type);
		return EXIT_USAGE;
	}
	return find_target(args->target ? args->target : "runtime_ms", &options->target);
}

static int write_design(const arguments *args, const np_dataset *dataset, const np_design_options *options)
{
	np_error err = {0};
	char *text;
	size_t size;
	if (np_design_write(dataset, options, &text, &size, &err) != NP_OK)
		return complain_error(&err);
	int status = write_output(args->out, text, size);
	free(text);
	return status;
}

int command_features(const arguments *args)
{
	np_design_options options;
	np_error err = {0};
	np_dataset *dataset;
	int status = read_options(args, &options);
	if (status != EXIT_FINE)
		return status;
	if (np_dataset_load(args->files.items, args->files.count, args->device, &dataset, &err) != NP_OK)
		return complain_error(&err);
	status = write_design(args, dataset, &options);
	np_dataset_free(dataset);
	return status;
}
