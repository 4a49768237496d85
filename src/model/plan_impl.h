/* Asking a plan, at one batch and at several side by side; compiled once per instruction set by plan_ask.c. */
#include "features/lanes_impl.h"

/* As np_factor_value() times a scale. */
NP_INLINE NP_NUM NP_NAME(scaled)(int kind, NP_NUM x, NP_NUM knot, NP_NUM scale)
{
	if (kind == NP_STEP)
		return (NP_NUM)((NP_BITS)scale & (x > knot));
	NP_NUM over = kind == NP_BELOW ? knot - x : x - knot;
	return scale * (kind == NP_CENTRED ? over : NP_NAME(larger)(over, NP_NAME(every)(0)));
}

/* ---- what does not change with the batch: factors and products side by side ---- */

NP_INLINE NP_NUM NP_NAME(gather)(const double *from, const short *at)
{
#if NP_LANES == 4
	return (NP_NUM){from[at[0]], from[at[1]], from[at[2]], from[at[3]]};
#else
	return (NP_NUM){from[at[0]], from[at[1]]};
#endif
}

NP_INLINE void NP_NAME(take_still_kind)(int kind, const np_plan_factors *f, const double *x, double *to)
{
	for (int k = f->begin[kind]; k < f->begin[kind + 1]; k += NP_LANES)
		NP_STORE(to + k, NP_NAME(scaled)(kind, NP_NAME(gather)(x, f->feature + k), NP_LOAD(f->knot + k),
		                                 NP_LOAD(f->scale + k)));
}

NP_INLINE void NP_NAME(take_still_factors)(const np_plan_factors *f, const double *x, double *places)
{
	double *to = places + f->first;
	NP_NAME(take_still_kind)(NP_CENTRED, f, x, to);
	NP_NAME(take_still_kind)(NP_ABOVE, f, x, to);
	NP_NAME(take_still_kind)(NP_BELOW, f, x, to);
	NP_NAME(take_still_kind)(NP_STEP, f, x, to);
}

NP_INLINE void NP_NAME(take_still_products)(const np_plan_products *p, const double *shared, double *terms)
{
	for (int i = 0; i < p->count; i += NP_LANES) {
		NP_NUM value = NP_NAME(gather)(shared, p->factor[0] + i);
		NP_UNROLL
		for (int k = 1; k < NP_MAX_FACTORS; k++)
			value *= NP_NAME(gather)(shared, p->factor[k] + i);
		value = NP_NAME(larger)(NP_LOAD(p->low + i), value);
		value = NP_NAME(smaller)(NP_LOAD(p->high + i), value);
		NP_STORE(terms + p->first + i, NP_LOAD(p->coefficient + i) * value);
	}
}

NP_INLINE void NP_NAME(take_still)(const np_plan *plan, double base, const double *features, double *terms, double *shared)
{
	double x[NP_MAX_FEATURES];
	x[0] = 0; /* read by the factor that is always 1, whatever it is */
	for (int k = 0; k < plan->still.feature_count; k++) {
		const np_plan_feature *f = &plan->still.features[k];
		double value = f->source == NP_PLAN_BASE ? np_log2(base) : features[f->number];
		value = value < f->range.low ? f->range.low : value;
		x[k] = value > f->range.high ? f->range.high : value;
	}
	NP_NAME(take_still_factors)(&plan->still.alone, x, terms);
	NP_NAME(take_still_factors)(&plan->still.shared, x, shared);
	NP_NAME(take_still_products)(&plan->still_products, shared, terms);
}

NP_TARGET static double NP_NAME(value)(const np_model *model, double base, const double *features)
{
	const np_plan *plan = model->plan;
	double terms[NP_PLAN_PLACES], shared[NP_PLAN_PLACES], sum = model->correction.intercept;
	NP_NAME(take_still)(plan, base, features, terms, shared);
	for (int k = 0; k < plan->term_count; k++)
		sum += terms[plan->order[k]];
	return base * np_form_factor(model->form, sum, model->factor_held);
}

NP_INLINE void NP_NAME(spread)(double value, double *row)
{
	NP_UNROLL
	for (int i = 0; i < NP_BATCHES; i += NP_LANES)
		NP_STORE(row + i, NP_NAME(every)(value));
}

