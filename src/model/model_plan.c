/* Making a plan of a model's terms. */
#include "model/model_plan.h"

#include "base/error.h"

#include <math.h>

/* A factor and where it goes. */
typedef struct placed {
	const np_factor *factor;
	double scale;
	bool varies;
	short feature, place;
} placed;

/* A plan under construction. */
typedef struct maker {
	const np_model *model;
	np_plan *plan;
	bool moves;     /* whether the model is asked at other batches than the layer's own */
	placed *shared; /* that products are made of; the first is 1 */
	placed *alone;  /* of terms that are no products */
	int shared_count, alone_count;
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
	if (!model->corrected || model->correction.count > NP_PLAN_MOST)
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
	return *factors < NP_PLAN_MOST;
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

static bool is_alone(const np_term *term)
{
	return term->factor_count == 1 && !is_held(term);
}

static bool same_factor(const np_factor *a, const np_factor *b)
{
	return a->feature == b->feature && a->kind == b->kind && a->power == b->power && a->knot == b->knot;
}

static placed *find_shared(const maker *m, const np_factor *factor)
{
	for (int i = 1; i < m->shared_count; i++)
		if (same_factor(m->shared[i].factor, factor))
			return &m->shared[i];
	return NULL;
}

static void add_factor(maker *m, const np_factor *factor, double scale, placed *list, int *count)
{
	placed *p = &list[(*count)++];
	*p = (placed){.factor = factor, .scale = scale};
	p->feature = (short)add_feature(m, factor->feature, &p->varies);
}

static void add_factors(maker *m)
{
	static const np_factor ALWAYS = {.kind = NP_STEP, .knot = -INFINITY};
	const np_sum *sum = &m->model->correction;
	m->shared[m->shared_count++] = (placed){.factor = &ALWAYS, .scale = 1};
	for (int i = 0; i < sum->count; i++) {
		const np_term *term = &sum->terms[i];
		if (is_alone(term))
			add_factor(m, term->factors, sum->coefficients[i], m->alone, &m->alone_count);
		for (int k = 0; k < term->factor_count && !is_alone(term); k++)
			if (!find_shared(m, &term->factors[k]))
				add_factor(m, &term->factors[k], 1, m->shared, &m->shared_count);
	}
}

static int filled_up(int count, int wide)
{
	return (count + wide - 1) / wide * wide;
}

/* Places one half of a list from `first` on, kind by kind. The place after the last. */
static int place_factors(np_plan_factors *f, placed *list, int count, bool varies, int first, int wide)
{
	int at = 0;
	f->first = first;
	for (int kind = 0; kind < NP_FACTOR_KINDS; kind++) {
		f->begin[kind] = at;
		for (int i = 0; i < count; i++) {
			placed *p = &list[i];
			bool power = p->factor->kind == NP_POWER_OF;
			if (p->varies != varies || (power ? NP_CENTRED : (int)p->factor->kind) != kind)
				continue;
			f->knot[at] = power ? 0 : p->factor->knot;
			f->scale[at] = p->scale;
			f->feature[at] = p->feature;
			p->place = (short)(first + at++);
		}
		at = filled_up(at, wide);
	}
	f->begin[NP_FACTOR_KINDS] = at;
	return first + at;
}

/* The places of a product's factors, filled up with 1; whether it changes with the batch. */
static bool place_product(const maker *m, const np_term *term, short *factor, short *gate)
{
	const short one = m->shared[0].place;
	bool varies = false;
	int gates = 0;
	for (int k = 0; k < NP_MAX_FACTORS; k++) {
		const placed *p = k < term->factor_count ? find_shared(m, &term->factors[k]) : NULL;
		factor[k] = p ? p->place : one;
		varies |= p && p->varies;
		if (p && !p->varies && gates < NP_PLAN_GATES)
			gate[gates++] = p->place;
	}
	while (gates < NP_PLAN_GATES)
		gate[gates++] = one;
	return varies;
}

static void add_still_product(np_plan_products *list, const np_plan_product *p)
{
	for (int k = 0; k < NP_MAX_FACTORS; k++)
		list->factor[k][list->count] = p->factor[k];
	list->low[list->count] = p->low;
	list->high[list->count] = p->high;
	list->coefficient[list->count++] = p->coefficient;
}

/* Products of one half, and the places of their terms: those that change come after all others. */
static void add_products(maker *m, bool varying)
{
	const np_sum *sum = &m->model->correction;
	np_plan *plan = m->plan;
	for (int i = 0; i < sum->count; i++) {
		const np_term *term = &sum->terms[i];
		np_plan_product p = {.term = (short)i, .low = -INFINITY, .high = INFINITY, .coefficient = sum->coefficients[i]};
		if (is_alone(term) || place_product(m, term, p.factor, p.gate) != varying)
			continue;
		p.count = (short)(term->factor_count > 2 ? term->factor_count : 2);
		if (is_held(term)) {
			p.low = term->low;
			p.high = term->high;
		}
		for (int k = 0; (p.low > 0 || p.high < 0) && k < NP_PLAN_GATES; k++)
			p.gate[k] = m->shared[0].place;
		if (varying) {
			plan->order[i] = (short)(plan->first_product + plan->product_count);
			plan->products[plan->product_count++] = p;
		} else {
			plan->order[i] = (short)(plan->still_products.first + plan->still_products.count);
			add_still_product(&plan->still_products, &p);
		}
	}
}

static void place_terms(maker *m)
{
	const np_sum *sum = &m->model->correction;
	np_plan *plan = m->plan;
	int shared = place_factors(&plan->still.shared, m->shared, m->shared_count, false, 0, NP_PLAN_WIDE);
	place_factors(&plan->varying.shared, m->shared, m->shared_count, true, shared, 1);
	plan->still_products.first = place_factors(&plan->still.alone, m->alone, m->alone_count, false, 0, NP_PLAN_WIDE);
	add_products(m, false);
	int after = plan->still_products.first + filled_up(plan->still_products.count, NP_PLAN_WIDE);
	plan->first_product = place_factors(&plan->varying.alone, m->alone, m->alone_count, true, after, 1);
	add_products(m, true);
	for (int i = 0, alone = 0; i < sum->count; i++)
		if (is_alone(&sum->terms[i]))
			plan->order[i] = m->alone[alone++].place;
	plan->term_count = sum->count;
}

/* Where the products that change take a factor that does not. */
static bool is_mixed(const np_plan *plan, int place)
{
	for (int i = 0; i < plan->product_count; i++)
		for (int k = 0; k < plan->products[i].count; k++)
			if (plan->products[i].factor[k] == place)
				return true;
	return false;
}

static void list_mixed(np_plan *plan)
{
	for (int place = 0; place < plan->still.shared.begin[NP_FACTOR_KINDS]; place++)
		if (is_mixed(plan, place))
			plan->mixed[plan->mixed_count++] = (short)place;
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

/* ---- room ---- */

static bool room_for_factors(np_plan_factors *f, size_t count, np_arena *arena)
{
	count += NP_PLAN_NOTHING - NP_PLAN_MOST;
	f->knot = np_arena_array(arena, count, sizeof *f->knot);
	f->scale = np_arena_array(arena, count, sizeof *f->scale);
	f->feature = np_arena_array(arena, count, sizeof *f->feature);
	return f->knot && f->scale && f->feature;
}

static bool room_for_part(np_plan_part *part, size_t terms, size_t factors, np_arena *arena)
{
	part->features = np_arena_array(arena, factors, sizeof *part->features);
	return part->features && room_for_factors(&part->alone, terms, arena) &&
	       room_for_factors(&part->shared, factors, arena);
}

static bool room_for_products(np_plan_products *list, size_t terms, np_arena *arena)
{
	bool room = true;
	terms += NP_PLAN_WIDE;
	for (int k = 0; k < NP_MAX_FACTORS; k++)
		room &= (list->factor[k] = np_arena_array(arena, terms, sizeof **list->factor)) != NULL;
	list->low = np_arena_array(arena, terms, sizeof *list->low);
	list->high = np_arena_array(arena, terms, sizeof *list->high);
	list->coefficient = np_arena_array(arena, terms, sizeof *list->coefficient);
	return room && list->low && list->high && list->coefficient;
}

static bool make_room(maker *m, size_t factors, np_arena *arena)
{
	size_t terms = (size_t)m->model->correction.count;
	np_plan *plan = m->plan = np_arena_alloc(arena, sizeof *m->plan);
	m->shared = np_arena_array(arena, factors, sizeof *m->shared);
	m->alone = np_arena_array(arena, terms, sizeof *m->alone);
	if (!plan || !m->shared || !m->alone)
		return false;
	plan->base_row = np_arena_array(arena, (size_t)m->model->sum.count, sizeof *plan->base_row);
	plan->order = np_arena_array(arena, terms, sizeof *plan->order);
	plan->mixed = np_arena_array(arena, factors, sizeof *plan->mixed);
	plan->products = np_arena_array(arena, terms, sizeof *plan->products);
	return plan->base_row && plan->order && plan->mixed && plan->products &&
	       room_for_products(&plan->still_products, terms, arena) && room_for_part(&plan->still, terms, factors, arena) &&
	       room_for_part(&plan->varying, terms, factors, arena);
}

np_status np_plan_make(const np_model *model, np_arena *arena, const np_plan **plan, np_error *err)
{
	maker m = {.model = model, .moves = model->target == NP_RUNTIME};
	int factors;
	*plan = NULL;
	if (!can_plan(&m, &factors))
		return NP_OK;
	if (!make_room(&m, (size_t)factors + 1, arena))
		return np_fail_memory(err);
	add_features(&m);
	add_factors(&m);
	place_terms(&m);
	list_mixed(m.plan);
	if (m.moves)
		add_base(&m);
	*plan = m.plan;
	return NP_OK;
}
