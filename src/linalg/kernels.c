/* One set of kernels per instruction set, from one text (kernels_impl.h), chosen at run time. */
#include "linalg/kernels.h"

#define NP_STRING_OF(x) #x
#define NP_STRING(x) NP_STRING_OF(x)

/* Short loops over registers: unrolled, or the registers become memory. */
#define NP_UNROLL _Pragma("GCC unroll 8")

/* Two lanes: SSE2 on x86-64, and whatever other processors have. */
#define NP_LANES 2
#define NP_TARGET
#define NP_NAME(f) f##_2
#include "linalg/kernels_impl.h"

#if defined(__x86_64__)
#define NP_LANES 4
#define NP_TARGET __attribute__((target("avx2")))
#define NP_NAME(f) f##_4
#include "linalg/kernels_impl.h"

#define NP_LANES 8
#define NP_TARGET __attribute__((target("avx512f")))
#define NP_NAME(f) f##_8
#include "linalg/kernels_impl.h"
#endif

const np_kernels *np_kernels_at(int index)
{
	const np_kernels *found[4] = {0};
	int count = 0;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx512f"))
		found[count++] = &kernels_8;
	if (__builtin_cpu_supports("avx2"))
		found[count++] = &kernels_4;
#endif
	found[count++] = &kernels_2;
	return index >= 0 && index < count ? found[index] : NULL;
}

const np_kernels *np_kernels_best(void)
{
	return np_kernels_at(0);
}
