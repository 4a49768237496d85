/*
 * From the estimates of layers to those of a network: Equations 3, 4 and 5 of Cai et al. 2017. Knows nothing of how a
 * layer is estimated.
 */
#include <neuralpower/predict.h>

#include "base/dtype.h"
#include "base/error.h"
#include "base/text.h"
#include "model/platform_model.h"
#include "predict/predict_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static np_value exact(double value)
{
	return (np_value){.value = value, .low = value, .high = value, .has = true, .has_interval = true};
}

bool np_predict_question(const np_network *network, const np_platform *platform, const np_layer *layer, np_question *question,
                         np_estimate *estimate)
{
	bool charged = layer->kind == NP_DROPOUT && platform->formula.charges_dropout;
	if (layer->free && !charged) {
		*estimate = (np_estimate){.source = NP_FREE, .power_source = NP_FREE};
		estimate->runtime_ms = exact(0);
		if (np_platform_has_power(platform))
			estimate->power_w = estimate->energy_mj = exact(0);
		return false;
	}
	question->known = np_layer_config_of(network, layer, &question->config);
	/* Each term fits 63 bits; their sum is only a size to divide by a bandwidth, so saturate instead of failing. */
	int64_t bytes = layer->input_bytes;
	if (__builtin_add_overflow(bytes, layer->output_bytes, &bytes) ||
	    __builtin_add_overflow(bytes, layer->weight_bytes, &bytes))
		bytes = INT64_MAX;
	question->bytes = bytes;
	return true;
}

/* ---- totals ---- */

/* The log of the factor that an interval spans to either side. */
static double log_spread(const np_value *value)
{
	return value->has_interval && value->value > 0 ? log(value->high / value->low) / 2 : 0;
}

void np_predict_spread(const np_estimate *estimate, np_spreads *spreads)
{
	spreads->of[NP_RUNTIME] = log_spread(&estimate->runtime_ms);
	spreads->of[NP_POWER] = log_spread(&estimate->power_w);
	spreads->of[NP_ENERGY] = log_spread(&estimate->energy_mj);
}

/*
 * The interval of a total from those of the layers: their errors in part go together, in part cancel. Layers weigh by what
 * they add to the total; for power, by their energy.
 */
typedef struct span {
	double linear, square, sum;
	bool known;
} span;

static void add_span(span *s, double share, const np_value *value, double spread)
{
	s->known &= value->has_interval;
	double weighed = value->has_interval ? share * spread : 0;
	s->linear += weighed;
	s->square += weighed * weighed;
	s->sum += share;
}

static void set_span(const span *s, double c, np_value *total)
{
	total->has_interval = total->has && s->known;
	if (!total->has_interval)
		return;
	double factor = s->sum > 0 ? exp(sqrt(c * s->linear * s->linear + (1 - c) * s->square) / s->sum) : 1;
	total->low = total->value / factor;
	total->high = total->value * factor;
}

static void add_value(np_value *sum, np_value term)
{
	sum->has &= term.has;
	sum->value += term.value;
}

/* The mean power, weighted by runtime; layers that take no time do not weigh. */
static np_value mean_power(const np_prediction *p)
{
	if (!p->energy_mj.has || !(p->runtime_ms.value > 0))
		return (np_value){0};
	return (np_value){.value = p->energy_mj.value / p->runtime_ms.value, .has = true};
}

static np_value divided(np_value value, double divisor)
{
	value.value /= divisor;
	value.low /= divisor;
	value.high /= divisor;
	return value;
}

void np_predict_sum(np_prediction *p, const np_spreads *spreads)
{
	double modelled_runtime = 0, modelled_energy = 0;
	span spans[NP_TARGET_COUNT] = {{.known = true}, {.known = true}, {.known = true}};
	const double *correlation = p->platform->totals.correlation;
	p->runtime_ms = p->energy_mj = exact(0);
	for (int i = 0; i < p->layer_count; i++) {
		const np_estimate *layer = &p->layers[i];
		const double *spread = spreads[i].of;
		add_value(&p->runtime_ms, layer->runtime_ms);
		add_value(&p->energy_mj, layer->energy_mj);
		add_span(&spans[NP_RUNTIME], layer->runtime_ms.value, &layer->runtime_ms, spread[NP_RUNTIME]);
		add_span(&spans[NP_ENERGY], layer->energy_mj.value, &layer->energy_mj, spread[NP_ENERGY]);
		add_span(&spans[NP_POWER], layer->energy_mj.value, &layer->power_w, spread[NP_POWER]);
		if (layer->source == NP_FROM_MODEL)
			modelled_runtime += layer->runtime_ms.value;
		if (layer->source == NP_FROM_MODEL && layer->power_source == NP_FROM_MODEL)
			modelled_energy += layer->energy_mj.value;
	}
	p->power_w = mean_power(p);
	set_span(&spans[NP_RUNTIME], correlation[NP_RUNTIME], &p->runtime_ms);
	set_span(&spans[NP_ENERGY], correlation[NP_ENERGY], &p->energy_mj);
	set_span(&spans[NP_POWER], correlation[NP_POWER], &p->power_w);
	double batch = (double)np_network_batch(p->network);
	p->energy_per_item_mj = divided(p->energy_mj, batch);
	p->items_per_s = p->runtime_ms.value > 0 ? 1000 * batch / p->runtime_ms.value : 0;
	p->runtime_coverage = p->runtime_ms.value > 0 ? modelled_runtime / p->runtime_ms.value : 1;
	p->energy_coverage = p->energy_mj.has && p->energy_mj.value > 0 ? modelled_energy / p->energy_mj.value : 0;
}

/* ---- warnings ---- */

