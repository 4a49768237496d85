/* See greedy.h. Every sum runs over rows in their order: nothing depends on the processor. */
#include "fit/greedy.h"

#include "base/error.h"
#include "linalg/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Candidates of one entry: the centred feature, then above, below and step for each knot. */
enum { KINDS_PER_KNOT = 3 };
static const double NEW_PART = 1e-4; /* of a candidate's square that must not lie in the terms' span */
static const double TAKEN = -1;      /* in place of a square: the candidate is no longer one */

typedef double pair __attribute__((vector_size(16)));

typedef struct search {
	const np_dictionary *d;
	const np_greedy_options *options;
	const np_kernels *kernels;
	np_greedy *g;
	size_t rows;
	double *ortho;    /* orthonormal columns, one per term */
	double *residual; /* of the target */
	double *weighted; /* a parent's column times another, on the parent's rows */
	int *first;       /* candidate numbers of each entry: first[entry].. */
	int candidates;   /* per parent */
	/* per term as a parent, and candidate: product with the residual; square outside the span; square */
	double *product, *outside, *square;
	int **support, *support_count; /* rows where a term is not zero */
	int *degree;
	bool *used; /* per term and entry */
	double *sums;
	pair *bins; /* per entry and bin: sum of w, sum of w z */
} search;

/* ---- sums over bins ---- */

static void fill_bins(search *s, int term)
{
	const np_dictionary *d = s->d;
	size_t entries = (size_t)d->count, stride = (size_t)d->stride;
	memset(s->bins, 0, entries * stride * sizeof *s->bins);
	for (int r = 0; r < s->support_count[term]; r++) {
		size_t at = (size_t)s->support[term][r] * entries;
		const double *z = d->values + at;
		const unsigned char *bin = d->bin + at;
		double w = s->weighted[r];
		pair *line = s->bins;
		for (size_t j = 0; j < entries; j++, line += stride)
			line[bin[j]] += (pair){w, w * z[j]};
	}
}

/* From the sums in bins to the products of all candidates of an entry. */
static void scan_entry(const np_entry *e, const pair *bins, double *out)
{
	pair all = {0}, below = {0};
	for (int k = 0; k <= e->knots; k++)
		all += bins[k];
	*out++ = all[1] - e->mean * all[0];
	for (int k = 0; k < e->knots; k++) {
		below += bins[k];
		pair above = all - below;
		*out++ = above[1] - e->knot[k] * above[0];
		*out++ = e->knot[k] * below[0] - below[1];
		*out++ = above[0];
	}
}

/* Products of all candidates of a parent with a column: sum over rows of parent x factor x column. */
static void scan(search *s, int parent, const double *column)
{
	const double *values = s->g->columns + (size_t)parent * s->rows;
	for (int r = 0; r < s->support_count[parent]; r++) {
		int row = s->support[parent][r];
		s->weighted[r] = values[row] * column[row];
	}
	fill_bins(s, parent);
	for (int j = 0; j < s->d->count; j++)
		scan_entry(&s->d->entries[j], s->bins + (size_t)j * (size_t)s->d->stride, s->sums + s->first[j]);
}

/* ---- a new parent ---- */

typedef struct tally {
	double w, wz, wzz;
	int rows;
} tally;

static void add_tally(tally *to, const tally *t, int sign)
{
	to->w += sign * t->w;
	to->wz += sign * t->wz;
	to->wzz += sign * t->wzz;
	to->rows += sign * t->rows;
}

/* Squares of an entry's candidates; TAKEN for those that may not be chosen. */
static void square_candidates(const search *s, const np_entry *e, const tally *bins, double *square)
{
	tally all = {0}, below = {0};
	int least = s->options->least_rows;
	bool steps = e->binary || s->options->steps;
	for (int k = 0; k <= e->knots; k++)
		add_tally(&all, &bins[k], 1);
	*square++ = !e->binary && all.rows >= least ? all.wzz - 2 * e->mean * all.wz + e->mean * e->mean * all.w : TAKEN;
	for (int k = 0; k < e->knots; k++) {
		add_tally(&below, &bins[k], 1);
		tally above = all;
		add_tally(&above, &below, -1);
		double knot = e->knot[k];
		bool high = above.rows >= least, low = below.rows >= least;
		*square++ = !e->binary && high ? above.wzz - 2 * knot * above.wz + knot * knot * above.w : TAKEN;
		*square++ = !e->binary && low ? knot * knot * below.w - 2 * knot * below.wz + below.wzz : TAKEN;
		*square++ = steps && high && low ? above.w : TAKEN;
	}
}

static void square_parent(search *s, int parent, double *square)
{
	const np_dictionary *d = s->d;
	const double *values = s->g->columns + (size_t)parent * s->rows;
	for (int j = 0; j < d->count; j++) {
		tally bins[NP_MOST_KNOTS + 1] = {{0}};
		for (int r = 0; r < s->support_count[parent]; r++) {
			int row = s->support[parent][r];
			size_t at = (size_t)row * (size_t)d->count + (size_t)j;
			double w = values[row] * values[row], z = d->values[at];
			add_tally(&bins[d->bin[at]], &(tally){w, w * z, w * z * z, 1}, 1);
		}
		square_candidates(s, &d->entries[j], bins, square + s->first[j]);
		if (s->used[(size_t)parent * (size_t)d->count + (size_t)j])
			for (int c = s->first[j]; c < s->first[j + 1]; c++)
				square[c] = TAKEN;
	}
}

