/*
 * Physical features: work and traffic that a layer cannot avoid, each >= 0 and never falling as the batch grows, so that a
 * sum with non-negative coefficients is a runtime by construction. Computed in features_impl.h, in the order of the names;
 * feature_set.c makes sets of them.
 */
#ifndef NP_FEATURES_PHYSICAL_H
#define NP_FEATURES_PHYSICAL_H

#include <neuralpower/layer_config.h>

/*
 * What every product of matrices has. "tiled" work is done in whole square tiles; a "wave" is a number of tiles that run
 * at once, and only whole waves run; "over" counts values beyond a size that a cache may hold; "root" and "root34" are
 * the powers 1/2 and 3/4: what a device makes of work that does not fill it.
 */
#define NP_PRODUCT_NAMES                                                                                                 \
	"launch", "batch_items", "work", "read", "written", "weights", "inner", "tiled32", "tiled64", "tiled128",        \
	        "wave64_of_32", "wave16_of_64", "wave64_of_64", "wave16_of_128", "wave80_of_128", "root_work_traffic",   \
	        "root_work", "root34_work", "root_traffic", "root_weights", "root_read", "root_written", "work_or_2",    \
	        "work_or_8", "work_or_32", "work_or_128", "traffic_over_2^16", "traffic_over_2^18", "traffic_over_2^20", \
	        "traffic_over_2^22", "traffic_over_2^24", "traffic_over_2^26", "weights_over_2^16", "weights_over_2^18", \
	        "weights_over_2^20", "weights_over_2^22", "weights_over_2^24", "weights_over_2^26"
enum { NP_PRODUCT_COUNT = 38 };

#define NP_PHYSICAL_CONV                                                                                                    \
	.physical_count = NP_PRODUCT_COUNT + 21,                                                                            \
	.physical = {                                                                                                       \
	        NP_PRODUCT_NAMES,    "unrolled",     "unrolled_strided",   "work_1x1",       "work_3x3",     "work_5x5",    \
	        "work_large",        "work_strided", "work_thin",          "work_grouped",   "work_dilated", "written_1x1", \
	        "written_3x3",       "winograd2",    "winograd4",          "group_launches", "positions",    "channels8",   \
	        "channels8_stride1", "channels16",   "channels16_stride1", "read_used"}

#define NP_PHYSICAL_PRODUCT .physical_count = NP_PRODUCT_COUNT, .physical = {NP_PRODUCT_NAMES}

/*
 * Of a layer that reads each weight once: "from" counts all weights where there are as many, as they come from farther away;
 * "many" counts where a batch has many items, which libraries compute another way than one.
 */
#define NP_PHYSICAL_FC                                                                                                       \
	.physical_count = NP_PRODUCT_COUNT + 11,                                                                             \
	.physical = {NP_PRODUCT_NAMES,         "weights_from_2^18",      "weights_from_2^19",      "weights_from_2^20",      \
	             "weights_from_2^21",      "weights_from_2^22",      "weights_many",           "weights_many_from_2^18", \
	             "weights_many_from_2^19", "weights_many_from_2^20", "weights_many_from_2^21", "weights_many_from_2^22"}

/*
 * "_8": channels in whole vectors of eight; "pieces": of a row of outputs, so many at a time, and all but the first;
 * "ragged": of layers whose channels are not whole vectors; "at": outputs whose windows lie across the border.
 */
#define NP_PHYSICAL_POOL                                            \
	.physical_count = 45, .physical = {"launch",                \
	                                   "batch_items",           \
	                                   "planes",                \
	                                   "reads",                 \
	                                   "read",                  \
	                                   "written",               \
	                                   "rows_written",          \
	                                   "written_wide",          \
	                                   "reads_stride_1",        \
	                                   "written_stride_1",      \
	                                   "root_reads",            \
	                                   "root34_reads",          \
	                                   "root_read",             \
	                                   "root34_read",           \
	                                   "root_written",          \
	                                   "root34_written",        \
	                                   "reads_or_1",            \
	                                   "reads_or_4",            \
	                                   "reads_or_16",           \
	                                   "read_over_2^16",        \
	                                   "read_over_2^18",        \
	                                   "read_over_2^20",        \
	                                   "read_over_2^22",        \
	                                   "read_over_2^24",        \
	                                   "read_over_2^26",        \
	                                   "written_over_2^16",     \
	                                   "written_over_2^18",     \
	                                   "written_over_2^20",     \
	                                   "written_over_2^22",     \
	                                   "written_over_2^24",     \
	                                   "written_over_2^26",     \
	                                   "reads_8",               \
	                                   "read_8",                \
	                                   "written_8",             \
	                                   "rows_8",                \
	                                   "pieces4",               \
	                                   "more_pieces4",          \
	                                   "pieces8",               \
	                                   "more_pieces8",          \
	                                   "reads_ragged",          \
	                                   "read_ragged",           \
	                                   "written_ragged",        \
	                                   "written_at_border",     \
	                                   "written_at_left_right", \
	                                   "written_at_top_bottom"}

#define NP_PHYSICAL_ELEMENTWISE                                                                        \
	.physical_count = 22, .physical = {"launch",           "batch_items",      "read",             \
	                                   "written",          "root_read",        "root34_read",      \
	                                   "values_over_2^12", "values_over_2^13", "values_over_2^14", \
	                                   "values_over_2^15", "values_over_2^16", "values_over_2^17", \
	                                   "values_over_2^18", "values_over_2^19", "values_over_2^20", \
	                                   "values_over_2^21", "values_over_2^22", "values_over_2^23", \
	                                   "values_over_2^24", "values_over_2^25", "values_over_2^26", \
	                                   "values_over_2^27"}

#endif
