/* Values by name: a hash table, and the scopes that graphs and functions make of it. */
#include "onnx/onnx_build.h"
#include "onnx/onnx_call.h"

#include "base/error.h"
#include "network/options.h"

#include <string.h>

typedef struct slot {
	const char *name;
	uint64_t hash;
	void *item;
} slot;

struct np_onnx_table {
	slot *slots;
	size_t capacity, count; /* capacity is a power of two */
};

static uint64_t hash_text(const char *text)
{
	uint64_t hash = 0x9e3779b97f4a7c15u;
	for (; *text; text++) {
		hash = (hash ^ (unsigned char)*text) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 29;
	}
	return hash;
}

/* The slot of a name, or the empty one where it belongs. */
static slot *probe(const struct np_onnx_table *table, const char *name, uint64_t hash)
{
	size_t i = (size_t)hash & (table->capacity - 1);
	while (table->slots[i].name && (table->slots[i].hash != hash || strcmp(table->slots[i].name, name) != 0))
		i = (i + 1) & (table->capacity - 1);
	return &table->slots[i];
}

struct np_onnx_table *np_onnx_table_new(np_arena *arena)
{
	return np_arena_alloc(arena, sizeof(struct np_onnx_table));
}

void *np_onnx_table_find(const struct np_onnx_table *table, const char *name)
{
	return table->capacity ? probe(table, name, hash_text(name))->item : NULL;
}

static bool grow_table(np_arena *arena, struct np_onnx_table *table)
{
	struct np_onnx_table larger = {.capacity = table->capacity ? table->capacity * 2 : 16, .count = table->count};
	larger.slots = np_arena_array(arena, larger.capacity, sizeof *larger.slots);
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < table->capacity; i++)
		if (table->slots[i].name)
			*probe(&larger, table->slots[i].name, table->slots[i].hash) = table->slots[i];
	*table = larger;
	return true;
}

bool np_onnx_table_set(np_arena *arena, struct np_onnx_table *table, const char *name, void *item)
{
	if (table->count * 4 >= table->capacity * 3 && !grow_table(arena, table))
		return false;
	uint64_t hash = hash_text(name);
	slot *place = probe(table, name, hash);
	table->count += !place->name;
	*place = (slot){name, hash, item};
	return true;
}

static np_status index_infos(np_onnx_builder *builder, np_onnx_scope *scope, const np_onnx_info *infos, int count,
                             np_error *err)
{
	for (int i = 0; i < count; i++)
		if (!np_onnx_table_set(builder->arena, scope->infos, infos[i].name, (void *)&infos[i]))
			return np_onnx_fail_full(err);
	return NP_OK;
}

np_status np_onnx_scope_init(np_onnx_builder *builder, np_onnx_scope *scope, np_error *err)
{
	scope->values = np_onnx_table_new(builder->arena);
	scope->infos = np_onnx_table_new(builder->arena);
	if (!scope->values || !scope->infos)
		return np_onnx_fail_full(err);
	NP_TRY(index_infos(builder, scope, scope->graph->infos.items, scope->graph->infos.count, err));
	return index_infos(builder, scope, scope->graph->outputs.items, scope->graph->outputs.count, err);
}

np_onnx_value *np_onnx_scope_find(const np_onnx_scope *scope, const char *name)
{
	for (; scope; scope = scope->around) {
		np_onnx_value *value = np_onnx_table_find(scope->values, name);
		if (value)
			return value;
	}
	return NULL;
}

np_status np_onnx_scope_bind(np_onnx_builder *builder, np_onnx_scope *scope, const char *name, np_onnx_value *value,
                             np_error *err)
{
	if (np_onnx_table_find(scope->values, name))
		return np_fail(err, NP_ERR_DATA, "the value '%s' is defined twice", name);
	return np_onnx_table_set(builder->arena, scope->values, name, value) ? NP_OK : np_onnx_fail_full(err);
}

/* The size of a dimension that the file leaves open but names, 0 when nothing is known of it. */
int64_t np_onnx_symbol_size(const np_onnx_builder *builder, const char *name)
{
	if (!name)
		return 0;
	const int64_t *bound = np_onnx_table_find(builder->symbols, name);
	return bound ? *bound : np_options_dim(builder->options, name);
}

bool np_onnx_scope_stated(const np_onnx_builder *builder, const np_onnx_scope *scope, const char *name, int64_t *dims,
                          int *rank, int *type)
{
	const np_onnx_info *info = np_onnx_table_find(scope->infos, name);
	if (!info || !info->has_shape)
		return false;
	*rank = info->dims.count;
	*type = info->type;
	for (int i = 0; i < *rank; i++) {
		const np_onnx_dim *dim = &info->dims.items[i];
		dims[i] = dim->size ? dim->size : np_onnx_symbol_size(builder, dim->name);
		if (i == 0 && dims[0] == builder->old_batch)
			dims[0] = builder->new_batch;
		if (dims[i] < 1)
			return false;
	}
	return true;
}
