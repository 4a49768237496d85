/*
 * How well the layers of a network, measured one by one, add up to the network measured as a whole, by how many bytes the
 * calls of a layer rotate over. The tables in docs/measuring-cpu.md were made by it.
 *
 *     ninja -C build bench/sum_of_layers
 *     build/bench/sum_of_layers [-b BATCH]... [-m MODE]... [-r ROUNDS] [-v] NETWORK...
 *
 * MODE is "hot" or numbers of MiB after the letters i, w, o: over how much inputs, weights, outputs rotate; k is how
 * many copies of weights there are at most if they are more than the MiB after f ("i2w64o32f8k4"). In each round the network
 * and each of its layers run in turn, warmed up and then timed for a few milliseconds, so that what else the machine does falls
 * on all alike; what counts is the median over rounds. With -v each layer is compared with its share inside the network.
 */
#include "backends/cpu.h"
#include "measure/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, MOST_ROUNDS = 1000 };

typedef struct mode {
	const char *name;
	np_part_rotation rotation;
} mode;

static struct {
	int64_t batches[MOST];
	mode modes[MOST];
	int batch_count, mode_count, rounds;
	bool verbose;
} options = {.rounds = 21};

/* A job, how many calls of it make a batch, and its seconds per call in each round. */
typedef struct timed {
	np_job *job;
	np_job_facts facts;
	int64_t calls;
	double seconds[MOST_ROUNDS];
} timed;

static np_device *device;

static void stop_on(np_status status, const np_error *err)
{
	char text[1024];
	if (status == NP_OK)
		return;
	fprintf(stderr, "sum_of_layers: %s\n", np_error_format(err, text, sizeof text));
	exit(1);
}

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);
	if (!memory)
		exit(1);
	return memory;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(const double *values)
{
	double sorted[MOST_ROUNDS];
	memcpy(sorted, values, (size_t)options.rounds * sizeof *sorted);
	qsort(sorted, (size_t)options.rounds, sizeof *sorted, compare);
	return sorted[options.rounds / 2];
}

/* ---- timing ---- */

static double run(np_job *job, int64_t calls)
{
	np_error err = {0};
	np_span span = {0};
	bool done;
	stop_on(device->ops->submit(device, job, calls, &err), &err);
	stop_on(device->ops->reap(device, true, &done, &span, &err), &err);
	return span.runtime_s / (double)span.calls;
}

static timed *prepare(const np_program *program)
{
	const double batch_s = .004;
	np_error err = {0};
	timed *t = allocate(1, sizeof *t);
	stop_on(device->ops->prepare(device, program, &t->job, &err), &err);
	device->ops->describe(device, t->job, &t->facts);
	run(t->job, 1);
	double once = run(t->job, 1);
	t->calls = once < batch_s ? (int64_t)(batch_s / once) + 1 : 1;
	return t;
}

static void release(timed *t)
{
	device->ops->release(device, t->job);
	free(t);
}

static void time_round(timed *t, int round)
{
	run(t->job, t->calls);
	t->seconds[round] = run(t->job, t->calls);
}

/* ---- a network and its layers ---- */

/* Equal layers are one job. */
static timed **prepare_layers(const np_program *program, int *same)
{
	timed **layers = allocate((size_t)program->step_count, sizeof *layers);
	for (int i = 0; i < program->step_count; i++) {
		np_error err = {0};
		np_program alone;
		for (same[i] = 0; same[i] < i; same[i]++)
			if (!memcmp(&program->steps[same[i]].config, &program->steps[i].config, sizeof(np_layer_config)))
				break;
		if (same[i] < i)
			continue;
		stop_on(np_program_of_layer(&program->steps[i].config, &alone, &err), &err);
		layers[i] = prepare(&alone);
		np_program_free(&alone);
	}
	return layers;
}

static void print_layers(const np_program *program, timed **layers, const int *same, double (*inside)[MOST_ROUNDS])
{
	for (int i = 0; i < program->step_count; i++) {
		char text[NP_LAYER_TEXT_SIZE];
		double alone = median(layers[same[i]]->seconds), share = median(inside[i]);
		const np_job_facts *facts = &layers[same[i]]->facts;
		printf("    %-40s alone %9.1f us, inside %9.1f us: %+8.1f us %+6.1f %%  %4d sets  %s %s\n",
		       np_layer_text_write(&program->steps[i].config, text), alone * 1e6, share * 1e6, (alone - share) * 1e6,
		       100 * (alone / share - 1), facts->buffer_sets, facts->layout, facts->algo);
	}
}

