/*
 * Predicts for a device that nobody has measured, from the figures that its maker prints:
 *
 *     cc custom_device.c $(pkg-config --cflags --libs neuralpower) -o custom_device
 *     ./custom_device network.prototxt 8000 300 20 120
 *
 * is 8000 GFLOP/s, 300 GB/s, 20 W idle, 120 W at most. Figures and a method make an ordinary platform: whatever takes a
 * platform takes these. Once layers were measured on the device, fit.c learns a better one. Compiles as C and as C++.
 */
#include <neuralpower/neuralpower.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BATCH = 64 };

static int fail(const np_error *err)
{
	char text[1024];
	fprintf(stderr, "%s\n", np_error_format(err, text, sizeof text));
	return 1;
}

/* Unknown is not zero: Paleo's formulas say nothing of power. */
static void print_totals(const char *method, const np_prediction *p)
{
	printf("%-8s batch %2lld: %9.4f ms", method, (long long)np_network_batch(p->network), p->runtime_ms.value);
	if (p->runtime_ms.has_interval)
		printf(" (%.4f to %.4f)", p->runtime_ms.low, p->runtime_ms.high);
	if (p->energy_per_item_mj.has)
		printf(", %.2f W, %.4f mJ per item", p->power_w.value, p->energy_per_item_mj.value);
	printf("\n");
}

static np_status predict(const char *path, int64_t batch, const np_platform *platform, np_error *err)
{
	np_network *network;
	np_prediction *prediction;
	np_load_options options;
	memset(&options, 0, sizeof options);
	options.batch = batch;
	np_status status = np_network_load(path, &options, &network, err);
	if (status != NP_OK)
		return status;
	status = np_predict(network, platform, &prediction, err);
	if (status == NP_OK)
		print_totals(np_platform_method(platform), prediction);
	if (status == NP_OK)
		np_prediction_free(prediction);
	np_network_free(network);
	return status;
}

static np_status predict_batches(const char *path, const np_sheet *figures, const char *method, np_error *err)
{
	np_platform *platform;
	np_status status = np_platform_from_figures(NULL, figures, method, &platform, err);
	if (status != NP_OK)
		return status;
	for (int64_t batch = 1; batch <= MOST_BATCH && status == NP_OK; batch *= 8)
		status = predict(path, batch, platform, err);
	np_platform_free(platform);
	return status;
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fprintf(stderr, "usage: %s NETWORK PEAK_GFLOPS BANDWIDTH_GBS IDLE_W LIMIT_W\n", argv[0]);
		return 2;
	}
	np_error err;
	np_sheet figures;
	np_error_clear(&err);
	memset(&figures, 0, sizeof figures); /* 0 = not known */
	figures.name = "mine";
	figures.device = "A device of my own";
	figures.peak_gflops = atof(argv[2]);
	figures.bandwidth_gbs = atof(argv[3]);
	figures.idle_w = atof(argv[4]);
	figures.limit_w = atof(argv[5]);

	np_status status = NP_OK;
	const char *method;
	for (int i = 0; (method = np_baseline_method(i)) && status == NP_OK; i++)
		status = predict_batches(argv[1], &figures, method, &err);
	return status == NP_OK ? 0 : fail(&err);
}
