/* rank and sweep: the paper's Table 7, budgets, the Pareto front, tables that must be refused. */
#include "test_support.h"

#include <math.h>
#include <unistd.h>

/* ---- Table 7 ---- */

/* The M columns as printed, for alpha 1 to 4, from the published errors and energies. */
static const struct {
	const char *network;
	double m[4];
} TABLE_7[] = {
        {"VGG-16", {86.062, 6.283, 0.459, 0.033}},
        {"AlexNet", {10.086, 1.715, 0.291, 0.050}},
        {"NIN", {18.093, 3.655, 0.738, 0.149}},
};

static void table_7_is_reproduced(void **state)
{
	(void)state;
	char path[1024];
	np_error err = {0};
	np_contenders table;
	np_ranking *r;
	assert_ok(np_contenders_load(source_path("data/paper/table07.csv", path, sizeof path), &table, &err), &err);
	assert_ok(np_rank(table.items, table.count, NULL, &r, &err), &err);
	np_contenders_free(&table); /* a ranking keeps its own copies */
	assert_int_equal(r->count, 3);
	assert_int_equal(r->options.alpha_count, 4);
	/* Errors have four digits, energies four or five: the printed M agree to half a percent or their last digit. */
	for (int i = 0; i < 3; i++) {
		assert_string_equal(r->rows[i].candidate.network, TABLE_7[i].network);
		for (int a = 0; a < 4; a++)
			assert_true(fabs(r->rows[i].score[a] - TABLE_7[i].m[a]) < 0.0006 + 0.001 * TABLE_7[i].m[a]);
	}
	/* "AlexNet for alpha = 1, 2, 3, VGG-16 for alpha = 4" */
	for (int a = 0; a < 4; a++)
		assert_string_equal(r->rows[r->chosen[a]].candidate.network, a < 3 ? "AlexNet" : "VGG-16");
	assert_true(r->rows[0].pareto);
	assert_true(r->rows[1].pareto);
	assert_false(r->rows[2].pareto); /* AlexNet errs less for less */
	assert_int_equal(r->rows[2].place[0], 2);
	np_ranking_free(r);
}

/* ---- budgets and fronts ---- */

static const np_contender FIVE[] = {
        {"a", 0.10, 100, 5, 50}, {"b", 0.20, 40, 2, 60}, {"c", 0.20, 40, NAN, NAN},
        {"d", 0.30, 45, 1, 30},  {"e", 0.40, 10, 9, 20},
};

static void equals_share_the_front_and_a_place(void **state)
{
	(void)state;
	np_error err = {0};
	np_ranking *r;
	assert_ok(np_rank(FIVE, 5, NULL, &r, &err), &err);
	const bool front[] = {true, true, true, false, true};
	for (int i = 0; i < 5; i++)
		assert_int_equal(r->rows[i].pareto, front[i]);
	/* alpha 1: a 10, b and c 8, d 13.5, e 4 */
	const int places[] = {4, 2, 2, 5, 1};
	for (int i = 0; i < 5; i++)
		assert_int_equal(r->rows[i].place[0], places[i]);
	/* alpha 2: a 1, b and c 1.6, d 4.05, e 1.6; alpha 3: a 0.1 */
	assert_int_equal(r->chosen[1], 0);
	assert_int_equal(r->chosen[2], 0);
	np_ranking_free(r);
}

static void what_misses_a_budget_or_may_is_not_chosen(void **state)
{
	(void)state;
	np_error err = {0};
	np_ranking *r;
	const np_rank_options options = {.alphas = (double[]){1}, .alpha_count = 1, .max_runtime_ms = 2, .max_power_w = 60};
	assert_ok(np_rank(FIVE, 5, &options, &r, &err), &err);
	const unsigned missed[] = {NP_BUDGET_RUNTIME, 0, NP_BUDGET_RUNTIME | NP_BUDGET_POWER, 0, NP_BUDGET_RUNTIME};
	const int places[] = {0, 1, 0, 2, 0};
	for (int i = 0; i < 5; i++) {
		assert_int_equal(r->rows[i].missed, missed[i]);
		assert_int_equal(r->rows[i].place[0], places[i]);
		assert_int_equal(r->rows[i].pareto, i == 1);
	}
	np_ranking_free(r);
	const np_rank_options none = {.max_energy_mj = 1};
	assert_ok(np_rank(FIVE, 5, &none, &r, &err), &err);
	assert_int_equal(r->chosen[0], -1);
	np_ranking_free(r);
}

/* On random candidates the front is what its definition says, and places follow the scores. */
static void the_front_is_what_its_definition_says(void **state)
{
	(void)state;
	enum { COUNT = 200 };
	np_contender c[COUNT];
	np_error err = {0};
	np_ranking *r;
	unsigned seed = 12345;
	for (int i = 0; i < COUNT; i++) {
		c[i] = (np_contender){.network = "n", .runtime_ms = NAN, .power_w = NAN};
		c[i].error = (double)((seed = seed * 1103515245u + 12345u) >> 16 & 63) / 64;
		c[i].energy_per_item_mj = 1 + (double)((seed = seed * 1103515245u + 12345u) >> 16 & 63);
	}
	assert_ok(np_rank(c, COUNT, NULL, &r, &err), &err);
	for (int i = 0; i < COUNT; i++) {
		bool beaten = false;
		int better = 0;
		for (int k = 0; k < COUNT; k++) {
			double error = c[k].error - c[i].error, energy = c[k].energy_per_item_mj - c[i].energy_per_item_mj;
			beaten |= error <= 0 && energy <= 0 && (error < 0 || energy < 0);
			better += r->rows[k].score[1] < r->rows[i].score[1];
		}
		assert_int_equal(r->rows[i].pareto, !beaten);
		assert_int_equal(r->rows[i].place[1], better + 1);
	}
	np_ranking_free(r);
}

