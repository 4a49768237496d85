/* Fuzz target: data sheets. What loads answers with finite values by every method. */
#include "fuzz_file.h"

static void check_value(np_value value, bool may_be_zero)
{
	const np_error none = {0};
	if (value.has &&
	    !(isfinite(value.value) && isfinite(value.high) && value.value >= 0 && (may_be_zero || value.value > 0)))
		broken("an estimate that is not above 0", &none);
}

static void check_estimates(const np_platform *platform, bool may_be_zero)
{
	np_layer_config config = {NP_CONV, 2, 16, 14, 14, 32, 12, 12, 3, 3, 1, 1, 0, 0, 1, 1, 1, 1};
	np_estimate e;
	for (int kind = 0; kind < NP_KIND_COUNT; kind++) {
		config.kind = (np_kind)kind;
		np_platform_estimate(platform, &config, 4096, &e);
		check_value(e.runtime_ms, may_be_zero);
		check_value(e.power_w, false);
		check_value(e.energy_mj, false);
	}
	np_platform_estimate(platform, NULL, INT64_MAX, &e);
	check_value(e.runtime_ms, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = open_input(data, size, path, sizeof path);
	for (int i = 0; np_baseline_method(i); i++) {
		np_error err = {0};
		np_platform *platform;
		np_status status = np_platform_from_sheet(path, np_baseline_method(i), &platform, &err);
		if (status == NP_OK)
			check_estimates(platform, i == 0); /* Paleo leaves out kinds of layers */
		else
			check_error(status, &err);
		np_platform_free(platform);
		lseek(fd, 0, SEEK_SET);
	}
	close(fd);
	return 0;
}
