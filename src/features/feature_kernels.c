/* One set of kernels per instruction set, from one text. */
#include "features/feature_kernels.h"

#include "features/product.h"
#include "features/shape.h"

#include <float.h>
#include <string.h>

#define NP_LANES 1
#define NP_TARGET
#define NP_NAME(f) f##_single
#include "features/features_impl.h"

#define NP_LANES 2
#define NP_TARGET
#define NP_NAME(f) f##_2
#include "features/features_impl.h"

#if defined(__x86_64__)
#define NP_LANES 4
#define NP_TARGET __attribute__((target("avx2")))
#define NP_NAME(f) f##_4
#include "features/features_impl.h"
#endif

np_product np_product_conv(const np_layer_config *config)
{
	return as_conv_single(config, (double)config->batch);
}

np_product np_product_fc(const np_layer_config *config)
{
	return as_fc_single(config, (double)config->batch);
}

np_product np_product_matmul(const np_layer_config *config)
{
	return as_matmul_single(config, (double)config->batch);
}

const np_feature_kernels *np_feature_kernels_best(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return &np_features_4;
#endif
	return &np_features_2;
}

/* ---- logarithms ---- */

enum { WHOLE = 4 /* what every width divides */ };

void np_log2_each(const double *values, double *logs, int count)
{
	void (*log2_all)(const double *, double *, int) = np_feature_kernels_best()->log2;
	int whole = count / WHOLE * WHOLE, rest = count - whole;
	double last[WHOLE] = {1, 1, 1, 1};
	log2_all(values, logs, whole);
	if (!rest)
		return;
	memcpy(last, values + whole, (size_t)rest * sizeof *last);
	log2_all(last, last, WHOLE);
	memcpy(logs + whole, last, (size_t)rest * sizeof *last);
}

double np_log2(double value)
{
	double two[2] = {value, 1};
	np_features_2.log2(two, two, 2);
	return two[0];
}

/* ---- what changes with the batch ---- */

uint64_t np_shape_varying(np_family family)
{
	/* batch, work, traffic, work/traffic, rows, read, written; twos(rows), the three pads, tiles128, rows*out_c */
	const uint64_t product = 0x79 | 0x600 | 0x1e000 | 0x180000;
	static const uint64_t ALL = UINT64_MAX;
	switch (family) {
	case NP_AS_CONV: /* unrolled; work/read */
		return product | (uint64_t)1 << 22 | (uint64_t)1 << 35;
	case NP_AS_FC:
		return product;
	case NP_AS_POOL: /* batch, read, written, reads, planes, read/written, traffic */
		return 0x143c1;
	default:
		return ALL;
	}
}
