/* The gate: each prediction against its limits and its entry of the baseline. Knows nothing of files and reports. */
#include <neuralpower/check.h>

#include "base/arena.h"
#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NETWORKS = 1 << 16, MOST_ITEMS = 2 * NP_TARGET_COUNT };
static const double LARGEST_TOLERANCE = 10;

/* Energy and runtime are held against a baseline; power is their quotient, and rises when a network only gets faster. */
static const np_target COMPARED[] = {NP_RUNTIME, NP_ENERGY};
enum { COMPARED_COUNT = sizeof COMPARED / sizeof *COMPARED };

static const struct {
	const char *name;
	bool fails;
} VERDICTS[] = {
#define VERDICT_ROW(name, text, fails) {text, fails},
        NP_CHECK_VERDICT_MAP(VERDICT_ROW)
#undef VERDICT_ROW
};
enum { VERDICT_COUNT = sizeof VERDICTS / sizeof *VERDICTS };

const char *np_check_verdict_name(np_check_verdict verdict)
{
	return (unsigned)verdict < VERDICT_COUNT ? VERDICTS[verdict].name : "";
}

bool np_check_verdict_fails(np_check_verdict verdict)
{
	return (unsigned)verdict >= VERDICT_COUNT || VERDICTS[verdict].fails;
}

/* ---- which entry of the baseline is a network's ---- */

typedef struct matching {
	const np_prediction *const *predictions;
	int count;
	const np_check_baseline *baseline;
	int *entry_of; /* by prediction, -1 = none */
	bool *taken;   /* by entry */
} matching;

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static bool comparable(const matching *m, int entry, int prediction)
{
	const np_check_entry *e = &m->baseline->entries[entry];
	const np_prediction *p = m->predictions[prediction];
	return e->batch == np_network_batch(p->network) && strcmp(e->platform, np_platform_name(p->platform)) == 0;
}

static void match_paths(matching *m)
{
	for (int i = 0; i < m->count; i++)
		for (int e = 0; m->entry_of[i] < 0 && e < m->baseline->count; e++)
			if (!m->taken[e] && comparable(m, e, i) &&
			    strcmp(m->baseline->entries[e].file, np_network_path(m->predictions[i]->network)) == 0) {
				m->entry_of[i] = e;
				m->taken[e] = true;
			}
}

static bool same_name(const matching *m, int entry, int prediction)
{
	return comparable(m, entry, prediction) && strcmp(base_name(m->baseline->entries[entry].file),
	                                                  base_name(np_network_path(m->predictions[prediction]->network))) == 0;
}

/* The one free entry of that file name, when it is no other free prediction's too; else -1. */
static int only_entry(const matching *m, int prediction)
{
	int found = -1;
	for (int e = 0; e < m->baseline->count; e++)
		if (!m->taken[e] && same_name(m, e, prediction)) {
			if (found >= 0)
				return -1;
			found = e;
		}
	for (int i = 0; found >= 0 && i < m->count; i++)
		if (i != prediction && m->entry_of[i] < 0 && same_name(m, found, i))
			return -1;
	return found;
}

/* All are looked for before any is taken: what is left of a pair is not a single choice. */
static void match_names(matching *m, int *found)
{
	for (int i = 0; i < m->count; i++)
		found[i] = m->entry_of[i] < 0 ? only_entry(m, i) : -1;
	for (int i = 0; i < m->count; i++)
		if (found[i] >= 0) {
			m->entry_of[i] = found[i];
			m->taken[found[i]] = true;
		}
}

/* ---- verdicts ---- */

static np_value value_of(const np_prediction *p, np_target target)
{
	return target == NP_RUNTIME ? p->runtime_ms : target == NP_POWER ? p->power_w : p->energy_mj;
}

static np_check_verdict judge(const np_check_item *item, bool strict)
{
	if (isnan(item->limit) && !item->value.has)
		return NP_CHECK_NEITHER;
	if (isnan(item->limit) || !item->value.has)
		return NP_CHECK_UNKNOWN;
	if (item->value.value <= item->limit)
		return NP_CHECK_PASSED;
	bool unsure = !strict && item->value.has_interval && item->value.low <= item->limit;
	return unsure ? NP_CHECK_UNSURE : NP_CHECK_FAILED;
}

static void add_item(const np_check *check, np_check_network *network, np_check_item *items, np_check_item item)
{
	item.value = value_of(network->prediction, item.target);
	item.verdict = judge(&item, check->options.strict);
	network->failed |= np_check_verdict_fails(item.verdict);
	items[network->item_count++] = item;
}

