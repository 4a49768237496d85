/*
 * A prediction as an attachment for Netron: a JSON file that, opened beside the model, adds figures to the sidebar of its
 * nodes. Netron finds a node by its name, and drops what it does not find; of a name with several lines it takes the first.
 */
#include "base/error.h"
#include "report/report_impl.h"
#include "text/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct writer {
	const np_prediction *p;
	np_json *json;
	const char *kind, *target; /* what the next entries are of */
	size_t target_length;
} writer;

static void open_entry(writer *w, const char *name)
{
	np_text target = {0};
	np_text_add(&target, w->target, w->target_length);
	np_json_object_compact(w->json);
	np_json_put_string(w->json, "kind", w->kind);
	np_json_put_string(w->json, "target", target.data ? target.data : "");
	np_json_put_string(w->json, "name", name);
	w->json->out->failed |= target.failed;
	np_text_free(&target);
}

static void put_text(writer *w, const char *name, const char *value)
{
	open_entry(w, name);
	np_json_put_string(w->json, "value", value);
	np_json_close(w->json);
}

/* Four digits: Netron shows all it gets. What is not known is left out. */
static void put_number(writer *w, const char *name, double value)
{
	char text[NP_NUMBER_SIZE];
	double rounded;
	if (!np_number_read(np_number_format("%.*g", 4, value, text), &rounded))
		return;
	open_entry(w, name);
	np_json_put_double(w->json, "value", rounded);
	np_json_close(w->json);
}

static void put_value(writer *w, np_target target, np_value value)
{
	char name[64], low[NP_NUMBER_SIZE], high[NP_NUMBER_SIZE], text[2 * NP_NUMBER_SIZE + 8];
	if (!value.has)
		return;
	put_number(w, np_target_name(target), value.value);
	if (!value.has_interval)
		return;
	snprintf(name, sizeof name, "%s_interval", np_target_name(target));
	snprintf(text, sizeof text, "%s to %s", np_number_format("%.*g", 4, value.low, low),
	         np_number_format("%.*g", 4, value.high, high));
	put_text(w, name, text);
}

static void put_values(writer *w, np_value runtime_ms, np_value power_w, np_value energy_mj)
{
	put_value(w, NP_RUNTIME, runtime_ms);
	put_value(w, NP_POWER, power_w);
	put_value(w, NP_ENERGY, energy_mj);
}

static void put_share(writer *w, const char *name, np_value part, np_value whole)
{
	if (part.has && whole.has && whole.value > 0)
		put_number(w, name, 100 * part.value / whole.value);
}

/* ---- which names say which layer ---- */

static size_t first_line(const char *name)
{
	return strcspn(name, "\n");
}

typedef struct named {
	const char *name;
	size_t length;
	int layer;
} named;

static int compare_names(const void *left, const void *right)
{
	const named *a = left, *b = right;
	size_t shorter = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->name, b->name, shorter);
	return order ? order : (a->length > b->length) - (a->length < b->length);
}

/* Names that more than one layer has say nothing of either. Such layers, and those without a name, become ambiguous. */
static bool *find_ambiguous(const np_prediction *p)
{
	size_t count = (size_t)p->layer_count;
	named *names = calloc(count + 1, sizeof *names);
	bool *ambiguous = calloc(count + 1, sizeof *ambiguous);
	if (!names || !ambiguous) {
		free(names);
		free(ambiguous);
		return NULL;
	}
	for (int i = 0; i < p->layer_count; i++) {
		const char *name = np_network_layer(p->network, i)->name;
		names[i] = (named){name, first_line(name), i};
		ambiguous[i] = !names[i].length;
	}
	qsort(names, count, sizeof *names, compare_names);
	for (size_t i = 1; i < count; i++)
		if (compare_names(&names[i - 1], &names[i]) == 0)
			ambiguous[names[i - 1].layer] = ambiguous[names[i].layer] = true;
	free(names);
	return ambiguous;
}

/* A node of ONNX without a name is called by its first output here; in Netron only the output has that name. */
static bool is_called_by_output(const np_network *network, const np_layer *layer)
{
	const np_tensor *output = layer->output_count ? np_network_tensor(network, layer->outputs[0]) : NULL;
	return output && strcmp(np_network_format(network), "onnx") == 0 && strcmp(output->name, layer->name) == 0;
}

/* ---- the two lists of the file ---- */

typedef void put_layer(writer *w, const np_layer *layer, const np_estimate *e);

static void put_metrics(writer *w, const np_layer *layer, const np_estimate *e)
{
	(void)layer;
	put_values(w, e->runtime_ms, e->power_w, e->energy_mj);
	put_share(w, "runtime_percent", e->runtime_ms, w->p->runtime_ms);
	put_share(w, "energy_percent", e->energy_mj, w->p->energy_mj);
}

static void put_origin(writer *w, const np_layer *layer, const np_estimate *e)
{
	np_text text = {0};
	np_text_printf(&text, "%s, from %s", np_kind_name(layer->kind), np_source_name(e->source));
	if (e->extrapolated)
		np_text_printf(&text, ", beyond the measured range of %s", e->extrapolated);
	put_text(w, "neuralpower", text.data ? text.data : "");
	w->json->out->failed |= text.failed;
	np_text_free(&text);
}

static void put_layers(writer *w, const bool *ambiguous, put_layer *put)
{
	static const char *const KINDS[] = {"node", "value"};
	for (int i = 0; i < w->p->layer_count; i++) {
		const np_layer *layer = np_network_layer(w->p->network, i);
		int kinds = ambiguous[i] ? 0 : 1 + is_called_by_output(w->p->network, layer);
		for (int k = 0; k < kinds; k++) {
			w->kind = KINDS[k];
			w->target = layer->name;
			w->target_length = first_line(layer->name);
			put(w, layer, &w->p->layers[i]);
		}
	}
}

/* As metrics: these belong to the model whatever its name, metadata only to a model of the target's name. */
static void put_model(writer *w)
{
	w->kind = "model";
	w->target = "";
	w->target_length = 0;
	put_text(w, "platform", np_platform_name(w->p->platform));
	put_number(w, "batch", (double)np_network_batch(w->p->network));
	put_values(w, w->p->runtime_ms, w->p->power_w, w->p->energy_mj);
}

static void put_document(writer *w, const bool *ambiguous)
{
	np_json_object(w->json);
	np_json_put_string(w->json, "signature", "netron:attachment");
	np_json_key(w->json, "metadata");
	np_json_array(w->json);
	put_layers(w, ambiguous, put_origin);
	np_json_close(w->json);
	np_json_key(w->json, "metrics");
	np_json_array(w->json);
	put_model(w);
	put_layers(w, ambiguous, put_metrics);
	np_json_close(w->json);
	np_json_close(w->json);
}

np_status np_report_netron(const np_prediction *prediction, char **text, size_t *size, np_error *err)
{
	np_text out = {0};
	np_json json = np_json_on(&out);
	writer w = {.p = prediction, .json = &json};
	bool *ambiguous = find_ambiguous(prediction);
	*text = NULL;
	if (!ambiguous)
		return np_fail_memory(err);
	put_document(&w, ambiguous);
	free(ambiguous);
	*text = np_text_take(&out, size);
	return *text ? NP_OK : np_fail_memory(err);
}
