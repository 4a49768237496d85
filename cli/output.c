/* Everything that leaves the program: reports, notes, errors. */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Names in files may hold escape sequences, which a terminal would obey. */
static void disarm(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

static void say(const char *kind, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int size = vsnprintf(NULL, 0, format, args);
	char *text = size < 0 ? NULL : malloc((size_t)size + 1);
	if (text) {
		vsnprintf(text, (size_t)size + 1, format, again);
		disarm(text);
	}
	va_end(again);
	fflush(stdout);
	fprintf(stderr, "neuralpower: %s%s\n", kind, text ? text : format);
	free(text);
}

void complain(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void warn(const arguments *args, const char *format, ...)
{
	if (args->quiet)
		return;
	va_list values;
	va_start(values, format);
	say("note: ", format, values);
	va_end(values);
}

int complain_error(const np_error *err)
{
	char text[1024];
	complain("%s", np_error_format(err, text, sizeof text));
	switch (err->status) {
	case NP_ERR_ARGUMENT:
		return EXIT_USAGE;
	case NP_ERR_UNSUPPORTED:
		return EXIT_UNSUPPORTED;
	case NP_ERR_UNAVAILABLE:
		return EXIT_NO_DEVICE;
	case NP_ERR_MEMORY:
		return EXIT_CHECK_FAILED;
	default:
		return EXIT_BAD_INPUT;
	}
}

int complain_memory(void)
{
	complain("out of memory");
	return EXIT_CHECK_FAILED;
}

int complain_write(const char *name)
{
	complain("%s: cannot write: %s", name, strerror(errno));
	return EXIT_CHECK_FAILED;
}

int sink_open(const char *path, sink *s)
{
	bool here = !path || strcmp(path, "-") == 0;
	*s = here ? (sink){stdout, "standard output"} : (sink){fopen(path, "w"), path};
	return s->file ? EXIT_FINE : complain_write(path);
}

int sink_close(sink *s, int status)
{
	bool written = s->file == stdout ? fflush(stdout) == 0 : fclose(s->file) == 0;
	return written || status != EXIT_FINE ? status : complain_write(s->name);
}

int write_output(const char *path, const char *text, size_t size)
{
	sink s;
	int status = sink_open(path, &s);
	if (status != EXIT_FINE)
		return status;
	if (fwrite(text, 1, size, s.file) != size)
		status = complain_write(s.name);
	return sink_close(&s, status);
}

static int terminal_width(void)
{
	struct winsize window;
	const char *columns = getenv("COLUMNS");
	if (columns && atoi(columns) >= 40)
		return atoi(columns);
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col >= 40)
		return window.ws_col;
	return 80;
}

static bool speaks_utf8(void)
{
	static const char *const VARIABLES[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	for (int i = 0; i < 3; i++) {
		const char *value = getenv(VARIABLES[i]);
		if (value && *value)
			return strstr(value, "UTF-8") || strstr(value, "utf8") || strstr(value, "UTF8");
	}
	return false;
}

np_report_options table_options(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool terminal = isatty(STDOUT_FILENO);
	return (np_report_options){
	        .format = NP_REPORT_TABLE,
	        .width = terminal_width(),
	        .color = terminal && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0),
	        .ascii = !speaks_utf8(),
	};
}

int write_report(render_function *render, const void *subject, np_report_options options, const char *path)
{
	np_error err = {0};
	char *text = NULL;
	size_t size = 0;
	if (render(subject, &options, &text, &size, &err) != NP_OK)
		return complain_error(&err);
	int status = write_output(path, text, size);
	free(text);
	return status;
}

int write_reports(const arguments *args, render_function *render, const void *subject)
{
	const struct {
		output asked;
		np_report_format format;
	} extras[] = {{args->json, NP_REPORT_JSON}, {args->csv, NP_REPORT_CSV}, {args->html, NP_REPORT_HTML}};
	np_report_options options = table_options();
	options.verbose = args->verbose;
	bool table = true;
	for (size_t i = 0; i < sizeof extras / sizeof *extras; i++) {
		if (!extras[i].asked.asked)
			continue;
		options.format = extras[i].format;
		const char *path = extras[i].asked.path;
		if (!path) {
			table = false;
			path = args->out;
		}
		int status = write_report(render, subject, options, path);
		if (status != EXIT_FINE)
			return status;
	}
	options.format = NP_REPORT_TABLE;
	if (args->out)
		options.color = false;
	return table ? write_report(render, subject, options, args->out) : EXIT_FINE;
}
