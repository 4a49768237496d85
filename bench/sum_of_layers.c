/*
 * How well the layers of a network, measured one by one, add up to the network measured as a whole, by which buffers the
 * calls of a layer rotate over. The tables in docs/measuring-cpu.md were made by it.
 *
 *     NP_ONEDNN_PART=build/neuralpower-onednn.so build/bench/sum_of_layers [-b BATCH] [-m MODE] [-t SECONDS] [-v] NETWORK...
 *
 * MODE is a set of letters and a number of bytes: i, w, o = inputs, weights, outputs rotate; "hot" = none. -m and -b may be
 * repeated. Each layer and network is timed for SECONDS in short batches; the median counts.
 */
#include "backends/cpu.h"
#include "measure/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, MOST_SAMPLES = 20000 };

typedef struct mode {
	const char *name;
	np_part_rotation rotation;
} mode;

static struct {
	int64_t batches[MOST];
	mode modes[MOST];
	int batch_count, mode_count;
	double seconds;
	bool verbose;
} options = {.seconds = .3};

static void stop_on(np_status status, const np_error *err)
{
	char text[1024];
	if (status == NP_OK)
		return;
	fprintf(stderr, "sum_of_layers: %s\n", np_error_format(err, text, sizeof text));
	exit(1);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static np_span run(np_device *device, np_job *job, int64_t calls)
{
	np_error err = {0};
	np_span span = {0};
	bool done;
	stop_on(device->ops->submit(device, job, calls, &err), &err);
	stop_on(device->ops->reap(device, true, &done, &span, &err), &err);
	return span;
}

/* The median over batches of at least 2 ms; the first tenth of the time only warms up. */
static double time_job(np_device *device, np_job *job)
{
	static double samples[MOST_SAMPLES];
	int count = 0;
	np_span first = run(device, job, 1);
	for (double spent = first.wall_s; spent < options.seconds / 10; spent += first.wall_s)
		first = run(device, job, 1);
	int64_t calls = first.runtime_s < .002 ? (int64_t)(.002 / first.runtime_s) + 1 : 1;
	for (double spent = 0; (spent < options.seconds || count < 5) && count < MOST_SAMPLES; count++) {
		np_span span = run(device, job, calls);
		samples[count] = span.runtime_s / (double)calls;
		spent += span.wall_s;
	}
	qsort(samples, (size_t)count, sizeof *samples, compare);
	return samples[count / 2];
}

static double time_program(np_device *device, const np_program *program, np_job_facts *facts)
{
	np_error err = {0};
	np_job *job;
	stop_on(device->ops->prepare(device, program, &job, &err), &err);
	device->ops->describe(device, job, facts);
	double seconds = time_job(device, job);
	device->ops->release(device, job);
	return seconds;
}

/* Equal layers are timed once. */
static double time_step(np_device *device, const np_program *program, int step, double *times)
{
	np_error err = {0};
	np_program alone;
	np_job_facts facts;
	for (int i = 0; i < step; i++)
		if (!memcmp(&program->steps[i].config, &program->steps[step].config, sizeof(np_layer_config)))
			return times[step] = times[i];
	stop_on(np_program_of_layer(&program->steps[step].config, &alone, &err), &err);
	times[step] = time_program(device, &alone, &facts);
	if (options.verbose)
		printf("    %-20s %-44s %9.1f us  %4d sets  %s %s\n", program->steps[step].name, alone.name, times[step] * 1e6,
		       facts.buffer_sets, facts.layout, facts.algo);
	np_program_free(&alone);
	return times[step];
}

static double sum_of_layers(np_device *device, const np_program *program, const mode *m)
{
	double sum = 0, *times = calloc((size_t)program->step_count + 1, sizeof *times);
	if (!times)
		exit(1);
	np_cpu_set_rotation(device, m->rotation);
	for (int i = 0; i < program->step_count; i++)
		sum += time_step(device, program, i, times);
	free(times);
	return sum;
}

static void compare_network(np_device *device, const char *path, int64_t batch)
{
	np_error err = {0};
	np_network *network;
	np_program program;
	np_job_facts facts;
	stop_on(np_network_load(path, &(np_load_options){.batch = batch}, &network, &err), &err);
	stop_on(np_program_of_network(network, &program, &err), &err);
	double whole = time_program(device, &program, &facts);
	printf("%-16s %3lld  whole %10.3f ms", program.name, (long long)batch, whole * 1e3);
	if (options.verbose)
		printf("\n");
	for (int i = 0; i < options.mode_count; i++) {
		const mode *m = &options.modes[i];
		double sum = sum_of_layers(device, &program, m), again = time_program(device, &program, &facts);
		printf("  %s %.3f %+.1f %%", m->name, sum * 1e3, 100 * (sum / ((whole + again) / 2) - 1));
		fflush(stdout);
		whole = again;
	}
	printf("\n");
	np_program_free(&program);
	np_network_free(network);
}

static mode read_mode(const char *text)
{
	mode m = {.name = text};
	if (!strcmp(text, "hot"))
		return m;
	for (; *text && strchr("iwo", *text); text++) {
		m.rotation.inputs |= *text == 'i';
		m.rotation.weights |= *text == 'w';
		m.rotation.outputs |= *text == 'o';
	}
	m.rotation.bytes = (int64_t)strtod(text, NULL);
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
		else if (!strcmp(argv[i], "-t"))
			options.seconds = strtod(value, NULL), i++;
	}
	if (!options.batch_count)
		options.batches[options.batch_count++] = 1;
	return i;
}

int main(int argc, char **argv)
{
	np_error err = {0};
	np_device *device;
	int first = read_options(argc, argv);
	stop_on(np_cpu_open(&(np_device_request){.name = "cpu"}, &device, &err), &err);
	if (!options.mode_count)
		options.modes[options.mode_count++] = (mode){"default", np_cpu_rotation(device)};
	for (int i = first; i < argc; i++)
		for (int b = 0; b < options.batch_count; b++)
			compare_network(device, argv[i], options.batches[b]);
	device->ops->close(device);
	return 0;
}
