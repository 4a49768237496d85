/* neuralpower import: what other programs measured, as data sets for fit and evaluate. */
#include "cli.h"

#include <stdlib.h>

/* The one network that ran; none when none was named. */
static int load_network(const arguments *args, networks *loaded)
{
	arguments of_network = *args;
	of_network.files = (list){0};
	if (!args->networks)
		return EXIT_FINE;
	if (!list_add(&of_network.files, args->networks))
		return EXIT_CHECK_FAILED;
	int status = networks_load(&of_network, loaded);
	free(of_network.files.items);
	return status;
}

static void say_counts(const arguments *args, const np_import *import)
{
	const char *path = args->files.items[0];
	if (args->verbose || import->issue_count <= 5)
		for (int i = 0; i < import->issue_count; i++)
			warn(args, "left out: %s", import->issues[i]);
	if (import->left_out && !args->verbose && import->issue_count > 5)
		warn(args, "left out, the first of %d (-v lists them): %s", import->left_out, import->issues[0]);
	warn(args, "%s (%s): %d layer%s, %d network%s, %d left out", path, import->format, import->row_count,
	     import->row_count == 1 ? "" : "s", import->network_count, import->network_count == 1 ? "" : "s", import->left_out);
	if (import->untimed)
		warn(args,
		     "%d layers of the network have no row: they ran within others, whose rows hold both, or under other names",
		     import->untimed);
}

typedef np_status write_rows(const np_import *import, char **text, size_t *size, np_error *err);

static int write_table(write_rows *write, const np_import *import, const char *path)
{
	np_error err = {0};
	char *text;
	size_t size;
	if (write(import, &text, &size, &err) != NP_OK)
		return complain_error(&err);
	int status = write_output(path, text, size);
	free(text);
	return status;
}

/* A file of networks alone needs no data set of layers. */
static int write_tables(const arguments *args, const np_import *import)
{
	int status = EXIT_FINE;
	if (import->row_count || !args->whole)
		status = write_table(np_import_write_layers, import, args->out);
	if (status == EXIT_FINE && args->whole)
		status = write_table(np_import_write_networks, import, args->whole);
	else if (import->network_count && !args->whole)
		warn(args, "times or energies of whole networks are in it: --whole FILE.csv writes them");
	return status;
}

static int import_with(const arguments *args, const networks *loaded)
{
	np_error err = {0};
	np_import *import;
	const np_import_options options = {.format = args->format,
	                                   .network = loaded->count ? loaded->items[0] : NULL,
	                                   .layer_info = args->layer_info,
	                                   .times = args->times,
	                                   .device = args->device,
	                                   .software = args->software,
	                                   .dtype = args->dtype};
	if (np_import_load(args->files.items[0], &options, &import, &err) != NP_OK)
		return complain_error(&err);
	say_counts(args, import);
	int status = write_tables(args, import);
	np_import_free(import);
	return status;
}

int command_import(const arguments *args)
{
	networks loaded = {0};
	if (args->files.count != 1 || args->batch_count > 1) {
		complain("one file to import was expected%s", args->batch_count > 1 ? ", at one batch" : "");
		return EXIT_USAGE;
	}
	int status = load_network(args, &loaded);
	if (status == EXIT_FINE)
		status = import_with(args, &loaded);
	networks_free(&loaded);
	return status;
}
