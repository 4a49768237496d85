/* See campaign.h. */
#include "measure/campaign.h"

#include "base/append.h"
#include "base/error.h"
#include "measure/history.h"
#include "measure/plan.h"
#include "text/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In no suite and in none of the networks that predictions are usually tested on. */
static const char ANCHOR[] = "conv:1x128x56x56:128:k3:p1", ANCHOR_FAST[] = "conv:32x128x56x56:128:k3:p1";
enum { ANCHOR_EVERY = 50, LEAST_FOR_ANCHORS = 25 };

/* A file that grows, and what is in it. */
typedef struct ledger {
	const char *path;
	const np_record_columns *columns;
	bool networks;
	np_appender *file;
	bool empty;
	np_history history;
} ledger;

typedef struct campaign {
	np_device *device;
	const np_measure_options *options;
	const np_workload *work;
	np_measure_result *result;
	np_procedure layer_procedure, network_procedure;
	np_plan plan;
	ledger layers, networks;
	np_layer_config anchor;
	char anchor_text[NP_LAYER_TEXT_SIZE];
	bool has_anchor;
	int passes, done, total, sequence;
	double began_s;
} campaign;

/* ---- telling ---- */

static void note(const campaign *c, const char *format, ...) NP_PRINTF(2, 3);
static void note(const campaign *c, const char *format, ...)
{
	char text[640];
	va_list args;
	if (!c->options->tell)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	const np_measure_event event = {.note = text, .done = c->done, .total = c->total, .seconds_left = NAN};
	c->options->tell(c->options->context, &event);
}

static double spent(const campaign *c)
{
	return c->device->ops->now(c->device) - c->began_s;
}

static void tell_row(const campaign *c, const char *name, const np_record *record)
{
	if (!c->options->tell)
		return;
	int measured = c->result->measured;
	const np_measure_event event = {.name = name,
	                                .runtime_ms = record->runtime_ms,
	                                .power_w = record->power_w,
	                                .flags = record->flags,
	                                .done = c->done,
	                                .total = c->total,
	                                .seconds_left = measured ? spent(c) / measured * (c->total - c->done) : NAN};
	c->options->tell(c->options->context, &event);
}

/* ---- files ---- */

static np_status check_device(const campaign *c, const ledger *l, np_error *err)
{
	const np_history *h = &l->history;
	const np_device_facts *f = &c->device->facts;
	if (!h->device || (strcmp(h->device, f->device) == 0 && strcmp(h->software, f->software) == 0 &&
	                   strcmp(h->dtype, f->dtype) == 0 && h->threads == f->threads))
		return NP_OK;
	np_fail(err, NP_ERR_DATA,
	        "holds rows of '%.80s' with '%.60s', %s, %" PRId64 " threads; this is '%.80s' with '%.60s', %s, %d threads: "
	        "choose another file",
	        h->device, h->software, h->dtype, h->threads, f->device, f->software, f->dtype, f->threads);
	np_error_set_path(err, l->path);
	return NP_ERR_DATA;
}

static np_status open_ledger(campaign *c, ledger *l, np_error *err)
{
	np_text header = {0};
	int64_t cut;
	np_record_header(l->columns, &header);
	np_status status = np_text_ok(&header) ? np_append_open(l->path, header.data, &l->file, &l->empty, &cut, err)
	                                       : np_fail_memory(err);
	np_text_free(&header);
	NP_TRY(status);
	if (cut)
		note(c, "%s: an unfinished last line was taken off (%" PRId64 " bytes)", l->path, cut);
	if (l->empty)
		return NP_OK;
	NP_TRY(np_history_read(&l->history, l->path, l->networks, err));
	return check_device(c, l, err);
}

static void put_constant(np_text *out, const char *name, double value)
{
	char text[NP_NUMBER_SIZE];
	if (!isnan(value))
		np_text_printf(out, "# %s=%s\n", name, np_number_format("%.*g", 6, value, text));
}

