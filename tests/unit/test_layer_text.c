/* Layers as words: goldens of good and bad texts, and that reading undoes writing for any layer there can be. */
#include "test_support.h"

#include "dataset/row.h"

/* ---- good texts ---- */

/* What is read, and what it is written as; NULL = the same. */
static const struct {
	const char *text, *canonical;
} GOOD[] = {
        {"conv:1x3x224x224:64:k7:s2:p3", NULL},
        {"conv:1x32x56x56:32:k3:p1:g32", NULL},
        {"conv:1x3x227x227:96:k11:s4", NULL},
        {"conv:4x16x17x17:24:k1x7:p0x3", NULL},
        {"conv:4x16x17x17:24:k7x1:p3x0", NULL},
        {"conv:1x64x1x100:64:k1x3:p0x1", NULL}, /* one spatial axis */
        {"conv:2x8x33x33:16:k3:p2:d2", NULL},
        {"conv:2x8x33x21:16:k3:s1x2:p1:d1x2", NULL},
        {"conv:1x3x224x224:32:k3:s2", NULL},
        {"conv:1x3x224x224:32:k3:s2:o112x112", NULL}, /* TensorFlow's SAME: one more row of padding at the end */
        {"conv:1x3x224x224:64:p3:o112x112:s2x2:k7x7:d1:g1", "conv:1x3x224x224:64:k7:s2:p3"},
        {"dwconv:1x32x56x56:32:k3:p1", "conv:1x32x56x56:32:k3:p1:g32"},
        {"conv_bn_relu:1x32x56x56:32:k3:p1", "conv:1x32x56x56:32:k3:p1"},
        {"deconv:1x64x28x28:32:k2:s2", NULL},
        {"deconv:1x64x28x28:32:k3:s2:p1", NULL},
        {"deconv:1x64x28x28:32:k3:s2:p1:o56x56", NULL}, /* output padding */
        {"maxpool:8x64x112x112:k3x3:s2:p1:o56x56", "maxpool:8x64x112x112:k3:s2:p1"},
        {"maxpool:1x96x55x55:k3:s2", NULL},
        {"maxpool:1x64x32x32:k3:s2", NULL},
        {"maxpool:1x64x32x32:k3:s2:o16x16", NULL}, /* rounded up */
        {"avgpool:1x192x35x35:k3:p1", NULL},
        {"avgpool:1x512x13x13:o6x6", "avgpool:1x512x13x13:k3:s2"}, /* adaptive: the window that gives it */
        {"avgpool:1x512x7x9:512:o1x3", "avgpool:1x512x7x9:k7x3:s7x3"},
        {"globalavgpool:1x2048x7x7", NULL},
        {"globalavgpool:1x2048x7x7:2048:o1x1", "globalavgpool:1x2048x7x7"},
        {"fc:1x9216:4096", NULL},
        {"fc:64x512x7x7:4096", NULL}, /* a convolution that covers its whole input */
        {"fc:1x9216x1x1:4096", "fc:1x9216:4096"},
        {"linear:1x9216:4096", "fc:1x9216:4096"},
        {"matmul:12x64x197x1:197", NULL},
        {"matmul:12x64x197x1:197:x2", "matmul:12x64x197x1:197"},
        {"relu:1x64x112x112", NULL},
        {"relu:128x4096", NULL},
        {"activation:1x96x1x50", NULL},
        {"eltwise:1x256x56x56", NULL},
        {"eltwise:1x256x56x56:x2", "eltwise:1x256x56x56"},
        {"eltwise:1x256x56x56:x3", NULL},
        {"add:1x8:x1", "eltwise:1x8:x1"},
        {"concat:1x64x28x28:256:x4", NULL},
        {"concat:1x128x28x28:256", NULL},
        {"concat:1x64x10x10:o20x10", NULL}, /* along the height */
        {"resize:1x64x28x28:o56x56", NULL},
        {"reduce:1x64x28x28:1:o28x28", "reduce:1x64x28x28:1"},
        {"softmax:64x1000", NULL},
        {"lrn:1x96x55x55", NULL},
        {"batchnorm:1x64x56x56", NULL},
        {"layernorm:197x768", NULL},
        {"dropout:1x4096", NULL},
        {"reshape:1x256x6x6:9216:o1x1", NULL},
        {"pad:1x3x32x32:o36x36", NULL},
        {"fc:001x09216:4096", "fc:1x9216:4096"},
        {"fc:1x1000000000000:1", NULL},
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
		np_layer_config config;
		np_error err = {0};
		char text[NP_LAYER_TEXT_SIZE];
		print_message("%s\n", GOOD[i].text);
		assert_ok(np_layer_text_read(GOOD[i].text, &config, &err), &err);
		assert_string_equal(np_layer_text_write(&config, text), GOOD[i].canonical ? GOOD[i].canonical : GOOD[i].text);
	}
}

