/*
 * How many predictions of AlexNet-size networks one core makes per second from memory, as a search asks for them, and whether
 * they take memory:
 *
 *     predict_rate PLATFORM.json [PREDICTIONS]         medians of 5 runs of each case; 20000 predictions a run
 *     predict_rate PLATFORM.json --flat [PREDICTIONS]  allocations and memory over 10 million predictions
 *
 * "new" is with a predictor that has room for four layers, so that hardly any is known: every layer a change reaches is
 * estimated. "known" is with the usual room and choices that come again. Times are processor time.
 */
#include "../tests/counted_malloc.h"

#include <neuralpower/neuralpower.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { RUNS = 5, SIZED = 8, POOL = 256 /* networks in memory */ };
static const int64_t WIDTHS[SIZED] = {64, 192, 384, 256, 256, 4096, 4096, 1000};

static uint64_t state_of_random = 88172645463325252u;

static int64_t between(int64_t least, int64_t most)
{
	state_of_random ^= state_of_random << 13;
	state_of_random ^= state_of_random >> 7;
	state_of_random ^= state_of_random << 17;
	return least + (int64_t)((state_of_random >> 20) % (uint64_t)(most - least + 1));
}

static void check(np_status status, const np_error *err)
{
	char text[1024];
	if (status == NP_OK)
		return;
	fprintf(stderr, "%s\n", np_error_format(err, text, sizeof text));
	exit(1);
}

/* ---- AlexNet ---- */

static int sized[SIZED]; /* its layers that have a width */

static void add(np_network *network, int *tensor, np_layer_desc desc)
{
	np_error err = {0};
	int input = *tensor;
	desc.inputs = &input;
	desc.input_count = 1;
	check(np_network_add_layer(network, &desc, tensor, &err), &err);
}

static np_network *alexnet(const int64_t *widths, int64_t height, int64_t width)
{
	static const int64_t KERNEL[] = {11, 5, 3, 3, 3}, STRIDE[] = {4, 1, 1, 1, 1}, PAD[] = {2, 2, 1, 1, 1};
	static const np_layer_desc RELU = {.kind = NP_RELU, .name = "relu"},
	                           DROP = {.kind = NP_DROPOUT, .name = "drop", .free = true};
	const int64_t dims[] = {16, 3, height, width};
	np_error err = {0};
	np_network *network;
	int tensor;
	check(np_network_create("alexnet", &network, &err), &err);
	check(np_network_add_input(network, "data", (np_shape){4, dims}, 4, &tensor, &err), &err);
	for (int i = 0; i < SIZED; i++) {
		np_layer_desc fc = {.kind = NP_FC, .name = "fc", .axis = 1, .bias = true, .out_channels = widths[i]};
		if (i == 5 || i == 6)
			add(network, &tensor, DROP);
		sized[i] = np_network_layer_count(network);
		if (i >= 5)
			add(network, &tensor, fc);
		else
			add(network, &tensor,
			    (np_layer_desc){.kind = NP_CONV,
			                    .name = "conv",
			                    .spatial_rank = 2,
			                    .kernel = {KERNEL[i], KERNEL[i]},
			                    .stride = {STRIDE[i], STRIDE[i]},
			                    .pad_begin = {PAD[i], PAD[i]},
			                    .pad_end = {PAD[i], PAD[i]},
			                    .bias = true,
			                    .out_channels = widths[i]});
		if (i < 7)
			add(network, &tensor, RELU);
		if (i < 2 || i == 4)
			add(network, &tensor,
			    (np_layer_desc){
			            .kind = NP_MAXPOOL, .name = "pool", .spatial_rank = 2, .kernel = {3, 3}, .stride = {2, 2}});
	}
	check(np_network_finish(network, &err), &err);
	return network;
}

/* ---- cases ---- */

typedef struct bench {
	const np_platform *platform;
	np_predictor *predictor;
	np_network *networks[POOL];
	np_variant *variant;
	double sum; /* of what was predicted, so that nothing is left out */
} bench;

static void in_memory(bench *b, long i)
{
	np_error err = {0};
	np_totals totals;
	check(np_predictor_network(b->predictor, b->networks[i % POOL], &totals, &err), &err);
	b->sum += totals.energy_mj.value;
}

static void change(bench *b, int64_t batch, const np_layer_change *changes, int count)
{
	np_error err = {0};
	np_totals totals;
	check(np_variant_change(b->variant, batch, changes, count, &err), &err);
	np_variant_totals(b->variant, &totals);
	b->sum += totals.energy_mj.value;
}

static void other_batch(bench *b, long i)
{
	change(b, 1 + i % 256, NULL, 0);
}

