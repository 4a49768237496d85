/*
 * Networks changed in place are networks built afresh: the totals of a variant after thousands of random changes, in every
 * space of networks, are those of the changed network built anew, bit for bit; a change that cannot be leaves everything as it
 * was; and changing takes no memory. Allocations are counted (the linker's --wrap).
 */
#include "../counted_malloc.h"
#include "test_support.h"

#include <neuralpower/neuralpower.h>

#include <stdlib.h>
#include <string.h>

static int changes_each = 150; /* of a network; the program's argument asks for another number */
enum { NETWORKS = 8 /* of a space */ };

/* ---- random numbers ---- */

static uint64_t state_of_random = 88172645463325252u;

static uint64_t bits(void)
{
	state_of_random ^= state_of_random << 13;
	state_of_random ^= state_of_random >> 7;
	state_of_random ^= state_of_random << 17;
	return state_of_random;
}

static int64_t between(int64_t least, int64_t most)
{
	return least + (int64_t)(bits() % (uint64_t)(most - least + 1));
}

/* ---- a network built afresh ---- */

/* What the layers of a network were made of, as far as the spaces go. */
typedef struct plan {
	int64_t input[4];
	np_layer_desc *descs;
	int count;
} plan;

static plan plan_of(const np_network *network)
{
	plan p = {.count = np_network_layer_count(network)};
	p.descs = calloc((size_t)p.count, sizeof *p.descs);
	assert_int_equal(np_network_tensor(network, 0)->shape.rank, 4);
	memcpy(p.input, np_network_tensor(network, 0)->shape.dims, sizeof p.input);
	for (int i = 0; i < p.count; i++) {
		const np_layer *l = np_network_layer(network, i);
		const np_shape out = np_network_tensor(network, l->outputs[0])->shape;
		np_layer_desc *d = &p.descs[i];
		*d = (np_layer_desc){.kind = l->kind, .name = l->name, .free = l->free, .inputs = l->inputs};
		d->input_count = l->input_count;
		d->spatial_rank = l->spatial_rank;
		d->groups = l->groups;
		d->bias = true;
		d->axis = 1;
		d->out_channels = out.dims[1];
		memcpy(d->kernel, l->kernel, sizeof d->kernel);
		memcpy(d->stride, l->stride, sizeof d->stride);
		memcpy(d->dilation, l->dilation, sizeof d->dilation);
		memcpy(d->pad_begin, l->pad_begin, sizeof d->pad_begin);
		memcpy(d->pad_end, l->pad_end, sizeof d->pad_end);
	}
	return p;
}

static np_status build(const plan *p, np_network **network, np_error *err)
{
	int id;
	np_status status = np_network_create("afresh", network, err);
	if (status == NP_OK)
		status = np_network_add_input(*network, "data", (np_shape){4, p->input}, 4, &id, err);
	for (int i = 0; status == NP_OK && i < p->count; i++)
		status = np_network_add_layer(*network, &p->descs[i], NULL, err);
	if (status == NP_OK)
		status = np_network_finish(*network, err);
	if (status != NP_OK)
		np_network_free(*network);
	return status;
}

/* ---- changes ---- */

static bool is_window(np_kind kind)
{
	return kind == NP_CONV || kind == NP_MAXPOOL || kind == NP_AVGPOOL;
}

/* Draws a change of a layer that can be changed, and makes it in the plan too. */
static np_layer_change draw_change(plan *p)
{
	int layer;
	do
		layer = (int)(bits() % (uint64_t)p->count);
	while (!is_window(p->descs[layer].kind) && p->descs[layer].kind != NP_FC);
	np_layer_desc *d = &p->descs[layer];
	np_layer_change change = {.layer = layer};
	int what = (int)(bits() % 8);
	if (d->kind == NP_FC || (d->kind == NP_CONV && what < 4)) {
		change.out_channels = d->out_channels = bits() % 3 ? between(1, 128) : d->out_channels;
	} else if (what < 6) {
		int64_t k = between(1, 7), pad = k / 2;
		change.set_padding = bits() % 4 != 0;
		for (int axis = 0; axis < 2; axis++) {
			change.kernel[axis] = d->kernel[axis] = k;
			if (change.set_padding)
				change.pad_begin[axis] = change.pad_end[axis] = d->pad_begin[axis] = d->pad_end[axis] = pad;
		}
	} else if (what == 6) {
		change.stride[0] = change.stride[1] = d->stride[0] = d->stride[1] = between(1, 3);
	} else {
		change.dilation[1] = d->dilation[1] = between(1, 2);
		if (d->kind == NP_CONV && bits() % 4 == 0)
			change.groups = d->groups = between(1, 4);
	}
	return change;
}