static void check_config(const char *text, np_layer_config expected)
{
	np_layer_config config;
	np_error err = {0};
	assert_ok(np_layer_text_read(text, &config, &err), &err);
	const int64_t have[] = {config.kind,       config.batch,    config.in_c,  config.in_h,     config.in_w,
	                        config.out_c,      config.out_h,    config.out_w, config.kernel_h, config.kernel_w,
	                        config.stride_h,   config.stride_w, config.pad_h, config.pad_w,    config.dilation_h,
	                        config.dilation_w, config.groups,   config.inputs};
	const int64_t want[] = {expected.kind,       expected.batch,    expected.in_c,  expected.in_h,     expected.in_w,
	                        expected.out_c,      expected.out_h,    expected.out_w, expected.kernel_h, expected.kernel_w,
	                        expected.stride_h,   expected.stride_w, expected.pad_h, expected.pad_w,    expected.dilation_h,
	                        expected.dilation_w, expected.groups,   expected.inputs};
	assert_memory_equal(have, want, sizeof want);
}

/* Each number lands where it belongs. */
static void test_values(void **state)
{
	(void)state;
	/* (9 + 2*1 - (2*(3-1)+1)) / 2 + 1 = 4; (20 + 2*2 - (3*(5-1)+1)) / 3 + 1 = 4 */
	check_config("conv:2x6x9x20:12:k3x5:s2x3:p1x2:d2x3:g3",
	             (np_layer_config){NP_CONV, 2, 6, 9, 20, 12, 4, 4, 3, 5, 2, 3, 1, 2, 2, 3, 3, 1});
	check_config("maxpool:8x64x112x111:k3:s2:p1:o57x56",
	             (np_layer_config){NP_MAXPOOL, 8, 64, 112, 111, 64, 57, 56, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1});
	check_config("concat:3x4x5x6:12:x3", (np_layer_config){NP_CONCAT, 3, 4, 5, 6, 12, 5, 6, 1, 1, 1, 1, 0, 0, 1, 1, 1, 3});
	check_config("matmul:12x64x197x1:198",
	             (np_layer_config){NP_MATMUL, 12, 64, 197, 1, 198, 197, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 2});
	check_config("fc:64x512x7x7:4096", (np_layer_config){NP_FC, 64, 512, 7, 7, 4096, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1});
}

/* ---- bad texts ---- */

