/* The table of estimates. */
#include "predict/layer_cache.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 1 << 26, CACHE_LINE = 64 };

np_status np_layer_cache_create(np_layer_cache *cache, int layers, np_error *err)
{
	*cache = (np_layer_cache){0};
	if (layers < 0 || layers > MOST_LAYERS)
		return np_fail(err, NP_ERR_ARGUMENT, "room for 0 to %d layers was expected", MOST_LAYERS);
	uint64_t buckets = 1;
	while (buckets * NP_CACHE_WAYS < (uint64_t)layers)
		buckets *= 2;
	/* Zeroed pages are not touched before they are used: a large table costs a small search nothing. */
	cache->buckets = calloc(buckets, sizeof *cache->buckets);
	cache->entries = calloc(buckets * NP_CACHE_WAYS, sizeof *cache->entries);
	cache->mask = buckets - 1;
	if (cache->buckets && cache->entries)
		return NP_OK;
	np_layer_cache_free(cache);
	return np_fail_memory(err);
}

void np_layer_cache_free(np_layer_cache *cache)
{
	free(cache->buckets);
	free(cache->entries);
	*cache = (np_layer_cache){0};
}

/* Sums of products by odd constants, which do not wait for each other, then mixed. */
static uint64_t hash(const np_cache_key *key)
{
	uint64_t sum = 0x243f6a8885a308d3u, factor = 0x9e3779b97f4a7c15u;
	for (int i = 0; i < NP_CACHE_WORDS; i++) {
		sum += (uint64_t)key->word[i] * factor;
		factor = factor * 0xd1342543de82ef95u + 2;
	}
	sum ^= sum >> 32;
	sum *= 0xd6e8feb86659fd93u;
	return sum ^ (sum >> 29);
}

static np_cache_entry *entries_at(const np_layer_cache *cache, uint64_t h)
{
	return &cache->entries[(h & cache->mask) * NP_CACHE_WAYS];
}

void np_layer_cache_seek(const np_layer_cache *cache, const np_layer_config *c, int64_t bytes, np_cache_place *place)
{
	place->key = (np_cache_key){{c->kind, c->batch, c->in_c, c->in_h, c->in_w, c->out_c, c->out_h, c->out_w, c->kernel_h,
	                             c->kernel_w, c->stride_h, c->stride_w, c->pad_h, c->pad_w, c->dilation_h, c->dilation_w,
	                             c->groups, c->inputs, bytes}};
	place->hash = hash(&place->key);
	__builtin_prefetch(&cache->buckets[place->hash & cache->mask]);
	/* Mostly it is the first entry. */
	const char *first = (const char *)entries_at(cache, place->hash);
	for (size_t line = 0; line < sizeof *cache->entries; line += CACHE_LINE)
		__builtin_prefetch(first + line);
}

np_cache_entry *np_layer_cache_take(np_layer_cache *cache, const np_cache_place *place, bool *found)
{
	uint32_t tag = (uint32_t)(place->hash >> 32) | 1;
	np_cache_bucket *bucket = &cache->buckets[place->hash & cache->mask];
	np_cache_entry *entries = entries_at(cache, place->hash);
	for (int way = 0; way < NP_CACHE_WAYS; way++)
		if (bucket->tag[way] == tag && memcmp(&entries[way].key, &place->key, sizeof place->key) == 0) {
			*found = true;
			return &entries[way];
		}
	uint32_t way = bucket->next++ % NP_CACHE_WAYS;
	cache->kept += !bucket->tag[way];
	bucket->tag[way] = tag;
	entries[way].key = place->key;
	*found = false;
	return &entries[way];
}
