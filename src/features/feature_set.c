/* The features of each family of kinds. Values are exact in double up to 2^53; logarithms do not depend on the processor. */
#include "features/feature_set.h"

#include "features/physical.h"
#include "features/shape.h"
#include "features/text_set.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- families ---- */

static void compute_conv(const np_layer_config *c, double *base, double *special)
{
	double n = (double)c->batch, out = (double)c->out_h * (double)c->out_w, in_c = (double)c->in_c;
	double filter_in = in_c / (double)c->groups, window = (double)c->kernel_h * (double)c->kernel_w;
	const double values[] = {n,         (double)c->out_h, (double)c->out_w, (double)c->kernel_w,
	                         filter_in, (double)c->out_c, (double)c->in_h};
	memcpy(base, values, sizeof values);
	special[0] = out * (double)c->out_c * window * filter_in;
	special[1] = n * special[0];
	special[2] = n * out * window * in_c;
	special[3] = n * out * (double)c->out_c;
	special[4] = window * filter_in * (double)c->out_c;
	special[5] = n * (double)c->in_h * (double)c->in_w * in_c;
	special[6] = n * (double)c->in_w * in_c;
	special[7] = n * (double)c->in_h * in_c;
}

static void compute_fc(const np_layer_config *c, double *base, double *special)
{
	const double values[] = {(double)c->batch, (double)c->out_c, (double)c->in_h, (double)c->in_w, (double)c->in_c};
	memcpy(base, values, sizeof values);
	special[0] = values[0] * values[1] * values[2] * values[3] * values[4];
}

static void compute_pool(const np_layer_config *c, double *base, double *special)
{
	const double values[] = {(double)c->batch, (double)c->out_h,    (double)c->out_w,
	                         (double)c->in_c,  (double)c->kernel_h, (double)c->in_h};
	memcpy(base, values, sizeof values);
	double outputs = values[0] * values[1] * values[2] * values[3];
	special[0] = outputs * (double)c->kernel_h * (double)c->kernel_w;
	special[1] = outputs;
	special[2] = values[0] * (double)c->in_h * (double)c->in_w * values[3];
}

static void compute_elementwise(const np_layer_config *c, double *base, double *special)
{
	base[0] = (double)c->batch;
	base[1] = (double)c->in_c * (double)c->in_h * (double)c->in_w;
	special[0] = base[0] * base[1];
	special[1] = base[0] * (double)c->out_c * (double)c->out_h * (double)c->out_w;
}

static void compute_matmul(const np_layer_config *c, double *base, double *special)
{
	const double values[] = {(double)c->batch, (double)c->in_h, (double)c->in_c, (double)c->out_c};
	memcpy(base, values, sizeof values);
	special[0] = values[0] * values[1] * values[2] * values[3];
	special[1] = values[0] * (values[1] * values[2] + values[2] * values[3] + values[1] * values[3]);
}

static const np_feature_set CONV = {
        .name = "conv",
        .base_count = 7,
        .special_count = 8,
        .base = {"batch", "out_h", "out_w", "kernel_w", "filter_in_c", "out_c", "in_h"},
        .special = {"macs_per_item", "macs", "unrolled_input", "output", "filter", "input", "input_row", "input_column"},
        NP_PHYSICAL_CONV,
        NP_SHAPE_CONV,
        .special_in_power = true,
        .compute = compute_conv,
        .family = NP_AS_CONV,
};
static const np_feature_set FC = {
        .name = "fc",
        .base_count = 5,
        .special_count = 1,
        .base = {"batch", "out_c", "in_h", "in_w", "in_c"},
        .special = {"macs"},
        NP_PHYSICAL_FC,
        NP_SHAPE_PRODUCT,
        .special_in_power = false,
        .compute = compute_fc,
        .family = NP_AS_FC,
};
static const np_feature_set POOL = {
        .name = "pool",
        .base_count = 6,
        .special_count = 3,
        .base = {"batch", "out_h", "out_w", "channels", "kernel_h", "in_h"},
        .special = {"window_reads", "output", "input"},
        NP_PHYSICAL_POOL,
        NP_SHAPE_POOL,
        .special_in_power = true,
        .compute = compute_pool,
        .family = NP_AS_POOL,
};
static const np_feature_set ELEMENTWISE = {
        .name = "elementwise",
        .base_count = 2,
        .special_count = 2,
        .base = {"batch", "values_per_item"},
        .special = {"input", "output"},
        NP_PHYSICAL_ELEMENTWISE,
        NP_SHAPE_ELEMENTWISE,
        .special_in_power = true,
        .compute = compute_elementwise,
        .family = NP_AS_ELEMENTWISE,
};
static const np_feature_set MATMUL = {
        .name = "matmul",
        .base_count = 4,
        .special_count = 2,
        .base = {"batch", "rows", "inner", "columns"},
        .special = {"macs", "values"},
        NP_PHYSICAL_PRODUCT,
        NP_SHAPE_PRODUCT,
        .special_in_power = true,
        .compute = compute_matmul,
        .family = NP_AS_MATMUL,
};

