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
#define NP_UNROLL _Pragma("GCC unroll 4")
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
	return value + (NP_NUM){0};
}

NP_INLINE NP_NUM NP_NAME(larger)(NP_NUM a, NP_NUM b)
{
	return NP_NAME(choose)(a > b, a, b);
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

#if NP_LANES > 1
/*
 * log2(2^e m) = e + 2 / ln 2 artanh(s), s = (m - 1) / (m + 1), by the series of artanh: sums, products and one division in
 * a fixed order, so the same bits everywhere, which a C library does not promise; exact for powers of two. With m between
 * sqrt(1/2) and sqrt(2), s^2 is below 0.0295 and what is left out below 1e-18. 0 where it is not defined.
 */
enum { NP_NAME(CHAINS) = 4 /* vectors that go through it without waiting for each other */ };

/* m and e of a value; 1 and 0 where the logarithm is not defined. */
NP_INLINE NP_NUM NP_NAME(take_apart)(NP_NUM value, NP_NUM *exponent)
{
	const uint64_t fraction = ((uint64_t)1 << 52) - 1, whole_bits = (uint64_t)0x433 << 52, half_bits = (uint64_t)1022 << 52;
	const double whole = 4503599627370496.0;
	const NP_NUM none = {0};
	NP_BITS tiny = value < DBL_MIN;
	value = NP_NAME(choose)((value > 0.0) & (value <= DBL_MAX), value, none + 1.0);
	value = NP_NAME(choose)(tiny, value * 0x1p54, value);
	NP_WORDS bits = (NP_WORDS)value;
	NP_NUM m = (NP_NUM)((bits & fraction) | half_bits);
	NP_BITS low = m < 0.70710678118654752;
	/* The exponent as a number: the low bits of a double that is just above 2^52. */
	NP_NUM e = (NP_NUM)((bits >> 52) | whole_bits) - (whole + 1022);
	*exponent = e - NP_NAME(choose)(low, none + 1.0, none) - NP_NAME(choose)(tiny, none + 54.0, none);
	return NP_NAME(choose)(low, 2.0 * m, m);
}

NP_INLINE void NP_NAME(log2_some)(const double *values, double *logs, int chains)
{
	static const double INVERSE[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
	                                 1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};
	const double two_over_ln2 = 2.8853900817779268;
	NP_NUM exponent[NP_NAME(CHAINS)], s[NP_NAME(CHAINS)], square[NP_NAME(CHAINS)], sum[NP_NAME(CHAINS)];
	NP_UNROLL
	for (int v = 0; v < chains; v++) {
		NP_NUM m = NP_NAME(take_apart)(NP_LOAD(values + v * NP_LANES), &exponent[v]);
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
		NP_STORE(logs + v * NP_LANES, exponent[v] + two_over_ln2 * (s[v] + s[v] * sum[v]));
}

/* Of a number of values that the lanes divide. */
NP_TARGET static void NP_NAME(log2_all)(const double *values, double *logs, int count)
{
	const int wide = NP_NAME(CHAINS) * NP_LANES;
	int i = 0;
	for (; i + wide <= count; i += wide)
		NP_NAME(log2_some)(values + i, logs + i, NP_NAME(CHAINS));
	for (; i < count; i += NP_LANES)
		NP_NAME(log2_some)(values + i, logs + i, 1);
}
#endif

#endif
