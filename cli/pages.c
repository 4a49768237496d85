/*
 * neuralpower-pages: a program of the build, not installed. Writes one page to standard output:
 *
 *     neuralpower-pages man            neuralpower(1)
 *     neuralpower-pages man predict    neuralpower-predict(1)
 *     neuralpower-pages bash|zsh|fish  completions of a shell
 */
#include "pages.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is_literal(const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!islower((unsigned char)word[i]) && !isdigit((unsigned char)word[i]) && word[i] != '_' && word[i] != '-')
			return false;
	return length > 0;
}

static bool is_word(const char *word, size_t length, const char *known)
{
	return strlen(known) == length && strncmp(word, known, length) == 0;
}

/* FILE, FILE.json, ROWS.csv, DIR */
static bool is_path(const char *word, size_t length)
{
	return strncmp(word, "FILE", 4) == 0 || is_word(word, length, "DIR") ||
	       (length > 4 && strncmp(word + length - 4, ".csv", 4) == 0);
}

static void read_word(const char *word, size_t length, value_words *v)
{
	if (is_literal(word, length)) {
		size_t used = strlen(v->literals);
		snprintf(v->literals + used, sizeof v->literals - used, "%s%.*s", used ? " " : "", (int)length, word);
	}
	v->files |= is_path(word, length);
	v->platforms |= is_word(word, length, VALUE_PLATFORM);
	v->sheets |= is_word(word, length, VALUE_SHEET);
	v->types |= is_word(word, length, VALUE_TYPE);
}

value_words value_read(const option *o)
{
	value_words v = {.optional = o->value && o->value[0] == '['};
	const char *word = o->value ? o->value : "";
	word += strspn(word, "[=");
	while (*word) {
		size_t length = strcspn(word, "|]");
		read_word(word, length, &v);
		word += length + (word[length] != '\0');
	}
	return v;
}

operands operands_of(const command *c)
{
	if (!c->usage[0])
		return OPERANDS_NONE;
	return strcmp(c->usage, "[NAME...]") == 0 ? OPERANDS_PLATFORMS : OPERANDS_FILES;
}

static int write_man(const char *name)
{
	const command *c = name ? command_find(name) : NULL;
	if (name && (!c || !manual_find(name))) {
		fprintf(stderr, "neuralpower-pages: '%s' is %s (cli/tables.h says what a command needs)\n", name,
		        c ? "not in MANUALS" : "no command");
		return 1;
	}
	if (c)
		page_man_command(c);
	else
		page_man_program();
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*write)(void);
	} SHELLS[] = {{"bash", page_bash}, {"zsh", page_zsh}, {"fish", page_fish}};
	const char *kind = argc > 1 ? argv[1] : "";
	if (strcmp(kind, "man") == 0)
		return write_man(argc > 2 ? argv[2] : NULL);
	for (size_t i = 0; i < sizeof SHELLS / sizeof *SHELLS; i++)
		if (strcmp(kind, SHELLS[i].name) == 0) {
			SHELLS[i].write();
			return 0;
		}
	fprintf(stderr, "usage: neuralpower-pages man [COMMAND] | bash | zsh | fish\n");
	return 2;
}