/* Lists the products that change: all are written and some are kept, so that there is nothing for the processor to guess. */
NP_INLINE void NP_NAME(list_products)(const np_plan *plan, const double *shared, np_plan_rows *rows)
{
	int count = 0;
	NP_NAME(spread)(0, rows->terms[NP_PLAN_NOTHING]);
	memcpy(rows->order, plan->order, (size_t)plan->term_count * sizeof *rows->order);
	for (int i = 0; i < plan->product_count; i++) {
		const np_plan_product *p = &plan->products[i];
		bool live = shared[p->gate[0]] * shared[p->gate[1]] != 0;
		rows->product[count] = (short)i;
		rows->order[p->term] = live ? (short)(plan->first_product + i) : NP_PLAN_NOTHING;
		count += live;
	}
	rows->product_count = count;
}

NP_TARGET static void NP_NAME(begin)(const np_plan *plan, const double *features, np_plan_rows *rows)
{
	double terms[NP_PLAN_PLACES], shared[NP_PLAN_PLACES];
	NP_NAME(take_still)(plan, 0, features, terms, shared);
	for (int place = 0; place < plan->still_products.first + plan->still_products.count; place++)
		NP_NAME(spread)(terms[place], rows->terms[place]);
	for (int k = 0; k < plan->mixed_count; k++)
		NP_NAME(spread)(shared[plan->mixed[k]], rows->shared[plan->mixed[k]]);
	NP_NAME(list_products)(plan, shared, rows);
}

/* ---- what changes: each at several batches ---- */

#define VECTORS (NP_BATCHES / NP_LANES)

NP_INLINE void NP_NAME(take_kind)(int kind, const np_plan_factors *f, double (*x)[NP_BATCHES], double (*to)[NP_BATCHES])
{
	for (int k = f->begin[kind]; k < f->begin[kind + 1]; k++) {
		const NP_NUM knot = NP_NAME(every)(f->knot[k]), scale = NP_NAME(every)(f->scale[k]);
		const double *from = x[f->feature[k]];
		NP_UNROLL
		for (int i = 0; i < NP_BATCHES; i += NP_LANES)
			NP_STORE(to[k] + i, NP_NAME(scaled)(kind, NP_LOAD(from + i), knot, scale));
	}
}

NP_TARGET static void NP_NAME(take_factors)(const np_plan_factors *f, double (*x)[NP_BATCHES], double (*places)[NP_BATCHES])
{
	double(*to)[NP_BATCHES] = places + f->first;
	NP_NAME(take_kind)(NP_CENTRED, f, x, to);
	NP_NAME(take_kind)(NP_ABOVE, f, x, to);
	NP_NAME(take_kind)(NP_BELOW, f, x, to);
	NP_NAME(take_kind)(NP_STEP, f, x, to);
}

NP_INLINE void NP_NAME(multiply)(const double *a, const double *b, double *to)
{
	NP_UNROLL
	for (int i = 0; i < NP_BATCHES; i += NP_LANES)
		NP_STORE(to + i, NP_LOAD(a + i) * NP_LOAD(b + i));
}

NP_TARGET static void NP_NAME(take_products)(const np_plan *plan, np_plan_rows *rows)
{
	for (int k = 0; k < rows->product_count; k++) {
		const np_plan_product *p = &plan->products[rows->product[k]];
		const double *a = rows->shared[p->factor[0]], *b = rows->shared[p->factor[1]];
		double *row = rows->terms[plan->first_product + rows->product[k]], so_far[NP_BATCHES];
		for (int m = 2; m < p->count; m++) {
			NP_NAME(multiply)(a, b, so_far);
			a = so_far;
			b = rows->shared[p->factor[m]];
		}
		NP_UNROLL
		for (int i = 0; i < NP_BATCHES; i += NP_LANES) {
			NP_NUM value = NP_NAME(hold)(NP_LOAD(a + i) * NP_LOAD(b + i), p->low, p->high);
			NP_STORE(row + i, p->coefficient * value);
		}
	}
}

/* The base of each batch: a sum over physical features, at least the floor. */
NP_TARGET static void NP_NAME(take_bases)(const np_model *model, double (*physical)[NP_BATCHES], double *bases)
{
	NP_NUM sum[VECTORS], floor = NP_NAME(every)(model->floor);
	NP_UNROLL
	for (int v = 0; v < VECTORS; v++)
		sum[v] = NP_NAME(every)(model->sum.intercept);
	for (int k = 0; k < model->plan->base_terms; k++) {
		const NP_NUM coefficient = NP_NAME(every)(model->sum.coefficients[k]);
		const double *row = physical[model->plan->base_row[k]];
		NP_UNROLL
		for (int v = 0; v < VECTORS; v++)
			sum[v] += coefficient * NP_LOAD(row + v * NP_LANES);
	}
	NP_UNROLL
	for (int v = 0; v < VECTORS; v++)
		NP_STORE(bases + v * NP_LANES, NP_NAME(choose)(sum[v] >= floor, sum[v], floor));
}

