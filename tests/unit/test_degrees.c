/*
 * The degrees that method paper tries: the table agrees with the model that was kept, and its errors with those of a Lasso
 * solved here in another way.
 */
#include "test_support.h"

#include <math.h>
#include <unistd.h>

enum { ROWS = 60, COLUMNS = 4, FOLDS = 10 };

static np_dataset *load_rows(const char *rows)
{
	static const char HEADER[] =
	        "layer_type,device,dtype,batch,in_c,in_h,in_w,out_c,kernel_h,kernel_w,stride_h,stride_w,pad_h,"
	        "pad_w,groups,out_h,out_w,runtime_ms,power_w\n";
	char path[] = "/tmp/neuralpower-test-XXXXXX";
	const char *name = path;
	int fd = mkstemp(path);
	np_dataset *dataset;
	np_error err = {0};
	assert_true(fd >= 0);
	assert_true(write(fd, HEADER, sizeof HEADER - 1) > 0 && write(fd, rows, strlen(rows)) > 0);
	close(fd);
	assert_ok(np_dataset_load(&name, 1, NULL, &dataset, &err), &err);
	unlink(path);
	return dataset;
}

/* Activations whose time is no polynomial of degree one, so that no fit is exact. */
static np_dataset *make_relus(void)
{
	char rows[ROWS * 128], *at = rows;
	for (int i = 0; i < ROWS; i++) {
		int n = 1 + i * 7 % 16, c = 1 + i * 5 % 12, h = 4 + i % 9;
		double ms = 0.5 + 1e-4 * n * c * h * h + 0.02 * n + 0.05 * sin(i);
		at += sprintf(at, "relu,Test device,fp32,%d,%d,%d,%d,%d,,,,,,,,%d,%d,%.17g,%.17g\n", n, c, h, h, c, h, h, ms,
		              40 + n + 0.3 * cos(i));
	}
	return load_rows(rows);
}

/* Convolutions of every stride and padding, with power. */
static np_dataset *make_convs(void)
{
	char rows[ROWS * 160], *at = rows;
	for (int i = 0; i < ROWS; i++) {
		int n = 1 + i % 4, c = 2 + i * 5 % 9, k = 3 + i * 7 % 8, h = 9 + i % 7, s = 1 + i % 2, p = i / 2 % 2;
		int out = (h + 2 * p - 3) / s + 1;
		at += sprintf(at, "conv,Test device,fp32,%d,%d,%d,%d,%d,3,3,%d,%d,%d,%d,1,%d,%d,%.17g,%.17g\n", n, c, h, h, k,
		              s, s, p, p, out, out, 0.2 + 1e-5 * n * c * k * out * out * 9 + 0.01 * s, 30 + k + 0.5 * sin(i));
	}
	return load_rows(rows);
}

static np_platform *learn(const np_dataset *dataset, const char *features, int degree)
{
	np_platform *platform;
	np_error err = {0};
	const np_fit_options options = {.method = "paper", .features = features, .degree = degree};
	assert_ok(np_platform_fit(dataset, &options, &platform, &err), &err);
	return platform;
}

/* ---- a Lasso by coordinate descent ------------------------------------------------------------------------------------- */

typedef struct design {
	int rows, fold[ROWS];
	double target[ROWS], value[ROWS][COLUMNS];
} design;

static void read_design(const np_dataset *dataset, design *d)
{
	const np_design_options options = {.kind = NP_RELU, .target = NP_RUNTIME, .degree = 1};
	char *text, *end;
	size_t size;
	np_error err = {0};
	assert_ok(np_design_write(dataset, &options, &text, &size, &err), &err);
	for (char *line = strchr(text, '\n') + 1; *line; line = strchr(end, '\n') + 1) {
		double fields[4 + COLUMNS];
		end = line;
		for (int i = 0; i < 4 + COLUMNS; i++, end += *end == ',')
			fields[i] = strtod(end, &end);
		d->fold[d->rows] = (int)fields[2];
		d->target[d->rows] = fields[3];
		memcpy(d->value[d->rows++], fields + 4, COLUMNS * sizeof(double));
	}
	free(text);
}

/* y = middle + sum of slope x (value - mean) / deviation */
typedef struct line {
	double mean[COLUMNS], deviation[COLUMNS], slope[COLUMNS], middle;
} line;

