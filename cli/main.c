/* The program: finds the command, parses its options, runs it. */
#include "help.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain_command(const char *name)
{
	similar best = {.typed = name};
	const command *c;
	for (int i = 0; (c = command_at(i)); i++)
		similar_try(&best, c->name);
	if (best.word)
		complain("unknown command '%s'; did you mean '%s'?", name, best.word);
	else
		complain("unknown command '%s'; `neuralpower --help` lists them", name);
	return EXIT_USAGE;
}

static int complain_file(const command *c, const char *file)
{
	complain("%s takes no file: '%s'", c->name, file);
	return EXIT_USAGE;
}

static int run_command(const command *c, int argc, char **argv)
{
	arguments args = {.program = argv[0]};
	int status = arguments_parse(&args, c->options, argc, argv, 2);
	if (status == EXIT_FINE && args.help)
		help_command(c);
	else if (status == EXIT_FINE && !c->usage[0] && args.files.count)
		status = complain_file(c, args.files.items[0]);
	else if (status == EXIT_FINE)
		status = c->run(&args);
	arguments_free(&args);
	return status;
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		complain("a command was expected; `neuralpower --help` lists them");
		return EXIT_USAGE;
	}
	const char *name = argv[1];
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		const command *about = argc > 2 ? command_find(argv[2]) : NULL;
		if (argc > 2 && !about)
			return complain_command(argv[2]);
		if (about)
			help_command(about);
		else
			help_program();
		return EXIT_FINE;
	}
	if (strcmp(name, "--version") == 0)
		name = "version";
	const command *c = command_find(name);
	return c ? run_command(c, argc, argv) : complain_command(name);
}

/* A file opened later must not become standard output or error because these are closed. */
static void hold_standard_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			exit(EXIT_CHECK_FAILED);
}

int main(int argc, char **argv)
{
	hold_standard_streams();
	int status = run(argc, argv);
	bool written = fflush(stdout) == 0 && !ferror(stdout);
	if (written || status != EXIT_FINE)
		return status;
	return complain_write("standard output");
}