/* ---- comparing ---- */

static void assert_same_totals(const np_totals *a, const np_totals *b)
{
	const np_value *x = &a->runtime_ms, *y = &b->runtime_ms;
	for (int i = 0; i < 4; i++) {
		assert_true(x[i].has == y[i].has && x[i].has_interval == y[i].has_interval);
		assert_memory_equal(&x[i].value, &y[i].value, sizeof x[i].value);
		assert_memory_equal(&x[i].low, &y[i].low, sizeof x[i].low);
		assert_memory_equal(&x[i].high, &y[i].high, sizeof x[i].high);
	}
	assert_memory_equal(&a->items_per_s, &b->items_per_s, sizeof a->items_per_s);
	assert_memory_equal(&a->runtime_coverage, &b->runtime_coverage, sizeof a->runtime_coverage);
	assert_memory_equal(&a->energy_coverage, &b->energy_coverage, sizeof a->energy_coverage);
}

static void assert_same_networks(const np_network *a, const np_network *b)
{
	const np_network_totals x = np_network_sums(a), y = np_network_sums(b);
	assert_memory_equal(&x, &y, sizeof x);
	assert_int_equal(np_network_batch(a), np_network_batch(b));
	for (int t = 0; t < np_network_tensor_count(b); t++) {
		const np_shape s = np_network_tensor(a, t)->shape, u = np_network_tensor(b, t)->shape;
		assert_int_equal(s.rank, u.rank);
		assert_memory_equal(s.dims, u.dims, (size_t)s.rank * sizeof *s.dims);
	}
	for (int i = 0; i < np_network_layer_count(b); i++) {
		const np_layer *l = np_network_layer(a, i), *m = np_network_layer(b, i);
		assert_memory_equal(l->kernel, m->kernel, sizeof l->kernel);
		assert_memory_equal(l->stride, m->stride, sizeof l->stride);
		assert_memory_equal(l->dilation, m->dilation, sizeof l->dilation);
		assert_memory_equal(l->pad_begin, m->pad_begin, sizeof l->pad_begin);
		assert_memory_equal(l->pad_end, m->pad_end, sizeof l->pad_end);
		assert_true(l->groups == m->groups && l->macs == m->macs && l->params == m->params && l->flops == m->flops);
		assert_true(l->input_bytes == m->input_bytes && l->output_bytes == m->output_bytes &&
		            l->weight_bytes == m->weight_bytes);
	}
}

static void assert_as_afresh(np_predictor *predictor, const np_variant *variant, const plan *p)
{
	np_error err = {0};
	np_network *afresh;
	np_totals a, b;
	assert_ok(build(p, &afresh, &err), &err);
	assert_ok(np_predictor_network(predictor, afresh, &a, &err), &err);
	np_variant_totals(variant, &b);
	assert_same_totals(&a, &b);
	assert_same_networks(np_variant_network(variant), afresh);
	np_network_free(afresh);
}

/* ---- the tests ---- */

typedef struct bed {
	np_platform *platform;
	np_predictor *predictor;
} bed;

/* A small room: most estimates are forgotten. */
static bed open_bed(void)
{
	bed b;
	char path[1024];
	np_error err = {0};
	assert_ok(np_platform_load(source_path("platforms/xeon-5120-pytorch.json", path, sizeof path), &b.platform, &err),
	          &err);
	assert_ok(np_predictor_create(b.platform, 64, &b.predictor, &err), &err);
	return b;
}

static void close_bed(bed *b)
{
	np_predictor_free(b->predictor);
	np_platform_free(b->platform);
}

