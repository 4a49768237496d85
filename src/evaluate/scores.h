/* Pairs of prediction and measurement, gathered by group; and evaluations under construction. */
#ifndef NP_EVALUATE_SCORES_H
#define NP_EVALUATE_SCORES_H

#include <neuralpower/evaluate.h>

/* Zero-initialise; free with np_pairs_free(). */
typedef struct np_pairs {
	double *predicted, *actual;
	int *line; /* of the data */
	int count, capacity;
	int with_interval, inside; /* rows with an interval, and those whose measurement lay in it */
	int out_of_range;
} np_pairs;

np_status np_pairs_add(np_pairs *pairs, double predicted, double actual, int line, np_error *err) NP_MUST_CHECK;
/* The same, and whether the measurement lies in the prediction's interval. */
np_status np_pairs_add_value(np_pairs *pairs, const np_value *predicted, double actual, int line, np_error *err) NP_MUST_CHECK;
/* Share of rows with an interval that lay in it; NAN without. */
double np_pairs_coverage(const np_pairs *pairs);
void np_pairs_free(np_pairs *pairs);
np_status np_pairs_accuracy(const np_pairs *pairs, np_accuracy *accuracy, np_error *err) NP_MUST_CHECK;

/* An empty evaluation with room for scores, NULL when memory is short. Texts are copied by the two functions below. */
np_evaluation *np_evaluation_create(const char *data, int layers, int networks);
/* A copy of a text that lives as long as the evaluation; NULL when memory is short. */
const char *np_evaluation_text(np_evaluation *evaluation, const char *text);
/* Copies of the pairs, at most NP_POINTS_MOST of them, evenly spread, that live as long as the evaluation. */
np_status np_evaluation_points(np_evaluation *evaluation, const np_pairs *pairs, np_points *points,
                               np_error *err) NP_MUST_CHECK;
/* Adds a line of the summary, unless there are no pairs. */
np_status np_evaluation_summarise(np_evaluation *evaluation, const char *target, const np_pairs *pairs,
                                  np_error *err) NP_MUST_CHECK;

#endif