static void what_cannot_be_ranked_is_refused(void **state)
{
	(void)state;
	np_error err = {0};
	np_ranking *r;
	const np_contender unknown = {"x", 0.5, NAN, NAN, NAN}, wrong = {"x", 1.5, 1, NAN, NAN};
	const np_rank_options negative = {.alphas = (double[]){-1}, .alpha_count = 1};
	assert_int_equal(np_rank(FIVE, 0, NULL, &r, &err), NP_ERR_ARGUMENT);
	assert_null(r);
	assert_int_equal(np_rank(&unknown, 1, NULL, &r, NULL), NP_ERR_DATA);
	assert_int_equal(np_rank(&wrong, 1, NULL, &r, NULL), NP_ERR_DATA);
	assert_int_equal(np_rank(FIVE, 5, &negative, &r, NULL), NP_ERR_ARGUMENT);
}

/* ---- tables ---- */

static np_status load(const char *text, np_contenders *candidates, np_error *err)
{
	char path[] = "/tmp/test_rank_XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	np_status status = np_contenders_load(path, candidates, err);
	unlink(path);
	return status;
}

static void errors_are_fractions_or_percentages(void **state)
{
	(void)state;
	np_error err = {0};
	np_contenders c;
	assert_ok(load("error,network,power_w\n0.25,a,\n 25 % ,b,3\n0,c,\n100%,d,\n", &c, &err), &err);
	assert_int_equal(c.count, 4);
	assert_true(c.items[0].error == 0.25 && c.items[1].error == 0.25 && c.items[2].error == 0 && c.items[3].error == 1);
	assert_true(isnan(c.items[0].power_w) && c.items[1].power_w == 3 && isnan(c.items[1].energy_per_item_mj));
	np_contenders_free(&c);
}

static void tables_that_cannot_be_read_say_where(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
		int line;
	} BAD[] = {
	        {"network,errors\na,1\n", "columns 'network' and 'error' were expected", 1},
	        {"network,error\na,0.1\nb,1.5\n", "error is '1.5', a fraction from 0 to 1 or a percentage as 7.3% was expected",
	         3},
	        {"network,error\na,\n", "error is '', a fraction from 0 to 1 or a percentage as 7.3% was expected", 2},
	        {"network,error\na,101%\n", "error is '101%', a fraction from 0 to 1 or a percentage as 7.3% was expected", 2},
	        {"network,error\n,0.1\n", "the network has no name", 2},
	        {"network,error\na,0.1\na,0.2\n", "network 'a' stands there twice", 3},
	        {"network,error,energy_per_item_mj\na,0.1,-1\n", "energy_per_item_mj is '-1', a number above 0 was expected",
	         2},
	        {"network,error\n", "no row follows the header", 0},
	};
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		np_error err = {0};
		np_contenders c;
		assert_int_equal(load(BAD[i].text, &c, &err), NP_ERR_DATA);
		assert_string_equal(err.message, BAD[i].message);
		assert_int_equal(err.line, BAD[i].line);
		assert_null(c.items);
	}
}

/* ---- sweep ---- */

static void a_sweep_names_its_best_points(void **state)
{
	(void)state;
	np_prediction p[4] = {0};
	const np_prediction *points[] = {&p[0], &p[1], &p[2], &p[3]};
	const double energy[] = {5, 3, 3, 4}, items[] = {10, 20, 30, 30};
	for (int i = 0; i < 4; i++) {
		p[i].energy_per_item_mj = (np_value){.value = energy[i], .has = true};
		p[i].items_per_s = items[i];
	}
	np_sweep s = np_sweep_of(points, 4);
	assert_int_equal(s.least_energy, 1);
	assert_int_equal(s.most_items, 2);
	for (int i = 0; i < 4; i++)
		p[i].energy_per_item_mj.has = false;
	s = np_sweep_of(points, 4);
	assert_int_equal(s.least_energy, -1);
	assert_int_equal(s.most_items, 2);
	assert_int_equal(np_sweep_of(NULL, 0).most_items, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(table_7_is_reproduced),
	        cmocka_unit_test(equals_share_the_front_and_a_place),
	        cmocka_unit_test(what_misses_a_budget_or_may_is_not_chosen),
	        cmocka_unit_test(the_front_is_what_its_definition_says),
	        cmocka_unit_test(what_cannot_be_ranked_is_refused),
	        cmocka_unit_test(errors_are_fractions_or_percentages),
	        cmocka_unit_test(tables_that_cannot_be_read_say_where),
	        cmocka_unit_test(a_sweep_names_its_best_points),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
