/*
 * Networks as JSON lines: what they mean, what is refused and where, streams that go on behind a bad line, and the spaces,
 * whose two forms must be one network.
 */
#include "test_support.h"

#include <unistd.h>

#define HEAD "{\"schema\":\"neuralpower/network/1\",\"input\":[2,4,8,8],\"layers\":["

static np_status load(const char *text, np_network **network, np_error *err)
{
	return np_network_load_memory(text, strlen(text), "net.jsonl", NULL, network, err);
}

static void expect_dims(const np_network *network, int layer, int rank, const int64_t *dims)
{
	np_shape shape = np_network_tensor(network, np_network_layer(network, layer)->outputs[0])->shape;
	assert_int_equal(shape.rank, rank);
	for (int i = 0; i < rank; i++)
		assert_int_equal(shape.dims[i], dims[i]);
}

/* ---- what it means ---- */

static void layers_are_what_their_keys_say(void **state)
{
	(void)state;
	np_error err = {0};
	np_network *n;
	assert_ok(load(HEAD "{\"type\":\"conv\",\"name\":\"a\",\"out\":6,\"kernel\":[3,1],\"stride\":[1,2],\"pad\":[1,0,0,1],"
	                    "\"groups\":2},"
	                    "{\"type\":\"relu\"},{\"type\":\"maxpool\",\"kernel\":2,\"stride\":2,\"ceil\":true},"
	                    "{\"type\":\"fc\",\"out\":5,\"bias\":false,\"name\":\"f\"},"
	                    "{\"type\":\"conv\",\"out\":4,\"kernel\":3,\"pad\":\"same\",\"input\":\"data\",\"name\":\"s\"},"
	                    "{\"type\":\"eltwise\",\"input\":[\"s\",\"data\"]},"
	                    "{\"type\":\"concat\",\"input\":[\"eltwise5\",\"data\",\"s\"]},"
	                    "{\"type\":\"globalavgpool\"},{\"type\":\"reshape\",\"shape\":[2,12]},{\"type\":\"softmax\"}],"
	                    "\"name\":\"n\\u00e9t \\ud83d\\ude00\"}",
	               &n, &err),
	          &err);
	assert_string_equal(np_network_format(n), "json");
	assert_string_equal(np_network_name(n), "n\xc3\xa9t \xf0\x9f\x98\x80");
	assert_int_equal(np_network_batch(n), 2);
	assert_int_equal(np_network_layer_count(n), 10);
	expect_dims(n, 0, 4, (int64_t[]){2, 6, 7, 5}); /* 8 + 1 - 3 + 1 rows; (8 + 1 - 1) / 2 + 1 columns */
	assert_int_equal(np_network_layer(n, 0)->params, 6 * 2 * 3 + 6);
	assert_string_equal(np_network_layer(n, 1)->name, "relu1");
	expect_dims(n, 2, 4, (int64_t[]){2, 6, 4, 3}); /* rounded up */
	expect_dims(n, 3, 2, (int64_t[]){2, 5});
	assert_int_equal(np_network_layer(n, 3)->params, 6 * 4 * 3 * 5);
	expect_dims(n, 6, 4, (int64_t[]){2, 12, 8, 8});
	expect_dims(n, 8, 2, (int64_t[]){2, 12});
	assert_true(np_network_layer(n, 8)->free);
	np_network_free(n);
}

static void the_batch_can_be_another(void **state)
{
	(void)state;
	np_error err = {0};
	np_network *n;
	const np_load_options options = {.batch = 7};
	const char *text = HEAD "{\"type\":\"relu\"}]}";
	assert_ok(np_network_load_memory(text, strlen(text), "x", &options, &n, &err), &err);
	assert_int_equal(np_network_batch(n), 7);
	assert_string_equal(np_network_name(n), "x");
	np_network_free(n);
}

/* ---- what is refused ---- */

