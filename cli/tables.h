/*
 * The tables of commands, options and what there is to say on them. Everything that shows them reads them here: --help,
 * manual pages, completions of shells.
 *
 * A new command is a row of COMMAND_MAP (cli.h), a row of MANUALS (manual.c), a file command_NAME.c in cli/meson.build, and
 * rows of OPTIONS (options.c) for what it takes, by setters of option_values.h. Pages and completions follow.
 */
#ifndef NP_CLI_TABLES_H
#define NP_CLI_TABLES_H

#include "cli.h"

typedef struct command {
	const char *name;
	int (*run)(const arguments *args);
	unsigned options;
	const char *usage, *help;
} command;

/* By index, NULL past the last; by name, NULL when there is none. */
const command *command_at(int index);
const command *command_find(const char *name);

typedef struct option option;
typedef int setter(arguments *args, const option *o, const char *value);

/*
 * An option. The text of its value is shown, and says what completes it: words in small letters with '|' between are taken
 * as they stand, of those in capitals VALUE_PLATFORM and its like are known, FILE and DIR are paths.
 */
struct option {
	const char *name; /* with its dashes */
	const char *alias;
	const char *value; /* NULL = none, "[=...]" = optional, after '=' */
	unsigned commands; /* 0 = all */
	setter *set;
	size_t at; /* the field it sets, in arguments */
	int most;  /* of whole numbers; 0 = no limit */
	const char *help;
};

#define VALUE_PLATFORM "PLATFORM"
#define VALUE_SHEET "SHEET"
#define VALUE_TYPE "KIND"

/* The next option of a command after `previous` (NULL: the first), in the order of the table; NULL past the last. */
const option *option_next(const option *previous, unsigned commands);
/* "-p, --platform PLATFORM|FILE"; what does not fit is cut off. */
void option_text(const option *o, char *text, size_t size);

enum { MOST_EXAMPLES = 4 };

/* What there is to say on a command beside its line in COMMAND_MAP. Command lines of examples are run by a test. */
typedef struct manual {
	const char *command, *about;
	const char *(*note)(void); /* one more sentence; NULL = none */
	struct {
		const char *line, *what;
	} examples[MOST_EXAMPLES]; /* those with a line */
} manual;

/* NULL when there is no more to say. */
const manual *manual_find(const char *command);

/* On the program as a whole. */
extern const char PROGRAM_HELP[];  /* one line */
extern const char PROGRAM_ABOUT[]; /* a paragraph */

/* A word and what it means, in lists that end with a NULL word. */
typedef struct meaning {
	const char *word, *text;
} meaning;
extern const meaning EXIT_STATUSES[], ENVIRONMENT[];

#endif
