/* --help: the tables of commands and options as text, as wide as the terminal. */
#include "help.h"

#include <stdio.h>
#include <string.h>

enum { OPTION_COLUMNS = 28, LEAST_COLUMNS = 40 };

/* How many bytes of `text` go on a line of `columns`: whole words, at least one. */
static size_t measure_line(const char *text, size_t columns)
{
	size_t fits = 0, at = 0;
	while (text[at]) {
		at += strspn(text + at, " ");
		at += strcspn(text + at, " ");
		if (fits && at > columns)
			break;
		fits = at;
	}
	return fits;
}

/* Prints a text whose first line begins where the cursor is, at column `indent`, and whose further lines begin there too. */
static void print_wrapped(const char *text, size_t indent)
{
	size_t width = (size_t)table_options().width;
	size_t columns = width > indent + LEAST_COLUMNS ? width - indent : LEAST_COLUMNS;
	for (bool first = true; *text || first; first = false) {
		size_t length = measure_line(text, columns);
		printf("%*s%.*s\n", first ? 0 : (int)indent, "", (int)length, text);
		text += length;
		text += strspn(text, " ");
	}
}

static void print_option(const option *o)
{
	char left[128];
	option_text(o, left, sizeof left);
	if (strlen(left) > OPTION_COLUMNS)
		printf("  %s\n  %*s ", left, OPTION_COLUMNS, "");
	else
		printf("  %-*s ", OPTION_COLUMNS, left);
	print_wrapped(o->help, 2 + OPTION_COLUMNS + 1);
}

static void print_examples(const manual *m)
{
	for (int i = 0; i < MOST_EXAMPLES && m->examples[i].line; i++)
		printf("%s  # %s\n  %s\n", i ? "" : "\nexamples:\n", m->examples[i].what, m->examples[i].line);
}

void help_command(const command *c)
{
	const manual *m = manual_find(c->name);
	static const char BEFORE[] = "usage: ";
	char usage[256];
	snprintf(usage, sizeof usage, "neuralpower %s [OPTION...]%s%s", c->name, c->usage[0] ? " " : "", c->usage);
	printf("%s", BEFORE);
	print_wrapped(usage, strlen(BEFORE));
	printf("\n");
	print_wrapped(c->help, 0);
	if (m) {
		printf("\n");
		print_wrapped(m->about, 0);
	}
	printf("\n");
	for (const option *o = NULL; (o = option_next(o, c->options));)
		print_option(o);
	if (m && m->note)
		printf("\n%s.\n", m->note());
	if (m)
		print_examples(m);
}

void help_program(void)
{
	const command *c;
	printf("neuralpower %s: %s\n\nusage: neuralpower COMMAND [OPTION...] [FILE...]\n\n", np_version(), PROGRAM_HELP);
	for (int i = 0; (c = command_at(i)); i++)
		printf("  %-10s %s\n", c->name, c->help);
	printf("\n`neuralpower COMMAND --help` lists a command's options and shows examples.\n\n");
	print_wrapped(PROGRAM_ABOUT, 0);
	printf("\nexit status:");
	for (const meaning *m = EXIT_STATUSES; m->word; m++)
		printf("%s %s %s", m == EXIT_STATUSES ? "" : ",", m->word, m->text);
	printf("\n");
}