static void put_procedure(np_text *out, const np_procedure *p)
{
	const struct {
		const char *name;
		double value;
	} constants[] = {{"warm_s", p->warm_s},           {"batch_s", p->batch_s},      {"window_s", p->window_s},
	                 {"longest_s", p->longest_s},     {"precision", p->precision},  {"least_batches", p->least_batches},
	                 {"quantile", p->quantile},       {"settle_s", p->settle_s},    {"power_window_s", p->power_window_s},
	                 {"least_ticks", p->least_ticks}, {"tick_s", p->tick_s},        {"t90_s", p->rise_s},
	                 {"idle_w", p->idle_w},           {"power_windows", p->windows}};
	for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
		put_constant(out, constants[i].name, constants[i].value);
}

/* Each "key=value" line as a comment. */
static void put_provenance(np_text *out, const np_text *lines)
{
	const char *at = lines->data ? lines->data : "";
	while (*at) {
		size_t length = strcspn(at, "\n");
		np_text_puts(out, "# ");
		np_text_add(out, at, length);
		np_text_puts(out, "\n");
		at += length + (at[length] == '\n');
	}
}

/* Columns at the head of a new file; then, for each sitting, what was the same for all of its rows. */
static np_status begin_ledger(campaign *c, ledger *l, const np_procedure *procedure, np_error *err)
{
	const np_device_facts *f = &c->device->facts;
	np_text out = {0};
	char utc[32];
	np_record_utc(utc);
	if (l->empty)
		np_record_header(l->columns, &out);
	np_text_printf(&out, "# %s=%s\n# tool=neuralpower %s\n", l->empty ? "started" : "resumed", utc, NP_VERSION);
	np_text_printf(&out, "# device=%s\n# software=%s\n# dtype=%s\n# threads=%d\n", f->device, f->software, f->dtype,
	               f->threads);
	np_text_printf(&out, "# seed=%" PRIu64 "\n", c->options->seed ? c->options->seed : 1);
	np_text_printf(&out, "# power_source=%s\n", c->device->meter ? c->device->meter->source : "none");
	if (f->limit_w > 0)
		put_constant(&out, "limit_w", f->limit_w);
	put_provenance(&out, &f->provenance);
	put_procedure(&out, procedure);
	np_status status = np_text_ok(&out) ? np_append(l->file, out.data, out.size, err) : np_fail_memory(err);
	np_text_free(&out);
	return status;
}

/* ---- one row ---- */

static bool is_algo_changed(const np_history *history, const np_record *r, const char *name, const char *network)
{
	for (int pass = 1; pass < r->pass; pass++) {
		const np_entry *before = np_history_find(history, name, network, pass);
		if (before && strcmp(before->algo, r->job.algo) != 0)
			return true;
	}
	return false;
}

static np_status write_row(campaign *c, ledger *l, np_record *record, const char *name, const char *network, unsigned flags,
                           np_error *err)
{
	np_text text = {0}, out = {0};
	np_flags_write(flags, &text);
	record->flags = text.data ? text.data : "";
	record->sequence = ++c->sequence;
	np_record_write(l->columns, record, &out);
	np_status status = np_text_ok(&out) && !text.failed ? np_append(l->file, out.data, out.size, err) : np_fail_memory(err);
	if (status == NP_OK)
		status = np_history_add(&l->history, record, name, network, flags, spent(c), err);
	if (status == NP_OK) {
		c->result->measured++;
		tell_row(c, name, record);
	}
	np_text_free(&text);
	np_text_free(&out);
	return status;
}

/* Prepares, measures and releases; *possible is false, and why has been told, when the device cannot run it. */
static np_status measure_program(campaign *c, const np_procedure *procedure, const np_program *program, np_record *record,
                                 unsigned *flags, bool *possible, np_error *err)
{
	np_error why = {0};
	np_job *job;
	np_job_facts facts = {0};
	np_measurement measurement;
	np_status status = c->device->ops->prepare(c->device, program, &job, &why);
	*possible = status == NP_OK;
	if (status == NP_ERR_UNSUPPORTED || status == NP_ERR_LIMIT) {
		note(c, "left out: %s", why.message);
		return NP_OK;
	}
	if (status != NP_OK)
		return np_fail(err, status, "%s", why.message);
	c->device->ops->describe(c->device, job, &facts);
	status = np_measure_job(c->device, procedure, job, &measurement, err);
	c->device->ops->release(c->device, job);
	NP_TRY(status);
	np_record_fill(record, c->device, procedure, &facts, &measurement);
	*flags = measurement.flags | facts.flags;
	return NP_OK;
}

