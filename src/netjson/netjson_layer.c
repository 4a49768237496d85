/* The layers: which keys each kind has, and what they mean. */
#include "netjson/netjson.h"

#include "base/error.h"
#include "network/network.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_INPUTS = 4096 };

/* One bit per key. */
typedef enum key_bit {
	K_NAME = 1 << 0,
	K_TYPE = 1 << 1,
	K_INPUT = 1 << 2,
	K_OUT = 1 << 3,
	K_KERNEL = 1 << 4,
	K_STRIDE = 1 << 5,
	K_PAD = 1 << 6,
	K_DILATION = 1 << 7,
	K_GROUPS = 1 << 8,
	K_BIAS = 1 << 9,
	K_CEIL = 1 << 10,
	K_AXIS = 1 << 11,
	K_WINDOW = 1 << 12,
	K_SHAPE = 1 << 13,
} key_bit;
enum { WINDOWED = K_KERNEL | K_STRIDE | K_PAD | K_DILATION };

/* The keys of each kind beside name, type and input, and those that it must have; a kind without a row is refused. */
static const struct {
	bool known;
	unsigned allowed, required;
} KEYS_OF[NP_KIND_COUNT] = {
        [NP_CONV] = {true, WINDOWED | K_OUT | K_GROUPS | K_BIAS, K_OUT | K_KERNEL},
        [NP_DECONV] = {true, WINDOWED | K_OUT | K_GROUPS | K_BIAS, K_OUT | K_KERNEL},
        [NP_FC] = {true, K_OUT | K_BIAS | K_AXIS, K_OUT},
        [NP_MAXPOOL] = {true, WINDOWED | K_CEIL, K_KERNEL},
        [NP_AVGPOOL] = {true, WINDOWED | K_CEIL, K_KERNEL},
        [NP_GLOBALAVGPOOL] = {true, 0, 0},
        [NP_LRN] = {true, K_WINDOW, 0},
        [NP_BATCHNORM] = {true, 0, 0},
        [NP_LAYERNORM] = {true, 0, 0},
        [NP_RELU] = {true, 0, 0},
        [NP_ACTIVATION] = {true, 0, 0},
        [NP_ELTWISE] = {true, 0, 0},
        [NP_CONCAT] = {true, K_AXIS, 0},
        [NP_SOFTMAX] = {true, 0, 0},
        [NP_MATMUL] = {true, 0, K_INPUT},
        [NP_RESHAPE] = {true, K_SHAPE, K_SHAPE},
        [NP_DROPOUT] = {true, 0, 0},
        [NP_RESIZE] = {true, K_SHAPE, K_SHAPE},
        [NP_PAD] = {true, K_SHAPE, K_SHAPE},
        [NP_REDUCE] = {true, K_SHAPE, K_SHAPE},
};

/* One or several numbers: a size per axis, or a shape. */
typedef struct numbers {
	int64_t value[NP_MAX_RANK];
	int count; /* 0 = not given */
	const char *at;
} numbers;

typedef struct layer {
	const char *begin, *name_at;
	char *name;
	size_t name_length;
	np_kind kind;
	unsigned given;
	int input_count;
	int64_t out, groups, axis, window;
	bool bias, ceil, same;
	numbers kernel, stride, pad, dilation, shape; /* last, so that only their counts are cleared */
} layer;

/* ---- values ---- */

static np_status read_positive(np_netjson *reader, int64_t least, int64_t *value)
{
	np_scan_peek(&reader->scan);
	const char *at = reader->scan.at;
	NP_TRY(np_scan_int(&reader->scan, value));
	if (*value < least || *value > INT32_MAX)
		return np_scan_fail(&reader->scan, at, NP_ERR_DATA, "a number from %d to 2147483647 was expected", (int)least);
	return NP_OK;
}

static np_status read_numbers(np_netjson *reader, int64_t least, numbers *n)
{
	np_scan *scan = &reader->scan;
	bool more, first = true;
	n->at = scan->at;
	if (np_scan_peek(scan) != '[') {
		n->count = 1;
		return read_positive(reader, least, &n->value[0]);
	}
	scan->at++;
	for (;; first = false) {
		NP_TRY(np_scan_element(scan, first, &more));
		if (!more)
			break;
		if (n->count == NP_MAX_RANK)
			return np_scan_fail(scan, scan->at, NP_ERR_LIMIT, "at most %d numbers were expected", NP_MAX_RANK);
		NP_TRY(read_positive(reader, least, &n->value[n->count++]));
	}
	return n->count ? NP_OK : np_scan_fail(scan, n->at, NP_ERR_DATA, "at least one number was expected");
}