/* Means and deviations (population form) of the rows that are not left out, and the mean of their targets. */
static int standardise(const design *d, int left_out, line *l)
{
	int rows = 0;
	*l = (line){0};
	for (int i = 0; i < d->rows; i++) {
		if (d->fold[i] == left_out)
			continue;
		rows++;
		l->middle += d->target[i];
		for (int j = 0; j < COLUMNS; j++) {
			l->mean[j] += d->value[i][j];
			l->deviation[j] += d->value[i][j] * d->value[i][j];
		}
	}
	l->middle /= rows;
	for (int j = 0; j < COLUMNS; j++) {
		l->mean[j] /= rows;
		l->deviation[j] = sqrt(l->deviation[j] / rows - l->mean[j] * l->mean[j]);
	}
	return rows;
}

static double standard(const line *l, const design *d, int row, int column)
{
	return (d->value[row][column] - l->mean[column]) / l->deviation[column];
}

static double say(const line *l, const design *d, int row)
{
	double value = l->middle;
	for (int j = 0; j < COLUMNS; j++)
		value += l->slope[j] * standard(l, d, row, j);
	return value;
}

/* One coordinate to its optimum: what the residuals without it ask for, less lambda. */
static void move(const design *d, int left_out, int rows, double lambda, int column, line *l)
{
	double pull = 0;
	for (int i = 0; i < d->rows; i++)
		if (d->fold[i] != left_out)
			pull += standard(l, d, i, column) * (d->target[i] - say(l, d, i)) / rows;
	pull += l->slope[column];
	l->slope[column] = fabs(pull) <= lambda ? 0 : pull - copysign(lambda, pull);
}

static line solve(const design *d, int left_out, double lambda)
{
	line l;
	int rows = standardise(d, left_out, &l);
	for (int sweep = 0; sweep < 5000; sweep++)
		move(d, left_out, rows, lambda, sweep % COLUMNS, &l);
	return l;
}

/* ---- tests -------------------------------------------------------------------------------------------------------------- */

/* RMSPE over all rows, RMSE as the root of the mean over folds: each row said by a model that did not see its fold. */
static void errors_equal_another_solver(void **state)
{
	(void)state;
	np_dataset *dataset = make_relus();
	np_platform *platform = learn(dataset, NULL, 1);
	design d = {0};
	np_model_info model;
	np_degree_info degree;
	read_design(dataset, &d);
	assert_int_equal(d.rows, ROWS);
	assert_true(np_platform_model(platform, 0, &model) && np_platform_degree(platform, 0, &degree));
	double relative = 0, folds = 0;
	for (int fold = 0; fold < FOLDS; fold++) {
		line l = solve(&d, fold, model.lambda);
		double squares = 0;
		int rows = 0;
		for (int i = 0; i < d.rows; i++) {
			double error = say(&l, &d, i) - d.target[i];
			if (d.fold[i] != fold)
				continue;
			rows++;
			squares += error * error;
			relative += error * error / (d.target[i] * d.target[i]);
		}
		folds += squares / rows;
	}
	assert_true(degree.cv_rmspe > 0.01);
	assert_true(fabs(degree.cv_rmspe / sqrt(relative / ROWS) - 1) < 1e-8);
	assert_true(fabs(degree.cv_rmse / sqrt(folds / FOLDS) - 1) < 1e-8);
	np_platform_free(platform);
	np_dataset_free(dataset);
}

/* What the table says of one model: one degree is chosen, it is the model's, and none that was tried has less error. */
static void check_model(const np_platform *platform, const np_model_info *model)
{
	np_degree_info d, chosen = {0};
	double least = INFINITY;
	int choices = 0, degrees = 0;
	for (int i = 0; np_platform_degree(platform, i, &d); i++) {
		if (d.kind != model->kind || d.target != model->target)
			continue;
		assert_int_equal(d.degree, ++degrees);
		assert_string_equal(d.features, model->features);
		assert_int_equal(d.tried, d.offered <= NP_MAX_TERMS);
		if (d.tried)
			least = fmin(least, d.cv_rmse);
		if (d.chosen) {
			choices++;
			chosen = d;
		}
	}
	assert_int_equal(degrees, model->target == NP_POWER ? 2 : 4);
	assert_int_equal(choices, 1);
	assert_int_equal(chosen.degree, model->degree);
	assert_int_equal(chosen.terms, model->terms);
	assert_true(chosen.tried && chosen.cv_rmse == least);
	/* No held-out prediction of these rows leaves the observed range by much. */
	assert_true(model->cv_rmspe <= chosen.cv_rmspe * (1 + 1e-12) && model->cv_rmspe > 0.5 * chosen.cv_rmspe);
}

