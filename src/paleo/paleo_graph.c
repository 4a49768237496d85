/*
 * From the nested objects of a Paleo file to a list of layers in topological order. The file's own order means nothing;
 * `parents` do. A parent may be a Block, which means its endpoint; a layer of a Block without parents has the Block's.
 */
#include "paleo/paleo_graph.h"

#include "base/error.h"
#include "text/json_locate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 8, LONGEST_NAME = 255, MOST_EDGES = 1 << 20, MOST_LAYERS = 1 << 18 };

/* ---- places ---- */

/* Fills the path of a block from its end; returns where it starts. */
static int path_of_block(const np_paleo_reader *reader, int block, const char **path, int at)
{
	for (; block >= 0; block = reader->blocks[block].outer) {
		path[--at] = "layers";
		path[--at] = reader->blocks[block].key;
	}
	path[--at] = "layers";
	return at;
}

static void locate(const np_paleo_reader *reader, int block, const char *key, const char *field, int *line, int *column)
{
	const char *path[2 * DEEPEST + 4];
	int end = 2 * DEEPEST + 4, count = (key != NULL) + (field != NULL), at = end - count;
	if (key)
		path[at] = key;
	if (field)
		path[end - 1] = field;
	at = path_of_block(reader, block, path, at);
	np_json_locate(reader->text, reader->size, path + at, end - at, line, column);
}

void np_paleo_place(const np_paleo_reader *reader, const np_paleo_layer *layer, const char *field, int *line, int *column)
{
	locate(reader, layer->block, layer->key, field, line, column);
}

np_status np_paleo_fail(np_paleo_reader *reader, const np_paleo_layer *layer, const char *field, np_status status,
                        const char *format, ...)
{
	char text[400];
	int line, column;
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	np_paleo_place(reader, layer, field, &line, &column);
	return np_fail_at(reader->err, status, line, column, "layer '%s': %s", layer->name, text);
}

static np_status fail_entry(np_paleo_reader *reader, int block, const char *key, const char *field, np_status status,
                            const char *what)
{
	int line, column;
	locate(reader, block, key, field, &line, &column);
	return np_fail_at(reader->err, status, line, column, "'%.100s': %s", key, what);
}

/* ---- collecting ---- */

static np_status grow(void **table, int count, int *capacity, size_t row, np_error *err)
{
	if (count < *capacity)
		return NP_OK;
	if (count >= MOST_LAYERS)
		return np_fail(err, NP_ERR_LIMIT, "the file has more than %d layers", MOST_LAYERS);
	int larger = *capacity ? 2 * *capacity : 64;
	void *moved = realloc(*table, (size_t)larger * row);
	if (!moved)
		return np_fail_memory(err);
	*table = moved;
	*capacity = larger;
	return NP_OK;
}

/* "Mixed_5b/concat"; false when it is too long. */
static bool full_name(const np_paleo_reader *reader, int block, const char *key, char name[LONGEST_NAME + 1])
{
	const char *parts[DEEPEST + 1];
	int count = 0;
	size_t used = 0;
	for (parts[count++] = key; block >= 0; block = reader->blocks[block].outer)
		parts[count++] = reader->blocks[block].key;
	name[0] = '\0';
	while (count-- > 0) {
		int wrote = snprintf(name + used, LONGEST_NAME + 1 - used, "%s%s", used ? "/" : "", parts[count]);
		if (wrote < 0 || (size_t)wrote > LONGEST_NAME - used)
			return false;
		used += (size_t)wrote;
	}
	return true;
}

static np_status remember(np_paleo_reader *reader, int block, const char *key, json_int_t number, const char **kept)
{
	char name[LONGEST_NAME + 1];
	if (!full_name(reader, block, key, name))
		return fail_entry(reader, block, key, NULL, NP_ERR_LIMIT, "its whole name is longer than 255 bytes");
	if (json_object_get(reader->names, name))
		return fail_entry(reader, block, key, NULL, NP_ERR_DATA, "another layer has the same whole name");
	*kept = np_arena_text(&reader->arena, name, strlen(name));
	if (!*kept || json_object_set_new(reader->names, name, json_integer(number)) != 0)
		return np_fail_memory(reader->err);
	return NP_OK;
}

static np_status collect(np_paleo_reader *reader, json_t *layers, int block);

