/*
 * Predicts a network on a platform:
 *
 *     cc predict.c $(pkg-config --cflags --libs neuralpower) -o predict
 *     ./predict networks/alexnet.prototxt platforms/xeon-5120-pytorch.json 16
 *
 * Compiles as C and as C++.
 */
#include <neuralpower/neuralpower.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const np_error *err)
{
	char text[1024];
	fprintf(stderr, "%s\n", np_error_format(err, text, sizeof text));
	return 1;
}

static void print_prediction(const np_prediction *prediction)
{
	for (int i = 0; i < prediction->layer_count; i++) {
		const np_estimate *e = &prediction->layers[i];
		printf("%-24s %-8s %10.4f ms %8.2f W %12.3f mJ\n", np_network_layer(prediction->network, i)->name,
		       np_source_name(e->source), e->runtime_ms.value, e->power_w.value, e->energy_mj.value);
	}
	printf("%-33s %10.4f ms %8.2f W %12.3f mJ\n", "total", prediction->runtime_ms.value, prediction->power_w.value,
	       prediction->energy_mj.value);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: %s NETWORK PLATFORM.json [BATCH]\n", argv[0]);
		return 2;
	}
	np_error err;
	np_network *network = NULL;
	np_platform *platform = NULL;
	np_prediction *prediction = NULL;
	np_load_options options;
	np_error_clear(&err);
	memset(&options, 0, sizeof options);
	options.batch = argc > 3 ? atoi(argv[3]) : 0; /* 0 = as the file says */
	int status = 0;
	if (np_network_load(argv[1], &options, &network, &err) != NP_OK ||
	    np_platform_load(argv[2], &platform, &err) != NP_OK || np_predict(network, platform, &prediction, &err) != NP_OK)
		status = fail(&err);
	else
		print_prediction(prediction);
	np_prediction_free(prediction);
	np_platform_free(platform);
	np_network_free(network);
	return status;
}
