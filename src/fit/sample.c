/* From data set rows to numbers. */
#include "fit/sample.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static np_status allocate(np_sample *sample, int rows, np_error *err)
{
	sample->features = calloc((size_t)rows + 1, NP_MAX_FEATURES * sizeof(double));
	sample->target_values = calloc((size_t)rows + 1, sizeof(double));
	sample->config = calloc((size_t)rows + 1, sizeof *sample->config);
	sample->row = calloc((size_t)rows + 1, sizeof(int));
	sample->group = calloc((size_t)rows + 1, sizeof(int));
	bool ok = sample->features && sample->target_values && sample->config && sample->row && sample->group;
	return ok ? NP_OK : np_fail_memory(err);
}

/* What makes two layers one shape. */
typedef struct shape {
	int64_t size[14];
	int row;
} shape;

static int compare_shapes(const void *a, const void *b)
{
	const shape *x = a, *y = b;
	for (size_t i = 0; i < sizeof x->size / sizeof *x->size; i++)
		if (x->size[i] != y->size[i])
			return x->size[i] < y->size[i] ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static bool same_shape(const shape *x, const shape *y)
{
	return memcmp(x->size, y->size, sizeof x->size) == 0;
}

static np_status find_groups(const np_row *rows, np_sample *sample, np_error *err)
{
	shape *shapes = calloc((size_t)sample->rows + 1, sizeof *shapes);
	if (!shapes)
		return np_fail_memory(err);
	for (int i = 0; i < sample->rows; i++) {
		const np_layer_config *c = &rows[sample->row[i]].config;
		shapes[i] = (shape){{c->in_c, c->in_h, c->in_w, c->out_c, c->kernel_h, c->kernel_w, c->stride_h, c->stride_w,
		                     c->pad_h, c->pad_w, c->groups, c->dilation_h, c->dilation_w, c->inputs},
		                    i};
	}
	qsort(shapes, (size_t)sample->rows, sizeof *shapes, compare_shapes);
	for (int i = 0, group = 0; i < sample->rows; i++) {
		group += i && !same_shape(&shapes[i - 1], &shapes[i]);
		sample->group[shapes[i].row] = group;
	}
	free(shapes);
	return NP_OK;
}

const char *np_grouping_name(np_grouping grouping)
{
	static const char *const NAMES[NP_GROUPINGS] = {"row", "shape", "network"};
	return NAMES[grouping];
}

/* The smallest row that a row is joined with, so far. */
static int leader_of(int *leader, int row)
{
	while (leader[row] != row)
		row = leader[row] = leader[leader[row]];
	return row;
}

static void join(int *leader, int a, int b)
{
	a = leader_of(leader, a);
	b = leader_of(leader, b);
	leader[a > b ? a : b] = a < b ? a : b;
}

/* Joins each row with the first of its shape. `first` has room for all rows. */
static void join_shapes(np_sample *sample, int *first)
{
	for (int i = 0; i < sample->rows; i++)
		first[i] = -1;
	for (int i = 0; i < sample->rows; i++) {
		int *of_shape = &first[sample->group[i]];
		*of_shape = *of_shape < 0 ? i : *of_shape;
		join(sample->fold_group, *of_shape, i);
	}
}

/* Joins each row with the first of its network. `first` gets the first row of each network found. */
static void join_networks(const np_row *rows, np_sample *sample, int *first)
{
	int networks = 0;
	for (int i = 0; i < sample->rows; i++) {
		const char *network = rows[sample->row[i]].network;
		int k = 0;
		if (!network[0])
			continue;
		while (k < networks && strcmp(rows[sample->row[first[k]]].network, network) != 0)
			k++;
		if (k == networks)
			first[networks++] = i;
		join(sample->fold_group, first[k], i);
	}
}

/* By network, rows of one shape stay together too: a shape that two networks share would tell of the one left out. */
static np_status join_rows(const np_row *rows, np_grouping grouping, np_sample *sample, np_error *err)
{
	int *first = malloc(((size_t)sample->rows + 1) * sizeof *first);
	if (!first)
		return np_fail_memory(err);
	for (int i = 0; i < sample->rows; i++)
		sample->fold_group[i] = i;
	join_shapes(sample, first);
	if (grouping == NP_BY_NETWORK)
		join_networks(rows, sample, first);
	for (int i = 0; i < sample->rows; i++)
		sample->fold_group[i] = leader_of(sample->fold_group, i);
	free(first);
	return NP_OK;
}

static np_status group_folds(const np_row *rows, np_grouping grouping, np_sample *sample, np_error *err)
{
	if (grouping == NP_BY_ROW)
		return NP_OK;
	sample->fold_group = calloc((size_t)sample->rows + 1, sizeof *sample->fold_group);
	return sample->fold_group ? join_rows(rows, grouping, sample, err) : np_fail_memory(err);
}

np_status np_sample_take(const np_row *rows, int count, np_kind kind, np_feature_list list, np_target target,
                         np_grouping grouping, np_sample *sample, np_error *err)
{
	*sample = (np_sample){.kind = kind, .target = target, .set = np_feature_set_listed(kind, list)};
	NP_TRY(allocate(sample, count, err));
	for (int i = 0; i < count; i++) {
		np_layer_config routed = np_feature_route(&rows[i].config);
		if (routed.kind != kind || !rows[i].has[target])
			continue;
		np_feature_values(sample->set, &routed, sample->features + (size_t)sample->rows * NP_MAX_FEATURES);
		sample->config[sample->rows] = routed;
		sample->row[sample->rows] = i;
		sample->target_values[sample->rows++] = rows[i].value[target];
	}
	NP_TRY(find_groups(rows, sample, err));
	return group_folds(rows, grouping, sample, err);
}

void np_sample_free(np_sample *sample)
{
	free(sample->features);
	free(sample->target_values);
	free(sample->config);
	free(sample->row);
	free(sample->group);
	free(sample->fold_group);
	*sample = (np_sample){0};
}

double np_sample_predict(const np_sample *sample, int row, const np_model *model, const double *features)
{
	bool rises = model->corrected && model->target == NP_RUNTIME;
	return rises ? np_model_runtime(model, &sample->config[row]) : np_model_value(model, features);
}

double np_config_values(const np_layer_config *c)
{
	double n = (double)c->batch;
	double in = n * (double)c->in_c * (double)c->in_h * (double)c->in_w;
	double out = n * (double)c->out_c * (double)c->out_h * (double)c->out_w;
	double weights = 0;
	if (c->kind == NP_CONV || c->kind == NP_DECONV)
		weights = (double)c->out_c * (double)c->in_c / (double)c->groups * (double)c->kernel_h * (double)c->kernel_w;
	if (c->kind == NP_FC)
		weights = (double)c->in_c * (double)c->in_h * (double)c->in_w * (double)c->out_c;
	if (c->kind == NP_ELTWISE && c->inputs > 1)
		in *= (double)c->inputs;
	return in + out + weights;
}
