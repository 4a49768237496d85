/* Pages that the build makes from the tables: manual pages and completions of shells. */
#ifndef NP_CLI_PAGES_H
#define NP_CLI_PAGES_H

#include "tables.h"

/* What an option's value may be, read from how the table writes it. */
typedef struct value_words {
	char literals[128]; /* words that can be taken as they stand, blanks between */
	bool files, platforms, sheets, types;
	bool optional; /* only behind '=' */
} value_words;
value_words value_read(const option *o);

/* What a command takes beside options. */
typedef enum operands { OPERANDS_NONE, OPERANDS_FILES, OPERANDS_PLATFORMS } operands;
operands operands_of(const command *c);

/* Each writes one page to standard output. */
void page_man_program(void);
void page_man_command(const command *c);
void page_bash(void);
void page_zsh(void);
void page_fish(void);

#endif
