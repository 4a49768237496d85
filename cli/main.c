/* The program: finds the command, parses its options, runs it. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef struct command {
	const char *name;
	int (*run)(const arguments *args);
	unsigned options;
	const char *usage, *help;
} command;

static const command COMMANDS[] = {
#define COMMAND_ROW(name, function, options, usage, help) {name, function, options, usage, help},
        COMMAND_MAP(COMMAND_ROW)
#undef COMMAND_ROW
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

static void print_usage(void)
{
	printf("neuralpower %s: runtime, power and energy of neural networks, before anyone deploys them\n\n", np_version());
	printf("usage: neuralpower COMMAND [OPTION...] [FILE...]\n\n");
	for (int i = 0; i < COMMAND_COUNT; i++)
		printf("  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].help);
	printf("\n`neuralpower COMMAND --help` lists a command's options. Networks are Caffe prototxt, ONNX, Paleo JSON or\n"
	       "our own JSON files, told apart by content; `-` is standard input. Results go to standard output, all else to\n"
	       "standard error. Units: ms, W, mJ, per forward pass of the whole batch unless said per item.\n\n"
	       "exit status: 0 fine, 1 a check failed, 2 usage, 3 bad input file, 4 unsupported operator with --strict,\n"
	       "5 device missing or busy\n");
}

static void print_command_help(const command *c)
{
	printf("usage: neuralpower %s %s\n\n%s\n\n", c->name, c->usage, c->help);
	options_print(c->options);
	if (c->run == command_inspect)
		printf("\n%s.\n", np_flops_rule());
}

static const command *find_command(const char *name)
{
	for (int i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(COMMANDS[i].name, name) == 0)
			return &COMMANDS[i];
	return NULL;
}

static int complain_command(const char *name)
{
	similar best = {.typed = name};
	for (int i = 0; i < COMMAND_COUNT; i++)
		similar_try(&best, COMMANDS[i].name);
	if (best.word)
		complain("unknown command '%s'; did you mean '%s'?", name, best.word);
	else
		complain("unknown command '%s'; `neuralpower --help` lists them", name);
	return EXIT_USAGE;
}

static int run_command(const command *c, int argc, char **argv)
{
	arguments args = {.program = argv[0]};
	int status = arguments_parse(&args, c->options, argc, argv, 2);
	if (status == EXIT_FINE && args.help)
		print_command_help(c);
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
		const command *about = argc > 2 ? find_command(argv[2]) : NULL;
		if (argc > 2 && !about)
			return complain_command(argv[2]);
		if (about)
			print_command_help(about);
		else
			print_usage();
		return EXIT_FINE;
	}
	if (strcmp(name, "--version") == 0)
		name = "version";
	const command *c = find_command(name);
	return c ? run_command(c, argc, argv) : complain_command(name);
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);
	bool written = fflush(stdout) == 0 && !ferror(stdout);
	if (written || status != EXIT_FINE)
		return status;
	complain("standard output: cannot write: %s", strerror(errno));
	return EXIT_CHECK_FAILED;
}
