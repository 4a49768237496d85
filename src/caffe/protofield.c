/* Typed looks at the fields of a parsed message. */
#include "base/checked.h"
#include "base/error.h"
#include "caffe/prototext.h"

#include <string.h>

bool np_proto_named(const np_proto *field, const char *name)
{
	size_t length = strlen(name);
	return field->name_length == length && memcmp(field->name, name, length) == 0;
}

const np_proto *np_proto_find(const np_proto *message, const char *name)
{
	for (const np_proto *field = message ? message->first : NULL; field; field = field->next)
		if (np_proto_named(field, name))
			return field;
	return NULL;
}

const np_proto *np_proto_again(const np_proto *field)
{
	for (const np_proto *other = field->next; other; other = other->next)
		if (other->name_length == field->name_length && memcmp(other->name, field->name, field->name_length) == 0)
			return other;
	return NULL;
}

int np_proto_count(const np_proto *message, const char *name)
{
	int count = 0;
	for (const np_proto *field = np_proto_find(message, name); field; field = np_proto_again(field))
		count++;
	return count;
}

static np_status fail_field(const np_proto *field, np_error *err, const char *what)
{
	return np_fail_at(err, NP_ERR_DATA, field->line, field->column, "'%.*s': %s", (int)field->name_length, field->name,
	                  what);
}

np_status np_proto_once(const np_proto *message, const char *name, const np_proto **field, np_error *err)
{
	*field = np_proto_find(message, name);
	const np_proto *again = *field ? np_proto_again(*field) : NULL;
	return again ? fail_field(again, err, "given twice, once was expected") : NP_OK;
}

np_status np_proto_message(const np_proto *message, const char *name, const np_proto **field, np_error *err)
{
	NP_TRY(np_proto_once(message, name, field, err));
	if (*field && (*field)->kind != NP_PROTO_MESSAGE)
		return fail_field(*field, err, "a message in braces was expected");
	return NP_OK;
}

bool np_proto_is(const np_proto *field, const char *word)
{
	return field->length == strlen(word) && field->text && memcmp(field->text, word, field->length) == 0;
}

/* ---- numbers: locale-free, so no strtod ---- */

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : 99;
}

static bool parse_int(const np_proto *field, int64_t *value)
{
	const char *at = field->text, *end = at + field->length;
	int base = 10;
	if (field->length > 2 && at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
		base = 16;
		at += 2;
	} else if (field->length > 1 && at[0] == '0') {
		base = 8;
	}
	for (*value = 0; at < end; at++) {
		int digit = digit_of(*at);
		if (digit >= base || !np_mul_into(value, base) || !np_add_into(value, digit))
			return false;
	}
	if (field->negative)
		*value = -*value;
	return true;
}

np_status np_proto_as_int(const np_proto *field, int64_t least, int64_t most, int64_t *value, np_error *err)
{
	if (field->kind != NP_PROTO_NUMBER || !parse_int(field, value))
		return fail_field(field, err, "an integer was expected");
	if (*value >= least && *value <= most)
		return NP_OK;
	return np_fail_at(err, NP_ERR_DATA, field->line, field->column, "'%.*s' is %lld, %lld to %lld was expected",
	                  (int)field->name_length, field->name, (long long)*value, (long long)least, (long long)most);
}

static double scale_by_ten(double value, int power)
{
	for (; power > 0 && value < 1e300; power--)
		value *= 10;
	for (; power < 0 && value > 0; power++)
		value /= 10;
	return value;
}

/* Decimal digits with point and exponent; exact enough for sizes and ratios, all that is asked for here. */
static double parse_decimal(const char *at, const char *end)
{
	double value = 0;
	int power = 0, exponent = 0, sign = 1;
	bool fraction = false;
	for (; at < end && (*at == '.' || digit_of(*at) < 10); at++) {
		if (*at == '.') {
			fraction = true;
			continue;
		}
		value = value * 10 + digit_of(*at);
		power -= fraction;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		at++;
		if (at < end && (*at == '+' || *at == '-'))
			sign = *at++ == '-' ? -1 : 1;
		for (; at < end && digit_of(*at) < 10 && exponent < 10000; at++)
			exponent = exponent * 10 + digit_of(*at);
	}
	return scale_by_ten(value, power + sign * exponent);
}

np_status np_proto_as_number(const np_proto *field, double *value, np_error *err)
{
	int64_t whole;
	if (field->kind != NP_PROTO_NUMBER)
		return fail_field(field, err, "a number was expected");
	if (parse_int(field, &whole)) {
		*value = (double)whole;
		return NP_OK;
	}
	*value = parse_decimal(field->text, field->text + field->length);
	if (field->negative)
		*value = -*value;
	return NP_OK;
}

np_status np_proto_as_string(const np_proto *field, const char **value, np_error *err)
{
	if (field->kind != NP_PROTO_STRING)
		return fail_field(field, err, "a string in quotes was expected");
	*value = field->text;
	return NP_OK;
}

np_status np_proto_int(const np_proto *message, const char *name, int64_t least, int64_t most, int64_t *value, np_error *err)
{
	const np_proto *field;
	NP_TRY(np_proto_once(message, name, &field, err));
	return field ? np_proto_as_int(field, least, most, value, err) : NP_OK;
}

np_status np_proto_bool(const np_proto *message, const char *name, bool *value, np_error *err)
{
	static const char *const TRUE_WORDS[] = {"true", "True", "t", "1"}, *const FALSE_WORDS[] = {"false", "False", "f", "0"};
	const np_proto *field;
	NP_TRY(np_proto_once(message, name, &field, err));
	if (!field)
		return NP_OK;
	if (field->kind == NP_PROTO_NUMBER || field->kind == NP_PROTO_WORD)
		for (int i = 0; i < 4; i++) {
			*value = np_proto_is(field, TRUE_WORDS[i]);
			if (*value || np_proto_is(field, FALSE_WORDS[i]))
				return NP_OK;
		}
	return fail_field(field, err, "true or false was expected");
}

np_status np_proto_string(const np_proto *message, const char *name, const char **value, np_error *err)
{
	const np_proto *field;
	NP_TRY(np_proto_once(message, name, &field, err));
	return field ? np_proto_as_string(field, value, err) : NP_OK;
}

np_status np_proto_choice(const np_proto *message, const char *name, const char *const *words, int count, int *value,
                          np_error *err)
{
	const np_proto *field;
	NP_TRY(np_proto_once(message, name, &field, err));
	if (!field)
		return NP_OK;
	int64_t number;
	if (field->kind == NP_PROTO_NUMBER && parse_int(field, &number) && number >= 0 && number < count) {
		*value = (int)number;
		return NP_OK;
	}
	for (int i = 0; i < count && field->kind == NP_PROTO_WORD; i++)
		if (np_proto_is(field, words[i])) {
			*value = i;
			return NP_OK;
		}
	char known[200] = "";
	for (int i = 0; i < count; i++)
		strncat(strncat(known, i ? ", " : "", sizeof known - strlen(known) - 1), words[i],
		        sizeof known - strlen(known) - 1);
	return np_fail_at(err, NP_ERR_DATA, field->line, field->column, "'%s': one of %s was expected", name, known);
}
