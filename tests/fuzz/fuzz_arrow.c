/*
 * Fuzz target: record batches. The input's lines are the rows of a utf8 column; then its first bytes are the views of a
 * utf8_view column, whatever they say, and the rest is the text they point into. Every row is a prediction or an error; a
 * column that contradicts itself is refused.
 */
#include "fuzz_file.h"

#include <string.h>

enum { MOST_ROWS = 64, VIEW = 16 };

static void release_array(struct ArrowArray *array)
{
	array->release = NULL;
}

static void release_schema(struct ArrowSchema *schema)
{
	schema->release = NULL;
}

static bool is_set(const struct ArrowArray *column, int64_t row)
{
	return ((const uint8_t *)column->buffers[0])[row / 8] >> row % 8 & 1;
}

static void check_results(const struct ArrowArray *results, int64_t rows)
{
	const struct ArrowArray *runtime = results->children[0], *errors = results->children[results->n_children - 1];
	const int32_t *offsets = errors->buffers[1];
	np_error none = {0};
	int64_t bad = 0;
	if (results->length != rows || offsets[0] != 0)
		broken("the results are not those of the batch", &none);
	for (int64_t i = 0; i < rows; i++) {
		double value = ((const double *)runtime->buffers[1])[i];
		if (is_set(runtime, i) == is_set(errors, i) || (is_set(runtime, i) && !(value >= 0)))
			broken("a row is neither predicted nor in error", &none);
		if (is_set(errors, i) != (offsets[i + 1] > offsets[i]))
			broken("an error without words", &none);
		bad += is_set(errors, i);
	}
	if (runtime->null_count != bad || errors->null_count != rows - bad)
		broken("the nulls are counted wrong", &none);
}

static void score(np_predictor *predictor, const char *format, int64_t rows, const void **buffers, int64_t count)
{
	struct ArrowSchema schema = {.format = format, .name = "network", .release = release_schema};
	struct ArrowArray column = {.length = rows, .n_buffers = count, .buffers = buffers, .release = release_array};
	struct ArrowArray results;
	np_error err = {0};
	np_status status = np_arrow_score(predictor, &schema, &column, NULL, &results, &err);
	if (status != NP_OK && (status != NP_ERR_DATA || err.status != status || !err.message[0] || results.release))
		broken("a failure without an error", &err);
	if (status != NP_OK)
		return;
	check_results(&results, rows);
	results.release(&results);
}

static void score_lines(np_predictor *predictor, const uint8_t *data, size_t size)
{
	int32_t offsets[MOST_ROWS + 1] = {0};
	int64_t rows = 0;
	for (size_t i = 0; i < size && rows < MOST_ROWS; i++)
		if (data[i] == '\n' || i + 1 == size)
			offsets[++rows] = (int32_t)i + 1;
	const void *buffers[] = {NULL, offsets, data};
	score(predictor, "u", rows, buffers, 3);
}

static void score_views(np_predictor *predictor, const uint8_t *data, size_t size)
{
	int64_t rows = (int64_t)(size / VIEW < MOST_ROWS ? size / VIEW / 2 : MOST_ROWS);
	size_t used = (size_t)rows * VIEW;
	int64_t sizes[] = {(int64_t)(size - used) / 2, (int64_t)(size - used)};
	void *views = malloc(used + !used);
	memcpy(views, data, used);
	const void *buffers[] = {NULL, views, data + used, data + used, sizes};
	score(predictor, "vu", rows, buffers, 5);
	free(views);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static np_platform *platform; /* loaded once: learning what an input does is what counts */
	static np_predictor *predictor;
	np_error err = {0};
	char path[1024];
	snprintf(path, sizeof path, "%s/platforms/jetson-pytorch.json", getenv("NP_SOURCE") ? getenv("NP_SOURCE") : ".");
	if (!platform &&
	    (np_platform_load(path, &platform, &err) != NP_OK || np_predictor_create(platform, 256, &predictor, &err) != NP_OK))
		broken("no platform", &err);
	score_lines(predictor, data, size);
	score_views(predictor, data, size);
	return 0;
}