static np_status add_warning(np_prediction *p, np_text *text, np_error *err)
{
	char **larger = realloc(p->warnings, (size_t)(p->warning_count + 1) * sizeof *larger);
	if (!larger) {
		np_text_free(text);
		return np_fail_memory(err);
	}
	p->warnings = larger;
	char *kept = np_text_take(text, NULL);
	if (!kept)
		return np_fail_memory(err);
	p->warnings[p->warning_count++] = kept;
	return NP_OK;
}

static np_status warn_network(np_prediction *p, np_error *err)
{
	for (int i = 0; i < np_network_warning_count(p->network); i++) {
		np_text text = {0};
		np_text_puts(&text, np_network_warning(p->network, i));
		NP_TRY(add_warning(p, &text, err));
	}
	return NP_OK;
}

static bool is_clamped(const np_estimate *e)
{
	return e->clamped;
}

static bool is_extrapolated(const np_estimate *e)
{
	return e->extrapolated != NULL;
}

static bool is_fallback(const np_estimate *e)
{
	return e->source == NP_FROM_FALLBACK;
}

static bool is_uncounted(const np_estimate *e)
{
	return e->source == NP_FROM_FORMULA && !(e->runtime_ms.value > 0);
}

/* The conditions worth a warning, each summed up in one sentence with a few layers named. */
static const struct {
	bool (*holds)(const np_estimate *estimate);
	const char *sentence;
} CONDITIONS[] = {
        {is_clamped, "the model answered below the platform's floor, which was taken instead, for"},
        {is_extrapolated, "outside the range the platform was learned from:"},
        {is_fallback, "no learned model, estimated from the bytes moved:"},
        {is_uncounted, "the method has no formula, counted as taking no time:"},
};

enum { MOST_NAMED = 4 };

static void name_layer(np_text *text, const np_prediction *p, int index, int named)
{
	np_text_printf(text, "%s %s", named ? "," : "", np_network_layer(p->network, index)->name);
	if (p->layers[index].extrapolated)
		np_text_printf(text, " (%s)", p->layers[index].extrapolated);
}

static np_status warn_condition(np_prediction *p, size_t condition, np_error *err)
{
	int count = 0, named = 0;
	np_text text = {0};
	for (int i = 0; i < p->layer_count; i++)
		count += CONDITIONS[condition].holds(&p->layers[i]);
	if (!count)
		return NP_OK;
	np_text_printf(&text, "%d of %d layers: %s", count, p->layer_count, CONDITIONS[condition].sentence);
	for (int i = 0; i < p->layer_count && named < MOST_NAMED; i++)
		if (CONDITIONS[condition].holds(&p->layers[i]))
			name_layer(&text, p, i, named++);
	if (count > named)
		np_text_printf(&text, " and %d more", count - named);
	return add_warning(p, &text, err);
}

static np_status warn_dtype(np_prediction *p, np_error *err)
{
	const char *dtype = np_platform_dtype(p->platform);
	int expected = np_dtype_bytes(dtype), bytes = np_network_tensor(p->network, 0)->element_bytes;
	if (!expected || expected == bytes)
		return NP_OK;
	np_text text = {0};
	np_text_printf(&text, "the network's values have %d bytes, the platform %s %s", bytes,
	               p->platform->formula.method ? "is described for" : "was measured with", dtype);
	return add_warning(p, &text, err);
}

static np_status warn_power(np_prediction *p, np_error *err)
{
	if (np_platform_has_power(p->platform))
		return NP_OK;
	np_text text = {0};
	np_text_puts(&text, p->platform->formula.method ? "the method says nothing of power: power and energy are unknown"
	                                                : "the platform has no power data: power and energy are unknown");
	return add_warning(p, &text, err);
}

static np_status collect_warnings(np_prediction *p, np_error *err)
{
	NP_TRY(warn_network(p, err));
	NP_TRY(warn_dtype(p, err));
	NP_TRY(warn_power(p, err));
	for (size_t i = 0; i < sizeof CONDITIONS / sizeof *CONDITIONS; i++)
		NP_TRY(warn_condition(p, i, err));
	return NP_OK;
}

static np_status fill(np_prediction *p, np_error *err)
{
	p->layers = calloc((size_t)p->layer_count, sizeof *p->layers);
	np_spreads *spreads = calloc((size_t)p->layer_count, sizeof *spreads);
	if (!p->layers || !spreads) {
		free(spreads);
		return np_fail_memory(err);
	}
	for (int i = 0; i < p->layer_count; i++) {
		np_question q;
		if (np_predict_question(p->network, p->platform, np_network_layer(p->network, i), &q, &p->layers[i]))
			np_platform_estimate(p->platform, q.known ? &q.config : NULL, q.bytes, &p->layers[i]);
		np_predict_spread(&p->layers[i], &spreads[i]);
	}
	np_predict_sum(p, spreads);
	free(spreads);
	return collect_warnings(p, err);
}

np_status np_predict(const np_network *network, const np_platform *platform, np_prediction **prediction, np_error *err)
{
	np_prediction *p = *prediction = calloc(1, sizeof *p);
	if (!p)
		return np_fail_memory(err);
	p->network = network;
	p->platform = platform;
	p->layer_count = np_network_layer_count(network);
	np_status status = fill(p, err);
	if (status != NP_OK) {
		np_prediction_free(p);
		*prediction = NULL;
	}
	return status;
}

void np_prediction_free(np_prediction *prediction)
{
	if (!prediction)
		return;
	for (int i = 0; i < prediction->warning_count; i++)
		free(prediction->warnings[i]);
	free(prediction->warnings);
	free(prediction->layers);
	free(prediction);
}
