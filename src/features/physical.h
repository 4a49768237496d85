/*
 * Physical features: work and traffic that a layer cannot avoid, each >= 0 and never falling as the batch grows, so that a
 * sum with non-negative coefficients is a runtime by construction. Beside them the shape quantities whose logarithms say
 * where a device departs from that sum. Names and computations lie together; feature_set.c makes sets of them.
 */
#ifndef NP_FEATURES_PHYSICAL_H
#define NP_FEATURES_PHYSICAL_H

#include <neuralpower/layer_config.h>

void np_physical_conv(const np_layer_config *config, double *physical, double *shape);
void np_physical_fc(const np_layer_config *config, double *physical, double *shape);
void np_physical_pool(const np_layer_config *config, double *physical, double *shape);
void np_physical_elementwise(const np_layer_config *config, double *physical, double *shape);
void np_physical_matmul(const np_layer_config *config, double *physical, double *shape);

/* Each opens with what every product of matrices has; "over" names count values beyond a size that a cache may hold. */
#define NP_PRODUCT_NAMES                                                                                                       \
	"launch", "batch_items", "work", "read", "written", "weights", "tiled16", "tiled64", "root_work_traffic", "work_or_2", \
	        "work_or_8", "work_or_32", "work_or_128", "traffic_over_2^16", "traffic_over_2^20", "traffic_over_2^24",       \
	        "weights_over_2^18", "weights_over_2^22"
enum { NP_PRODUCT_COUNT = 18 };

#define NP_PHYSICAL_CONV                                                                                                   \
	.physical_count = NP_PRODUCT_COUNT + 11,                                                                           \
	.physical = {NP_PRODUCT_NAMES, "unrolled",  "unrolled_strided", "work_1x1",     "work_3x3",     "work_large",      \
	             "work_strided",   "work_thin", "work_grouped",     "work_dilated", "winograd_3x3", "group_launches"}, \
	.shape_count = 8,                                                                                                  \
	.shape = {"batch", "out_positions", "filter_in_c", "out_c", "window", "stride_area", "groups", "intensity"}

#define NP_PHYSICAL_FC                                                                                           \
	.physical_count = NP_PRODUCT_COUNT + 1, .physical = {NP_PRODUCT_NAMES, "work_single"}, .shape_count = 4, \
	.shape = {"batch", "vector", "out_c", "intensity"}

#define NP_PHYSICAL_MATMUL                                                                    \
	.physical_count = NP_PRODUCT_COUNT, .physical = {NP_PRODUCT_NAMES}, .shape_count = 5, \
	.shape = {"batch", "rows", "inner", "columns", "intensity"}

#define NP_PHYSICAL_POOL                                                                                    \
	.physical_count = 14,                                                                               \
	.physical = {"launch",         "batch_items",    "planes",           "reads",       "read",         \
	             "written",        "reads_stride_1", "written_stride_1", "reads_or_4",  "rows_written", \
	             "read_over_2^16", "read_over_2^20", "read_over_2^24",   "written_wide"},               \
	.shape_count = 7, .shape = {"batch", "channels", "out_positions", "in_positions", "window", "stride_area", "overlap"}

#define NP_PHYSICAL_ELEMENTWISE                                                                        \
	.physical_count = 10, .physical = {"launch",           "batch_items",      "read",             \
	                                   "written",          "values_over_2^14", "values_over_2^16", \
	                                   "values_over_2^18", "values_over_2^20", "values_over_2^22", \
	                                   "values_over_2^24"},                                        \
	.shape_count = 2, .shape = {"batch", "values_per_item"}

#endif