const np_feature_set *np_feature_set_of(np_kind kind)
{
	static const np_feature_set *const SETS[NP_KIND_COUNT] = {
	        [NP_CONV] = &CONV,
	        [NP_DECONV] = &CONV,
	        [NP_FC] = &FC,
	        [NP_MAXPOOL] = &POOL,
	        [NP_AVGPOOL] = &POOL,
	        [NP_GLOBALAVGPOOL] = &ELEMENTWISE,
	        [NP_LRN] = &ELEMENTWISE,
	        [NP_BATCHNORM] = &ELEMENTWISE,
	        [NP_LAYERNORM] = &ELEMENTWISE,
	        [NP_RELU] = &ELEMENTWISE,
	        [NP_ACTIVATION] = &ELEMENTWISE,
	        [NP_ELTWISE] = &ELEMENTWISE,
	        [NP_CONCAT] = &ELEMENTWISE,
	        [NP_SOFTMAX] = &ELEMENTWISE,
	        [NP_MATMUL] = &MATMUL,
	        [NP_RESHAPE] = &ELEMENTWISE,
	        [NP_DROPOUT] = &ELEMENTWISE,
	        [NP_RESIZE] = &ELEMENTWISE,
	        [NP_PAD] = &ELEMENTWISE,
	        [NP_REDUCE] = &ELEMENTWISE,
	        [NP_OTHER] = NULL,
	};
	return (unsigned)kind < NP_KIND_COUNT ? SETS[kind] : NULL;
}

/* ---- lists ---- */

const np_feature_set *np_feature_set_listed(np_kind kind, np_feature_list list)
{
	const np_feature_set *set = list == NP_FEATURES_TEXT ? np_feature_set_text(kind) : NULL;
	return set ? set : np_feature_set_of(kind);
}

const char *np_feature_list_name(np_feature_list list)
{
	static const char *const NAMES[NP_FEATURE_LISTS] = {"authors", "text"};
	return NAMES[list];
}

bool np_feature_list_find(const char *name, np_feature_list *list)
{
	for (*list = NP_FEATURES_AUTHORS; *list < NP_FEATURE_LISTS; ++*list)
		if (!name || strcmp(name, np_feature_list_name(*list)) == 0)
			return true;
	return false;
}

/* ---- numbering ---- */

int np_feature_first_physical(const np_feature_set *set)
{
	return 2 * set->base_count + set->special_count;
}

int np_feature_first_shape(const np_feature_set *set)
{
	return np_feature_first_physical(set) + set->physical_count;
}

int np_feature_first_given(const np_feature_set *set)
{
	return np_feature_first_shape(set) + set->shape_count;
}

int np_feature_count(const np_feature_set *set)
{
	return np_feature_first_given(set) + NP_GIVEN + set->rate_count;
}

/* One run of numbered features; the log2 of the base features are called "log2(name)". */
typedef struct segment {
	int count;
	const char *const *names;
	bool logarithm;
} segment;
enum { SEGMENTS = 6 };

/* The segments in the order of their numbers; the rates follow. */
static void list_segments(const np_feature_set *set, segment segments[SEGMENTS])
{
	static const char *const GIVEN[NP_GIVEN] = {"log2(base)", "log2(runtime)"};
	segments[0] = (segment){set->base_count, set->base, false};
	segments[1] = (segment){set->base_count, set->base, true};
	segments[2] = (segment){set->special_count, set->special, false};
	segments[3] = (segment){set->physical_count, set->physical, false};
	segments[4] = (segment){set->shape_count, set->shape, false};
	segments[5] = (segment){NP_GIVEN, GIVEN, false};
}

const char *np_feature_name(const np_feature_set *set, int feature, char *text)
{
	segment segments[SEGMENTS];
	list_segments(set, segments);
	text[0] = '\0';
	for (int i = 0; i < SEGMENTS; i++) {
		if (feature < segments[i].count) {
			snprintf(text, NP_FEATURE_NAME, segments[i].logarithm ? "log2(%s)" : "%s", segments[i].names[feature]);
			return text;
		}
		feature -= segments[i].count;
	}
	if (feature < set->rate_count)
		snprintf(text, NP_FEATURE_NAME, "%s", set->rate[feature].name);
	return text;
}

/* Whether `name` is `plain`, or "log2(plain)". */
static bool is_called(const char *name, const char *plain, bool logarithm)
{
	if (!logarithm)
		return name[0] == plain[0] && strcmp(name, plain) == 0;
	size_t length = strlen(plain);
	return strncmp(name, "log2(", 5) == 0 && strncmp(name + 5, plain, length) == 0 && strcmp(name + 5 + length, ")") == 0;
}