static np_status read_name(np_netjson *reader, layer *l)
{
	l->name_at = reader->scan.at;
	NP_TRY(np_scan_string(&reader->scan, &l->name, &l->name_length));
	return l->name_length ? NP_OK : np_scan_fail(&reader->scan, l->name_at, NP_ERR_DATA, "the name is empty");
}

static np_status read_type(np_netjson *reader, layer *l)
{
	const char *at = reader->scan.at;
	char *type;
	size_t length;
	NP_TRY(np_scan_string(&reader->scan, &type, &length));
	if (!np_kind_find(type, &l->kind) || !KEYS_OF[l->kind].known)
		return np_scan_fail(&reader->scan, at, NP_ERR_DATA, "'%.40s' is no type of layers", type);
	return NP_OK;
}

static np_status make_room(np_netjson *reader, int inputs)
{
	if (inputs <= reader->input_capacity)
		return NP_OK;
	int *moved = realloc(reader->inputs, 2 * (size_t)inputs * sizeof *moved);
	if (!moved)
		return np_fail_memory(reader->scan.err);
	reader->inputs = moved;
	reader->input_capacity = 2 * inputs;
	return NP_OK;
}

static np_status add_input(np_netjson *reader, layer *l)
{
	const char *at = reader->scan.at;
	char *name;
	size_t length;
	if (l->input_count == MOST_INPUTS)
		return np_scan_fail(&reader->scan, at, NP_ERR_LIMIT, "more than %d inputs", MOST_INPUTS);
	NP_TRY(make_room(reader, l->input_count + 1));
	NP_TRY(np_scan_string(&reader->scan, &name, &length));
	int tensor = np_netjson_name_find(reader, name, length);
	if (tensor < 0)
		return np_scan_fail(&reader->scan, at, NP_ERR_DATA, "no layer before this one is called '%.80s'", name);
	reader->inputs[l->input_count++] = tensor;
	return NP_OK;
}

static np_status read_inputs(np_netjson *reader, layer *l)
{
	np_scan *scan = &reader->scan;
	bool more, first = true;
	if (np_scan_peek(scan) != '[')
		return add_input(reader, l);
	const char *at = scan->at++;
	for (;; first = false) {
		NP_TRY(np_scan_element(scan, first, &more));
		if (!more)
			break;
		np_scan_peek(scan);
		NP_TRY(add_input(reader, l));
	}
	return l->input_count ? NP_OK : np_scan_fail(scan, at, NP_ERR_DATA, "at least one input was expected");
}

static np_status read_pad(np_netjson *reader, layer *l)
{
	np_scan *scan = &reader->scan;
	const char *at = scan->at;
	char *word;
	size_t length;
	if (np_scan_peek(scan) != '"')
		return read_numbers(reader, 0, &l->pad);
	NP_TRY(np_scan_string(scan, &word, &length));
	l->same = strcmp(word, "same") == 0;
	return l->same ? NP_OK : np_scan_fail(scan, at, NP_ERR_DATA, "numbers or \"same\" were expected");
}

static np_status read_out(np_netjson *reader, layer *l)
{
	return read_positive(reader, 1, &l->out);
}

static np_status read_kernel(np_netjson *reader, layer *l)
{
	return read_numbers(reader, 1, &l->kernel);
}

static np_status read_stride(np_netjson *reader, layer *l)
{
	return read_numbers(reader, 1, &l->stride);
}

static np_status read_dilation(np_netjson *reader, layer *l)
{
	return read_numbers(reader, 1, &l->dilation);
}

static np_status read_shape(np_netjson *reader, layer *l)
{
	return read_numbers(reader, 1, &l->shape);
}

static np_status read_groups(np_netjson *reader, layer *l)
{
	return read_positive(reader, 1, &l->groups);
}

static np_status read_axis(np_netjson *reader, layer *l)
{
	return read_positive(reader, 0, &l->axis);
}