static void subtract_squares(const search *s, double *outside)
{
	for (int c = 0; c < s->candidates; c++)
		outside[c] -= s->sums[c] * s->sums[c];
}

static bool open_parent(search *s, int term)
{
	size_t at = (size_t)term * (size_t)s->candidates;
	const double *values = s->g->columns + (size_t)term * s->rows;
	s->support[term] = malloc((s->rows + 1) * sizeof **s->support);
	if (!s->support[term])
		return false;
	for (size_t i = 0; i < s->rows; i++)
		if (values[i] != 0)
			s->support[term][s->support_count[term]++] = (int)i;
	square_parent(s, term, s->square + at);
	memcpy(s->outside + at, s->square + at, (size_t)s->candidates * sizeof *s->outside);
	scan(s, term, s->residual);
	memcpy(s->product + at, s->sums, (size_t)s->candidates * sizeof *s->product);
	for (int k = 0; k <= term; k++) {
		scan(s, term, s->ortho + (size_t)k * s->rows);
		subtract_squares(s, s->outside + at);
	}
	return true;
}

/* ---- a new term ---- */

/* Twice, or rounding would leave a part of the earlier columns. */
static void orthonormalise(search *s, int term)
{
	double *column = s->ortho + (size_t)term * s->rows;
	memcpy(column, s->g->columns + (size_t)term * s->rows, s->rows * sizeof *column);
	for (int pass = 0; pass < 2; pass++)
		for (int k = 0; k < term; k++) {
			const double *earlier = s->ortho + (size_t)k * s->rows;
			s->kernels->axpy(-s->kernels->dot(earlier, column, s->rows), earlier, column, s->rows);
		}
	double scale = 1 / sqrt(s->kernels->dot(column, column, s->rows));
	for (size_t i = 0; i < s->rows; i++)
		column[i] *= scale;
}

/* The residual and every candidate of every earlier parent learn of the new column. */
static bool admit(search *s, int term)
{
	orthonormalise(s, term);
	const double *column = s->ortho + (size_t)term * s->rows;
	double along = s->kernels->dot(column, s->residual, s->rows);
	s->kernels->axpy(-along, column, s->residual, s->rows);
	for (int parent = 0; parent < term; parent++) {
		if (s->degree[parent] >= s->options->degree)
			continue;
		size_t at = (size_t)parent * (size_t)s->candidates;
		scan(s, parent, column);
		subtract_squares(s, s->outside + at);
		for (int c = 0; c < s->candidates; c++)
			s->product[at + (size_t)c] -= along * s->sums[c];
	}
	return s->degree[term] >= s->options->degree || open_parent(s, term);
}

/* The candidate that takes most off the residual's square, as parent x candidates + candidate; false when none does. */
static bool choose(const search *s, int terms, size_t *chosen)
{
	double most = 1e-12 * s->kernels->dot(s->residual, s->residual, s->rows);
	bool found = false;
	for (int parent = 0; parent < terms; parent++) {
		if (s->degree[parent] >= s->options->degree)
			continue;
		size_t at = (size_t)parent * (size_t)s->candidates;
		for (size_t c = at; c < at + (size_t)s->candidates; c++) {
			if (!(s->square[c] > 0) || !(s->outside[c] > NEW_PART * s->square[c]))
				continue;
			double gain = s->product[c] * s->product[c] / s->outside[c];
			if (gain > most)
				most = gain, *chosen = c, found = true;
		}
	}
	return found;
}

static np_factor factor_of(const np_step *step)
{
	return (np_factor){.kind = step->kind, .knot = step->knot, .power = 1};
}

/* Each feature of a product may be within its range and their product far outside: in a corner that no row is in. */
static void find_range(const search *s, const double *column, np_step *step)
{
	step->low = INFINITY, step->high = -INFINITY;
	for (size_t i = 0; i < s->rows; i++) {
		double value = column[i] / s->g->columns[i];
		step->low = fmin(step->low, value);
		step->high = fmax(step->high, value);
	}
}

