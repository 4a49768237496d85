/*
 * What a campaign has measured so far: read from the file that it continues, added to as it goes. Says what is done, sums
 * networks' layers, and how well repeats agree.
 */
#ifndef NP_MEASURE_HISTORY_H
#define NP_MEASURE_HISTORY_H

#include "dataset/labels.h"
#include "measure/record.h"

/* Texts are labels: the same text is the same pointer. */
typedef struct np_entry {
	const char *name, *network; /* of layers: the layer's text and its network; of networks: the network, its batch */
	const char *algo;
	int64_t pass;
	double runtime_ms, power_w; /* NAN = not measured */
	bool dropped;               /* flagged so that a fit passes over it */
	bool contended;             /* others used the device meanwhile */
	bool flagged;               /* by these or by anything else */
	bool anchor;
	double at_s; /* when, by the campaign's clock; NAN for what was read */
} np_entry;

typedef struct np_history {
	np_arena arena;
	np_labels labels;
	np_entry *entries;
	int count, capacity;
	/* Of the rows that were read, to compare with the device at hand; NULL when there were none. */
	const char *device, *software, *dtype;
	int64_t threads;
} np_history;

/* Start with a zeroed history. NP_ERR_DATA when the file's rows are not of one device, software and dtype. */
np_status np_history_read(np_history *history, const char *path, bool networks, np_error *err) NP_MUST_CHECK;
np_status np_history_add(np_history *history, const np_record *record, const char *name, const char *network, unsigned flags,
                         double at_s, np_error *err) NP_MUST_CHECK;
/* The entry of a name in a network in a pass; NULL when it is still to be measured. */
const np_entry *np_history_find(const np_history *history, const char *name, const char *network, int64_t pass);
/* The medians over passes, of unflagged rows if there are any; false when it was not measured. power_w may be NAN. */
bool np_history_value(np_history *history, const char *name, const char *network, double *runtime_ms, double *power_w);
void np_history_free(np_history *history);

/* How well two passes agree: |a - b| / mean over the layers that are unflagged in both; NAN without any. */
typedef struct np_agreement {
	int pairs;
	double runtime_median, runtime_p90, power_median, power_p90;
} np_agreement;
np_status np_history_agreement(const np_history *history, np_agreement *agreement, np_error *err) NP_MUST_CHECK;

/* How the anchors of this run drifted: least-squares slopes; NAN with fewer than three. */
typedef struct np_drift {
	int anchors;
	double runtime_per_h; /* as a share */
	double power_w_per_h;
	double runtime_spread; /* (largest - smallest) / median */
} np_drift;
np_drift np_history_drift(const np_history *history);

#endif
