/*
 * What a row must say for its kind of layer, what it may leave open, and which output sizes agree with the rest. A row
 * that contradicts itself is refused: nobody can know which of its columns is wrong.
 */
#include "dataset/row.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT(name)                                               \
	{                                                        \
#name, NP_FIELD_TEXT, offsetof(np_raw_row, name) \
	}
#define COUNT(name)                                               \
	{                                                         \
#name, NP_FIELD_COUNT, offsetof(np_raw_row, name) \
	}
#define MEASURE(target, name) {name, NP_FIELD_MEASURE, offsetof(np_raw_row, value[target])},

const np_field NP_ROW_FIELDS[] = {
        TEXT(layer_type), TEXT(device),          TEXT(software),    TEXT(dtype),     TEXT(network),   TEXT(run),
        COUNT(batch),     COUNT(in_c),           COUNT(in_h),       COUNT(in_w),     COUNT(out_c),    COUNT(out_h),
        COUNT(out_w),     COUNT(kernel_h),       COUNT(kernel_w),   COUNT(stride_h), COUNT(stride_w), COUNT(pad_h),
        COUNT(pad_w),     COUNT(dilation_h),     COUNT(dilation_w), COUNT(groups),   COUNT(inputs),   COUNT(pass),
        TEXT(flags),      NP_TARGET_MAP(MEASURE)};
const int NP_ROW_FIELD_COUNT = sizeof NP_ROW_FIELDS / sizeof *NP_ROW_FIELDS;

/* ---- names of layer types ---- */

/* Other names in use. Fused activations and folded normalisation do not change the configuration. */
static const struct {
	const char *name;
	np_kind kind;
	bool depthwise; /* one group per channel when groups is blank */
} ALIASES[] = {
        {"conv_relu", NP_CONV, false},     {"conv_bias", NP_CONV, false},     {"conv_bias_relu", NP_CONV, false},
        {"conv_bn", NP_CONV, false},       {"conv_bn_relu", NP_CONV, false},  {"dwconv", NP_CONV, true},
        {"dwconv_bn", NP_CONV, true},      {"dwconv_bn_relu", NP_CONV, true}, {"depthwise", NP_CONV, true},
        {"depthwise_conv", NP_CONV, true}, {"linear", NP_FC, false},          {"fc_relu", NP_FC, false},
        {"fc_bias_relu", NP_FC, false},    {"add", NP_ELTWISE, false},
};

bool np_row_find_kind(const char *name, np_kind *kind, bool *depthwise)
{
	*depthwise = false;
	if (np_kind_find(name, kind))
		return *kind != NP_OTHER;
	for (size_t i = 0; i < sizeof ALIASES / sizeof *ALIASES; i++)
		if (strcmp(ALIASES[i].name, name) == 0) {
			*kind = ALIASES[i].kind;
			*depthwise = ALIASES[i].depthwise;
			return true;
		}
	return false;
}

/* ---- a row under check ---- */

typedef struct check {
	const np_raw_row *raw;
	np_layer_config *config;
	const char *field; /* the one at fault */
	char *reason;
	size_t size;
} check;

static bool refuse(check *c, const char *field, const char *format, ...) NP_PRINTF(3, 4);

static bool refuse(check *c, const char *field, const char *format, ...)
{
	va_list args;
	c->field = field;
	va_start(args, format);
	vsnprintf(c->reason, c->size, format, args);
	va_end(args);
	return false;
}

static int64_t or_default(int64_t value, int64_t standard)
{
	return value == NP_BLANK ? standard : value;
}

/* Takes a size that must be 1 or more; `standard` stands for a blank one, NP_BLANK when it must be given. */
static bool take(check *c, const char *name, int64_t given, int64_t standard, int64_t *size)
{
	*size = or_default(given, standard);
	if (*size == NP_BLANK)
		return refuse(c, name, "%s is missing", name);
	if (*size < 1)
		return refuse(c, name, "%s is %" PRId64 ", 1 or more was expected", name, *size);
	return true;
}

/* A size that follows from the others: blank, or the same. */
static bool take_derived(check *c, const char *name, int64_t given, int64_t derived, int64_t *size)
{
	*size = derived;
	if (given == NP_BLANK || given == derived)
		return true;
	return refuse(c, name, "%s is %" PRId64 ", the other sizes give %" PRId64, name, given, derived);
}

