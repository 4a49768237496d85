/* Asking a plan: at one batch, and at several side by side with the widest instructions there are. */
#include "model/model_plan.h"

#include "features/shape.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- at one batch ---- */

static double hold(double value, double low, double high)
{
	value = value < low ? low : value;
	return value > high ? high : value;
}

static inline void take_kind(np_factor_kind kind, const np_plan_factors *f, const double *x, double *to)
{
	const np_plan_factor *end = f->factor[kind] + f->count[kind];
	for (const np_plan_factor *p = f->factor[kind]; p < end; p++) {
		double over = kind == NP_BELOW ? p->knot - x[p->feature] : x[p->feature] - p->knot;
		if (kind == NP_STEP)
			over = over > 0;
		else if (kind != NP_CENTRED)
			over = over > 0 ? over : 0;
		to[p->to] = p->scale * over;
	}
}

static void take_factors(const np_plan_factors *f, const double *x, double *to)
{
	take_kind(NP_CENTRED, f, x, to);
	take_kind(NP_ABOVE, f, x, to);
	take_kind(NP_BELOW, f, x, to);
	take_kind(NP_STEP, f, x, to);
}

static void take_still(const np_plan_part *part, double base, const double *features, double *terms, double *shared)
{
	double x[NP_MAX_FEATURES];
	x[0] = 0; /* read by the factor that is always 1, whatever it is */
	for (int k = 0; k < part->feature_count; k++) {
		const np_plan_feature *f = &part->features[k];
		double value = f->source == NP_PLAN_BASE ? np_log2(base) : features[f->number];
		x[k] = hold(value, f->range.low, f->range.high);
	}
	take_factors(&part->alone, x, terms);
	take_factors(&part->shared, x, shared);
	for (int k = 0; k < part->product_count; k++) {
		const np_plan_product *p = &part->products[k];
		double value = shared[p->factor[0]] * shared[p->factor[1]];
		for (int m = 2; m < p->count; m++)
			value *= shared[p->factor[m]];
		terms[p->to] = p->coefficient * hold(value, p->low, p->high);
	}
}

double np_plan_value(const np_model *model, double base, const double *features)
{
	const np_plan *plan = model->plan;
	double terms[NP_PLAN_TERMS], shared[NP_PLAN_SHARED], sum = model->correction.intercept;
	take_still(&plan->still, base, features, terms, shared);
	for (int k = 0; k < plan->terms; k++)
		sum += terms[k];
	return base * np_form_factor(model->form, sum, model->factor_held);
}

/* ---- at several ---- */

static void spread(double value, double *row)
{
	for (int i = 0; i < NP_BATCHES; i++)
		row[i] = value;
}

/* Those of a list of numbers that are live. All is written and some is kept: nothing for the processor to guess. */
static int list_live(const np_plan_list *list, const bool *live, short *kept)
{
	int count = 0;
	for (int i = 0; i < list->count; i++) {
		kept[count] = list->number[i];
		count += live[list->number[i]];
	}
	return count;
}

static void spread_live(const np_plan_list *list, const bool *live, const double *values, double (*rows)[NP_BATCHES])
{
	short kept[NP_PLAN_SHARED];
	int count = list_live(list, live, kept);
	for (int i = 0; i < count; i++)
		spread(values[kept[i]], rows[kept[i]]);
}

/* Lists the products that may change and says which factors they take. Of others, the term is 0: the bounds allow that. */
static void list_products(const np_plan_part *part, const double *shared, bool *live_term, bool *live_shared, np_plan_rows *rows)
{
	rows->product_count = 0;
	for (int i = 0; i < part->product_count; i++) {
		const np_plan_product *p = &part->products[i];
		bool zero = false;
		for (int k = 0; k < NP_MAX_FACTORS; k++)
			zero |= shared[p->factor[k]] == 0;
		bool live = !zero | (p->low > 0) | (p->high < 0);
		for (int k = 0; k < NP_MAX_FACTORS; k++)
			live_shared[p->factor[k]] |= live;
		live_term[p->to] = live;
		rows->product[rows->product_count] = (short)i;
		rows->product_count += live;
	}
}

void np_plan_begin(const np_plan *plan, const double *features, np_plan_rows *rows)
{
	double terms[NP_PLAN_TERMS], shared[NP_PLAN_SHARED];
	bool live_term[NP_PLAN_TERMS], live_shared[NP_PLAN_SHARED] = {false};
	/* What changes with the batch counts as 1. */
	for (int i = 0; i < plan->terms; i++)
		terms[i] = 1;
	for (int i = 0; i < plan->shared; i++)
		shared[i] = 1;
	take_still(&plan->still, 0, features, terms, shared);
	for (int i = 0; i < plan->terms; i++)
		live_term[i] = terms[i] != 0;
	list_products(&plan->varying, shared, live_term, live_shared, rows);
	spread_live(&plan->still_terms, live_term, terms, rows->terms);
	spread_live(&plan->still_factors, live_shared, shared, rows->shared);
	rows->term_count = list_live(&plan->all_terms, live_term, rows->term);
}

#define NP_LANES 2
#define NP_TARGET
#define NP_NAME(f) f##_2
#include "model/plan_impl.h"

#if defined(__x86_64__)
#define NP_LANES 4
#define NP_TARGET __attribute__((target("avx2")))
#define NP_NAME(f) f##_4
#include "model/plan_impl.h"
#endif

np_plan_asker *np_plan_asker_at(int index)
{
	np_plan_asker *found[3] = {0};
	int count = 0;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		found[count++] = ask_4;
#endif
	found[count++] = ask_2;
	return index >= 0 && index < count ? found[index] : NULL;
}

void np_plan_ask(const np_model *model, const np_layer_config *config, np_plan_rows *rows, np_plan_answers *answers)
{
	np_plan_asker_at(0)(model, config, rows, answers);
}
