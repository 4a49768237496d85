/* Why a measured row may not be trusted: one table, a bit each, the names that stand in the column `flags`. */
#ifndef NP_DATASET_FLAGS_H
#define NP_DATASET_FLAGS_H

#include "base/text.h"

/* Enumerator, name, whether a fit passes the row over, what it means. */
#define NP_FLAG_MAP(X)                                                                                        \
	X(NOISY, "noisy", false, "the stop rule was not met within the row's time")                           \
	X(LAUNCH_BOUND, "launch_bound", false, "launching takes longer than the layer")                       \
	X(CLOCK_MOVED, "clock_moved", false, "the clock differs by more than 2 % between start and end")      \
	X(THR_POWER, "thr_power", true, "slowed down at the power limit")                                     \
	X(THR_THERMAL, "thr_thermal", true, "slowed down by heat")                                            \
	X(THR_HW, "thr_hw", true, "slowed down by the hardware")                                              \
	X(SRC_DISAGREE, "src_disagree", true, "energy counter and power reading differ by more than 5 %")     \
	X(AVG_DISAGREE, "avg_disagree", false, "the slow average differs from the counter by more than 10 %") \
	X(ALIAS_RISK, "alias_risk", false, "calls are long beside the meter's samples, and there are few")    \
	X(SHARED_GPU, "shared_gpu", true, "another process works on the device")                              \
	X(MIG, "mig", true, "the device is partitioned: the board's power is not this process's")             \
	X(ALGO_CHANGED, "algo_changed", false, "another algorithm than in an earlier pass")                   \
	X(CONTENDED, "contended", false, "other processes took the processor: wall time exceeds CPU time")    \
	X(REF_IMPL, "ref_impl", true, "a slow reference implementation ran, not an optimised one")            \
	X(ANCHOR, "anchor", true, "one layer measured again and again to watch for drift; no row of its own") \
	X(SHORT_WINDOW, "short_window", false, "fewer meter ticks than wanted")

enum {
#define NP_FLAG_INDEX(name, text, drop, help) NP_FLAG_INDEX_##name,
	NP_FLAG_MAP(NP_FLAG_INDEX)
#undef NP_FLAG_INDEX
	        NP_FLAG_COUNT
};
typedef enum np_flag {
#define NP_FLAG_BIT(name, text, drop, help) NP_FLAG_##name = 1 << NP_FLAG_INDEX_##name,
	NP_FLAG_MAP(NP_FLAG_BIT)
#undef NP_FLAG_BIT
} np_flag;

/* Whether a fit passes over a row with this column `flags`: names joined by ';', unknown ones of no account. */
bool np_flags_drop(const char *text);
/* Whether the flag of that name is among them. */
bool np_flags_have(const char *text, const char *name);
/* The names of `flags`, joined by ';'. */
void np_flags_write(unsigned flags, np_text *text);

#endif