static const struct {
	const char *text;
	np_status status;
	int column;
	const char *message; /* in part */
} BAD[] = {
        {"", NP_ERR_SYNTAX, 1, "unknown kind '', one of conv, deconv, fc"},
        {"conf:1x3x8x8:4:k3", NP_ERR_SYNTAX, 1, "unknown kind 'conf', one of conv, deconv"},
        {"other:1x3", NP_ERR_SYNTAX, 1, "unknown kind 'other'"},
        {"a_very_long_word_that_is_no_kind:1x3", NP_ERR_SYNTAX, 1, "KIND:BATCHxC"},
        {"conv", NP_ERR_SYNTAX, 5, "the text ends, conv:BATCHxCxHxW:OUT_C:kK"},
        {"conv:", NP_ERR_SYNTAX, 6, "the text ends, a number in BATCHxC"},
        {"conv:1x", NP_ERR_SYNTAX, 8, "the text ends, a number in BATCHxC"},
        {"conv:-1x3", NP_ERR_SYNTAX, 6, "'-', a number in BATCHxC"},
        {"relu:1", NP_ERR_SYNTAX, 7, "BATCHxC or BATCHxCxHxW"},
        {"relu:1x3x4", NP_ERR_SYNTAX, 11, "BATCHxC or BATCHxCxHxW"},
        {"relu:1x3x4x5x6", NP_ERR_SYNTAX, 13, "'x', ':' or the end was expected"},
        {"relu:1x3 ", NP_ERR_SYNTAX, 9, "byte 0x20"},
        {"relu:1x3:", NP_ERR_SYNTAX, 10, "OUT_C or one of the letters"},
        {"conv:1x3x8x8:4:k3:", NP_ERR_SYNTAX, 19, "one of the letters"},
        {"conv:1x3x8x8:4:q3", NP_ERR_SYNTAX, 16, "'q', one of the letters kspdgox"},
        {"conv:1x3x8x8:k3:4", NP_ERR_SYNTAX, 17, "OUT_C stands right behind the input"},
        {"conv:1x3x8x8:4:k", NP_ERR_SYNTAX, 17, "k3 or k1x3 was expected"},
        {"conv:1x3x8x8:4:k3x", NP_ERR_SYNTAX, 19, "k3 or k1x3 was expected"},
        {"conv:1x3x8x8:4:k3x3x3", NP_ERR_SYNTAX, 20, "':' or the end"},
        {"conv:1x3x8x8:4:k3:o6", NP_ERR_SYNTAX, 21, "o56x56 was expected"},
        {"conv:1x3x8x8:4:k3:g2x2", NP_ERR_SYNTAX, 21, "':' or the end"},
        {"conv:1x3x8x8:4:k3:k3", NP_ERR_DATA, 19, "k stands there twice"},
        {"conv:1x3x8x8:4", NP_ERR_DATA, 15, "kernel_h is missing, conv:BATCHxCxHxW:OUT_C:kK"},
        {"conv:1x3x8x8:k3", NP_ERR_DATA, 16, "out_c is missing, conv:BATCH"},
        {"conv:1x3:4:k3", NP_ERR_DATA, 14, "in_h is missing, conv:BATCHxCxHxW"},
        {"conv:0x3x8x8:4:k3", NP_ERR_DATA, 6, "batch is 0, 1 or more was expected"},
        {"conv:1x3x0x8:4:k3", NP_ERR_DATA, 10, "in_h is 0"},
        {"conv:1x3x8x8:0:k3", NP_ERR_DATA, 14, "out_c is 0"},
        {"conv:1x3x8x8:4:k3x0", NP_ERR_DATA, 19, "kernel_w is 0"},
        {"conv:1x3x8x8:4:k3:s0", NP_ERR_DATA, 20, "stride_h is 0"},
        {"conv:1x3x8x8:4:k3:g2", NP_ERR_DATA, 20, "2 groups do not divide 3 input and 4 output channels"},
        {"dwconv:1x3x8x8:4:k3", NP_ERR_DATA, 20, "3 groups do not divide 3 input and 4 output channels, dwconv:BATCH"},
        {"conv:1x3x8x8:4:k3:o8x6", NP_ERR_DATA, 20, "out_h is 8, the other sizes give 6"},
        {"conv:1x3x8x8:4:k3:o6x8", NP_ERR_DATA, 22, "out_w is 8, the other sizes give 6"},
        {"conv:1x3x8x8:4:k9x3", NP_ERR_DATA, 17, "the window does not fit the input (out_h)"},
        {"conv:1x3x8x8:4:k3x9", NP_ERR_DATA, 19, "the window does not fit the input (out_w)"},
        {"conv:1x3x8x2000000:4:k3", NP_ERR_DATA, 12, "more than 2^20"},
        {"conv:1x3x8x8:4:k3:p1048577", NP_ERR_DATA, 20, "more than 2^20"},
        {"avgpool:1x3x2000000x8:o4x4", NP_ERR_DATA, 13, "more than 2^20"},
        {"maxpool:1x3x8x8:4:k2:s2", NP_ERR_DATA, 17, "out_c is 4, the other sizes give 3"},
        {"maxpool:1x3x8x8", NP_ERR_DATA, 16, "kernel_h is missing, maxpool:BATCHxCxHxW:kK"},
        {"maxpool:1x3x8x8:s2:o4x4", NP_ERR_DATA, 24, "kernel_h is missing"},
        {"maxpool:1x3x8x8:p1:o4x4", NP_ERR_DATA, 24, "kernel_h is missing"},
        {"avgpool:1x3x8x8:o9x4", NP_ERR_DATA, 18, "out_h is 9, more than the input's 8"},
        {"maxpool:1x3x8x8:k2:g3", NP_ERR_DATA, 20, "maxpool has no groups"},
        {"relu:1x3x8x8:k3", NP_ERR_DATA, 14, "relu has no kernel, relu:BATCHxC"},
        {"relu:1x3x8x8:4", NP_ERR_DATA, 14, "out_c is 4, the other sizes give 3"},
        {"relu:1x3x8x8:o8x9", NP_ERR_DATA, 17, "out_w is 9, the other sizes give 8"},
        {"globalavgpool:1x3", NP_ERR_DATA, 18, "in_h is missing, globalavgpool:BATCHxCxHxW"},
        {"fc:1x9216", NP_ERR_DATA, 10, "out_c is missing, fc:BATCHxC[xHxW]:OUT_C"},
        {"fc:1x9216:4096:s1", NP_ERR_DATA, 16, "fc has no stride"},
        {"eltwise:1x8:x0", NP_ERR_DATA, 14, "inputs is 0"},
        {"fc:1x1000000000001:1", NP_ERR_LIMIT, 6, "above 10^12"},
        {"fc:1x99999999999999999999999:1", NP_ERR_LIMIT, 6, "above 10^12"},
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		np_layer_config config;
		np_error err = {0};
		np_status status = np_layer_text_read(BAD[i].text, &config, &err);
		if (status != BAD[i].status || err.column != BAD[i].column || err.line != 1 ||
		    !strstr(err.message, BAD[i].message))
			fail_msg("%s: column %d: '%s', expected column %d: '%s'", BAD[i].text, err.column, err.message,
			         BAD[i].column, BAD[i].message);
	}
	assert_int_equal(np_layer_text_read("relu:0x1", &(np_layer_config){0}, NULL), NP_ERR_DATA);
}

