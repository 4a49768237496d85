/* neuralpower doctor: what can be measured here, and what would mend what cannot. */
#include "cli.h"

typedef struct diagnosis {
	np_findings *findings;
	int devices;
} diagnosis;

static np_status render(const void *subject, const np_report_options *options, char **text, size_t *size, np_error *err)
{
	const diagnosis *d = subject;
	return np_report_doctor(d->findings, d->devices, options, text, size, err);
}

int command_doctor(const arguments *args)
{
	np_error err = {0};
	diagnosis d;
	if (np_doctor(&d.findings, &d.devices, &err) != NP_OK)
		return complain_error(&err);
	int status = write_reports(args, render, &d);
	np_findings_free(d.findings);
	return status == EXIT_FINE && !d.devices ? EXIT_NO_DEVICE : status;
}
