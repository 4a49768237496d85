/* Reports: what was found, as text for people or for programs. */
#ifndef NEURALPOWER_REPORT_H
#define NEURALPOWER_REPORT_H

#include <neuralpower/baseline.h>
#include <neuralpower/check.h>
#include <neuralpower/doctor.h>
#include <neuralpower/evaluate.h>
#include <neuralpower/measure.h>
#include <neuralpower/rank.h>
#include <neuralpower/sweep.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum np_report_format {
	NP_REPORT_TABLE, /* for a terminal */
	NP_REPORT_JSON,
	NP_REPORT_CSV,
	NP_REPORT_SVG,  /* a picture, for np_report_degrees(); NP_ERR_ARGUMENT for the others */
	NP_REPORT_HTML, /* one web page that needs no other file, of predictions, evaluations and degrees */
} np_report_format;

typedef struct np_report_options {
	np_report_format format;
	int width;    /* columns of the terminal; 0 = 80 */
	bool color;   /* escape sequences in tables */
	bool ascii;   /* no characters outside ASCII in tables */
	bool verbose; /* every layer in tables, free ones too; every row in JSON of evaluations */
} np_report_options;

/*
 * Each writes one report on `count` subjects (JSON: one object for one, an array for several; CSV: one header) into a
 * new terminated text that the caller frees with free(). `options` may be NULL: a plain table.
 */
NP_API np_status np_report_inspect(const np_network *const *networks, int count, const np_report_options *options, char **text,
                                   size_t *size, np_error *err) NP_MUST_CHECK;
NP_API np_status np_report_predict(const np_prediction *const *predictions, int count, const np_report_options *options,
                                   char **text, size_t *size, np_error *err) NP_MUST_CHECK;
NP_API np_status np_report_evaluation(const np_evaluation *const *evaluations, int count, const np_report_options *options,
                                      char **text, size_t *size, np_error *err) NP_MUST_CHECK;
NP_API np_status np_report_platforms(const np_platform *const *platforms, int count, const np_report_options *options,
                                     char **text, size_t *size, np_error *err) NP_MUST_CHECK;

/*
 * A prediction as an attachment for Netron ("signature": "netron:attachment"): open the model, then the file, whose name must
 * end in .json, beside it. A layer whose name another layer has too gets no figures: Netron could not tell them apart.
 */
NP_API np_status np_report_netron(const np_prediction *prediction, char **text, size_t *size, np_error *err) NP_MUST_CHECK;
/*
 * Predictions in the Trace Event Format of Chromium and Perfetto: a process each, its layers one after the other, and
 * counters of power and of the energy so far.
 */
NP_API np_status np_report_trace(const np_prediction *const *predictions, int count, char **text, size_t *size,
                                 np_error *err) NP_MUST_CHECK;

/* One network by several methods and platforms side by side. Everything is borrowed. */
typedef struct np_comparison {
	const np_network *network;
	const np_prediction *const *predictions; /* one per column, all of this network */
	int count;
	double actual[NP_TARGET_COUNT]; /* measured, ms, W, mJ */
	bool has_actual[NP_TARGET_COUNT];
} np_comparison;

/* Where the methods see the time go, per layer and in all, beside the layers' shares of the FLOPs. */
NP_API np_status np_report_compare(const np_comparison *comparisons, int count, const np_report_options *options, char **text,
                                   size_t *size, np_error *err) NP_MUST_CHECK;
/* The degrees that were considered while this platform was learned (np_platform_degree()); nothing in it for others. */
NP_API np_status np_report_degrees(const np_platform *platform, const np_report_options *options, char **text, size_t *size,
                                   np_error *err) NP_MUST_CHECK;
NP_API np_status np_report_ranking(const np_ranking *const *rankings, int count, const np_report_options *options, char **text,
                                   size_t *size, np_error *err) NP_MUST_CHECK;
NP_API np_status np_report_sweep(const np_sweep *const *sweeps, int count, const np_report_options *options, char **text,
                                 size_t *size, np_error *err) NP_MUST_CHECK;
/*
 * A check: every value beside its limit. JSON can be the baseline of a later check.
 */
NP_API np_status np_report_check(const np_check *check, const np_report_options *options, char **text, size_t *size,
                                 np_error *err) NP_MUST_CHECK;
/* The same as JUnit XML: a suite, a test case per value. */
NP_API np_status np_report_check_junit(const np_check *check, char **text, size_t *size, np_error *err) NP_MUST_CHECK;
/* The same as GitHub's workflow commands, a line per failure, warning or notice; "" when there is nothing to say. */
NP_API np_status np_report_check_github(const np_check *check, char **text, size_t *size, np_error *err) NP_MUST_CHECK;
/* How a campaign went; table or JSON, there is no CSV of it. */
NP_API np_status np_report_measure(const np_measure_result *result, const np_report_options *options, char **text, size_t *size,
                                   np_error *err) NP_MUST_CHECK;
/* What np_doctor() found, and how many devices. */
NP_API np_status np_report_doctor(const np_findings *findings, int devices, const np_report_options *options, char **text,
                                  size_t *size, np_error *err) NP_MUST_CHECK;

/* The library's version and what np_capabilities() found. */
NP_API np_status np_report_version(const np_findings *findings, const np_report_options *options, char **text, size_t *size,
                                   np_error *err) NP_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