static const struct {
	const char *text;
	np_status status;
	int line, column;
	const char *message;
} BAD[] = {
        {"{\"schema\":\"neuralpower/network/1\"}", NP_ERR_DATA, 1, 1, "the network has no 'input'"},
        {"{\"schema\":\"neuralpower/network/2\"}", NP_ERR_VERSION, 1, 11,
         "schema neuralpower/network/2 is newer than this program, which knows neuralpower/network/1"},
        {"{\"schema\":\"neuralpower/network/x\"}", NP_ERR_DATA, 1, 11, "the schema neuralpower/network/1 was expected"},
        {"{\"schema\":\"neuralpower/network/1\",\n\"layers\":[]}", NP_ERR_DATA, 2, 10, "'input' was expected before 'layers'"},
        {"{\"schema\":\"neuralpower/network/1\",\"input\":[]}", NP_ERR_DATA, 1, 43, "the input has no dimension"},
        {"{\"schema\":\"neuralpower/network/1\",\"input\":[0]}", NP_ERR_DATA, 1, 44, "a dimension of at least 1 was expected"},
        {"{\"schema\":\"neuralpower/network/1\",\"input\":[1.5]}", NP_ERR_SYNTAX, 1, 44, "a whole number was expected"},
        {"{\"schema\":\"neuralpower/network/1\",\"input\":[01]}", NP_ERR_SYNTAX, 1, 44, "a whole number was expected"},
        {"{\"schema\":\"neuralpower/network/1\",\"input\":[1,]}", NP_ERR_SYNTAX, 1, 46, "a whole number was expected"},
        {"{\"schema\":\"neuralpower/network/1\",\"input\":[1 2]}", NP_ERR_SYNTAX, 1, 46, "',' or ']' was expected"},
        {"{\"schema\":\"neuralpower/network/1\",\"input\":[1234567890123456789]}", NP_ERR_LIMIT, 1, 44,
         "the number has more than 18 digits"},
        {"{\"schema\":\"neuralpower/network/1\",\"input\":[999999999999999999,999999999999999999]}", NP_ERR_LIMIT, 1, 43,
         "'data' is larger than 2^63 bytes"},
        {"{\"schema\":\"neuralpower/network/1\",\"x\":tru}", NP_ERR_SYNTAX, 1, 39, "a value was expected"},
        {"{\"schema\":\"neuralpower/network/1\",\"x\":1.}", NP_ERR_SYNTAX, 1, 39, "a value was expected"},
        {"{\"schema\":\"neuralpower/network/1\",\"x\":\"\\q\"}", NP_ERR_SYNTAX, 1, 40, "no such escape"},
        {"{\"schema\":\"neuralpower/network/1\",\"x\":\"\\ud800\"}", NP_ERR_SYNTAX, 1, 40,
         "\\u does not name a character here"},
        {"{\"schema\":\"neuralpower/network/1\",\"x\":\"\\u12g4\"}", NP_ERR_SYNTAX, 1, 40,
         "four hexadecimal digits were expected after \\u"},
        {"{\"schema\":\"neuralpower/network/1\",\"x\":\"\xff\"}", NP_ERR_SYNTAX, 1, 40, "the text is not UTF-8"},
        {"{\"schema\":\"neuralpower/network/1\",\"\xc3\xa9\":\"a\nb\"}", NP_ERR_SYNTAX, 1, 41,
         "the byte 0x0a does not belong in a string"},
        {"{\"schema\":\"neuralpower/network/1\",\"x\":\"ab", NP_ERR_SYNTAX, 1, 42, "the text ends within a string"},
        {"{\"schema\":\"neuralpower/network/1\"", NP_ERR_SYNTAX, 1, 34, "the text ends here, ',' or '}' was expected"},
        {"{\"schema\":\"neuralpower/network/1\",}", NP_ERR_SYNTAX, 1, 35, "a key in quotes was expected"},
        {HEAD "]}", NP_ERR_DATA, 1, 1, "the network has no layer"},
        {HEAD "{\"type\":\"relu\"}]}\n{", NP_ERR_SYNTAX, 2, 1, "the end of the network was expected"},
        {HEAD "{\"type\":\"relu\"}],\"input\":[1]}", NP_ERR_DATA, 1, 88, "'input' stands there twice"},
        {HEAD "{}]}", NP_ERR_DATA, 1, 63, "the layer has no 'type'"},
        {HEAD "{\"type\":\"gelu\"}]}", NP_ERR_DATA, 1, 71, "'gelu' is no type of layers"},
        {HEAD "{\"type\":\"other\"}]}", NP_ERR_DATA, 1, 71, "'other' is no type of layers"},
        {HEAD "{\"type\":\"relu\",\"kernels\":3}]}", NP_ERR_DATA, 1, 78, "'kernels' is no key of layers"},
        {HEAD "{\"type\":\"relu\",\"type\":\"relu\"}]}", NP_ERR_DATA, 1, 78, "'type' stands there twice"},
        {HEAD "{\"type\":\"relu\",\"kernel\":3}]}", NP_ERR_DATA, 1, 63, "a relu layer has no 'kernel'"},
        {HEAD "{\"type\":\"conv\",\"kernel\":3}]}", NP_ERR_DATA, 1, 63, "a conv layer needs 'out'"},
        {HEAD "{\"type\":\"conv\",\"out\":0,\"kernel\":3}]}", NP_ERR_DATA, 1, 84, "a number from 1 to 2147483647 was expected"},
        {HEAD "{\"type\":\"conv\",\"out\":4,\"kernel\":[3,3,3]}]}", NP_ERR_DATA, 1, 95, "3 numbers for 2 spatial axes"},
        {HEAD "{\"type\":\"conv\",\"out\":4,\"kernel\":[]}]}", NP_ERR_DATA, 1, 95, "at least one number was expected"},
        {HEAD "{\"type\":\"conv\",\"out\":4,\"kernel\":3,\"pad\":\"valid\"}]}", NP_ERR_DATA, 1, 103,
         "numbers or \"same\" were expected"},
        {HEAD "{\"type\":\"conv\",\"out\":4,\"kernel\":9}]}", NP_ERR_DATA, 1, 63,
         "layer 'conv0' (conv): a window of 9 does not fit an input of 8 with padding 0 and 0"},
        {HEAD "{\"type\":\"relu\",\"name\":\"\"}]}", NP_ERR_DATA, 1, 85, "the name is empty"},
        {HEAD "{\"type\":\"relu\",\"name\":\"data\"}]}", NP_ERR_DATA, 1, 85, "the name 'data' is taken"},
        {HEAD "{\"type\":\"relu\",\"input\":\"x\"}]}", NP_ERR_DATA, 1, 86, "no layer before this one is called 'x'"},
        {HEAD "{\"type\":\"relu\",\"input\":[]}]}", NP_ERR_DATA, 1, 86, "at least one input was expected"},
        {HEAD "{\"type\":\"reshape\",\"shape\":[2,3]}]}", NP_ERR_DATA, 1, 89, "the shape has not as many values as the input"},
        {HEAD "{\"type\":\"fc\",\"out\":4},{\"type\":\"maxpool\",\"kernel\":2}]}", NP_ERR_DATA, 1, 85,
         "a maxpool layer needs an input of rank 3 to 8"},
        {HEAD "{\"type\":\"conv\",\"out\":4,\"kernel\":1,\"bias\":1}]}", NP_ERR_SYNTAX, 1, 104, "true or false was expected"},
};

