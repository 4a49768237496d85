/* See path.h. */
#include "fit/path.h"

#include "base/error.h"
#include "linalg/cholesky.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A column whose squared pivot is below is a combination of the active ones. */
#define PIVOT_TOLERANCE 1e-9
/* The same of a column that has returned too often: its twin and it must both be there. Rounding alone is less. */
#define LAST_PIVOT_TOLERANCE 1e-13
/* The optimality conditions hold when no gradient exceeds lambda (1 + RELATIVE_SLACK) + ABSOLUTE_SLACK lambda_1. */
#define RELATIVE_SLACK 1e-10
#define ABSOLUTE_SLACK 1e-14
/* Of lambda: active gradients that are further off than this are refined. */
#define REFINE_ABOVE 1e-12

enum {
	REFACTOR_AFTER = 400, /* columns appended, before the factor is formed anew */
	MOST_RETURNS = 3,     /* times that a column may leave and return at one lambda before others go first */
};

typedef struct solver {
	const np_problem *problem;
	const np_path_options *options;
	const np_kernels *kernels;
	double lambda, slack;

	/* Active columns in the order of the factor. */
	int count, capacity;
	int *active;
	double *sign, *b, *next;
	np_cholesky factor;
	int appended;

	/* The working set: columns that may enter, and the active columns' correlations with them. */
	int members;
	int *member, *place; /* place[j]: where column j is in member, or -1 */
	double *panel;       /* one line per active column, in the order of the factor */
	size_t stride;
	double *product; /* of the members with the target */
	double *gradient;

	double *full; /* the gradient of all columns */
	bool *is_active;
	int *returns; /* per column, at this lambda */
	double *row;
	np_path *path;
	size_t room;
} solver;

/* ---- Active columns --------------------------------------------------------------------------------------------------- */

static double correlation(const solver *s, int i, int j)
{
	return s->problem->gram[(size_t)i * s->problem->stride + (size_t)j];
}

static void fill_line(solver *s, int at)
{
	const double *gram = s->problem->gram + (size_t)s->active[at] * s->problem->stride;
	double *line = s->panel + (size_t)at * s->stride;
	for (int m = 0; m < s->members; m++)
		line[m] = gram[s->member[m]];
}

static bool append_to_factor(solver *s, int column, double sign)
{
	const double *gram = s->problem->gram + (size_t)column * s->problem->stride;
	for (size_t i = 0; i < s->factor.size; i++)
		s->row[i] = gram[s->active[i]];
	const double carried[NP_CHOLESKY_CARRIED] = {s->problem->product[column], sign};
	double tolerance = s->returns[column] < MOST_RETURNS ? PIVOT_TOLERANCE : LAST_PIVOT_TOLERANCE;
	return np_cholesky_append(&s->factor, s->row, correlation(s, column, column) + s->options->ridge, carried, tolerance);
}

static void drop(solver *s, int at)
{
	int column = s->active[at], after = s->count - at - 1;
	np_cholesky_delete(&s->factor, (size_t)at);
	memmove(s->active + at, s->active + at + 1, (size_t)after * sizeof *s->active);
	memmove(s->sign + at, s->sign + at + 1, (size_t)after * sizeof *s->sign);
	memmove(s->b + at, s->b + at + 1, (size_t)after * sizeof *s->b);
	memmove(s->panel + (size_t)at * s->stride, s->panel + (size_t)(at + 1) * s->stride,
	        (size_t)after * s->stride * sizeof *s->panel);
	s->count--;
	s->is_active[column] = false;
	s->returns[column]++;
	s->path->changes++;
}

static void take(solver *s, int column, double sign, double b)
{
	s->active[s->count] = column;
	s->sign[s->count] = sign;
	s->b[s->count] = b;
	s->is_active[column] = true;
	fill_line(s, s->count++);
	s->path->changes++;
}

