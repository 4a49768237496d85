/* The parser of the protobuf text format. It keeps its stack in the tree (parent), so depth costs no stack of ours. */
#include "caffe/prototext.h"

#include "base/error.h"
#include "base/text.h"
#include "caffe/prototoken.h"

#include <string.h>
#include <strings.h>

enum { DEEPEST = 100 };

typedef struct parser {
	np_lexer lexer;
	np_arena *arena;
	np_proto *open; /* the message whose fields are read */
	int depth;
	np_text joined; /* of string literals that follow one another */
	np_error *err;
} parser;

static np_status advance(parser *p)
{
	return np_lexer_next(&p->lexer, p->err);
}

static np_status fail_expected(parser *p, const char *expected)
{
	char found[64];
	const np_token *token = &p->lexer.token;
	return np_fail_at(p->err, NP_ERR_SYNTAX, token->line, token->column, "%s was expected, not %s", expected,
	                  np_token_describe(token, found, sizeof found));
}

static np_status expect(parser *p, char symbol)
{
	char expected[4] = {'\'', symbol, '\'', '\0'};
	return np_lexer_at(&p->lexer, symbol) ? advance(p) : fail_expected(p, expected);
}

static np_status out_of_memory(parser *p, const np_token *at)
{
	return np_fail_at(p->err, NP_ERR_LIMIT, at->line, at->column, "the file has more fields than fit the memory limit");
}

static np_status add_field(parser *p, const np_proto *like, np_proto **field)
{
	np_proto *made = np_arena_alloc(p->arena, sizeof *made);
	if (!made)
		return out_of_memory(p, &p->lexer.token);
	*made = *like;
	made->parent = p->open;
	if (p->open->last)
		p->open->last->next = made;
	else
		p->open->first = made;
	p->open->last = made;
	*field = made;
	return NP_OK;
}

/* ---- field names ---- */

static bool in_extension(const np_token *token)
{
	return token->kind == NP_TOKEN_NAME || token->kind == NP_TOKEN_NUMBER ||
	       (token->kind == NP_TOKEN_SYMBOL && strchr("./-", token->text[0]));
}

/* [package.extension]: the name is all that is between the brackets. */
static np_status read_extension(parser *p, np_proto *field)
{
	NP_TRY(advance(p));
	if (p->lexer.token.kind != NP_TOKEN_NAME)
		return fail_expected(p, "the name of an extension");
	field->name = p->lexer.token.text;
	while (in_extension(&p->lexer.token)) {
		field->name_length = (unsigned)(p->lexer.token.text + p->lexer.token.length - field->name);
		NP_TRY(advance(p));
	}
	return expect(p, ']');
}

static np_status read_name(parser *p, np_proto *field)
{
	const np_token *token = &p->lexer.token;
	field->line = token->line;
	field->column = token->column;
	if (np_lexer_at(&p->lexer, '['))
		return read_extension(p, field);
	if (token->kind != NP_TOKEN_NAME)
		return fail_expected(p, "the name of a field");
	field->name = token->text;
	field->name_length = (unsigned)token->length;
	return advance(p);
}

/* ---- values ---- */

static np_status read_strings(parser *p, np_proto *field)
{
	p->joined.size = 0;
	while (p->lexer.token.kind == NP_TOKEN_STRING) {
		char *bytes = np_arena_alloc(p->arena, p->lexer.token.length);
		if (!bytes)
			return out_of_memory(p, &p->lexer.token);
		np_text_add(&p->joined, bytes, np_token_unquote(&p->lexer.token, bytes));
		NP_TRY(advance(p));
	}
	field->kind = NP_PROTO_STRING;
	field->length = (unsigned)p->joined.size;
	field->text = np_text_ok(&p->joined) ? np_arena_text(p->arena, p->joined.data, p->joined.size) : NULL;
	return field->text ? NP_OK : out_of_memory(p, &p->lexer.token);
}

static bool is_number_word(const np_token *token)
{
	static const char *const WORDS[] = {"inf", "infinity", "nan"};
	for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
		if (token->length == strlen(WORDS[i]) && strncasecmp(token->text, WORDS[i], token->length) == 0)
			return true;
	return false;
}

static np_status read_scalar(parser *p, np_proto *field)
{
	const np_token *token = &p->lexer.token;
	if (token->kind == NP_TOKEN_STRING)
		return read_strings(p, field);
	if (np_lexer_at(&p->lexer, '-')) {
		field->negative = true;
		NP_TRY(advance(p));
		if (token->kind != NP_TOKEN_NUMBER && !(token->kind == NP_TOKEN_NAME && is_number_word(token)))
			return fail_expected(p, "a number");
	}
	if (token->kind != NP_TOKEN_NUMBER && token->kind != NP_TOKEN_NAME)
		return fail_expected(p, "a value");
	field->kind = token->kind == NP_TOKEN_NUMBER ? NP_PROTO_NUMBER : NP_PROTO_WORD;
	field->text = token->text;
	field->length = (unsigned)token->length;
	return advance(p);
}

