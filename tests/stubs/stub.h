/* What the stub libraries share: the simulated device's time, and modes from the environment. */
#ifndef NP_STUB_H
#define NP_STUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NP_STUB_EXPORT __attribute__((visibility("default")))

/* A number from the environment, read at every call so that tests can change it. */
static inline double stub_number(const char *name, double usual)
{
	const char *text = getenv(name);
	return text && *text ? strtod(text, NULL) : usual;
}

/* Whether a word is in NP_STUB_MODES, which is a list with commas. */
static inline bool stub_mode(const char *word)
{
	const char *modes = getenv("NP_STUB_MODES");
	size_t length = strlen(word);
	while (modes && *modes) {
		size_t size = strcspn(modes, ",");
		if (size == length && !strncmp(modes, word, size))
			return true;
		modes += size + (modes[size] == ',');
	}
	return false;
}

static inline double stub_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* cudart_stub.c: the device works for so long, or as long as its arithmetic and its memory take. */
NP_STUB_EXPORT void np_stub_work(double seconds);
NP_STUB_EXPORT void np_stub_kernel(double flops, double bytes);

/* Seconds of a kernel, as the stubs have it and as tests expect it. */
static inline double stub_kernel_s(double flops, double bytes)
{
	double arithmetic = flops / 20e12, memory = bytes / 2e12, least = 2e-6;
	double seconds = arithmetic > memory ? arithmetic : memory;
	return seconds > least ? seconds : least;
}

/* Reads the first and the last byte of what a kernel reads, so that sanitizers see it leave its buffer. */
static inline void stub_read(const void *data, size_t bytes)
{
	const volatile unsigned char *at = data;
	if (bytes)
		(void)(at[0] + at[bytes - 1]);
}

static inline void stub_write(void *data, size_t bytes)
{
	volatile unsigned char *at = data;
	if (bytes)
		at[0] = at[bytes - 1] = 1;
}

#endif
