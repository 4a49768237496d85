/*
 * Searches for the network that takes the least energy, among those that run within a time limit and do at least so much
 * work, a stand-in for how well they would classify:
 *
 *     cc search.c $(pkg-config --cflags --libs neuralpower) -o search
 *     ./search platforms/xeon-5120-pytorch.json 5 20
 *
 * Evolution: the better half of a population stays, the other half is replaced by changed copies of it. One network is built
 * in memory and changed into each candidate: what two candidates in a row have in common is not predicted again. Compiles as
 * C and as C++.
 */
#include <neuralpower/neuralpower.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POPULATION = 64, STAGES = 4, CONVS = 2 * STAGES, GENERATIONS = 200 };
enum { NETWORKS = POPULATION + GENERATIONS * POPULATION / 2 };

/* A network for images of 3 x 32 x 32: stages of two convolutions, each ended by a pooling that halves the image. */
typedef struct genome {
	int channels[CONVS], kernel[CONVS];
} genome;

typedef struct candidate {
	genome genes;
	double runtime_ms, energy_mj, macs, fitness; /* the lower, the better */
} candidate;

typedef struct search {
	np_predictor *predictor;
	np_variant *variant; /* the candidate at hand */
	int conv[CONVS];     /* its layers */
	double most_ms, least_macs;
	uint64_t random;
	np_error err;
} search;

static int random_between(search *s, int least, int most)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return least + (int)((s->random >> 33) % (uint64_t)(most - least + 1));
}

/* ---- the network ---- */

static np_layer_desc describe(np_kind kind, const char *name)
{
	np_layer_desc desc;
	memset(&desc, 0, sizeof desc);
	desc.kind = kind;
	desc.name = name;
	return desc;
}

/* Adds a layer behind `*tensor`, which becomes its output. */
static np_status add(np_network *network, np_layer_desc desc, int *tensor, np_error *err)
{
	int input = *tensor;
	desc.inputs = &input;
	desc.input_count = 1;
	return np_network_add_layer(network, &desc, tensor, err);
}

/* Of any size: every candidate has its own. */
static np_status add_conv(np_network *network, int *tensor, np_error *err)
{
	np_layer_desc conv = describe(NP_CONV, "conv");
	conv.spatial_rank = 2;
	conv.out_channels = 8;
	conv.kernel[0] = conv.kernel[1] = 1;
	conv.bias = true;
	return add(network, conv, tensor, err);
}

static np_status add_pool(np_network *network, int *tensor, np_error *err)
{
	np_layer_desc pool = describe(NP_MAXPOOL, "pool");
	pool.spatial_rank = 2;
	for (int axis = 0; axis < 2; axis++)
		pool.kernel[axis] = pool.stride[axis] = 2;
	return add(network, pool, tensor, err);
}

static np_status add_classifier(np_network *network, int *tensor, np_error *err)
{
	np_layer_desc fc = describe(NP_FC, "fc");
	fc.axis = 1;
	fc.out_channels = 10;
	fc.bias = true;
	return add(network, fc, tensor, err);
}

static np_status fill(search *s, np_network *network)
{
	const int64_t dims[] = {1, 3, 32, 32};
	const np_shape shape = {4, dims};
	int tensor;
	np_status status = np_network_add_input(network, "data", shape, 4, &tensor, &s->err);
	for (int i = 0; i < CONVS && status == NP_OK; i++) {
		s->conv[i] = np_network_layer_count(network);
		status = add_conv(network, &tensor, &s->err);
		if (status == NP_OK)
			status = add(network, describe(NP_RELU, "relu"), &tensor, &s->err);
		if (status == NP_OK && i % 2)
			status = add_pool(network, &tensor, &s->err);
	}
	if (status == NP_OK)
		status = add_classifier(network, &tensor, &s->err);
	return status == NP_OK ? np_network_finish(network, &s->err) : status;
}

static np_status build(search *s)
{
	np_network *network;
	np_status status = np_network_create("candidate", &network, &s->err);
	if (status != NP_OK)
		return status;
	status = fill(s, network);
	if (status == NP_OK)
		status = np_variant_create(s->predictor, network, &s->variant, &s->err);
	np_network_free(network);
	return status;
}

/* ---- changing it into a candidate ---- */

/* Over the time limit or with too little work, a network is worse than any that is not, the more the further it is. */
static double fitness_of(const search *s, const candidate *c)
{
	double slow = c->runtime_ms / s->most_ms, idle = s->least_macs / c->macs;
	double miss = (slow > 1 ? slow - 1 : 0) + (idle > 1 ? idle - 1 : 0);
	return miss > 0 ? 1e12 * (1 + miss) : c->energy_mj;
}

