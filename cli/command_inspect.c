/* neuralpower inspect: what a network is made of. */
#include "cli.h"

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const networks *loaded = subject;
	return np_report_inspect((const np_network *const *)loaded->items, loaded->count, options, text, size, err);
}

static void show_warnings(const arguments *args, const np_network *network)
{
	for (int i = 0; i < np_network_warning_count(network); i++)
		warn(args, "%s: %s", np_network_path(network), np_network_warning(network, i));
}

int command_inspect(const arguments *args)
{
	networks loaded;
	int status = networks_load(args, &loaded);
	if (status != EXIT_FINE)
		return status;
	for (int i = 0; i < loaded.count; i++)
		show_warnings(args, loaded.items[i]);
	status = write_reports(args, render, &loaded);
	networks_free(&loaded);
	return status;
}
