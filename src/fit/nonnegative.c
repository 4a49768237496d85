/* The active set method of Lawson and Hanson (1974) on normal equations; see nonnegative.h. */
#include "fit/nonnegative.h"

#include <math.h>
#include <string.h>

#define STATIONARY 1e-10 /* gradients below are zero: the columns have length 1 */
#define DEPENDENT 1e-11  /* a squared pivot below: the column is a combination of others */

enum { MOST = NP_NONNEGATIVE_MOST };

static double gram_at(const np_nonnegative *p, int i, int j)
{
	return p->gram[i * p->size + j];
}

/* The unconstrained minimum over the support's columns; the index of a dependent column, or -1. */
static int solve_support(const np_nonnegative *p, const np_support *s, double *b)
{
	double l[MOST][MOST];
	for (int i = 0; i < s->count; i++) {
		double y = p->product[s->column[i]];
		for (int j = 0; j <= i; j++) {
			double sum = gram_at(p, s->column[i], s->column[j]);
			for (int k = 0; k < j; k++)
				sum -= l[i][k] * l[j][k];
			if (j < i)
				l[i][j] = sum / l[j][j];
			else if (!(sum > DEPENDENT))
				return i;
			else
				l[i][i] = sqrt(sum);
		}
		for (int k = 0; k < i; k++)
			y -= l[i][k] * b[k];
		b[i] = y / l[i][i];
	}
	for (int i = s->count - 1; i >= 0; i--) {
		for (int k = i + 1; k < s->count; k++)
			b[i] -= l[k][i] * b[k];
		b[i] /= l[i][i];
	}
	return -1;
}

static void drop(np_support *s, int at)
{
	s->count--;
	memmove(s->column + at, s->column + at + 1, (size_t)(s->count - at) * sizeof *s->column);
	memmove(s->value + at, s->value + at + 1, (size_t)(s->count - at) * sizeof *s->value);
}

/* The first of the values to reach 0 on the way to b, and how far along it does. */
static int first_zero(const np_support *s, const double *b, double *fraction)
{
	int first = -1;
	*fraction = 1;
	for (int i = 0; i < s->count; i++)
		if (b[i] <= 0) {
			double way = s->value[i] / (s->value[i] - b[i]);
			if (first < 0 || way < *fraction)
				first = i, *fraction = way;
		}
	return first;
}

/* From feasible values to the minimum over a subset of the support, dropping what turns negative. */
static void settle(const np_nonnegative *p, np_support *s)
{
	double b[MOST], fraction;
	while (s->count) {
		int dependent = solve_support(p, s, b);
		if (dependent >= 0) {
			drop(s, dependent);
			continue;
		}
		int first = first_zero(s, b, &fraction);
		for (int i = 0; i < s->count; i++)
			s->value[i] += (first < 0 ? 1 : fraction) * (b[i] - s->value[i]);
		if (first < 0)
			return;
		drop(s, first);
	}
}

static void measure(const np_nonnegative *p, np_support *s)
{
	s->loss = p->total;
	for (int i = 0; i < s->count; i++)
		s->loss -= s->value[i] * p->product[s->column[i]];
	if (!(s->loss > 0))
		s->loss = 0;
}

static bool contains(const np_support *s, int column)
{
	for (int i = 0; i < s->count; i++)
		if (s->column[i] == column)
			return true;
	return false;
}

/* The column outside with the steepest descent that has not been refused, or -1. */
static int steepest(const np_nonnegative *p, const np_support *s, const bool *refused)
{
	int best = -1;
	double most = STATIONARY;
	for (int j = 0; j < p->size; j++) {
		if (refused[j] || !(gram_at(p, j, j) > 0) || contains(s, j))
			continue;
		double slope = p->product[j];
		for (int i = 0; i < s->count; i++)
			slope -= gram_at(p, j, s->column[i]) * s->value[i];
		if (slope > most)
			most = slope, best = j;
	}
	return best;
}

void np_nonnegative_solve(const np_nonnegative *p, np_support *s)
{
	bool refused[MOST] = {0};
	*s = (np_support){.loss = p->total};
	for (int round = 0; round < 20 * MOST; round++) {
		int column = steepest(p, s, refused);
		if (column < 0)
			break;
		np_support next = *s;
		next.column[next.count] = column;
		next.value[next.count++] = 0;
		settle(p, &next);
		measure(p, &next);
		/* A column that rounding alone calls steep does not help: without progress it is not tried again. */
		refused[column] = !contains(&next, column) || !(next.loss < s->loss);
		if (!refused[column])
			*s = next;
	}
}

void np_nonnegative_prune(const np_nonnegative *p, int most, double slack, np_support *s)
{
	double limit = s->loss * slack;
	while (s->count > 2) {
		np_support best = {.loss = INFINITY};
		for (int i = 0; i < s->count; i++) {
			np_support without = *s;
			drop(&without, i);
			settle(p, &without);
			measure(p, &without);
			if (without.loss < best.loss)
				best = without;
		}
		if (!best.count || (best.loss > limit && s->count <= most))
			break;
		*s = best;
	}
}
