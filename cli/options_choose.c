/* Setters of the options that rank, check, sample and streams have. */
#include "options_choose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool parse_number(const char *text, double least, double most, double *number)
{
	char *end;
	*number = strtod(text, &end);
	return end != text && !*end && *number >= least && *number <= most;
}

static int complain_number(const char *word, const char *value, const char *expected)
{
	complain("%s '%s': %s was expected", word, value, expected);
	return EXIT_USAGE;
}

static int add_alpha(arguments *args, const char *text)
{
	double alpha, *larger;
	if (!parse_number(text, 0, 100, &alpha))
		return complain_number("--alpha", text, "a number from 0 to 100");
	if (!(larger = realloc(args->alphas, (size_t)(args->alpha_count + 1) * sizeof *larger))) {
		complain("out of memory");
		return EXIT_CHECK_FAILED;
	}
	args->alphas = larger;
	args->alphas[args->alpha_count++] = alpha;
	return EXIT_FINE;
}

int set_alpha(arguments *args, const char *value)
{
	char *copy = strdup(value), *rest = copy, *part;
	int status = copy ? EXIT_FINE : EXIT_CHECK_FAILED;
	while (status == EXIT_FINE && (part = strsep(&rest, ",")))
		status = add_alpha(args, part);
	free(copy);
	return status;
}

static int set_budget(const char *word, const char *value, const char *expected, double *budget)
{
	bool fine = parse_number(value, 0, 1e15, budget) && *budget > 0;
	return fine ? EXIT_FINE : complain_number(word, value, expected);
}

int set_max_runtime(arguments *args, const char *value)
{
	return set_budget("--max-runtime-ms", value, "milliseconds above 0", &args->max_runtime_ms);
}

int set_max_energy(arguments *args, const char *value)
{
	return set_budget("--max-energy-mj", value, "millijoules above 0", &args->max_energy_mj);
}

int set_max_power(arguments *args, const char *value)
{
	return set_budget("--max-power-w", value, "watts above 0", &args->max_power_w);
}

int set_baseline(arguments *args, const char *value)
{
	args->baseline = value;
	return EXIT_FINE;
}

/* 5% and 0.05 are the same; a bare 5 could be either, and is refused. */
int set_tolerance(arguments *args, const char *value)
{
	char *end;
	args->tolerance = strtod(value, &end);
	bool percent = end != value && *end == '%';
	args->tolerance /= percent ? 100 : 1;
	args->tolerance_given = true;
	bool fine = end != value && !end[percent] && args->tolerance >= 0 && args->tolerance <= (percent ? 10 : 0.999);
	return fine ? EXIT_FINE : complain_number("--tolerance", value, "a percentage as 5%, or a fraction below 1,");
}

int set_junit(arguments *args, const char *value)
{
	args->junit = value;
	return EXIT_FINE;
}

int set_annotations(arguments *args, const char *value)
{
	args->annotations = strcmp(value, "github") == 0;
	return args->annotations ? EXIT_FINE : complain_number("--annotations", value, "github");
}

int set_count(arguments *args, const char *value)
{
	char *end;
	errno = 0;
	args->count = strtoll(value, &end, 10);
	bool fine = !errno && end != value && !*end && args->count > 0;
	return fine ? EXIT_FINE : complain_number("--count", value, "a number from 1");
}

int set_errors(arguments *args, const char *value)
{
	args->errors = value;
	return EXIT_FINE;
}

int set_space(arguments *args, const char *value)
{
	args->space = value;
	return EXIT_FINE;
}

int set_lines(arguments *args, const char *value)
{
	(void)value;
	args->lines = true;
	return EXIT_FINE;
}

int set_stream(arguments *args, const char *value)
{
	args->stream = value;
	return EXIT_FINE;
}

int set_statistics(arguments *args, const char *value)
{
	(void)value;
	args->statistics = true;
	return EXIT_FINE;
}
