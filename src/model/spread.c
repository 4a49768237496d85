/* How wide intervals are at other levels than the one a platform was calibrated for. */
#include "model/platform_model.h"

#include "base/error.h"

#include <math.h>

static const double LEVELS[NP_LEVELS] = {0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99};

double np_spread_level(int index)
{
	return LEVELS[index];
}

/* Between two levels the factor is interpolated; beyond the last that rows sufficed for it is unknown. */
static double factor_at(const np_spread *spread, double level)
{
	for (int i = 0; i < NP_LEVELS; i++) {
		if (fabs(level - LEVELS[i]) < 1e-9)
			return spread->factor[i];
		if (i + 1 < NP_LEVELS && level > LEVELS[i] && level < LEVELS[i + 1] && spread->factor[i + 1] > 0)
			return spread->factor[i] +
			       (spread->factor[i + 1] - spread->factor[i]) * (level - LEVELS[i]) / (LEVELS[i + 1] - LEVELS[i]);
	}
	return 0;
}

np_status np_platform_set_interval(np_platform *platform, double level, np_error *err)
{
	if (!(level >= LEVELS[0] && level <= LEVELS[NP_LEVELS - 1]))
		return np_fail(err, NP_ERR_ARGUMENT, "an interval's level from 0.5 to 0.99 was expected");
	if (level == platform->interval_level)
		return NP_OK;
	platform->interval_level = level;
	platform->fallback.interval_factor = factor_at(&platform->fallback.spread, level);
	platform->fallback.power_interval_factor = factor_at(&platform->fallback.power_spread, level);
	for (int i = 0; i < platform->model_count; i++)
		platform->models[i].interval_factor = factor_at(&platform->models[i].spread, level);
	return NP_OK;
}

double np_platform_interval(const np_platform *platform)
{
	return platform->interval_level;
}