/* ---- windows ---- */

/* One axis of a window. */
typedef struct axis {
	const char *out_name, *kernel_name;
	int64_t in, kernel, stride, pad, dilation, out;
} axis;

typedef bool fit_axis(check *c, const axis *a, int64_t *out);

static int64_t positions(int64_t room, int64_t stride)
{
	return room < 0 ? 0 : room / stride + 1;
}

/*
 * The output size: rounded down, or with one more row of padding at the far end (TensorFlow's SAME), or for pools
 * rounded up, less a window that would lie in the padding alone.
 */
static bool fit_window(check *c, const axis *a, int64_t *out)
{
	int64_t extent = a->dilation * (a->kernel - 1) + 1, room = a->in + 2 * a->pad - extent;
	int64_t least = positions(room, a->stride), more = positions(room + 1, a->stride), up = least;
	bool pool = c->config->kind != NP_CONV;
	if (pool && room >= 0)
		up = (room + a->stride - 1) / a->stride + 1;
	*out = or_default(a->out, least);
	if (*out >= 1 && (*out == least || *out == more || *out == up))
		return true;
	if (a->out == NP_BLANK || least < 1)
		return refuse(c, a->out == NP_BLANK ? a->kernel_name : a->out_name, "the window does not fit the input (%s)",
		              a->out_name);
	return refuse(c, a->out_name, "%s is %" PRId64 ", the other sizes give %" PRId64, a->out_name, *out, least);
}

/* Transposed: the other way round, with up to stride - 1 (or dilation - 1) rows more at the far end. */
static bool fit_transposed(check *c, const axis *a, int64_t *out)
{
	int64_t extent = a->dilation * (a->kernel - 1) + 1, least = (a->in - 1) * a->stride - 2 * a->pad + extent;
	int64_t extra = (a->stride > a->dilation ? a->stride : a->dilation) - 1;
	*out = or_default(a->out, least);
	if (*out >= 1 && *out >= least && *out <= least + extra)
		return true;
	return refuse(c, a->out == NP_BLANK ? a->kernel_name : a->out_name, "%s is %" PRId64 ", the other sizes give %" PRId64,
	              a->out_name, *out, least);
}

static bool take_window_sizes(check *c)
{
	const np_raw_row *r = c->raw;
	np_layer_config *g = c->config;
	g->pad_h = or_default(r->pad_h, 0);
	g->pad_w = or_default(r->pad_w, 0);
	/* The usual stride is 1 for convolutions and the window for pools: too different to be guessed for pools. */
	int64_t stride = g->kind == NP_CONV || g->kind == NP_DECONV ? 1 : NP_BLANK;
	return take(c, "kernel_h", r->kernel_h, NP_BLANK, &g->kernel_h) &&
	       take(c, "kernel_w", r->kernel_w, NP_BLANK, &g->kernel_w) &&
	       take(c, "stride_h", r->stride_h, stride, &g->stride_h) &&
	       take(c, "stride_w", r->stride_w, stride, &g->stride_w) &&
	       take(c, "dilation_h", r->dilation_h, 1, &g->dilation_h) &&
	       take(c, "dilation_w", r->dilation_w, 1, &g->dilation_w);
}

/* Beyond this, sizes are nonsense and the arithmetic on them could overflow. */
static const int64_t MOST_WINDOW = 1 << 20;

static bool check_window_sizes(check *c)
{
	const np_layer_config *g = c->config;
	const struct {
		const char *name;
		int64_t size;
	} sizes[] = {{"in_h", g->in_h},
	             {"in_w", g->in_w},
	             {"kernel_h", g->kernel_h},
	             {"kernel_w", g->kernel_w},
	             {"stride_h", g->stride_h},
	             {"stride_w", g->stride_w},
	             {"pad_h", g->pad_h},
	             {"pad_w", g->pad_w},
	             {"dilation_h", g->dilation_h},
	             {"dilation_w", g->dilation_w}};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		if (sizes[i].size > MOST_WINDOW)
			return refuse(c, sizes[i].name, "a window over %" PRId64 " rows or columns is more than 2^20",
			              sizes[i].size);
	return true;
}

