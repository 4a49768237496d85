/*
 * Baselines: what a device's data sheet alone says about a network, without a measurement of that device. A sheet and a
 * method make an ordinary platform, so whatever takes a platform takes these.
 *
 * Ownership: free the platform with np_platform_free(); what is asked of it is borrowed until then.
 */
#ifndef NEURALPOWER_BASELINE_H
#define NEURALPOWER_BASELINE_H

#include <neuralpower/platform.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The figures of a device, 0 or "" where unknown. Peak and bandwidth are as the vendor prints them: fp32 GFLOP/s with a
 * fused multiply-add counted as two, decimal GB/s.
 */
typedef struct np_sheet {
	const char *name, *device;
	const char *kind; /* "gpu" or "cpu" */
	double peak_gflops, bandwidth_gbs;
	double clock_mhz;
	double idle_w, limit_w; /* limit: the power limit, TDP or board power that the vendor states */
	double memory_gib;
	double year, process_nm;
	double paleo_peak_gflops, paleo_clock_mhz; /* what Paleo's own device table has instead */
	double percent_of_peak;                    /* of Paleo: a fraction, 1 unless said */
	const char *note;
	const char *source; /* where each figure is published */
} np_sheet;

/* The methods, by index: "paleo", "roofline"; NULL past the last. */
NP_API const char *np_baseline_method(int index);
/* One line on a method; NULL when there is none of that name. */
NP_API const char *np_baseline_help(const char *method);

/*
 * A platform from a data sheet file. Paleo (Qi et al. 2017) adds the time of all operations at the peak rate and of all
 * bytes at the full bandwidth, and says nothing of power; the roofline reaches a share of either that depends on the layer,
 * and has power and intervals. NP_ERR_ARGUMENT when there is no such method.
 */
NP_API np_status np_platform_from_sheet(const char *path, const char *method, np_platform **platform,
                                        np_error *err) NP_MUST_CHECK;

/* The same, with figures that stand in for those of the file where they are not 0; without a file when `path` is NULL. */
NP_API np_status np_platform_from_figures(const char *path, const np_sheet *figures, const char *method, np_platform **platform,
                                          np_error *err) NP_MUST_CHECK;

/* The data sheet a platform was made from; NULL for a learned one. */
NP_API const np_sheet *np_platform_sheet(const np_platform *platform);
/* "paleo" or "roofline"; "model" for a learned one. */
NP_API const char *np_platform_method(const np_platform *platform);

#ifdef __cplusplus
}
#endif
#endif
