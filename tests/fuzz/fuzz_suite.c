/* Fuzz target: suites, and their bytes as one layer text. What is read is written so that it reads the same. */
#include "fuzz_file.h"

#include "measure/suite.h"

#include <string.h>

static void check_layer(const np_layer_config *config)
{
	np_error err = {0};
	char text[NP_LAYER_TEXT_SIZE], again[NP_LAYER_TEXT_SIZE];
	np_layer_config back;
	np_layer_text_write(config, text);
	if (np_layer_text_read(text, &back, &err) != NP_OK)
		broken(text, &err);
	const size_t from = offsetof(np_layer_config, batch);
	if (config->kind != back.kind || memcmp(&config->batch, &back.batch, sizeof back - from) != 0)
		broken("a text that reads as another layer", &err);
	if (strcmp(np_layer_text_write(&back, again), text) != 0)
		broken("two texts of one layer", &err);
}

static void read_text(const uint8_t *data, size_t size)
{
	np_error err = {0};
	np_layer_config config;
	char *text = malloc(size + 1);
	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	np_status status = np_layer_text_read(text, &config, &err);
	if (status == NP_OK)
		check_layer(&config);
	else if (err.status != status || !err.message[0] || err.line != 1 || err.column < 1 || err.column > (int)size + 1)
		broken("a failure without a place", &err);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = open_input(data, size, path, sizeof path);
	np_error err = {0};
	np_suite suite;
	np_status status = np_suite_load(path, &suite, &err);
	if (status != NP_OK) {
		check_error(status, &err);
		if (!err.line && status != NP_ERR_MEMORY)
			broken("an error without a place", &err);
	}
	for (int i = 0; i < suite.count; i++)
		check_layer(&suite.layers[i]);
	np_suite_free(&suite);
	close(fd);
	read_text(data, size);
	return 0;
}
