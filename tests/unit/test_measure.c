/* What a campaign keeps and sums up: statistics, files that grow, history, plans. */
#include "test_support.h"

#include "base/append.h"
#include "measure/history.h"
#include "measure/plan.h"
#include "measure/statistics.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_statistics(void **state)
{
	(void)state;
	np_series series = {0};
	np_error err = {0};
	assert_true(isnan(np_series_median(&series)));
	static const double VALUES[] = {5, 1, 4, 2, 3, 100, 6, 7, 8, 9, 10};
	for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++)
		assert_ok(np_series_add(&series, VALUES[i], &err), &err);
	np_summary s = np_series_summary(&series);
	assert_int_equal(s.count, 11);
	assert_true(s.median == 6 && s.p10 == 2 && s.p90 == 10);
	assert_true(fabs(s.iqr - (8.5 - 3.5) / 6) < 1e-15);
	assert_true(fabs(s.mean - 155.0 / 11) < 1e-12);
	/* One wild value does not make the median unsure: 1.96 x 1.253 x (5 / 6) / 1.349 / sqrt(11). */
	assert_true(fabs(s.ci95 - 0.457423) < 1e-6);
	np_series_clear(&series);
	assert_ok(np_series_add(&series, 3, &err), &err);
	assert_true(np_series_median(&series) == 3 && isnan(np_series_summary(&series).ci95));
	np_series_free(&series);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void assert_file(const char *path, const char *text)
{
	char got[256] = "";
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	size_t size = fread(got, 1, sizeof got - 1, file);
	fclose(file);
	got[size] = '\0';
	assert_string_equal(got, text);
}

static const char *temporary(char path[64])
{
	strcpy(path, "/tmp/neuralpower-test-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	return path;
}

/* What stands in the file, what is cut off, and what is left after a line was appended. */
static void test_append(void **state)
{
	static const struct {
		const char *before;
		int64_t cut;
		bool empty;
		const char *after;
	} CASES[] = {
	        {"", 0, true, "x\n"},
	        {"a,b\n", 0, false, "a,b\nx\n"},
	        {"a,b", 3, true, "x\n"},
	        {"a", 1, true, "x\n"},
	        {"a,b\n1,2\n3,", 2, false, "a,b\n1,2\nx\n"},
	        {"a,b\n\n\n", 0, false, "a,b\n\n\nx\n"},
	};
	(void)state;
	char path[64];
	temporary(path);
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		np_error err = {0};
		np_appender *file;
		bool empty;
		int64_t cut;
		write_file(path, CASES[i].before);
		assert_ok(np_append_open(path, "a,b\n", &file, &empty, &cut, &err), &err);
		assert_int_equal(cut, CASES[i].cut);
		assert_int_equal(empty, CASES[i].empty);
		assert_ok(np_append(file, "x\n", 2, &err), &err);
		np_append_close(file);
		assert_file(path, CASES[i].after);
	}
	unlink(path);
}

static void test_append_refuses(void **state)
{
	static const char *const FOREIGN[] = {"a,c\n", "b", "\n", "a,b,c\n1,2"};
	(void)state;
	char path[64];
	temporary(path);
	for (size_t i = 0; i < sizeof FOREIGN / sizeof *FOREIGN; i++) {
		np_error err = {0};
		np_appender *file;
		bool empty;
		int64_t cut;
		write_file(path, FOREIGN[i]);
		assert_int_equal(np_append_open(path, "a,b\n", &file, &empty, &cut, &err), NP_ERR_DATA);
		assert_null(file);
		assert_string_equal(err.path, path);
		assert_file(path, FOREIGN[i]);
	}
	unlink(path);
	np_error err = {0};
	np_appender *file;
	bool empty;
	int64_t cut;
	assert_int_equal(np_append_open("/tmp", "a\n", &file, &empty, &cut, &err), NP_ERR_IO);
	np_append_close(NULL);
}

/* ---- history ---- */

static void add(np_history *history, const char *name, int pass, double runtime_ms, double power_w, const char *flags,
                double at_s)
{
	np_error err = {0};
	const np_record record = {.pass = pass, .runtime_ms = runtime_ms, .power_w = power_w, .flags = flags};
	unsigned bits = strcmp(flags, "anchor") == 0 ? NP_FLAG_ANCHOR : 0;
	assert_ok(np_history_add(history, &record, name, "", bits, at_s, &err), &err);
}

