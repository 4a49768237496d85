/* What the readers of other programs' files share: the import they fill, and samples that become medians. */
#ifndef NP_PROFILES_PROFILES_H
#define NP_PROFILES_PROFILES_H

#include "base/arena.h"
#include "dataset/row.h"

#include <neuralpower/import.h>

#include <jansson.h>

enum { NP_PROFILE_LARGEST = 256 << 20 };

/* A file being read. */
typedef struct np_profile {
	const char *path, *text;
	const np_import_options *options;
	size_t size;
	json_t *root; /* of JSON files, else NULL */
	np_import *import;
	np_arena *arena;
} np_profile;

/* Copies a row into the import, energy completed. */
np_status np_profile_add_row(np_profile *profile, const np_import_row *row, np_error *err) NP_MUST_CHECK;
np_status np_profile_add_network(np_profile *profile, const np_import_network *network, np_error *err) NP_MUST_CHECK;
/* Counts something that is no row, and says why. */
np_status np_profile_leave_out(np_profile *profile, np_error *err, const char *format, ...) NP_PRINTF(3, 4) NP_MUST_CHECK;
/* A copy that lives as long as the import. */
np_status np_profile_keep(np_profile *profile, const char *text, const char **kept, np_error *err) NP_MUST_CHECK;

/* A row in which nothing is said yet. */
np_raw_row np_profile_blank(void);

/* ---- samples ---- */

typedef struct np_sample {
	const char *name;
	const void *from; /* where it was read, for the caller */
	double runtime_ms, power_w;
	int order;
} np_sample;

/* Zero-initialise. Names are borrowed. */
typedef struct np_samples {
	np_sample *items;
	int count, capacity;
} np_samples;

np_status np_samples_add(np_samples *samples, np_sample sample, np_error *err) NP_MUST_CHECK;
void np_samples_free(np_samples *samples);

/* All samples of one name. */
typedef struct np_timing {
	const char *name;
	const void *from;           /* of the first */
	double runtime_ms, power_w; /* medians */
	int runs;
} np_timing;

typedef np_status np_take_timing(void *context, const np_timing *timing, np_error *err);
/* Hands over each name's medians, in the order in which names came first; reorders the samples. */
np_status np_samples_each(np_samples *samples, bool drop_first, np_take_timing *take, void *context,
                          np_error *err) NP_MUST_CHECK;

/* ---- layers of a TensorRT engine ---- */

typedef struct np_engine np_engine;

/* Reads what --exportLayerInfo wrote. */
np_status np_engine_load(const char *path, np_engine **engine, np_error *err) NP_MUST_CHECK;
void np_engine_free(np_engine *engine);
/*
 * Fills config, dtype and notes of the row for the layer of that name; false with the reason when it has none. The texts
 * live in the engine.
 */
bool np_engine_find(const np_engine *engine, const char *name, np_import_row *row, char *reason, size_t size);

/* ---- the formats ---- */

np_status np_read_onnxruntime(np_profile *profile, np_error *err) NP_MUST_CHECK;
np_status np_read_trtexec(np_profile *profile, np_error *err) NP_MUST_CHECK;
np_status np_read_edgeprofiler(np_profile *profile, np_error *err) NP_MUST_CHECK;
np_status np_read_neurstruc(np_profile *profile, np_error *err) NP_MUST_CHECK;

#endif