/* ---- any layer ---- */

static uint64_t random_state;

/* splitmix64 */
static int64_t below(int64_t limit)
{
	uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (int64_t)((z ^ (z >> 31)) % (uint64_t)limit);
}

static int64_t size_below(int64_t small)
{
	return below(8) ? 1 + below(small) : 1 + below(1 << (1 + below(30)));
}

static int64_t usually(int64_t usual, int64_t limit)
{
	return below(3) ? usual : usual + below(limit);
}

/* A row as it might stand in a data set, with fields blank where they may be; most of them describe a layer. */
static np_raw_row random_row(void)
{
	np_raw_row r = {.layer_type = np_kind_name((np_kind)below(NP_OTHER))};
	r.batch = size_below(64);
	r.in_c = size_below(16);
	r.in_h = size_below(40);
	r.in_w = below(2) ? r.in_h : size_below(40);
	r.groups = below(4) ? NP_BLANK : below(2) ? r.in_c : 1 + below(4);
	r.out_c = below(2) ? r.in_c : r.in_c * (1 + below(3));
	r.kernel_h = usually(1 + below(5), 9);
	r.kernel_w = below(2) ? r.kernel_h : 1 + below(5);
	r.stride_h = usually(1, 4);
	r.stride_w = below(2) ? r.stride_h : 1 + below(3);
	r.pad_h = usually(0, 4);
	r.pad_w = below(2) ? r.pad_h : below(3);
	r.dilation_h = usually(1, 3);
	r.dilation_w = below(2) ? r.dilation_h : 1 + below(2);
	r.inputs = below(3) ? NP_BLANK : 1 + below(5);
	r.out_h = r.out_w = NP_BLANK;
	if (!below(2)) {
		r.out_h = below(3) ? (r.in_h + r.stride_h - 1) / r.stride_h : 1 + below(r.in_h);
		r.out_w = below(3) ? (r.in_w + r.stride_w - 1) / r.stride_w : 1 + below(r.in_w);
	}
	if (!below(5))
		r.kernel_h = r.kernel_w = r.stride_h = r.stride_w = NP_BLANK;
	return r;
}