static np_status collect_block(np_paleo_reader *reader, int outer, const char *key, json_t *params)
{
	const char *name;
	int depth = outer >= 0 ? reader->blocks[outer].depth + 1 : 1;
	json_t *layers = json_object_get(params, "layers");
	if (depth > DEEPEST)
		return fail_entry(reader, outer, key, NULL, NP_ERR_LIMIT, "Blocks are nested more than 8 deep");
	if (!json_is_object(layers))
		return fail_entry(reader, outer, key, "layers", NP_ERR_DATA, "a Block has an object 'layers'");
	NP_TRY(grow((void **)&reader->blocks, reader->block_count, &reader->block_capacity, sizeof *reader->blocks,
	            reader->err));
	int block = reader->block_count++;
	reader->blocks[block] = (np_paleo_block){.key = key, .outer = outer, .depth = depth, .params = params};
	NP_TRY(remember(reader, outer, key, -1 - block, &name));
	return collect(reader, layers, block);
}

static np_status collect_layer(np_paleo_reader *reader, int block, const char *key, json_t *params)
{
	const char *type = json_string_value(json_object_get(params, "type"));
	if (!json_is_object(params))
		return fail_entry(reader, block, key, NULL, NP_ERR_DATA, "an object was expected for a layer");
	if (!type)
		return fail_entry(reader, block, key, "type", NP_ERR_DATA, "a layer has a text 'type'");
	if (strcmp(type, "Block") == 0)
		return collect_block(reader, block, key, params);
	if (strcmp(type, "ModelParallel") == 0)
		return fail_entry(reader, block, key, "type", NP_ERR_UNSUPPORTED,
		                  "a network split over several devices (ModelParallel) is not supported");
	NP_TRY(grow((void **)&reader->layers, reader->layer_count, &reader->layer_capacity, sizeof *reader->layers,
	            reader->err));
	int index = reader->layer_count++;
	reader->layers[index] =
	        (np_paleo_layer){.key = key, .name = key, .type = type, .block = block, .params = params, .tensor = -1};
	return remember(reader, block, key, index, &reader->layers[index].name);
}

/* Recursion ends at DEEPEST. */
static np_status collect(np_paleo_reader *reader, json_t *layers, int block)
{
	const char *key;
	json_t *params;
	json_object_foreach(layers, key, params)
	{
		NP_TRY(collect_layer(reader, block, key, params));
	}
	return NP_OK;
}

/* ---- parents ---- */

/* What a name means inside a block: its own layers first, then those around it. NULL = nothing. */
static const json_t *find_name(const np_paleo_reader *reader, int block, const char *name)
{
	char whole[LONGEST_NAME + 1];
	for (;; block = reader->blocks[block].outer) {
		const json_t *found = full_name(reader, block, name, whole) ? json_object_get(reader->names, whole) : NULL;
		if (found || block < 0)
			return found;
	}
}

/* The layer that a name means: a Block stands for its endpoint, which may be a Block. */
static np_status find_layer(np_paleo_reader *reader, int block, const char *key, const char *name, int *layer)
{
	const json_t *found = find_name(reader, block, name);
	for (int depth = 0; found && json_integer_value(found) < 0 && depth <= DEEPEST; depth++) {
		block = (int)(-1 - json_integer_value(found));
		const char *endpoint = json_string_value(json_object_get(reader->blocks[block].params, "endpoint"));
		char whole[LONGEST_NAME + 1];
		if (!endpoint)
			return fail_entry(reader, reader->blocks[block].outer, reader->blocks[block].key, "endpoint",
			                  NP_ERR_DATA, "the Block is a parent, so it needs an 'endpoint'");
		found = full_name(reader, block, endpoint, whole) ? json_object_get(reader->names, whole) : NULL;
		if (!found)
			return fail_entry(reader, reader->blocks[block].outer, reader->blocks[block].key, "endpoint",
			                  NP_ERR_DATA, "its endpoint is none of its layers");
	}
	if (!found || json_integer_value(found) < 0) {
		char what[160];
		snprintf(what, sizeof what, "its parent '%.100s' is nowhere in the file", name);
		return fail_entry(reader, block, key, "parents", NP_ERR_DATA, what);
	}
	*layer = (int)json_integer_value(found);
	return NP_OK;
}

