/* One row of a layers file: as written, and as a checked configuration. */
#ifndef NP_DATASET_ROW_H
#define NP_DATASET_ROW_H

#include <neuralpower/dataset.h>

#include "dataset/columns.h"

/* The columns, as written: NP_BLANK, NAN and "" where nothing stands. */
typedef struct np_raw_row {
	const char *layer_type, *device, *software, *dtype, *network, *run, *flags;
	int64_t batch, in_c, in_h, in_w, out_c, out_h, out_w;
	int64_t kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups, inputs, pass;
	double value[NP_TARGET_COUNT];
} np_raw_row;

extern const np_field NP_ROW_FIELDS[];
extern const int NP_ROW_FIELD_COUNT;

/* Checks a row and completes what it leaves open; false with the reason in `reason`. Leaves network, run, file, line alone. */
bool np_row_check(const np_raw_row *raw, np_row *row, char *reason, size_t size);

/* The part of it that is about the layer, whatever was measured. */
bool np_row_check_config(const np_raw_row *raw, np_layer_config *config, char *reason, size_t size);
/* The same; `*field` is the column at fault, NULL when there is none. */
bool np_row_check_config_field(const np_raw_row *raw, np_layer_config *config, const char **field, char *reason, size_t size);

/* Finds a kind by its name or another name in use. `*depthwise`: the name says that every channel is a group. */
bool np_row_find_kind(const char *name, np_kind *kind, bool *depthwise);
/* How many activation operands a layer has when nothing says so. */
int64_t np_row_usual_inputs(np_kind kind);

/* An order of configurations, any: 0 means the same. */
int np_config_order(const np_layer_config *a, const np_layer_config *b);

#endif
