/*
 * The layers of a TensorRT engine, as --exportLayerInfo writes them: {"Layers": [{"Name", "ParameterType", "Inputs": [{
 * "Dimensions": [n, c, h, w]}], "Kernel": [h, w], ...}]}. Convolutions and pools say their parameters; a product ("gemm")
 * only its shapes.
 */
#include "base/error.h"
#include "base/source.h"
#include "profiles/profiles.h"
#include "text/json_document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct named_layer {
	const char *name;
	const json_t *layer;
} named_layer;

struct np_engine {
	json_t *root;
	named_layer *layers; /* by name */
	size_t count;
};

/* ---- finding a layer ---- */

static int by_name(const void *left, const void *right)
{
	return strcmp(((const named_layer *)left)->name, ((const named_layer *)right)->name);
}

static np_status index_layers(np_engine *engine, np_error *err)
{
	const json_t *layers = json_object_get(engine->root, "Layers"), *layer;
	size_t i;
	if (!json_is_array(layers) || !json_array_size(layers))
		return np_fail_at(err, NP_ERR_DATA, 1, 1, "an object with Layers was expected, as --exportLayerInfo writes it");
	engine->layers = calloc(json_array_size(layers), sizeof *engine->layers);
	if (!engine->layers)
		return np_fail_memory(err);
	json_array_foreach(layers, i, layer)
	{
		const char *name = json_string_value(json_object_get(layer, "Name"));
		if (name)
			engine->layers[engine->count++] = (named_layer){name, layer};
	}
	if (!engine->count)
		return np_fail_at(
		        err, NP_ERR_DATA, 1, 1,
		        "its layers have names only: --profilingVerbosity=detailed, when the engine is built, says the rest");
	qsort(engine->layers, engine->count, sizeof *engine->layers, by_name);
	return NP_OK;
}

static np_status parse(np_engine *engine, const char *text, size_t size, np_error *err)
{
	NP_TRY(np_json_parse(text, size, 0, "layers of an engine in JSON were", &engine->root, err));
	return index_layers(engine, err);
}

np_status np_engine_load(const char *path, np_engine **engine, np_error *err)
{
	char *text = NULL;
	size_t size;
	np_engine *made = calloc(1, sizeof *made);
	*engine = NULL;
	if (!made)
		return np_fail_memory(err);
	np_status status = np_source_read_file(path, NP_PROFILE_LARGEST, &text, &size, err);
	if (status == NP_OK)
		status = parse(made, text, size, err);
	free(text);
	if (status == NP_OK) {
		*engine = made;
		return NP_OK;
	}
	np_error_set_path(err, path);
	np_engine_free(made);
	return status;
}

void np_engine_free(np_engine *engine)
{
	if (!engine)
		return;
	json_decref(engine->root);
	free(engine->layers);
	free(engine);
}

/* ---- what a layer says ---- */

static int64_t whole(const json_t *array, size_t index)
{
	const json_t *value = json_array_get(array, index);
	return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value) : NP_BLANK;
}