/* `scope` is the block the names are looked up in; the entry `key` of it has these parents. */
static np_status resolve_list(np_paleo_reader *reader, int scope, const char *key, const json_t *list, const int **parents,
                              int *count)
{
	if (!json_is_array(list))
		return fail_entry(reader, scope, key, "parents", NP_ERR_DATA, "an array 'parents' was expected");
	size_t size = json_array_size(list);
	reader->edges += (int64_t)size;
	if (reader->edges > MOST_EDGES)
		return np_fail(reader->err, NP_ERR_LIMIT, "the file has more than %d parents", MOST_EDGES);
	int *resolved = np_arena_array(&reader->arena, size, sizeof *resolved);
	if (!resolved)
		return np_fail_memory(reader->err);
	for (size_t i = 0; i < size; i++) {
		const char *name = json_string_value(json_array_get(list, i));
		if (!name)
			return fail_entry(reader, scope, key, "parents", NP_ERR_DATA, "names were expected as parents");
		NP_TRY(find_layer(reader, scope, key, name, &resolved[i]));
	}
	*parents = resolved;
	*count = (int)size;
	return NP_OK;
}

/* The parents of a block are those of its own list, or of the block around it; DEEPEST ends the recursion. */
static np_status resolve_block(np_paleo_reader *reader, int index)
{
	np_paleo_block *block = &reader->blocks[index];
	if (block->resolved)
		return NP_OK;
	NP_TRY(resolve_list(reader, block->outer, block->key, json_object_get(block->params, "parents"), &block->parents,
	                    &block->parent_count));
	if (!block->parent_count && block->outer >= 0) {
		NP_TRY(resolve_block(reader, block->outer));
		block->parents = reader->blocks[block->outer].parents;
		block->parent_count = reader->blocks[block->outer].parent_count;
	}
	block->resolved = true;
	return NP_OK;
}

static np_status resolve_layer(np_paleo_reader *reader, np_paleo_layer *layer)
{
	NP_TRY(resolve_list(reader, layer->block, layer->key, json_object_get(layer->params, "parents"), &layer->parents,
	                    &layer->parent_count));
	if (layer->parent_count || layer->block < 0)
		return NP_OK;
	NP_TRY(resolve_block(reader, layer->block));
	layer->parents = reader->blocks[layer->block].parents;
	layer->parent_count = reader->blocks[layer->block].parent_count;
	reader->edges += layer->parent_count;
	return reader->edges > MOST_EDGES ? np_fail(reader->err, NP_ERR_LIMIT, "the file has more than %d parents", MOST_EDGES)
	                                  : NP_OK;
}

/* ---- order ---- */

enum { UNSEEN, OPEN, DONE };

/* A layer on the way down, and which of its parents comes next. */
typedef struct visit {
	int layer, next;
} visit;

static np_status fail_cycle(np_paleo_reader *reader, int layer, int parent)
{
	return np_paleo_fail(reader, &reader->layers[layer], "parents", NP_ERR_DATA,
	                     "its parent '%.100s' comes from the layer itself: the layers go round in a circle",
	                     reader->layers[parent].name);
}

/* Depth first from one layer: its parents, in their order, then itself. */
static np_status visit_from(np_paleo_reader *reader, int root, visit *stack, int *placed)
{
	int depth = 0;
	if (reader->layers[root].state == DONE)
		return NP_OK;
	reader->layers[root].state = OPEN;
	stack[depth++] = (visit){root, 0};
	while (depth) {
		visit *top = &stack[depth - 1];
		np_paleo_layer *layer = &reader->layers[top->layer];
		if (top->next == layer->parent_count) {
			layer->state = DONE;
			reader->order[(*placed)++] = top->layer;
			depth--;
			continue;
		}
		int parent = layer->parents[top->next++];
		if (reader->layers[parent].state == OPEN)
			return fail_cycle(reader, top->layer, parent);
		if (reader->layers[parent].state == UNSEEN) {
			reader->layers[parent].state = OPEN;
			stack[depth++] = (visit){parent, 0};
		}
	}
	return NP_OK;
}

static np_status find_order(np_paleo_reader *reader)
{
	size_t count = (size_t)reader->layer_count;
	int placed = 0;
	visit *stack = np_arena_array(&reader->arena, count, sizeof *stack);
	reader->order = np_arena_array(&reader->arena, count, sizeof *reader->order);
	if (!stack || !reader->order)
		return np_fail_memory(reader->err);
	for (int i = 0; i < reader->layer_count; i++)
		NP_TRY(visit_from(reader, i, stack, &placed));
	return NP_OK;
}

np_status np_paleo_read_graph(np_paleo_reader *reader, json_t *layers)
{
	NP_TRY(collect(reader, layers, -1));
	for (int i = 0; i < reader->layer_count; i++)
		NP_TRY(resolve_layer(reader, &reader->layers[i]));
	return find_order(reader);
}
