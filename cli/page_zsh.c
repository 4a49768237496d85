/* Completions for zsh, by its function _arguments. */
#include "pages.h"

#include <stdio.h>
#include <string.h>

/* A text inside single quotes of which _arguments takes brackets and colons for its own. */
static void put_quoted(const char *text, const char *escaped)
{
	for (; *text; text++) {
		if (*text == '\'') {
			printf("'\\''");
			continue;
		}
		printf("%s%c", strchr(escaped, *text) ? "\\" : "", *text);
	}
}

static void put_action(value_words v)
{
	if (v.literals[0])
		printf(" compadd - %s;", v.literals);
	if (v.platforms)
		printf(" _neuralpower_names platforms;");
	if (v.sheets)
		printf(" _neuralpower_names sheets;");
	if (v.types) {
		printf(" compadd -");
		for (int kind = 0; kind < NP_KIND_COUNT; kind++)
			printf(" %s", np_kind_name((np_kind)kind));
		printf(";");
	}
	if (v.files)
		printf(" _files;");
}

/* '*--platform[help]:PLATFORM|FILE:{ actions }', once for the name and once for the alias. */
static void put_option(const option *o, const char *name)
{
	value_words v = value_read(o);
	printf("\t\t\t'*%s%s[", name, v.optional ? "=-" : "");
	put_quoted(o->help, "[]:\\");
	printf("]");
	if (o->value) {
		printf("%s", v.optional ? "::" : ":");
		put_quoted(o->value, "[]:\\");
		printf(":{");
		put_action(v);
		printf(" }");
	}
	printf("' \\\n");
}

static void put_command(const command *c)
{
	static const char *const OPERANDS[] = {
	        [OPERANDS_NONE] = "",
	        [OPERANDS_FILES] = "'*:file:_files' ",
	        [OPERANDS_PLATFORMS] = "'*:platform:{_neuralpower_names platforms}' ",
	};
	printf("\t\t%s)\n\t\t\t_arguments -s \\\n", c->name);
	for (const option *o = NULL; (o = option_next(o, c->options));) {
		put_option(o, o->name);
		if (o->alias)
			put_option(o, o->alias);
	}
	printf("\t\t\t%s&& ret=0\n\t\t\t;;\n", OPERANDS[operands_of(c)]);
}

void page_zsh(void)
{
	const command *c;
	printf("#compdef neuralpower\n# Completions of neuralpower for zsh, made from its tables.\n\n"
	       "_neuralpower_names() {\n\tlocal -a names\n"
	       "\tnames=(${(f)\"$(neuralpower platforms --names $1 2>/dev/null)\"})\n\tcompadd -a names\n}\n\n"
	       "_neuralpower() {\n\tlocal curcontext=\"$curcontext\" state line ret=1\n\tlocal -a commands\n\tcommands=(\n");
	for (int i = 0; (c = command_at(i)); i++) {
		printf("\t\t'%s:", c->name);
		put_quoted(c->help, ":\\");
		printf("'\n");
	}
	printf("\t)\n\t_arguments -C '(- *)--help[what there is]' '(- *)--version[which version this is]' \\\n"
	       "\t\t'1: :->command' '*:: :->argument' && ret=0\n"
	       "\tcase $state in\n"
	       "\tcommand)\n\t\t_describe -t commands command commands && ret=0\n\t\t;;\n"
	       "\targument)\n\t\tcase $words[1] in\n");
	for (int i = 0; (c = command_at(i)); i++)
		put_command(c);
	printf("\t\thelp)\n\t\t\t_describe -t commands command commands && ret=0\n\t\t\t;;\n"
	       "\t\tesac\n\t\t;;\n\tesac\n\treturn ret\n}\n\n_neuralpower \"$@\"\n");
}