static bool fit_both(check *c, fit_axis *fit)
{
	const np_raw_row *r = c->raw;
	np_layer_config *g = c->config;
	if (!check_window_sizes(c))
		return false;
	const axis h = {"out_h", "kernel_h", g->in_h, g->kernel_h, g->stride_h, g->pad_h, g->dilation_h, r->out_h};
	const axis w = {"out_w", "kernel_w", g->in_w, g->kernel_w, g->stride_w, g->pad_w, g->dilation_w, r->out_w};
	return fit(c, &h, &g->out_h) && fit(c, &w, &g->out_w);
}

/* ---- the forms layers come in ---- */

static bool take_input(check *c, int64_t spatial_default)
{
	return take(c, "in_c", c->raw->in_c, NP_BLANK, &c->config->in_c) &&
	       take(c, "in_h", c->raw->in_h, spatial_default, &c->config->in_h) &&
	       take(c, "in_w", c->raw->in_w, spatial_default, &c->config->in_w);
}

static bool check_convolution(check *c)
{
	np_layer_config *g = c->config;
	if (!take_input(c, NP_BLANK) || !take(c, "out_c", c->raw->out_c, NP_BLANK, &g->out_c) || !take_window_sizes(c))
		return false;
	int64_t standard = g->groups; /* 0 = depthwise */
	if (!take(c, "groups", c->raw->groups, standard ? standard : g->in_c, &g->groups))
		return false;
	if (g->in_c % g->groups || g->out_c % g->groups)
		return refuse(c, "groups", "%" PRId64 " groups do not divide %" PRId64 " input and %" PRId64 " output channels",
		              g->groups, g->in_c, g->out_c);
	return fit_both(c, g->kind == NP_DECONV ? fit_transposed : fit_window);
}

/* Adaptive pools are known by their sizes alone: no window, but an output. */
static bool is_adaptive(const np_raw_row *r)
{
	return r->kernel_h == NP_BLANK && r->kernel_w == NP_BLANK && r->stride_h == NP_BLANK && r->stride_w == NP_BLANK &&
	       r->out_h != NP_BLANK && r->out_w != NP_BLANK;
}

/* The window of an adaptive pool along one axis: equal steps, the last one reaching the end. */
static bool adapt(check *c, const char *name, int64_t in, int64_t given, int64_t *out, int64_t *stride, int64_t *kernel)
{
	if (!take(c, name, given, NP_BLANK, out))
		return false;
	if (*out > in)
		return refuse(c, name, "%s is %" PRId64 ", more than the input's %" PRId64 ", and there is no window", name,
		              *out, in);
	*stride = in / *out;
	*kernel = in - (*out - 1) * *stride;
	return true;
}

/* Pools go channel by channel; some files say so in `groups`, which means nothing here. */
static bool check_pool(check *c)
{
	const np_raw_row *r = c->raw;
	np_layer_config *g = c->config;
	if (!take_input(c, NP_BLANK) || !take_derived(c, "out_c", r->out_c, g->in_c, &g->out_c))
		return false;
	if (is_adaptive(r))
		return adapt(c, "out_h", g->in_h, r->out_h, &g->out_h, &g->stride_h, &g->kernel_h) &&
		       adapt(c, "out_w", g->in_w, r->out_w, &g->out_w, &g->stride_w, &g->kernel_w) && check_window_sizes(c);
	return take_window_sizes(c) && fit_both(c, fit_window);
}

static bool check_global_pool(check *c)
{
	return take_input(c, NP_BLANK) && take_derived(c, "out_c", c->raw->out_c, c->config->in_c, &c->config->out_c) &&
	       take_derived(c, "out_h", c->raw->out_h, 1, &c->config->out_h) &&
	       take_derived(c, "out_w", c->raw->out_w, 1, &c->config->out_w);
}

static bool check_vector(check *c)
{
	return take_input(c, 1) && take(c, "out_c", c->raw->out_c, NP_BLANK, &c->config->out_c) &&
	       take_derived(c, "out_h", c->raw->out_h, 1, &c->config->out_h) &&
	       take_derived(c, "out_w", c->raw->out_w, 1, &c->config->out_w);
}

/* The output has the input's shape. */
static bool check_same(check *c)
{
	np_layer_config *g = c->config;
	return take_input(c, 1) && take_derived(c, "out_c", c->raw->out_c, g->in_c, &g->out_c) &&
	       take_derived(c, "out_h", c->raw->out_h, g->in_h, &g->out_h) &&
	       take_derived(c, "out_w", c->raw->out_w, g->in_w, &g->out_w);
}