static void the_table_agrees_with_the_models(void **state)
{
	(void)state;
	np_dataset *dataset = make_convs();
	for (int list = 0; np_fit_features(list); list++) {
		np_platform *platform = learn(dataset, np_fit_features(list), 0);
		np_model_info model;
		assert_int_equal(np_platform_model_count(platform), 3); /* runtime, power, and their product */
		assert_int_equal(np_platform_degree_count(platform), 6);
		for (int i = 0; np_platform_model(platform, i, &model); i++)
			if (model.target != NP_ENERGY)
				check_model(platform, &model);
		np_degree_info d;
		assert_false(np_platform_degree(platform, -1, &d) || np_platform_degree(platform, 6, &d));
		np_platform_free(platform);
	}
	np_dataset_free(dataset);
}

/* The text's 13 features of a convolution: C(17, 4) - 1 + 4 terms of degree four; the authors' 7: C(11, 4) - 1 + 8. */
static void too_many_terms_are_not_tried(void **state)
{
	(void)state;
	np_dataset *dataset = make_convs();
	np_platform *text = learn(dataset, "text", 0), *authors = learn(dataset, "authors", 0);
	np_degree_info d;
	assert_true(np_platform_degree(text, 3, &d));
	assert_int_equal(d.offered, 2380 - 1 + 4);
	assert_false(d.tried || d.chosen);
	assert_true(np_platform_degree(authors, 3, &d));
	assert_int_equal(d.offered, 330 - 1 + 8);
	assert_true(d.tried);
	np_platform_free(text);
	np_platform_free(authors);
	np_dataset_free(dataset);
}

static void design_refusal(const np_dataset *dataset, const np_design_options *options, const char *said)
{
	char *text;
	size_t size;
	np_error err = {0};
	assert_int_equal(np_design_write(dataset, options, &text, &size, &err), NP_ERR_ARGUMENT);
	assert_null(text);
	assert_non_null(strstr(err.message, said));
}

static void fit_refusal(const np_dataset *dataset, const np_fit_options *options, const char *said)
{
	np_platform *platform;
	np_error err = {0};
	assert_int_equal(np_platform_fit(dataset, options, &platform, &err), NP_ERR_ARGUMENT);
	assert_null(platform);
	assert_non_null(strstr(err.message, said));
}

static void what_cannot_be_is_refused(void **state)
{
	(void)state;
	np_dataset *dataset = make_convs();
	fit_refusal(dataset, &(np_fit_options){.method = "paper", .features = "other"}, "'other': authors or text");
	fit_refusal(dataset, &(np_fit_options){.features = "text"}, "default");
	fit_refusal(dataset, &(np_fit_options){.degree = 2}, "default");
	fit_refusal(dataset, &(np_fit_options){.method = "paper", .degree = 5}, "1 to 4");
	design_refusal(dataset, &(np_design_options){.kind = NP_CONV, .features = "other"}, "authors or text");
	design_refusal(dataset, &(np_design_options){.kind = NP_CONV, .degree = 5}, "1 to 4");
	design_refusal(dataset, &(np_design_options){.kind = NP_CONV, .target = NP_POWER, .degree = 4}, "3067 terms");
	np_dataset_free(dataset);
}

/* Every form of the report on degrees; other reports have no picture. */
static void reports_have_their_forms(void **state)
{
	(void)state;
	np_dataset *dataset = make_relus();
	np_platform *platform = learn(dataset, NULL, 2);
	np_report_options options = {.format = NP_REPORT_SVG};
	const np_platform *subjects[] = {platform, platform};
	char *text;
	size_t size;
	np_error err = {0};
	assert_ok(np_report_degrees(platform, &options, &text, &size, &err), &err);
	assert_int_equal(size, strlen(text));
	assert_non_null(strstr(text, "relu power_w degree "));
	free(text);
	assert_int_equal(np_report_platforms(subjects, 2, &options, &text, &size, &err), NP_ERR_ARGUMENT);
	assert_null(text);
	np_error_clear(&err);
	np_platform_free(platform);
	platform = learn(dataset, NULL, 1);
	options.format = NP_REPORT_TABLE;
	assert_ok(np_report_degrees(platform, &options, &text, &size, &err), &err);
	assert_non_null(strstr(text, "chosen"));
	free(text);
	np_platform_free(platform);
	np_dataset_free(dataset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(errors_equal_another_solver),  cmocka_unit_test(the_table_agrees_with_the_models),
	        cmocka_unit_test(too_many_terms_are_not_tried), cmocka_unit_test(what_cannot_be_is_refused),
	        cmocka_unit_test(reports_have_their_forms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
