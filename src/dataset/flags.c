/* See flags.h. */
#include "dataset/flags.h"

#include <string.h>

static const struct {
	const char *name;
	bool drop;
} FLAGS[NP_FLAG_COUNT] = {
#define NP_FLAG_ROW(name, text, drop, help) [NP_FLAG_INDEX_##name] = {text, drop},
        NP_FLAG_MAP(NP_FLAG_ROW)
#undef NP_FLAG_ROW
};

bool np_flags_have(const char *text, const char *name)
{
	for (size_t length; *text; text += length + (text[length] == ';')) {
		length = strcspn(text, ";");
		if (strlen(name) == length && strncmp(text, name, length) == 0)
			return true;
	}
	return false;
}

bool np_flags_drop(const char *text)
{
	for (int i = 0; i < NP_FLAG_COUNT; i++)
		if (FLAGS[i].drop && np_flags_have(text, FLAGS[i].name))
			return true;
	return false;
}

void np_flags_write(unsigned flags, np_text *text)
{
	bool first = true;
	for (int i = 0; i < NP_FLAG_COUNT; i++) {
		if (!(flags & 1u << i))
			continue;
		np_text_printf(text, "%s%s", first ? "" : ";", FLAGS[i].name);
		first = false;
	}
}
