/* The list of rows left out. */
#include "dataset/issues.h"

#include "base/error.h"
#include "base/text.h"

np_status np_issues_add(np_issues *issues, np_arena *arena, const char *path, int line, const char *reason, np_error *err)
{
	if (issues->count == NP_MOST_ISSUES)
		return NP_OK;
	np_text text = {0};
	np_text_printf(&text, "%s:%d: %s", path, line, reason);
	const char *kept = np_text_ok(&text) ? np_arena_text(arena, text.data, text.size) : NULL;
	np_text_free(&text);
	if (!kept)
		return np_fail_memory(err);
	issues->items[issues->count++] = kept;
	return NP_OK;
}

const char *np_issues_item(const np_issues *issues, int index)
{
	return index >= 0 && index < issues->count ? issues->items[index] : NULL;
}
