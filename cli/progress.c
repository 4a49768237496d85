/* A campaign on standard error: one line that changes on a terminal, a line now and then elsewhere. */
#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int columns(void)
{
	struct winsize window;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col >= 40 ? window.ws_col : 80;
}

static void clear_line(progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r\033[K");
	p->shown = false;
}

static const char *time_left(double seconds, char text[32])
{
	if (isnan(seconds))
		return "";
	snprintf(text, 32, "%d:%02d left  ", (int)(seconds / 60), (int)seconds % 60);
	return text;
}

static void format_row(const np_measure_event *e, char *line, size_t size)
{
	char left[32], power[32] = "";
	if (!isnan(e->power_w))
		snprintf(power, sizeof power, "  %.4g W", e->power_w);
	snprintf(line, size, "%d/%d  %s%s  %.4g ms%s%s%s", e->done, e->total, time_left(e->seconds_left, left), e->name,
	         e->runtime_ms, power, e->flags[0] ? "  " : "", e->flags);
}

void progress_tell(void *context, const np_measure_event *e)
{
	progress *p = context;
	char line[512];
	if (e->note) {
		clear_line(p);
		warn(p->args, "%s", e->note);
		return;
	}
	if (p->args->quiet)
		return;
	format_row(e, line, sizeof line);
	bool terminal = isatty(STDERR_FILENO);
	if (terminal && !p->args->verbose) {
		fprintf(stderr, "\r\033[K%.*s", columns() - 1, line);
		p->shown = true;
	} else if (p->args->verbose || e->done * 10 / e->total != p->tenths) {
		warn(p->args, "%s", line);
	}
	p->tenths = e->done * 10 / e->total;
}

void progress_end(progress *p)
{
	clear_line(p);
}
