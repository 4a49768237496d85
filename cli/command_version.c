/* neuralpower version: which one this is, and what it finds. */
#include "cli.h"

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	return np_report_version(subject, options, text, size, err);
}

int command_version(const arguments *args)
{
	np_error err = {0};
	np_findings *findings;
	if (np_capabilities(&findings, &err) != NP_OK)
		return complain_error(&err);
	int status = write_reports(args, render, findings);
	np_findings_free(findings);
	return status;
}
