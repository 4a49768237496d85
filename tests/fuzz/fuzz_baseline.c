/* Fuzz target: baselines of check. What loads has values above 0, and a check against it comes to an end. */
#include "fuzz_file.h"

static void check_entries(const np_check_baseline *baseline)
{
	const np_error none = {0};
	if (baseline->count < 1)
		broken("a baseline without a network", &none);
	for (int i = 0; i < baseline->count; i++) {
		const np_check_entry *e = &baseline->entries[i];
		if (!e->network || !e->file || !e->platform || e->batch < 1)
			broken("an entry without a name or a batch", &none);
		for (int t = 0; t < NP_TARGET_COUNT; t++)
			if (e->has[t] && !(isfinite(e->value[t]) && e->value[t] > 0))
				broken("a value that is not above 0", &none);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = open_input(data, size, path, sizeof path);
	np_error err = {0};
	np_check_baseline baseline;
	np_status status = np_check_baseline_load(path, &baseline, &err);
	if (status == NP_OK)
		check_entries(&baseline);
	else
		check_error(status, &err);
	np_check_baseline_free(&baseline);
	close(fd);
	return 0;
}
