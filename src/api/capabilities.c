/* What the library reads, and which of its optional parts are here: told without starting any of them. */
#include "backends/backends.h"
#include "backends/rapl.h"

static void list_formats(np_findings *findings)
{
	const char *name;
	for (int i = 0; (name = np_format_name(i)); i++)
		np_findings_add(findings, NP_FINDING_GOOD, "networks", name, NULL, "%s", np_format_help(name));
	np_findings_add(findings, NP_FINDING_GOOD, "measurements", "csv", NULL, "layers and networks, one a row");
	np_findings_add(findings, NP_FINDING_GOOD, "measurements", "gzip", NULL, "the same, compressed");
}

np_status np_capabilities(np_findings **findings, np_error *err)
{
	np_findings *found;
	int devices = 0;
	*findings = NULL;
	np_status status = np_findings_create(&found, err);
	if (status != NP_OK)
		return status;
	list_formats(found);
	np_cpu_probe(found, &devices);
	np_rapl_list(found);
	np_cuda_list(found);
	status = np_findings_status(found, err);
	if (status != NP_OK) {
		np_findings_free(found);
		return status;
	}
	*findings = found;
	return NP_OK;
}