static np_status read_window(np_netjson *reader, layer *l)
{
	return read_positive(reader, 1, &l->window);
}

static np_status read_bias(np_netjson *reader, layer *l)
{
	return np_scan_bool(&reader->scan, &l->bias);
}

static np_status read_ceil(np_netjson *reader, layer *l)
{
	return np_scan_bool(&reader->scan, &l->ceil);
}

static const struct {
	const char *key;
	np_status (*read)(np_netjson *reader, layer *l);
} KEYS[] = {
        {"name", read_name},     {"type", read_type},     {"input", read_inputs}, {"out", read_out},
        {"kernel", read_kernel}, {"stride", read_stride}, {"pad", read_pad},      {"dilation", read_dilation},
        {"groups", read_groups}, {"bias", read_bias},     {"ceil", read_ceil},    {"axis", read_axis},
        {"window", read_window}, {"shape", read_shape},
};
enum { KEY_COUNT = sizeof KEYS / sizeof *KEYS };

static np_status read_member(np_netjson *reader, layer *l, const char *key, const char *at)
{
	int k = 0;
	while (k < KEY_COUNT && (KEYS[k].key[0] != key[0] || strcmp(KEYS[k].key, key) != 0))
		k++;
	if (k == KEY_COUNT)
		return np_scan_fail(&reader->scan, at, NP_ERR_DATA, "'%.40s' is no key of layers", key);
	if (l->given & 1u << k)
		return np_scan_fail(&reader->scan, at, NP_ERR_DATA, "'%s' stands there twice", key);
	l->given |= 1u << k;
	np_scan_peek(&reader->scan);
	return KEYS[k].read(reader, l);
}

/* ---- from keys to a layer ---- */

static np_status check_keys(const np_netjson *reader, const layer *l)
{
	unsigned base = K_NAME | K_TYPE | K_INPUT, strange, missing;
	if (!(l->given & K_TYPE))
		return np_scan_fail(&reader->scan, l->begin, NP_ERR_DATA, "the layer has no 'type'");
	strange = l->given & ~(KEYS_OF[l->kind].allowed | base);
	missing = KEYS_OF[l->kind].required & ~l->given;
	for (int k = 0; k < KEY_COUNT; k++)
		if ((strange | missing) >> k & 1)
			return np_scan_fail(&reader->scan, l->begin, NP_ERR_DATA,
			                    strange >> k & 1 ? "a %s layer has no '%s'" : "a %s layer needs '%s'",
			                    np_kind_name(l->kind), KEYS[k].key);
	return NP_OK;
}

/* One number for all axes, or one for each. */
static np_status spread(const np_netjson *reader, const numbers *n, int axes, int64_t *values)
{
	if (n->count > 1 && n->count != axes)
		return np_scan_fail(&reader->scan, n->at, NP_ERR_DATA, "%d numbers for %d spatial axes", n->count, axes);
	for (int i = 0; n->count && i < axes; i++)
		values[i] = n->value[n->count > 1 ? i : 0];
	return NP_OK;
}

/* For padding there may also be all beginnings, then all ends. */
static np_status spread_pad(const np_netjson *reader, const numbers *n, int axes, np_layer_desc *desc)
{
	numbers end = *n;
	if (n->count == 2 * axes && axes > 1) {
		end.count = axes;
		memcpy(end.value, n->value + axes, (size_t)axes * sizeof *end.value);
		numbers begin = {.count = axes, .at = n->at};
		memcpy(begin.value, n->value, (size_t)axes * sizeof *begin.value);
		NP_TRY(spread(reader, &begin, axes, desc->pad_begin));
	} else {
		NP_TRY(spread(reader, n, axes, desc->pad_begin));
	}
	return spread(reader, &end, axes, desc->pad_end);
}

static np_status set_window(const np_netjson *reader, const layer *l, np_layer_desc *desc)
{
	int axes = np_network_tensor(reader->network, desc->inputs[0])->shape.rank - 2;
	if (axes < 1 || axes > NP_MAX_SPATIAL)
		return np_scan_fail(&reader->scan, l->begin, NP_ERR_DATA, "a %s layer needs an input of rank 3 to %d",
		                    np_kind_name(l->kind), NP_MAX_SPATIAL + 2);
	desc->spatial_rank = axes;
	desc->rounding = l->same ? NP_ROUND_SAME : l->ceil ? NP_ROUND_CEIL : NP_ROUND_FLOOR;
	NP_TRY(spread(reader, &l->kernel, axes, desc->kernel));
	NP_TRY(spread(reader, &l->stride, axes, desc->stride));
	NP_TRY(spread(reader, &l->dilation, axes, desc->dilation));
	return spread_pad(reader, &l->pad, axes, desc);
}

