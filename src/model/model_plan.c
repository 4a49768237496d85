/* Making a plan of a model's terms. */
#include "model/model_plan.h"

#include "base/error.h"

#include <math.h>

/* A plan under construction: every list has room for all factors of all terms. */
typedef struct maker {
	const np_model *model;
	np_plan *plan;
	bool moves;              /* whether the model is asked at other batches than the layer's own */
	const np_factor **known; /* shared factors by number; the first is 1 */
} maker;

/* ---- what terms may be ---- */

/* A feature of the correction: where it comes from, and whether it changes with the batch; false for one that has no place. */
static bool find_source(const maker *m, int feature, np_plan_feature *f, bool *varies)
{
	const np_feature_set *set = m->model->set;
	int b = set->base_count, shape = feature - np_feature_first_shape(set), given = feature - np_feature_first_given(set);
	*f = (np_plan_feature){.number = (short)feature, .source = NP_PLAN_GIVEN};
	*varies = false;
	if (given == 0) {
		f->source = NP_PLAN_BASE;
		f->logarithm = *varies = m->moves;
		return true;
	}
	if (given > 0)
		return !m->moves;
	if (shape >= 0 && m->moves && np_shape_varying(set->family) >> shape & 1) {
		f->source = NP_PLAN_SHAPE;
		f->row = (short)shape;
		f->logarithm = set->shape_logged >> shape & 1;
		*varies = true;
	} else if (m->moves && (feature == 0 || feature == b)) {
		f->source = NP_PLAN_BATCH;
		f->logarithm = feature == b;
		*varies = true;
	}
	return feature < 2 * b || shape >= 0;
}

static const np_hold *find_hold(const np_model *model, int feature)
{
	for (int i = 0; i < model->hold_count; i++)
		if (model->holds[i].feature == feature)
			return &model->holds[i];
	return NULL;
}

static bool is_plain(const maker *m, const np_factor *factor)
{
	np_plan_feature f;
	bool varies;
	const np_hold *hold = find_hold(m->model, factor->feature);
	return hold && hold->range.low <= hold->range.high && find_source(m, factor->feature, &f, &varies) &&
	       (factor->kind != NP_POWER_OF || factor->power == 1);
}

static bool is_held(const np_term *term)
{
	return term->low < term->high;
}

/* One physical feature, as it is. */
static bool is_base_term(const np_model *model, const np_term *term)
{
	int physical = term->factors[0].feature - np_feature_first_physical(model->set);
	return term->factor_count == 1 && !is_held(term) && physical >= 0 && physical < model->set->physical_count &&
	       term->factors[0].kind == NP_POWER_OF && term->factors[0].power == 1;
}

static bool can_plan(const maker *m, int *factors)
{
	const np_model *model = m->model;
	*factors = 0;
	if (!model->corrected || model->correction.count > NP_PLAN_TERMS)
		return false;
	for (int i = 0; m->moves && i < model->sum.count; i++)
		if (!is_base_term(model, &model->sum.terms[i]))
			return false;
	for (int i = 0; i < model->correction.count; i++) {
		const np_term *term = &model->correction.terms[i];
		*factors += term->factor_count;
		for (int k = 0; k < term->factor_count; k++)
			if (!is_plain(m, &term->factors[k]))
				return false;
	}
	return *factors < NP_PLAN_SHARED;
}

/* ---- making ---- */

static int add_feature(maker *m, int feature, bool *varies)
{
	np_plan_feature f;
	(void)find_source(m, feature, &f, varies);
	np_plan_part *part = *varies ? &m->plan->varying : &m->plan->still;
	for (int i = 0; i < part->feature_count; i++)
		if (part->features[i].number == feature)
			return i;
	f.range = find_hold(m->model, feature)->range;
	part->features[part->feature_count] = f;
	return part->feature_count++;
}

/* Those that are logarithms first, so that these are taken in one go. */
static void add_features(maker *m)
{
	const np_sum *sum = &m->model->correction;
	for (int other = 0; other < 2; other++) {
		for (int i = 0; i < sum->count; i++)
			for (int k = 0; k < sum->terms[i].factor_count; k++) {
				np_plan_feature f;
				bool varies;
				(void)find_source(m, sum->terms[i].factors[k].feature, &f, &varies);
				if (f.logarithm == !other)
					(void)add_feature(m, f.number, &varies);
			}
		if (!other)
			m->plan->varying.logarithms = m->plan->varying.feature_count;
	}
}

static void add_factor(np_plan_factors *list, const np_factor *factor, int feature, double scale, int to)
{
	bool power = factor->kind == NP_POWER_OF;
	np_factor_kind kind = power ? NP_CENTRED : factor->kind;
	list->factor[kind][list->count[kind]++] =
	        (np_plan_factor){.knot = power ? 0 : factor->knot, .scale = scale, .feature = (short)feature, .to = (short)to};
}

static bool same_factor(const np_factor *a, const np_factor *b)
{
	return a->feature == b->feature && a->kind == b->kind && a->power == b->power && a->knot == b->knot;
}

/* The number of a factor that products share. */
static int share(maker *m, const np_factor *factor)
{
	for (int i = 1; i < m->plan->shared; i++)
		if (same_factor(m->known[i], factor))
			return i;
	bool varies;
	int feature = add_feature(m, factor->feature, &varies), number = m->plan->shared++;
	np_plan_part *part = varies ? &m->plan->varying : &m->plan->still;
	m->known[number] = factor;
	add_factor(&part->shared, factor, feature, 1, number);
	return number;
}

