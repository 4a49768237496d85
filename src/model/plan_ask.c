/* Asking a plan, with the instructions there are: one text (plan_impl.h) for each set of them. */
#include "model/model_plan.h"

#include "features/shape.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define NP_LANES 2
#define NP_TARGET
#define NP_NAME(f) f##_2
#include "model/plan_impl.h"

#if defined(__x86_64__)
#define NP_LANES 4
#define NP_TARGET __attribute__((target("avx2")))
#define NP_NAME(f) f##_4
#include "model/plan_impl.h"
#endif

const np_plan_asker *np_plan_asker_at(int index)
{
	const np_plan_asker *found[3] = {0};
	int count = 0;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		found[count++] = &asker_4;
#endif
	found[count++] = &asker_2;
	return index >= 0 && index < count ? found[index] : NULL;
}