/* A view has as many values as its input. */
static np_status check_view(const np_netjson *reader, const layer *l, const np_layer_desc *desc)
{
	int64_t in, out;
	if (l->kind == NP_RESHAPE &&
	    (!np_shape_elements(*desc->output_shapes, &out) ||
	     !np_shape_elements(np_network_tensor(reader->network, desc->inputs[0])->shape, &in) || in != out))
		return np_scan_fail(&reader->scan, l->shape.at, NP_ERR_DATA, "the shape has not as many values as the input");
	return NP_OK;
}

static np_status describe(np_netjson *reader, layer *l, np_layer_desc *desc, np_shape *shape)
{
	if (!l->input_count) {
		NP_TRY(make_room(reader, 1));
		reader->inputs[l->input_count++] = reader->last;
	}
	*desc = (np_layer_desc){.kind = l->kind,
	                        .name = l->name,
	                        .free = l->kind == NP_DROPOUT || l->kind == NP_RESHAPE,
	                        .inputs = reader->inputs,
	                        .input_count = l->input_count,
	                        .groups = l->groups,
	                        .out_channels = l->out,
	                        .bias = l->bias,
	                        .axis = (int)l->axis,
	                        .window = l->window};
	if (KEYS_OF[l->kind].allowed & K_KERNEL)
		return set_window(reader, l, desc);
	if (KEYS_OF[l->kind].allowed & K_SHAPE) {
		*shape = (np_shape){l->shape.count, l->shape.value};
		desc->output_shapes = shape;
		return check_view(reader, l, desc);
	}
	return NP_OK;
}

/* "conv3": what a layer without a name is called by. */
static void make_name(layer *l, int index, char *text, size_t size)
{
	l->name = text;
	l->name_at = l->begin;
	l->name_length = (size_t)snprintf(text, size, "%s%d", np_kind_name(l->kind), index);
}

static np_status add_layer(np_netjson *reader, layer *l)
{
	np_layer_desc desc;
	np_shape shape;
	char name[32];
	NP_TRY(check_keys(reader, l));
	if (!l->name)
		make_name(l, np_network_layer_count(reader->network), name, sizeof name);
	NP_TRY(describe(reader, l, &desc, &shape));
	np_status status = np_network_add_layer(reader->network, &desc, &reader->last, reader->scan.err);
	if (status != NP_OK) {
		np_scan_place(&reader->scan, l->begin);
		return status;
	}
	return np_netjson_name_add(reader, l->name, l->name_length, reader->last, l->name_at);
}

static np_status read_layer(np_netjson *reader)
{
	np_scan *scan = &reader->scan;
	bool more, first = true;
	char *key;
	size_t length;
	np_scan_peek(scan);
	layer l;
	memset(&l, 0, offsetof(layer, kernel));
	l.kernel.count = l.stride.count = l.pad.count = l.dilation.count = l.shape.count = 0;
	l.begin = scan->at;
	l.bias = true;
	l.axis = 1;
	l.window = 5;
	NP_TRY(np_scan_byte(scan, '{', "a layer, an object {...},"));
	for (;; first = false) {
		bool comma = np_scan_peek(scan) == ',';
		const char *at = scan->at + comma;
		NP_TRY(np_scan_member(scan, first, &more, &key, &length));
		if (!more)
			break;
		NP_TRY(read_member(reader, &l, key, at));
	}
	return add_layer(reader, &l);
}

np_status np_netjson_layers(np_netjson *reader)
{
	np_scan *scan = &reader->scan;
	bool more, first = true;
	NP_TRY(np_scan_byte(scan, '[', "an array of layers"));
	for (;; first = false) {
		NP_TRY(np_scan_element(scan, first, &more));
		if (!more)
			return NP_OK;
		NP_TRY(read_layer(reader));
	}
}
