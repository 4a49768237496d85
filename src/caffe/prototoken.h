/* Tokens of the protobuf text format, with the place of each. Knows nothing of networks. */
#ifndef NP_CAFFE_PROTOTOKEN_H
#define NP_CAFFE_PROTOTOKEN_H

#include <neuralpower/status.h>

typedef enum np_token_kind {
	NP_TOKEN_END,
	NP_TOKEN_NAME,   /* identifier */
	NP_TOKEN_NUMBER, /* without sign: 12, 0x1F, 017, .5, 1e-3f */
	NP_TOKEN_STRING, /* one literal, quotes included; its escapes are valid */
	NP_TOKEN_SYMBOL, /* any other printable character */
} np_token_kind;

/* A slice of the text that is read. Lines and columns count from 1; a column is a character, not a byte. */
typedef struct np_token {
	np_token_kind kind;
	const char *text;
	size_t length;
	int line, column;
} np_token;

typedef struct np_lexer {
	const char *next, *end;
	int line, column; /* of `next` */
	np_token token;   /* the current one */
} np_lexer;

/* Starts on a text, which the caller keeps alive; the first token is current after the first np_lexer_next(). */
void np_lexer_begin(np_lexer *lexer, const char *text, size_t size);
/* Moves to the next token. NP_ERR_SYNTAX with its place when there is none. */
np_status np_lexer_next(np_lexer *lexer, np_error *err) NP_MUST_CHECK;

/* Is the current token this symbol? */
bool np_lexer_at(const np_lexer *lexer, char symbol);

/* Writes the bytes that a string token means to `out` (room for token->length bytes is enough); returns how many. */
size_t np_token_unquote(const np_token *token, char *out);

/* The token as messages show it: quoted, printable, shortened; "the end of the file". Returns `text`. */
const char *np_token_describe(const np_token *token, char *text, size_t size);

#endif
