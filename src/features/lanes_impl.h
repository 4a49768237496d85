/*
 * Numbers side by side: what the texts that are compiled once per instruction set have in common. Includes itself in a file
 * that has defined
 *   NP_LANES   numbers at once: 1, 2 or 4
 *   NP_TARGET  the function attribute that allows the instruction set
 *   NP_NAME(f) the name of f for this width
 * All of it works number by number and is exact or correctly rounded, so the width cannot change a bit.
 */
#ifndef NP_LANES
#error "include this from a text that is compiled once per instruction set"
#else

#define NP_NUM NP_NAME(num)
#define NP_BITS NP_NAME(bits)
#define NP_WORDS NP_NAME(words)
#define NP_UNROLL _Pragma("GCC unroll 8")
#define NP_UNROLL_FULLY _Pragma("GCC unroll 16")
#define NP_INLINE __attribute__((always_inline, unused)) NP_TARGET static inline

#if NP_LANES == 1
typedef double NP_NUM;
typedef int64_t NP_BITS;
#define NP_LOAD(p) (*(p))
#define NP_STORE(p, x) (*(p) = (x))
#else
typedef double NP_NUM __attribute__((vector_size(NP_LANES * sizeof(double)), aligned(sizeof(double)), may_alias));
typedef int64_t NP_BITS __attribute__((vector_size(NP_LANES * sizeof(double)), aligned(sizeof(double)), may_alias));
typedef uint64_t NP_WORDS __attribute__((vector_size(NP_LANES * sizeof(double)), aligned(sizeof(double)), may_alias));
#define NP_LOAD(p) (*(const NP_NUM *)(const void *)(p))
#define NP_STORE(p, x) (*(NP_NUM *)(void *)(p) = (x))
#endif

/* `a` where a comparison holds, else `b`. */
NP_INLINE NP_NUM NP_NAME(choose)(NP_BITS holds, NP_NUM a, NP_NUM b)
{
#if NP_LANES == 1
	return holds ? a : b;
#else
	return (NP_NUM)(((NP_BITS)a & holds) | ((NP_BITS)b & ~holds));
#endif
}

NP_INLINE NP_NUM NP_NAME(every)(double value)
{
	return value - (NP_NUM){0};
}

#if NP_LANES == 4
#include <immintrin.h>
/* What follows, each in one instruction. */
#define NP_OF(f, ...) ((NP_NUM)_mm256_##f##_pd(__VA_ARGS__))

NP_INLINE NP_NUM NP_NAME(larger)(NP_NUM a, NP_NUM b)
{
	return NP_OF(max, (__m256d)a, (__m256d)b);
}

NP_INLINE NP_NUM NP_NAME(smaller)(NP_NUM a, NP_NUM b)
{
	return NP_OF(min, (__m256d)a, (__m256d)b);
}

