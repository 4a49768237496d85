/* Completions for fish: one command a line. */
#include "pages.h"

#include <stdio.h>

static void put_quoted(const char *text)
{
	putchar('\'');
	for (; *text; text++)
		printf("%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
	putchar('\'');
}

static void put_condition(const command *c)
{
	printf("complete -c neuralpower -n '__fish_seen_subcommand_from %s' ", c->name);
}

/* What an option's value may be; files too unless they are switched off. */
static void put_value(value_words v)
{
	printf(" -r%s", v.files ? " -F" : " -f");
	if (!v.literals[0] && !v.platforms && !v.sheets && !v.types)
		return;
	printf(" -a '%s", v.literals);
	if (v.platforms)
		printf(" (neuralpower platforms --names platforms)");
	if (v.sheets)
		printf(" (neuralpower platforms --names sheets)");
	for (int kind = 0; v.types && kind < NP_KIND_COUNT; kind++)
		printf("%s%s", kind ? " " : "", np_kind_name((np_kind)kind));
	printf("'");
}

static void put_option(const command *c, const option *o)
{
	put_condition(c);
	if (o->name[1] == '-')
		printf("-l %s", o->name + 2);
	else
		printf("-s %s", o->name + 1);
	if (o->alias)
		printf(" -s %s", o->alias + 1);
	if (o->value && !value_read(o).optional)
		put_value(value_read(o));
	printf(" -d ");
	put_quoted(o->help);
	printf("\n");
}

static void put_command(const command *c)
{
	printf("\ncomplete -c neuralpower -n __fish_use_subcommand -f -a %s -d ", c->name);
	put_quoted(c->help);
	printf("\n");
	if (operands_of(c) != OPERANDS_FILES) {
		put_condition(c);
		printf("-f%s\n", operands_of(c) == OPERANDS_PLATFORMS ? " -a '(neuralpower platforms --names platforms)'" : "");
	}
	for (const option *o = NULL; (o = option_next(o, c->options));)
		put_option(c, o);
}

void page_fish(void)
{
	const command *c;
	printf("# Completions of neuralpower for fish, made from its tables.\n\n"
	       "complete -c neuralpower -n __fish_use_subcommand -l help -d 'what there is'\n"
	       "complete -c neuralpower -n __fish_use_subcommand -l version -d 'which version this is'\n");
	for (int i = 0; (c = command_at(i)); i++)
		put_command(c);
	printf("\ncomplete -c neuralpower -n __fish_use_subcommand -f -a help -d 'on a command'\n"
	       "complete -c neuralpower -n '__fish_seen_subcommand_from help' -f -a '");
	for (int i = 0; (c = command_at(i)); i++)
		printf("%s%s", i ? " " : "", c->name);
	printf("'\n");
}