static np_status judge_network(const np_check *check, np_check_network *network, np_arena *arena, np_error *err)
{
	np_check_item *items = np_arena_array(arena, MOST_ITEMS, sizeof *items);
	if (!items)
		return np_fail_memory(err);
	network->items = items;
	for (np_target t = 0; t < NP_TARGET_COUNT; t++)
		if (check->options.limit[t] > 0)
			add_item(check, network, items, (np_check_item){.target = t, .limit = check->options.limit[t]});
	for (int i = 0; network->entry && i < COMPARED_COUNT; i++) {
		np_target t = COMPARED[i];
		double limit = network->entry->has[t] ? network->entry->value[t] * (1 + check->options.tolerance) : NAN;
		add_item(check, network, items, (np_check_item){.target = t, .against_baseline = true, .limit = limit});
	}
	return NP_OK;
}

/* ---- the whole ---- */

static bool has_limit(const np_check_options *options)
{
	for (int t = 0; t < NP_TARGET_COUNT; t++)
		if (options->limit[t] > 0)
			return true;
	return false;
}

static np_status check_arguments(const np_prediction *const *predictions, int count, const np_check_options *options,
                                 np_error *err)
{
	if (count < 1)
		return np_fail(err, NP_ERR_ARGUMENT, "at least one network was expected");
	if (count > MOST_NETWORKS)
		return np_fail(err, NP_ERR_LIMIT, "more than %d networks", MOST_NETWORKS);
	if (!has_limit(options) && !options->baseline)
		return np_fail(err, NP_ERR_ARGUMENT, "a limit or a baseline was expected");
	if (!(options->tolerance >= 0 && options->tolerance <= LARGEST_TOLERANCE))
		return np_fail(err, NP_ERR_ARGUMENT, "a tolerance from 0 to %g was expected", LARGEST_TOLERANCE);
	for (int i = 1; i < count; i++)
		if (predictions[i]->platform != predictions[0]->platform)
			return np_fail(err, NP_ERR_ARGUMENT, "a check is of one platform");
	return NP_OK;
}

static np_status find_missing(np_check *check, const matching *m, np_arena *arena, np_error *err)
{
	const char *platform = np_platform_name(m->predictions[0]->platform);
	const np_check_entry **missing = np_arena_array(arena, (size_t)m->baseline->count, sizeof *missing);
	if (!missing)
		return np_fail_memory(err);
	for (int e = 0; e < m->baseline->count; e++)
		if (!m->taken[e] && strcmp(m->baseline->entries[e].platform, platform) == 0)
			missing[check->missing_count++] = &m->baseline->entries[e];
	check->missing = missing;
	return NP_OK;
}

static np_status match(np_check *check, np_check_network *networks, const np_prediction *const *predictions, np_arena *arena,
                       np_error *err)
{
	const np_check_baseline *baseline = check->options.baseline;
	int *found = np_arena_array(arena, (size_t)check->count, sizeof *found);
	matching m = {predictions, check->count, baseline, np_arena_array(arena, (size_t)check->count, sizeof(int)),
	              np_arena_array(arena, (size_t)baseline->count, sizeof(bool))};
	if (!found || !m.entry_of || !m.taken)
		return np_fail_memory(err);
	for (int i = 0; i < check->count; i++)
		m.entry_of[i] = -1;
	match_paths(&m);
	match_names(&m, found);
	for (int i = 0; i < check->count; i++)
		if (m.entry_of[i] >= 0) {
			networks[i].entry = &baseline->entries[m.entry_of[i]];
			check->matched++;
		}
	check->compares_nothing = !check->matched;
	return find_missing(check, &m, arena, err);
}

static np_status fill(np_check *check, const np_prediction *const *predictions, np_error *err)
{
	np_arena *arena = check->memory;
	np_check_network *networks = np_arena_array(arena, (size_t)check->count, sizeof *networks);
	if (!networks)
		return np_fail_memory(err);
	check->networks = networks;
	for (int i = 0; i < check->count; i++)
		networks[i].prediction = predictions[i];
	if (check->options.baseline)
		NP_TRY(match(check, networks, predictions, arena, err));
	check->failed = check->compares_nothing;
	for (int i = 0; i < check->count; i++) {
		NP_TRY(judge_network(check, &networks[i], arena, err));
		check->failed |= networks[i].failed;
	}
	return NP_OK;
}

np_status np_check_run(const np_prediction *const *predictions, int count, const np_check_options *options, np_check **check,
                       np_error *err)
{
	*check = NULL;
	NP_TRY(check_arguments(predictions, count, options, err));
	np_check *made = calloc(1, sizeof *made);
	np_arena *arena = calloc(1, sizeof *arena);
	if (!made || !arena) {
		free(made);
		free(arena);
		return np_fail_memory(err);
	}
	*made = (np_check){.options = *options, .count = count, .memory = arena};
	np_status status = fill(made, predictions, err);
	if (status == NP_OK)
		*check = made;
	else
		np_check_free(made);
	return status;
}

void np_check_free(np_check *check)
{
	if (!check)
		return;
	np_arena_free(check->memory);
	free(check->memory);
	free(check);
}