/*
 * `column` is the combination s->row of the active ones. Moving along it leaves the fit as it is and shrinks the sum of
 * |b|: goes on until an active coefficient is zero, which leaves. Returns how far, or -1 when nothing stops it, which
 * rounding alone can bring about.
 */
static double exchange(solver *s, double sign)
{
	double step = INFINITY;
	int leaving = -1;
	for (int i = 0; i < s->count; i++) {
		double rate = sign * s->row[i]; /* b[i] falls at this rate */
		if (s->b[i] * rate > 0 && s->b[i] / rate < step) {
			step = s->b[i] / rate;
			leaving = i;
		}
	}
	if (leaving < 0)
		return -1;
	for (int i = 0; i < s->count; i++)
		s->b[i] -= step * sign * s->row[i];
	drop(s, leaving);
	return step;
}

/* false when the column cannot enter now. */
static bool enter(solver *s, int column, double sign)
{
	double b = 0;
	while (!append_to_factor(s, column, sign)) {
		double step = exchange(s, sign);
		if (step < 0) {
			s->returns[column] = MOST_RETURNS;
			return false;
		}
		b += sign * step;
	}
	s->appended++;
	take(s, column, sign, b);
	return true;
}

/* Forms the factor anew, which ends the drift of many updates. A column that has become dependent leaves. */
static void refactor(solver *s)
{
	int count = s->count;
	s->appended = 0;
	np_cholesky_clear(&s->factor);
	s->count = 0;
	for (int i = 0; i < count; i++) {
		int column = s->active[i];
		double sign = s->sign[i], b = s->b[i];
		s->is_active[column] = false;
		if (append_to_factor(s, column, sign))
			take(s, column, sign, b);
	}
}

/* ---- One lambda ------------------------------------------------------------------------------------------------------- */

static void solve_active(solver *s)
{
	for (int i = 0; i < s->count; i++)
		s->next[i] = s->factor.carried[0][i] - s->lambda * s->factor.carried[1][i];
	np_cholesky_solve_upper(&s->factor, s->next);
}

/* How far b can go towards next before coefficient i changes sign; above 1: all the way. */
static double reach(const solver *s, int i)
{
	if (s->next[i] * s->sign[i] > 0)
		return 2;
	return s->b[i] * s->sign[i] > 0 ? s->b[i] / (s->b[i] - s->next[i]) : 0;
}

/* Takes the solution for the active columns; those whose coefficient would change its sign on the way leave. */
static void descend(solver *s)
{
	for (;;) {
		solve_active(s);
		double step = 1;
		int leaving = -1;
		for (int i = 0; i < s->count; i++) {
			double most = reach(s, i);
			if (most <= step) {
				step = most;
				leaving = i;
			}
		}
		if (leaving < 0)
			break;
		for (int i = 0; i < s->count; i++)
			s->b[i] += step * (s->next[i] - s->b[i]);
		s->b[leaving] = 0;
		drop(s, leaving);
	}
	memcpy(s->b, s->next, (size_t)s->count * sizeof *s->b);
}

static void find_gradient(solver *s)
{
	memcpy(s->gradient, s->product, (size_t)s->members * sizeof *s->gradient);
	s->kernels->subtract_rows(s->b, s->panel, s->stride, (size_t)s->count, s->gradient, (size_t)s->members);
}

/* One step of iterative refinement, where the active gradients are not lambda times the signs. */
static void refine(solver *s)
{
	double worst = 0;
	for (int i = 0; i < s->count; i++) {
		double residual = s->gradient[s->place[s->active[i]]] - s->options->ridge * s->b[i] - s->lambda * s->sign[i];
		s->next[i] = residual;
		worst = fmax(worst, fabs(residual));
	}
	if (worst <= REFINE_ABOVE * s->lambda)
		return;
	np_cholesky_solve_lower(&s->factor, s->next);
	np_cholesky_solve_upper(&s->factor, s->next);
	for (int i = 0; i < s->count; i++)
		s->b[i] += s->next[i];
	find_gradient(s);
}