static void add_product(maker *m, const np_term *term, double coefficient, int to)
{
	np_plan_product p = {.to = (short)to, .low = -INFINITY, .high = INFINITY, .coefficient = coefficient};
	bool any = false;
	if (is_held(term)) {
		p.low = term->low;
		p.high = term->high;
	}
	for (int k = 0; k < term->factor_count; k++) {
		bool varies;
		(void)add_feature(m, term->factors[k].feature, &varies);
		any |= varies;
		p.factor[p.count++] = (short)share(m, &term->factors[k]);
	}
	while (p.count < 2)
		p.factor[p.count++] = 0;
	np_plan_part *part = any ? &m->plan->varying : &m->plan->still;
	part->products[part->product_count++] = p;
}

static void add_term(maker *m, int i)
{
	const np_term *term = &m->model->correction.terms[i];
	double coefficient = m->model->correction.coefficients[i];
	if (term->factor_count != 1 || is_held(term)) {
		add_product(m, term, coefficient, i);
		return;
	}
	bool varies;
	int feature = add_feature(m, term->factors[0].feature, &varies);
	np_plan_part *part = varies ? &m->plan->varying : &m->plan->still;
	add_factor(&part->alone, &term->factors[0], feature, coefficient, i);
}

static void add_base(maker *m)
{
	const np_model *model = m->model;
	np_plan *plan = m->plan;
	plan->base_terms = model->sum.count;
	for (int i = 0; i < model->sum.count; i++) {
		int feature = model->sum.terms[i].factors[0].feature;
		plan->base_row[i] = (short)(feature - np_feature_first_physical(model->set));
		np_feature_need_add(model->set, feature, &plan->varying_need);
	}
	for (int i = 0; i < plan->varying.feature_count; i++)
		if (plan->varying.features[i].source == NP_PLAN_SHAPE)
			np_feature_need_add(model->set, plan->varying.features[i].number, &plan->varying_need);
}

static void list_still_terms(const np_plan_part *still, np_plan_list *list)
{
	for (int kind = 0; kind < NP_FACTOR_KINDS; kind++)
		for (int k = 0; k < still->alone.count[kind]; k++)
			list->number[list->count++] = still->alone.factor[kind][k].to;
	for (int k = 0; k < still->product_count; k++)
		list->number[list->count++] = still->products[k].to;
}

static bool is_taken(const np_plan_part *part, int factor)
{
	for (int k = 0; k < part->product_count; k++)
		for (int i = 0; i < part->products[k].count; i++)
			if (part->products[k].factor[i] == factor)
				return true;
	return false;
}

static void list_still_factors(const np_plan *plan, np_plan_list *list)
{
	const np_plan_factors *f = &plan->still.shared;
	for (int kind = 0; kind < NP_FACTOR_KINDS; kind++)
		for (int k = 0; k < f->count[kind]; k++)
			if (is_taken(&plan->varying, f->factor[kind][k].to))
				list->number[list->count++] = f->factor[kind][k].to;
}

static void make_lists(np_plan *plan)
{
	list_still_terms(&plan->still, &plan->still_terms);
	list_still_factors(plan, &plan->still_factors);
	for (int i = 0; i < plan->terms; i++)
		plan->all_terms.number[plan->all_terms.count++] = (short)i;
}

/* ---- room ---- */

static bool room_for_factors(np_plan_factors *f, size_t count, np_arena *arena)
{
	bool room = true;
	for (int kind = 0; kind < NP_FACTOR_KINDS; kind++) {
		f->factor[kind] = np_arena_array(arena, count, sizeof *f->factor[kind]);
		room &= f->factor[kind] != NULL;
	}
	return room;
}

static bool room_for_part(np_plan_part *part, size_t terms, size_t factors, np_arena *arena)
{
	part->features = np_arena_array(arena, factors, sizeof *part->features);
	part->products = np_arena_array(arena, terms, sizeof *part->products);
	return part->features && part->products && room_for_factors(&part->alone, terms, arena) &&
	       room_for_factors(&part->shared, factors, arena);
}

static bool room_for_list(np_plan_list *list, size_t count, np_arena *arena)
{
	list->number = np_arena_array(arena, count, sizeof *list->number);
	return list->number != NULL;
}

static bool make_room(maker *m, size_t factors, np_arena *arena)
{
	size_t terms = (size_t)m->model->correction.count;
	m->plan = np_arena_alloc(arena, sizeof *m->plan);
	m->known = np_arena_array(arena, factors, sizeof *m->known);
	if (!m->plan || !m->known)
		return false;
	*m->plan = (np_plan){.terms = (int)terms, .shared = 1};
	m->plan->base_row = np_arena_array(arena, (size_t)m->model->sum.count, sizeof *m->plan->base_row);
	return m->plan->base_row && room_for_list(&m->plan->still_terms, terms, arena) &&
	       room_for_list(&m->plan->all_terms, terms, arena) && room_for_list(&m->plan->still_factors, factors, arena) &&
	       room_for_part(&m->plan->still, terms, factors, arena) &&
	       room_for_part(&m->plan->varying, terms, factors, arena);
}

np_status np_plan_make(const np_model *model, np_arena *arena, const np_plan **plan, np_error *err)
{
	maker m = {.model = model, .moves = model->target == NP_RUNTIME};
	static const np_factor ALWAYS = {.kind = NP_STEP, .knot = -INFINITY};
	int factors;
	*plan = NULL;
	if (!can_plan(&m, &factors))
		return NP_OK;
	if (!make_room(&m, (size_t)factors + 1, arena))
		return np_fail_memory(err);
	add_factor(&m.plan->still.shared, &ALWAYS, 0, 1, 0);
	add_features(&m);
	for (int i = 0; i < model->correction.count; i++)
		add_term(&m, i);
	if (m.moves)
		add_base(&m);
	make_lists(m.plan);
	*plan = m.plan;
	return NP_OK;
}