static void what_cannot_be_read_says_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		np_error err = {0};
		np_network *n;
		np_status status = load(BAD[i].text, &n, &err);
		if (status != BAD[i].status || err.line != BAD[i].line || err.column != BAD[i].column ||
		    strcmp(err.message, BAD[i].message) != 0)
			fail_msg("%s\nexpected %d:%d: %s\nfound    %d:%d: %s", BAD[i].text, BAD[i].line, BAD[i].column,
			         BAD[i].message, err.line, err.column, status == NP_OK ? "it loads" : err.message);
		assert_null(n);
	}
}

static void depth_is_limited(void **state)
{
	(void)state;
	char text[4096] = "{\"schema\":\"neuralpower/network/1\",\"x\":";
	np_error err = {0};
	np_network *n;
	for (int i = 0; i < 65; i++)
		strcat(text, "[");
	assert_int_equal(load(text, &n, &err), NP_ERR_LIMIT);
	assert_string_equal(err.message, "more than 64 values within each other");
}

/* ---- streams ---- */

static np_stream *open_stream(const char *text, size_t size)
{
	char path[] = "/tmp/test_netjson_XXXXXX";
	np_error err = {0};
	np_stream *stream;
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	close(fd);
	assert_ok(np_stream_open(path, NULL, &stream, &err), &err);
	unlink(path);
	return stream;
}

