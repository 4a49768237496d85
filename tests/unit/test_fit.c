/*
 * Learning a platform from rows whose rule is known: what is recovered, what is refused, and that nothing but the data
 * and the seed decides the file.
 */
#include "test_support.h"

#include "fit/quality.h"

#include <math.h>
#include <unistd.h>

/* ---- Data sets made here ---------------------------------------------------------------------------------------------- */

static uint64_t state_of_numbers;

static double uniform(void)
{
	state_of_numbers = state_of_numbers * 6364136223846793005u + 1442695040888963407u;
	return (double)(state_of_numbers >> 11) / (double)(1ull << 53);
}

static int one_of(const int *choices, int count)
{
	return choices[(int)(uniform() * count)];
}

/* A factor around 1, never further than `width` in the logarithm. */
static double noise(double width)
{
	return exp(width * (2 * uniform() - 1));
}

static const int BATCH[] = {1, 2, 4, 8, 16, 32}, SIDE[] = {8, 16, 32, 64}, CHANNELS[] = {8, 16, 32, 64, 128};

typedef struct csv {
	char path[64];
	FILE *file;
} csv;

static csv begin(void)
{
	csv c = {.path = "/tmp/neuralpower-test-XXXXXX"};
	int fd = mkstemp(c.path);
	assert_true(fd >= 0);
	c.file = fdopen(fd, "w");
	fputs("layer_type,device,dtype,batch,in_c,in_h,in_w,out_c,kernel_h,kernel_w,stride_h,stride_w,pad_h,pad_w,groups,"
	      "out_h,out_w,runtime_ms,power_w\n",
	      c.file);
	return c;
}

static np_dataset *finish(csv *c)
{
	const char *path = c->path;
	np_dataset *dataset = NULL;
	np_error err = {0};
	fclose(c->file);
	assert_ok(np_dataset_load(&path, 1, NULL, &dataset, &err), &err);
	unlink(c->path);
	return dataset;
}

/* Pooling by 2: the time is a sum of the authors' terms, the power grows with the logarithm of the channels. */
static void add_pools(csv *c, int rows, double width, bool power)
{
	for (int i = 0; i < rows; i++) {
		int n = one_of(BATCH, 6), h = one_of(SIDE, 4), k = one_of(CHANNELS, 5), out = h / 2;
		double ms = (0.05 + 2e-6 * n * h * h * k + 1e-4 * n) * noise(width);
		fprintf(c->file, "maxpool,Test device,fp32,%d,%d,%d,%d,%d,2,2,2,2,0,0,1,%d,%d,%.17g,", n, k, h, h, k, out, out,
		        ms);
		if (power)
			fprintf(c->file, "%.17g", (20 + 10 * log2(k)) * noise(width));
		fputc('\n', c->file);
	}
}

static double conv_ms(double n, double h, double c, double k, double kernel)
{
	return 0.1 + 1e-8 * n * h * h * c * k * kernel * kernel + 1e-6 * n * h * h * k;
}

/* Convolutions that keep the size, 3 x 3 and 1 x 1. */
static void add_convs(csv *f, int rows, double width)
{
	for (int i = 0; i < rows; i++) {
		int n = one_of(BATCH, 6), h = one_of(SIDE, 4), c = one_of(CHANNELS, 5), k = one_of(CHANNELS, 5);
		int pad = uniform() < 0.5, kernel = 1 + 2 * pad;
		fprintf(f->file, "conv,Test device,fp32,%d,%d,%d,%d,%d,%d,%d,1,1,%d,%d,1,%d,%d,%.17g,%.17g\n", n, c, h, h, k,
		        kernel, kernel, pad, pad, h, h, conv_ms(n, h, c, k, kernel) * noise(width), 100 * noise(0.3));
	}
}

/* Convolutions whose kernel covers a 7 x 7 input: products with a matrix. */
static void add_covering(csv *f, int rows)
{
	for (int i = 0; i < rows; i++) {
		int n = one_of(BATCH, 6), c = one_of(CHANNELS, 5), k = one_of(CHANNELS, 5);
		fprintf(f->file, "conv,Test device,fp32,%d,%d,7,7,%d,7,7,1,1,0,0,1,1,1,%.17g,\n", n, c, k,
		        0.01 + 1e-7 * n * c * 49 * k);
	}
}

static np_platform *learn(const np_dataset *dataset, const np_fit_options *options)
{
	np_platform *platform;
	np_error err = {0};
	assert_ok(np_platform_fit(dataset, options, &platform, &err), &err);
	return platform;
}

