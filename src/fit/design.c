/* The design matrix of the paper's models, written out for other tools. */
#include "base/error.h"
#include "base/text.h"
#include "features/terms.h"
#include "fit/folds.h"
#include "fit/sample.h"
#include "text/number.h"

#include <neuralpower/platform.h>

#include <stdlib.h>

enum { FOLDS = 10 };

/* "batch*out_h^2" */
static void write_term_name(np_text *out, const np_feature_set *set, const np_term *term)
{
	char name[NP_FEATURE_NAME];
	for (int i = 0; i < term->factor_count; i++) {
		np_text_printf(out, "%s%s", i ? "*" : ",", np_feature_name(set, term->factors[i].feature, name));
		if (term->factors[i].power > 1)
			np_text_printf(out, "^%d", term->factors[i].power);
	}
}

static void write_number(np_text *out, double value)
{
	char number[NP_NUMBER_SIZE];
	np_text_printf(out, ",%s", np_number_write(value, number));
}

/* A row of the data set that belongs to the sample; those that do not are passed over in the same way as by the sample. */
static bool belongs(const np_row *row, const np_sample *sample)
{
	return np_feature_route(&row->config).kind == sample->kind && row->has[sample->target];
}

static void write_rows(np_text *out, const np_dataset *dataset, const np_sample *sample, const np_term *terms, int count,
                       const int *fold)
{
	for (int i = 0, r = 0; i < np_dataset_row_count(dataset); i++) {
		const np_row *row = np_dataset_row(dataset, i);
		if (!belongs(row, sample))
			continue;
		np_text_printf(out, "%d,%d,%d", row->file, row->line, fold[r]);
		write_number(out, sample->target_values[r]);
		for (int t = 0; t < count; t++)
			write_number(out, np_term_value(&terms[t], np_sample_features(sample, r)));
		np_text_puts(out, "\n");
		r++;
	}
}

static np_status write_design(np_text *out, const np_dataset *dataset, const np_sample *sample, int degree, uint64_t seed,
                              np_error *err)
{
	int count = np_terms_paper(sample->set, sample->target, degree, NULL, 0);
	if (count > NP_MAX_TERMS)
		return np_fail(err, NP_ERR_ARGUMENT, "%s %s: degree %d has %d terms, at most %d were expected",
		               np_kind_name(sample->kind), np_target_name(sample->target), degree, count, NP_MAX_TERMS);
	np_term *terms = calloc((size_t)count, sizeof *terms);
	int *fold = calloc((size_t)sample->rows, sizeof *fold);
	np_status status = NP_OK;
	if (!terms || !fold || !np_folds_deal(sample->rows, FOLDS, seed, NULL, fold)) {
		status = np_fail_memory(err);
	} else {
		np_terms_paper(sample->set, sample->target, degree, terms, count);
		np_text_printf(out, "file,line,fold,%s", np_target_name(sample->target));
		for (int t = 0; t < count; t++)
			write_term_name(out, sample->set, &terms[t]);
		np_text_puts(out, "\n");
		write_rows(out, dataset, sample, terms, count, fold);
	}
	free(terms);
	free(fold);
	return status;
}

static np_status write_sample(np_text *out, const np_dataset *dataset, const np_design_options *options, np_feature_list list,
                              np_error *err)
{
	int degree = options->degree ? options->degree : options->target == NP_POWER ? 2 : 3;
	np_sample sample;
	np_status status = np_sample_take(np_dataset_row(dataset, 0), np_dataset_row_count(dataset), options->kind, list,
	                                  options->target, NP_BY_ROW, &sample, err);
	if (status == NP_OK && !sample.rows)
		status = np_fail(err, NP_ERR_DATA, "no row of type %s has a %s", np_kind_name(sample.kind),
		                 np_target_name(sample.target));
	if (status == NP_OK)
		status = write_design(out, dataset, &sample, degree, options->seed ? options->seed : 1, err);
	np_sample_free(&sample);
	return status;
}

np_status np_design_write(const np_dataset *dataset, const np_design_options *options, char **text, size_t *size, np_error *err)
{
	np_feature_list list;
	np_text out = {0};
	*text = NULL;
	if (!np_feature_set_of(options->kind) || (options->target != NP_RUNTIME && options->target != NP_POWER))
		return np_fail(err, NP_ERR_ARGUMENT,
		               "a layer type that can be learned and runtime_ms or power_w were expected");
	if (options->degree < 0 || options->degree > NP_MAX_FACTORS)
		return np_fail(err, NP_ERR_ARGUMENT, "degree %d: 1 to %d was expected", options->degree, NP_MAX_FACTORS);
	if (!np_feature_list_find(options->features, &list))
		return np_fail(err, NP_ERR_ARGUMENT, "unknown features '%s': authors or text was expected", options->features);
	np_status status = write_sample(&out, dataset, options, list, err);
	if (status == NP_OK && !(*text = np_text_take(&out, size)))
		status = np_fail_memory(err);
	np_text_free(&out);
	return status;
}
