/* See parallel.h. */
#include "fit/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MOST_THREADS = 64 };

typedef struct pool {
	atomic_int next;
	int count;
	void (*task)(void *context, int index);
	void *context;
} pool;

static void *work(void *argument)
{
	pool *p = argument;
	for (int i = atomic_fetch_add(&p->next, 1); i < p->count; i = atomic_fetch_add(&p->next, 1))
		p->task(p->context, i);
	return 0;
}

void np_parallel(int count, int threads, void (*task)(void *context, int index), void *context)
{
	pool p = {.count = count, .task = task, .context = context};
	pthread_t helper[MOST_THREADS];
	int helpers = 0;
	while (helpers < threads - 1 && helpers < count - 1 && helpers < MOST_THREADS) {
		if (pthread_create(&helper[helpers], 0, work, &p))
			break; /* fewer threads give the same result */
		helpers++;
	}
	work(&p);
	for (int i = 0; i < helpers; i++)
		pthread_join(helper[i], 0);
}