/* One feature at each batch, held to its range. */
NP_INLINE void NP_NAME(take_feature)(const np_plan_feature *f, const double *from, bool logarithm, double *x)
{
	NP_NUM value[VECTORS];
	NP_UNROLL
	for (int v = 0; v < VECTORS; v++)
		value[v] = NP_LOAD(from + v * NP_LANES);
	if (logarithm)
		NP_NAME(log2_some)(value, value, VECTORS);
	NP_UNROLL
	for (int v = 0; v < VECTORS; v++)
		NP_STORE(x + v * NP_LANES, NP_NAME(hold)(value[v], f->range.low, f->range.high));
}

NP_TARGET static void NP_NAME(take_features)(const np_plan_part *part, double (*shape)[NP_BATCHES],
                                             const np_plan_answers *answers, double (*x)[NP_BATCHES])
{
	const double *const from[] = {[NP_PLAN_BATCH] = answers->batches, [NP_PLAN_BASE] = answers->bases};
	for (int k = 0; k < part->feature_count; k++) {
		const np_plan_feature *f = &part->features[k];
		const double *row = f->source == NP_PLAN_SHAPE ? shape[f->row] : from[f->source];
		if (k < part->logarithms)
			NP_NAME(take_feature)(f, row, true, x[k]);
		else
			NP_NAME(take_feature)(f, row, false, x[k]);
	}
}

/* The values: bases times factors that are made of the sums of terms, at least the floor. */
NP_TARGET static void NP_NAME(take_values)(const np_model *model, const np_plan_rows *rows, np_plan_answers *answers)
{
	const np_range held = model->factor_held;
	NP_NUM sum[VECTORS], floor = NP_NAME(every)(model->floor);
	NP_UNROLL
	for (int v = 0; v < VECTORS; v++)
		sum[v] = NP_NAME(every)(model->correction.intercept);
	for (int k = 0; k < model->plan->term_count; k++) {
		const double *term = rows->terms[rows->order[k]];
		NP_UNROLL
		for (int v = 0; v < VECTORS; v++)
			sum[v] += NP_LOAD(term + v * NP_LANES);
	}
	NP_UNROLL
	for (int v = 0; v < VECTORS; v++) {
		NP_NUM factor = NP_NAME(hold)(1.0 + sum[v], held.low, held.high);
		if (model->form != NP_RATIO)
			for (int i = 0; i < NP_LANES; i++)
				factor[i] = np_form_factor(model->form, sum[v][i], held);
		NP_NUM value = NP_LOAD(answers->bases + v * NP_LANES) * factor;
		NP_STORE(answers->values + v * NP_LANES, NP_NAME(choose)(value > floor, value, floor));
	}
}

NP_TARGET static void NP_NAME(ask)(const np_model *model, const np_layer_config *config, np_plan_rows *rows,
                                   np_plan_answers *answers)
{
	const np_plan *plan = model->plan;
	const np_family family = model->set->family;
	double physical[NP_MAX_PHYSICAL][NP_BATCHES], shape[NP_MAX_SHAPE][NP_BATCHES];
	double x[NP_MAX_FEATURES][NP_BATCHES];
	NP_NAME(np_features).physical[family](config, answers->batches, plan->varying_need.physical, physical[0]);
	NP_NAME(take_bases)(model, physical, answers->bases);
	if (plan->varying_need.shape)
		NP_NAME(np_features).shape[family](config, answers->batches, plan->varying_need.shape, shape[0]);
	NP_NAME(take_features)(&plan->varying, shape, answers, x);
	NP_NAME(take_factors)(&plan->varying.alone, x, rows->terms);
	NP_NAME(take_factors)(&plan->varying.shared, x, rows->shared);
	NP_NAME(take_products)(plan, rows);
	NP_NAME(take_values)(model, rows, answers);
}

static const np_plan_asker NP_NAME(asker) = {NP_NAME(value), NP_NAME(begin), NP_NAME(ask)};

#undef VECTORS
#include "features/lanes_end.h"
