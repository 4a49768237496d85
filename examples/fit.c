/*
 * Learns a platform from measured layers, says how good its models are, keeps it in a file and predicts with it:
 *
 *     cc fit.c $(pkg-config --cflags --libs neuralpower) -o fit
 *     ./fit rows.csv mine.json network.prototxt
 *
 * rows.csv has a row per measured layer: layer_type, batch, in_c, in_h, in_w, out_c, kernel_h, ..., runtime_ms, power_w.
 * Compiles as C and as C++.
 */
#include <neuralpower/neuralpower.h>

#include <stdio.h>
#include <string.h>

static int fail(const np_error *err)
{
	char text[1024];
	fprintf(stderr, "%s\n", np_error_format(err, text, sizeof text));
	return 1;
}

static np_status learn(const char *path, np_platform **platform, np_error *err)
{
	np_dataset *rows;
	np_fit_options options;
	*platform = NULL;
	np_status status = np_dataset_load(&path, 1, NULL, &rows, err);
	if (status != NP_OK)
		return status;
	printf("%d rows were read, %d could not be used\n", np_dataset_row_count(rows), np_dataset_issue_count(rows));
	memset(&options, 0, sizeof options); /* the default estimator */
	options.name = "mine";
	options.group = "shape"; /* a shape is held out at all of its batch sizes together */
	status = np_platform_fit(rows, &options, platform, err);
	np_dataset_free(rows);
	return status;
}

/* Held-out errors are those to expect on layers that were not measured. */
static void print_card(const np_platform *platform)
{
	np_model_info model;
	for (int i = 0; np_platform_model(platform, i, &model); i++)
		printf("%-8s %-10s %5d rows, held-out error %.1f %%\n", np_kind_name(model.kind), np_target_name(model.target),
		       model.rows, 100 * model.cv_rmspe);
}

static np_status predict(const char *path, const np_platform *platform, np_error *err)
{
	np_network *network;
	np_prediction *prediction;
	np_status status = np_network_load(path, NULL, &network, err);
	if (status != NP_OK)
		return status;
	status = np_predict(network, platform, &prediction, err);
	if (status == NP_OK) {
		printf("%s: %.4f ms", np_network_name(network), prediction->runtime_ms.value);
		if (prediction->energy_mj.has) /* rows without power make a platform without power */
			printf(", %.2f W, %.4f mJ", prediction->power_w.value, prediction->energy_mj.value);
		printf("; learned models cover %.0f %% of the runtime\n", 100 * prediction->runtime_coverage);
		np_prediction_free(prediction);
	}
	np_network_free(network);
	return status;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: %s ROWS.csv PLATFORM.json NETWORK\n", argv[0]);
		return 2;
	}
	np_error err;
	np_platform *platform;
	np_error_clear(&err);
	if (learn(argv[1], &platform, &err) != NP_OK)
		return fail(&err);
	print_card(platform);
	np_status status = np_platform_save(platform, argv[2], &err);
	np_platform_free(platform);

	/* What comes back from the file predicts the same, bit for bit. */
	if (status == NP_OK && (status = np_platform_load(argv[2], &platform, &err)) == NP_OK) {
		status = predict(argv[3], platform, &err);
		np_platform_free(platform);
	}
	return status == NP_OK ? 0 : fail(&err);
}