static np_network *draw_network(np_space *space, int index)
{
	const char *text;
	size_t size;
	np_error err = {0};
	np_network *network;
	np_space_draw(space, index);
	assert_ok(np_space_line(space, &text, &size, &err), &err);
	assert_ok(np_network_load_memory(text, size, "line.jsonl", NULL, &network, &err), &err);
	return network;
}

/* One to three layers, the batch now and then; returns whether it could be. */
static bool change_once(const bed *b, np_variant *variant, plan *p)
{
	np_error err = {0};
	int count = (int)between(0, 3);
	int64_t batch = bits() % 4 == 0 || !count ? between(1, 64) : 0;
	np_layer_change changes[3];
	plan changed = *p;
	np_network *afresh;
	changed.descs = malloc((size_t)p->count * sizeof *p->descs);
	memcpy(changed.descs, p->descs, (size_t)p->count * sizeof *p->descs);
	for (int i = 0; i < count; i++)
		changes[i] = draw_change(&changed);
	if (batch)
		changed.input[0] = batch;
	np_status expected = build(&changed, &afresh, &err);
	if (expected == NP_OK)
		np_network_free(afresh);
	err = (np_error){0};
	long before = allocations;
	assert_int_equal(np_variant_change(variant, batch, changes, count, &err), expected);
	assert_int_equal(allocations, before);
	assert_true(expected == NP_OK || err.message[0]);
	if (expected == NP_OK) {
		free(p->descs);
		*p = changed;
	} else {
		free(changed.descs);
	}
	assert_as_afresh(b->predictor, variant, p);
	return expected == NP_OK;
}

static void changed_networks_are_those_built_afresh(void **state)
{
	(void)state;
	bed b = open_bed();
	np_error err = {0};
	int made = 0, impossible = 0;
	for (int s = 0; np_space_name(s); s++) {
		np_space *space;
		assert_ok(np_space_open(np_space_name(s), 7, 0, &space, &err), &err);
		for (int i = 0; i < NETWORKS; i++) {
			np_network *network = draw_network(space, i);
			np_variant *variant;
			plan p = plan_of(network);
			assert_ok(np_variant_create(b.predictor, network, &variant, &err), &err);
			assert_as_afresh(b.predictor, variant, &p);
			for (int k = 0; k < changes_each; k++)
				*(change_once(&b, variant, &p) ? &made : &impossible) += 1;
			np_variant_free(variant);
			free(p.descs);
			np_network_free(network);
		}
		np_space_free(space);
	}
	close_bed(&b);
	assert_true(made > 100 && impossible > 100);
}

static void another_batch_is_the_file_read_with_it(void **state)
{
	(void)state;
	static const char *const FILES[] = {"networks/alexnet.prototxt", "networks/googlenet.prototxt"};
	static const int64_t BATCHES[] = {1, 3, 16, 17, 256, 1000};
	bed b = open_bed();
	np_error err = {0};
	for (size_t f = 0; f < sizeof FILES / sizeof *FILES; f++) {
		char path[1024];
		np_network *network, *read;
		np_variant *variant;
		np_totals x, y;
		assert_ok(np_network_load(source_path(FILES[f], path, sizeof path), NULL, &network, &err), &err);
		assert_ok(np_variant_create(b.predictor, network, &variant, &err), &err);
		for (size_t i = 0; i < sizeof BATCHES / sizeof *BATCHES; i++) {
			const np_load_options options = {.batch = BATCHES[i]};
			assert_ok(np_variant_change(variant, BATCHES[i], NULL, 0, &err), &err);
			assert_ok(np_network_load(path, &options, &read, &err), &err);
			assert_ok(np_predictor_network(b.predictor, read, &x, &err), &err);
			np_variant_totals(variant, &y);
			assert_same_totals(&x, &y);
			assert_same_networks(np_variant_network(variant), read);
			np_network_free(read);
		}
		np_variant_free(variant);
		np_network_free(network);
	}
	close_bed(&b);
}

