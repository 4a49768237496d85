/* Names of tensors: a hash table whose entries grow old all at once when the next network begins. */
#include "netjson/netjson.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash_name(const char *name, size_t length)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ length;
	for (size_t i = 0; i < length; i++)
		h = (h ^ (unsigned char)name[i]) * 0x100000001b3u;
	return (uint32_t)(h ^ h >> 32);
}

static bool is_name(const np_netjson *reader, const np_netjson_name *entry, uint32_t hash, const char *name)
{
	return entry->hash == hash && strcmp(np_network_tensor(reader->network, entry->tensor)->name, name) == 0;
}

/* The entry of a name, or the empty one where it belongs; there always is one. */
static np_netjson_name *find(const np_netjson *reader, uint32_t hash, const char *name)
{
	uint32_t mask = reader->name_capacity - 1;
	for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
		np_netjson_name *entry = &reader->names[i];
		if (entry->stamp != reader->stamp || is_name(reader, entry, hash, name))
			return entry;
	}
}

static np_status grow(np_netjson *reader)
{
	np_netjson_name *old = reader->names;
	uint32_t old_capacity = reader->name_capacity, capacity = old_capacity ? 2 * old_capacity : 128;
	np_netjson_name *names = calloc(capacity, sizeof *names);
	if (!names)
		return np_fail_memory(reader->scan.err);
	for (uint32_t i = 0; i < old_capacity; i++) {
		if (old[i].stamp != reader->stamp)
			continue;
		uint32_t at = old[i].hash & (capacity - 1);
		while (names[at].stamp)
			at = (at + 1) & (capacity - 1);
		names[at] = old[i];
	}
	free(old);
	reader->names = names;
	reader->name_capacity = capacity;
	return NP_OK;
}

np_status np_netjson_name_add(np_netjson *reader, const char *name, size_t length, int tensor, const char *at)
{
	if (2 * (reader->name_count + 1) > reader->name_capacity)
		NP_TRY(grow(reader));
	uint32_t hash = hash_name(name, length);
	np_netjson_name *entry = find(reader, hash, name);
	if (entry->stamp == reader->stamp)
		return np_scan_fail(&reader->scan, at, NP_ERR_DATA, "the name '%.80s' is taken", name);
	*entry = (np_netjson_name){.hash = hash, .stamp = reader->stamp, .tensor = tensor};
	reader->name_count++;
	return NP_OK;
}

int np_netjson_name_find(const np_netjson *reader, const char *name, size_t length)
{
	if (!reader->name_capacity)
		return -1;
	const np_netjson_name *entry = find(reader, hash_name(name, length), name);
	return entry->stamp == reader->stamp ? entry->tensor : -1;
}

void np_netjson_free(np_netjson *reader)
{
	free(reader->names);
	free(reader->inputs);
	*reader = (np_netjson){0};
}
