/*
 * One platform, a few networks and a data set shared by several threads, each of which predicts, inspects, evaluates and loads
 * again, with a predictor of its own. What each thread gets must be what one thread alone gets, to the last bit. Built with
 * ThreadSanitizer, which finds the races that happen not to show.
 *
 *     share PLATFORM ROWS.csv NETWORK...
 */
#include <neuralpower/neuralpower.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 3, MOST_NETWORKS = 8, ANSWERS = 2 * MOST_NETWORKS + 2 };

/* What is shared, and only read. */
typedef struct common {
	np_platform *platform;
	np_dataset *rows;
	np_network *networks[MOST_NETWORKS];
	const char *platform_path, *paths[MOST_NETWORKS];
	int count;
	char *expected[ANSWERS];
} common;

typedef struct worker {
	const common *shared;
	pthread_t thread;
	np_error err;
	int wrong; /* answers that differ */
} worker;

static const np_report_options AS_JSON = {.format = NP_REPORT_JSON, .verbose = true};

/* ---- the answers: all that a network, or everything at once, has to say ---- */

static np_status answer_network(const np_network *network, const np_platform *platform, char **text, np_error *err)
{
	np_prediction *prediction;
	size_t size;
	*text = NULL;
	np_status status = np_predict(network, platform, &prediction, err);
	if (status != NP_OK)
		return status;
	const np_prediction *subject = prediction;
	status = np_report_predict(&subject, 1, &AS_JSON, text, &size, err);
	np_prediction_free(prediction);
	return status;
}

static np_status answer_inspect(const np_network *network, char **text, np_error *err)
{
	size_t size;
	return np_report_inspect(&network, 1, &AS_JSON, text, &size, err);
}

static np_status answer_evaluation(const common *shared, char **text, np_error *err)
{
	np_evaluation *evaluation;
	size_t size;
	*text = NULL;
	np_status status = np_evaluate_layers(shared->platform, shared->rows, &evaluation, err);
	if (status != NP_OK)
		return status;
	const np_evaluation *subject = evaluation;
	status = np_report_evaluation(&subject, 1, &AS_JSON, text, &size, err);
	np_evaluation_free(evaluation);
	return status;
}

/* Files are read by many at a time, too: what is loaded again answers the same. */
static np_status answer_loaded(const common *shared, char **text, np_error *err)
{
	np_platform *platform;
	np_network *network;
	*text = NULL;
	np_status status = np_platform_load(shared->platform_path, &platform, err);
	if (status != NP_OK)
		return status;
	status = np_network_load(shared->paths[0], NULL, &network, err);
	if (status == NP_OK)
		status = answer_network(network, platform, text, err);
	if (status == NP_OK)
		np_network_free(network);
	np_platform_free(platform);
	return status;
}

/* Answer `index` of ANSWERS; NULL text past what there is. */
static np_status answer(const common *shared, int index, char **text, np_error *err)
{
	*text = NULL;
	if (index < shared->count)
		return answer_network(shared->networks[index], shared->platform, text, err);
	index -= shared->count;
	if (index < shared->count)
		return answer_inspect(shared->networks[index], text, err);
	index -= shared->count;
	if (index == 0)
		return answer_evaluation(shared, text, err);
	return index == 1 ? answer_loaded(shared, text, err) : NP_OK;
}

/* ---- one thread ---- */

static void check_answers(worker *w)
{
	char *text;
	for (int i = 0; i < ANSWERS && w->shared->expected[i]; i++) {
		if (answer(w->shared, i, &text, &w->err) != NP_OK)
			return;
		w->wrong += strcmp(text, w->shared->expected[i]) != 0;
		free(text);
	}
}

/* A predictor is for one thread; the platform below it is everyone's. */
static void check_predictor(worker *w)
{
	np_predictor *predictor;
	np_totals totals;
	np_prediction *prediction;
	if (np_predictor_create(w->shared->platform, 64, &predictor, &w->err) != NP_OK)
		return;
	for (int i = 0; i < w->shared->count && !w->err.status; i++) {
		const np_network *network = w->shared->networks[i];
		if (np_predictor_network(predictor, network, &totals, &w->err) == NP_OK &&
		    np_predict(network, w->shared->platform, &prediction, &w->err) == NP_OK) {
			w->wrong += totals.runtime_ms.value != prediction->runtime_ms.value ||
			            totals.energy_mj.value != prediction->energy_mj.value;
			np_prediction_free(prediction);
		}
	}
	np_predictor_free(predictor);
}

static void *work(void *argument)
{
	worker *w = argument;
	for (int round = 0; round < ROUNDS && !w->err.status; round++) {
		check_answers(w);
		check_predictor(w);
	}
	return NULL;
}

/* ---- the whole ---- */

static np_status prepare(common *shared, int argc, char **argv, np_error *err)
{
	const char *rows = argv[2];
	shared->platform_path = argv[1];
	np_status status = np_platform_load(argv[1], &shared->platform, err);
	if (status == NP_OK)
		status = np_dataset_load(&rows, 1, NULL, &shared->rows, err);
	for (int i = 3; i < argc && shared->count < MOST_NETWORKS && status == NP_OK; i++) {
		shared->paths[shared->count] = argv[i];
		status = np_network_load(argv[i], NULL, &shared->networks[shared->count++], err);
	}
	for (int i = 0; i < ANSWERS && status == NP_OK; i++)
		status = answer(shared, i, &shared->expected[i], err);
	return status;
}

static void discard(common *shared)
{
	for (int i = 0; i < ANSWERS; i++)
		free(shared->expected[i]);
	for (int i = 0; i < shared->count; i++)
		np_network_free(shared->networks[i]);
	np_dataset_free(shared->rows);
	np_platform_free(shared->platform);
}

static int run_threads(const common *shared)
{
	worker workers[THREADS] = {0};
	int wrong = 0;
	char text[1024];
	for (int i = 0; i < THREADS; i++) {
		workers[i].shared = shared;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			abort();
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		if (workers[i].err.status)
			printf("thread %d: %s\n", i, np_error_format(&workers[i].err, text, sizeof text));
		wrong += workers[i].wrong + (workers[i].err.status != NP_OK);
	}
	printf("%d threads, %d rounds, %d networks: %d answers differ from one thread's\n", THREADS, ROUNDS, shared->count,
	       wrong);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	common shared = {0};
	np_error err = {0};
	char text[1024];
	int status = 1;
	if (argc < 4)
		fprintf(stderr, "usage: %s PLATFORM ROWS.csv NETWORK...\n", argv[0]);
	else if (prepare(&shared, argc, argv, &err) != NP_OK)
		fprintf(stderr, "%s\n", np_error_format(&err, text, sizeof text));
	else
		status = run_threads(&shared);
	discard(&shared);
	return status;
}