static np_status measure_layer(campaign *c, const np_layer_config *config, const char *text, const char *network, int pass,
                               unsigned extra_flags, bool *possible, np_error *err)
{
	np_program program;
	np_record record = {.layer = text,
	                    .layer_type = np_kind_name(config->kind),
	                    .network = network,
	                    .config = *config,
	                    .pass = pass,
	                    .batch = config->batch};
	unsigned flags = 0;
	NP_TRY(np_program_of_layer(config, &program, err));
	program.network = network;
	np_status status = measure_program(c, &c->layer_procedure, &program, &record, &flags, possible, err);
	np_program_free(&program);
	if (status != NP_OK || !*possible)
		return status;
	if (is_algo_changed(&c->layers.history, &record, text, network))
		flags |= NP_FLAG_ALGO_CHANGED;
	return write_row(c, &c->layers, &record, text, network, flags | extra_flags, err);
}

static np_status measure_anchor(campaign *c, np_error *err)
{
	return c->has_anchor ? measure_layer(c, &c->anchor, c->anchor_text, "", 0, NP_FLAG_ANCHOR, &c->has_anchor, err) : NP_OK;
}

static bool out_of_time(const campaign *c)
{
	return c->options->time_budget_s > 0 && spent(c) >= c->options->time_budget_s;
}

/* ---- layers ---- */

static np_status measure_item(campaign *c, np_plan_item *item, int pass, np_error *err)
{
	if (c->result->measured % ANCHOR_EVERY == 0)
		NP_TRY(measure_anchor(c, err));
	bool possible = true;
	c->done++;
	NP_TRY(measure_layer(c, &item->config, item->text, item->network, pass, 0, &possible, err));
	item->impossible = !possible;
	c->result->impossible += !possible;
	return NP_OK;
}

static np_status run_pass(campaign *c, const int *order, int pass, np_error *err)
{
	for (int i = 0; i < c->plan.count; i++) {
		np_plan_item *item = &c->plan.items[order[i]];
		if (item->impossible) {
			c->total--;
			continue;
		}
		if (np_history_find(&c->layers.history, item->text, item->network, pass))
			continue;
		if (out_of_time(c))
			return NP_OK;
		NP_TRY(measure_item(c, item, pass, err));
	}
	return NP_OK;
}

static bool wants_another(const campaign *c, const np_plan_item *item)
{
	const np_entry *last = np_history_find(&c->layers.history, item->text, item->network, c->passes);
	return last && last->contended && !np_history_find(&c->layers.history, item->text, item->network, c->passes + 1);
}

/* Layers that others disturbed in the last pass get another chance, as one pass more: as many as a quarter more time allows. */
static np_status run_again(campaign *c, const int *order, np_error *err)
{
	double end = 1.25 * spent(c);
	for (int i = 0; i < c->plan.count && !out_of_time(c) && spent(c) < end; i++) {
		np_plan_item *item = &c->plan.items[order[i]];
		if (!wants_another(c, item))
			continue;
		c->total++;
		NP_TRY(measure_item(c, item, c->passes + 1, err));
	}
	return NP_OK;
}

static np_status run_layers(campaign *c, np_error *err)
{
	np_status status = NP_OK;
	for (int pass = 1; pass <= c->passes + 1 && status == NP_OK && !out_of_time(c); pass++) {
		int *order;
		NP_TRY(np_plan_order(&c->plan, c->options->seed ? c->options->seed : 1, pass, &order, err));
		status = pass <= c->passes ? run_pass(c, order, pass, err) : run_again(c, order, err);
		free(order);
	}
	NP_TRY(status);
	return c->plan.count && !out_of_time(c) ? measure_anchor(c, err) : NP_OK;
}

