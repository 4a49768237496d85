/* Completions for bash, which needs nothing but bash itself. */
#include "pages.h"

#include <stdio.h>

static void put_commands(void)
{
	const command *c;
	for (int i = 0; (c = command_at(i)); i++)
		printf("%s%s", i ? " " : "", c->name);
}

/* The line of a `case` that offers what the value of an option may be. */
static void put_value(const command *c, const option *o)
{
	value_words v = value_read(o);
	printf("\t%s\\ %s", c->name, o->name);
	if (o->alias)
		printf("|%s\\ %s", c->name, o->alias);
	printf(") words=\"%s", v.literals);
	if (v.platforms)
		printf(" $(_neuralpower_names platforms)");
	if (v.sheets)
		printf(" $(_neuralpower_names sheets)");
	for (int kind = 0; v.types && kind < NP_KIND_COUNT; kind++)
		printf("%s%s", kind ? " " : "", np_kind_name((np_kind)kind));
	printf("\" files=%d ;;\n", v.files);
}

/* The line that offers a command's options, or what it takes beside them. */
static void put_command(const command *c)
{
	operands o = operands_of(c);
	printf("\t%s,-*) words=\"", c->name);
	for (const option *each = NULL; (each = option_next(each, c->options));)
		printf("%s%s%s ", each->alias ? each->alias : "", each->alias ? " " : "", each->name);
	printf("\" files=0 ;;\n\t%s,*) words=\"%s\" files=%d ;;\n", c->name,
	       o == OPERANDS_PLATFORMS ? "$(_neuralpower_names platforms)" : "", o == OPERANDS_FILES);
}

void page_bash(void)
{
	const command *c;
	printf("# Completions of neuralpower for bash, made from its tables.\n\n"
	       "_neuralpower_names() { neuralpower platforms --names \"$1\" 2>/dev/null; }\n\n"
	       "_neuralpower() {\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} name=${COMP_WORDS[1]} words='' files=1\n"
	       "\tif ((COMP_CWORD == 1)); then\n\t\tname=''\n\tfi\n"
	       "\t# --json=FILE comes as three words.\n"
	       "\tif [[ $cur == = ]]; then\n\t\tcur=''\n"
	       "\telif [[ $prev == = ]]; then\n\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
	       "\tfi\n"
	       "\tcase \"$name $prev\" in\n");
	for (int i = 0; (c = command_at(i)); i++)
		for (const option *o = NULL; (o = option_next(o, c->options));)
			if (o->value && !value_read(o).optional)
				put_value(c, o);
	printf("\t*) case \"$name,$cur\" in\n");
	for (int i = 0; (c = command_at(i)); i++)
		put_command(c);
	printf("\thelp,*) words=\"");
	put_commands();
	printf("\" files=0 ;;\n\t*) words=\"");
	put_commands();
	printf(" help --help --version\" files=0 ;;\n\tesac ;;\n\tesac\n"
	       "\tif ((!files)); then\n\t\tcompopt +o default +o bashdefault 2>/dev/null\n\tfi\n"
	       "\tCOMPREPLY=()\n"
	       "\tif [[ -n $words ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n\tfi\n"
	       "\tif ((files)) && [[ -n $words ]]; then\n\t\tlocal found\n"
	       "\t\tmapfile -t found < <(compgen -f -- \"$cur\")\n\t\tCOMPREPLY+=(\"${found[@]}\")\n\tfi\n"
	       "}\n\ncomplete -o default -o bashdefault -F _neuralpower neuralpower\n");
}
