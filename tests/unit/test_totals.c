/* How errors of one network's layers go together, on rows whose errors are chosen; and which rows share a fold. */
#include "test_support.h"

#include "fit/sample.h"
#include "fit/totals.h"

#include <math.h>

enum { NETWORKS = 24, LAYERS = 4, ROWS = NETWORKS * LAYERS };

typedef struct measured {
	char names[NETWORKS][8];
	np_row rows[ROWS];
} measured;

static void fill(measured *m)
{
	for (int i = 0; i < ROWS; i++) {
		int network = i / LAYERS;
		snprintf(m->names[network], sizeof m->names[network], "n%d", network);
		m->rows[i] = (np_row){.network = m->names[network], .run = ""};
		m->rows[i].config = (np_layer_config){.kind = NP_RELU,
		                                      .batch = 1,
		                                      .in_c = 1 + i,
		                                      .in_h = 1,
		                                      .in_w = 1,
		                                      .out_c = 1 + i,
		                                      .out_h = 1,
		                                      .out_w = 1};
		m->rows[i].value[NP_RUNTIME] = 1;
		m->rows[i].has[NP_RUNTIME] = true;
	}
}

/* Every layer's interval spans a factor of e; what was held out is off by a factor of exp(error). */
static double correlation(measured *m, double (*error)(int layer))
{
	np_model model = {.kind = NP_RELU, .target = NP_RUNTIME, .interval_factor = exp(1)};
	np_platform *platform = np_platform_create();
	np_outcome outcome = {.fitted = {0}};
	np_error err = {0};
	platform->by_kind[NP_RELU][NP_RUNTIME] = &model;
	assert_ok(np_outcome_make(ROWS, &outcome, &err), &err);
	for (int i = 0; i < ROWS; i++)
		outcome.held_out[NP_RUNTIME][i] = exp(error(i % LAYERS));
	assert_ok(np_totals_calibrate(m->rows, ROWS, &outcome, 0.9, platform, &err), &err);
	np_totals_info info;
	np_platform_totals(platform, &info);
	assert_int_equal(info.networks, NETWORKS);
	assert_int_equal(info.totals, NETWORKS);
	np_outcome_free(&outcome);
	np_platform_free(platform);
	return info.correlation[NP_RUNTIME];
}

static double alike(int layer)
{
	(void)layer;
	return 0.8;
}

static double opposite(int layer)
{
	return layer % 2 ? 0.8 : -0.8;
}

static double beyond(int layer)
{
	(void)layer;
	return 1.5;
}

static void the_least_correlation_that_holds_is_taken(void **state)
{
	(void)state;
	measured m;
	fill(&m);
	/* Four equal layers: (0.8^2 - 1/4) / (1 - 1/4) of the way from independent to all alike. */
	assert_true(fabs(correlation(&m, alike) - 0.52) < 1e-9);
	/* exp(0.8) and exp(-0.8) have a mean of cosh(0.8) = exp(0.29), within the interval of independent errors, exp(1/2) or
	 * more. */
	assert_true(correlation(&m, opposite) == 0);
	assert_true(correlation(&m, beyond) == 1);
}

static void rows_of_a_network_or_a_shape_share_a_fold(void **state)
{
	(void)state;
	measured m;
	np_sample sample;
	np_error err = {0};
	fill(&m);
	m.rows[5].config.in_c = m.rows[5].config.out_c = 1; /* the shape of row 0, in the next network */
	m.rows[5].config.batch = 7;
	m.rows[ROWS - 1].network = "";
	for (int i = 0; i < NP_GROUPINGS; i++) {
		assert_ok(np_sample_take(m.rows, ROWS, NP_RELU, NP_FEATURES_AUTHORS, NP_RUNTIME, (np_grouping)i, &sample, &err),
		          &err);
		const int *group = sample.fold_group;
		assert_true((i == NP_BY_ROW) == !group);
		if (group) {
			assert_int_equal(group[0], group[5]);
			assert_true((group[0] == group[1]) == (i == NP_BY_NETWORK));
			assert_true((group[1] == group[7]) == (i == NP_BY_NETWORK)); /* joined by rows 0 and 5 */
			assert_int_not_equal(group[1], group[8]);
			assert_int_not_equal(group[ROWS - 1], group[ROWS - 2]);
		}
		np_sample_free(&sample);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_least_correlation_that_holds_is_taken),
	                                   cmocka_unit_test(rows_of_a_network_or_a_shape_share_a_fold)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
