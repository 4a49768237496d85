/*
 * A fixed piece of work that keeps the adders and the vector units busy, to tell whether the processor is all ours: a second
 * thread of the same core, which may be another guest's, takes its share of them, and no counter of this system shows it.
 *
 * What it must not notice is what ran before. So there is one jump in hundreds of instructions, and vectors are of 128 bits: on
 * AMD's Zen 3 short loops, and vectors of 256 bits, run up to 1.6 times slower for milliseconds after a layer of pools, with
 * nobody else there, while the clock, and the layers themselves, stay as they are.
 */
#include "backends/cpu.h"

#include <math.h>
#include <time.h>

enum { ADDING = 750, MULTIPLYING = 500, PACING = 400, PIECES = 2 };

typedef float lanes __attribute__((vector_size(4 * sizeof(float))));

#define TWICE(x) x x
#define TIMES_8(x) TWICE(TWICE(TWICE(x)))

/* The compiler may not see through it: it would do eight of them at once, or many in one. */
#define ADD(x)       \
	x += x << 2; \
	__asm__ volatile("" : "+r"(x));
#define MULTIPLY(x) x = x * 0.999f + 0.001f;

/* As many independent chains as fill the pipelines, and few enough to stay in registers. */
static uint64_t add(void)
{
	uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8;
	for (int i = 0; i < ADDING; i++) {
		TWICE(TIMES_8(ADD(a) ADD(b) ADD(c) ADD(d) ADD(e) ADD(f) ADD(g) ADD(h)))
	}
	return a + b + c + d + e + f + g + h;
}

static float multiply(void)
{
	lanes a = {1, 2, 3, 4}, b = a + 1, c = a + 2, d = a + 3, e = a + 4, f = a + 5, g = a + 6, h = a + 7, i = a + 8,
	      j = a + 9;
	for (int n = 0; n < MULTIPLYING; n++) {
		TIMES_8(MULTIPLY(a) MULTIPLY(b) MULTIPLY(c) MULTIPLY(d) MULTIPLY(e) MULTIPLY(f) MULTIPLY(g) MULTIPLY(h)
		                MULTIPLY(i) MULTIPLY(j))
	}
	lanes sum = a + b + c + d + e + f + g + h + i + j;
	return sum[0] + sum[1] + sum[2] + sum[3];
}

static uint64_t add_and_multiply(void)
{
	return add() + (uint64_t)multiply();
}

/* Each waits for the one before, so that it is the clock's pace alone, whoever shares the core. */
static uint64_t pace(void)
{
	uint64_t a = 1;
	for (int i = 0; i < PACING; i++) {
		TWICE(TIMES_8(a *= 6364136223846793005u; __asm__ volatile("" : "+r"(a));))
	}
	return a;
}

static double thread_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double shortest_s(uint64_t (*piece)(void))
{
	double least = HUGE_VAL;
	for (int i = 0; i < PIECES; i++) {
		double start = thread_s();
		volatile uint64_t result = piece();
		(void)result;
		least = fmin(least, thread_s() - start);
	}
	return least; /* an interrupt is no neighbour */
}

double np_cpu_yardstick_s(void)
{
	return shortest_s(add_and_multiply);
}

double np_cpu_pace_s(void)
{
	return shortest_s(pace);
}
