/*
 * Feature vectors against those that the authors' own code gives for seven networks, and against counts worked out by
 * hand. The reference rows come in pairs of files: raw columns in, feature vector out.
 */
#include "test_support.h"

#include "features/feature_set.h"
#include "features/terms.h"

#include <math.h>

enum { MOST_FIELDS = 256 };

/* Splits a line at its commas, in place. */
static int split(char *line, char **fields)
{
	int count = 0;
	line[strcspn(line, "\r\n")] = '\0';
	for (char *field = strtok(line, ","); field && count < MOST_FIELDS; field = strtok(NULL, ","))
		fields[count++] = field;
	return count;
}

static int64_t at(char **fields, int ipf)
{
	return strtoll(fields[1 + ipf], NULL, 10); /* network and layer come first, ipf counts from 1 */
}

static np_layer_config conv_config(char **f)
{
	return (np_layer_config){.kind = NP_CONV,
	                         .batch = at(f, 13),
	                         .out_h = at(f, 2),
	                         .out_w = at(f, 3),
	                         .out_c = at(f, 4),
	                         .kernel_h = at(f, 5),
	                         .kernel_w = at(f, 6),
	                         .in_h = at(f, 14),
	                         .in_w = at(f, 15),
	                         .in_c = at(f, 16),
	                         .groups = 1,
	                         .inputs = 1};
}

static np_layer_config fc_config(char **f)
{
	return (np_layer_config){.kind = NP_FC,
	                         .batch = at(f, 1),
	                         .out_c = at(f, 2),
	                         .in_h = at(f, 3),
	                         .in_w = at(f, 4),
	                         .in_c = at(f, 5),
	                         .groups = 1,
	                         .inputs = 1};
}

static np_layer_config pool_config(char **f)
{
	return (np_layer_config){.kind = NP_MAXPOOL,
	                         .batch = at(f, 1),
	                         .out_h = at(f, 2),
	                         .out_w = at(f, 3),
	                         .out_c = at(f, 4),
	                         .in_c = at(f, 4),
	                         .kernel_h = at(f, 5),
	                         .kernel_w = at(f, 6),
	                         .in_h = at(f, 9),
	                         .in_w = at(f, 10),
	                         .groups = 1,
	                         .inputs = 1};
}

static FILE *open_shared(const char *name)
{
	char path[1024];
	FILE *file = fopen(shared_path(name, path, sizeof path), "r");
	assert_non_null(file);
	return file;
}

static void compare_row(const np_layer_config *config, np_target target, int degree, char **fields, int count)
{
	static np_term terms[NP_MAX_TERMS];
	const np_feature_set *set = np_feature_set_of(config->kind);
	double features[NP_MAX_FEATURES];
	np_feature_values(set, config, features);
	int p = np_terms_paper(set, target, degree, terms, NP_MAX_TERMS);
	assert_int_equal(p + 1, count - 2); /* the intercept's column closes the row */
	for (int i = 0; i < p; i++) {
		double expected = strtod(fields[2 + i], NULL), value = np_term_value(&terms[i], features);
		if (fabs(value - expected) > 1e-12 * fabs(expected))
			fail_msg("%s %s: term %d is %.17g, %.17g expected", fields[0], fields[1], i + 1, value, expected);
	}
}

static void compare(const char *kind, const char *target_name, np_target target, int degree,
                    np_layer_config (*config_of)(char **fields))
{
	char name[128], raw_line[4096], line[32768], *raw_fields[MOST_FIELDS], *fields[MOST_FIELDS];
	snprintf(name, sizeof name, "reference/neuralpower/raw_%s.csv", kind);
	FILE *raw = open_shared(name);
	snprintf(name, sizeof name, "reference/neuralpower/features_%s_%s.csv", kind, target_name);
	FILE *expected = open_shared(name);
	int rows = -1; /* the header */
	while (fgets(raw_line, sizeof raw_line, raw)) {
		assert_non_null(fgets(line, sizeof line, expected));
		if (rows++ < 0)
			continue;
		split(raw_line, raw_fields);
		int count = split(line, fields);
		assert_string_equal(raw_fields[1], fields[1]);
		np_layer_config config = config_of(raw_fields);
		compare_row(&config, target, degree, fields, count);
	}
	assert_true(rows > 3);
	fclose(raw);
	fclose(expected);
}