static np_model_info info_of(const np_platform *platform, np_kind kind, np_target target)
{
	np_model_info info;
	for (int i = 0; np_platform_model(platform, i, &info); i++)
		if (info.kind == kind && info.target == target)
			return info;
	fail_msg("no model of %s", np_kind_name(kind));
	return info;
}

static np_layer_config pool_config(int n, int h, int k)
{
	return (np_layer_config){.kind = NP_MAXPOOL,
	                         .batch = n,
	                         .in_c = k,
	                         .in_h = h,
	                         .in_w = h,
	                         .out_c = k,
	                         .out_h = h / 2,
	                         .out_w = h / 2,
	                         .kernel_h = 2,
	                         .kernel_w = 2,
	                         .stride_h = 2,
	                         .stride_w = 2,
	                         .dilation_h = 1,
	                         .dilation_w = 1,
	                         .groups = 1,
	                         .inputs = 1};
}

static np_layer_config conv_config(int n, int h, int c, int k)
{
	return (np_layer_config){.kind = NP_CONV,
	                         .batch = n,
	                         .in_c = c,
	                         .in_h = h,
	                         .in_w = h,
	                         .out_c = k,
	                         .out_h = h,
	                         .out_w = h,
	                         .kernel_h = 3,
	                         .kernel_w = 3,
	                         .stride_h = 1,
	                         .stride_w = 1,
	                         .pad_h = 1,
	                         .pad_w = 1,
	                         .dilation_h = 1,
	                         .dilation_w = 1,
	                         .groups = 1,
	                         .inputs = 1};
}

/* ---- Tests ------------------------------------------------------------------------------------------------------------ */

static void planted_rules_are_recovered(void **state)
{
	(void)state;
	state_of_numbers = 1;
	csv c = begin();
	add_pools(&c, 300, 0, true);
	np_dataset *dataset = finish(&c);
	for (int m = 0; np_fit_method(m); m++) {
		np_platform *platform = learn(dataset, &(np_fit_options){.method = np_fit_method(m)});
		np_model_info runtime = info_of(platform, NP_MAXPOOL, NP_RUNTIME),
		              power = info_of(platform, NP_MAXPOOL, NP_POWER);
		assert_int_equal(runtime.rows, 300);
		assert_true(runtime.terms >= 1);
		assert_true(runtime.cv_rmspe < 0.03 && runtime.cv_mape < 0.02);
		assert_true(power.cv_rmspe < 0.03);
		np_layer_config config = pool_config(8, 32, 64);
		np_estimate e;
		np_platform_estimate(platform, &config, 1000, &e);
		assert_int_equal(e.source, NP_FROM_MODEL);
		assert_true(fabs(e.runtime_ms.value / (0.05 + 2e-6 * 8 * 32 * 32 * 64 + 1e-4 * 8) - 1) < 0.03);
		assert_true(fabs(e.power_w.value / 80 - 1) < 0.03);
		assert_true(e.energy_mj.value == e.runtime_ms.value * e.power_w.value);
		assert_null(e.extrapolated);
		np_platform_free(platform);
	}
	np_dataset_free(dataset);
}

/* The paper's degrees: a rule of degree three needs it; the special terms carry the products of more. */
static void degree_follows_the_rule(void **state)
{
	(void)state;
	state_of_numbers = 2;
	csv c = begin();
	for (int i = 0; i < 300; i++) {
		int n = one_of(BATCH, 6), in = one_of(CHANNELS, 5), out = one_of(CHANNELS, 5);
		fprintf(c.file, "fc,Test device,fp32,%d,%d,1,1,%d,,,,,,,,1,1,%.17g,%.17g\n", n, in, out,
		        1 + 1e-6 * n * n * out * noise(0.001), 50 + 0.5 * n);
	}
	np_dataset *dataset = finish(&c);
	np_platform *platform = learn(dataset, &(np_fit_options){.method = "paper"});
	assert_int_equal(info_of(platform, NP_FC, NP_RUNTIME).degree, 3);
	assert_true(info_of(platform, NP_FC, NP_RUNTIME).cv_rmspe < 0.01);
	assert_true(info_of(platform, NP_FC, NP_POWER).cv_rmspe < 0.01);
	np_platform_free(platform);
	np_dataset_free(dataset);
}

static char *text_of(const np_dataset *dataset, const np_fit_options *options, size_t *size)
{
	char *text;
	np_platform *platform = learn(dataset, options);
	assert_ok(np_platform_write(platform, &text, size, NULL), NULL);
	np_platform_free(platform);
	return text;
}