static double violation(const solver *s, double gradient)
{
	double size = s->options->nonnegative ? gradient : fabs(gradient);
	return size - s->slack;
}

/*
 * What a column that keeps leaving and returning must exceed the slack by: more with each return. Of two equal columns one
 * is active, and where coefficients are large the other's gradient lies above by rounding; they would take turns for ever.
 */
static double doubt(const solver *s, int column)
{
	int returns = s->returns[column] - MOST_RETURNS;
	return returns > 0 ? returns * RELATIVE_SLACK * s->lambda : 0;
}

/* The worst violator of the working set, among those that are not waiting for others when `patient`; -1 when none is. */
static int worst_member(const solver *s, bool patient)
{
	double most = 0;
	int worst = -1;
	for (int m = 0; m < s->members; m++) {
		int column = s->member[m];
		double v = violation(s, s->gradient[m]) - doubt(s, column);
		if (v > most && !s->is_active[column] && !(patient && s->returns[column] >= MOST_RETURNS)) {
			most = v;
			worst = m;
		}
	}
	return worst;
}

static void set_stride(solver *s)
{
	s->stride = np_padded((size_t)s->members);
	for (int i = 0; i < s->count; i++)
		fill_line(s, i);
}

static void add_member(solver *s, int column)
{
	s->place[column] = s->members;
	s->product[s->members] = s->problem->product[column];
	s->member[s->members++] = column;
}

/* Columns that the last gradients make likely to enter (the sequential strong rule), and the active ones. */
static void choose_members(solver *s, double previous)
{
	double bound = 2 * s->lambda - previous;
	s->members = 0;
	for (int j = 0; j < s->problem->size; j++) {
		double g = s->options->nonnegative ? s->full[j] : fabs(s->full[j]);
		s->place[j] = -1;
		if (s->is_active[j] || (s->problem->spread[j] > 0 && g >= bound))
			add_member(s, j);
	}
	set_stride(s);
}

/* Checks all columns; violators join the working set. true when there is none. */
static bool check_all(solver *s)
{
	const np_problem *p = s->problem;
	int before = s->members;
	memcpy(s->full, p->product, (size_t)p->size * sizeof *s->full);
	for (int i = 0; i < s->count; i++)
		s->kernels->axpy(-s->b[i], p->gram + (size_t)s->active[i] * p->stride, s->full, (size_t)p->size);
	for (int j = 0; j < p->size; j++)
		if (s->place[j] < 0 && p->spread[j] > 0 && violation(s, s->full[j]) > 0)
			add_member(s, j);
	if (s->members == before)
		return true;
	set_stride(s);
	find_gradient(s);
	return false;
}

/* What became of the attempt to let a violator in. */
typedef enum entry { NONE_LEFT, ENTERED, STUCK } entry;

/*
 * One column enters at a time: several at once would disturb each other so much, collinear as they are, that ten times as
 * many come and go.
 */
static entry let_in(solver *s)
{
	int m = worst_member(s, true);
	if (m < 0)
		m = worst_member(s, false);
	if (m < 0)
		return NONE_LEFT;
	if (s->count == s->capacity)
		return STUCK;
	return enter(s, s->member[m], s->gradient[m] > 0 ? 1 : -1) ? ENTERED : STUCK;
}

/* false when the conditions cannot be met. */
static bool settle(solver *s)
{
	for (int64_t round = 0; round < 20 * (int64_t)s->problem->size + 100; round++) {
		if (s->appended >= REFACTOR_AFTER)
			refactor(s);
		descend(s);
		find_gradient(s);
		refine(s);
		entry outcome = let_in(s);
		if (outcome == NONE_LEFT) {
			if (check_all(s))
				return true;
			outcome = let_in(s);
		}
		if (outcome == STUCK)
			return false;
	}
	return false;
}

