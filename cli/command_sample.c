/* neuralpower sample: random networks of a space, as files or as lines. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static int write_lines(const arguments *args, np_space *space, const sink *to)
{
	np_error err = {0};
	const char *text;
	size_t size;
	for (int64_t i = 0; i < args->count; i++) {
		np_space_draw(space, i);
		if (np_space_line(space, &text, &size, &err) != NP_OK)
			return complain_error(&err);
		if (fwrite(text, 1, size, to->file) != size)
			return complain_write(to->name);
	}
	return EXIT_FINE;
}

static int sample_lines(const arguments *args, np_space *space)
{
	sink to;
	int status = sink_open(args->out, &to);
	return status == EXIT_FINE ? sink_close(&to, write_lines(args, space, &to)) : status;
}

static int sample_files(const arguments *args, np_space *space)
{
	np_error err = {0};
	const char *text;
	size_t size;
	char path[PATH_MAX];
	if (mkdir(args->out, 0777) != 0 && errno != EEXIST)
		return complain_write(args->out);
	for (int64_t i = 0; i < args->count; i++) {
		np_space_draw(space, i);
		if (np_space_prototxt(space, &text, &size, &err) != NP_OK)
			return complain_error(&err);
		snprintf(path, sizeof path, "%s/%s.prototxt", args->out, np_space_drawn(space));
		int status = write_output(path, text, size);
		if (status != EXIT_FINE)
			return status;
	}
	warn(args, "%lld networks in %s", (long long)args->count, args->out);
	return EXIT_FINE;
}

static int complain_space(void)
{
	complain("--space was expected: where the networks are drawn from");
	for (int i = 0; np_space_name(i); i++)
		complain("  %-10s %s", np_space_name(i), np_space_help(i));
	return EXIT_USAGE;
}

int command_sample(const arguments *args)
{
	np_error err = {0};
	np_space *space;
	arguments own = *args;
	own.count = args->count ? args->count : 1;
	if (!args->space)
		return complain_space();
	if (args->files.count || args->batch_count > 1) {
		complain("sample takes no files and at most one batch");
		return EXIT_USAGE;
	}
	if (!args->lines && !args->out) {
		complain("-o DIR or --lines was expected: where the networks are to go");
		return EXIT_USAGE;
	}
	int64_t batch = args->batch_count ? args->batches[0] : 0;
	if (np_space_open(args->space, args->seed ? (uint64_t)args->seed : 1, batch, &space, &err) != NP_OK)
		return complain_error(&err);
	int status = args->lines ? sample_lines(&own, space) : sample_files(&own, space);
	np_space_free(space);
	return status;
}
