/* Opens any network file: the format is told by content, then by extension. */
#define _GNU_SOURCE
#include "base/error.h"
#include "base/source.h"
#include "caffe/caffe.h"
#include "netjson/netjson.h"
#include "network/network.h"
#include "onnx/onnx.h"
#include "paleo/paleo.h"

#include <stdio.h>
#include <string.h>

typedef np_status reader(np_source *source, const np_load_options *options, np_network *network, np_error *err);

typedef struct format {
	const char *name, *extension;
	reader *read;
	const char *help;
} format;

static const format FORMATS[] = {
        {"onnx", ".onnx", np_onnx_read, "ONNX models, opset 7 to the newest"},
        {"paleo", ".json", np_paleo_read, "Paleo's networks, JSON"},
        {"caffe", ".prototxt", np_caffe_read, "Caffe prototxt, current and V1"},
        {"json", ".jsonl", np_netjson_read, "networks of our own, JSON, alone or one a line"},
};
enum { ONNX, PALEO, CAFFE, NETJSON, FORMAT_COUNT };

const char *np_format_name(int index)
{
	return index >= 0 && index < FORMAT_COUNT ? FORMATS[index].name : NULL;
}

const char *np_format_help(const char *name)
{
	for (int i = 0; i < FORMAT_COUNT; i++)
		if (strcmp(FORMATS[i].name, name) == 0)
			return FORMATS[i].help;
	return NULL;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);
	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* A text has no control bytes but white space; a protobuf model has one within its first fields. */
static bool looks_binary(const unsigned char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] < 0x20 && !memchr("\t\n\v\f\r", data[i], 5))
			return true;
	return false;
}

/* Both JSON formats are objects; ours says its schema first. */
static const format *detect_json(const unsigned char *data, size_t size)
{
	return memmem(data, size, NP_NETJSON_SCHEMA, strlen(NP_NETJSON_SCHEMA)) ? &FORMATS[NETJSON] : &FORMATS[PALEO];
}

static const format *detect(const unsigned char *data, size_t size, const char *path)
{
	if (looks_binary(data, size))
		return &FORMATS[ONNX];
	size_t i = 0;
	if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		i = 3;
	while (i < size && strchr(" \t\r\n", data[i]))
		i++;
	if (i < size)
		return data[i] == '{' || data[i] == '[' ? detect_json(data, size) : &FORMATS[CAFFE];
	for (int f = 0; f < FORMAT_COUNT; f++)
		if (ends_with(path, FORMATS[f].extension))
			return &FORMATS[f];
	return &FORMATS[CAFFE];
}

static bool has_input(const np_network *network, const char *name)
{
	for (int t = 0; t < np_network_tensor_count(network); t++) {
		const np_tensor *tensor = np_network_tensor(network, t);
		if (tensor->producer < 0 && strcmp(tensor->name, name) == 0)
			return true;
	}
	return false;
}

static np_status check_shapes_used(const np_network *network, const np_load_options *options, np_error *err)
{
	for (int i = 0; options && i < options->shape_count; i++)
		if (!has_input(network, options->shapes[i].input))
			return np_fail(err, NP_ERR_ARGUMENT, "a shape is given for '%s', which is not an input of the network",
			               options->shapes[i].input);
	return NP_OK;
}

/* "dir/resnet50.onnx" -> "resnet50"; a reader may know a better name. */
static void default_name(const char *path, char *name, size_t size)
{
	const char *slash = strrchr(path, '/');
	snprintf(name, size, "%s", slash ? slash + 1 : path);
	char *dot = strrchr(name, '.');
	if (dot && dot != name)
		*dot = '\0';
}

static np_status read_network(np_source *source, const np_load_options *options, np_network *network, np_error *err)
{
	const unsigned char *head;
	size_t size;
	NP_TRY(np_source_peek(source, 512, &head, &size, err));
	if (!size)
		return np_fail_at(err, NP_ERR_SYNTAX, 1, 1, "the file is empty, a network was expected");
	const format *f = detect(head, size, np_source_path(source));
	NP_TRY(np_network_set_origin(network, np_source_path(source), f->name, err));
	NP_TRY(f->read(source, options, network, err));
	NP_TRY(check_shapes_used(network, options, err));
	np_status status = np_network_finish(network, err);
	if (status != NP_OK)
		np_error_set_offset(err, np_source_offset(source)); /* a fault of the whole shows at its end */
	return status;
}

static np_status load(np_source *source, const np_load_options *options, np_network **network, np_error *err)
{
	char name[256];
	default_name(np_source_path(source), name, sizeof name);
	NP_TRY(np_network_create(name, network, err));
	np_status status = read_network(source, options, *network, err);
	if (status != NP_OK) {
		np_error_set_path(err, np_source_path(source));
		np_network_free(*network);
		*network = NULL;
	}
	return status;
}

np_status np_network_load(const char *path, const np_load_options *options, np_network **network, np_error *err)
{
	*network = NULL;
	np_source *source;
	NP_TRY(np_source_open(path, &source, err));
	np_status status = load(source, options, network, err);
	np_source_close(source);
	return status;
}

np_status np_network_load_memory(const void *data, size_t size, const char *name, const np_load_options *options,
                                 np_network **network, np_error *err)
{
	*network = NULL;
	np_source *source;
	NP_TRY(np_source_open_memory(data, size, name, &source, err));
	np_status status = load(source, options, network, err);
	np_source_close(source);
	return status;
}
