/* What a campaign is to measure: layers of suites and of networks, each once, and in which order. */
#ifndef NP_MEASURE_PLAN_H
#define NP_MEASURE_PLAN_H

#include "dataset/labels.h"
#include "measure/program.h"

typedef struct np_plan_item {
	np_layer_config config;
	const char *text, *network; /* the layer's; the network it belongs to, "" for none */
	bool impossible;            /* the device has said so */
} np_plan_item;

typedef struct np_plan {
	np_arena arena;
	np_labels labels;
	np_plan_item *items;
	int count, capacity;
} np_plan;

/* Start with a zeroed plan. Layers that are there already are passed over. */
np_status np_plan_add(np_plan *plan, const np_layer_config *config, const char *network, np_error *err) NP_MUST_CHECK;
/* Every different layer of a program, under the network's name. */
np_status np_plan_add_program(np_plan *plan, const np_program *program, const char *network, np_error *err) NP_MUST_CHECK;
/* Positions of the items in the order of a pass; free() it. */
np_status np_plan_order(const np_plan *plan, uint64_t seed, int pass, int **order, np_error *err) NP_MUST_CHECK;
void np_plan_free(np_plan *plan);

#endif
