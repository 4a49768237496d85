/*
 * Record batches: every layout of texts, slices, nulls, rows that cannot be read, batches that contradict themselves, and
 * results that are given back in whichever order. What is predicted is what a stream of the same networks predicts.
 */
#include "test_support.h"

#include <unistd.h>

#define RELU(channels) "{\"schema\":\"neuralpower/network/1\",\"input\":[2," #channels ",8,8],\"layers\":[{\"type\":\"relu\"}]}"
#define CONV \
	"{\"schema\":\"neuralpower/network/1\",\"input\":[4,3,8,8],\"layers\":[{\"type\":\"conv\",\"out\":5,\"kernel\":3}]}"
#define WRONG "{\"schema\":\"neuralpower/network/1\",\"input\":[1,3,8,8],\"layers\":[{\"type\":\"gelu\"}]}"

enum { MOST_ROWS = 16, TEXTS = 4096 };

/* ---- batches by hand ---- */

static void release_array(struct ArrowArray *array)
{
	array->release = NULL;
}

static void release_schema(struct ArrowSchema *schema)
{
	schema->release = NULL;
}

/* A batch of two columns, a number that nobody asks for and the texts, in memory of just the size, so that reading beyond is
 * seen. */
typedef struct batch {
	struct ArrowSchema schema, columns[2], *column_list[2];
	struct ArrowArray array, arrays[2], *array_list[2];
	const void *outer_buffers[1], *number_buffers[2], *buffers[5];
	void *owned[5];
	uint8_t outer_valid[MOST_ROWS / 8];
} batch;

static void *exactly(const void *data, size_t size)
{
	void *copy = malloc(size + !size);
	memcpy(copy, data, size);
	return copy;
}

static void fill_offsets(batch *b, const char *const *texts, int rows, bool large)
{
	int64_t offsets[MOST_ROWS + 1] = {3}; /* the first text need not begin at 0 */
	int32_t small[MOST_ROWS + 1] = {3};
	char data[TEXTS] = "abc";
	for (int i = 0; i < rows; i++) {
		size_t size = texts[i] ? strlen(texts[i]) : 0;
		memcpy(data + offsets[i], texts[i] ? texts[i] : "", size);
		offsets[i + 1] = offsets[i] + (int64_t)size;
		small[i + 1] = (int32_t)offsets[i + 1];
	}
	b->owned[1] = large ? exactly(offsets, sizeof *offsets * (size_t)(rows + 1))
	                    : exactly(small, sizeof *small * (size_t)(rows + 1));
	b->owned[2] = exactly(data, (size_t)offsets[rows]);
	b->arrays[1].n_buffers = 3;
}

/* Long texts go into two buffers by turns, short ones lie in the view itself. */
static void fill_views(batch *b, const char *const *texts, int rows)
{
	int32_t views[4 * MOST_ROWS] = {0};
	int64_t sizes[2] = {0};
	char data[2][TEXTS];
	for (int i = 0; i < rows; i++) {
		size_t size = texts[i] ? strlen(texts[i]) : 0;
		int32_t *view = views + 4 * i, to = i % 2;
		view[0] = (int32_t)size;
		memcpy(view + 1, texts[i] ? texts[i] : "", size <= 12 ? size : 4);
		if (size <= 12)
			continue;
		view[2] = to;
		view[3] = (int32_t)sizes[to];
		memcpy(data[to] + sizes[to], texts[i], size);
		sizes[to] += (int64_t)size;
	}
	b->owned[1] = exactly(views, sizeof *views * 4 * (size_t)rows);
	b->owned[2] = exactly(data[0], (size_t)sizes[0]);
	b->owned[3] = exactly(data[1], (size_t)sizes[1]);
	b->owned[4] = exactly(sizes, sizeof sizes);
	b->arrays[1].n_buffers = 5;
}

