/* Programs from a layer and from a network. Refuses to know what a device does with a step. */
#include "measure/program.h"

#include "base/checked.h"
#include "base/error.h"
#include "network/network.h"

#include <stdlib.h>
#include <string.h>

/* Activations that overwrite what they read, where that is allowed. */
static bool may_work_in_place(np_kind kind)
{
	return kind == NP_RELU || kind == NP_ACTIVATION || kind == NP_DROPOUT;
}

void np_program_free(np_program *program)
{
	if (!program)
		return;
	np_arena_free(&program->arena);
	*program = (np_program){0};
}

static np_status finish(np_status status, np_program *program)
{
	if (status != NP_OK)
		np_program_free(program);
	return status;
}

/* ---- one layer ---- */

static bool volume(int64_t n, int64_t c, int64_t h, int64_t w, int64_t *values)
{
	*values = 1;
	return np_mul_into(values, n) && np_mul_into(values, c) && np_mul_into(values, h) && np_mul_into(values, w) &&
	       *values > 0;
}

/* Values of each operand, and of the result. Inputs of a concat are alike, its result is as wide as all of them. */
static bool operand_values(const np_layer_config *config, int operand, int64_t *values)
{
	if (config->kind == NP_MATMUL && operand > 0)
		return volume(config->batch, config->in_c, config->out_c, 1, values);
	if (config->kind == NP_CONCAT && config->inputs > 1) {
		/* What the first input leaves of the result is shared among the others, the last takes the odd rest. */
		int64_t others = config->inputs - 1, left = config->out_c - config->in_c;
		int64_t part = operand ? left / others : config->in_c;
		if (operand == others)
			part = left - (others - 1) * part;
		return volume(config->batch, part, config->in_h, config->in_w, values);
	}
	return volume(config->batch, config->in_c, config->in_h, config->in_w, values);
}

static np_status fill_layer_program(const np_layer_config *config, np_program *program, np_error *err)
{
	int inputs = config->inputs > 1 ? (int)config->inputs : 1;
	bool in_place = may_work_in_place(config->kind);
	char text[NP_LAYER_TEXT_SIZE];
	np_layer_text_write(config, text);
	program->name = np_arena_text(&program->arena, text, strlen(text));
	program->steps = np_arena_array(&program->arena, 1, sizeof *program->steps);
	program->values = np_arena_array(&program->arena, (size_t)inputs + 1, sizeof *program->values);
	int *tensors = np_arena_array(&program->arena, (size_t)inputs + 1, sizeof *tensors);
	if (!program->name || !program->steps || !program->values || !tensors)
		return np_fail_memory(err);
	for (int i = 0; i < inputs; i++) {
		tensors[i] = i;
		if (!operand_values(config, i, &program->values[i]))
			return np_fail(err, NP_ERR_LIMIT, "%s: input %d has no values, or more than 63 bits hold", text, i);
	}
	tensors[inputs] = in_place ? 0 : inputs;
	if (!volume(config->batch, config->out_c, config->out_h, config->out_w, &program->values[inputs]))
		return np_fail(err, NP_ERR_LIMIT, "%s: the output has no values, or more than 63 bits hold", text);
	program->steps[0] = (np_step){*config, program->name, tensors, inputs, tensors + inputs, 1};
	program->step_count = 1;
	program->tensor_count = in_place ? inputs : inputs + 1;
	program->batch = config->batch;
	program->network = program->path = "";
	return NP_OK;
}

np_status np_program_of_layer(const np_layer_config *config, np_program *program, np_error *err)
{
	enum { MOST_INPUTS = 4096 };
	*program = (np_program){0};
	if (config->inputs > MOST_INPUTS)
		return np_fail(err, NP_ERR_LIMIT, "a layer of %lld inputs: at most %d are supported", (long long)config->inputs,
		               MOST_INPUTS);
	return finish(fill_layer_program(config, program, err), program);
}

/* ---- a network ---- */

/* What is known while a network is turned into a program; all in tensors of the network. */
typedef struct build {
	const np_network *network;
	np_program *program;
	int *seen_as;     /* the tensor that it is a view of, or itself */
	int *last_reader; /* the last layer that reads it or a view of it; -1 = nobody */
	int *tensor_of;   /* the program's tensor */
	np_error *err;
} build;

static int64_t values_of(const build *b, int tensor)
{
	int64_t values = 0; /* was checked to fit when the network was built */
	np_shape_elements(np_network_tensor(b->network, tensor)->shape, &values);
	return values;
}

/* A view of part of a tensor has no tensor of a program to stand for it: it becomes one that nobody writes. */
static bool is_view(const build *b, const np_layer *layer, int output)
{
	return layer->free && layer->input_count && values_of(b, layer->inputs[0]) == values_of(b, layer->outputs[output]);
}

static void find_readers(build *b)
{
	for (int t = 0; t < np_network_tensor_count(b->network); t++) {
		b->seen_as[t] = t;
		b->last_reader[t] = -1;
	}
	for (int l = 0; l < np_network_layer_count(b->network); l++) {
		const np_layer *layer = np_network_layer(b->network, l);
		for (int i = 0; i < layer->input_count; i++)
			b->last_reader[b->seen_as[layer->inputs[i]]] = l;
		for (int i = 0; i < layer->output_count; i++)
			if (is_view(b, layer, i))
				b->seen_as[layer->outputs[i]] = b->seen_as[layer->inputs[0]];
	}
}