static void only_data_and_seed_decide(void **state)
{
	(void)state;
	state_of_numbers = 3;
	csv c = begin();
	add_pools(&c, 120, 0.1, true);
	add_convs(&c, 150, 0.1);
	np_dataset *dataset = finish(&c);
	for (int m = 0; np_fit_method(m); m++) {
		size_t size[4];
		char *text[4];
		const np_fit_options options[4] = {{.method = np_fit_method(m), .seed = 1},
		                                   {.method = np_fit_method(m)}, /* 1 is the default */
		                                   {.method = np_fit_method(m), .threads = 5},
		                                   {.method = np_fit_method(m), .seed = 2}};
		for (int i = 0; i < 4; i++)
			text[i] = text_of(dataset, &options[i], &size[i]);
		assert_string_equal(text[0], text[1]);
		assert_string_equal(text[0], text[2]);
		assert_string_not_equal(text[0], text[3]);
		for (int i = 0; i < 4; i++)
			free(text[i]);
	}
	np_dataset_free(dataset);
}

static void few_rows_make_no_model(void **state)
{
	(void)state;
	state_of_numbers = 4;
	csv c = begin();
	add_pools(&c, 19, 0.1, true);
	np_dataset *dataset = finish(&c);
	np_platform *platform;
	np_error err = {0};
	assert_int_equal(np_platform_fit(dataset, NULL, &platform, &err), NP_ERR_DATA);
	assert_null(platform);
	assert_non_null(strstr(err.message, "20"));
	np_error_clear(&err);
	assert_int_equal(np_platform_fit(dataset, &(np_fit_options){.method = "oracle"}, &platform, &err), NP_ERR_ARGUMENT);
	assert_non_null(strstr(err.message, "oracle"));
	np_dataset_free(dataset);

	c = begin();
	add_pools(&c, 20, 0.1, false);
	add_convs(&c, 19, 0.1);
	dataset = finish(&c);
	for (int m = 0; np_fit_method(m); m++) {
		platform = learn(dataset, &(np_fit_options){.method = np_fit_method(m)});
		assert_int_equal(np_platform_model_count(platform), 1);
		assert_int_equal(info_of(platform, NP_MAXPOOL, NP_RUNTIME).rows, 20);
		np_platform_free(platform);
	}
	np_dataset_free(dataset);
}

static void missing_power_stays_missing(void **state)
{
	(void)state;
	state_of_numbers = 5;
	csv c = begin();
	add_pools(&c, 60, 0.1, false);
	np_dataset *dataset = finish(&c);
	np_platform *platform = learn(dataset, NULL);
	np_layer_config config = pool_config(8, 32, 64), other = conv_config(1, 8, 8, 8);
	np_estimate e;
	assert_false(np_platform_has_power(platform));
	np_platform_estimate(platform, &config, 1000, &e);
	assert_true(e.runtime_ms.has && !e.power_w.has && !e.energy_mj.has);
	np_platform_estimate(platform, &other, 1000, &e);
	assert_int_equal(e.source, NP_FROM_FALLBACK);
	assert_true(e.runtime_ms.has && e.runtime_ms.value > 0 && !e.power_w.has && !e.energy_mj.has);
	np_platform_free(platform);
	np_dataset_free(dataset);
}

static void estimates_are_positive_everywhere(void **state)
{
	(void)state;
	state_of_numbers = 6;
	csv c = begin();
	add_pools(&c, 150, 0.3, true);
	add_convs(&c, 200, 0.3);
	np_dataset *dataset = finish(&c);
	for (int m = 0; np_fit_method(m); m++) {
		np_platform *platform = learn(dataset, &(np_fit_options){.method = np_fit_method(m)});
		for (int i = 0; i < 2000; i++) {
			int n = 1 + (int)(512 * uniform()), h = 2 + (int)(510 * uniform()), k = 1 + (int)(4095 * uniform());
			np_layer_config config =
			        i % 2 ? pool_config(n, h, k) : conv_config(n, h, 1 + (int)(4095 * uniform()), k);
			np_estimate e;
			np_platform_estimate(platform, &config, 1000, &e);
			assert_true(e.runtime_ms.value > 0 && isfinite(e.runtime_ms.value));
			assert_true(e.power_w.value > 0 && e.power_w.value < 200);
			assert_true(e.runtime_ms.low > 0 && e.runtime_ms.low <= e.runtime_ms.value);
			assert_true(e.runtime_ms.high >= e.runtime_ms.value);
			assert_true(n <= 32 || e.extrapolated);
		}
		np_platform_free(platform);
	}
	np_dataset_free(dataset);
}

