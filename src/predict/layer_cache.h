/*
 * Estimates by layer configuration, as many as fit a table of a fixed size. A layer has a bucket of four places; when all
 * are taken, the one that was filled first is given to the newcomer. No pointers, no clock: a lookup touches two lines.
 */
#ifndef NP_PREDICT_LAYER_CACHE_H
#define NP_PREDICT_LAYER_CACHE_H

#include <neuralpower/platform.h>

enum { NP_CACHE_WAYS = 4, NP_CACHE_WORDS = 19 /* the fields of a configuration and the bytes */ };

/* A configuration and the bytes it moves, without the gaps that a struct may have. */
typedef struct np_cache_key {
	int64_t word[NP_CACHE_WORDS];
} np_cache_key;

typedef struct np_cache_entry {
	np_cache_key key;
	np_estimate estimate;
} np_cache_entry;

typedef struct np_cache_bucket {
	uint32_t tag[NP_CACHE_WAYS]; /* a part of the hash; 0 = empty */
	uint32_t next;               /* the place to fill next */
} np_cache_bucket;

typedef struct np_layer_cache {
	np_cache_bucket *buckets;
	np_cache_entry *entries; /* NP_CACHE_WAYS for each bucket */
	uint64_t mask;           /* buckets - 1 */
	int kept;
} np_layer_cache;

np_status np_layer_cache_create(np_layer_cache *cache, int layers, np_error *err) NP_MUST_CHECK;
void np_layer_cache_free(np_layer_cache *cache);

np_cache_key np_layer_cache_key(const np_layer_config *config, int64_t bytes);
/* The entry of a key; `*found` says whether it was there. A new one has its key, its estimate is the caller's to fill. */
np_estimate *np_layer_cache_take(np_layer_cache *cache, const np_cache_key *key, bool *found);

#endif
