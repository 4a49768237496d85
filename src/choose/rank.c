/* The Energy-Precision Ratio (Equation 9) and the Pareto front. Knows nothing of where errors and energies come from. */
#include <neuralpower/rank.h>

#include "base/arena.h"
#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CANDIDATES = 1 << 20, MOST_ALPHAS = 64 };
static const double TABLE_7[] = {1, 2, 3, 4};
static const double LARGEST_ALPHA = 100;

static np_status check_candidate(const np_contender *c, np_error *err)
{
	if (!(c->error >= 0 && c->error <= 1))
		return np_fail(err, NP_ERR_DATA, "network '%s': an error from 0 to 1 was expected", c->network);
	if (!(c->energy_per_item_mj > 0 && isfinite(c->energy_per_item_mj)))
		return np_fail(err, NP_ERR_DATA, "network '%s': its energy per item is not known", c->network);
	return NP_OK;
}

static np_status check(const np_contender *candidates, int count, const np_rank_options *options, np_error *err)
{
	if (count < 1)
		return np_fail(err, NP_ERR_ARGUMENT, "at least one network was expected");
	if (count > MOST_CANDIDATES || options->alpha_count > MOST_ALPHAS)
		return np_fail(err, NP_ERR_LIMIT, "more than %d networks or %d alphas", MOST_CANDIDATES, MOST_ALPHAS);
	for (int a = 0; a < options->alpha_count; a++)
		if (!(options->alphas[a] >= 0 && options->alphas[a] <= LARGEST_ALPHA))
			return np_fail(err, NP_ERR_ARGUMENT, "an alpha from 0 to %g was expected", LARGEST_ALPHA);
	for (int i = 0; i < count; i++)
		NP_TRY(check_candidate(&candidates[i], err));
	return NP_OK;
}

/* Written so that what is not known misses a budget. */
static unsigned missed_budgets(const np_contender *c, const np_rank_options *o)
{
	unsigned missed = 0;
	if (o->max_runtime_ms > 0 && !(c->runtime_ms <= o->max_runtime_ms))
		missed |= NP_BUDGET_RUNTIME;
	if (o->max_energy_mj > 0 && !(c->energy_per_item_mj <= o->max_energy_mj))
		missed |= NP_BUDGET_ENERGY;
	if (o->max_power_w > 0 && !(c->power_w <= o->max_power_w))
		missed |= NP_BUDGET_POWER;
	return missed;
}

/* ---- orders: one index per row, sorted by what is asked ---- */

typedef struct entry {
	double key, then;
	int row;
} entry;

static int compare_entries(const void *left, const void *right)
{
	const entry *a = left, *b = right;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->then != b->then)
		return a->then < b->then ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* From the least energy up, a network is on the front when it errs less than all before; equals are on it together. */
static void mark_front(np_ranking *r, entry *order)
{
	int count = 0;
	for (int i = 0; i < r->count; i++)
		if (!r->rows[i].missed)
			order[count++] = (entry){r->rows[i].candidate.energy_per_item_mj, r->rows[i].candidate.error, i};
	qsort(order, (size_t)count, sizeof *order, compare_entries);
	double least = INFINITY;
	const entry *last = NULL;
	for (int i = 0; i < count; i++) {
		bool equal = last && order[i].key == last->key && order[i].then == last->then;
		if (!equal && !(order[i].then < least))
			continue;
		r->rows[order[i].row].pareto = true;
		least = order[i].then;
		last = &order[i];
	}
}

/* Equals share a place; of them the first is chosen. */
static void place_rows(np_ranking *r, int alpha, entry *order, int *places, int *chosen)
{
	int count = 0;
	for (int i = 0; i < r->count; i++)
		if (!r->rows[i].missed)
			order[count++] = (entry){r->rows[i].score[alpha], 0, i};
	qsort(order, (size_t)count, sizeof *order, compare_entries);
	*chosen = count ? order[0].row : -1;
	for (int i = 0, place = 1; i < count; i++) {
		if (i && order[i].key != order[i - 1].key)
			place = i + 1;
		places[order[i].row * r->options.alpha_count + alpha] = place;
	}
}

static void score_row(np_ranked *row, const np_rank_options *options, double *scores)
{
	for (int a = 0; a < options->alpha_count; a++)
		scores[a] = pow(row->candidate.error, options->alphas[a]) * row->candidate.energy_per_item_mj;
	row->score = scores;
	row->missed = missed_budgets(&row->candidate, options);
}

static np_status fill(np_ranking *r, np_arena *arena, const np_contender *candidates, entry *order, np_error *err)
{
	size_t alphas = (size_t)r->options.alpha_count, rows = (size_t)r->count;
	r->options.alphas = np_arena_copy(arena, r->options.alphas, alphas * sizeof(double));
	r->options.data = np_arena_text(arena, r->options.data, strlen(r->options.data));
	r->rows = np_arena_array(arena, rows, sizeof *r->rows);
	double *scores = np_arena_array(arena, rows * alphas, sizeof *scores);
	int *places = np_arena_array(arena, rows * alphas, sizeof *places);
	int *chosen = np_arena_array(arena, alphas, sizeof *chosen);
	if (!r->options.alphas || !r->options.data || !r->rows || !scores || !places || !chosen)
		return np_fail_memory(err);
	for (size_t i = 0; i < rows; i++) {
		np_ranked *row = &r->rows[i];
		row->candidate = candidates[i];
		row->candidate.network = np_arena_text(arena, candidates[i].network, strlen(candidates[i].network));
		if (!row->candidate.network)
			return np_fail_memory(err);
		row->place = places + i * alphas;
		score_row(row, &r->options, scores + i * alphas);
	}
	for (int a = 0; a < r->options.alpha_count; a++)
		place_rows(r, a, order, places, &chosen[a]);
	r->chosen = chosen;
	mark_front(r, order);
	return NP_OK;
}

np_status np_rank(const np_contender *candidates, int count, const np_rank_options *options, np_ranking **ranking,
                  np_error *err)
{
	np_rank_options own = options ? *options : (np_rank_options){0};
	*ranking = NULL;
	own.data = own.data ? own.data : "";
	if (!own.alphas || own.alpha_count < 1) {
		own.alphas = TABLE_7;
		own.alpha_count = sizeof TABLE_7 / sizeof *TABLE_7;
	}
	NP_TRY(check(candidates, count, &own, err));
	np_ranking *r = calloc(1, sizeof *r);
	np_arena *arena = calloc(1, sizeof *arena);
	entry *order = calloc((size_t)count, sizeof *order);
	np_status status = NP_OK;
	if (r && arena && order) {
		*r = (np_ranking){.options = own, .count = count, .memory = arena};
		arena->limit = (size_t)2 << 30;
		status = fill(r, arena, candidates, order, err);
	} else {
		free(arena);
		status = np_fail_memory(err);
	}
	free(order);
	if (status == NP_OK)
		*ranking = r;
	else
		np_ranking_free(r);
	return status;
}

void np_ranking_free(np_ranking *ranking)
{
	if (!ranking)
		return;
	if (ranking->memory)
		np_arena_free(ranking->memory);
	free(ranking->memory);
	free(ranking);
}
