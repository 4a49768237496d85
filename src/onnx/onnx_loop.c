/*
 * Loops whose number of rounds is known: the body is run as if it stood in place, round after round. Exporters write them
 * for lists. Where the number hangs on values, one round is counted; where shapes within do (boxes that are cut out and
 * resized), the loop is a layer of kind other.
 */
#include "base/error.h"
#include "network/network.h"
#include "onnx/onnx_ops.h"

#include <stdio.h>
#include <string.h>

enum { MOST_ROUNDS = 1024 };

/* The node takes the most rounds, a condition and carried values; the body a round, a condition and the carried values,
 * and gives a condition, the carried values and scanned ones. */
typedef struct loop {
	const np_onnx_graph *body;
	int carried_count, scan_count;
	np_onnx_value **carried;
	np_onnx_sequence *scans; /* one list per scanned result */
	bool go_on, known;       /* the condition after the last round, and whether that is known */
} loop;

static np_onnx_value *new_constant(np_onnx_call *call, int type, int64_t number)
{
	np_arena *arena = call->builder->arena;
	np_onnx_value *value = np_arena_alloc(arena, sizeof *value);
	np_onnx_cell *cell = np_arena_alloc(arena, sizeof *cell);
	if (!value || !cell)
		return NULL;
	cell->i = number;
	*value = (np_onnx_value){.type = type, .tensor = -1, .cells = cell};
	return value;
}

static bool number_of(const np_onnx_value *value, int64_t *number)
{
	if (!value || value->sequence || !np_onnx_is_constant(value) || !value->cells || np_onnx_elements(value) != 1)
		return false;
	*number = value->cells[0].i;
	return true;
}

static np_status bind(np_onnx_call *call, np_onnx_scope *inner, int i, np_onnx_value *value)
{
	if (!value)
		return np_onnx_fail_full(call->err);
	return np_onnx_scope_bind(call->builder, inner, inner->graph->inputs.items[i].name, value, call->err);
}

static np_status find_result(np_onnx_call *call, const np_onnx_scope *inner, int i, np_onnx_value **value)
{
	const char *name = inner->graph->outputs.items[i].name;
	*value = np_onnx_scope_find(inner, name);
	return *value ? NP_OK : np_onnx_fail(call, NP_ERR_DATA, "the result '%s' of its body is computed by no node", name);
}

static np_status take_results(np_onnx_call *call, loop *l, const np_onnx_scope *inner)
{
	np_onnx_value *condition;
	int64_t go_on = 1;
	NP_TRY(find_result(call, inner, 0, &condition));
	l->known = number_of(condition, &go_on);
	l->go_on = go_on != 0;
	for (int i = 0; i < l->carried_count; i++)
		NP_TRY(find_result(call, inner, 1 + i, &l->carried[i]));
	for (int i = 0; i < l->scan_count; i++) {
		np_onnx_value **place = NP_ONNX_PUSH(call->builder->arena, l->scans[i].values);
		if (!place)
			return np_onnx_fail_full(call->err);
		NP_TRY(find_result(call, inner, 1 + l->carried_count + i, place));
	}
	return NP_OK;
}

static np_status run_round(np_onnx_call *call, loop *l, int round)
{
	np_onnx_scope inner = {.around = call->scope, .graph = l->body, .call = call, .round = round + 1};
	inner.caller = call->scope->caller;
	inner.function = call->scope->function;
	NP_TRY(np_onnx_step(call));
	NP_TRY(np_onnx_scope_init(call->builder, &inner, call->err));
	NP_TRY(np_onnx_bind_initializers(call->builder, &inner, call->err));
	NP_TRY(bind(call, &inner, 0, new_constant(call, NP_ONNX_INT64, round)));
	NP_TRY(bind(call, &inner, 1, new_constant(call, NP_ONNX_BOOL, 1)));
	for (int i = 0; i < l->carried_count; i++)
		NP_TRY(bind(call, &inner, 2 + i, l->carried[i] ? l->carried[i] : &call->builder->absent));
	NP_TRY(np_onnx_run_inner(call, &inner));
	return take_results(call, l, &inner);
}

/* How many rounds to run; `exact` when that is how many there are, unless the condition ends them before. */
static int64_t plan_rounds(const np_onnx_call *call, bool *exact)
{
	int64_t most = INT64_MAX, go_on = 1;
	*exact = true;
	if (number_of(np_onnx_in(call, 1), &go_on) && !go_on)
		return 0;
	if (np_onnx_in(call, 0) && !number_of(call->in[0], &most))
		most = MOST_ROUNDS + 1;
	*exact = most <= MOST_ROUNDS;
	if (*exact)
		return most < 0 ? 0 : most;
	return most >= INT32_MAX ? MOST_ROUNDS : 1; /* the condition may end it soon */
}

static np_status run_rounds(np_onnx_call *call, loop *l)
{
	char text[128];
	bool exact, ended = false, sure = true;
	int64_t rounds = plan_rounds(call, &exact), done = 0;
	while (done < rounds && !ended) {
		NP_TRY(run_round(call, l, (int)done++));
		ended = !l->go_on || (!exact && !l->known);
		sure &= l->known;
	}
	if (sure && (exact || ended))
		return NP_OK;
	snprintf(text, sizeof text, "how many rounds it takes is not known here, or is large: %lld of them are counted",
	         (long long)done);
	return np_onnx_warn_rough(call, text);
}