static bool same_config(const np_layer_config *a, const np_layer_config *b)
{
	const size_t from = offsetof(np_layer_config, batch), size = sizeof *a - from; /* int64_t up to the end */
	return a->kind == b->kind && memcmp((const char *)a + from, (const char *)b + from, size) == 0;
}

static void check_round_trip(const np_layer_config *config)
{
	char text[NP_LAYER_TEXT_SIZE], again[NP_LAYER_TEXT_SIZE];
	np_layer_config back;
	np_error err = {0};
	np_layer_text_write(config, text);
	if (np_layer_text_read(text, &back, &err) != NP_OK)
		fail_msg("%s: column %d: %s", text, err.column, err.message);
	if (!same_config(config, &back))
		fail_msg("%s reads as %s", text, np_layer_text_write(&back, again));
	assert_string_equal(np_layer_text_write(&back, again), text);
}

static void test_round_trip(void **state)
{
	(void)state;
	int valid[NP_KIND_COUNT] = {0};
	random_state = 1;
	for (int i = 0; i < 200000; i++) {
		char reason[256];
		np_layer_config config;
		np_raw_row raw = random_row();
		if (!np_row_check_config(&raw, &config, reason, sizeof reason))
			continue;
		check_round_trip(&config);
		valid[config.kind]++;
	}
	for (np_kind k = 0; k < NP_OTHER; k++)
		if (valid[k] < 500)
			fail_msg("only %d layers of kind %s were tried", valid[k], np_kind_name(k));
}

/* No item can be left out of a text without its meaning another layer or none: it is the shortest. */
static void test_shortest(void **state)
{
	(void)state;
	random_state = 2;
	for (int i = 0; i < 20000; i++) {
		char reason[256], text[NP_LAYER_TEXT_SIZE];
		np_layer_config config, other;
		np_raw_row raw = random_row();
		if (!np_row_check_config(&raw, &config, reason, sizeof reason))
			continue;
		np_layer_text_write(&config, text);
		for (const char *item = strchr(strchr(text, ':') + 1, ':'); item; item = strchr(item + 1, ':')) {
			char without[NP_LAYER_TEXT_SIZE];
			snprintf(without, sizeof without, "%.*s%s", (int)(item - text), text,
			         item + 1 + strcspn(item + 1, ":"));
			if (np_layer_text_read(without, &other, NULL) == NP_OK && same_config(&config, &other))
				fail_msg("%s says the same as %s", without, text);
		}
	}
}

/* A text of any layer fits, and one of no layer does no harm. */
static void test_size(void **state)
{
	(void)state;
	char text[NP_LAYER_TEXT_SIZE];
	np_layer_config config;
	np_error err = {0};
	assert_ok(np_layer_text_read("reshape:1000000000000x1000000000000x1000000000000x1000000000000:1000000000000:"
	                             "o100000000000x1000000000000:x1000000000000",
	                             &config, &err),
	          &err);
	check_round_trip(&config);
	int64_t *sizes = &config.batch;
	memset(sizes, 0x80, sizeof config - offsetof(np_layer_config, batch));
	config.kind = NP_CONV;
	assert_true(strlen(np_layer_text_write(&config, text)) < NP_LAYER_TEXT_SIZE);
	config.kind = NP_OTHER;
	assert_int_equal(strncmp(np_layer_text_write(&config, text), "other:-", 7), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_good),       cmocka_unit_test(test_values),   cmocka_unit_test(test_bad),
	        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_shortest), cmocka_unit_test(test_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
