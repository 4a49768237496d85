/*
 * A fixed piece of arithmetic that keeps the vector units busy, to tell whether the processor is all ours: a second thread of
 * the same core, which may be another guest's, takes its share of them, and no counter of this system shows it. What the
 * piece takes then is a third to a half more; by how much a layer suffers depends on the layer.
 */
#include "backends/cpu.h"

#include <time.h>

enum { LANES = 8, CHAINS = 10, ROUNDS = 16000 };

typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

/* Enough independent chains to fill the pipelines. Compiled for the vectors that most processors have, and for any. */
#define YARDSTICK(name)                                                    \
	static float name(void)                                            \
	{                                                                  \
		lanes a[CHAINS];                                           \
		for (int i = 0; i < CHAINS; i++)                           \
			a[i] = (lanes){1, 2, 3, 4, 5, 6, 7, 8} + (float)i; \
		for (int k = 0; k < ROUNDS; k++)                           \
			for (int i = 0; i < CHAINS; i++)                   \
				a[i] = a[i] * 0.999f + 0.001f;             \
		float sum = 0;                                             \
		for (int i = 0; i < CHAINS; i++)                           \
			sum += a[i][i % LANES];                            \
		return sum;                                                \
	}

YARDSTICK(measure_any)
#if defined(__x86_64__)
__attribute__((target("avx2"))) YARDSTICK(measure_avx2)
#endif

        static float run(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return measure_avx2();
#endif
	return measure_any();
}

static double thread_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double np_cpu_yardstick_s(void)
{
	double start = thread_s();
	volatile float result = run();
	(void)result;
	return thread_s() - start;
}
