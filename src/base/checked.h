/* Arithmetic on counts that must not wrap: each returns false when the result leaves 63 bits. */
#ifndef NP_BASE_CHECKED_H
#define NP_BASE_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

static inline bool np_mul(int64_t a, int64_t b, int64_t *result)
{
	return !__builtin_mul_overflow(a, b, result);
}

static inline bool np_add(int64_t a, int64_t b, int64_t *result)
{
	return !__builtin_add_overflow(a, b, result);
}

/* *product *= factor */
static inline bool np_mul_into(int64_t *product, int64_t factor)
{
	return np_mul(*product, factor, product);
}

/* *sum += term */
static inline bool np_add_into(int64_t *sum, int64_t term)
{
	return np_add(*sum, term, sum);
}

/* a / b towards minus infinity, b > 0. */
static inline int64_t np_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* a / b towards plus infinity, b > 0. */
static inline int64_t np_ceil_div(int64_t a, int64_t b)
{
	return a / b + (a % b > 0);
}

#endif