static bool same_shape(np_shape a, np_shape b)
{
	return a.rank == b.rank && (!a.rank || memcmp(a.dims, b.dims, (size_t)a.rank * sizeof *a.dims) == 0);
}

/* The results of all rounds, stacked along a new first axis: a layer of its own. */
static np_status stack(np_onnx_call *call, np_onnx_sequence *scan, int output)
{
	np_onnx_call part = *call;
	int64_t dims[NP_MAX_RANK + 1] = {scan->values.count};
	part.op = NULL;
	part.out = &call->out[output];
	part.out_names = &call->out_names[output];
	part.out_count = 1;
	part.in = scan->values.items;
	part.in_count = scan->values.count;
	part.desc.kind = NP_CONCAT;
	part.constant = true;
	if (!part.in_count)
		return np_onnx_fail_unknown(call, "a result that no round of its body gives");
	np_shape shape = part.in[0]->shape;
	for (int i = 0; i < part.in_count; i++) {
		if (part.in[i]->sequence || !same_shape(part.in[i]->shape, shape))
			return np_onnx_fail(call, NP_ERR_DATA, "the results of its rounds have different shapes");
		part.constant &= np_onnx_is_constant(part.in[i]);
	}
	for (int i = 0; i < shape.rank && i < NP_MAX_RANK; i++)
		dims[i + 1] = shape.dims[i];
	NP_TRY(np_onnx_set(&part, 0, part.in[0]->type, dims, shape.rank + 1));
	return part.constant ? NP_OK : np_onnx_add_layer(&part);
}

static np_status bind_outputs(np_onnx_call *call, loop *l)
{
	for (int i = 0; i < call->out_count; i++) {
		np_onnx_value *value = i < l->carried_count ? l->carried[i] : &call->out[i];
		if (!call->out_names[i][0])
			continue;
		if (i >= l->carried_count)
			NP_TRY(stack(call, &l->scans[i - l->carried_count], i));
		if (!value)
			return np_onnx_fail(call, NP_ERR_DATA, "its result %d is left out", i);
		NP_TRY(np_onnx_scope_bind(call->builder, call->scope, call->out_names[i], value, call->err));
	}
	call->bound = true;
	return NP_OK;
}

/*
 * The shapes of a loop that cannot be followed: carried values keep theirs, and what is empty at first grows by one in
 * each round.
 */
static np_status guess_outputs(np_onnx_call *call, const loop *l)
{
	int64_t rounds = 1, dims[NP_MAX_RANK];
	int rank, type;
	if (!number_of(np_onnx_in(call, 0), &rounds) || rounds < 1 || rounds > MOST_ROUNDS)
		rounds = 1;
	for (int i = 0; i < call->out_count; i++) {
		const np_onnx_value *like = i < l->carried_count ? np_onnx_in(call, 2 + i) : NULL;
		bool stated = np_onnx_scope_stated(call->builder, call->scope, call->out_names[i], dims, &rank, &type);
		if (!stated && (!like || like->sequence))
			return np_onnx_fail(call, NP_ERR_UNSUPPORTED, "the shape of its result %d is not known", i);
		for (int k = 0; !stated && k < like->shape.rank; k++)
			dims[k] = like->shape.dims[k] ? like->shape.dims[k] : rounds;
		NP_TRY(np_onnx_set(call, i, stated ? type : like->type, dims, stated ? rank : like->shape.rank));
	}
	call->constant = false;
	return NP_OK;
}

static np_status follow(np_onnx_call *call, loop *l)
{
	np_network *network = call->builder->network;
	int layers = np_network_layer_count(network), tensors = np_network_tensor_count(network);
	int warnings = np_network_warning_count(network);
	char text[256];
	np_error why = {0}, *err = call->err;
	call->err = &why;
	np_status status = run_rounds(call, l);
	call->err = err;
	if (status == NP_OK)
		return bind_outputs(call, l);
	if (status != NP_ERR_DATA)
		return np_fail(err, status, "%s", why.message);
	np_network_take_back(network, layers, tensors, warnings);
	NP_TRY(guess_outputs(call, l));
	snprintf(text, sizeof text, "its work is not counted, for its rounds cannot be followed: %.160s", why.message);
	return np_onnx_warn_rough(call, text);
}

np_status np_onnx_op_loop(np_onnx_call *call)
{
	const np_onnx_attribute *body = np_onnx_attr(call, "body");
	np_arena *arena = call->builder->arena;
	if (!body || !body->graph)
		return np_onnx_fail(call, NP_ERR_DATA, "it lacks a body");
	loop l = {.body = body->graph, .carried_count = body->graph->inputs.count - 2};
	l.scan_count = body->graph->outputs.count - 1 - l.carried_count;
	if (l.carried_count < 0 || l.scan_count < 0 || call->in_count > l.carried_count + 2 ||
	    call->out_count > l.carried_count + l.scan_count)
		return np_onnx_fail(call, NP_ERR_DATA, "its body has %d inputs and %d results, which do not fit its own",
		                    body->graph->inputs.count, body->graph->outputs.count);
	l.carried = np_arena_array(arena, (size_t)l.carried_count, sizeof(np_onnx_value *));
	l.scans = np_arena_array(arena, (size_t)l.scan_count, sizeof *l.scans);
	if (!l.carried || !l.scans)
		return np_onnx_fail_full(call->err);
	for (int i = 0; i < l.carried_count; i++)
		l.carried[i] = np_onnx_in(call, 2 + i);
	return follow(call, &l);
}