static void a_stream_goes_on_behind_a_bad_line(void **state)
{
	(void)state;
	static const char TEXT[] = "\xef\xbb\xbf" HEAD "{\"type\":\"relu\"}]}\r\n"
	                           "\n"
	                           "  " HEAD "{\"type\":\"conv\",\"out\":3,\"kernel\":1},{\"type\":\"gelu\"}]}\n" HEAD
	                           "{\"type\":\"fc\",\"out\":9,\"name\":\"f\"},{\"type\":\"relu\",\"name\":\"relu0\"}]}";
	np_stream *s = open_stream(TEXT, sizeof TEXT - 1);
	const np_network *n;
	np_error err = {0};
	assert_ok(np_stream_next(s, &n, &err), &err);
	assert_int_equal(np_stream_line(s), 1);
	assert_string_equal(np_network_layer(n, 0)->name, "relu0");
	assert_int_equal(np_stream_next(s, &n, &err), NP_ERR_DATA);
	assert_null(n);
	assert_int_equal(err.line, 3);
	assert_int_equal(err.column, 108);
	np_error_clear(&err);
	assert_ok(np_stream_next(s, &n, &err), &err);
	assert_int_equal(np_stream_line(s), 4);
	assert_int_equal(np_network_layer_count(n), 2);
	assert_int_equal(np_network_sums(n).params, 4 * 8 * 8 * 9 + 9);
	for (int i = 0; i < 2; i++) {
		assert_ok(np_stream_next(s, &n, &err), &err);
		assert_null(n);
	}
	np_stream_close(s);
	np_stream_close(NULL);
	assert_int_equal(np_stream_open("/nonexistent", NULL, &s, NULL), NP_ERR_IO);
	assert_null(s);
}

static void a_line_that_is_too_long_is_passed_over(void **state)
{
	(void)state;
	size_t size = 3 << 20;
	char *text = malloc(size);
	memset(text, ' ', size);
	text[(2 << 20) + 12345] = '\n';
	static const char LAST[] = HEAD "{\"type\":\"relu\"}]}";
	memcpy(text + size - sizeof LAST, LAST, sizeof LAST - 1);
	memcpy(text + (2 << 20) + 12346, LAST, sizeof LAST - 1);
	text[(2 << 20) + 12346 + sizeof LAST - 1] = '\n';
	np_stream *s = open_stream(text, size);
	const np_network *n;
	np_error err = {0};
	assert_int_equal(np_stream_next(s, &n, &err), NP_ERR_LIMIT);
	np_error_clear(&err);
	assert_ok(np_stream_next(s, &n, &err), &err);
	assert_non_null(n);
	assert_int_equal(np_stream_line(s), 2);
	assert_ok(np_stream_next(s, &n, &err), &err);
	assert_non_null(n);
	np_stream_close(s);
	free(text);
}

/* ---- spaces ---- */

