/* The start of a campaign with a meter: idle power, the meter's tick and rise, and a chip brought to working temperature. */
#include "measure/procedure.h"

#include "base/error.h"
#include "measure/power_window.h"
#include "measure/run.h"

#include <math.h>

static const double IDLE_S = 3, LOAD_S = 2, PAUSE_S = 1, RISE_S = 1.5, LOOK_S = 0.001, COOL_CHIP_S = 2, BOARD_S = 10;

/* Looks at the meter for so long, with the job running or with nothing. */
static np_status watch(np_device *device, np_run *run, double seconds, np_power_window *window, np_error *err)
{
	double end = device->ops->now(device) + seconds;
	np_power_window_open(window, device->meter);
	while (device->ops->now(device) < end) {
		np_span span;
		bool done = false;
		if (run)
			NP_TRY(np_run_step(run, device->habits.depth <= 1, &done, &span, err));
		if (!done)
			device->ops->sleep(device, LOOK_S);
		NP_TRY(np_power_window_look(window, err));
	}
	return NP_OK;
}

/* Reading often would wake the device, so only the ends are looked at; a meter of power alone has to be watched. */
static np_status measure_idle(np_device *device, double *idle_w, np_error *err)
{
	np_power_window window;
	np_reading first, last;
	if (device->meter->counts) {
		NP_TRY(device->meter->ops->read(device->meter, &first, err));
		device->ops->sleep(device, IDLE_S);
		NP_TRY(device->meter->ops->read(device->meter, &last, err));
		*idle_w = last.epoch == first.epoch ? (last.energy_j - first.energy_j) / (last.at_s - first.at_s) : NAN;
		return NP_OK;
	}
	np_status status = watch(device, NULL, IDLE_S, &window, err);
	*idle_w = window.ticks ? np_power_window_w(&window) : window.seen.power_w;
	np_power_window_free(&window);
	return status;
}

static np_status measure_tick(np_device *device, np_run *run, double *tick_s, np_error *err)
{
	np_power_window window;
	np_status status = watch(device, run, LOAD_S, &window, err);
	*tick_s = window.ticks >= 3 ? np_series_median(&window.intervals) : 0;
	np_power_window_free(&window);
	return status;
}

/* How long after `start` the watts between ticks came within a tenth of the step from idle to where they stayed. */
static double rise_of(const np_power_window *window, double start, double idle_w)
{
	int n = window->watts.count;
	double level = 0, spent = window->first.at_s - start;
	for (int i = 2 * n / 3; i < n; i++)
		level += window->watts.values[i] / (n - 2 * n / 3);
	for (int i = 0; i < n; i++) {
		spent += window->intervals.values[i];
		if (window->watts.values[i] >= level - 0.1 * (level - idle_w))
			return spent;
	}
	return spent;
}

static np_status measure_rise(np_device *device, np_run *run, double idle_w, double *rise_s, np_error *err)
{
	np_power_window window;
	NP_TRY(np_run_drain(run, err));
	device->ops->sleep(device, PAUSE_S);
	double start = device->ops->now(device);
	np_status status = watch(device, run, RISE_S, &window, err);
	*rise_s = window.ticks >= 3 && !isnan(idle_w) ? rise_of(&window, start, idle_w) : 0;
	np_power_window_free(&window);
	return status;
}

static np_status calibrate(np_device *device, np_run *run, np_procedure *p, np_error *err)
{
	NP_TRY(measure_tick(device, run, &p->tick_s, err));
	NP_TRY(measure_rise(device, run, p->idle_w, &p->rise_s, err));
	double settle = p->rise_s + p->tick_s;
	if (settle > p->settle_s)
		p->settle_s = settle < RISE_S ? settle : RISE_S;
	if (p->tick_s > 0 && p->tick_s * p->least_ticks < p->power_window_s)
		p->least_ticks = (int)ceil(p->power_window_s / p->tick_s * 0.9); /* some ticks may come late */
	return np_run_for(run, device->habits.shift_phases ? BOARD_S : COOL_CHIP_S, err);
}

np_status np_calibrate(np_device *device, np_job *load, np_procedure *procedure, np_error *err)
{
	if (!device->meter)
		return NP_OK;
	NP_TRY(measure_idle(device, &procedure->idle_w, err));
	np_run run;
	NP_TRY(np_run_start(device, load, procedure->batch_s, &run, err));
	np_status status = calibrate(device, &run, procedure, err);
	np_status drained = np_run_drain(&run, status == NP_OK ? err : NULL);
	return status != NP_OK ? status : drained;
}