static void what_cannot_be_changed_is_said(void **state)
{
	(void)state;
	bed b = open_bed();
	np_error err = {0};
	char path[1024];
	np_network *network;
	np_variant *variant;
	np_totals before, after;
	assert_ok(np_network_load(source_path("networks/alexnet.prototxt", path, sizeof path), NULL, &network, &err), &err);
	assert_ok(np_variant_create(b.predictor, network, &variant, &err), &err);
	np_variant_totals(variant, &before);
	const struct {
		int64_t batch;
		np_layer_change change;
		np_status status;
	} CASES[] = {
	        {0, {.layer = -1}, NP_ERR_ARGUMENT},
	        {0, {.layer = 1000}, NP_ERR_ARGUMENT},
	        {0, {.layer = 1, .out_channels = 5}, NP_ERR_ARGUMENT}, /* relu1 */
	        {0, {.layer = 2, .out_channels = 5}, NP_ERR_ARGUMENT}, /* pool1 */
	        {0, {.layer = 1, .kernel = {3, 3}}, NP_ERR_ARGUMENT},
	        {0, {.layer = 0, .kernel = {1000, 1000}}, NP_ERR_DATA},
	        {0, {.layer = 0, .kernel = {-1, 1}}, NP_ERR_DATA},
	        {0, {.layer = 0, .out_channels = -4}, NP_ERR_DATA},
	        {0, {.layer = 3, .groups = 7}, NP_ERR_DATA},
	        {0, {.layer = 0, .stride = {200, 200}}, NP_ERR_DATA}, /* fits conv1, but not pool1 */
	        {0, {.layer = 0, .out_channels = INT64_MAX}, NP_ERR_LIMIT},
	        {INT64_MAX, {.layer = 0}, NP_ERR_LIMIT},
	        {-1, {.layer = 0}, NP_ERR_ARGUMENT},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		err = (np_error){0};
		assert_int_equal(np_variant_change(variant, CASES[i].batch, &CASES[i].change, 1, &err), CASES[i].status);
		assert_true(err.message[0]);
		np_variant_totals(variant, &after);
		assert_same_totals(&before, &after);
		assert_same_networks(np_variant_network(variant), network);
	}
	assert_null(np_variant_layer(variant, -1));
	assert_null(np_variant_layer(variant, 1000));
	assert_true(np_variant_layer(variant, 0)->runtime_ms.value > 0);
	np_variant_free(variant);
	np_variant_free(NULL);
	np_network_free(network);
	close_bed(&b);
}

/* Shapes that a file gives do not follow from inputs. */
static void given_shapes_are_not_guessed(void **state)
{
	(void)state;
	static const char LINE[] =
	        "{\"schema\": \"neuralpower/network/1\", \"input\": [1,3,8,8], \"layers\": ["
	        "{\"type\": \"conv\", \"out\": 4, \"kernel\": 3}, {\"type\": \"resize\", \"shape\": [1,4,12,12]},"
	        "{\"type\": \"relu\"}, {\"type\": \"conv\", \"out\": 4, \"kernel\": 3}]}";
	bed b = open_bed();
	np_error err = {0};
	np_network *network;
	np_variant *variant;
	assert_ok(np_network_load_memory(LINE, sizeof LINE - 1, "line.jsonl", NULL, &network, &err), &err);
	assert_ok(np_variant_create(b.predictor, network, &variant, &err), &err);
	assert_int_equal(np_variant_change(variant, 2, NULL, 0, &err), NP_ERR_UNSUPPORTED);
	err = (np_error){0};
	assert_int_equal(np_variant_change(variant, 0, &(np_layer_change){.layer = 0, .out_channels = 5}, 1, &err),
	                 NP_ERR_UNSUPPORTED);
	err = (np_error){0};
	assert_same_networks(np_variant_network(variant), network);
	assert_ok(np_variant_change(variant, 0, &(np_layer_change){.layer = 3, .out_channels = 5}, 1, &err), &err);
	np_variant_free(variant);
	np_network_free(network);
	close_bed(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(changed_networks_are_those_built_afresh),
	        cmocka_unit_test(another_batch_is_the_file_read_with_it),
	        cmocka_unit_test(what_cannot_be_changed_is_said),
	        cmocka_unit_test(given_shapes_are_not_guessed),
	};
	if (argc > 1)
		changes_each = atoi(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
