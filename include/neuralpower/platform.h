/*
 * A platform: a device with its software, and the models learned from layers measured on it.
 *
 * Ownership: free with np_platform_free(). Immutable after load or fit, so threads may share it.
 */
#ifndef NEURALPOWER_PLATFORM_H
#define NEURALPOWER_PLATFORM_H

#include <neuralpower/dataset.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct np_platform np_platform;

/* No model has more terms, nor more to choose from: degrees of a polynomial that would are not tried. */
enum { NP_MAX_TERMS = 1024 };

/* How a platform is learned. Zero-initialise for the defaults. */
typedef struct np_fit_options {
	const char *method; /* NULL = "default"; np_fit_method() lists them */
	const char *name;   /* NULL = derived from the device */
	uint64_t seed;      /* of the folds; 0 = 1 */
	int threads;        /* 0 = 1; the result does not depend on it */
	const char *group;  /* what stays in one fold: "row" (NULL), "shape" (a layer at any batch), or "network" (and shape) */
	double idle_power_w, limit_power_w; /* 0 = unknown */
	const char *features;               /* of method "paper": NULL = "authors"; np_fit_features() lists them */
	int degree;                         /* of method "paper": the highest tried, 1 to 4; 0 = runtime 4, power 2 */
	const char *source;                 /* who measured the rows and under which terms, for the platform file; NULL = "" */
} np_fit_options;

/* The known methods, by index; NULL past the last. */
NP_API const char *np_fit_method(int index);

/* The known lists of features, by index; NULL past the last: "authors" (of their scripts), "text" (of the paper's text). */
NP_API const char *np_fit_features(int index);

/* Learns a platform. NP_ERR_DATA when no layer type has enough rows. */
NP_API np_status np_platform_fit(const np_dataset *dataset, const np_fit_options *options, np_platform **platform,
                                 np_error *err) NP_MUST_CHECK;

/* Which design matrix np_design_write() writes. Zero-initialise for the defaults, but say the kind and the target. */
typedef struct np_design_options {
	np_kind kind;
	np_target target;     /* NP_RUNTIME or NP_POWER */
	int degree;           /* of the paper's polynomial, 1 to 4; 0 = 3 for runtime, 2 for power, as the paper chose */
	uint64_t seed;        /* of the folds; 0 = 1 */
	const char *features; /* NULL = "authors"; np_fit_features() lists them */
} np_design_options;

/*
 * Writes what `fit --method paper` fits as CSV, so that any other tool can check it: for each row with the target that is of
 * the kind (convolutions that cover their input are fc) its line in the data set, its cross-validation fold, the measured
 * target, and every term. free() the terminated text. NP_ERR_DATA when there is no such row, NP_ERR_ARGUMENT when there would
 * be more than NP_MAX_TERMS terms.
 */
NP_API np_status np_design_write(const np_dataset *dataset, const np_design_options *options, char **text, size_t *size,
                                 np_error *err) NP_MUST_CHECK;

/* Reads a platform file; a newer schema is NP_ERR_VERSION. */
NP_API np_status np_platform_load(const char *path, np_platform **platform, np_error *err) NP_MUST_CHECK;
/* Writes it, atomically. Reading it back gives the same predictions, bit for bit. */
NP_API np_status np_platform_save(const np_platform *platform, const char *path, np_error *err) NP_MUST_CHECK;
/* The same text in memory, terminated; free() it. */
NP_API np_status np_platform_write(const np_platform *platform, char **text, size_t *size, np_error *err) NP_MUST_CHECK;
NP_API void np_platform_free(np_platform *platform);

NP_API const char *np_platform_name(const np_platform *platform);
NP_API const char *np_platform_device(const np_platform *platform);
NP_API const char *np_platform_software(const np_platform *platform);
NP_API const char *np_platform_dtype(const np_platform *platform);
/* Who measured the rows it was learned from, and their terms; "" when not said. */
NP_API const char *np_platform_source(const np_platform *platform);
NP_API bool np_platform_has_power(const np_platform *platform);

/* What stayed in one fold when errors were cross-validated: "row", "shape" or "network". */
NP_API const char *np_platform_folds_by(const np_platform *platform);

