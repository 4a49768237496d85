/* neuralpower platforms: what can be predicted for, and how well. */
#include "cli.h"

#include <stdlib.h>

typedef struct shelf {
	np_platform **items;
	int count;
} shelf;

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const shelf *s = subject;
	return np_report_platforms((const np_platform *const *)s->items, s->count, options, text, size, err);
}

static int fill(const list *names, shelf *s)
{
	s->items = calloc((size_t)names->count + 1, sizeof *s->items);
	if (!s->items)
		return EXIT_CHECK_FAILED;
	for (int i = 0; i < names->count; i++) {
		int status = platform_open(names->items[i], &s->items[s->count]);
		if (status != EXIT_FINE)
			return status;
		s->count++;
	}
	return EXIT_FINE;
}

int command_platforms(const arguments *args)
{
	shelf s = {0};
	list found = {0};
	if (!args->files.count)
		found = platform_list();
	int status = fill(args->files.count ? &args->files : &found, &s);
	if (status == EXIT_FINE)
		status = write_reports(args, render, &s);
	for (int i = 0; i < s.count; i++)
		np_platform_free(s.items[i]);
	free(s.items);
	list_free_items(&found);
	return status;
}