static void conv_equals_the_authors(void **state)
{
	(void)state;
	compare("conv", "runtime", NP_RUNTIME, 3, conv_config);
	compare("conv", "power", NP_POWER, 2, conv_config);
}

static void fc_equals_the_authors(void **state)
{
	(void)state;
	compare("fc", "runtime", NP_RUNTIME, 2, fc_config);
	compare("fc", "power", NP_POWER, 2, fc_config);
}

static void pool_equals_the_authors(void **state)
{
	(void)state;
	compare("pool", "runtime", NP_RUNTIME, 3, pool_config);
	compare("pool", "power", NP_POWER, 2, pool_config);
}

/* AlexNet v2 conv1 at batch 128: 224x224x3, 11x11x64, stride 4, 54x54 out. */
static void alexnet_first_layer(void **state)
{
	(void)state;
	const np_layer_config c = {.kind = NP_CONV,
	                           .batch = 128,
	                           .in_c = 3,
	                           .in_h = 224,
	                           .in_w = 224,
	                           .out_c = 64,
	                           .kernel_h = 11,
	                           .kernel_w = 11,
	                           .out_h = 54,
	                           .out_w = 54,
	                           .groups = 1,
	                           .inputs = 1};
	const double expected[] = {128, 54, 54, 11,       3,          64,        224,      7,     0,        0,     0,
	                           0,   6,  0,  67744512, 8671297536, 135489024, 23887872, 23232, 19267584, 86016, 86016};
	double values[NP_MAX_FEATURES];
	np_feature_values(np_feature_set_of(NP_CONV), &c, values);
	for (int i = 0; i < 22; i++)
		if (i < 7 || i > 13)
			assert_true(values[i] == expected[i]);
	assert_true(values[7] == 7 && values[12] == 6);
}

static void only_covering_convolutions_are_products(void **state)
{
	(void)state;
	np_layer_config c = {.kind = NP_CONV,
	                     .batch = 64,
	                     .in_c = 512,
	                     .in_h = 7,
	                     .in_w = 7,
	                     .out_c = 4096,
	                     .kernel_h = 7,
	                     .kernel_w = 7,
	                     .out_h = 1,
	                     .out_w = 1,
	                     .groups = 1};
	np_layer_config routed = np_feature_route(&c);
	assert_int_equal(routed.kind, NP_FC);
	assert_int_equal(routed.in_h, 7);
	c.groups = 512;
	assert_int_equal(np_feature_route(&c).kind, NP_CONV); /* a depthwise layer is no matrix product */
	c.groups = 1;
	c.pad_h = 1;
	assert_int_equal(np_feature_route(&c).kind, NP_CONV);
}

/* n variables, degree d: C(n + d, d) - 1 monomials. */
static void monomials_are_complete(void **state)
{
	(void)state;
	static np_term terms[NP_MAX_TERMS];
	const np_feature_set *conv = np_feature_set_of(NP_CONV);
	assert_int_equal(np_terms_paper(conv, NP_RUNTIME, 1, terms, NP_MAX_TERMS), 7 + 8);
	assert_int_equal(np_terms_paper(conv, NP_RUNTIME, 2, terms, NP_MAX_TERMS), 35 + 8);
	assert_int_equal(np_terms_paper(conv, NP_RUNTIME, 3, terms, NP_MAX_TERMS), 119 + 8);
	assert_int_equal(np_terms_paper(conv, NP_RUNTIME, 4, terms, NP_MAX_TERMS), 329 + 8);
	assert_int_equal(np_terms_paper(conv, NP_POWER, 3, terms, NP_MAX_TERMS), 679 + 8);
	assert_int_equal(np_terms_paper(conv, NP_POWER, 3, NULL, 0), 679 + 8);
}