/* Reading a platform file looks up thousands of names: compared in place, none is written. */
int np_feature_find(const np_feature_set *set, const char *name)
{
	segment segments[SEGMENTS];
	list_segments(set, segments);
	int feature = 0;
	for (int i = 0; i < SEGMENTS; i++)
		for (int k = 0; k < segments[i].count; k++, feature++)
			if (is_called(name, segments[i].names[k], segments[i].logarithm))
				return feature;
	for (int k = 0; k < set->rate_count; k++, feature++)
		if (is_called(name, set->rate[k].name, false))
			return feature;
	return -1;
}

/* ---- values ---- */

void np_feature_need_add(const np_feature_set *set, int feature, np_feature_need *need)
{
	int physical = feature - np_feature_first_physical(set), shape = feature - np_feature_first_shape(set);
	int rate = feature - np_feature_first_given(set) - NP_GIVEN;
	if (feature >= set->base_count && feature < 2 * set->base_count)
		need->base |= (uint64_t)1 << (feature - set->base_count);
	else if (physical >= 0 && physical < set->physical_count)
		need->physical |= (uint64_t)1 << physical;
	else if (shape >= 0 && shape < set->shape_count)
		need->shape |= (uint64_t)1 << shape;
	if (rate < 0 || rate >= set->rate_count)
		return;
	need->shape |= (uint64_t)1 << set->rate[rate].first;
	if (set->rate[rate].second >= 0)
		need->shape |= (uint64_t)1 << set->rate[rate].second;
}

/* Logarithms that are due, gathered so that they are taken side by side. */
typedef struct due {
	double arguments[NP_MAX_BASE + NP_MAX_SHAPE];
	short to[NP_MAX_BASE + NP_MAX_SHAPE];
	int count;
} due;

static void add_due(due *d, const double *arguments, uint64_t bits, int to)
{
	for (; bits; bits &= bits - 1) {
		int i = __builtin_ctzll(bits);
		d->arguments[d->count] = arguments[i];
		d->to[d->count++] = (short)(to + i);
	}
}

static void take_due(const due *d, double *values)
{
	double logs[NP_MAX_BASE + NP_MAX_SHAPE];
	np_log2_each(d->arguments, logs, d->count);
	for (int i = 0; i < d->count; i++)
		values[d->to[i]] = logs[i];
}

void np_feature_values_needed(const np_feature_set *set, const np_layer_config *config, const np_feature_need *need,
                              double *values)
{
	int b = set->base_count, first_shape = np_feature_first_shape(set);
	double batch = (double)config->batch, *shape = values + first_shape;
	due d;
	d.count = 0;
	set->compute(config, values, values + 2 * b);
	np_features_single.physical[set->family](config, &batch, need->physical, values + np_feature_first_physical(set));
	np_features_single.shape[set->family](config, &batch, need->shape, shape);
	add_due(&d, values, need->base, b);
	add_due(&d, shape, need->shape & set->shape_logged, first_shape);
	take_due(&d, values);
}

static uint64_t first_bits(int count)
{
	return count < 64 ? NP_FIRST_BITS(count) : UINT64_MAX;
}

void np_feature_values(const np_feature_set *set, const np_layer_config *config, double *values)
{
	const np_feature_need all = {first_bits(set->base_count), first_bits(set->physical_count),
	                             first_bits(set->shape_count)};
	memset(values, 0, NP_MAX_FEATURES * sizeof *values);
	np_feature_values_needed(set, config, &all, values);
}

void np_feature_give_base(const np_feature_set *set, double base, double *values)
{
	values[np_feature_first_given(set)] = np_log2(base);
}

void np_feature_give_runtime(const np_feature_set *set, double runtime, double *values)
{
	const double *shape = values + np_feature_first_shape(set);
	double *given = values + np_feature_first_given(set), log_runtime = np_log2(runtime);
	given[1] = log_runtime;
	for (int i = 0; i < set->rate_count; i++) {
		np_rate rate = set->rate[i];
		given[NP_GIVEN + i] = shape[rate.first] + (rate.second < 0 ? 0 : shape[rate.second]) - log_runtime;
	}
}

/* ---- routing ---- */

bool np_feature_routes(const np_layer_config *c)
{
	return c->kind == NP_CONV && c->groups == 1 && c->out_h == 1 && c->out_w == 1 && c->kernel_h == c->in_h &&
	       c->kernel_w == c->in_w && c->pad_h == 0 && c->pad_w == 0;
}

np_layer_config np_feature_route(const np_layer_config *config)
{
	np_layer_config routed = *config;
	if (np_feature_routes(config))
		routed.kind = NP_FC;
	return routed;
}
