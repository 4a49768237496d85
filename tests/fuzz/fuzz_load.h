/*
 * The fuzz target of a reader: any bytes go in, and out comes a network whose numbers hold together, or an error that
 * says where. Include it after defining FUZZ_NAME (a path for messages) and FUZZ_READ (the reader). Works with libFuzzer
 * and AFL++, and with replay.c, which needs neither.
 */
#ifndef NP_FUZZ_LOAD_H
#define NP_FUZZ_LOAD_H

#include "base/source.h"

#include <neuralpower/neuralpower.h>

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The invariant does not hold: report it as a crash. */
static void broken(const char *what, const np_error *err)
{
	char text[1024];
	fprintf(stderr, "broken: %s: %s\n", what, np_error_format(err, text, sizeof text));
	abort();
}

static void check_tensor(const np_network *network, int id, int layer)
{
	const np_error none = {0};
	const np_tensor *tensor = np_network_tensor(network, id);
	if (!tensor || tensor->shape.rank < 0 || tensor->shape.rank > NP_MAX_RANK || tensor->producer > layer)
		broken("a tensor of a layer is wrong", &none);
	for (int i = 0; i < tensor->shape.rank; i++)
		if (tensor->shape.dims[i] < 1)
			broken("a dimension is below 1", &none);
}

static void check_network(const np_network *network)
{
	const np_error none = {0};
	int64_t macs = 0;
	for (int i = 0; i < np_network_layer_count(network); i++) {
		const np_layer *layer = np_network_layer(network, i);
		np_layer_config config;
		for (int k = 0; k < layer->input_count; k++)
			check_tensor(network, layer->inputs[k], i - 1);
		for (int k = 0; k < layer->output_count; k++)
			check_tensor(network, layer->outputs[k], i);
		if (layer->macs < 0 || layer->flops < 0 || layer->params < 0 || layer->weight_bytes < 0)
			broken("a count is negative", &none);
		np_layer_config_of(network, layer, &config);
		macs += layer->macs;
	}
	if (!np_network_layer_count(network) || macs != np_network_sums(network).macs)
		broken("the totals are wrong", &none);
}

static np_status read_network(const uint8_t *data, size_t size, np_network *network, np_error *err)
{
	np_source *source;
	np_status status = np_source_open_memory(data, size, FUZZ_NAME, &source, err);
	if (status == NP_OK) {
		status = FUZZ_READ(source, NULL, network, err);
		np_source_close(source);
	}
	return status == NP_OK ? np_network_finish(network, err) : status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	np_error err = {0};
	np_network *network;
	if (np_network_create("fuzz", &network, &err) != NP_OK)
		return 0;
	np_status status = read_network(data, size, network, &err);
	if (status == NP_OK)
		check_network(network);
	else if (err.status != status || !err.message[0])
		broken("a failure without an error", &err);
	else if (!err.line && !err.has_offset && status != NP_ERR_MEMORY && status != NP_ERR_LIMIT)
		broken("an error without a place", &err);
	np_network_free(network);
	return 0;
}

#endif