/*
 * The text's list: 13 features of a convolution, 12 of pooling, 3 of a matrix product, twice as many with the logarithms of
 * power models; C(13 + 2, 2) - 1 = 104, C(13 + 3, 3) - 1 = 559, C(13 + 4, 4) - 1 = 2379, and 4, 3 and 4 special terms.
 */
static void the_text_lists_more(void **state)
{
	(void)state;
	const np_feature_set *conv = np_feature_set_listed(NP_CONV, NP_FEATURES_TEXT);
	const np_feature_set *pool = np_feature_set_listed(NP_AVGPOOL, NP_FEATURES_TEXT);
	const np_feature_set *fc = np_feature_set_listed(NP_FC, NP_FEATURES_TEXT);
	assert_int_equal(np_terms_paper(conv, NP_RUNTIME, 1, NULL, 0), 13 + 4);
	assert_int_equal(np_terms_paper(conv, NP_RUNTIME, 2, NULL, 0), 104 + 4);
	assert_int_equal(np_terms_paper(conv, NP_RUNTIME, 3, NULL, 0), 559 + 4);
	assert_int_equal(np_terms_paper(conv, NP_RUNTIME, 4, NULL, 0), 2379 + 4);
	assert_int_equal(np_terms_paper(conv, NP_POWER, 2, NULL, 0), 26 + 26 * 27 / 2 + 4);
	assert_int_equal(np_terms_paper(pool, NP_RUNTIME, 2, NULL, 0), 12 + 12 * 13 / 2 + 3);
	assert_int_equal(np_terms_paper(pool, NP_POWER, 2, NULL, 0), 24 + 24 * 25 / 2 + 3);
	assert_int_equal(np_terms_paper(fc, NP_RUNTIME, 4, NULL, 0), 34 + 4);
	assert_int_equal(np_terms_paper(fc, NP_POWER, 1, NULL, 0), 6 + 4);
	assert_ptr_equal(np_feature_set_listed(NP_RELU, NP_FEATURES_TEXT), np_feature_set_of(NP_RELU));
	assert_ptr_equal(np_feature_set_listed(NP_CONV, NP_FEATURES_AUTHORS), np_feature_set_of(NP_CONV));
	assert_null(np_feature_set_listed(NP_OTHER, NP_FEATURES_TEXT));
}

static void check_text_values(const np_layer_config *c, const double *base, int base_count, const double *special)
{
	const np_feature_set *set = np_feature_set_listed(c->kind, NP_FEATURES_TEXT);
	double values[NP_MAX_FEATURES];
	np_feature_values(set, c, values);
	assert_int_equal(set->base_count, base_count);
	for (int i = 0; i < base_count; i++)
		assert_true(values[i] == base[i]);
	for (int i = 0; i < set->special_count; i++)
		assert_true(values[2 * base_count + i] == special[i]);
}

/* Batch 2, 6 x 10 x 8 (channels, height, width) in, kernel 3 x 1, stride 2 x 1, padding 1 x 0, two groups, 4 x 5 x 8 out. */
static void text_features_by_hand(void **state)
{
	(void)state;
	np_layer_config c = {NP_CONV, 2, 6, 10, 8, 4, 5, 8, 3, 1, 2, 1, 1, 0, 1, 1, 2, 1};
	const double conv[] = {2, 10, 8, 6, 3, 1, 2, 1, 1, 0, 5, 8, 4};
	const double conv_special[] = {2 * 5 * 8 * 4 * (3 * 1 * 6 / 2), 2 * 10 * 8 * 6, 2 * 5 * 8 * 4, 3 * 1 * 3 * 4};
	check_text_values(&c, conv, 13, conv_special);
	c.kind = NP_MAXPOOL;
	c.out_c = 6;
	const double pool[] = {2, 10, 8, 6, 3, 1, 2, 1, 1, 0, 5, 8};
	const double pool_special[] = {2 * 6 * 5 * 8 * 3, 2 * 6 * 10 * 8, 2 * 6 * 5 * 8};
	check_text_values(&c, pool, 12, pool_special);
	c.kind = NP_FC;
	const double fc[] = {2, 480, 6}, fc_special[] = {2 * 480 * 6, 960, 12, 2880};
	check_text_values(&c, fc, 3, fc_special);
}

