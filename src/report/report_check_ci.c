/* check, as CI systems read it: JUnit XML, and the workflow commands of GitHub Actions. */
#include "base/error.h"
#include "report/html.h"
#include "report/report_check.h"

#include <inttypes.h>
#include <stdio.h>

static const char NEW[] = "not in the baseline: not compared with it";
static const char MISSING[] = "in the baseline but not checked";

/* Ends a report: `out` becomes the caller's. */
static np_status hand_over(np_text *out, char **text, size_t *size, np_error *err)
{
	*text = np_text_take(out, size);
	return *text ? NP_OK : np_fail_memory(err);
}

/* ---- JUnit ---- */

typedef struct junit {
	np_text *out;
	int tests, failures, skipped;
} junit;

static const char FAILURE[] = "failure", SKIPPED[] = "skipped", NOTE[] = "system-out";

/*
 * One test case; `element` says what is to be said of it, NULL when nothing is. The message stands twice: some readers show
 * the attribute, others the text.
 */
static void put_case(junit *j, const char *file, const char *name, const char *element, const char *message)
{
	np_text_puts(j->out, "    <testcase classname=\"");
	np_html_text(j->out, file);
	np_text_puts(j->out, "\" name=\"");
	np_html_text(j->out, name);
	np_text_puts(j->out, "\"");
	j->tests++;
	if (!element) {
		np_text_puts(j->out, "/>\n");
		return;
	}
	j->failures += element == FAILURE;
	j->skipped += element == SKIPPED;
	np_text_printf(j->out, ">\n      <%s", element);
	if (element != NOTE) {
		np_text_puts(j->out, " message=\"");
		np_html_text(j->out, message);
		np_text_puts(j->out, "\"");
	}
	np_text_puts(j->out, ">");
	np_html_text(j->out, message);
	np_text_printf(j->out, "</%s>\n    </testcase>\n", element);
}

static void put_item_case(junit *j, const np_check *check, const np_check_network *network, const np_check_item *item)
{
	const np_network *n = network->prediction->network;
	np_text name = {0}, message = {0};
	np_text_printf(&name, "%s, batch %" PRId64 ", %s", np_check_word(item->target), np_network_batch(n),
	               item->against_baseline ? "baseline" : "limit");
	np_check_sentence(&message, check, network, item);
	const char *element = np_check_verdict_fails(item->verdict) ? FAILURE
	                      : item->verdict == NP_CHECK_NEITHER   ? SKIPPED
	                      : item->verdict == NP_CHECK_UNSURE    ? NOTE
	                                                            : NULL;
	put_case(j, np_network_path(n), name.data ? name.data : "", element, message.data ? message.data : "");
	j->out->failed |= name.failed || message.failed;
	np_text_free(&name);
	np_text_free(&message);
}

static void put_batch_case(junit *j, const char *file, int64_t batch, const char *message)
{
	char name[64];
	snprintf(name, sizeof name, "batch %" PRId64 ", baseline", batch);
	put_case(j, file, name, SKIPPED, message);
}

static void put_cases(junit *j, const np_check *check)
{
	for (int i = 0; i < check->count; i++) {
		const np_check_network *network = &check->networks[i];
		const np_network *n = network->prediction->network;
		for (int k = 0; k < network->item_count; k++)
			put_item_case(j, check, network, &network->items[k]);
		if (check->options.baseline && !network->entry)
			put_batch_case(j, np_network_path(n), np_network_batch(n), NEW);
	}
	for (int i = 0; i < check->missing_count; i++)
		put_batch_case(j, check->missing[i]->file, check->missing[i]->batch, MISSING);
	if (check->compares_nothing) {
		np_text message = {0};
		np_check_nothing_sentence(&message, check);
		put_case(j, check->options.baseline->path, "baseline", FAILURE, message.data ? message.data : "");
		j->out->failed |= message.failed;
		np_text_free(&message);
	}
}

np_status np_report_check_junit(const np_check *check, char **text, size_t *size, np_error *err)
{
	np_text cases = {0}, out = {0};
	junit j = {.out = &cases};
	put_cases(&j, check);
	np_text_printf(&out,
	               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
	               "  <testsuite name=\"neuralpower check\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"%d\">\n",
	               j.tests, j.failures, j.skipped);
	np_text_add(&out, cases.data ? cases.data : "", cases.size);
	np_text_puts(&out, "  </testsuite>\n</testsuites>\n");
	out.failed |= cases.failed;
	np_text_free(&cases);
	return hand_over(&out, text, size, err);
}

/* ---- GitHub ---- */

/* What ends a command or, in a property, begins the next one, is written as %XX, as is the sign itself. */
static void put_escaped(np_text *out, const char *text, bool property)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
		if (special)
			np_text_printf(out, "%%%02X", c);
		else
			np_text_add(out, c < 0x20 || c == 0x7f ? "?" : text, 1);
	}
}

static void put_command(np_text *out, const char *command, const char *file, const char *message)
{
	np_text_printf(out, "::%s file=", command);
	put_escaped(out, file, true);
	np_text_puts(out, ",title=neuralpower check::");
	put_escaped(out, message, false);
	np_text_puts(out, "\n");
}

static void put_item_command(np_text *out, const np_check *check, const np_check_network *network, const np_check_item *item)
{
	const np_network *n = network->prediction->network;
	np_text message = {0};
	if (item->verdict == NP_CHECK_PASSED)
		return;
	np_check_sentence(&message, check, network, item);
	np_text_printf(&message, " (batch %" PRId64 ", %s)", np_network_batch(n),
	               np_platform_name(network->prediction->platform));
	const char *command = np_check_verdict_fails(item->verdict) ? "error"
	                      : item->verdict == NP_CHECK_UNSURE    ? "warning"
	                                                            : "notice";
	put_command(out, command, np_network_path(n), message.data ? message.data : "");
	out->failed |= message.failed;
	np_text_free(&message);
}

static void put_commands(np_text *out, const np_check *check)
{
	for (int i = 0; i < check->count; i++) {
		const np_check_network *network = &check->networks[i];
		for (int k = 0; k < network->item_count; k++)
			put_item_command(out, check, network, &network->items[k]);
		if (check->options.baseline && !network->entry)
			put_command(out, "notice", np_network_path(network->prediction->network), NEW);
	}
	for (int i = 0; i < check->missing_count; i++)
		put_command(out, "notice", check->missing[i]->file, MISSING);
	if (check->compares_nothing) {
		np_text message = {0};
		np_check_nothing_sentence(&message, check);
		put_command(out, "error", check->options.baseline->path, message.data ? message.data : "");
		out->failed |= message.failed;
		np_text_free(&message);
	}
}

np_status np_report_check_github(const np_check *check, char **text, size_t *size, np_error *err)
{
	np_text out = {0};
	np_text_puts(&out, "");
	put_commands(&out, check);
	return hand_over(&out, text, size, err);
}
