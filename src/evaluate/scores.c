/* Growing lists of pairs, and the evaluation that owns its texts. */
#include "evaluate/scores.h"

#include "base/arena.h"
#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What np_evaluation_free() must find again: the arena behind the public part. */
typedef struct owned {
	np_evaluation evaluation;
	np_arena arena;
} owned;

np_status np_pairs_add(np_pairs *pairs, double predicted, double actual, int line, np_error *err)
{
	if (pairs->count == pairs->capacity) {
		int capacity = pairs->capacity ? pairs->capacity * 2 : 256;
		double *p = realloc(pairs->predicted, (size_t)capacity * sizeof *p);
		if (p)
			pairs->predicted = p;
		double *a = realloc(pairs->actual, (size_t)capacity * sizeof *a);
		if (a)
			pairs->actual = a;
		int *l = realloc(pairs->line, (size_t)capacity * sizeof *l);
		if (l)
			pairs->line = l;
		if (!p || !a || !l)
			return np_fail_memory(err);
		pairs->capacity = capacity;
	}
	pairs->predicted[pairs->count] = predicted;
	pairs->line[pairs->count] = line;
	pairs->actual[pairs->count++] = actual;
	return NP_OK;
}

np_status np_pairs_add_value(np_pairs *pairs, const np_value *predicted, double actual, int line, np_error *err)
{
	pairs->with_interval += predicted->has_interval;
	pairs->inside += predicted->has_interval && predicted->low <= actual && actual <= predicted->high;
	return np_pairs_add(pairs, predicted->value, actual, line, err);
}

double np_pairs_coverage(const np_pairs *pairs)
{
	return pairs->with_interval ? (double)pairs->inside / pairs->with_interval : NAN;
}

void np_pairs_free(np_pairs *pairs)
{
	free(pairs->predicted);
	free(pairs->actual);
	free(pairs->line);
	*pairs = (np_pairs){0};
}

np_status np_pairs_accuracy(const np_pairs *pairs, np_accuracy *accuracy, np_error *err)
{
	return np_accuracy_of(pairs->predicted, pairs->actual, pairs->count, accuracy, err);
}

np_evaluation *np_evaluation_create(const char *data, int layers, int networks)
{
	owned *made = calloc(1, sizeof *made);
	if (!made)
		return NULL;
	np_evaluation *e = &made->evaluation;
	e->data = np_evaluation_text(e, data);
	e->layers = np_arena_array(&made->arena, (size_t)layers + 1, sizeof *e->layers);
	e->networks = np_arena_array(&made->arena, (size_t)networks + 1, sizeof *e->networks);
	if (e->data && e->layers && e->networks)
		return e;
	np_evaluation_free(e);
	return NULL;
}

const char *np_evaluation_text(np_evaluation *evaluation, const char *text)
{
	return np_arena_text(&((owned *)evaluation)->arena, text, strlen(text));
}

void np_evaluation_free(np_evaluation *evaluation)
{
	if (!evaluation)
		return;
	np_arena_free(&((owned *)evaluation)->arena);
	free(evaluation);
}

np_status np_evaluation_points(np_evaluation *evaluation, const np_pairs *pairs, np_points *points, np_error *err)
{
	np_arena *arena = &((owned *)evaluation)->arena;
	int step = (pairs->count + NP_POINTS_MOST - 1) / NP_POINTS_MOST, count = step ? (pairs->count + step - 1) / step : 0;
	double *predicted = np_arena_array(arena, (size_t)count + 1, sizeof *predicted);
	double *actual = np_arena_array(arena, (size_t)count + 1, sizeof *actual);
	int *line = np_arena_array(arena, (size_t)count + 1, sizeof *line);
	if (!predicted || !actual || !line)
		return np_fail_memory(err);
	for (int i = 0; i < count; i++) {
		predicted[i] = pairs->predicted[i * step];
		actual[i] = pairs->actual[i * step];
		line[i] = pairs->line[i * step];
	}
	*points = (np_points){predicted, actual, line, count};
	return NP_OK;
}

np_status np_evaluation_summarise(np_evaluation *evaluation, const char *target, const np_pairs *pairs, np_error *err)
{
	if (!pairs->count || evaluation->summary_count == NP_TARGET_COUNT)
		return NP_OK;
	np_target_summary *line = &evaluation->summary[evaluation->summary_count];
	line->target = np_evaluation_text(evaluation, target);
	if (!line->target)
		return np_fail_memory(err);
	NP_TRY(np_pairs_accuracy(pairs, &line->accuracy, err));
	line->interval_coverage = np_pairs_coverage(pairs);
	evaluation->summary_count++;
	return NP_OK;
}
