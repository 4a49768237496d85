/*
 * Runs a fuzz target without a fuzzer: `replay [--mutate N SEED [--only K FILE]] PATH...` feeds it every file under the
 * paths (or patterns), then N mutations of them. Mutation K of a seed depends on nothing but the files, the seed and K: when
 * one fails, its number is printed, and --only writes it to a file. An input may take a second of processor time and the
 * process 256 MB.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <glob.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_FILES = 4096, LARGEST_FILE = 1 << 20, LARGEST_INPUT = 1 << 21, MOST_KILOBYTES = 256 << 10, MOST_EDITS = 8 };
static const double MOST_SECONDS = 1;

typedef struct input {
	uint8_t *data;
	size_t size;
	char *path;
} input;

typedef struct corpus {
	input files[MOST_FILES];
	int count;
} corpus;

/* ---- sanitizers: freed memory kept for reports must not count as the reader's ---- */

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=8:malloc_context_size=8";
}

/* What is being read, for the report of a crash. */
static char now_reading[512];

static void report_death(void)
{
	ssize_t ignored = write(STDERR_FILENO, now_reading, strlen(now_reading));
	(void)ignored;
}

static void on_signal(int number)
{
	report_death();
	signal(number, SIG_DFL);
	raise(number);
}

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void watch_for_death(void)
{
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(report_death);
	signal(SIGABRT, on_signal);
	if (!__sanitizer_set_death_callback)
		signal(SIGSEGV, on_signal);
}

/* ---- the corpus ---- */

static void *must(void *memory)
{
	if (memory)
		return memory;
	fputs("out of memory\n", stderr);
	exit(2);
}

