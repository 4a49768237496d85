/*
 * A fixed piece of arithmetic that keeps the vector units busy, to tell whether the processor is all ours: a second thread of
 * the same core, which may be another guest's, takes its share of them, and no counter of this system shows it. What the
 * piece takes then is a third to a half more; by how much a layer suffers depends on the layer.
 */
#include "backends/cpu.h"

#include <time.h>

enum { LANES = 4, CHAINS = 10, ROUNDS = 16000 };

/*
 * Of 128 bits, which every processor of 64 bits has. Wider vectors would tell no more, and on AMD's Zen 3 they tell something else:
 * after a layer of pools 256 bits run at 1.06, 1.19, 1.36 or 1.58 of their time for milliseconds with nobody else there, while
 * the clock, integers and 128 bits stay as they are.
 */
typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

/* Enough independent chains to fill the pipelines, and few enough to stay in registers. */
static float run(void)
{
	lanes a[CHAINS];
	for (int i = 0; i < CHAINS; i++)
		a[i] = (lanes){1, 2, 3, 4} + (float)i;
	for (int k = 0; k < ROUNDS; k++)
		for (int i = 0; i < CHAINS; i++)
			a[i] = a[i] * 0.999f + 0.001f;
	float sum = 0;
	for (int i = 0; i < CHAINS; i++)
		sum += a[i][i % LANES];
	return sum;
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