static batch *make_batch(const char *format, const char *const *texts, int rows)
{
	static const double NUMBERS[MOST_ROWS] = {0};
	batch *b = calloc(1, sizeof *b);
	uint8_t valid[MOST_ROWS / 8] = {0};
	if (format[0] == 'v')
		fill_views(b, texts, rows);
	else
		fill_offsets(b, texts, rows, format[0] == 'U' || format[0] == 'Z');
	for (int i = 0; i < rows; i++) {
		valid[i / 8] |= (uint8_t)((texts[i] != NULL) << i % 8);
		b->arrays[1].null_count += !texts[i];
	}
	b->owned[0] = exactly(valid, sizeof valid);
	for (int i = 0; i < 5; i++)
		b->buffers[i] = b->owned[i];
	b->number_buffers[1] = NUMBERS;
	b->columns[0] = (struct ArrowSchema){.format = "g", .name = "id", .release = release_schema};
	b->columns[1] = (struct ArrowSchema){.format = format, .name = "network", .release = release_schema};
	b->arrays[0] =
	        (struct ArrowArray){.length = rows, .n_buffers = 2, .buffers = b->number_buffers, .release = release_array};
	b->arrays[1].length = rows;
	b->arrays[1].buffers = b->buffers;
	b->arrays[1].release = release_array;
	for (int i = 0; i < 2; i++) {
		b->column_list[i] = &b->columns[i];
		b->array_list[i] = &b->arrays[i];
	}
	b->schema = (struct ArrowSchema){
	        .format = "+s", .name = "", .n_children = 2, .children = b->column_list, .release = release_schema};
	b->array = (struct ArrowArray){.length = rows,
	                               .n_buffers = 1,
	                               .n_children = 2,
	                               .buffers = b->outer_buffers,
	                               .children = b->array_list,
	                               .release = release_array};
	return b;
}

static void free_batch(batch *b)
{
	for (int i = 0; i < 5; i++)
		free(b->owned[i]);
	free(b);
}

/* ---- results ---- */

static np_platform *platform;
static np_predictor *predictor;

static int set_up(void **state)
{
	(void)state;
	char path[1024];
	np_error err = {0};
	assert_ok(np_platform_load(source_path("platforms/xeon-5120-pytorch.json", path, sizeof path), &platform, &err), &err);
	assert_ok(np_predictor_create(platform, 0, &predictor, &err), &err);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	np_predictor_free(predictor);
	np_platform_free(platform);
	return 0;
}

static struct ArrowArray score(const batch *b, const np_arrow_options *options)
{
	np_error err = {0};
	struct ArrowArray results;
	assert_ok(np_arrow_score(predictor, &b->schema, &b->array, options, &results, &err), &err);
	assert_non_null(results.release);
	assert_int_equal(results.n_children, 16);
	assert_int_equal(results.null_count, 0);
	for (int i = 0; i < 16; i++) {
		assert_int_equal(results.children[i]->length, results.length);
		assert_int_equal(results.children[i]->offset, 0);
	}
	return results;
}

static int find_column(const char *name)
{
	np_error err = {0};
	struct ArrowSchema schema;
	int found = -1;
	assert_ok(np_arrow_result_schema(&schema, &err), &err);
	for (int i = 0; i < schema.n_children; i++)
		if (strcmp(schema.children[i]->name, name) == 0)
			found = i;
	schema.release(&schema);
	assert_true(found >= 0);
	return found;
}

static bool is_valid(const struct ArrowArray *results, int column, int64_t row)
{
	const uint8_t *bits = results->children[column]->buffers[0];
	return bits[row / 8] >> row % 8 & 1;
}

static double number_at(const struct ArrowArray *results, const char *name, int64_t row)
{
	int column = find_column(name);
	assert_true(is_valid(results, column, row));
	return ((const double *)results->children[column]->buffers[1])[row];
}

static void expect_error(const struct ArrowArray *results, int64_t row, const char *text)
{
	int column = find_column("error");
	const int32_t *offsets = results->children[column]->buffers[1];
	const char *data = results->children[column]->buffers[2];
	char found[1024];
	assert_true(is_valid(results, column, row));
	snprintf(found, sizeof found, "%.*s", (int)(offsets[row + 1] - offsets[row]), data + offsets[row]);
	assert_string_equal(found, text);
	for (int i = 0; i < column; i++)
		assert_false(is_valid(results, i, row));
}

/* What np_predict() says of the network by itself. */
static np_prediction *predict_alone(const char *text, int64_t items, np_network **network)
{
	np_error err = {0};
	np_prediction *p;
	const np_load_options options = {.batch = items};
	assert_ok(np_network_load_memory(text, strlen(text), "x", &options, network, &err), &err);
	assert_ok(np_predict(*network, platform, &p, &err), &err);
	return p;
}

static void expect_quantity(const struct ArrowArray *results, const char *name, int64_t row, np_value value)
{
	char low[64], high[64];
	snprintf(low, sizeof low, "%s_low", name);
	snprintf(high, sizeof high, "%s_high", name);
	assert_true(value.has && number_at(results, name, row) == value.value);
	assert_int_equal(is_valid(results, find_column(low), row), value.has_interval);
	if (value.has_interval)
		assert_true(number_at(results, low, row) == value.low && number_at(results, high, row) == value.high);
}