static void profile(timed *whole, int steps, double (*inside)[MOST_ROUNDS], int round)
{
	np_error err = {0};
	double *seconds = allocate((size_t)steps, sizeof *seconds);
	stop_on(np_cpu_profile(device, whole->job, seconds, &err), &err);
	for (int i = 0; i < steps; i++)
		inside[i][round] = seconds[i];
	free(seconds);
}

static void compare_mode(const np_program *program, const mode *m)
{
	int steps = program->step_count, *same = allocate((size_t)steps, sizeof *same);
	double sums[MOST_ROUNDS] = {0}, ratios[MOST_ROUNDS], (*inside)[MOST_ROUNDS] = allocate((size_t)steps, sizeof *inside);
	np_cpu_set_rotation(device, m->rotation);
	timed *whole = prepare(program), **layers = prepare_layers(program, same);
	for (int round = 0; round < options.rounds; round++) {
		time_round(whole, round);
		profile(whole, steps, inside, round);
		for (int i = 0; i < steps; i++)
			if (layers[i])
				time_round(layers[i], round);
		for (int i = 0; i < steps; i++)
			sums[round] += layers[same[i]]->seconds[round];
		ratios[round] = sums[round] / whole->seconds[round];
	}
	if (options.verbose)
		print_layers(program, layers, same, inside);
	printf("%-14s %3lld  %-12s whole %9.3f ms  sum %9.3f ms  %+6.1f %%\n", program->name, (long long)program->batch,
	       m->name, median(whole->seconds) * 1e3, median(sums) * 1e3, 100 * (median(ratios) - 1));
	fflush(stdout);
	for (int i = 0; i < steps; i++)
		if (layers[i])
			release(layers[i]);
	release(whole);
	free(layers);
	free(same);
	free(inside);
}

static void compare_network(const char *path, int64_t batch)
{
	np_error err = {0};
	np_network *network;
	np_program program;
	stop_on(np_network_load(path, &(np_load_options){.batch = batch}, &network, &err), &err);
	stop_on(np_program_of_network(network, &program, &err), &err);
	for (int i = 0; i < options.mode_count; i++)
		compare_mode(&program, &options.modes[i]);
	np_program_free(&program);
	np_network_free(network);
}

/* ---- options ---- */

static mode read_mode(const char *text)
{
	mode m = {.name = text};
	np_part_rotation *r = &m.rotation;
	if (!strcmp(text, "hot"))
		return m;
	while (*text) {
		char letter = *text++, *end;
		double number = strtod(text, &end);
		int64_t *bytes = letter == 'i'   ? &r->inputs
		                 : letter == 'w' ? &r->weights
		                 : letter == 'o' ? &r->outputs
		                                 : &r->few_from;
		if (end == text || !strchr("iwofk", letter)) {
			fprintf(stderr, "sum_of_layers: '%s' is no mode\n", m.name);
			exit(2);
		}
		if (letter == 'k')
			r->most_copies = (int)number;
		else
			*bytes = (int64_t)(number * (1 << 20));
		text = end;
	}
	return m;
}

static int read_options(int argc, char **argv)
{
	int i = 1;
	for (; i < argc && argv[i][0] == '-'; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		if (!strcmp(argv[i], "-v"))
			options.verbose = true;
		else if (!strcmp(argv[i], "-b") && options.batch_count < MOST)
			options.batches[options.batch_count++] = strtoll(value, NULL, 10), i++;
		else if (!strcmp(argv[i], "-m") && options.mode_count < MOST)
			options.modes[options.mode_count++] = read_mode(value), i++;
		else if (!strcmp(argv[i], "-r") && atoi(value) > 0 && atoi(value) <= MOST_ROUNDS)
			options.rounds = atoi(value), i++;
	}
	if (!options.batch_count)
		options.batches[options.batch_count++] = 1;
	return i;
}

int main(int argc, char **argv)
{
	np_error err = {0};
	int first = read_options(argc, argv);
	stop_on(np_cpu_open(&(np_device_request){.name = "cpu"}, &device, &err), &err);
	if (!options.mode_count)
		options.modes[options.mode_count++] = (mode){"default", np_cpu_rotation(device)};
	for (int i = first; i < argc; i++)
		for (int b = 0; b < options.batch_count; b++)
			compare_network(argv[i], options.batches[b]);
	device->ops->close(device);
	return 0;
}
