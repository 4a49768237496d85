/*
 * Profiles of ONNX Runtime (SessionOptions.enable_profiling): an array of events, of which those of category "Node" are the
 * kernels. A kernel is called by its node, or "fused" and its node, or, where the graph was laid out anew for the processor,
 * by the output that it makes and "_nchwc"; all are looked up in the network that ran. The first run of each, which warms up,
 * is left out.
 */
#include "base/error.h"
#include "profiles/profiles.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char KERNEL[] = "_kernel_time", LAID_OUT[] = "_nchwc", FUSED[] = "fused ";
enum { LONGEST_NAME = 1024 };
static const double MS_PER_US = 1e-3;

/* A name of the network: of a layer, or of what it makes. */
typedef struct known {
	const char *name;
	int layer; /* -1: several layers have it */
} known;

typedef struct names {
	known *items;
	int count;
} names;

typedef struct reading {
	np_profile *profile;
	const np_network *network;
	names layers, outputs;
	np_samples kernels, runs;
	bool *timed;       /* by layer */
	bool other_shapes; /* some kernel ran with other shapes than the network's: so did the whole */
} reading;

/* ---- names ---- */

static int by_name(const void *left, const void *right)
{
	return strcmp(((const known *)left)->name, ((const known *)right)->name);
}

/* Sorts, and makes one of equal names. */
static void settle(names *n)
{
	int kept = 0;
	if (n->count)
		qsort(n->items, (size_t)n->count, sizeof *n->items, by_name);
	for (int i = 0; i < n->count; i++) {
		if (kept && strcmp(n->items[kept - 1].name, n->items[i].name) == 0)
			n->items[kept - 1].layer = -1;
		else
			n->items[kept++] = n->items[i];
	}
	n->count = kept;
}

static np_status gather_names(reading *r, np_error *err)
{
	int layers = np_network_layer_count(r->network), tensors = np_network_tensor_count(r->network);
	r->layers.items = np_arena_array(r->profile->arena, (size_t)layers, sizeof *r->layers.items);
	r->outputs.items = np_arena_array(r->profile->arena, (size_t)tensors, sizeof *r->outputs.items);
	r->timed = np_arena_array(r->profile->arena, (size_t)layers, sizeof *r->timed);
	if (!r->layers.items || !r->outputs.items || !r->timed)
		return np_fail_memory(err);
	for (int i = 0; i < layers; i++)
		r->layers.items[r->layers.count++] = (known){np_network_layer(r->network, i)->name, i};
	for (int i = 0; i < tensors; i++) {
		const np_tensor *t = np_network_tensor(r->network, i);
		if (t->producer >= 0)
			r->outputs.items[r->outputs.count++] = (known){t->name, t->producer};
	}
	settle(&r->layers);
	settle(&r->outputs);
	return NP_OK;
}

static const known *find(const names *n, const char *name)
{
	const known key = {.name = name};
	return n->count ? bsearch(&key, n->items, (size_t)n->count, sizeof *n->items, by_name) : NULL;
}

static bool cut_end(char *name, const char *end)
{
	size_t length = strlen(name), cut = strlen(end);
	if (length <= cut || strcmp(name + length - cut, end) != 0)
		return false;
	name[length - cut] = '\0';
	return true;
}

/* ---- which layer a kernel is ---- */

static const np_layer *producer_of(const np_network *network, const np_layer *layer)
{
	const np_tensor *input = layer->input_count ? np_network_tensor(network, layer->inputs[0]) : NULL;
	return input && input->producer >= 0 ? np_network_layer(network, input->producer) : NULL;
}

/* A convolution that took the operators behind it into itself is called by what the last of them makes. */
static const np_layer *find_convolution(const np_network *network, const np_layer *last)
{
	for (int steps = 0; last && steps < 4; steps++, last = producer_of(network, last))
		if (last->kind == NP_CONV)
			return last;
	return NULL;
}

/* The layer, or NULL with the reason. */
static const np_layer *layer_of(const reading *r, const np_timing *timing, const char *op, bool *laid_out, char *reason,
                                size_t size)
{
	char name[LONGEST_NAME];
	bool fused = strncmp(timing->name, FUSED, strlen(FUSED)) == 0;
	snprintf(name, sizeof name, "%s", timing->name + (fused ? strlen(FUSED) : 0));
	const known *k = find(&r->layers, name);
	*laid_out = !k && cut_end(name, LAID_OUT);
	if (*laid_out)
		k = find(&r->outputs, name);
	if (!k || k->layer < 0) {
		snprintf(reason, size, k ? "several layers of the network have that name" : "the network has no such node");
		return NULL;
	}
	const np_layer *layer = np_network_layer(r->network, k->layer);
	const np_layer *convolution = *laid_out && strcmp(op, "Conv") == 0 ? find_convolution(r->network, layer) : layer;
	if (!convolution)
		snprintf(reason, size, "no convolution leads to it");
	return convolution;
}