static void expect_same_network(const np_network *a, const np_network *b)
{
	assert_string_equal(np_network_name(a), np_network_name(b));
	assert_int_equal(np_network_layer_count(a), np_network_layer_count(b));
	for (int i = 0; i < np_network_layer_count(a); i++) {
		const np_layer *x = np_network_layer(a, i), *y = np_network_layer(b, i);
		np_layer_config p, q;
		char text[NP_LAYER_TEXT_SIZE], other[NP_LAYER_TEXT_SIZE];
		assert_true(np_layer_config_of(a, x, &p) && np_layer_config_of(b, y, &q));
		assert_string_equal(np_layer_text_write(&p, text), np_layer_text_write(&q, other));
		assert_string_equal(x->name, y->name);
		assert_true(x->params == y->params && x->weight_bytes == y->weight_bytes && x->macs == y->macs);
	}
}

/* The prototxt file and the JSON line of a random network are the same network, and a valid one. */
static void both_forms_of_a_drawing_are_one_network(void **state)
{
	(void)state;
	np_error err = {0};
	for (int s = 0; np_space_name(s); s++) {
		np_space *space;
		int largest = 0;
		assert_ok(np_space_open(np_space_name(s), 7, s % 2 ? 0 : 4, &space, &err), &err);
		assert_true(strlen(np_space_help(s)) > 0);
		for (int i = 0; i < 150; i++) {
			const char *text;
			size_t size;
			np_network *a, *b;
			np_space_draw(space, i);
			assert_ok(np_space_line(space, &text, &size, &err), &err);
			assert_ok(np_network_load_memory(text, size, "a", NULL, &a, &err), &err);
			assert_ok(np_space_prototxt(space, &text, &size, &err), &err);
			assert_ok(np_network_load_memory(text, size, "b", NULL, &b, &err), &err);
			assert_string_equal(np_network_name(a), np_space_drawn(space));
			expect_same_network(a, b);
			assert_true(s % 2 || np_network_batch(a) == 4);
			if (largest < np_network_layer_count(a))
				largest = np_network_layer_count(a);
			np_network_free(a);
			np_network_free(b);
		}
		assert_true(largest > 15 && largest < 500);
		np_space_free(space);
	}
	np_space *none;
	assert_int_equal(np_space_open("imagenet", 1, 0, &none, &err), NP_ERR_ARGUMENT);
	assert_null(none);
	np_space_free(NULL);
}

static void the_same_seed_gives_the_same_network(void **state)
{
	(void)state;
	np_error err = {0};
	np_space *a, *b;
	const char *x, *y;
	size_t size, other;
	char kept[65536];
	assert_ok(np_space_open("mobile", 3, 0, &a, &err), &err);
	assert_ok(np_space_open("mobile", 3, 0, &b, &err), &err);
	np_space_draw(a, 0);
	assert_ok(np_space_line(a, &x, &size, &err), &err);
	snprintf(kept, sizeof kept, "%s", x);
	np_space_draw(a, 5);
	np_space_draw(b, 5);
	assert_ok(np_space_line(a, &x, &size, &err), &err);
	assert_ok(np_space_line(b, &y, &other, &err), &err);
	assert_string_equal(x, y);
	assert_string_not_equal(x + 60, kept + 60);
	np_space_draw(b, 0);
	assert_ok(np_space_line(b, &y, &other, &err), &err);
	assert_string_equal(y, kept);
	np_space_free(a);
	np_space_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(layers_are_what_their_keys_say),
	        cmocka_unit_test(the_batch_can_be_another),
	        cmocka_unit_test(what_cannot_be_read_says_where),
	        cmocka_unit_test(depth_is_limited),
	        cmocka_unit_test(a_stream_goes_on_behind_a_bad_line),
	        cmocka_unit_test(a_line_that_is_too_long_is_passed_over),
	        cmocka_unit_test(both_forms_of_a_drawing_are_one_network),
	        cmocka_unit_test(the_same_seed_gives_the_same_network),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
