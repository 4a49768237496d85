/* A few independent tasks on a few threads. */
#ifndef NP_FIT_PARALLEL_H
#define NP_FIT_PARALLEL_H

/*
 * Calls task(context, i) once for each i below `count`, on up to `threads` threads including the caller's. The tasks must
 * not touch each other's results; then nothing depends on the number of threads.
 */
void np_parallel(int count, int threads, void (*task)(void *context, int index), void *context);

#endif
