/* Fuzz target: platform files. What loads answers with finite values, and is written as it was read. */
#include "fuzz_file.h"

#include <string.h>

static void check_value(np_value value, bool known)
{
	const np_error none = {0};
	if (known != value.has || (value.has && !(isfinite(value.value) && value.value > 0)))
		broken("an estimate that is not above 0", &none);
}

static void check_estimates(const np_platform *platform)
{
	np_layer_config config = {NP_CONV, 2, 16, 14, 14, 32, 12, 12, 3, 3, 1, 1, 0, 0, 1, 1, 1, 1};
	np_estimate e;
	for (int kind = 0; kind < NP_KIND_COUNT; kind++) {
		config.kind = (np_kind)kind;
		np_platform_estimate(platform, &config, 4096, &e);
		check_value(e.runtime_ms, true);
		if (!np_platform_has_power(platform))
			check_value(e.power_w, false);
	}
	np_platform_estimate(platform, NULL, INT64_MAX, &e);
}

static void check_round_trip(const np_platform *platform)
{
	np_error err = {0};
	char *text, *again, path[64];
	size_t size, again_size;
	np_platform *copy;
	if (np_platform_write(platform, &text, &size, &err) != NP_OK)
		broken("cannot be written", &err);
	int fd = open_input((const uint8_t *)text, size, path, sizeof path);
	if (np_platform_load(path, &copy, &err) != NP_OK)
		broken("what was written cannot be read", &err);
	if (np_platform_write(copy, &again, &again_size, &err) != NP_OK || size != again_size || memcmp(text, again, size) != 0)
		broken("writing what was read gives another text", &err);
	close(fd);
	np_platform_free(copy);
	free(text);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = open_input(data, size, path, sizeof path);
	np_error err = {0};
	np_platform *platform;
	np_status status = np_platform_load(path, &platform, &err);
	if (status == NP_OK) {
		check_estimates(platform);
		check_round_trip(platform);
	} else {
		check_error(status, &err);
	}
	np_platform_free(platform);
	close(fd);
	return 0;
}