static void covering_convolutions_are_learned_as_products(void **state)
{
	(void)state;
	state_of_numbers = 7;
	csv c = begin();
	add_covering(&c, 80);
	np_dataset *dataset = finish(&c);
	np_platform *platform = learn(dataset, &(np_fit_options){.method = "paper"});
	assert_int_equal(np_platform_model_count(platform), 1);
	assert_int_equal(info_of(platform, NP_FC, NP_RUNTIME).rows, 80);
	np_layer_config config = conv_config(4, 7, 64, 32);
	config.kernel_h = config.kernel_w = 7;
	config.pad_h = config.pad_w = 0;
	config.out_h = config.out_w = 1;
	np_estimate e;
	np_platform_estimate(platform, &config, 1000, &e);
	assert_int_equal(e.source, NP_FROM_MODEL);
	assert_true(fabs(e.runtime_ms.value / (0.01 + 1e-7 * 4 * 64 * 49 * 32) - 1) < 0.02);
	np_platform_free(platform);
	np_dataset_free(dataset);
}

/* Intervals learned on one sample hold nine of ten rows of another. */
static void intervals_cover(void **state)
{
	(void)state;
	state_of_numbers = 8;
	csv c = begin();
	add_convs(&c, 500, 0.5);
	np_dataset *dataset = finish(&c);
	np_platform *platform = learn(dataset, NULL);
	int inside = 0;
	for (int i = 0; i < 2000; i++) {
		int n = one_of(BATCH, 6), h = one_of(SIDE, 4), in = one_of(CHANNELS, 5), k = one_of(CHANNELS, 5);
		double actual = conv_ms(n, h, in, k, 3) * noise(0.5);
		np_layer_config config = conv_config(n, h, in, k);
		np_estimate e;
		np_platform_estimate(platform, &config, 1000, &e);
		inside += actual >= e.runtime_ms.low && actual <= e.runtime_ms.high;
	}
	print_message("%.1f %% inside\n", inside / 20.0);
	assert_in_range(inside, 1700, 1940);
	np_platform_free(platform);
	np_dataset_free(dataset);
}

static void errors_by_hand(void **state)
{
	(void)state;
	const double predicted[] = {11, 18, 30}, actual[] = {10, 20, 30};
	np_errors errors = np_quality(predicted, actual, 3); /* +10 %, -10 %, 0 */
	assert_true(fabs(errors.rmspe - sqrt(0.02 / 3)) < 1e-15);
	assert_true(fabs(errors.rmse - sqrt(5.0 / 3)) < 1e-15);
	assert_true(fabs(errors.mape - 0.2 / 3) < 1e-15);

	double values[] = {4, 1, 3, 2, 5};
	assert_true(np_quality_quantile(values, 5, 0.5) == 3);
	assert_true(np_quality_quantile(values, 5, 0) == 1 && np_quality_quantile(values, 5, 1) == 5);
	assert_true(fabs(np_quality_quantile(values, 5, 0.625) - 3.5) < 1e-15);

	/* Nine ratios 2^0.1 .. 2^0.9: the 90 % interval of nine rows is the largest; eight rows are too few to say. */
	double p[9], a[9];
	for (int i = 0; i < 9; i++) {
		p[i] = i % 2 ? exp2(0.1 * (i + 1)) : 1;
		a[i] = i % 2 ? 1 : exp2(0.1 * (i + 1));
	}
	assert_true(fabs(np_quality_interval(p, a, 9, 0.9) - exp2(0.9)) < 1e-12);
	assert_true(np_quality_interval(p, a, 8, 0.9) == 0);
	np_spread spread = np_quality_spread(p, a, 9);
	assert_true(fabs(spread.factor[0] - exp2(0.5)) < 1e-12); /* half of ten: the fifth of nine */
	assert_true(fabs(spread.factor[4] - exp2(0.9)) < 1e-12 && spread.factor[5] == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(planted_rules_are_recovered),
	        cmocka_unit_test(degree_follows_the_rule),
	        cmocka_unit_test(only_data_and_seed_decide),
	        cmocka_unit_test(few_rows_make_no_model),
	        cmocka_unit_test(missing_power_stays_missing),
	        cmocka_unit_test(estimates_are_positive_everywhere),
	        cmocka_unit_test(covering_convolutions_are_learned_as_products),
	        cmocka_unit_test(intervals_cover),
	        cmocka_unit_test(errors_by_hand),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
