/* See combine.h. */
#include "fit/combine.h"

#include "base/error.h"
#include "fit/blend.h"

#include <stdlib.h>
#include <string.h>

/* The factors of a step and its ancestors, by feature. */
static np_term term_of(const np_greedy *greedy, const np_dictionary *dictionary, int step)
{
	np_term term = {.low = greedy->steps[step].low, .high = greedy->steps[step].high};
	for (; greedy->steps[step].parent >= 0; step = greedy->steps[step].parent) {
		const np_step *s = &greedy->steps[step];
		np_factor factor = {
		        .feature = dictionary->entries[s->entry].feature, .power = 1, .kind = s->kind, .knot = s->knot};
		int at = term.factor_count++;
		for (; at > 0 && term.factors[at - 1].feature > factor.feature; at--)
			term.factors[at] = term.factors[at - 1];
		term.factors[at] = factor;
	}
	return term;
}

static bool same_term(const np_term *a, const np_term *b)
{
	if (a->factor_count != b->factor_count)
		return false;
	for (int i = 0; i < a->factor_count; i++) {
		const np_factor *p = &a->factors[i], *q = &b->factors[i];
		if (p->feature != q->feature || p->kind != q->kind || p->knot != q->knot)
			return false;
	}
	return true;
}

static void add_term(np_sum *sum, const np_term *term, double coefficient)
{
	int at = 0;
	if (!term->factor_count) {
		sum->intercept += coefficient;
		return;
	}
	while (at < sum->count && !same_term(&sum->terms[at], term))
		at++;
	if (at == sum->count)
		sum->terms[sum->count++] = *term;
	sum->coefficients[at] += coefficient;
}

static np_status add_member(np_selection *selection, const np_candidate *member, int members, const np_dictionary *dictionary,
                            np_sum *sum, np_error *err)
{
	int count = np_selection_terms(selection, member->size);
	double *b = malloc((size_t)count * sizeof *b);
	if (!b)
		return np_fail_memory(err);
	np_ridge_solve(&selection->ridge, count, member->penalty, b);
	for (int t = 0; t < count; t++) {
		np_term term = term_of(&selection->greedy, dictionary, selection->ridge.order[t]);
		add_term(sum, &term, b[t] / members);
	}
	free(b);
	return NP_OK;
}

/* Features in the order of the dictionary; only those that a term uses. */
static np_status hold_features(const np_dictionary *dictionary, np_arena *arena, np_model *model, np_error *err)
{
	bool used[NP_MAX_FEATURES] = {0};
	for (int i = 0; i < model->correction.count; i++)
		for (int k = 0; k < model->correction.terms[i].factor_count; k++)
			used[model->correction.terms[i].factors[k].feature] = true;
	model->hold_count = 0;
	model->holds = np_arena_array(arena, (size_t)dictionary->count + 1, sizeof *model->holds);
	if (!model->holds)
		return np_fail_memory(err);
	for (int j = 0; j < dictionary->count; j++) {
		const np_entry *e = &dictionary->entries[j];
		if (used[e->feature])
			model->holds[model->hold_count++] = (np_hold){e->feature, e->range};
	}
	return NP_OK;
}

static void add_blend(const np_blend *blend, const np_candidate *member, int members, const np_dictionary *dictionary,
                      np_sum *sum)
{
	np_linear linear = np_blend_model(blend, member->lambda, member->size);
	sum->intercept += linear.intercept / members;
	for (int i = 0; i < linear.terms; i++) {
		int column = linear.column[i];
		const np_greedy *greedy = &blend->selections[blend->configuration[column]].greedy;
		np_term term = term_of(greedy, dictionary, blend->step[column]);
		add_term(sum, &term, linear.value[i] / members);
	}
}

np_status np_combine(np_selection *selections, const np_blend *blend, const np_candidate *members, int count,
                     const np_dictionary *dictionary, np_arena *arena, np_model *model, np_error *err)
{
	size_t most = 1;
	for (int m = 0; m < count; m++)
		most += (size_t)members[m].size;
	np_sum *sum = &model->correction;
	*sum = (np_sum){.terms = np_arena_array(arena, most, sizeof *sum->terms),
	                .coefficients = np_arena_array(arena, most, sizeof *sum->coefficients)};
	if (!sum->terms || !sum->coefficients)
		return np_fail_memory(err);
	for (int m = 0; m < count; m++)
		if (members[m].configuration == NP_BLENDED)
			add_blend(blend, &members[m], count, dictionary, sum);
		else if (members[m].configuration != NP_NO_CORRECTION)
			NP_TRY(add_member(&selections[members[m].configuration], &members[m], count, dictionary, sum, err));
	for (int i = 0; i < sum->count; i++)
		if (sum->terms[i].factor_count > model->degree)
			model->degree = sum->terms[i].factor_count;
	return hold_features(dictionary, arena, model, err);
}
