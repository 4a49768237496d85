/* measure: finds the device that was named or takes the caller's own, gathers what is to be measured, runs the campaign. */
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

/* ---- what is to be measured ---- */

static np_status add_layers(np_workload *w, const np_layer_config *more, int count, np_error *err)
{
	np_layer_config *larger = realloc(w->layers, (size_t)(w->layer_count + count + 1) * sizeof *larger);
	if (!larger)
		return np_fail_memory(err);
	w->layers = larger;
	for (int i = 0; i < count; i++)
		w->layers[w->layer_count++] = more[i];
	return NP_OK;
}

static np_status gather_layers(const np_measure_options *options, np_workload *w, np_error *err)
{
	for (int i = 0; i < options->suite_count; i++) {
		np_suite suite;
		NP_TRY(np_suite_load(options->suites[i], &suite, err));
		np_status status = add_layers(w, suite.layers, suite.count, err);
		np_suite_free(&suite);
		NP_TRY(status);
	}
	return add_layers(w, options->layers, options->layer_count, err);
}

static np_status make_room(np_workload *w, int networks, np_error *err)
{
	w->networks = calloc((size_t)networks + 1, sizeof *w->networks);
	return w->networks ? NP_OK : np_fail_memory(err);
}

static np_status gather_networks(const np_measure_options *options, np_workload *w, np_error *err)
{
	NP_TRY(make_room(w, options->network_count, err));
	for (int i = 0; i < options->network_count; i++) {
		NP_TRY(np_program_of_network(options->networks[i], &w->networks[i], err));
		w->network_count++;
	}
	return NP_OK;
}

static np_status gather_own(const np_own_network *networks, int count, np_workload *w, np_error *err)
{
	NP_TRY(make_room(w, count, err));
	for (int i = 0; i < count; i++) {
		const np_own_network *n = &networks[i];
		NP_TRY(np_program_of_list(n->name, n->file ? n->file : "", n->batch, n->layers, n->layer_count, &w->networks[i],
		                          err));
		w->network_count++;
	}
	return NP_OK;
}

static void free_workload(np_workload *w)
{
	for (int i = 0; i < w->network_count; i++)
		np_program_free(&w->networks[i]);
	free(w->networks);
	free(w->layers);
}

/* ---- running ---- */

static np_status run(np_device *device, const np_measure_options *options, const np_workload *w, np_measure_result *result,
                     np_error *err)
{
	const np_device_facts *f = &device->facts;
	snprintf(result->device, sizeof result->device, "%s", f->device);
	snprintf(result->software, sizeof result->software, "%s", f->software);
	snprintf(result->dtype, sizeof result->dtype, "%s", f->dtype);
	snprintf(result->no_power, sizeof result->no_power, "%s", f->no_meter);
	np_status status = np_campaign_run(device, options, w, result, err);
	device->ops->close(device);
	return status;
}

np_status np_measure(const np_measure_options *options, np_measure_result *result, np_error *err)
{
	*result = (np_measure_result){.idle_w = NAN, .limit_w = NAN};
	if (!options->device || !options->layers_path || (options->network_count && !options->networks_path))
		return np_fail(err, NP_ERR_ARGUMENT, "a device and the files to write were expected");
	np_workload w = {0};
	np_device *device;
	np_status status = gather_layers(options, &w, err);
	if (status == NP_OK)
		status = gather_networks(options, &w, err);
	if (status == NP_OK)
		status = open_device(options, &device, err);
	if (status == NP_OK)
		status = run(device, options, &w, result, err);
	free_workload(&w);
	return status;
}

np_status np_measure_own(const np_own_device *own, const np_own_network *networks, int network_count,
                         const np_measure_options *options, np_measure_result *result, np_error *err)
{
	*result = (np_measure_result){.idle_w = NAN, .limit_w = NAN};
	if (!options->layers_path || (network_count && !options->networks_path))
		return np_fail(err, NP_ERR_ARGUMENT, "the files to write were expected");
	np_workload w = {0};
	np_device *device;
	np_status status = gather_layers(options, &w, err);
	if (status == NP_OK)
		status = gather_own(networks, network_count, &w, err);
	if (status == NP_OK)
		status = np_own_open(own, &device, err);
	if (status == NP_OK)
		status = run(device, options, &w, result, err);
	free_workload(&w);
	return status;
}