static bool at_message(const parser *p)
{
	return np_lexer_at(&p->lexer, '{') || np_lexer_at(&p->lexer, '<');
}

/* Opens a message: what follows are its fields, until it is closed. */
static np_status open_message(parser *p, np_proto *field)
{
	const np_token *token = &p->lexer.token;
	if (++p->depth > DEEPEST)
		return np_fail_at(p->err, NP_ERR_LIMIT, token->line, token->column, "messages are nested more than %d deep",
		                  DEEPEST);
	field->kind = NP_PROTO_MESSAGE;
	field->close = np_lexer_at(&p->lexer, '{') ? '}' : '>';
	np_proto *made;
	NP_TRY(add_field(p, field, &made));
	p->open = made;
	return advance(p);
}

static np_status skip_separator(parser *p)
{
	return np_lexer_at(&p->lexer, ';') || np_lexer_at(&p->lexer, ',') ? advance(p) : NP_OK;
}

/* The elements of a list from the current token on; stops inside the first message, which takes up the list when it ends. */
static np_status read_elements(parser *p, const np_proto *named)
{
	for (;;) {
		np_proto element = *named, *made;
		element.line = p->lexer.token.line;
		element.column = p->lexer.token.column;
		element.listed = true;
		if (at_message(p))
			return open_message(p, &element);
		NP_TRY(read_scalar(p, &element));
		NP_TRY(add_field(p, &element, &made));
		if (!np_lexer_at(&p->lexer, ','))
			break;
		NP_TRY(advance(p));
	}
	if (!np_lexer_at(&p->lexer, ']'))
		return fail_expected(p, "',' or ']'");
	NP_TRY(advance(p));
	return skip_separator(p);
}

/* Without a colon a list can only be one of messages. */
static np_status read_list(parser *p, const np_proto *named, bool colon)
{
	NP_TRY(advance(p));
	if (!np_lexer_at(&p->lexer, ']')) {
		if (!colon && !at_message(p))
			return fail_expected(p, "'{'");
		return read_elements(p, named);
	}
	NP_TRY(advance(p));
	return skip_separator(p);
}

static np_status read_field(parser *p)
{
	np_proto field = {0}, *made;
	NP_TRY(read_name(p, &field));
	bool colon = np_lexer_at(&p->lexer, ':');
	if (colon)
		NP_TRY(advance(p));
	if (at_message(p))
		return open_message(p, &field);
	if (np_lexer_at(&p->lexer, '['))
		return read_list(p, &field, colon);
	if (!colon)
		return fail_expected(p, "':' or '{'");
	NP_TRY(read_scalar(p, &field));
	NP_TRY(add_field(p, &field, &made));
	return skip_separator(p);
}

static np_status close_message(parser *p)
{
	const np_proto *closed = p->open;
	if (!closed->parent)
		return fail_expected(p, "the name of a field");
	NP_TRY(expect(p, closed->close));
	p->open = closed->parent;
	p->depth--;
	if (!closed->listed)
		return skip_separator(p);
	if (np_lexer_at(&p->lexer, ',')) {
		np_proto named = {.name = closed->name, .name_length = closed->name_length};
		NP_TRY(advance(p));
		return read_elements(p, &named);
	}
	if (!np_lexer_at(&p->lexer, ']'))
		return fail_expected(p, "',' or ']'");
	NP_TRY(advance(p));
	return skip_separator(p);
}

static np_status check_closed(parser *p)
{
	const np_token *end = &p->lexer.token;
	if (!p->open->parent)
		return NP_OK;
	return np_fail_at(p->err, NP_ERR_SYNTAX, end->line, end->column,
	                  "the file ends inside '%.*s', which begins at %d:%d: '%c' was expected", (int)p->open->name_length,
	                  p->open->name, p->open->line, p->open->column, p->open->close);
}

static np_status parse(parser *p)
{
	NP_TRY(advance(p));
	while (p->lexer.token.kind != NP_TOKEN_END) {
		if (np_lexer_at(&p->lexer, '}') || np_lexer_at(&p->lexer, '>'))
			NP_TRY(close_message(p));
		else
			NP_TRY(read_field(p));
	}
	return check_closed(p);
}

np_status np_proto_parse(const char *text, size_t size, np_arena *arena, np_proto **root, np_error *err)
{
	parser p = {.arena = arena, .err = err};
	*root = np_arena_alloc(arena, sizeof **root);
	if (!*root)
		return np_fail_memory(err);
	(*root)->line = (*root)->column = 1;
	p.open = *root;
	np_lexer_begin(&p.lexer, text, size);
	np_status status = parse(&p);
	np_text_free(&p.joined);
	return status;
}
