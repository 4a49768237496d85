/* See procedure.h. */
#include "measure/procedure.h"

#include "base/error.h"
#include "base/random.h"
#include "measure/power_window.h"
#include "measure/run.h"

#include <math.h>

static double or_else(double value, double standard)
{
	return value > 0 ? value : standard;
}

np_procedure np_procedure_for_layers(const np_device *device)
{
	const np_device_habits *habits = &device->habits;
	return (np_procedure){.warm_s = 0.03,
	                      .batch_s = or_else(habits->batch_s, 0.005),
	                      .window_s = 0.05,
	                      .longest_s = device->meter ? 4 : 0.35,
	                      .precision = device->meter ? 0.01 : 0.03,
	                      .least_batches = 10,
	                      .quantile = or_else(habits->quantile, 0.5),
	                      .settle_s = or_else(habits->settle_s, 0.3),
	                      .power_window_s = or_else(habits->power_window_s, 1),
	                      .least_ticks = 4,
	                      .idle_w = NAN,
	                      .windows = 1};
}

np_procedure np_procedure_for_networks(const np_device *device, const np_procedure *layers)
{
	np_procedure p = *layers;
	p.warm_s = 0.2;
	p.window_s = 1;
	p.longest_s = device->meter ? 12 : 5;
	p.windows = device->meter && device->habits.shift_phases ? 4 : 1;
	p.power_window_s = 5.0 / p.windows;
	return p;
}

/* ---- one row ---- */

typedef struct row {
	np_device *device;
	const np_procedure *procedure;
	np_measurement *measurement;
	np_run run;
	np_series call_s, disturbed_s; /* per call; of batches that others disturbed, apart */
	double timed_s, spoilt_s;      /* how long the batches of either lasted */
	np_power_window window;
	double began; /* when timing, or the power window, did */
	/* Over windows, where there are several. */
	double energy_j, powered_s;
} row;

static double now(const row *r)
{
	return r->device->ops->now(r->device);
}

/* Others took the device, or the processor from its threads, while a batch ran. */
static bool is_disturbed(const row *r, const np_span *span)
{
	const int threads = r->device->facts.threads > 1 ? r->device->facts.threads : 1;
	return span->disturbed || span->wall_s * threads > 1.03 * span->cpu_s; /* false where cpu_s is unknown */
}

static np_status take_batch(row *r, const np_span *span, np_error *err)
{
	np_measurement *m = r->measurement;
	m->calls += span->calls;
	m->cpu_s += span->cpu_s;
	if (!is_disturbed(r, span)) {
		r->timed_s += np_span_lasted(span);
		return np_series_add(&r->call_s, span->runtime_s / (double)span->calls, err);
	}
	double relieved = span->relieved_s > 0 ? span->relieved_s : span->runtime_s;
	r->spoilt_s += np_span_lasted(span);
	return np_series_add(&r->disturbed_s, relieved / (double)span->calls, err);
}

/* Too few quiet batches to go by: all of them count, and the row says so. */
static np_status take_disturbed(row *r, np_error *err)
{
	if (2 * r->call_s.count >= r->procedure->least_batches || !r->disturbed_s.count)
		return NP_OK;
	r->measurement->flags |= NP_FLAG_CONTENDED;
	r->timed_s += r->spoilt_s;
	for (int i = 0; i < r->disturbed_s.count; i++)
		NP_TRY(np_series_add(&r->call_s, r->disturbed_s.values[i], err));
	return NP_OK;
}

/* Enough batches over enough time, and the median of their times is known well enough. */
static bool time_is_known(row *r)
{
	np_summary s = np_series_summary(&r->call_s);
	return s.count >= r->procedure->least_batches && r->timed_s >= r->procedure->window_s &&
	       s.ci95 <= r->procedure->precision;
}

/* Three batches at least, unless even those take forever. */
static bool out_of_time(const row *r)
{
	double spent = now(r) - r->began;
	return spent >= r->procedure->longest_s * (r->call_s.count + r->disturbed_s.count < 3 ? 10 : 1);
}

static np_status time_only(row *r, np_error *err)
{
	r->began = now(r);
	do {
		np_span span;
		bool done;
		NP_TRY(np_run_step(&r->run, true, &done, &span, err));
		if (done)
			NP_TRY(take_batch(r, &span, err));
	} while (!time_is_known(r) && !out_of_time(r));
	return NP_OK;
}

/* ---- with a meter ---- */

/* Long calls beside a meter that samples part of the time need long windows to average over its phases. */
static double window_length(const row *r)
{
	double length = r->procedure->power_window_s;
	if (!r->device->habits.shift_phases || r->run.call_s <= 0.005)
		return length;
	double wanted = r->run.call_s <= 0.02 ? 1.5 : 5;
	return wanted > length ? wanted : length;
}

static bool window_is_full(const row *r)
{
	return r->window.ticks >= r->procedure->least_ticks && np_power_window_s(&r->window) >= window_length(r);
}

static bool power_is_known(const row *r)
{
	return np_power_window_error(&r->window) <= r->procedure->precision;
}

/* One window: settled, then from tick to tick until both power and time are known. */
static np_status run_window(row *r, np_error *err)
{
	const np_procedure *p = r->procedure;
	NP_TRY(np_run_for(&r->run, p->settle_s, err));
	double limit = p->longest_s + 2 * window_length(r);
	r->began = now(r);
	np_power_window_open(&r->window, r->device->meter);
	while (!window_is_full(r) || !power_is_known(r) || !time_is_known(r)) {
		if (now(r) - r->began >= (window_is_full(r) ? p->longest_s : limit))
			break;
		np_span span;
		bool done;
		NP_TRY(np_run_step(&r->run, r->device->habits.depth <= 1, &done, &span, err));
		if (done)
			NP_TRY(take_batch(r, &span, err));
		else
			r->device->ops->sleep(r->device, 0.0005);
		NP_TRY(np_power_window_look(&r->window, err));
	}
	return NP_OK;
}

