/*
 * Peak activation memory. Layers run in order; a tensor's memory is taken when it is first written and given back after
 * its last reader, or never when it is a result. Tensors that share storage are one piece of memory.
 */
#include "base/checked.h"
#include "base/error.h"
#include "network/network_impl.h"

#include <stdlib.h>
#include <string.h>

enum { FOREVER = INT32_MAX };

/* last[s] = the last layer that touches storage s. */
static void find_last_uses(const np_network *network, int *last)
{
	for (int t = 0; t < network->tensor_count; t++)
		last[t] = -1;
	for (int i = 0; i < network->layer_count; i++) {
		const np_layer *layer = &network->layers[i];
		for (int k = 0; k < layer->input_count; k++)
			last[network->tensors[layer->inputs[k]].storage] = i;
	}
}

/* Results of the network, marked or read by nobody, stay to the end. */
static void keep_results(const np_network *network, const unsigned char *read, int *last)
{
	for (int t = 0; t < network->tensor_count; t++)
		if (network->marked_outputs[t] || !read[t])
			last[network->tensors[t].storage] = FOREVER;
}

static void find_read_tensors(const np_network *network, unsigned char *read)
{
	for (int i = 0; i < network->layer_count; i++)
		for (int k = 0; k < network->layers[i].input_count; k++)
			read[network->layers[i].inputs[k]] = 1;
}

/* A piece of storage is as large as the largest tensor in it. */
static void find_storage_sizes(const np_network *network, int64_t *bytes)
{
	for (int t = 0; t < network->tensor_count; t++) {
		int64_t size = np_tensor_bytes(&network->tensors[t]);
		int storage = network->tensors[t].storage;
		if (bytes[storage] < size)
			bytes[storage] = size;
	}
}

static bool take(int64_t *alive, int64_t *peak, int64_t bytes)
{
	if (!np_add_into(alive, bytes))
		return false;
	if (*peak < *alive)
		*peak = *alive;
	return true;
}

static bool run(const np_network *network, int *last, const int64_t *bytes, int64_t *peak)
{
	int64_t alive = 0;
	*peak = 0;
	for (int t = 0; t < network->tensor_count; t++)
		if (network->tensors[t].producer < 0 && !take(&alive, peak, bytes[t]))
			return false;
	for (int i = 0; i < network->layer_count; i++) {
		const np_layer *layer = &network->layers[i];
		for (int k = 0; k < layer->output_count; k++) {
			int t = layer->outputs[k];
			if (network->tensors[t].storage == t && !take(&alive, peak, bytes[t]))
				return false;
		}
		for (int k = 0; k < layer->input_count; k++) {
			int storage = network->tensors[layer->inputs[k]].storage;
			if (last[storage] == i) {
				alive -= bytes[storage];
				last[storage] = -1; /* an input listed twice is given back once */
			}
		}
	}
	return true;
}

/* Zeroed memory that the network keeps, for when it is emptied and filled again. */
static void *scratch(np_network *network, size_t size)
{
	if (network->scratch_size < size) {
		free(network->scratch);
		network->scratch_size = 0;
		network->scratch = malloc(size);
		if (!network->scratch)
			return NULL;
		network->scratch_size = size;
	}
	return memset(network->scratch, 0, size);
}

bool np_peak_activation(np_network *network, int64_t *peak, np_error *err)
{
	size_t count = (size_t)network->tensor_count;
	int64_t *bytes = scratch(network, count * (sizeof *bytes + sizeof(int) + 1));
	if (!bytes) {
		(void)np_fail_memory(err);
		return false;
	}
	int *last = (int *)(bytes + count);
	unsigned char *read = (unsigned char *)(last + count);
	find_last_uses(network, last);
	find_read_tensors(network, read);
	keep_results(network, read, last);
	find_storage_sizes(network, bytes);
	return run(network, last, bytes, peak);
}
