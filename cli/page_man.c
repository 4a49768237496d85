/* Manual pages, in the man macros of roff, which groff and mandoc both read. */
#include "pages.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* When the pages were last looked over. */
static const char DATE[] = "2026-11-26";

static void put_character(char c)
{
	static const struct {
		char c;
		const char *roff;
	} SPECIAL[] = {{'\\', "\\e"}, {'-', "\\-"}, {'\'', "\\(aq"}, {'~', "\\(ti"}, {'^', "\\(ha"}, {'"', "\\(dq"}};
	for (size_t i = 0; i < sizeof SPECIAL / sizeof *SPECIAL; i++)
		if (c == SPECIAL[i].c) {
			printf("%s", SPECIAL[i].roff);
			return;
		}
	putchar(c);
}

/* A text within a line; what stands between backquotes is bold. */
static void put_text(const char *text)
{
	bool bold = false;
	if (*text == '.')
		printf("\\&");
	for (; *text; text++) {
		if (*text != '`') {
			put_character(*text);
			continue;
		}
		bold = !bold;
		printf("%s", bold ? "\\fB" : "\\fR");
	}
}

static void put_line(const char *before, const char *text, const char *after)
{
	printf("%s", before);
	put_text(text);
	printf("%s", after);
}

/* A paragraph, a sentence a line, as roff wants it. */
static void put_paragraph(const char *text)
{
	char sentence[512];
	while (*text) {
		const char *end = strstr(text, ". ");
		size_t length = end ? (size_t)(end - text) + 1 : strlen(text);
		snprintf(sentence, sizeof sentence, "%.*s", (int)length, text);
		put_line("", sentence, "\n");
		text += length + (end != NULL);
	}
}

static void put_title(const char *name)
{
	printf(".TH ");
	for (; *name; name++)
		putchar(toupper((unsigned char)*name));
	printf(" 1 %s \"NeuralPower %s\" \"User Commands\"\n", DATE, np_version());
}

static void put_meanings(const char *title, const meaning *meanings)
{
	printf(".SH %s\n", title);
	for (; meanings->word; meanings++) {
		put_line(".TP\n.B ", meanings->word, "\n");
		put_paragraph(meanings->text);
	}
}

/* "-p, --platform PLATFORM|FILE": names bold, values slanted. */
static void put_option(const option *o)
{
	printf(".TP\n");
	if (o->alias)
		put_line("\\fB", o->alias, "\\fR, ");
	put_line("\\fB", o->name, "\\fR");
	if (o->value)
		put_line(o->value[0] == '[' ? "\\fI" : " \\fI", o->value, "\\fR");
	printf("\n");
	put_paragraph(o->help);
}

static void put_examples(const manual *m)
{
	if (m->examples[0].line)
		printf(".SH EXAMPLES\n");
	for (int i = 0; i < MOST_EXAMPLES && m->examples[i].line; i++) {
		put_line(i ? ".PP\n" : "", m->examples[i].what, ":\n");
		put_line(".PP\n.nf\n.RS\n", m->examples[i].line, "\n.RE\n.fi\n");
	}
}

void page_man_command(const command *c)
{
	const manual *m = manual_find(c->name);
	char name[64];
	snprintf(name, sizeof name, "neuralpower-%s", c->name);
	put_title(name);
	put_line(".SH NAME\n", name, " \\- ");
	put_line("", c->help, "\n");
	put_line(".SH SYNOPSIS\n.B neuralpower ", c->name, "\n.RI [ OPTION ...]\n");
	if (c->usage[0])
		put_line("", c->usage, "\n");
	printf(".SH DESCRIPTION\n");
	put_paragraph(m->about);
	if (m->note) {
		printf(".PP\n");
		put_paragraph(m->note());
	}
	printf(".SH OPTIONS\n");
	for (const option *o = NULL; (o = option_next(o, c->options));)
		put_option(o);
	put_meanings("EXIT STATUS", EXIT_STATUSES);
	put_examples(m);
	printf(".SH SEE ALSO\n.BR neuralpower (1)\n");
}

void page_man_program(void)
{
	const command *c;
	put_title("neuralpower");
	put_line(".SH NAME\nneuralpower \\- ", PROGRAM_HELP, "\n");
	printf(".SH SYNOPSIS\n.B neuralpower\n.I COMMAND\n.RI [ OPTION ...]\n.RI [ FILE ...]\n");
	printf(".SH DESCRIPTION\n");
	put_paragraph(PROGRAM_ABOUT);
	printf(".SH COMMANDS\nEach has a page of its own, and\n.BR \\-\\-help .\n");
	for (int i = 0; (c = command_at(i)); i++) {
		put_line(".TP\n.BR neuralpower\\-", c->name, " (1)\n");
		put_paragraph(c->help);
	}
	put_meanings("EXIT STATUS", EXIT_STATUSES);
	put_meanings("ENVIRONMENT", ENVIRONMENT);
	printf(".SH SEE ALSO\n");
	for (int i = 0; (c = command_at(i)); i++)
		put_line(".BR neuralpower\\-", c->name, " (1),\n");
	printf(".BR neuralpower (3)\n");
}
