/* The clock by which a GPU's batches and meter are read: the system's, which never goes back. */
#ifndef NP_BACKENDS_CUDA_CLOCK_H
#define NP_BACKENDS_CUDA_CLOCK_H

#include <time.h>

static inline double np_cuda_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline void np_cuda_sleep(double seconds)
{
	if (!(seconds > 0))
		return;
	struct timespec t = {(time_t)seconds, 0};
	t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
	nanosleep(&t, NULL);
}

#endif