/* The output has a shape of its own; what is blank is the input's. */
static bool check_given(check *c)
{
	np_layer_config *g = c->config;
	return take_input(c, 1) && take(c, "out_c", c->raw->out_c, g->in_c, &g->out_c) &&
	       take(c, "out_h", c->raw->out_h, g->in_h, &g->out_h) && take(c, "out_w", c->raw->out_w, g->in_w, &g->out_w);
}

static bool check_matmul(check *c)
{
	np_layer_config *g = c->config;
	return take_input(c, 1) && take(c, "out_c", c->raw->out_c, NP_BLANK, &g->out_c) &&
	       take_derived(c, "out_h", c->raw->out_h, g->in_h, &g->out_h) &&
	       take_derived(c, "out_w", c->raw->out_w, g->in_w, &g->out_w);
}

static const struct {
	bool (*check)(check *c);
	int64_t inputs; /* activation operands when the file does not say */
} FORMS[NP_KIND_COUNT] = {
        [NP_CONV] = {check_convolution, 1}, [NP_DECONV] = {check_convolution, 1}, [NP_FC] = {check_vector, 1},
        [NP_MAXPOOL] = {check_pool, 1},     [NP_AVGPOOL] = {check_pool, 1},       [NP_GLOBALAVGPOOL] = {check_global_pool, 1},
        [NP_LRN] = {check_same, 1},         [NP_BATCHNORM] = {check_same, 1},     [NP_LAYERNORM] = {check_same, 1},
        [NP_RELU] = {check_same, 1},        [NP_ACTIVATION] = {check_same, 1},    [NP_ELTWISE] = {check_same, 2},
        [NP_CONCAT] = {check_given, 2},     [NP_SOFTMAX] = {check_same, 1},       [NP_MATMUL] = {check_matmul, 2},
        [NP_RESHAPE] = {check_given, 1},    [NP_DROPOUT] = {check_same, 1},       [NP_RESIZE] = {check_given, 1},
        [NP_PAD] = {check_given, 1},        [NP_REDUCE] = {check_given, 1},
};

static bool check_config(check *c)
{
	bool depthwise;
	np_kind kind;
	if (!np_row_find_kind(c->raw->layer_type, &kind, &depthwise) || !FORMS[kind].check)
		return refuse(c, "layer_type", "unknown layer_type '%.40s'", c->raw->layer_type);
	*c->config = (np_layer_config){.kind = kind,
	                               .kernel_h = 1,
	                               .kernel_w = 1,
	                               .stride_h = 1,
	                               .stride_w = 1,
	                               .dilation_h = 1,
	                               .dilation_w = 1,
	                               .groups = depthwise ? 0 : 1};
	return take(c, "batch", c->raw->batch, 1, &c->config->batch) &&
	       take(c, "inputs", c->raw->inputs, FORMS[kind].inputs, &c->config->inputs) && FORMS[kind].check(c);
}

int64_t np_row_usual_inputs(np_kind kind)
{
	return FORMS[kind].inputs ? FORMS[kind].inputs : 1;
}

bool np_row_check_config(const np_raw_row *raw, np_layer_config *config, char *reason, size_t size)
{
	const char *field;
	return np_row_check_config_field(raw, config, &field, reason, size);
}

bool np_row_check_config_field(const np_raw_row *raw, np_layer_config *config, const char **field, char *reason, size_t size)
{
	check c = {.raw = raw, .config = config, .reason = reason, .size = size};
	bool good = check_config(&c);
	*field = c.field;
	return good;
}

bool np_row_check(const np_raw_row *raw, np_row *row, char *reason, size_t size)
{
	if (!np_row_check_config(raw, &row->config, reason, size))
		return false;
	bool any = false;
	for (int t = 0; t < NP_TARGET_COUNT; t++) {
		row->has[t] = !isnan(raw->value[t]);
		row->value[t] = row->has[t] ? raw->value[t] : 0;
		any |= row->has[t];
	}
	if (!any)
		snprintf(reason, size, "nothing was measured: runtime_ms, power_w and energy_mj are blank");
	return any;
}

int np_config_order(const np_layer_config *a, const np_layer_config *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	/* What follows the kind are 64-bit sizes without gaps. */
	size_t rest = offsetof(np_layer_config, batch);
	return memcmp((const char *)a + rest, (const char *)b + rest, sizeof *a - rest);
}
