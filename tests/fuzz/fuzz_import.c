/* Fuzz target: files of other programs. What is imported are rows that a data set takes. */
#include "fuzz_file.h"

#include "profiles/profiles.h"

#include <string.h>

static const char NETWORK[] = "name: \"N\" input: \"d\" input_shape { dim: 2 dim: 3 dim: 8 dim: 8 }\n"
                              "layer { name: \"c\" type: \"Convolution\" bottom: \"d\" top: \"c\"\n"
                              "  convolution_param { num_output: 4 kernel_size: 3 } }\n"
                              "layer { name: \"r\" type: \"ReLU\" bottom: \"c\" top: \"r\" }\n"
                              "layer { name: \"p\" type: \"Pooling\" bottom: \"r\" top: \"p\"\n"
                              "  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }\n";
static const char *const LAYERS[] = {"/conv1/Conv + /relu/Relu", "/dw/Conv + /Add", "/pool/MaxPool", "/gap/GlobalAveragePool",
                                     "/fc/Gemm_myl5_1"};

static bool is_measure(double value)
{
	return isnan(value) || (isfinite(value) && value > 0);
}

/* Rows are read back as they were meant: none is refused. */
static void read_back(const np_import *import)
{
	char *text, path[64];
	size_t size;
	np_error err = {0};
	np_dataset *dataset;
	if (np_import_write_layers(import, &text, &size, &err) != NP_OK)
		broken("rows that cannot be written", &err);
	int fd = open_input((const uint8_t *)text, size, path, sizeof path);
	const char *paths = path;
	if (np_dataset_load(&paths, 1, NULL, &dataset, &err) != NP_OK)
		broken("rows that are no data set", &err);
	if (np_dataset_issue_count(dataset))
		snprintf(err.message, sizeof err.message, "%s", np_dataset_issue(dataset, 0));
	if (np_dataset_issue_count(dataset))
		broken("a row that a data set refuses", &err);
	np_dataset_free(dataset);
	free(text);
	close(fd);
}

static void check_import(const np_import *import)
{
	const np_error none = {0};
	for (int i = 0; i < import->row_count; i++) {
		const np_import_row *row = &import->rows[i];
		if (!(row->runtime_ms > 0) || !is_measure(row->runtime_ms) || !is_measure(row->power_w) ||
		    !is_measure(row->energy_mj))
			broken("a measurement that is not above 0", &none);
	}
	if (import->row_count)
		read_back(import);
}

static void try_import(const char *path, const np_network *network)
{
	np_error err = {0};
	np_import *import;
	const np_import_options options = {.network = network, .layer_info = path, .times = path};
	np_status status = np_import_load(path, &options, &import, &err);
	if (status == NP_OK)
		check_import(import);
	else
		check_error(status, &err);
	np_import_free(import);
}

static void try_engine(const char *path)
{
	np_error err = {0};
	np_engine *engine;
	char reason[256];
	np_import_row row;
	np_status status = np_engine_load(path, &engine, &err);
	if (status != NP_OK)
		check_error(status, &err);
	for (size_t i = 0; status == NP_OK && i < sizeof LAYERS / sizeof *LAYERS; i++)
		if (np_engine_find(engine, LAYERS[i], &row, reason, sizeof reason) && row.config.batch < 1)
			broken("a layer without a batch", &err);
	np_engine_free(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	np_error err = {0};
	np_network *network;
	int fd = open_input(data, size, path, sizeof path);
	if (np_network_load_memory(NETWORK, strlen(NETWORK), "n.prototxt", NULL, &network, &err) != NP_OK)
		broken("a network of its own", &err);
	try_import(path, network);
	try_engine(path);
	np_network_free(network);
	close(fd);
	return 0;
}
