/*
 * Estimates by layer configuration, as many as fit a table of a fixed size. A layer has a bucket of four places; when all
 * are taken, the one that was filled first is given to the newcomer. No pointers, no clock: a lookup touches few lines, and
 * several lookups wait for memory together when all are sought before the first is taken.
 */
#ifndef NP_PREDICT_LAYER_CACHE_H
#define NP_PREDICT_LAYER_CACHE_H

#include "predict/predict_impl.h"

enum { NP_CACHE_WAYS = 4, NP_CACHE_WORDS = 19 /* the fields of a configuration and the bytes */ };

/* A configuration and the bytes it moves, without the gaps that a struct may have. */
typedef struct np_cache_key {
	int64_t word[NP_CACHE_WORDS];
} np_cache_key;

typedef struct np_cache_entry {
	np_cache_key key;
	np_estimate estimate;
	np_spreads spreads;
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

/* A key, and where it is looked for. */
typedef struct np_cache_place {
	np_cache_key key;
	uint64_t hash;
} np_cache_place;
/* Begins to fetch what np_layer_cache_take() will look at. */
void np_layer_cache_seek(const np_layer_cache *cache, const np_layer_config *config, int64_t bytes, np_cache_place *place);
/* The entry of a key; `*found` says whether it was there. A new one has its key, the rest is the caller's to fill. */
np_cache_entry *np_layer_cache_take(np_layer_cache *cache, const np_cache_place *place, bool *found);

#endif