static const json_t *dimensions(const json_t *layer, const char *side, size_t index)
{
	return json_object_get(json_array_get(json_object_get(layer, side), index), "Dimensions");
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

/* [n, c, h, w] on both sides. */
static bool take_shapes(const json_t *layer, np_raw_row *raw)
{
	const json_t *in = dimensions(layer, "Inputs", 0), *out = dimensions(layer, "Outputs", 0);
	if (json_array_size(in) != 4 || json_array_size(out) != 4)
		return false;
	raw->batch = whole(in, 0);
	raw->in_c = whole(in, 1);
	raw->in_h = whole(in, 2);
	raw->in_w = whole(in, 3);
	raw->out_c = whole(out, 1);
	raw->out_h = whole(out, 2);
	raw->out_w = whole(out, 3);
	return true;
}

static void take_pair(const json_t *layer, const char *key, int64_t *h, int64_t *w)
{
	const json_t *pair = json_object_get(layer, key);
	if (json_array_size(pair) == 2) {
		*h = whole(pair, 0);
		*w = whole(pair, 1);
	}
}

static bool read_convolution(const json_t *layer, np_raw_row *raw)
{
	const json_t *groups = json_object_get(layer, "Groups");
	raw->layer_type = strstr(text_of(layer, "LayerType"), "Deconv") ? "deconv" : "conv";
	raw->groups = json_is_integer(groups) ? json_integer_value(groups) : 1;
	take_pair(layer, "Kernel", &raw->kernel_h, &raw->kernel_w);
	take_pair(layer, "Stride", &raw->stride_h, &raw->stride_w);
	take_pair(layer, "PrePadding", &raw->pad_h, &raw->pad_w);
	take_pair(layer, "Dilation", &raw->dilation_h, &raw->dilation_w);
	return take_shapes(layer, raw);
}

static bool read_pool(const json_t *layer, np_raw_row *raw)
{
	bool average = strcmp(text_of(layer, "PoolingType"), "AVERAGE") == 0;
	if (!average && strcmp(text_of(layer, "PoolingType"), "MAX") != 0)
		return false;
	raw->layer_type = average ? "avgpool" : "maxpool";
	take_pair(layer, "WindowSize", &raw->kernel_h, &raw->kernel_w);
	take_pair(layer, "Stride", &raw->stride_h, &raw->stride_w);
	take_pair(layer, "PrePadding", &raw->pad_h, &raw->pad_w);
	if (!take_shapes(layer, raw))
		return false;
	if (average && raw->kernel_h == raw->in_h && raw->kernel_w == raw->in_w && raw->out_h == 1 && raw->out_w == 1) {
		raw->layer_type = "globalavgpool";
		raw->kernel_h = raw->kernel_w = raw->stride_h = raw->stride_w = raw->pad_h = raw->pad_w = NP_BLANK;
	}
	return true;
}

/* [m, k] times a constant [k, n] or [n, k]: a product of two activations has no constant. */
static bool read_product(const json_t *layer, np_raw_row *raw)
{
	const json_t *in = dimensions(layer, "Inputs", 0), *matrix = dimensions(layer, "Inputs", 1);
	const json_t *out = dimensions(layer, "Outputs", 0);
	const char *name = text_of(json_array_get(json_object_get(layer, "Inputs"), 1), "Name");
	if (json_array_size(in) != 2 || json_array_size(matrix) != 2 || json_array_size(out) != 2 || !strstr(name, "const"))
		return false;
	int64_t k = whole(in, 1), n = whole(out, 1);
	if (!(whole(matrix, 0) == k && whole(matrix, 1) == n) && !(whole(matrix, 0) == n && whole(matrix, 1) == k))
		return false;
	raw->layer_type = "fc";
	raw->batch = whole(in, 0);
	raw->in_c = k;
	raw->out_c = n;
	return true;
}

static const char *dtype_of(const json_t *layer)
{
	static const struct {
		const char *in, *dtype;
	} WORDS[] = {{"FP16", "fp16"},  {"Half", "fp16"}, {"FP32", "fp32"},
	             {"Float", "fp32"}, {"Int8", "int8"}, {"INT8", "int8"}};
	const char *format = text_of(json_array_get(json_object_get(layer, "Inputs"), 0), "Format/Datatype");
	for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
		if (strstr(format, WORDS[i].in))
			return WORDS[i].dtype;
	return "";
}

static const char *notes_of(const json_t *layer)
{
	bool relu = json_integer_value(json_object_get(layer, "HasReLU")) > 0;
	bool residual = json_integer_value(json_object_get(layer, "HasResidual")) > 0;
	return relu && residual ? "with ReLU and sum" : relu ? "with ReLU" : residual ? "with sum" : "";
}

static bool read_layer(const json_t *layer, np_raw_row *raw)
{
	const char *parameters = text_of(layer, "ParameterType");
	if (strcmp(parameters, "Convolution") == 0)
		return read_convolution(layer, raw);
	if (strcmp(parameters, "Pooling") == 0)
		return read_pool(layer, raw);
	return strcmp(text_of(layer, "LayerType"), "gemm") == 0 && read_product(layer, raw);
}

bool np_engine_find(const np_engine *engine, const char *name, np_import_row *row, char *reason, size_t size)
{
	const named_layer key = {.name = name};
	const named_layer *found = bsearch(&key, engine->layers, engine->count, sizeof *engine->layers, by_name);
	np_raw_row raw = np_profile_blank();
	if (!found) {
		snprintf(reason, size, "the layer info has no such layer");
		return false;
	}
	if (!read_layer(found->layer, &raw)) {
		snprintf(reason, size, "of type %.40s, which says no layer of a data set", text_of(found->layer, "LayerType"));
		return false;
	}
	row->dtype = dtype_of(found->layer);
	row->notes = notes_of(found->layer);
	return np_row_check_config(&raw, &row->config, reason, size);
}