/* ---- networks ---- */

/* Where a layer's entry has its network, that of a network has its batch. */
static const np_entry *find_network(const campaign *c, const np_program *network, int pass)
{
	char batch[24];
	snprintf(batch, sizeof batch, "%" PRId64, network->batch);
	return np_history_find(&c->networks.history, network->name, batch, pass);
}

/* The layers measured alone, each as often as it occurs; NAN when one is missing. */
static void sum_layers(campaign *c, const np_program *program, np_record *record)
{
	record->sum_of_layers_ms = record->sum_of_layers_mj = 0;
	for (int i = 0; i < program->step_count; i++) {
		char text[NP_LAYER_TEXT_SIZE];
		double runtime_ms, power_w;
		np_layer_text_write(&program->steps[i].config, text);
		np_history_value(&c->layers.history, text, program->name, &runtime_ms, &power_w);
		record->sum_of_layers_ms += runtime_ms;
		record->sum_of_layers_mj += runtime_ms * power_w;
	}
}

static np_status measure_network(campaign *c, const np_program *program, int pass, np_error *err)
{
	char batch[24];
	np_record record = {.network = program->name, .file = program->path, .batch = program->batch, .pass = pass};
	unsigned flags = 0;
	bool possible;
	if (find_network(c, program, pass))
		return NP_OK;
	snprintf(batch, sizeof batch, "%" PRId64, record.batch);
	c->done++;
	NP_TRY(measure_program(c, &c->network_procedure, program, &record, &flags, &possible, err));
	if (!possible) {
		c->result->impossible++;
		return NP_OK;
	}
	sum_layers(c, program, &record);
	return write_row(c, &c->networks, &record, program->name, batch, flags, err);
}

static np_status run_networks(campaign *c, np_error *err)
{
	for (int pass = 1; pass <= c->passes; pass++)
		for (int i = 0; i < c->work->network_count && !out_of_time(c); i++)
			NP_TRY(measure_network(c, &c->work->networks[i], pass, err));
	return NP_OK;
}

/* ---- the whole ---- */

static np_status make_plan(campaign *c, np_error *err)
{
	for (int i = 0; i < c->work->layer_count; i++)
		NP_TRY(np_plan_add(&c->plan, &c->work->layers[i], "", err));
	for (int i = 0; i < c->work->network_count; i++)
		NP_TRY(np_plan_add_program(&c->plan, &c->work->networks[i], c->work->networks[i].name, err));
	if (!c->plan.count)
		return np_fail(err, NP_ERR_ARGUMENT, "nothing to measure: no layer, suite or network was named");
	return NP_OK;
}

static void count_done(campaign *c)
{
	c->total = (c->plan.count + c->work->network_count) * c->passes;
	for (int pass = 1; pass <= c->passes; pass++) {
		for (int i = 0; i < c->plan.count; i++)
			c->done += np_history_find(&c->layers.history, c->plan.items[i].text, c->plan.items[i].network, pass) !=
			           NULL;
		for (int i = 0; i < c->work->network_count; i++)
			c->done += find_network(c, &c->work->networks[i], pass) != NULL;
	}
	c->result->before = c->done;
	if (c->done)
		note(c, "%d of %d rows are there already", c->done, c->total);
}

/* Keeps the device busy with a layer while its meter is learned; *done is false when it cannot run that layer. */
static np_status calibrate_on(campaign *c, const np_layer_config *layer, const char *network, bool *done, np_error *err)
{
	np_program program;
	np_job *job;
	np_error why = {0};
	*done = false;
	NP_TRY(np_program_of_layer(layer, &program, err));
	program.network = network;
	np_status status = c->device->ops->prepare(c->device, &program, &job, &why);
	np_program_free(&program);
	if (status == NP_ERR_UNSUPPORTED || status == NP_ERR_LIMIT)
		return NP_OK;
	if (status != NP_OK)
		return np_fail(err, status, "%s", why.message);
	*done = true;
	status = np_calibrate(c->device, job, &c->layer_procedure, err);
	c->device->ops->release(c->device, job);
	return status;
}