static void append(search *s, size_t chosen)
{
	static const np_factor_kind KINDS[KINDS_PER_KNOT] = {NP_ABOVE, NP_BELOW, NP_STEP};
	const np_dictionary *d = s->d;
	int term = s->g->count++, parent = (int)(chosen / (size_t)s->candidates), entry = 0;
	int candidate = (int)(chosen % (size_t)s->candidates);
	while (s->first[entry + 1] <= candidate)
		entry++;
	const np_entry *e = &d->entries[entry];
	int place = candidate - s->first[entry] - 1; /* -1: the centred feature */
	np_step *step = &s->g->steps[term];
	*step = (np_step){.parent = parent,
	                  .entry = entry,
	                  .kind = place < 0 ? NP_CENTRED : KINDS[place % KINDS_PER_KNOT],
	                  .knot = place < 0 ? e->mean : e->knot[place / KINDS_PER_KNOT]};
	s->square[chosen] = TAKEN;
	s->degree[term] = s->degree[parent] + 1;
	bool *used = s->used + (size_t)term * (size_t)d->count;
	memcpy(used, s->used + (size_t)parent * (size_t)d->count, (size_t)d->count * sizeof *used);
	used[entry] = true;
	np_factor factor = factor_of(step);
	const double *from = s->g->columns + (size_t)parent * s->rows;
	double *to = s->g->columns + (size_t)term * s->rows;
	for (size_t i = 0; i < s->rows; i++)
		to[i] = from[i] * np_factor_value(&factor, d->values[i * (size_t)d->count + (size_t)entry]);
	if (s->degree[term] > 1)
		find_range(s, to, step);
}

/* ---- the whole ---- */

static bool allocate(search *s)
{
	size_t terms = (size_t)s->options->most + 1, entries = (size_t)s->d->count;
	s->first = calloc(entries + 1, sizeof *s->first);
	if (!s->first)
		return false;
	for (size_t j = 0; j < entries; j++)
		s->first[j + 1] = s->first[j] + 1 + KINDS_PER_KNOT * s->d->entries[j].knots;
	s->candidates = s->first[entries];
	size_t cells = terms * ((size_t)s->candidates + 1);
	s->g->steps = calloc(terms, sizeof *s->g->steps);
	s->g->columns = malloc((terms * s->rows + 1) * sizeof *s->g->columns);
	s->ortho = malloc((terms * s->rows + 1) * sizeof *s->ortho);
	s->residual = malloc((s->rows + 1) * sizeof *s->residual);
	s->weighted = malloc((s->rows + 1) * sizeof *s->weighted);
	s->product = malloc(cells * sizeof *s->product);
	s->outside = malloc(cells * sizeof *s->outside);
	s->square = malloc(cells * sizeof *s->square);
	s->support = calloc(terms, sizeof *s->support);
	s->support_count = calloc(terms, sizeof *s->support_count);
	s->degree = calloc(terms, sizeof *s->degree);
	s->used = calloc(terms * (entries + 1), sizeof *s->used);
	s->sums = malloc(((size_t)s->candidates + 1) * sizeof *s->sums);
	s->bins = aligned_alloc(16, (entries * (size_t)s->d->stride + 1) * sizeof *s->bins);
	return s->g->steps && s->g->columns && s->ortho && s->residual && s->weighted && s->product && s->outside &&
	       s->square && s->support && s->support_count && s->degree && s->used && s->sums && s->bins;
}

static void release(search *s)
{
	for (int i = 0; s->support && i <= s->options->most; i++)
		free(s->support[i]);
	free(s->first);
	free(s->ortho);
	free(s->residual);
	free(s->weighted);
	free(s->product);
	free(s->outside);
	free(s->square);
	free(s->support);
	free(s->support_count);
	free(s->degree);
	free(s->used);
	free(s->sums);
	free(s->bins);
}

static bool select_terms(search *s, const double *target, const double *root_weight)
{
	size_t chosen = 0;
	for (size_t i = 0; i < s->rows; i++) {
		s->g->columns[i] = root_weight[i];
		s->residual[i] = target[i] * root_weight[i];
	}
	s->g->steps[0] = (np_step){.parent = -1};
	s->g->count = 1;
	while (admit(s, s->g->count - 1)) {
		if (s->g->count > s->options->most || !choose(s, s->g->count, &chosen))
			return true;
		append(s, chosen);
	}
	return false;
}

np_status np_greedy_select(const np_dictionary *dictionary, const double *target, const double *root_weight,
                           const np_greedy_options *options, np_greedy *greedy, np_error *err)
{
	*greedy = (np_greedy){.rows = dictionary->rows};
	search s = {.d = dictionary,
	            .options = options,
	            .kernels = np_kernels_best(),
	            .g = greedy,
	            .rows = (size_t)dictionary->rows};
	bool ok = allocate(&s) && select_terms(&s, target, root_weight);
	release(&s);
	return ok ? NP_OK : np_fail_memory(err);
}

void np_greedy_free(np_greedy *greedy)
{
	free(greedy->steps);
	free(greedy->columns);
	*greedy = (np_greedy){0};
}

void np_greedy_values(const np_greedy *greedy, int count, const np_dictionary *dictionary, const np_columns *columns, int row,
                      double *values)
{
	values[0] = 1;
	for (int t = 1; t < count; t++) {
		const np_step *step = &greedy->steps[t];
		const np_entry *e = &dictionary->entries[step->entry];
		double z = columns->values[(size_t)e->column * (size_t)columns->rows + (size_t)row];
		z = z < e->range.low ? e->range.low : z > e->range.high ? e->range.high : z;
		np_factor factor = factor_of(step);
		values[t] = values[step->parent] * np_factor_value(&factor, z);
	}
	for (int t = 1; t < count; t++)
		values[t] = np_term_hold(values[t], greedy->steps[t].low, greedy->steps[t].high);
}
