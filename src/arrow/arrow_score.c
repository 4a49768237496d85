/* A record batch in, a record batch out: one reader and one network, used again for every row. */
#include <neuralpower/arrow.h>

#include "arrow/arrow_results.h"
#include "arrow/arrow_texts.h"
#include "base/error.h"
#include "netjson/netjson.h"

#include <stdlib.h>

enum { LONGEST_TEXT = 1 << 20 };

typedef struct scorer {
	np_predictor *predictor;
	const char *column;
	np_load_options options;
	np_netjson reader;
	np_network *network;
	char *spare; /* for the texts within a row's text */
	size_t spare_size;
} scorer;

static np_status make_room(scorer *s, size_t size, np_error *err)
{
	if (size <= s->spare_size)
		return NP_OK;
	char *larger = realloc(s->spare, 2 * size);
	if (!larger)
		return np_fail_memory(err);
	s->spare = larger;
	s->spare_size = 2 * size;
	return NP_OK;
}

static np_status predict_text(scorer *s, const char *text, int64_t size, np_totals *totals, np_error *err)
{
	if (!text)
		return np_fail(err, NP_ERR_DATA, "the row is null");
	if (size > LONGEST_TEXT)
		return np_fail(err, NP_ERR_LIMIT, "the network has more than %d bytes", LONGEST_TEXT);
	NP_TRY(make_room(s, (size_t)size, err));
	np_scan scan = np_scan_on(text, (size_t)size, s->spare, 1, err);
	NP_TRY(np_netjson_next(&s->reader, scan, s->column, &s->options, s->network));
	return np_predictor_network(s->predictor, s->network, totals, err);
}

static np_status score_row(scorer *s, const np_arrow_texts *texts, int64_t row, np_arrow_results *results, np_error *err)
{
	const char *text;
	char message[1024];
	int64_t size;
	np_totals totals;
	np_error bad = {0};
	NP_TRY(np_arrow_texts_row(texts, row, &text, &size, err));
	np_status status = predict_text(s, text, size, &totals, &bad);
	if (status == NP_ERR_MEMORY)
		return np_fail_memory(err);
	if (status == NP_OK) {
		np_arrow_results_totals(results, row, &totals);
		return NP_OK;
	}
	np_error_set_path(&bad, s->column);
	return np_arrow_results_error(results, row, np_error_format(&bad, message, sizeof message), err);
}

static np_status score_rows(scorer *s, const np_arrow_texts *texts, struct ArrowArray *array, np_error *err)
{
	np_arrow_results results;
	NP_TRY(np_arrow_results_create(texts->rows, &results, err));
	np_status status = np_network_create("", &s->network, err);
	for (int64_t row = 0; row < texts->rows && status == NP_OK; row++)
		status = score_row(s, texts, row, &results, err);
	if (status == NP_OK)
		status = np_arrow_results_export(&results, array, err);
	np_arrow_results_free(&results);
	np_network_free(s->network);
	np_netjson_free(&s->reader);
	free(s->spare);
	return status;
}

np_status np_arrow_score(np_predictor *predictor, const struct ArrowSchema *schema, const struct ArrowArray *batch,
                         const np_arrow_options *options, struct ArrowArray *results, np_error *err)
{
	const np_arrow_options o = options ? *options : (np_arrow_options){0};
	scorer s = {.predictor = predictor, .column = o.column ? o.column : "network", .options = {.batch = o.batch}};
	np_arrow_texts texts;
	*results = (struct ArrowArray){0};
	NP_TRY(np_arrow_texts_open(schema, batch, s.column, &texts, err));
	return score_rows(&s, &texts, results, err);
}
