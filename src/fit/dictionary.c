/* Knots and bins; see dictionary.h. */
#include "fit/dictionary.h"

#include "base/error.h"
#include "linalg/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_KNOTS = 12, FEW_VALUES = 16, FEW_FEATURES = 4 };
static const double SAME = 0.99999; /* correlation beyond which a feature is a copy */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Sorts and returns how many different values there are; they come first in `different`. */
static int sort_different(double *values, int count, double *different)
{
	int found = 0;
	qsort(values, (size_t)count, sizeof *values, compare);
	for (int i = 0; i < count; i++)
		if (!found || values[i] != different[found - 1])
			different[found++] = values[i];
	return found;
}

static void add_knot(np_entry *e, double knot)
{
	if (!e->knots || knot != e->knot[e->knots - 1])
		e->knot[e->knots++] = knot;
}

/* Between each two of few values, else at quantiles. */
static void place_knots(np_entry *e, const double *sorted, int count, const double *different, int found, int most)
{
	e->range = (np_range){different[0], different[found - 1]};
	e->binary = found == 2;
	if (found <= FEW_VALUES) {
		for (int i = 0; i + 1 < found; i++)
			add_knot(e, different[i] / 2 + different[i + 1] / 2);
		return;
	}
	for (int k = 1; k <= most; k++) {
		double at = (double)k / (most + 1) * (count - 1);
		int below = (int)at;
		double above = below + 1 < count ? sorted[below + 1] : sorted[below];
		add_knot(e, sorted[below] + (at - below) * (above - sorted[below]));
	}
}

/* To mean 0 and length 1; false when the column is constant. */
static bool standardise(const double *values, int count, double *mean, double *out)
{
	double sum = 0, square = 0;
	for (int i = 0; i < count; i++)
		sum += values[i];
	*mean = sum / count;
	for (int i = 0; i < count; i++)
		square += (values[i] - *mean) * (values[i] - *mean);
	if (!(square > 0))
		return false;
	double scale = 1 / sqrt(square);
	for (int i = 0; i < count; i++)
		out[i] = (values[i] - *mean) * scale;
	return true;
}

typedef struct maker {
	const np_columns *columns;
	const int *rows;
	int count;
	double *taken, *sorted, *different, *standard; /* standard: one column per entry kept */
	np_dictionary *dictionary;
} maker;

static bool is_copy(const maker *m, const double *column)
{
	const np_kernels *kernels = np_kernels_best();
	for (int i = 0; i < m->dictionary->count; i++)
		if (fabs(kernels->dot(m->standard + (size_t)i * (size_t)m->count, column, (size_t)m->count)) > SAME)
			return true;
	return false;
}

static void consider(maker *m, int column)
{
	np_dictionary *d = m->dictionary;
	const double *from = m->columns->values + (size_t)column * (size_t)m->columns->rows;
	double *standard = m->standard + (size_t)d->count * (size_t)m->count;
	np_entry *e = &d->entries[d->count];
	for (int i = 0; i < m->count; i++)
		m->taken[i] = from[m->rows[i]];
	*e = (np_entry){.column = column, .feature = m->columns->feature[column]};
	if (!standardise(m->taken, m->count, &e->mean, standard) || is_copy(m, standard))
		return;
	memcpy(m->sorted, m->taken, (size_t)m->count * sizeof *m->sorted);
	int found = sort_different(m->sorted, m->count, m->different);
	if (found < 2)
		return;
	place_knots(e, m->sorted, m->count, m->different, found,
	            m->columns->count <= FEW_FEATURES ? NP_MOST_KNOTS : USUAL_KNOTS);
	if (e->knots + 1 > d->stride)
		d->stride = e->knots + 1;
	d->count++;
}

static unsigned char bin_of(const np_entry *e, double value)
{
	int bin = 0;
	while (bin < e->knots && e->knot[bin] < value)
		bin++;
	return (unsigned char)bin;
}

static bool fill(maker *m)
{
	np_dictionary *d = m->dictionary;
	size_t cells = (size_t)m->count * (size_t)d->count;
	d->rows = m->count;
	d->values = malloc((cells + 1) * sizeof *d->values);
	d->bin = malloc(cells + 1);
	if (!d->values || !d->bin)
		return false;
	for (int j = 0; j < d->count; j++) {
		const double *from = m->columns->values + (size_t)d->entries[j].column * (size_t)m->columns->rows;
		for (int i = 0; i < m->count; i++) {
			size_t at = (size_t)i * (size_t)d->count + (size_t)j;
			d->values[at] = from[m->rows[i]];
			d->bin[at] = bin_of(&d->entries[j], d->values[at]);
		}
	}
	return true;
}

np_status np_dictionary_make(const np_columns *columns, const int *rows, int count, np_dictionary *dictionary, np_error *err)
{
	*dictionary = (np_dictionary){.stride = 1};
	size_t n = (size_t)count + 1;
	maker m = {.columns = columns, .rows = rows, .count = count, .dictionary = dictionary};
	dictionary->entries = calloc((size_t)columns->count + 1, sizeof *dictionary->entries);
	m.taken = malloc(n * sizeof *m.taken);
	m.sorted = malloc(n * sizeof *m.sorted);
	m.different = malloc(n * sizeof *m.different);
	m.standard = malloc(n * ((size_t)columns->count + 1) * sizeof *m.standard);
	bool ok = dictionary->entries && m.taken && m.sorted && m.different && m.standard;
	for (int j = 0; ok && j < columns->count; j++)
		consider(&m, j);
	ok = ok && fill(&m);
	free(m.taken);
	free(m.sorted);
	free(m.different);
	free(m.standard);
	return ok ? NP_OK : np_fail_memory(err);
}

void np_dictionary_free(np_dictionary *dictionary)
{
	free(dictionary->entries);
	free(dictionary->values);
	free(dictionary->bin);
	*dictionary = (np_dictionary){0};
}