/* What a window says is added up; flags say what it did not reach. */
static void take_window(row *r)
{
	np_measurement *m = r->measurement;
	np_power_window *w = &r->window;
	m->ticks += w->ticks;
	if (!w->ticks || (w->broken && !window_is_full(r))) {
		m->flags |= NP_FLAG_SHORT_WINDOW;
		return;
	}
	r->energy_j += np_power_window_w(w) * np_power_window_s(w);
	r->powered_s += np_power_window_s(w);
	m->power_sd_w = np_series_summary(&w->watts).sd;
	m->power_now_w = np_series_summary(&w->now_w).mean;
	m->power_slow_w = w->seen.power_slow_w;
	if (!window_is_full(r))
		m->flags |= NP_FLAG_SHORT_WINDOW;
	if (!power_is_known(r))
		m->flags |= NP_FLAG_NOISY;
}

static np_status time_and_power(row *r, np_error *err)
{
	np_random random = np_random_seeded(r->procedure->seed);
	for (int i = 0; i < r->procedure->windows; i++) {
		if (i) {
			/* The meter's samples fall on other parts of the calls after a pause of any length. */
			NP_TRY(np_run_drain(&r->run, err));
			r->device->ops->sleep(r->device, 0.025 * np_random_unit(&random));
		}
		np_status status = run_window(r, err);
		if (status == NP_OK)
			take_window(r);
		np_power_window_free(&r->window);
		NP_TRY(status);
	}
	np_measurement *m = r->measurement;
	m->settle_s = r->procedure->settle_s;
	m->window_s = r->powered_s;
	m->power_w = r->powered_s > 0 ? r->energy_j / r->powered_s : NAN;
	return NP_OK;
}

/* ---- what may be wrong with it ---- */

static bool differ(double a, double b, double share)
{
	return a > 0 && b > 0 && fabs(a / b - 1) > share;
}

static void judge_power(const row *r)
{
	np_measurement *m = r->measurement;
	if (r->device->meter->counts && differ(m->power_w, m->power_now_w, 0.05))
		m->flags |= NP_FLAG_SRC_DISAGREE;
	/* The slow average had time to follow only in a long run. */
	if (m->settle_s + m->window_s >= 2 && differ(m->power_w, m->power_slow_w, 0.1))
		m->flags |= NP_FLAG_AVG_DISAGREE;
	if (r->device->habits.shift_phases && r->run.call_s > 0.005 && m->ticks < 10)
		m->flags |= NP_FLAG_ALIAS_RISK;
}

static void judge(const row *r)
{
	np_measurement *m = r->measurement;
	if (r->device->ops->latency && (m->latency_s > 1.5 * m->call_s.median || m->call_s.median < 10e-6))
		m->flags |= NP_FLAG_LAUNCH_BOUND;
	if (differ(m->end.sm_mhz, m->start.sm_mhz, 0.02))
		m->flags |= NP_FLAG_CLOCK_MOVED;
	m->flags |= m->start.flags | m->end.flags;
	if (r->device->meter)
		judge_power(r);
}

static void look_at_state(const row *r, np_device_state *state)
{
	*state = (np_device_state){.sm_mhz = NAN, .mem_mhz = NAN, .temp_c = NAN, .util_pct = NAN};
	if (r->device->ops->state)
		r->device->ops->state(r->device, state);
}

/* The median of some isolated calls. */
static np_status measure_latency(row *r, np_error *err)
{
	np_series sample = {0};
	np_status status = NP_OK;
	for (int i = 0; i < (r->run.call_s > 0.005 ? 3 : 30) && status == NP_OK; i++) {
		double seconds;
		status = r->device->ops->latency(r->device, r->run.job, &seconds, err);
		if (status == NP_OK)
			status = np_series_add(&sample, seconds, err);
	}
	r->measurement->latency_s = np_series_median(&sample);
	np_series_free(&sample);
	return status;
}

static np_status measure(row *r, np_job *job, np_error *err)
{
	NP_TRY(np_run_start(r->device, job, r->procedure->batch_s, &r->run, err));
	if (r->device->ops->latency)
		NP_TRY(measure_latency(r, err));
	NP_TRY(np_run_for(&r->run, r->procedure->warm_s, err));
	look_at_state(r, &r->measurement->start);
	NP_TRY(r->device->meter ? time_and_power(r, err) : time_only(r, err));
	look_at_state(r, &r->measurement->end);
	NP_TRY(take_disturbed(r, err));
	if (!time_is_known(r))
		r->measurement->flags |= NP_FLAG_NOISY;
	r->measurement->call_s = np_series_summary(&r->call_s);
	r->measurement->runtime_s = np_series_quantile(&r->call_s, r->procedure->quantile);
	judge(r);
	return NP_OK;
}

np_status np_measure_job(np_device *device, const np_procedure *procedure, np_job *job, np_measurement *measurement,
                         np_error *err)
{
	*measurement = (np_measurement){.latency_s = NAN,
	                                .power_w = NAN,
	                                .power_sd_w = NAN,
	                                .power_now_w = NAN,
	                                .power_slow_w = NAN,
	                                .window_s = NAN,
	                                .settle_s = NAN};
	row r = {.device = device, .procedure = procedure, .measurement = measurement};
	np_status status = measure(&r, job, err);
	np_status drained = np_run_drain(&r.run, status == NP_OK ? err : NULL);
	np_series_free(&r.call_s);
	np_series_free(&r.disturbed_s);
	return status != NP_OK ? status : drained;
}
