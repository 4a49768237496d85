/*
 * Predictions in the Trace Event Format, which chrome://tracing and Perfetto show: a process per prediction, its layers one
 * after the other, power and the energy so far as counters. Times are whole nanoseconds, so that no layer overlaps the next
 * when a viewer rounds them.
 */
#include "base/error.h"
#include "report/report_impl.h"

#include <inttypes.h>
#include <math.h>

enum { LAYERS_THREAD = 1 };

static double to_us(double ns)
{
	return ns / 1e3;
}

/* What all events have: phase, name, process, thread. */
static void open_event(np_json *json, const char *phase, const char *name, int process)
{
	np_json_object_compact(json);
	np_json_put_string(json, "ph", phase);
	np_json_put_string(json, "name", name);
	np_json_put_int(json, "pid", process);
	np_json_put_int(json, "tid", LAYERS_THREAD);
}

/* Names a process or its thread. */
static void put_title(np_json *json, const char *what, int process, const char *title)
{
	open_event(json, "M", what, process);
	np_json_key(json, "args");
	np_json_object_compact(json);
	np_json_put_string(json, "name", title);
	np_json_close(json);
	np_json_close(json);
}

static void put_counter(np_json *json, const char *name, const char *unit, int process, double ns, double value)
{
	open_event(json, "C", name, process);
	np_json_put_double(json, "ts", to_us(ns));
	np_json_key(json, "args");
	np_json_object_compact(json);
	np_json_put_double(json, unit, value);
	np_json_close(json);
	np_json_close(json);
}

static void put_figure(np_json *json, const char *name, const char *interval, np_value value)
{
	if (!value.has)
		return;
	np_json_put_double(json, name, value.value);
	if (!value.has_interval)
		return;
	np_json_key(json, interval);
	np_json_doubles(json, (double[]){value.low, value.high}, 2);
}

static void put_layer(np_json *json, const np_prediction *p, int index, int process, double start_ns, double end_ns)
{
	const np_layer *layer = np_network_layer(p->network, index);
	const np_estimate *e = &p->layers[index];
	open_event(json, "X", layer->name, process);
	np_json_put_string(json, "cat", np_kind_name(layer->kind));
	np_json_put_double(json, "ts", to_us(start_ns));
	np_json_put_double(json, "dur", to_us(end_ns - start_ns));
	np_json_key(json, "args");
	np_json_object_compact(json);
	np_json_put_int(json, "index", index);
	put_figure(json, "runtime_ms", "runtime_ms_interval", e->runtime_ms);
	put_figure(json, "power_w", "power_w_interval", e->power_w);
	put_figure(json, "energy_mj", "energy_mj_interval", e->energy_mj);
	np_json_put_string(json, "source", np_source_name(e->source));
	np_json_close(json);
	np_json_close(json);
}

/* Layers that take no time are left out, as in tables. */
static void put_layers(np_json *json, const np_prediction *p, int process)
{
	double runtime_ms = 0, energy_mj = 0, start_ns = 0;
	for (int i = 0; i < p->layer_count; i++) {
		const np_estimate *e = &p->layers[i];
		if (!e->runtime_ms.has || !(e->runtime_ms.value > 0))
			continue;
		runtime_ms += e->runtime_ms.value;
		double end_ns = round(runtime_ms * 1e6);
		put_layer(json, p, i, process, start_ns, end_ns);
		if (e->power_w.has)
			put_counter(json, "power", "W", process, start_ns, e->power_w.value);
		energy_mj += e->energy_mj.has ? e->energy_mj.value : 0;
		start_ns = end_ns;
		if (p->energy_mj.has)
			put_counter(json, "energy so far", "mJ", process, start_ns, energy_mj);
	}
	if (p->power_w.has)
		put_counter(json, "power", "W", process, start_ns, 0);
}

static void put_prediction(np_json *json, const np_prediction *p, int process, np_text *title)
{
	np_text_printf(title, "%s, batch %" PRId64 ", on %s", np_network_name(p->network), np_network_batch(p->network),
	               np_platform_name(p->platform));
	put_title(json, "process_name", process, title->data ? title->data : "");
	put_title(json, "thread_name", process, "layers, predicted");
	if (p->energy_mj.has)
		put_counter(json, "energy so far", "mJ", process, 0, 0);
	put_layers(json, p, process);
}

np_status np_report_trace(const np_prediction *const *predictions, int count, char **text, size_t *size, np_error *err)
{
	np_text out = {0};
	np_json json = np_json_on(&out);
	np_json_object(&json);
	np_json_put_string(&json, "displayTimeUnit", "ms");
	np_json_key(&json, "otherData");
	np_json_object_compact(&json);
	np_json_put_string(&json, "producer", "neuralpower " NP_VERSION);
	np_json_close(&json);
	np_json_key(&json, "traceEvents");
	np_json_array(&json);
	for (int i = 0; i < count; i++) {
		np_text title = {0};
		put_prediction(&json, predictions[i], i + 1, &title);
		out.failed |= title.failed;
		np_text_free(&title);
	}
	np_json_close(&json);
	np_json_close(&json);
	*text = np_text_take(&out, size);
	return *text ? NP_OK : np_fail_memory(err);
}