/* Its shape when it ran was that of the network; the laid out form may have more channels. False with the reason. */
static bool has_shape(reading *r, const np_layer *layer, const json_t *args, bool laid_out, char *reason, size_t size)
{
	const json_t *tensor = json_array_get(json_object_get(args, "output_type_shape"), 0);
	const char *type;
	json_t *dims = NULL;
	json_object_foreach((json_t *)tensor, type, dims) break;
	const np_shape shape = np_network_tensor(r->network, layer->outputs[0])->shape;
	if (!json_is_array(dims) || (int)json_array_size(dims) != shape.rank)
		return true; /* older versions do not say */
	for (int i = 0; i < shape.rank; i++) {
		long long ran = json_integer_value(json_array_get(dims, (size_t)i));
		if (ran != shape.dims[i] && (i == 0 || !laid_out)) {
			r->other_shapes = true;
			snprintf(reason, size,
			         "axis %d of its output was %lld when it ran, in the network it is %lld: --batch, --shape or "
			         "--dim sets it",
			         i, ran, (long long)shape.dims[i]);
			return false;
		}
	}
	return true;
}

static const char *text_in(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

static const char *dtype_of(const np_network *network, const np_layer *layer)
{
	int bytes = np_network_tensor(network, layer->outputs[0])->element_bytes;
	return bytes == 4 ? "fp32" : bytes == 2 ? "fp16" : "";
}

static np_status take_kernel(void *context, const np_timing *timing, np_error *err)
{
	reading *r = context;
	char reason[256];
	bool laid_out;
	const json_t *args = json_object_get(timing->from, "args");
	const char *op = text_in(args, "op_name");
	const np_layer *layer = layer_of(r, timing, op, &laid_out, reason, sizeof reason);
	if (!layer || !has_shape(r, layer, args, laid_out, reason, sizeof reason))
		return np_profile_leave_out(r->profile, err, "kernel '%s' (%s), %.4g ms: %s", timing->name, op,
		                            timing->runtime_ms, reason);
	np_import_row row = {.layer = layer->name,
	                     .network = np_network_name(r->network),
	                     .dtype = dtype_of(r->network, layer),
	                     .notes = laid_out                       ? "laid out as nchwc"
	                              : strncmp(op, "Fused", 5) == 0 ? op
	                                                             : "",
	                     .runtime_ms = timing->runtime_ms,
	                     .power_w = NAN,
	                     .energy_mj = NAN,
	                     .runs = timing->runs};
	if (r->timed[layer->index])
		return np_profile_leave_out(r->profile, err, "kernel '%s': layer '%s' has a time already", timing->name,
		                            layer->name);
	r->timed[layer->index] = true;
	if (layer->free)
		return NP_OK;
	if (!np_layer_config_of(r->network, layer, &row.config))
		return np_profile_leave_out(r->profile, err, "layer '%s' (%s): data sets have no form for it", layer->name,
		                            layer->op);
	return np_profile_add_row(r->profile, &row, err);
}

static np_status take_run(void *context, const np_timing *timing, np_error *err)
{
	reading *r = context;
	const np_import_network network = {.network = np_network_name(r->network),
	                                   .file = np_network_path(r->network),
	                                   .batch = np_network_batch(r->network),
	                                   .runtime_ms = timing->runtime_ms,
	                                   .power_w = NAN,
	                                   .energy_mj = NAN,
	                                   .runs = timing->runs};
	return timing->runtime_ms > 0 ? np_profile_add_network(r->profile, &network, err) : NP_OK;
}

/* ---- events ---- */

static np_status take_event(reading *r, const json_t *event, np_error *err)
{
	const json_t *duration = json_object_get(event, "dur");
	const char *category = text_in(event, "cat");
	char name[LONGEST_NAME];
	np_sample sample = {.from = event, .runtime_ms = MS_PER_US * json_number_value(duration), .power_w = NAN};
	if (!json_is_number(duration) || !(sample.runtime_ms >= 0))
		return NP_OK;
	if (strcmp(category, "Session") == 0 && strcmp(text_in(event, "name"), "model_run") == 0) {
		sample.name = "model_run";
		return np_samples_add(&r->runs, sample, err);
	}
	int length = snprintf(name, sizeof name, "%s", text_in(event, "name"));
	if (strcmp(category, "Node") != 0 || length >= LONGEST_NAME || !cut_end(name, KERNEL))
		return NP_OK;
	NP_TRY(np_profile_keep(r->profile, name, &sample.name, err));
	return np_samples_add(&r->kernels, sample, err);
}

static np_status read_events(reading *r, np_error *err)
{
	const json_t *event;
	size_t i;
	json_array_foreach(r->profile->root, i, event) NP_TRY(take_event(r, event, err));
	if (!r->kernels.count)
		return np_fail_at(err, NP_ERR_DATA, 1, 1, "there is no event of category Node whose name ends in %s", KERNEL);
	NP_TRY(np_samples_each(&r->kernels, true, take_kernel, r, err));
	if (!r->other_shapes && r->profile->import->row_count)
		NP_TRY(np_samples_each(&r->runs, true, take_run, r, err));
	for (int l = 0; l < np_network_layer_count(r->network); l++)
		r->profile->import->untimed += !r->timed[l] && !np_network_layer(r->network, l)->free;
	return NP_OK;
}

np_status np_read_onnxruntime(np_profile *profile, np_error *err)
{
	reading r = {.profile = profile, .network = profile->options->network};
	if (!r.network)
		return np_fail(err, NP_ERR_DATA,
		               "a profile of ONNX Runtime names nodes only: the network that ran is needed too");
	if (!json_is_array(profile->root))
		return np_fail_at(err, NP_ERR_SYNTAX, 1, 1, "an array of events was expected");
	NP_TRY(gather_names(&r, err));
	np_status status = read_events(&r, err);
	np_samples_free(&r.kernels);
	np_samples_free(&r.runs);
	return status;
}