/* ---- The path --------------------------------------------------------------------------------------------------------- */

static bool store(solver *s, int lambda)
{
	np_path *path = s->path;
	size_t used = (size_t)path->start[lambda], needed = used + (size_t)s->count;
	if (needed > s->room || !path->column) {
		size_t room = 2 * needed + 64;
		int *column = realloc(path->column, room * sizeof *column);
		path->column = column ? column : path->column;
		double *value = realloc(path->value, room * sizeof *value);
		path->value = value ? value : path->value;
		if (!column || !value)
			return false;
		s->room = room;
	}
	if (s->count) { /* with nothing stored yet there is nowhere to copy to */
		memcpy(path->column + used, s->active, (size_t)s->count * sizeof *s->active);
		memcpy(path->value + used, s->b, (size_t)s->count * sizeof *s->b);
	}
	path->start[lambda + 1] = (int)needed;
	return true;
}

static bool allocate(solver *s)
{
	size_t size = (size_t)s->problem->size + 1, rows = (size_t)s->problem->rows;
	s->capacity = (int)(size - 1 < rows || s->options->ridge > 0 ? size - 1 : rows);
	size_t capacity = (size_t)s->capacity + 1;
	s->active = malloc(capacity * sizeof *s->active);
	s->sign = malloc(capacity * sizeof *s->sign);
	s->b = malloc(capacity * sizeof *s->b);
	s->next = malloc(capacity * sizeof *s->next);
	s->row = malloc(capacity * sizeof *s->row);
	s->member = malloc(size * sizeof *s->member);
	s->place = malloc(size * sizeof *s->place);
	s->panel = malloc(capacity * np_padded(size) * sizeof *s->panel);
	s->product = malloc(np_padded(size) * sizeof *s->product);
	s->gradient = malloc(np_padded(size) * sizeof *s->gradient);
	s->full = malloc(np_padded(size) * sizeof *s->full);
	s->is_active = calloc(size, sizeof *s->is_active);
	s->returns = calloc(size, sizeof *s->returns);
	s->path->start = calloc((size_t)s->options->lambdas + 1, sizeof *s->path->start);
	return np_cholesky_init(&s->factor, capacity) && s->active && s->sign && s->b && s->next && s->row && s->member &&
	       s->place && s->panel && s->product && s->gradient && s->full && s->is_active && s->returns && s->path->start;
}

static void release(solver *s)
{
	free(s->active);
	free(s->sign);
	free(s->b);
	free(s->next);
	free(s->row);
	free(s->member);
	free(s->place);
	free(s->panel);
	free(s->product);
	free(s->gradient);
	free(s->full);
	free(s->is_active);
	free(s->returns);
	np_cholesky_free(&s->factor);
}

static bool follow(solver *s)
{
	const np_path_options *o = s->options;
	size_t size = (size_t)s->problem->size;
	memcpy(s->full, s->problem->product, size * sizeof *s->full);
	for (int l = 0; l < o->lambdas; l++) {
		s->lambda = o->lambda[l];
		s->slack = s->lambda * (1 + RELATIVE_SLACK) + ABSOLUTE_SLACK * o->lambda[0];
		memset(s->returns, 0, size * sizeof *s->returns);
		choose_members(s, l ? o->lambda[l - 1] : s->lambda);
		if (!settle(s))
			s->path->unsettled++;
		if (!store(s, l))
			return false;
	}
	return true;
}

np_status np_path_follow(const np_problem *problem, const np_path_options *options, np_path *path, np_error *err)
{
	*path = (np_path){.lambdas = options->lambdas};
	solver s = {.problem = problem, .options = options, .path = path, .kernels = np_kernels_best()};
	bool ok = allocate(&s) && follow(&s);
	release(&s);
	return ok ? NP_OK : np_fail_memory(err);
}

void np_path_free(np_path *path)
{
	free(path->start);
	free(path->column);
	free(path->value);
	*path = (np_path){0};
}
