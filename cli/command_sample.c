/* neuralpower sample: random networks of a space, as files or as lines. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int fail_write(const char *path)
{
	complain("%s: cannot write: %s", path, strerror(errno));
	return EXIT_CHECK_FAILED;
}

static int write_lines(const arguments *args, np_space *space, FILE *file, const char *name)
{
	np_error err = {0};
	const char *text;
	size_t size;
	for (int64_t i = 0; i < args->count; i++) {
		np_space_draw(space, i);
		if (np_space_line(space, &text, &size, &err) != NP_OK)
			return complain_error(&err);
		if (fwrite(text, 1, size, file) != size)
			return fail_write(name);
	}
	return fflush(file) == 0 ? EXIT_FINE : fail_write(name);
}

static int sample_lines(const arguments *args, np_space *space)
{
	if (!args->out || strcmp(args->out, "-") == 0)
		return write_lines(args, space, stdout, "standard output");
	FILE *file = fopen(args->out, "w");
	if (!file)
		return fail_write(args->out);
	int status = write_lines(args, space, file, args->out);
	if (fclose(file) != 0 && status == EXIT_FINE)
		status = fail_write(args->out);
	return status;
}

static int sample_files(const arguments *args, np_space *space)
{
	np_error err = {0};
	const char *text;
	size_t size;
	char path[PATH_MAX];
	if (mkdir(args->out, 0777) != 0 && errno != EEXIST)
		return fail_write(args->out);
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
