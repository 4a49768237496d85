/* The paper's polynomial terms, and the values of terms. */
#include "features/terms.h"

/* Counts every term and keeps those that fit. */
typedef struct collector {
	np_term *terms;
	int capacity, count;
} collector;

static void collect(collector *c, const short *features, int degree)
{
	np_term term = {0};
	for (int i = 0; i < degree; i++) {
		if (i && features[i] == features[i - 1]) {
			term.factors[term.factor_count - 1].power++;
			continue;
		}
		term.factors[term.factor_count++] = (np_factor){.feature = features[i], .power = 1};
	}
	if (c->count < c->capacity)
		c->terms[c->count] = term;
	c->count++;
}

/* The next non-decreasing tuple below `limit`, the last place running fastest; false after the last one. */
static bool next_tuple(short *tuple, int length, int limit)
{
	int place = length - 1;
	while (place >= 0 && tuple[place] == limit - 1)
		place--;
	if (place < 0)
		return false;
	short value = (short)(tuple[place] + 1);
	for (; place < length; place++)
		tuple[place] = value;
	return true;
}

static void collect_monomials(collector *c, int features, int degree)
{
	short tuple[NP_MAX_FACTORS] = {0};
	do
		collect(c, tuple, degree);
	while (next_tuple(tuple, degree, features));
}

int np_terms_paper(const np_feature_set *set, np_target target, int degree, np_term *terms, int capacity)
{
	collector c = {terms, capacity, 0};
	bool power = target == NP_POWER;
	int features = power ? 2 * set->base_count : set->base_count;
	for (int d = 1; d <= degree && d <= NP_MAX_FACTORS; d++)
		collect_monomials(&c, features, d);
	for (int i = 0; i < set->special_count && (!power || set->special_in_power); i++) {
		short special = (short)(2 * set->base_count + i);
		collect(&c, &special, 1);
	}
	return c.count;
}

const char *np_factor_kind_name(np_factor_kind kind)
{
#define NP_FACTOR_NAME(name, text) [name] = text,
	static const char *const NAMES[NP_FACTOR_KINDS] = {NP_FACTOR_MAP(NP_FACTOR_NAME)};
#undef NP_FACTOR_NAME
	return NAMES[kind];
}