/*
 * The level of the intervals that estimates and predictions have: 0.9, unless set. Set it, from 0.5 to 0.99, before the
 * platform is shared between threads; a layer whose model saw too few rows for a level has no interval there.
 */
NP_API double np_platform_interval(const np_platform *platform);
NP_API np_status np_platform_set_interval(np_platform *platform, double level, np_error *err) NP_MUST_CHECK;

/* How well, and on what, the intervals of networks' totals were calibrated: totals of networks' layers measured alone. */
typedef struct np_totals_info {
	int networks, totals;                /* 0: errors of a network's layers are assumed to be all alike, the widest case */
	double correlation[NP_TARGET_COUNT]; /* of the layers' errors, 0 to 1 */
} np_totals_info;
NP_API void np_platform_totals(const np_platform *platform, np_totals_info *info);

/*
 * What one model of a platform is, for model cards and reports. A model of energy is the product of those of runtime and
 * power; it has no terms of its own.
 */
typedef struct np_model_info {
	np_kind kind;
	np_target target;
	const char *method, *features; /* features: "authors" or "text"; NULL for other methods than paper */
	int rows, terms, degree;
	double lambda;
	double in_sample_rmspe, in_sample_rmse, cv_rmspe, cv_rmse, cv_mape;
	double interval_factor; /* intervals are value / factor to value x factor; 0 = unknown */
	double cv_coverage;     /* share of rows in 90 % intervals that were calibrated without them; 0 = unknown */
} np_model_info;

NP_API int np_platform_model_count(const np_platform *platform);
NP_API bool np_platform_model(const np_platform *platform, int index, np_model_info *info);

/*
 * One degree that method "paper" considered for one model (Figure 3 of the paper). The errors are of ten-fold
 * cross-validation and of the polynomial itself; a model's own also hold predictions to what was observed. `cv_rmse` is in
 * ms or W and is what the degree is chosen by: the root of the mean over folds of their mean square errors.
 */
typedef struct np_degree_info {
	np_kind kind;
	np_target target;
	const char *features;
	int degree;
	int offered;     /* terms to choose from; more than NP_MAX_TERMS were not tried */
	bool tried;      /* else what follows is not known */
	int terms;       /* kept by the Lasso, the intercept among them: the model size */
	double cv_rmse;  /* ms or W */
	double cv_rmspe; /* fraction */
	bool chosen;
} np_degree_info;

/* By model, then degree. Only a platform just learned knows them: they are not part of its file, and then there are none. */
NP_API int np_platform_degree_count(const np_platform *platform);
NP_API bool np_platform_degree(const np_platform *platform, int index, np_degree_info *info);

/* Where an estimate comes from. */
typedef enum np_source_kind {
	NP_FROM_MODEL,    /* a learned model of the layer's kind */
	NP_FROM_FALLBACK, /* bytes moved over the platform's observed bandwidth, at its observed power */
	NP_FREE,          /* no work at inference */
	NP_FROM_FORMULA,  /* a formula over the figures of a data sheet (baseline.h) */
} np_source_kind;
NP_API const char *np_source_name(np_source_kind source); /* "model", "fallback", "free", "formula" */

/* A value with its interval; has = false means unknown, never zero. */
typedef struct np_value {
	double value, low, high;
	bool has, has_interval;
} np_value;

/* The estimate for one layer, per forward pass of the whole batch. */
typedef struct np_estimate {
	np_value runtime_ms, power_w, energy_mj;
	np_source_kind source;       /* of the runtime */
	np_source_kind power_source; /* of the power */
	bool clamped;                /* a model answered below the platform's floor, the floor was taken */
	const char *extrapolated; /* the feature that left its training range, NULL when none did; borrowed from the platform */
} np_estimate;

/*
 * Estimates one layer. `config` may be NULL when the layer has none; `bytes` is what the layer reads and writes in all.
 * energy_mj = runtime_ms x power_w exactly (the mean energy of Equation 5 for one layer).
 */
NP_API void np_platform_estimate(const np_platform *platform, const np_layer_config *config, int64_t bytes,
                                 np_estimate *estimate);

#ifdef __cplusplus
}
#endif
#endif
