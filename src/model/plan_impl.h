/* Asking a plan at several batches side by side; compiled once per instruction set by plan_ask.c. */
#include "features/lanes_impl.h"

/* As np_factor_value() times a scale. */
NP_INLINE NP_NUM NP_NAME(scaled)(np_factor_kind kind, NP_NUM x, double knot, double scale)
{
	if (kind == NP_STEP)
		return (NP_NUM)((NP_BITS)NP_NAME(every)(scale) & (x > knot));
	NP_NUM over = kind == NP_BELOW ? knot - x : x - knot;
	return scale * (kind == NP_CENTRED ? over : NP_NAME(larger)(over, NP_NAME(every)(0)));
}

NP_INLINE void NP_NAME(take_kind)(np_factor_kind kind, const np_plan_factors *f, double (*x)[NP_BATCHES],
                                  double (*to)[NP_BATCHES])
{
	const np_plan_factor *end = f->factor[kind] + f->count[kind];
	for (const np_plan_factor *p = f->factor[kind]; p < end; p++) {
		NP_UNROLL
		for (int i = 0; i < NP_BATCHES; i += NP_LANES)
			NP_STORE(to[p->to] + i, NP_NAME(scaled)(kind, NP_LOAD(x[p->feature] + i), p->knot, p->scale));
	}
}

NP_TARGET static void NP_NAME(take_factors)(const np_plan_factors *f, double (*x)[NP_BATCHES], double (*to)[NP_BATCHES])
{
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

NP_TARGET static void NP_NAME(take_products)(const np_plan_part *part, np_plan_rows *rows)
{
	for (int k = 0; k < rows->product_count; k++) {
		const np_plan_product *p = &part->products[rows->product[k]];
		const double *a = rows->shared[p->factor[0]], *b = rows->shared[p->factor[1]];
		double *row = rows->terms[p->to], so_far[NP_BATCHES];
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
	const np_plan *plan = model->plan;
	for (int i = 0; i < NP_BATCHES; i += NP_LANES) {
		NP_NUM sum = NP_NAME(every)(model->sum.intercept), floor = NP_NAME(every)(model->floor);
		for (int k = 0; k < plan->base_terms; k++)
			sum = sum + model->sum.coefficients[k] * NP_LOAD(physical[plan->base_row[k]] + i);
		NP_STORE(bases + i, NP_NAME(choose)(sum >= floor, sum, floor));
	}
}

NP_TARGET static void NP_NAME(take_features)(const np_plan_part *part, double (*shape)[NP_BATCHES],
                                             const np_plan_answers *answers, double (*x)[NP_BATCHES])
{
	for (int k = 0; k < part->feature_count; k++) {
		const np_plan_feature *f = &part->features[k];
		const double *from = f->source == NP_PLAN_SHAPE  ? shape[f->row]
		                     : f->source == NP_PLAN_BASE ? answers->bases
		                                                 : answers->batches;
		memcpy(x[k], from, sizeof x[k]);
	}
	NP_NAME(log2_all)(x[0], x[0], part->logarithms * NP_BATCHES);
	for (int k = 0; k < part->feature_count; k++) {
		np_range range = part->features[k].range;
		for (int i = 0; i < NP_BATCHES; i += NP_LANES)
			NP_STORE(x[k] + i, NP_NAME(hold)(NP_LOAD(x[k] + i), range.low, range.high));
	}
}

/* The values: bases times factors that are made of the sums of terms, at least the floor. */
NP_TARGET static void NP_NAME(take_values)(const np_model *model, const np_plan_rows *rows, np_plan_answers *answers)
{
	enum { VECTORS = NP_BATCHES / NP_LANES };
	const np_range held = model->factor_held;
	NP_NUM sum[VECTORS], floor = NP_NAME(every)(model->floor);
	NP_UNROLL
	for (int v = 0; v < VECTORS; v++)
		sum[v] = NP_NAME(every)(model->correction.intercept);
	for (int k = 0; k < rows->term_count; k++) {
		const double *term = rows->terms[rows->term[k]];
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
	NP_NAME(take_products)(&plan->varying, rows);
	NP_NAME(take_values)(model, rows, answers);
}

#include "features/lanes_end.h"
