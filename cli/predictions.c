/* Predictions of the networks that a command line names. */
#include "cli.h"

#include <stdlib.h>

int predictions_add(const networks *of, const np_platform *platform, predicted *made)
{
	np_error err = {0};
	np_prediction **larger = realloc(made->items, (size_t)(made->count + of->count) * sizeof *larger);
	if (!larger)
		return complain_memory();
	made->items = larger;
	for (int i = 0; i < of->count; i++) {
		if (np_predict(of->items[i], platform, &made->items[made->count], &err) != NP_OK)
			return complain_error(&err);
		made->count++;
	}
	return EXIT_FINE;
}

void predictions_warn(const arguments *args, const predicted *made)
{
	for (int i = 0; i < made->count; i++)
		for (int k = 0; k < made->items[i]->warning_count; k++)
			warn(args, "%s: %s", np_network_path(made->items[i]->network), made->items[i]->warnings[k]);
}

void predictions_free(predicted *made)
{
	for (int i = 0; i < made->count; i++)
		np_prediction_free(made->items[i]);
	free(made->items);
	*made = (predicted){0};
}