static void expect_prediction(const struct ArrowArray *results, int64_t row, const char *text, int64_t items)
{
	np_network *network;
	np_prediction *p = predict_alone(text, items, &network);
	expect_quantity(results, "runtime_ms", row, p->runtime_ms);
	expect_quantity(results, "power_w", row, p->power_w);
	expect_quantity(results, "energy_mj", row, p->energy_mj);
	expect_quantity(results, "energy_per_item_mj", row, p->energy_per_item_mj);
	assert_true(number_at(results, "items_per_s", row) == p->items_per_s);
	assert_true(number_at(results, "runtime_coverage", row) == p->runtime_coverage);
	assert_true(number_at(results, "energy_coverage", row) == p->energy_coverage);
	assert_false(is_valid(results, find_column("error"), row));
	np_prediction_free(p);
	np_network_free(network);
}

/* ---- what is read ---- */

static const char *const ROWS[] = {RELU(3), CONV, NULL, WRONG, "", "{}", RELU(17), CONV " x", "\xff", CONV};
enum { ROW_COUNT = sizeof ROWS / sizeof *ROWS };

static const char *const ERRORS[ROW_COUNT] = {
        [2] = "network: the row is null",
        [3] = "network:1:71: 'gelu' is no type of layers",
        [4] = "network:1:1: the text ends here, a network, an object {...}, was expected",
        [5] = "network:1:1: the network has no 'schema'",
        [7] = "network:1:100: the end of the network was expected",
        [8] = "network:1:1: a network, an object {...}, was expected",
};

static void expect_row(const struct ArrowArray *results, int at, int row)
{
	if (ERRORS[row])
		expect_error(results, at, ERRORS[row]);
	else
		expect_prediction(results, at, ROWS[row], 0);
}

static const char *const FORMATS[] = {"u", "U", "vu", "z", "Z", "vz"};
enum { FORMAT_COUNT = sizeof FORMATS / sizeof *FORMATS };

static void every_layout_is_read_and_a_bad_row_stays_alone(void **state)
{
	(void)state;
	for (int f = 0; f < FORMAT_COUNT; f++) {
		batch *b = make_batch(FORMATS[f], ROWS, ROW_COUNT);
		struct ArrowArray results = score(b, NULL);
		assert_int_equal(results.length, ROW_COUNT);
		assert_int_equal(results.children[0]->null_count, 6);
		assert_int_equal(results.children[15]->null_count, 4);
		for (int i = 0; i < ROW_COUNT; i++)
			expect_row(&results, i, i);
		results.release(&results);
		assert_non_null(b->array.release); /* borrowed, not taken */
		free_batch(b);
	}
}

/* A batch that begins at row 2 of columns that begin at row 1 of their buffers. */
static void slices_begin_where_they_say(void **state)
{
	(void)state;
	for (int f = 0; f < FORMAT_COUNT; f++) {
		batch *b = make_batch(FORMATS[f], ROWS, ROW_COUNT);
		b->arrays[1].offset = 1;
		b->arrays[1].length = ROW_COUNT - 1;
		b->array.offset = 2;
		b->array.length = 7;
		b->array.null_count = 2;
		b->outer_valid[0] = (uint8_t) ~(1 << 5); /* rows 5 and 8 of the batch are null whatever the column holds */
		b->outer_valid[1] = (uint8_t) ~(1 << 0);
		b->outer_buffers[0] = b->outer_valid;
		struct ArrowArray results = score(b, NULL);
		assert_int_equal(results.length, 7);
		for (int i = 0; i < 7; i++) {
			if (i + 2 == 5 || i + 2 == 8)
				expect_error(&results, i, "network: the row is null");
			else
				expect_row(&results, i, i + 3);
		}
		results.release(&results);
		free_batch(b);
	}
}

static void a_column_by_itself_and_another_batch(void **state)
{
	(void)state;
	static const char *const TWO[] = {CONV, RELU(9)};
	const np_arrow_options options = {.column = "net", .batch = 32};
	batch *b = make_batch("u", TWO, 2);
	b->columns[1].name = "net";
	struct ArrowArray results = score(b, &options);
	expect_prediction(&results, 0, CONV, 32);
	expect_prediction(&results, 1, RELU(9), 32);
	results.release(&results);
	b->schema = b->columns[1];
	b->array = b->arrays[1];
	results = score(b, &options);
	expect_prediction(&results, 1, RELU(9), 32);
	results.release(&results);
	free_batch(b);
}