static void add_file(corpus *c, const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file || c->count == MOST_FILES) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(2);
	}
	uint8_t *data = must(malloc(LARGEST_FILE));
	size_t size = fread(data, 1, LARGEST_FILE, file);
	fclose(file);
	c->files[c->count++] = (input){must(realloc(data, size + 1)), size, must(strdup(path))};
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_path(corpus *c, const char *path)
{
	struct stat info;
	if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode)) {
		add_file(c, path);
		return;
	}
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, by_name);
	for (int i = 0; i < count; i++) {
		char inner[4096];
		snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			add_path(c, inner);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* A path, or a pattern of paths. */
static void add_pattern(corpus *c, const char *pattern)
{
	glob_t found;
	if (glob(pattern, 0, NULL, &found) != 0) {
		fprintf(stderr, "cannot read %s\n", pattern);
		exit(2);
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		add_path(c, found.gl_pathv[i]);
	globfree(&found);
}

/* ---- mutations ---- */

typedef struct mutant {
	const corpus *c;
	uint64_t random;
	uint8_t *data; /* LARGEST_INPUT bytes */
	size_t size;
} mutant;

/* splitmix64 */
static uint64_t next_random(mutant *m)
{
	uint64_t z = (m->random += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static size_t below(mutant *m, size_t limit)
{
	return limit ? (size_t)(next_random(m) % limit) : 0;
}

static void replace(mutant *m, size_t at, size_t old_size, const void *with, size_t size)
{
	if (at + old_size > m->size || m->size - old_size + size > LARGEST_INPUT)
		return;
	memmove(m->data + at + size, m->data + at + old_size, m->size - at - old_size);
	memcpy(m->data + at, with, size);
	m->size += size - old_size;
}

static void flip_bit(mutant *m)
{
	if (m->size)
		m->data[below(m, m->size)] ^= (uint8_t)(1u << below(m, 8));
}

static void set_byte(mutant *m)
{
	static const uint8_t TELLING[] = "{}[]<>:,;\"'\\#/-.019eEx \n\t\0\x01\x7f\x80\xff";
	if (m->size)
		m->data[below(m, m->size)] = TELLING[below(m, sizeof TELLING - 1)];
}

static void insert_byte(mutant *m)
{
	uint8_t byte = (uint8_t)next_random(m);
	replace(m, below(m, m->size + 1), 0, &byte, 1);
}

static void delete_bytes(mutant *m)
{
	size_t at = below(m, m->size), count = 1 + below(m, below(m, 4) ? 4 : 256);
	if (at + count <= m->size)
		replace(m, at, count, "", 0);
}

static void truncate_it(mutant *m)
{
	m->size = below(m, m->size + 1);
}

/* A piece of one file, this one too, goes somewhere; now and then many times. */
static void splice(mutant *m)
{
	const input *from = &m->c->files[below(m, (size_t)m->c->count)];
	size_t at = below(m, from->size), size = below(m, from->size - at) + (from->size > 0);
	size_t most = below(m, 2) ? 64 : 2048, times = below(m, 16) ? 1 : 1 + below(m, 50);
	if (size > most)
		size = most;
	for (size_t i = 0; i < times && at + size <= from->size; i++)
		replace(m, below(m, m->size + 1), 0, from->data + at, size);
}

static void duplicate(mutant *m)
{
	uint8_t piece[512];
	size_t at = below(m, m->size), size = 1 + below(m, sizeof piece);
	if (at + size > m->size)
		return;
	memcpy(piece, m->data + at, size);
	replace(m, at, 0, piece, size);
}

/* A number of the text becomes one that tends to be forgotten. */
static void replace_number(mutant *m)
{
	static const char *const TELLING[] = {"0",
	                                      "-1",
	                                      "1",
	                                      "2147483647",
	                                      "2147483648",
	                                      "4294967296",
	                                      "9223372036854775807",
	                                      "9223372036854775808",
	                                      "1e999",
	                                      "0x7fffffff",
	                                      "65536",
	                                      "1000000007",
	                                      "33"};
	size_t start = below(m, m->size), at, end;
	for (at = start; at < m->size && !(m->data[at] >= '0' && m->data[at] <= '9'); at++)
		;
	for (end = at; end < m->size && m->data[end] >= '0' && m->data[end] <= '9'; end++)
		;
	const char *number = TELLING[below(m, sizeof TELLING / sizeof *TELLING)];
	if (at < end)
		replace(m, at, end - at, number, strlen(number));
}

/* Little-endian counts and lengths of a binary file. */
static void replace_word(mutant *m)
{
	static const uint64_t TELLING[] = {0,      1,         0x7f,       0x80,      0xff,      0x7fff,
	                                   0xffff, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX};
	uint64_t word = TELLING[below(m, sizeof TELLING / sizeof *TELLING)];
	size_t size = (size_t)1 << below(m, 4);
	if (m->size >= size)
		memcpy(m->data + below(m, m->size - size + 1), &word, size);
}

static void make_mutant(mutant *m, uint64_t seed, uint64_t number)
{
	static void (*const EDITS[])(mutant *) = {flip_bit,       flip_bit,       set_byte,    set_byte, insert_byte,
	                                          delete_bytes,   truncate_it,    splice,      splice,   duplicate,
	                                          replace_number, replace_number, replace_word};
	m->random = seed * 0x9e3779b97f4a7c15u + number;
	const input *base = &m->c->files[below(m, (size_t)m->c->count)];
	m->size = base->size;
	memcpy(m->data, base->data, base->size);
	for (size_t left = 1 + below(m, MOST_EDITS); left; left--)
		EDITS[below(m, sizeof EDITS / sizeof *EDITS)](m);
}

/* ---- running ---- */

static double processor_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static long peak_kilobytes(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* A copy of just that size, so that reading beyond the end is seen. */
static bool run(const uint8_t *data, size_t size, double *slowest)
{
	uint8_t *copy = must(malloc(size + !size));
	memcpy(copy, data, size);
	double start = processor_seconds();
	LLVMFuzzerTestOneInput(copy, size);
	double seconds = processor_seconds() - start;
	free(copy);
	if (seconds > *slowest)
		*slowest = seconds;
	if (seconds <= MOST_SECONDS && peak_kilobytes() <= MOST_KILOBYTES)
		return true;
	fprintf(stderr, "%.3f s, peak of the process %ld KB: too much, %s", seconds, peak_kilobytes(), now_reading);
	return false;
}

static bool replay_files(const corpus *c, double *slowest)
{
	for (int i = 0; i < c->count; i++) {
		snprintf(now_reading, sizeof now_reading, "while reading %.400s\n", c->files[i].path);
		if (!run(c->files[i].data, c->files[i].size, slowest))
			return false;
	}
	return true;
}

static bool replay_mutants(mutant *m, uint64_t count, uint64_t seed, double *slowest)
{
	for (uint64_t i = 0; i < count; i++) {
		make_mutant(m, seed, i);
		snprintf(now_reading, sizeof now_reading, "while reading mutation %llu of seed %llu\n", (unsigned long long)i,
		         (unsigned long long)seed);
		if (!run(m->data, m->size, slowest))
			return false;
	}
	return true;
}

static int write_only(mutant *m, uint64_t seed, uint64_t number, const char *path)
{
	make_mutant(m, seed, number);
	FILE *file = fopen(path, "wb");
	bool good = file && fwrite(m->data, 1, m->size, file) == m->size;
	if (file)
		good &= fclose(file) == 0;
	return good ? 0 : 2;
}

int main(int argc, char **argv)
{
	corpus *c = must(calloc(1, sizeof *c));
	mutant m = {.c = c, .data = must(malloc(LARGEST_INPUT))};
	uint64_t count = 0, seed = 0, only = 0;
	const char *only_path = NULL;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--mutate") == 0 && i + 2 < argc) {
			count = strtoull(argv[++i], NULL, 10);
			seed = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--only") == 0 && i + 2 < argc) {
			only = strtoull(argv[++i], NULL, 10);
			only_path = argv[++i];
		} else {
			add_pattern(c, argv[i]);
		}
	}
	if (!c->count) {
		fputs("usage: replay [--mutate N SEED [--only K FILE]] PATH...\n", stderr);
		return 2;
	}
	if (only_path)
		return write_only(&m, seed, only, only_path);
	double slowest = 0;
	watch_for_death();
	bool good = replay_files(c, &slowest) && replay_mutants(&m, count, seed, &slowest);
	printf("%d files, %llu mutations: slowest %.1f ms, peak %ld KB\n", c->count, (unsigned long long)count, 1e3 * slowest,
	       peak_kilobytes());
	for (int i = 0; i < c->count; i++) {
		free(c->files[i].data);
		free(c->files[i].path);
	}
	free(c);
	free(m.data);
	return good ? 0 : 1;
}
