/* What the value of an option is and where it goes: the setters that rows of the table of options name. */
#include "option_values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void *field_of(arguments *args, const option *o)
{
	return (char *)args + o->at;
}

static int complain_value(const option *o, const char *value, const char *expected)
{
	complain("%s '%s': %s was expected", o->name, value, expected);
	return EXIT_USAGE;
}

/* ---- texts, flags, lists ---- */

int set_text(arguments *args, const option *o, const char *value)
{
	*(const char **)field_of(args, o) = value;
	return EXIT_FINE;
}

int set_flag(arguments *args, const option *o, const char *value)
{
	(void)value;
	*(bool *)field_of(args, o) = true;
	return EXIT_FINE;
}

int set_output(arguments *args, const option *o, const char *value)
{
	*(output *)field_of(args, o) = (output){true, value};
	return EXIT_FINE;
}

int add_word(arguments *args, const option *o, const char *value)
{
	return list_add(field_of(args, o), value ? value : "-") ? EXIT_FINE : EXIT_CHECK_FAILED;
}

int add_shape(arguments *args, const option *o, const char *value)
{
	return strrchr(value, ':') ? add_word(args, o, value) : complain_value(o, value, o->value);
}

int set_annotations(arguments *args, const option *o, const char *value)
{
	args->annotations = strcmp(value, o->value) == 0;
	return args->annotations ? EXIT_FINE : complain_value(o, value, o->value);
}

/* ---- whole numbers ---- */

static bool parse_whole(const char *text, int64_t *number)
{
	char *end;
	errno = 0;
	*number = strtoll(text, &end, 10);
	return !errno && end != text && !*end && *number >= 1;
}

int set_whole(arguments *args, const option *o, const char *value)
{
	int64_t *number = field_of(args, o);
	if (parse_whole(value, number) && (!o->most || *number <= o->most))
		return EXIT_FINE;
	if (!o->most)
		return complain_value(o, value, "a number from 1");
	complain("%s '%s': a number from 1 to %d was expected", o->name, value, o->most);
	return EXIT_USAGE;
}

int add_dim(arguments *args, const option *o, const char *value)
{
	const char *equals = strrchr(value, '=');
	int64_t size;
	return equals && parse_whole(equals + 1, &size) ? add_word(args, o, value) : complain_value(o, value, o->value);
}

/* ---- fractional numbers ---- */

static bool parse_real(const char *text, double *number)
{
	static const double MOST = 1e15; /* nothing computed from it overflows */
	char *end;
	*number = strtod(text, &end);
	return end != text && !*end && *number >= 0 && *number <= MOST;
}

int set_real(arguments *args, const option *o, const char *value)
{
	double *number = field_of(args, o);
	bool fine = parse_real(value, number) && *number > 0;
	return fine ? EXIT_FINE : complain_value(o, value, "a number above 0");
}

/* 90, 90% and 0.9 are the same. */
static bool parse_share(const char *text, double *share)
{
	char *end;
	*share = strtod(text, &end);
	*share /= *share > 1 ? 100 : 1;
	return end != text && !end[*end == '%'] && *share > 0 && *share <= 1;
}

int set_share(arguments *args, const option *o, const char *value)
{
	bool fine = parse_share(value, field_of(args, o));
	return fine ? EXIT_FINE : complain_value(o, value, "a percentage above 0, at most 100");
}

int set_interval(arguments *args, const option *o, const char *value)
{
	bool fine = parse_share(value, &args->interval) && args->interval >= 0.5 && args->interval <= 0.99;
	return fine ? EXIT_FINE : complain_value(o, value, "a percentage from 50 to 99");
}

/* 5% and 0.05 are the same; a bare 5 could be either, and is refused. */
int set_tolerance(arguments *args, const option *o, const char *value)
{
	char *end;
	args->tolerance = strtod(value, &end);
	bool percent = end != value && *end == '%';
	args->tolerance /= percent ? 100 : 1;
	args->tolerance_given = true;
	bool fine = end != value && !end[percent] && args->tolerance >= 0 && args->tolerance <= (percent ? 10 : 0.999);
	return fine ? EXIT_FINE : complain_value(o, value, "a percentage as 5%, or a fraction below 1,");
}

/* ---- numbers with ',' between ---- */

static int add_batch(arguments *args, const option *o, const char *text)
{
	int64_t batch;
	if (!parse_whole(text, &batch) || batch > INT32_MAX)
		return complain_value(o, text, "a number from 1 to 2147483647");
	int64_t *larger = realloc(args->batches, (size_t)(args->batch_count + 1) * sizeof *larger);
	if (!larger)
		return complain_memory();
	args->batches = larger;
	args->batches[args->batch_count++] = batch;
	return EXIT_FINE;
}

static int add_alpha(arguments *args, const option *o, const char *text)
{
	double alpha;
	if (!parse_real(text, &alpha) || alpha > 100)
		return complain_value(o, text, "a number from 0 to 100");
	double *larger = realloc(args->alphas, (size_t)(args->alpha_count + 1) * sizeof *larger);
	if (!larger)
		return complain_memory();
	args->alphas = larger;
	args->alphas[args->alpha_count++] = alpha;
	return EXIT_FINE;
}

static int add_each(arguments *args, const option *o, const char *value, setter *add)
{
	char *copy = strdup(value), *rest = copy, *part;
	int status = copy ? EXIT_FINE : complain_memory();
	while (status == EXIT_FINE && (part = strsep(&rest, ",")))
		status = add(args, o, part);
	free(copy);
	return status;
}

int add_batches(arguments *args, const option *o, const char *value)
{
	return add_each(args, o, value, add_batch);
}

int add_alphas(arguments *args, const option *o, const char *value)
{
	return add_each(args, o, value, add_alpha);
}