static void empty_batches_have_empty_results(void **state)
{
	(void)state;
	for (int f = 0; f < FORMAT_COUNT; f++) {
		batch *b = make_batch(FORMATS[f], ROWS, 0);
		struct ArrowArray results = score(b, NULL);
		assert_int_equal(results.length, 0);
		results.release(&results);
		for (int i = 0; i < 5; i++) /* an array without rows may have no buffers at all */
			b->buffers[i] = NULL;
		results = score(b, NULL);
		assert_int_equal(results.length, 0);
		results.release(&results);
		free_batch(b);
	}
}

static void a_text_that_is_too_long_is_one_bad_row(void **state)
{
	(void)state;
	int32_t offsets[] = {0, 1 << 21, (1 << 21) + (int32_t)sizeof RELU(3) - 1};
	char *data = malloc((size_t)offsets[2]);
	memset(data, ' ', (size_t)offsets[1]);
	memcpy(data + offsets[1], RELU(3), sizeof RELU(3) - 1);
	batch *b = make_batch("u", ROWS, 2);
	b->buffers[1] = offsets;
	b->buffers[2] = data;
	struct ArrowArray results = score(b, NULL);
	expect_error(&results, 0, "network: the network has more than 1048576 bytes");
	expect_prediction(&results, 1, RELU(3), 0);
	results.release(&results);
	free_batch(b);
	free(data);
}

/* A consumer may take columns away, as the interface allows, and give all back in any order. */
static void columns_outlive_their_batch(void **state)
{
	(void)state;
	batch *b = make_batch("u", ROWS, 3);
	struct ArrowArray results = score(b, NULL), taken[2];
	double runtime = number_at(&results, "runtime_ms", 1);
	taken[0] = *results.children[0];
	results.children[0]->release = NULL;
	taken[1] = *results.children[15];
	results.children[15]->release = NULL;
	results.release(&results);
	assert_null(results.release);
	free_batch(b);
	assert_true(((const double *)taken[0].buffers[1])[1] == runtime);
	assert_int_equal(((const int32_t *)taken[1].buffers[1])[3], strlen(ERRORS[2]));
	taken[0].release(&taken[0]);
	taken[1].release(&taken[1]);
	np_error err = {0};
	struct ArrowSchema schema, column;
	assert_ok(np_arrow_result_schema(&schema, &err), &err);
	column = *schema.children[1];
	schema.children[1]->release = NULL;
	schema.release(&schema);
	assert_string_equal(column.name, "runtime_ms_low");
	assert_string_equal(column.format, "g");
	assert_int_equal(column.flags, ARROW_FLAG_NULLABLE);
	column.release(&column);
	assert_null(column.release);
}

/* Without power there is none in the results, and no share of it. */
static void what_a_platform_does_not_know_is_null(void **state)
{
	(void)state;
	static const char *const ROW[] = {CONV};
	static const char *const NULLS[] = {"power_w", "energy_mj_low", "energy_per_item_mj", "energy_coverage", "error"};
	static const char ROW_TEXT[] = "layer_type,batch,in_c,in_h,in_w,out_c,kernel_h,kernel_w,runtime_ms\n";
	char file_name[] = "/tmp/test_arrow_XXXXXX";
	const char *path = file_name;
	np_error err = {0};
	np_dataset *rows;
	np_platform *other;
	np_predictor *p;
	FILE *file = fdopen(mkstemp(file_name), "w");
	fputs(ROW_TEXT, file);
	for (int i = 1; i <= 40; i++)
		fprintf(file, "conv,1,%d,8,8,%d,3,3,%g\n", i, 2 * i, 0.1 * i * i + 1);
	fclose(file);
	assert_ok(np_dataset_load(&path, 1, NULL, &rows, &err), &err);
	assert_ok(np_platform_fit(rows, NULL, &other, &err), &err);
	assert_ok(np_predictor_create(other, 0, &p, &err), &err);
	unlink(path);
	batch *b = make_batch("u", ROW, 1);
	struct ArrowArray results;
	assert_ok(np_arrow_score(p, &b->schema, &b->array, NULL, &results, &err), &err);
	assert_true(number_at(&results, "runtime_ms", 0) > 0);
	for (size_t i = 0; i < sizeof NULLS / sizeof *NULLS; i++)
		assert_false(is_valid(&results, find_column(NULLS[i]), 0));
	results.release(&results);
	free_batch(b);
	np_predictor_free(p);
	np_platform_free(other);
	np_dataset_free(rows);
}

/* ---- what is refused ---- */

static struct ArrowSchema a_dictionary;