/* A name finds its feature, or the one before it that is the same quantity. */
static void check_name(const np_feature_set *set, int feature, const char *name)
{
	const np_layer_config c = {.kind = NP_CONV,
	                           .batch = 3,
	                           .in_c = 10,
	                           .in_h = 28,
	                           .in_w = 26,
	                           .out_c = 22,
	                           .kernel_h = 5,
	                           .kernel_w = 3,
	                           .stride_h = 1,
	                           .stride_w = 1,
	                           .out_h = 24,
	                           .out_w = 24,
	                           .groups = 2};
	double values[NP_MAX_FEATURES];
	np_feature_values(set, &c, values);
	np_feature_give_base(set, 3, values);
	np_feature_give_runtime(set, 5, values);
	int found = np_feature_find(set, name);
	assert_in_range(found, 0, feature);
	assert_true(strlen(name) > 0 && values[found] == values[feature]);
}

/* What makes a sum of physical terms a runtime: none is negative, none falls when the batch grows. */
static void physical_features_grow_with_the_batch(void **state)
{
	(void)state;
	for (int k = 0; k < NP_KIND_COUNT; k++) {
		const np_feature_set *set = np_feature_set_of((np_kind)k);
		if (!set)
			continue;
		double before[NP_MAX_FEATURES] = {0}, values[NP_MAX_FEATURES];
		for (int64_t batch = 1; batch < 5000; batch += 1 + batch / 3) {
			np_layer_config c = {.kind = (np_kind)k,
			                     .batch = batch,
			                     .in_c = 30,
			                     .in_h = 29,
			                     .in_w = 27,
			                     .out_c = 42,
			                     .kernel_h = 3,
			                     .kernel_w = 3,
			                     .stride_h = 1,
			                     .stride_w = 1,
			                     .out_h = 27,
			                     .out_w = 25,
			                     .groups = 3,
			                     .inputs = 1,
			                     .dilation_h = 1,
			                     .dilation_w = 1};
			np_feature_values(set, &c, values);
			for (int i = np_feature_first_physical(set); i < np_feature_first_shape(set); i++)
				assert_true(values[i] >= before[i] && isfinite(values[i]));
			memcpy(before, values, sizeof values);
		}
	}
}

static void names_find_their_features(void **state)
{
	(void)state;
	for (int k = 0; k < 2 * NP_KIND_COUNT; k++) {
		const np_feature_set *set = np_feature_set_listed((np_kind)(k / 2), (np_feature_list)(k % 2));
		char name[NP_FEATURE_NAME];
		for (int i = 0; set && i < np_feature_count(set); i++)
			check_name(set, i, np_feature_name(set, i, name));
	}
	assert_int_equal(np_feature_find(np_feature_set_of(NP_CONV), "stride"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(conv_equals_the_authors),
	        cmocka_unit_test(fc_equals_the_authors),
	        cmocka_unit_test(pool_equals_the_authors),
	        cmocka_unit_test(alexnet_first_layer),
	        cmocka_unit_test(only_covering_convolutions_are_products),
	        cmocka_unit_test(monomials_are_complete),
	        cmocka_unit_test(the_text_lists_more),
	        cmocka_unit_test(text_features_by_hand),
	        cmocka_unit_test(physical_features_grow_with_the_batch),
	        cmocka_unit_test(names_find_their_features),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