/* With the anchor, or with the first layer where the device cannot run that. */
static np_status calibrate(campaign *c, np_error *err)
{
	const np_plan_item *first = &c->plan.items[0];
	bool done = !c->device->meter;
	c->layer_procedure = np_procedure_for_layers(c->device);
	if (!done)
		NP_TRY(calibrate_on(c, &c->anchor, "", &done, err));
	if (!done)
		NP_TRY(calibrate_on(c, &first->config, first->network, &done, err));
	c->network_procedure = np_procedure_for_networks(c->device, &c->layer_procedure);
	return NP_OK;
}

static np_status prepare(campaign *c, np_error *err)
{
	NP_TRY(np_layer_text_read(c->device->habits.depth > 1 ? ANCHOR_FAST : ANCHOR, &c->anchor, err));
	np_layer_text_write(&c->anchor, c->anchor_text);
	NP_TRY(make_plan(c, err));
	c->has_anchor = c->plan.count >= LEAST_FOR_ANCHORS;
	NP_TRY(open_ledger(c, &c->layers, err));
	if (c->work->network_count)
		NP_TRY(open_ledger(c, &c->networks, err));
	c->sequence = c->layers.history.count + c->networks.history.count;
	count_done(c);
	return NP_OK;
}

static np_status run(campaign *c, np_error *err)
{
	if (c->device->facts.no_meter[0])
		note(c, "%s", c->device->facts.no_meter);
	c->began_s = c->device->ops->now(c->device);
	if (c->done == c->total)
		return NP_OK;
	NP_TRY(calibrate(c, err));
	NP_TRY(begin_ledger(c, &c->layers, &c->layer_procedure, err));
	if (c->work->network_count)
		NP_TRY(begin_ledger(c, &c->networks, &c->network_procedure, err));
	NP_TRY(run_layers(c, err));
	return run_networks(c, err);
}

static np_status sum_up(campaign *c, np_error *err)
{
	np_measure_result *r = c->result;
	np_agreement agreement;
	NP_TRY(np_history_agreement(&c->layers.history, &agreement, err));
	np_drift drift = np_history_drift(&c->layers.history);
	r->idle_w = c->layer_procedure.idle_w;
	r->limit_w = c->device->facts.limit_w > 0 ? c->device->facts.limit_w : NAN;
	r->left = c->total - c->done;
	r->seconds = spent(c);
	for (int i = 0; i < c->layers.history.count; i++)
		r->flagged += c->layers.history.entries[i].dropped && !c->layers.history.entries[i].anchor;
	r->repeated = agreement.pairs;
	r->runtime_difference_median = agreement.runtime_median;
	r->runtime_difference_p90 = agreement.runtime_p90;
	r->power_difference_median = agreement.power_median;
	r->power_difference_p90 = agreement.power_p90;
	r->anchors = drift.anchors;
	r->anchor_runtime_spread = drift.runtime_spread;
	r->anchor_runtime_per_h = drift.runtime_per_h;
	r->anchor_power_w_per_h = drift.power_w_per_h;
	return NP_OK;
}

np_status np_campaign_run(np_device *device, const np_measure_options *options, const np_workload *workload,
                          np_measure_result *result, np_error *err)
{
	campaign c = {.device = device,
	              .options = options,
	              .work = workload,
	              .result = result,
	              .layers = {.path = options->layers_path, .columns = &NP_LAYER_COLUMNS},
	              .networks = {.path = options->networks_path, .columns = &NP_NETWORK_COLUMNS, .networks = true},
	              .passes = options->passes > 0 ? options->passes : 1};
	c.layer_procedure.idle_w = NAN;
	np_status status = prepare(&c, err);
	if (status == NP_OK)
		status = run(&c, err);
	if (status == NP_OK)
		status = sum_up(&c, err);
	np_append_close(c.layers.file);
	np_append_close(c.networks.file);
	np_history_free(&c.layers.history);
	np_history_free(&c.networks.history);
	np_plan_free(&c.plan);
	return status;
}