static bool works_in_place(const build *b, const np_layer *layer)
{
	if (layer->free || !may_work_in_place(layer->kind) || layer->output_count != 1)
		return false;
	int from = layer->inputs[0], to = layer->outputs[0];
	if (values_of(b, from) != values_of(b, to))
		return false;
	bool stored = np_network_tensor(b->network, from)->storage == np_network_tensor(b->network, to)->storage;
	return stored || b->last_reader[b->seen_as[from]] == layer->index;
}

static void add_tensor(build *b, int tensor)
{
	b->program->values[b->program->tensor_count] = values_of(b, tensor);
	b->tensor_of[tensor] = b->program->tensor_count++;
}

static void name_outputs(build *b, const np_layer *layer)
{
	bool in_place = works_in_place(b, layer);
	for (int i = 0; i < layer->output_count; i++)
		if (in_place || is_view(b, layer, i))
			b->tensor_of[layer->outputs[i]] = b->tensor_of[layer->inputs[0]];
		else
			add_tensor(b, layer->outputs[i]);
}

static const int *named(build *b, const int *tensors, int count)
{
	int *named = np_arena_array(&b->program->arena, (size_t)count, sizeof *named);
	for (int i = 0; named && i < count; i++)
		named[i] = b->tensor_of[tensors[i]];
	return named;
}

static np_status add_step(build *b, const np_layer *layer)
{
	np_program *program = b->program;
	np_step *step = &program->steps[program->step_count++];
	if (!np_layer_config_of(b->network, layer, &step->config))
		return np_fail(b->err, NP_ERR_UNSUPPORTED, "layer '%s' (%s) has no configuration that could be run: %s",
		               layer->name, layer->op,
		               layer->spatial_rank > 2 ? "it has more than two spatial axes" : "its operator is not known");
	step->name = np_arena_text(&program->arena, layer->name, strlen(layer->name));
	step->inputs = named(b, layer->inputs, layer->input_count);
	step->outputs = named(b, layer->outputs, layer->output_count);
	step->input_count = layer->input_count;
	step->output_count = layer->output_count;
	return step->name && step->inputs && step->outputs ? NP_OK : np_fail_memory(b->err);
}

static np_status add_steps(build *b)
{
	find_readers(b);
	for (int t = 0; t < np_network_tensor_count(b->network); t++)
		if (np_network_tensor(b->network, t)->producer < 0)
			add_tensor(b, t);
	for (int l = 0; l < np_network_layer_count(b->network); l++) {
		const np_layer *layer = np_network_layer(b->network, l);
		name_outputs(b, layer);
		if (!layer->free)
			NP_TRY(add_step(b, layer));
	}
	return NP_OK;
}

static bool name_network(np_program *program, const char *name, const char *path, int64_t batch)
{
	program->name = program->network = np_arena_text(&program->arena, name, strlen(name));
	program->path = np_arena_text(&program->arena, path, strlen(path));
	program->batch = batch;
	program->whole = true;
	return program->name && program->path;
}

static np_status fill_network_program(build *b)
{
	np_program *program = b->program;
	bool named =
	        name_network(program, np_network_name(b->network), np_network_path(b->network), np_network_batch(b->network));
	size_t tensors = (size_t)np_network_tensor_count(b->network), layers = (size_t)np_network_layer_count(b->network);
	program->steps = np_arena_array(&program->arena, layers, sizeof *program->steps);
	program->values = np_arena_array(&program->arena, tensors, sizeof *program->values);
	int *scratch = calloc(3 * tensors + 1, sizeof *scratch);
	np_status status;
	if (!named || !program->steps || !program->values || !scratch) {
		status = np_fail_memory(b->err);
	} else {
		b->seen_as = scratch;
		b->last_reader = scratch + tensors;
		b->tensor_of = scratch + 2 * tensors;
		status = add_steps(b);
	}
	free(scratch);
	return status;
}

np_status np_program_of_network(const np_network *network, np_program *program, np_error *err)
{
	*program = (np_program){0};
	build b = {.network = network, .program = program, .err = err};
	return finish(fill_network_program(&b), program);
}

/* ---- a list ---- */

static np_status fill_list_program(const np_layer_config *layers, int layer_count, np_program *program, np_error *err)
{
	program->steps = np_arena_array(&program->arena, (size_t)layer_count + 1, sizeof *program->steps);
	if (!program->steps)
		return np_fail_memory(err);
	for (int i = 0; i < layer_count; i++) {
		char text[NP_LAYER_TEXT_SIZE];
		np_layer_text_write(&layers[i], text);
		const char *name = np_arena_text(&program->arena, text, strlen(text));
		if (!name)
			return np_fail_memory(err);
		program->steps[program->step_count++] = (np_step){.config = layers[i], .name = name};
	}
	return NP_OK;
}

np_status np_program_of_list(const char *name, const char *path, int64_t batch, const np_layer_config *layers, int layer_count,
                             np_program *program, np_error *err)
{
	*program = (np_program){0};
	bool named = name_network(program, name, path, batch);
	return finish(named ? fill_list_program(layers, layer_count, program, err) : np_fail_memory(err), program);
}
