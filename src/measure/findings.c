/* A list of findings in an arena. */
#include "measure/findings.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct np_findings {
	np_arena arena;
	np_finding *items;
	int count, capacity;
	bool failed;
};

np_status np_findings_create(np_findings **findings, np_error *err)
{
	*findings = calloc(1, sizeof **findings);
	return *findings ? NP_OK : np_fail_memory(err);
}

void np_findings_free(np_findings *findings)
{
	if (!findings)
		return;
	np_arena_free(&findings->arena);
	free(findings->items);
	free(findings);
}

static const char *keep(np_findings *findings, const char *text)
{
	const char *kept = np_arena_text(&findings->arena, text ? text : "", text ? strlen(text) : 0);
	findings->failed |= !kept;
	return kept;
}

static np_finding *reserve(np_findings *findings)
{
	if (findings->count == findings->capacity) {
		int capacity = findings->capacity ? 2 * findings->capacity : 32;
		np_finding *larger = realloc(findings->items, (size_t)capacity * sizeof *larger);
		if (!larger)
			return NULL;
		findings->items = larger;
		findings->capacity = capacity;
	}
	return &findings->items[findings->count];
}

void np_findings_add(np_findings *findings, np_finding_level level, const char *area, const char *item, const char *remedy,
                     const char *format, ...)
{
	np_text text = {0};
	va_list args;
	va_start(args, format);
	np_text_vprintf(&text, format, args);
	va_end(args);
	np_finding *finding = reserve(findings);
	if (finding && np_text_ok(&text)) {
		*finding = (np_finding){level, keep(findings, area), keep(findings, item), keep(findings, text.data),
		                        keep(findings, remedy)};
		findings->count += !findings->failed;
	} else {
		findings->failed = true;
	}
	np_text_free(&text);
}

np_status np_findings_status(const np_findings *findings, np_error *err)
{
	return findings->failed ? np_fail_memory(err) : NP_OK;
}

int np_findings_count(const np_findings *findings)
{
	return findings->count;
}

const np_finding *np_findings_item(const np_findings *findings, int index)
{
	return index >= 0 && index < findings->count ? &findings->items[index] : NULL;
}
