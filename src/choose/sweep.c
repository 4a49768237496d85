/* The best points of a sweep over batch sizes. */
#include <neuralpower/sweep.h>

np_sweep np_sweep_of(const np_prediction *const *points, int count)
{
	np_sweep s = {.points = points, .count = count, .least_energy = -1, .most_items = -1};
	for (int i = 0; i < count; i++) {
		const np_prediction *p = points[i];
		if (p->energy_per_item_mj.has &&
		    (s.least_energy < 0 || p->energy_per_item_mj.value < points[s.least_energy]->energy_per_item_mj.value))
			s.least_energy = i;
		if (p->items_per_s > 0 && (s.most_items < 0 || p->items_per_s > points[s.most_items]->items_per_s))
			s.most_items = i;
	}
	return s;
}
