/*
 * Shape features: how large a layer is on each scale that matters, mostly as binary logarithms, and how well it fits
 * tiles and vectors. Where a device departs from a sum of physical features, it is by these. Computed in features_impl.h, in
 * the order of the names; feature_set.c makes sets of them, `shape_logged` with a bit for each that is a logarithm.
 */
#ifndef NP_FEATURES_SHAPE_H
#define NP_FEATURES_SHAPE_H

#include <neuralpower/layer_config.h>

/* log2 to within 2 units in the last place, with the same bits on every machine; 0 where undefined. */
double np_log2(double value);
/* The same of many, quicker. */
void np_log2_each(const double *values, double *logs, int count);

/*
 * "pad128" is log2 of the work in whole tiles over the work; "twos" is how often 2 divides a size, which is what decides
 * on aligned loads.
 */
#define NP_PRODUCT_SHAPE                                                                                               \
	"log2(batch)", "log2(filter_in_c)", "log2(filter_out_c)", "log2(work)", "log2(traffic)", "log2(work/traffic)", \
	        "log2(rows)", "log2(inner)", "log2(weights)", "log2(read)", "log2(written)", "twos(filter_in_c)",      \
	        "twos(filter_out_c)", "twos(rows)", "pad32", "pad64", "pad128", "pad32(columns)", "pad32(inner)",      \
	        "log2(tiles128)", "log2(rows*out_c)", "log2(in_c/out_c)"
enum { NP_PRODUCT_SHAPES = 22 };

/* The first `n` of 64 bits. All product shapes are logarithms but the three that begin with "twos". */
#define NP_FIRST_BITS(n) (((uint64_t)1 << (n)) - 1)
#define NP_PRODUCT_LOGGED (NP_FIRST_BITS(NP_PRODUCT_SHAPES) & ~((uint64_t)7 << 11))
#define NP_CONV_LOGGED (NP_FIRST_BITS(NP_PRODUCT_SHAPES + 17) & ~((uint64_t)7 << 11))

/* Positions of the quantities that power models set against time. */
enum { NP_AT_WORK = 3, NP_AT_TRAFFIC = 4, NP_AT_WEIGHTS = 8, NP_AT_READ = 9, NP_AT_WRITTEN = 10, NP_AT_PAD128 = 16 };
enum { NP_AT_UNROLLED = NP_PRODUCT_SHAPES };

#define NP_PRODUCT_RATES                                                                                    \
	{"log2(work/runtime)", NP_AT_WORK, -1}, {"log2(read/runtime)", NP_AT_READ, -1},                     \
	        {"log2(written/runtime)", NP_AT_WRITTEN, -1}, {"log2(weights/runtime)", NP_AT_WEIGHTS, -1}, \
	        {"log2(traffic/runtime)", NP_AT_TRAFFIC, -1},                                               \
	{                                                                                                   \
		"log2(tiled128/runtime)", NP_AT_WORK, NP_AT_PAD128                                          \
	}

#define NP_SHAPE_CONV                                                          \
	.shape_count = NP_PRODUCT_SHAPES + 23, .shape_logged = NP_CONV_LOGGED, \
	.shape = {NP_PRODUCT_SHAPE,                                            \
	          "log2(unrolled)",                                            \
	          "pad8(filter_in_c)",                                         \
	          "pad8(filter_out_c)",                                        \
	          "pad16(filter_in_c)",                                        \
	          "pad16(filter_out_c)",                                       \
	          "log2(out_h*out_w)",                                         \
	          "log2(kernel_h*kernel_w)",                                   \
	          "log2(stride_h*stride_w)",                                   \
	          "log2(groups)",                                              \
	          "log2(in_h*in_w)",                                           \
	          "log2(input_per_item)",                                      \
	          "log2(in_c*out_c)",                                          \
	          "log2(output_per_item)",                                     \
	          "log2(work/read)",                                           \
	          "log2(filter_in_c*kernel_h)",                                \
	          "log2(kernel_h/stride_h)",                                   \
	          "log2(used_share)",                                          \
	          "pad_h",                                                     \
	          "dilation_h",                                                \
	          "pad4(out_h*out_w)",                                         \
	          "twos(out_w)",                                               \
	          "twos(in_w)",                                                \
	          "is_3x3"},                                                   \
	.rate_count = 7, .rate = {NP_PRODUCT_RATES, {"log2(unrolled/runtime)", NP_AT_UNROLLED, -1}}

#define NP_SHAPE_PRODUCT                                                                                                   \
	.shape_count = NP_PRODUCT_SHAPES, .shape_logged = NP_PRODUCT_LOGGED, .shape = {NP_PRODUCT_SHAPE}, .rate_count = 6, \
	.rate = {NP_PRODUCT_RATES}

#define NP_SHAPE_POOL                                         \
	.shape_count = 22, .shape_logged = NP_FIRST_BITS(17), \
	.shape = {"log2(batch)",                              \
	          "log2(channels)",                           \
	          "log2(in_h*in_w)",                          \
	          "log2(out_h*out_w)",                        \
	          "log2(kernel_h*kernel_w)",                  \
	          "log2(stride_h*stride_w)",                  \
	          "log2(read)",                               \
	          "log2(written)",                            \
	          "log2(reads)",                              \
	          "log2(planes)",                             \
	          "log2(input_per_item)",                     \
	          "log2(output_per_item)",                    \
	          "log2(in_w)",                               \
	          "log2(kernel_h/stride_h)",                  \
	          "log2(read/written)",                       \
	          "log2(out_w)",                              \
	          "log2(traffic)",                            \
	          "pad_h",                                    \
	          "kernel_h",                                 \
	          "stride_h",                                 \
	          "dilation_h",                               \
	          "twos(channels)"},                          \
	.rate_count = 4,                                      \
	.rate = {{"log2(reads/runtime)", 8, -1},              \
	         {"log2(read/runtime)", 6, -1},               \
	         {"log2(written/runtime)", 7, -1},            \
	         {"log2(traffic/runtime)", 16, -1}}

#define NP_SHAPE_ELEMENTWISE                                                                                                 \
	.shape_count = 3, .shape_logged = NP_FIRST_BITS(3), .shape = {"log2(batch)", "log2(read)", "log2(values_per_item)"}, \
	.rate_count = 1, .rate = {{"log2(read/runtime)", 1, -1}}

#endif
