/* Load options applied to an input. */
#include "network/options.h"

#include "base/error.h"

#include <string.h>

static const np_shape *find_shape(const np_load_options *options, const char *input)
{
	for (int i = 0; options && i < options->shape_count; i++)
		if (strcmp(options->shapes[i].input, input) == 0)
			return &options->shapes[i].shape;
	return NULL;
}

int64_t np_options_dim(const np_load_options *options, const char *name)
{
	for (int i = 0; options && i < options->dim_count; i++)
		if (strcmp(options->dims[i].name, name) == 0)
			return options->dims[i].size;
	return 0;
}

np_status np_options_settle(const np_load_options *options, np_network *network, const char *input, int64_t *dims, int rank,
                            np_error *err)
{
	const np_shape *given = find_shape(options, input);
	if (given && given->rank != rank)
		return np_fail(err, NP_ERR_ARGUMENT, "the shape given for input '%s' has %d dimensions, the file's has %d",
		               input, given->rank, rank);
	if (options && options->batch > 0 && rank > 0)
		dims[0] = options->batch;
	for (int i = 0; i < rank; i++) {
		if (given && given->dims[i] > 0)
			dims[i] = given->dims[i];
		if (dims[i] > 0)
			continue;
		dims[i] = 1;
		np_network_warn(network, "input '%s': dimension %d is left open by the file, 1 is assumed", input, i);
	}
	return NP_OK;
}
