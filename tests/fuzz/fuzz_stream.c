/* Fuzz target: streams. Every line is a network whose totals hold together, or an error with its line; then the next. */
#include "fuzz_file.h"

#include "netjson/netjson.h"

#include <string.h>

static void check_network(const np_network *network)
{
	np_error err = {0};
	int64_t macs = 0;
	for (int i = 0; i < np_network_layer_count(network); i++)
		macs += np_network_layer(network, i)->macs;
	if (!np_network_layer_count(network) || macs != np_network_sums(network).macs ||
	    strcmp(np_network_format(network), "json") != 0)
		broken("the totals are wrong", &err);
}

static int64_t count_lines(const uint8_t *data, size_t size)
{
	int64_t lines = 1;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = open_input(data, size, path, sizeof path);
	np_error err = {0};
	np_stream *stream;
	if (np_stream_open(path, NULL, &stream, &err) != NP_OK)
		broken("cannot open", &err);
	for (int64_t last = 0;;) {
		const np_network *network;
		np_error_clear(&err);
		np_status status = np_stream_next(stream, &network, &err);
		if (status == NP_OK && !network)
			break;
		if (status == NP_OK)
			check_network(network);
		else
			check_error(status, &err);
		int64_t line = np_stream_line(stream);
		if (line <= last || line > count_lines(data, size) ||
		    (status != NP_OK && err.line != line && status != NP_ERR_MEMORY))
			broken("the line is wrong", &err);
		last = line;
	}
	np_stream_close(stream);
	close(fd);
	return 0;
}
