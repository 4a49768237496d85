/* See power_window.h. */
#include "measure/power_window.h"

#include "base/error.h"

#include <math.h>

void np_power_window_open(np_power_window *window, np_meter *meter)
{
	*window = (np_power_window){.meter = meter, .seen = {.energy_j = NAN, .power_w = NAN}};
}

/* A power that stays the same to the last digit is a value too, as often as meters tell new ones. */
static const double STEADY_S = 0.1;

static bool ticked(const np_power_window *window, const np_reading *now)
{
	if (window->meter->counts)
		return !isnan(window->seen.energy_j) && now->energy_j != window->seen.energy_j;
	if (isnan(window->seen.power_w))
		return false;
	double since = window->begun ? now->at_s - window->last.at_s : 0;
	return now->power_w != window->seen.power_w || !window->begun || since >= STEADY_S;
}

static void begin_anew(np_power_window *window)
{
	window->begun = false;
	window->ticks = 0;
	window->broken = true;
	np_series_clear(&window->watts);
	np_series_clear(&window->intervals);
	np_series_clear(&window->now_w);
}

static np_status take_tick(np_power_window *window, const np_reading *now, np_error *err)
{
	if (!window->begun) {
		window->begun = true;
		window->first = window->last = *now;
		return NP_OK;
	}
	double seconds = now->at_s - window->last.at_s;
	double watts = window->meter->counts ? (now->energy_j - window->last.energy_j) / seconds : now->power_w;
	window->last = *now;
	window->ticks++;
	NP_TRY(np_series_add(&window->watts, watts, err));
	NP_TRY(np_series_add(&window->intervals, seconds, err));
	return isnan(now->power_w) ? NP_OK : np_series_add(&window->now_w, now->power_w, err);
}

np_status np_power_window_look(np_power_window *window, np_error *err)
{
	np_reading now;
	NP_TRY(window->meter->ops->read(window->meter, &now, err));
	bool anew = now.epoch != window->seen.epoch && (!isnan(window->seen.energy_j) || !isnan(window->seen.power_w));
	if (anew)
		begin_anew(window);
	bool tick = !anew && ticked(window, &now);
	window->seen = now;
	return tick ? take_tick(window, &now, err) : NP_OK;
}

double np_power_window_s(const np_power_window *window)
{
	return window->begun ? window->last.at_s - window->first.at_s : 0;
}

static double mean(const np_series *sample)
{
	double sum = 0;
	for (int i = 0; i < sample->count; i++)
		sum += sample->values[i];
	return sum / sample->count;
}

double np_power_window_w(const np_power_window *window)
{
	if (!window->ticks)
		return NAN;
	if (!window->meter->counts)
		return mean(&window->watts);
	return (window->last.energy_j - window->first.energy_j) / np_power_window_s(window);
}

double np_power_window_error(const np_power_window *window)
{
	double middle = mean(&window->watts), squares = 0;
	for (int i = 0; i < window->watts.count; i++)
		squares += (window->watts.values[i] - middle) * (window->watts.values[i] - middle);
	int n = window->watts.count;
	return n > 2 ? sqrt(squares / (n - 1) / n) / np_power_window_w(window) : NAN;
}

void np_power_window_free(np_power_window *window)
{
	np_series_free(&window->watts);
	np_series_free(&window->intervals);
	np_series_free(&window->now_w);
}
