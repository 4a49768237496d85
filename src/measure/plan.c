/* See plan.h. */
#include "measure/plan.h"

#include "base/error.h"
#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>

static np_plan_item *reserve(np_plan *plan)
{
	if (plan->count == plan->capacity) {
		int capacity = plan->capacity ? 2 * plan->capacity : 256;
		np_plan_item *larger = realloc(plan->items, (size_t)capacity * sizeof *larger);
		if (!larger)
			return NULL;
		plan->items = larger;
		plan->capacity = capacity;
	}
	return &plan->items[plan->count];
}

/* Whether the layer of this network is new; its texts are kept. */
static np_status keep(np_plan *plan, const char *layer, const char *network, np_plan_item *item, bool *is_new, np_error *err)
{
	char key[NP_LAYER_TEXT_SIZE + 256];
	plan->labels.arena = &plan->arena;
	snprintf(key, sizeof key, "%s %.250s", layer, network);
	item->text = np_label(&plan->labels, layer);
	item->network = np_label(&plan->labels, network);
	size_t before = plan->labels.count;
	if (!item->text || !item->network || !np_label(&plan->labels, key))
		return np_fail_memory(err);
	*is_new = plan->labels.count > before;
	return NP_OK;
}

np_status np_plan_add(np_plan *plan, const np_layer_config *config, const char *network, np_error *err)
{
	char text[NP_LAYER_TEXT_SIZE];
	np_plan_item *item = reserve(plan);
	bool is_new = false;
	if (!item)
		return np_fail_memory(err);
	*item = (np_plan_item){.config = *config};
	NP_TRY(keep(plan, np_layer_text_write(config, text), network, item, &is_new, err));
	plan->count += is_new;
	return NP_OK;
}

np_status np_plan_add_program(np_plan *plan, const np_program *program, const char *network, np_error *err)
{
	for (int i = 0; i < program->step_count; i++)
		NP_TRY(np_plan_add(plan, &program->steps[i].config, network, err));
	return NP_OK;
}

np_status np_plan_order(const np_plan *plan, uint64_t seed, int pass, int **order, np_error *err)
{
	*order = malloc(((size_t)plan->count + 1) * sizeof **order);
	if (!*order)
		return np_fail_memory(err);
	np_random random = np_random_seeded(seed * 1000003 + (uint64_t)pass);
	np_random_order(&random, *order, plan->count);
	return NP_OK;
}

void np_plan_free(np_plan *plan)
{
	np_labels_free(&plan->labels);
	np_arena_free(&plan->arena);
	free(plan->items);
	*plan = (np_plan){0};
}
