/* measure: finds the device that was named, gathers what is to be measured, runs the campaign. */
#include <neuralpower/measure.h>

#include "backends/backends.h"
#include "base/error.h"
#include "measure/campaign.h"
#include "measure/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A device's name begins with one of these, alone or before a ':'. */
static const struct {
	const char *name;
	np_status (*open)(const np_device_request *request, np_device **device, np_error *err);
} DEVICES[] = {
        {"cpu", np_cpu_open},
        {"cuda", np_cuda_open},
        {"fake", np_fake_open},
        {"replay", np_fake_open},
};

static np_status open_device(const np_measure_options *options, np_device **device, np_error *err)
{
	const np_device_request request = {options->device, options->dtype, options->threads};
	size_t length = strcspn(options->device, ":");
	for (size_t i = 0; i < sizeof DEVICES / sizeof *DEVICES; i++)
		if (strlen(DEVICES[i].name) == length && strncmp(options->device, DEVICES[i].name, length) == 0)
			return DEVICES[i].open(&request, device, err);
	return np_fail(err, NP_ERR_ARGUMENT, "unknown device '%.80s': cpu, cuda:N, fake:... or replay:FILE.csv was expected",
	               options->device);
}

typedef struct layers {
	np_layer_config *items;
	int count;
} layers;

static np_status add_layers(layers *l, const np_layer_config *more, int count, np_error *err)
{
	np_layer_config *larger = realloc(l->items, (size_t)(l->count + count + 1) * sizeof *larger);
	if (!larger)
		return np_fail_memory(err);
	l->items = larger;
	for (int i = 0; i < count; i++)
		l->items[l->count++] = more[i];
	return NP_OK;
}

static np_status gather(const np_measure_options *options, layers *l, np_error *err)
{
	for (int i = 0; i < options->suite_count; i++) {
		np_suite suite;
		NP_TRY(np_suite_load(options->suites[i], &suite, err));
		np_status status = add_layers(l, suite.layers, suite.count, err);
		np_suite_free(&suite);
		NP_TRY(status);
	}
	return add_layers(l, options->layers, options->layer_count, err);
}

static np_status run(const np_measure_options *options, const layers *l, np_measure_result *result, np_error *err)
{
	np_device *device;
	NP_TRY(open_device(options, &device, err));
	const np_device_facts *f = &device->facts;
	snprintf(result->device, sizeof result->device, "%s", f->device);
	snprintf(result->software, sizeof result->software, "%s", f->software);
	snprintf(result->dtype, sizeof result->dtype, "%s", f->dtype);
	snprintf(result->no_power, sizeof result->no_power, "%s", f->no_meter);
	np_status status = np_campaign_run(device, options, l->items, l->count, result, err);
	device->ops->close(device);
	return status;
}

np_status np_measure(const np_measure_options *options, np_measure_result *result, np_error *err)
{
	*result = (np_measure_result){.idle_w = NAN, .limit_w = NAN};
	if (!options->device || !options->layers_path || (options->network_count && !options->networks_path))
		return np_fail(err, NP_ERR_ARGUMENT, "a device and the files to write were expected");
	layers l = {0};
	np_status status = gather(options, &l, err);
	if (status == NP_OK)
		status = run(options, &l, result, err);
	free(l.items);
	return status;
}