/* Padded so that the image keeps its size. */
static void express(const search *s, const genome *g, np_layer_change *changes)
{
	memset(changes, 0, CONVS * sizeof *changes);
	for (int i = 0; i < CONVS; i++) {
		changes[i].layer = s->conv[i];
		changes[i].out_channels = g->channels[i];
		changes[i].set_padding = true;
		for (int axis = 0; axis < 2; axis++) {
			changes[i].kernel[axis] = g->kernel[i];
			changes[i].pad_begin[axis] = changes[i].pad_end[axis] = g->kernel[i] / 2;
		}
	}
}

static np_status judge(search *s, candidate *c)
{
	np_layer_change changes[CONVS];
	np_totals totals;
	express(s, &c->genes, changes);
	np_status status = np_variant_change(s->variant, 0, changes, CONVS, &s->err);
	if (status != NP_OK)
		return status;
	np_variant_totals(s->variant, &totals);
	c->runtime_ms = totals.runtime_ms.value;
	c->energy_mj = totals.energy_mj.value;
	c->macs = (double)np_network_sums(np_variant_network(s->variant)).macs;
	c->fitness = fitness_of(s, c);
	return NP_OK;
}

/* ---- evolution ---- */

static void draw_conv(search *s, genome *g, int conv)
{
	g->channels[conv] = 8 * random_between(s, 1, 32);
	g->kernel[conv] = 1 + 2 * random_between(s, 0, 2);
}

/* One gene of one convolution changes; now and then both. */
static void change(search *s, genome *g)
{
	int conv = random_between(s, 0, CONVS - 1), what = random_between(s, 0, 2);
	genome drawn = *g;
	draw_conv(s, &drawn, conv);
	if (what != 1)
		g->channels[conv] = drawn.channels[conv];
	if (what != 0)
		g->kernel[conv] = drawn.kernel[conv];
}

static int compare(const void *left, const void *right)
{
	const candidate *a = (const candidate *)left, *b = (const candidate *)right;
	return (a->fitness > b->fitness) - (a->fitness < b->fitness);
}

static np_status evolve(search *s, candidate *population)
{
	np_status status = NP_OK;
	for (int i = 0; i < POPULATION && status == NP_OK; i++) {
		for (int conv = 0; conv < CONVS; conv++)
			draw_conv(s, &population[i].genes, conv);
		status = judge(s, &population[i]);
	}
	for (int g = 0; g < GENERATIONS && status == NP_OK; g++) {
		qsort(population, POPULATION, sizeof *population, compare);
		for (int i = POPULATION / 2; i < POPULATION && status == NP_OK; i++) {
			population[i].genes = population[i - POPULATION / 2].genes;
			change(s, &population[i].genes);
			status = judge(s, &population[i]);
		}
	}
	qsort(population, POPULATION, sizeof *population, compare);
	return status;
}

static void print_best(const search *s, const candidate *best)
{
	np_predictor_statistics counts;
	np_predictor_counts(s->predictor, &counts);
	for (int i = 0; i < CONVS; i++)
		printf("stage %d: conv %dx%d, %d channels\n", i / 2 + 1, best->genes.kernel[i], best->genes.kernel[i],
		       best->genes.channels[i]);
	printf("%.4f ms, %.4f mJ, %.2f million multiply-accumulates%s\n", best->runtime_ms, best->energy_mj, best->macs / 1e6,
	       best->fitness >= 1e12 ? ": no network within the limits was found" : "");
	printf("%d networks, %.1f layers estimated for each, of which %.1f %% were known\n", NETWORKS,
	       (double)counts.asked / NETWORKS, 100.0 * (double)counts.found / (double)counts.asked);
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: %s PLATFORM.json MAX_RUNTIME_MS MIN_MILLION_MACS [SEED]\n", argv[0]);
		return 2;
	}
	search s;
	static candidate population[POPULATION];
	memset(&s, 0, sizeof s);
	s.most_ms = atof(argv[2]);
	s.least_macs = 1e6 * atof(argv[3]);
	s.random = 88172645463325252u + (argc > 4 ? strtoull(argv[4], NULL, 10) : 0);
	np_platform *platform = NULL;
	int status = 0;
	if (np_platform_load(argv[1], &platform, &s.err) != NP_OK ||
	    np_predictor_create(platform, 0, &s.predictor, &s.err) != NP_OK || build(&s) != NP_OK ||
	    evolve(&s, population) != NP_OK) {
		char text[1024];
		fprintf(stderr, "%s\n", np_error_format(&s.err, text, sizeof text));
		status = 1;
	} else {
		print_best(&s, &population[0]);
	}
	np_variant_free(s.variant);
	np_predictor_free(s.predictor);
	np_platform_free(platform);
	return status;
}
