/*
 * Evaluation: predictions beside measurements, of layers, of whole networks, or of any two columns of numbers.
 *
 * Ownership: free with np_evaluation_free(). An evaluation refers to what it was made from: keep that until then.
 */
#ifndef NEURALPOWER_EVALUATE_H
#define NEURALPOWER_EVALUATE_H

#include <neuralpower/predict.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far predictions are from measurements. Fractions, but for rmse, which has the target's unit. */
typedef struct np_accuracy {
	int rows;
	double rmspe;        /* sqrt(mean(((predicted - actual) / actual)^2)) */
	double rmse;         /* sqrt(mean((predicted - actual)^2)) */
	double mape;         /* mean(|predicted - actual| / actual) */
	double median_ape;   /* the median of the same */
	double within_10pct; /* share of rows with |predicted - actual| <= 0.1 actual */
} np_accuracy;

/* All of the above for `rows` pairs, actual > 0; rows = 0 gives zeros. NP_ERR_MEMORY at most. */
NP_API np_status np_accuracy_of(const double *predicted, const double *actual, int rows, np_accuracy *accuracy,
                                np_error *err) NP_MUST_CHECK;

/* Rows for pictures: all of a type and target, or of more than NP_POINTS_MOST every second, third... */
enum { NP_POINTS_MOST = 5000 };
typedef struct np_points {
	const double *predicted, *actual;
	const int *line; /* of the data */
	int count;
} np_points;

/* One type of layer and one target. */
typedef struct np_layer_score {
	const char *type;   /* as in the data; "" when it has none */
	const char *target; /* runtime_ms, power_w, energy_mj */
	np_accuracy accuracy;
	int model_size, degree;   /* terms of the model; -1 when there is none: the fallback answered */
	double interval_coverage; /* share of rows whose measurement lay in the interval; NAN when there are no intervals */
	double in_sample_rmspe, cv_rmspe; /* what the platform says of its model on the rows it was learned from; NAN without */
	int out_of_range_rows;            /* rows that left the range the model was learned from */
	np_points points;
} np_layer_score;

/* One whole network and one target. */
typedef struct np_network_score {
	const char *network;
	int64_t batch;
	np_target target;
	double predicted, actual, error; /* error = predicted / actual - 1 */
	double low, high;                /* the prediction's interval; NAN when it has none */
	double sum_of_layers;            /* measured one by one at this batch; NAN when they were not */
} np_network_score;

typedef struct np_target_summary {
	const char *target;
	np_accuracy accuracy;     /* over all layers, or over all networks when there are any */
	double interval_coverage; /* as of layers */
} np_target_summary;

typedef struct np_evaluation {
	const np_platform *platform; /* NULL for a table of predictions from elsewhere */
	const char *data;            /* where the measurements came from */
	np_layer_score *layers;
	int layer_count;
	np_network_score *networks;
	int network_count;
	np_target_summary summary[NP_TARGET_COUNT];
	int summary_count;
} np_evaluation;

/* Every row of a data set against a platform, by type and target. */
NP_API np_status np_evaluate_layers(const np_platform *platform, const np_dataset *dataset, np_evaluation **evaluation,
                                    np_error *err) NP_MUST_CHECK;

/*
 * Whole networks: predictions[i] belongs to row i of `rows`, NULL where a row has no network file. `layers` (may be NULL)
 * holds the networks' layers measured alone: their sum is set beside.
 */
NP_API np_status np_evaluate_networks(const np_prediction *const *predictions, const np_network_rows *rows,
                                      const np_dataset *layers, np_evaluation **evaluation, np_error *err) NP_MUST_CHECK;

/*
 * A CSV file with columns `predicted` and `actual`, and where it has them `layer_type` and `target`, by which rows are
 * then grouped.
 */
NP_API np_status np_evaluate_table(const char *path, np_evaluation **evaluation, np_error *err) NP_MUST_CHECK;

NP_API void np_evaluation_free(np_evaluation *evaluation);

#ifdef __cplusplus
}
#endif
#endif