static void no_release(batch *b)
{
	b->array.release = NULL;
}
static void no_schema(batch *b)
{
	b->schema.release = NULL;
}
static void other_name(batch *b)
{
	b->columns[1].name = "text";
}
static void no_columns(batch *b)
{
	b->schema.n_children = b->array.n_children = 0;
}
static void other_count(batch *b)
{
	b->array.n_children = 1;
}
static void twice(batch *b)
{
	b->columns[0].name = "network";
}
static void a_number(batch *b)
{
	b->columns[1].format = "l";
}
static void encoded(batch *b)
{
	b->columns[1].format = "u";
	b->columns[1].dictionary = &a_dictionary;
}
static void few_rows(batch *b)
{
	b->array.offset = 2;
}
static void negative(batch *b)
{
	b->array.offset = -1;
}
static void very_many(batch *b)
{
	b->arrays[1].offset = INT64_MAX - 1;
}
static void few_buffers(batch *b)
{
	b->arrays[1].n_buffers = 2;
}
static void no_offsets(batch *b)
{
	b->buffers[1] = NULL;
}
static void backwards(batch *b)
{
	((int32_t *)b->owned[1])[1] = 2;
}
static void below_zero(batch *b)
{
	((int32_t *)b->owned[1])[0] = -1;
}
static void no_data(batch *b)
{
	b->buffers[2] = NULL;
}
static void view_size(batch *b)
{
	((int32_t *)b->owned[1])[0] = -5;
}
static void view_buffer(batch *b)
{
	((int32_t *)b->owned[1])[2] = 2;
}
static void view_offset(batch *b)
{
	((int32_t *)b->owned[1])[3] = 1;
}
static void view_sizes(batch *b)
{
	b->buffers[4] = NULL;
}

static const struct {
	const char *format;
	void (*spoil)(batch *b);
	const char *message;
} BAD[] = {
        {"u", no_release, "the batch was released before"},
        {"u", no_schema, "the schema was released before"},
        {"u", other_name, "the batch has no column 'network'; it has 'id', 'text'"},
        {"u", no_columns, "the batch has no column 'network'; it has none"},
        {"u", other_count, "the batch has 1 columns, its schema 2"},
        {"u", twice, "two columns of the batch are called 'network'"},
        {"u", a_number, "column 'network' is of the Arrow type 'l'; utf8, large_utf8, utf8_view or binary was expected"},
        {"u", encoded,
         "column 'network' is of the Arrow type 'u' with a dictionary; utf8, large_utf8, utf8_view or binary was expected"},
        {"u", few_rows, "column 'network' has 2 rows, the batch 2 from row 2 on"},
        {"u", negative, "the batch has 2 rows from row -1 on, which no array can have"},
        {"u", very_many, "column 'network' has 2 rows from row 9223372036854775806 on, which no array can have"},
        {"u", few_buffers, "column 'network' has 2 buffers, 3 were expected"},
        {"u", no_offsets, "column 'network' has rows but not the buffer that says where they lie"},
        {"u", backwards, "row 0 of the batch has a text that lies outside of its column"},
        {"u", below_zero, "row 0 of the batch has a text that lies outside of its column"},
        {"u", no_data, "row 0 of the batch has a text that lies outside of its column"},
        {"vu", view_size, "row 0 of the batch has a text that lies outside of its column"},
        {"vu", view_buffer, "row 0 of the batch has a text that lies outside of its column"},
        {"vu", view_offset, "row 0 of the batch has a text that lies outside of its column"},
        {"vu", view_sizes, "column 'network' has rows but not the buffer that says where they lie"},
};

static void batches_that_contradict_themselves_are_refused(void **state)
{
	(void)state;
	static const char *const TWO[] = {CONV, RELU(9)};
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		batch *b = make_batch(BAD[i].format, TWO, 2);
		struct ArrowArray results;
		np_error err = {0};
		BAD[i].spoil(b);
		assert_int_equal(np_arrow_score(predictor, &b->schema, &b->array, NULL, &results, &err), NP_ERR_DATA);
		assert_string_equal(err.message, BAD[i].message);
		assert_null(results.release);
		free_batch(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_layout_is_read_and_a_bad_row_stays_alone),
	        cmocka_unit_test(slices_begin_where_they_say),
	        cmocka_unit_test(a_column_by_itself_and_another_batch),
	        cmocka_unit_test(empty_batches_have_empty_results),
	        cmocka_unit_test(a_text_that_is_too_long_is_one_bad_row),
	        cmocka_unit_test(columns_outlive_their_batch),
	        cmocka_unit_test(what_a_platform_does_not_know_is_null),
	        cmocka_unit_test(batches_that_contradict_themselves_are_refused),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
