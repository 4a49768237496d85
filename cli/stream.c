/* neuralpower predict --stream: networks line by line, in the memory of one. */
#include "cli.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* How a result is written: CSV, or JSON with --json. */
typedef struct writer {
	sink to;
	bool json;
} writer;

enum { DIGITS = 12 };

/*
 * Twelve digits: the C library's exact printing would take longer than the prediction. Numbers far from 1 are left to it.
 */
static char *put_number(char *to, double value)
{
	static const double POWERS[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
	if (!(value >= 1e-3 && value < 1e11))
		return to + sprintf(to, "%.*g", DIGITS, value);
	int whole = 1, decimals;
	while (whole < 11 && value >= POWERS[whole])
		whole++;
	decimals = DIGITS - whole;
	if (value < 1) /* up to two zeros behind the point do not count */
		decimals += value < 0.01 ? 3 : value < 0.1 ? 2 : 1;
	uint64_t scaled = (uint64_t)(value * POWERS[decimals] + 0.5);
	char digits[24];
	int count = 0;
	while (scaled || count <= decimals) {
		digits[count++] = (char)('0' + scaled % 10);
		scaled /= 10;
	}
	int last = 0;
	while (last < decimals && digits[last] == '0')
		last++;
	while (count > last) {
		*to++ = digits[--count];
		if (count == decimals && last < decimals)
			*to++ = '.';
	}
	return to;
}

/* The quantities of a line, in order. */
static int list_values(const np_totals *t, np_value values[4])
{
	values[0] = t->runtime_ms;
	values[1] = t->power_w;
	values[2] = t->energy_mj;
	values[3] = t->energy_per_item_mj;
	return 4;
}

/* A name as CSV or JSON wants it. */
static void put_name(const writer *w, const char *name)
{
	bool plain = strcspn(name, "\",\n\r") == strlen(name) && (!w->json || strcspn(name, "\\") == strlen(name));
	for (const char *c = name; w->json && *c; c++)
		plain &= (unsigned char)*c >= 0x20;
	if (plain) {
		fprintf(w->to.file, w->json ? "\"%s\"" : "%s", name);
		return;
	}
	fputc('"', w->to.file);
	for (const char *c = name; *c; c++) {
		if (w->json && ((unsigned char)*c < 0x20 || *c == '"' || *c == '\\'))
			fprintf(w->to.file, "\\u%04x", (unsigned)(unsigned char)*c);
		else
			fprintf(w->to.file, *c == '"' ? "\"\"" : "%c", *c);
	}
	fputc('"', w->to.file);
}

static void put_result(const writer *w, const np_network *network, int64_t line, const np_totals *totals)
{
	static const char *const KEYS[] = {"\"runtime_ms\":", "\"power_w\":", "\"energy_mj\":", "\"energy_per_item_mj\":"};
	char text[512], *to = text;
	np_value values[4];
	int count = list_values(totals, values);
	fputs(w->json ? "{\"network\":" : "", w->to.file);
	put_name(w, np_network_name(network));
	for (int i = 0; i < count; i++) {
		*to++ = ',';
		if (w->json)
			to = stpcpy(to, KEYS[i]);
		if (values[i].has)
			to = put_number(to, values[i].value);
		else if (w->json)
			to = stpcpy(to, "null");
	}
	to += sprintf(to, w->json ? ",\"line\":%lld}\n" : ",%lld\n", (long long)line);
	fwrite(text, 1, (size_t)(to - text), w->to.file);
}

/* ---- a stream ---- */

typedef struct counts {
	int64_t networks, layers, bad;
} counts;

/* Lines that cannot be read are named, and the others go on. */
static int predict_lines(const writer *w, np_stream *stream, np_predictor *predictor, counts *c)
{
	const np_network *network;
	np_totals totals;
	for (;;) {
		np_error err = {0};
		np_status status = np_stream_next(stream, &network, &err);
		if (status == NP_OK && !network)
			return EXIT_FINE;
		if (status == NP_OK)
			status = np_predictor_network(predictor, network, &totals, &err);
		if (status == NP_ERR_IO || status == NP_ERR_MEMORY)
			return complain_error(&err);
		if (status != NP_OK) {
			complain_error(&err);
			c->bad++;
			continue;
		}
		put_result(w, network, np_stream_line(stream), &totals);
		c->networks++;
		c->layers += np_network_layer_count(network);
		if (ferror(w->to.file))
			return complain_write(w->to.name);
	}
}

static void show_statistics(const np_predictor *predictor, const counts *c, double seconds)
{
	np_predictor_statistics s;
	np_predictor_counts(predictor, &s);
	complain("%lld networks, %lld layers, %.3f s: %.0f networks per second; %.1f %% of %lld layers with a cost were known",
	         (long long)c->networks, (long long)c->layers, seconds, seconds > 0 ? (double)c->networks / seconds : 0,
	         s.asked ? 100 * (double)s.found / (double)s.asked : 0, (long long)s.asked);
}

static int run(const arguments *args, const writer *w, const np_platform *platform)
{
	const np_load_options options = {.batch = args->batch_count ? args->batches[0] : 0};
	np_error err = {0};
	np_stream *stream = NULL;
	np_predictor *predictor = NULL;
	counts c = {0};
	int status;
	if (np_stream_open(args->stream, &options, &stream, &err) != NP_OK ||
	    np_predictor_create(platform, 0, &predictor, &err) != NP_OK) {
		status = complain_error(&err);
	} else {
		clock_t begin = clock();
		if (!w->json)
			fputs("network,runtime_ms,power_w,energy_mj,energy_per_item_mj,line\n", w->to.file);
		status = predict_lines(w, stream, predictor, &c);
		if (args->statistics)
			show_statistics(predictor, &c, (double)(clock() - begin) / CLOCKS_PER_SEC);
	}
	if (c.bad) {
		complain("%s: %lld of %lld lines could not be predicted", args->stream, (long long)c.bad,
		         (long long)(c.bad + c.networks));
		status = status == EXIT_FINE ? EXIT_BAD_INPUT : status;
	}
	np_predictor_free(predictor);
	np_stream_close(stream);
	return status;
}

static int complain_usage(const char *what)
{
	complain("--stream %s", what);
	return EXIT_USAGE;
}

static const char *output_path(const arguments *args)
{
	const char *path = args->json.asked ? args->json.path : args->csv.path;
	return path ? path : args->out;
}

int predict_stream(const arguments *args)
{
	if (args->files.count || args->shapes.count || args->dims.count)
		return complain_usage("takes no network files, no --shape and no --dim");
	if (args->batch_count > 1 || args->platforms.count > 1 || args->html.asked || (args->json.asked && args->csv.asked))
		return complain_usage("takes one batch, one platform and one format, JSON or CSV");
	np_platform *platform;
	writer w = {.json = args->json.asked};
	int status = platform_open_asked(args, &platform);
	if (status != EXIT_FINE)
		return status;
	status = sink_open(output_path(args), &w.to);
	if (status == EXIT_FINE)
		status = sink_close(&w.to, run(args, &w, platform));
	np_platform_free(platform);
	return status;
}