NP_INLINE NP_NUM NP_NAME(nearest)(NP_NUM value)
{
	return NP_OF(round, (__m256d)value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

NP_INLINE NP_NUM NP_NAME(round_up)(NP_NUM value)
{
	return NP_OF(ceil, (__m256d)value);
}

NP_INLINE NP_NUM NP_NAME(root)(NP_NUM value)
{
	return NP_OF(sqrt, (__m256d)value);
}
#undef NP_OF
#else
/* The second where they are the same, or one is no number. */
NP_INLINE NP_NUM NP_NAME(larger)(NP_NUM a, NP_NUM b)
{
	return NP_NAME(choose)(a > b, a, b);
}

NP_INLINE NP_NUM NP_NAME(smaller)(NP_NUM a, NP_NUM b)
{
	return NP_NAME(choose)(a < b, a, b);
}

/* The whole number nearest to a value that is not negative: beyond 2^52 there are no others. */
NP_INLINE NP_NUM NP_NAME(nearest)(NP_NUM value)
{
	const double whole = 4503599627370496.0;
	return NP_NAME(choose)(value < whole, (value + whole) - whole, value);
}

NP_INLINE NP_NUM NP_NAME(round_up)(NP_NUM value)
{
	NP_NUM near = NP_NAME(nearest)(value);
	return NP_NAME(choose)(near < value, near + 1.0, near);
}

NP_INLINE NP_NUM NP_NAME(root)(NP_NUM value)
{
#if NP_LANES == 1
	return sqrt(value);
#else
	for (int i = 0; i < NP_LANES; i++)
		value[i] = sqrt(value[i]);
	return value;
#endif
}
#endif

/* `value` held between two bounds, and as it is where it is no number. */
NP_INLINE NP_NUM NP_NAME(hold)(NP_NUM value, double low, double high)
{
	return NP_NAME(smaller)(NP_NAME(every)(high), NP_NAME(larger)(NP_NAME(every)(low), value));
}

#if NP_LANES > 1
/*
 * log2(2^e m) = e + 2 / ln 2 artanh(s), s = (m - 1) / (m + 1), by the series of artanh: sums, products and one division in
 * a fixed order, so the same bits everywhere, which a C library does not promise; exact for powers of two. With m between
 * sqrt(1/2) and sqrt(2), s^2 is below 0.0295 and what is left out below 1e-18. 0 where it is not defined.
 */
enum { NP_NAME(CHAINS) = 6 /* vectors at most that go through it without waiting for each other */ };

NP_INLINE bool NP_NAME(all)(NP_BITS holds)
{
#if NP_LANES == 4
	return _mm256_movemask_pd((__m256d)holds) == 0xf;
#else
	return holds[0] & holds[1];
#endif
}

/* A normal value in place of one that is not: 1 where the logarithm is not defined; `less` is what its exponent is less. */
NP_INLINE NP_NUM NP_NAME(make_normal)(NP_NUM value, NP_NUM *less)
{
	const NP_NUM none = {0};
	NP_BITS tiny = (value > 0.0) & (value < DBL_MIN);
	*less = NP_NAME(choose)(tiny, none + 54.0, none);
	value = NP_NAME(choose)(tiny, value * 0x1p54, value);
	return NP_NAME(choose)((value > 0.0) & (value <= DBL_MAX), value, none + 1.0);
}

/* m and e of a normal value: how far its bits are beyond those of sqrt(1/2) tells the exponent. */
NP_INLINE NP_NUM NP_NAME(take_apart)(NP_NUM value, NP_NUM *exponent)
{
	const uint64_t one = (uint64_t)0x3ff << 52, root_half = 0x3fe6a09e667f3bcd, high = (uint64_t)0xfff << 52;
	const uint64_t whole_bits = (uint64_t)0x433 << 52;
	const double whole = 4503599627370496.0;
	NP_WORDS bits = (NP_WORDS)value, beyond = bits + (one - root_half);
	/* The exponent as a number: the low bits of a double that is just above 2^52. */
	*exponent = (NP_NUM)((beyond >> 52) | whole_bits) - (whole + 1023);
	return (NP_NUM)(bits - (beyond & high) + one);
}

NP_INLINE void NP_NAME(log2_some)(const NP_NUM *values, NP_NUM *logs, int chains)
{
	static const double INVERSE[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
	                                 1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};
	const double two_over_ln2 = 2.8853900817779268;
	NP_NUM exponent[NP_NAME(CHAINS)], s[NP_NAME(CHAINS)], square[NP_NAME(CHAINS)], sum[NP_NAME(CHAINS)];
	NP_NUM value[NP_NAME(CHAINS)], less[NP_NAME(CHAINS)];
	NP_BITS normal = ~(NP_BITS){0};
	NP_UNROLL
	for (int v = 0; v < chains; v++) {
		value[v] = values[v];
		less[v] = (NP_NUM){0};
		normal &= (value[v] >= DBL_MIN) & (value[v] <= DBL_MAX);
	}
	if (!NP_NAME(all)(normal)) {
		NP_UNROLL
		for (int v = 0; v < chains; v++)
			value[v] = NP_NAME(make_normal)(value[v], &less[v]);
	}
	NP_UNROLL
	for (int v = 0; v < chains; v++) {
		NP_NUM m = NP_NAME(take_apart)(value[v], &exponent[v]);
		exponent[v] -= less[v];
		s[v] = (m - 1.0) / (m + 1.0);
		square[v] = s[v] * s[v];
		sum[v] = (NP_NUM){0};
	}
	NP_UNROLL_FULLY
	for (size_t i = 0; i < sizeof INVERSE / sizeof *INVERSE; i++) {
		NP_UNROLL
		for (int v = 0; v < chains; v++)
			sum[v] = (sum[v] + INVERSE[i]) * square[v];
	}
	NP_UNROLL
	for (int v = 0; v < chains; v++)
		logs[v] = exponent[v] + two_over_ln2 * (s[v] + s[v] * sum[v]);
}
#endif

#endif