static void test_history(void **state)
{
	(void)state;
	np_history history = {0};
	np_error err = {0};
	add(&history, "a", 1, 10, 100, "", 0);
	add(&history, "b", 1, 10, NAN, "", 1);
	add(&history, "c", 1, 50, 50, "thr_power", 2);
	add(&history, "a", 2, 11, 102, "", 3);
	add(&history, "b", 2, 10, NAN, "", 4);
	add(&history, "c", 2, 20, 60, "", 5);
	add(&history, "e", 1, 20, 60, "", 6);
	add(&history, "e", 2, 30, 60, "noisy", 7);
	assert_non_null(np_history_find(&history, "a", "", 2));
	assert_null(np_history_find(&history, "a", "", 3));
	assert_null(np_history_find(&history, "a", "net", 1));

	double runtime_ms, power_w;
	assert_true(np_history_value(&history, "a", "", &runtime_ms, &power_w));
	assert_true(runtime_ms == 10.5 && power_w == 101);
	assert_true(np_history_value(&history, "b", "", &runtime_ms, &power_w));
	assert_true(runtime_ms == 10 && isnan(power_w));
	assert_true(np_history_value(&history, "c", "", &runtime_ms, &power_w)); /* the one that went well */
	assert_true(runtime_ms == 20 && power_w == 60);
	assert_false(np_history_value(&history, "d", "", &runtime_ms, &power_w));
	assert_true(isnan(runtime_ms));

	np_agreement agreement;
	assert_ok(np_history_agreement(&history, &agreement, &err), &err);
	assert_int_equal(agreement.pairs, 2); /* c and e were flagged once */
	assert_true(fabs(agreement.runtime_median - 0.5 * (1 / 10.5)) < 1e-12);
	assert_true(fabs(agreement.power_median - 2 / 101.0) < 1e-12);
	np_history_free(&history);
}

static void test_drift(void **state)
{
	(void)state;
	np_history history = {0};
	assert_true(isnan(np_history_drift(&history).runtime_spread));
	for (int i = 0; i < 5; i++)
		add(&history, "x", 0, 100 + i, 200 + 2 * i, "anchor", 360.0 * i);
	np_drift drift = np_history_drift(&history);
	assert_int_equal(drift.anchors, 5);
	assert_true(fabs(drift.runtime_per_h - 10 / 102.0) < 1e-12); /* 1 ms in each tenth of an hour, of 102 ms */
	assert_true(fabs(drift.power_w_per_h - 20) < 1e-9);
	assert_true(fabs(drift.runtime_spread - 4 / 102.0) < 1e-12);
	assert_null(np_history_find(&history, "x", "", 0)); /* anchors are no rows */
	np_history_free(&history);
}

static void test_plan(void **state)
{
	(void)state;
	np_plan plan = {0};
	np_error err = {0};
	np_layer_config config;
	static const char *const TEXTS[] = {"relu:1x4", "relu:1x5", "relu:1x4", "fc:1x10:5"};
	for (size_t i = 0; i < 4; i++) {
		assert_ok(np_layer_text_read(TEXTS[i], &config, &err), &err);
		assert_ok(np_plan_add(&plan, &config, "", &err), &err);
	}
	assert_int_equal(plan.count, 3);
	assert_ok(np_plan_add(&plan, &config, "net", &err), &err); /* of a network: another row */
	assert_int_equal(plan.count, 4);
	int *first, *again, *second, seen = 0;
	assert_ok(np_plan_order(&plan, 7, 1, &first, &err), &err);
	assert_ok(np_plan_order(&plan, 7, 1, &again, &err), &err);
	assert_ok(np_plan_order(&plan, 7, 2, &second, &err), &err);
	for (int i = 0; i < 4; i++)
		seen |= 1 << first[i];
	assert_int_equal(seen, 15);
	assert_memory_equal(first, again, 4 * sizeof *first);
	free(first);
	free(again);
	free(second);
	np_plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_statistics), cmocka_unit_test(test_append), cmocka_unit_test(test_append_refuses),
	        cmocka_unit_test(test_history),    cmocka_unit_test(test_drift),  cmocka_unit_test(test_plan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