static void other_layer(bench *b, long i)
{
	int at = (int)(i % (SIZED - 1));
	np_layer_change c = {.layer = sized[at], .out_channels = WIDTHS[at] * between(1, 16) / 8};
	change(b, 0, &c, 1);
}

static void other_layer_fine(bench *b, long i)
{
	int at = (int)(i % (SIZED - 1));
	np_layer_change c = {.layer = sized[at], .out_channels = between(WIDTHS[at] / 2, 2 * WIDTHS[at])};
	change(b, 0, &c, 1);
}

static const struct {
	const char *what;
	void (*once)(bench *b, long i);
	int room;
} CASES[] = {
        {"256 networks in memory, known", in_memory, 0},       {"256 networks in memory, new", in_memory, 1},
        {"another batch of 1 to 256, known", other_batch, 0},  {"another batch of 1 to 256, new", other_batch, 1},
        {"a layer's width, one of 16, known", other_layer, 0}, {"a layer's width, one of thousands", other_layer_fine, 0},
        {"a layer's width, new", other_layer_fine, 1},
};
enum { CASE_COUNT = sizeof CASES / sizeof *CASES };

static void begin(bench *b, const np_platform *platform, int room)
{
	np_error err = {0};
	*b = (bench){.platform = platform};
	check(np_predictor_create(platform, room, &b->predictor, &err), &err);
	for (int i = 0; i < POOL; i++) {
		int64_t widths[SIZED];
		for (int k = 0; k < SIZED; k++)
			widths[k] = i ? between(WIDTHS[k] / 2, 2 * WIDTHS[k]) : WIDTHS[k];
		b->networks[i] = alexnet(widths, i ? between(180, 400) : 224, i ? between(180, 400) : 224);
	}
	check(np_variant_create(b->predictor, b->networks[0], &b->variant, &err), &err);
}

static void end(bench *b)
{
	np_variant_free(b->variant);
	for (int i = 0; i < POOL; i++)
		np_network_free(b->networks[i]);
	np_predictor_free(b->predictor);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static void measure(const np_platform *platform, int which, long predictions)
{
	bench b;
	double rate[RUNS];
	long before = 0;
	begin(&b, platform, CASES[which].room);
	for (long i = 0; i < predictions / 4; i++)
		CASES[which].once(&b, i);
	before = allocations;
	for (int r = 0; r < RUNS; r++) {
		double start = now();
		for (long i = 0; i < predictions; i++)
			CASES[which].once(&b, i);
		rate[r] = (double)predictions / (now() - start);
	}
	before = allocations - before;
	qsort(rate, RUNS, sizeof *rate, compare);
	printf("%-36s %9.0f networks/s (%.0f to %.0f), %ld allocations\n", CASES[which].what, rate[RUNS / 2], rate[0],
	       rate[RUNS - 1], before);
	end(&b);
}

static long resident_kb(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* Exits 1 when memory was taken, or the process grew, after the first tenth of the predictions. */
static int watch(const np_platform *platform, long predictions)
{
	bench b;
	long taken = 0, kb = 0;
	begin(&b, platform, 0);
	for (long i = 0; i < predictions; i++) {
		if (i == predictions / 10) {
			taken = allocations;
			kb = resident_kb();
		}
		if (i % 3 == 0)
			other_layer_fine(&b, i / 3);
		else if (i % 3 == 1)
			other_layer(&b, i / 3);
		else
			other_batch(&b, i / 3);
	}
	long more_kb = resident_kb() - kb;
	taken = allocations - taken;
	printf("%ld predictions: %ld KB at most; from the %ldth on %ld allocations, %ld KB more\n", predictions, resident_kb(),
	       predictions / 10, taken, more_kb);
	end(&b);
	return taken || more_kb > 64 ? 1 : 0;
}

int main(int argc, char **argv)
{
	np_error err = {0};
	np_platform *platform;
	bool flat = argc > 2 && strcmp(argv[2], "--flat") == 0;
	const char *count = flat ? argv[3] : argc > 2 ? argv[2] : NULL;
	int status = 0;
	if (argc < 2) {
		fprintf(stderr, "usage: %s PLATFORM.json [--flat] [PREDICTIONS]\n", argv[0]);
		return 2;
	}
	check(np_platform_load(argv[1], &platform, &err), &err);
	if (flat)
		status = watch(platform, count ? atol(count) : 10000000);
	for (int i = 0; !flat && i < CASE_COUNT; i++)
		measure(platform, i, count ? atol(count) : 20000);
	np_platform_free(platform);
	return status;
}
