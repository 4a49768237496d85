/* Fuzz target: data sets, tables of measured networks, tables of predictions; packed or not. */
#include "fuzz_file.h"

static void check_rows(const np_dataset *dataset)
{
	const np_error none = {0};
	for (int i = 0; i < np_dataset_row_count(dataset); i++) {
		const np_row *row = np_dataset_row(dataset, i);
		const np_layer_config *c = &row->config;
		const int64_t sizes[] = {c->batch,    c->in_c,       c->in_h,       c->in_w,     c->out_c,
		                         c->out_h,    c->out_w,      c->kernel_h,   c->kernel_w, c->stride_h,
		                         c->stride_w, c->dilation_h, c->dilation_w, c->groups,   c->inputs};
		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
			if (sizes[k] < 1)
				broken("a size below 1", &none);
		for (int t = 0; t < NP_TARGET_COUNT; t++)
			if (row->has[t] && !(isfinite(row->value[t]) && row->value[t] > 0))
				broken("a measurement that is not above 0", &none);
		if (row->line < 2)
			broken("a row without a line", &none);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[64];
	int fd = open_input(data, size, text, sizeof text);
	const char *path = text;
	np_error err = {0};
	np_dataset *dataset;
	np_status status = np_dataset_load(&path, 1, NULL, &dataset, &err);
	if (status == NP_OK)
		check_rows(dataset);
	else
		check_error(status, &err);
	np_dataset_free(dataset);

	np_network_rows *rows;
	np_error_clear(&err);
	status = np_network_rows_load(path, NULL, &rows, &err);
	if (status != NP_OK)
		check_error(status, &err);
	np_network_rows_free(rows);

	np_evaluation *evaluation;
	np_error_clear(&err);
	status = np_evaluate_table(path, &evaluation, &err);
	if (status != NP_OK)
		check_error(status, &err);
	np_evaluation_free(evaluation);
	close(fd);
	return 0;
}
